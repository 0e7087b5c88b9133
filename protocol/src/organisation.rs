use alloc::string::String;
use core::fmt;

use crate::{Token, UnreadableToken};

/// A token that is not of the organisation that was given to
/// [`Context::with_organisation`](crate::Context::with_organisation). Nothing has been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WrongOrganisation {
    /// It is of another organisation.
    Other {
        /// The token's.
        found: String,
        /// The context's.
        expected: String,
    },
    /// It names no organisation, as the tokens of a tenant do not.
    None {
        /// The context's.
        expected: String,
    },
    /// Its claims cannot be read.
    Unreadable(UnreadableToken),
}

impl WrongOrganisation {
    /// What is wrong with the token's organisation, if something is.
    pub(crate) fn of(token: &Token, expected: &str) -> Option<Self> {
        let expected = String::from(expected);
        match token.claims() {
            Err(error) => Some(Self::Unreadable(error)),
            Ok(claims) => match claims.metadata.org_id {
                None => Some(Self::None { expected }),
                Some(found) if found != expected => Some(Self::Other { found, expected }),
                Some(_) => None,
            },
        }
    }
}

impl fmt::Display for WrongOrganisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { found, expected } => write!(
                f,
                "the token is of the organisation {found}, the context of {expected}: use a token of that organisation, \
                 or another environment's context"
            ),
            Self::None { expected } => write!(
                f,
                "the token names no organisation, the context {expected}: a tenant's token wants a context without \
                 Context::with_organisation"
            ),
            Self::Unreadable(error) => write!(
                f,
                "the context wants the token's organisation checked, and {error}; leave out Context::with_organisation \
                 for such a token"
            ),
        }
    }
}

impl core::error::Error for WrongOrganisation {}
