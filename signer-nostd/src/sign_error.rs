use core::fmt;

/// Why a challenge was not signed. Nothing secret is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SignError {
    /// The challenge is the empty text.
    EmptyChallenge,
    /// The challenge has a byte outside the base64url alphabet (RFC 4648, section 5); padding is
    /// outside it too.
    InvalidChallenge {
        /// Offset of the first such byte.
        position: usize,
    },
    /// The caller's buffer is too short.
    BufferTooSmall {
        /// The length in bytes that is enough.
        needed: usize,
    },
    /// The key refused or failed to sign: the hardware said no, or the source of random numbers
    /// that blinds RSA failed.
    KeyFailed,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyChallenge => f.write_str("the challenge is empty"),
            Self::InvalidChallenge { position } => write!(
                f,
                "the challenge has a byte outside A-Z a-z 0-9 - _ at offset {position}"
            ),
            Self::BufferTooSmall { needed } => {
                write!(f, "the buffer is too short: {needed} bytes are needed")
            }
            Self::KeyFailed => f.write_str("the key refused or failed to sign"),
        }
    }
}

impl core::error::Error for SignError {}

impl From<signature::Error> for SignError {
    fn from(_: signature::Error) -> Self {
        Self::KeyFailed
    }
}
