#[cfg(not(target_has_atomic = "ptr"))]
use alloc::rc::Rc as Shared;
use alloc::string::String;
#[cfg(target_has_atomic = "ptr")]
use alloc::sync::Arc as Shared;
use core::fmt;

use zeroize::Zeroizing;

/// A bearer token: of a service account, a personal access token, or a user's login.
///
/// Clones share one text, which is wiped when the last of them is dropped; `Debug` does not show it.
#[derive(Clone)]
pub struct Token {
    /// The whole header value, so that no call has to assemble it.
    header: Shared<Zeroizing<String>>,
}

impl Token {
    /// Takes a token as the service handed it out.
    ///
    /// Refuses what cannot stand in an HTTP header: an empty text, spaces, line breaks (a frequent guest at the end of
    /// a secret read from a file), and non-ASCII characters.
    pub fn new(token: impl Into<String>) -> Result<Self, InvalidToken> {
        let token = Zeroizing::new(token.into());
        if token.is_empty() {
            return Err(InvalidToken::Empty);
        }
        if let Some(position) = token.bytes().position(|byte| !byte.is_ascii_graphic()) {
            return Err(InvalidToken::Character { position });
        }
        let mut header = Zeroizing::new(String::with_capacity(SCHEME.len() + token.len()));
        header.push_str(SCHEME);
        header.push_str(&token);
        Ok(Self {
            header: Shared::new(header),
        })
    }

    /// The value of the `Authorization` header.
    pub fn header_value(&self) -> &str {
        &self.header
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        &self.header[SCHEME.len()..]
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([redacted])")
    }
}

/// A text that cannot be a bearer token. It is not repeated here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidToken {
    /// There is no text at all.
    Empty,
    /// A character that cannot stand in the header.
    Character {
        /// Its byte position.
        position: usize,
    },
}

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidToken::Empty => {
                f.write_str("the token is empty; give the text that the service handed out")
            }
            InvalidToken::Character { position } => write!(
                f,
                "the token has a space, a line break or a non-ASCII character at byte {position}; give it exactly as \
                 the service handed it out, without quotes or a line end"
            ),
        }
    }
}

impl core::error::Error for InvalidToken {}

const SCHEME: &str = "Bearer ";
