use alloc::string::String;
use core::fmt;

use crate::api::keys::{KeyCurve, KeyShareProtocol};

/// Why a key cannot be split into shares or put together from them. Nothing secret is repeated here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyShareError {
    /// The function that was given has no random numbers, or none that can be used.
    NoRandomness,
    /// The number is zero or not below the curve's order.
    PrivateKey {
        /// The curve that it was given for.
        curve: KeyCurve,
    },
    /// The decryption key is not one of [`KeyExport::to_bytes`](super::KeyExport::to_bytes).
    DecryptionKey,
    /// Keys of this kind are not supported.
    Unsupported {
        /// How the signers share it.
        protocol: KeyShareProtocol,
        /// Its curve.
        curve: KeyCurve,
    },
    /// So many of so many signers cannot be enough.
    MinSigners {
        /// How many are said to be enough.
        found: String,
        /// How many there are.
        signers: usize,
    },
    /// There are more signers than are plausible.
    TooManySigners {
        /// How many.
        found: usize,
    },
    /// A signer's id is not standard base64, or is another's too.
    SignerId {
        /// The signer.
        signer_id: String,
    },
    /// A signer's encryption key is not what [`ListSigners`](crate::api::signers::ListSigners) answers.
    EncryptionKey {
        /// The signer.
        signer_id: String,
    },
    /// A signer's share cannot be used.
    Share {
        /// The signer.
        signer_id: String,
        /// What is wrong with it.
        reason: BadShare,
    },
    /// The key that the shares give is not the private key of the answer's public key.
    PublicKey,
    /// A share is too long to be encrypted.
    TooLong,
}

/// What is wrong with a share.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadShare {
    /// It is not standard base64.
    Base64,
    /// It is not encrypted with this export's key, or is damaged.
    Sealed,
    /// What was encrypted is not the JSON of a share.
    Content,
    /// It is of another version.
    Version {
        /// Which; 1 is known.
        found: u64,
    },
    /// It is of another curve than the answer says.
    Curve,
    /// A field is not a number of the curve.
    Scalar {
        /// The field.
        field: &'static str,
    },
    /// The chain code is not 32 bytes in base64.
    ChainCode,
    /// Its chain code is not that of the shares before it.
    OtherChainCode,
    /// Its index is that of a share before it.
    Repeated,
}

impl fmt::Display for KeyShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRandomness => f.write_str(
                "no random numbers: the function given failed or repeats itself; give a cryptographic generator, such \
                 as getrandom::fill",
            ),
            Self::PrivateKey { curve } => write!(
                f,
                "the number is no private key of {curve}: it is zero or too large; give 32 bytes, the highest first"
            ),
            Self::DecryptionKey => {
                f.write_str("the decryption key is not one that KeyExport::to_bytes gave")
            }
            Self::Unsupported { protocol, curve } => write!(
                f,
                "keys of {protocol} on {curve} are not supported; supported are CGGMP24, CGGMP21, KU23 and FROST_BITCOIN \
                 on secp256k1, and FROST on ed25519"
            ),
            Self::MinSigners { found, signers } => write!(
                f,
                "{found} of {signers} signers cannot be enough to sign; from 2 to {signers} can"
            ),
            Self::TooManySigners { found } => {
                write!(f, "there are {found} signers; at most {MOST_SIGNERS} are expected")
            }
            Self::SignerId { signer_id } => write!(
                f,
                "the signer id `{signer_id}` is not standard base64 or is there twice; give the signers of one cluster \
                 as ListSigners answers them"
            ),
            Self::EncryptionKey { signer_id } => write!(
                f,
                "the encryption key of signer `{signer_id}` is not standard base64 of a 1 and a compressed point; give \
                 the signers as ListSigners answers them"
            ),
            Self::Share { signer_id, reason } => {
                write!(f, "the share of signer `{signer_id}` cannot be used: {reason}")
            }
            Self::PublicKey => f.write_str(
                "the key that the shares give is not the private key of the answer's public key: shares are missing, or \
                 are those of another key",
            ),
            Self::TooLong => f.write_str("a share is too long to be encrypted"),
        }
    }
}

impl core::error::Error for KeyShareError {}

impl fmt::Display for BadShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 => f.write_str("it is not standard base64"),
            Self::Sealed => f.write_str(
                "it does not open: it is damaged, or encrypted with another key than that of this KeyExport",
            ),
            Self::Content => f.write_str("what was encrypted is not the JSON of a share"),
            Self::Version { found } => write!(f, "it is of version {found}, known is 1"),
            Self::Curve => f.write_str("it is of another curve than the answer says"),
            Self::Scalar { field } => write!(f, "its `{field}` is not a number of the curve"),
            Self::ChainCode => f.write_str("its `chain_code` is not 32 bytes in base64"),
            Self::OtherChainCode => f.write_str("its `chain_code` is not that of the others"),
            Self::Repeated => f.write_str("its `index` is that of another share"),
        }
    }
}

impl core::error::Error for BadShare {}

/// The work grows with the square of their number.
pub(super) const MOST_SIGNERS: usize = 256;
