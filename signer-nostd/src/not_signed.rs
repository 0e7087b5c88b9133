use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::SignError;

/// Why a [`KeySigner`](crate::KeySigner) did not sign a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotSigned {
    /// The service allows other credentials for this challenge, not this one.
    NotAllowed {
        /// Id of this key's credential.
        credential_id: String,
        /// Ids that the service allows.
        allowed: Vec<String>,
    },
    /// The challenge or the key was at fault.
    Sign(SignError),
}

impl fmt::Display for NotSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed {
                credential_id,
                allowed,
            } => write!(
                f,
                "credential {credential_id} may not answer this challenge; allowed: {}",
                allowed.join(", ")
            ),
            Self::Sign(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for NotSigned {}

impl From<SignError> for NotSigned {
    fn from(error: SignError) -> Self {
        Self::Sign(error)
    }
}
