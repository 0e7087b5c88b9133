//! The private keys, a file per algorithm.

#[cfg(feature = "ed25519")]
pub(crate) mod ed25519;
#[cfg(feature = "p256")]
pub(crate) mod p256;
#[cfg(feature = "rsa")]
pub(crate) mod rsa;
#[cfg(feature = "secp256k1")]
pub(crate) mod secp256k1;
