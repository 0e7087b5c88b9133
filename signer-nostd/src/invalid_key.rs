use core::fmt;

/// Why bytes are not a private key of the algorithm that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidKey {
    /// The encoding is not the expected one, names another algorithm, holds a number outside the
    /// curve's range, or a public key that does not belong to the private one.
    ///
    /// Which of these is not said: parsers of secrets should not be talkative.
    Malformed,
    /// The RSA modulus is shorter than 2048 or longer than 4096 bits.
    RsaSize {
        /// Length of the modulus in bits.
        bits: usize,
    },
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a valid private key of this algorithm"),
            Self::RsaSize { bits } => {
                write!(
                    f,
                    "an RSA key of {bits} bits; 2048 to 4096 bits are accepted"
                )
            }
        }
    }
}

impl core::error::Error for InvalidKey {}
