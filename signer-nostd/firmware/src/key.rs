#[cfg(not(any(feature = "ed25519", feature = "p256", feature = "secp256k1")))]
compile_error!("choose what the device signs with: the features ed25519, p256, secp256k1");

#[cfg(feature = "ed25519")]
use dfns_signer::Ed25519Key;
#[cfg(feature = "p256")]
use dfns_signer::P256Key;
#[cfg(feature = "secp256k1")]
use dfns_signer::Secp256k1Key;
use dfns_signer::{Algorithm, CredentialKey, SignError, SigningKey};

#[cfg(feature = "ed25519")]
use crate::compact_ed25519::CompactEd25519;

/// A key of any algorithm that this image has.
pub(crate) enum Key {
    #[cfg(feature = "ed25519")]
    Ed25519(Ed25519Key<CompactEd25519>),
    #[cfg(feature = "p256")]
    P256(P256Key),
    #[cfg(feature = "secp256k1")]
    Secp256k1(Secp256k1Key),
}

impl Key {
    /// Whether this image has the algorithm.
    pub(crate) fn supports(algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::Ed25519 => cfg!(feature = "ed25519"),
            Algorithm::P256 => cfg!(feature = "p256"),
            Algorithm::Secp256k1 => cfg!(feature = "secp256k1"),
            Algorithm::Rsa => false,
        }
    }

    /// The key with this secret; `None` if the image lacks the algorithm, or the curve this number.
    pub(crate) fn new(algorithm: Algorithm, secret: &[u8; 32]) -> Option<Self> {
        match algorithm {
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => {
                let signer = CompactEd25519::new(secret);
                Some(Self::Ed25519(Ed25519Key::from_signer(signer)))
            }
            #[cfg(feature = "p256")]
            Algorithm::P256 => P256Key::from_bytes(secret).ok().map(Self::P256),
            #[cfg(feature = "secp256k1")]
            Algorithm::Secp256k1 => Secp256k1Key::from_bytes(secret).ok().map(Self::Secp256k1),
            _ => None,
        }
    }
}

impl SigningKey for Key {
    fn algorithm(&self) -> Algorithm {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => Algorithm::Ed25519,
            #[cfg(feature = "p256")]
            Self::P256(_) => Algorithm::P256,
            #[cfg(feature = "secp256k1")]
            Self::Secp256k1(_) => Algorithm::Secp256k1,
        }
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => key.sign_into(message, out),
            #[cfg(feature = "p256")]
            Self::P256(key) => key.sign_into(message, out),
            #[cfg(feature = "secp256k1")]
            Self::Secp256k1(key) => key.sign_into(message, out),
        }
    }
}

impl CredentialKey for Key {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => key.public_key_into(out),
            #[cfg(feature = "p256")]
            Self::P256(key) => key.public_key_into(out),
            #[cfg(feature = "secp256k1")]
            Self::Secp256k1(key) => key.public_key_into(out),
        }
    }
}
