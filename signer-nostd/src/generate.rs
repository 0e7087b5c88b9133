use alloc::boxed::Box;
use alloc::string::String;

use crate::host_key::HostKey;
use crate::{Algorithm, KeyError, KeySigner};

impl KeySigner {
    /// Makes a new key from the operating system's random numbers; RSA keys have 3072 bits, the
    /// size that the Dfns documentation recommends, and take a while.
    ///
    /// Next: keep it with [`to_pkcs8_pem`](Self::to_pkcs8_pem), and register its public half with
    /// [`attest`](Self::attest) or [`public_key_pem`](Self::public_key_pem). `credential_id` may
    /// be chosen freely where the service lets the client name a new credential.
    pub fn generate(
        credential_id: impl Into<String>,
        algorithm: Algorithm,
    ) -> Result<Self, KeyError> {
        Self::new(credential_id, new_key(algorithm)?)
    }
}

#[allow(unreachable_patterns, reason = "depends on the features")]
fn new_key(algorithm: Algorithm) -> Result<Box<dyn HostKey>, KeyError> {
    match algorithm {
        #[cfg(feature = "ed25519")]
        Algorithm::Ed25519 => Ok(Box::new(crate::Ed25519Key::from_bytes(&*random_bytes()?))),
        #[cfg(feature = "p256")]
        Algorithm::P256 => Ok(Box::new(retry(crate::P256Key::from_bytes)?)),
        #[cfg(feature = "secp256k1")]
        Algorithm::Secp256k1 => Ok(Box::new(retry(crate::Secp256k1Key::from_bytes)?)),
        #[cfg(feature = "rsa")]
        Algorithm::Rsa => Ok(Box::new(new_rsa()?)),
        algorithm => Err(KeyError::MissingFeature { algorithm }),
    }
}

/// Draws until the number is in the curve's range: once, but for a chance of one in billions.
#[cfg(any(feature = "p256", feature = "secp256k1"))]
fn retry<K>(from: impl Fn(&[u8; 32]) -> Result<K, crate::InvalidKey>) -> Result<K, KeyError> {
    loop {
        if let Ok(key) = from(&*random_bytes()?) {
            return Ok(key);
        }
    }
}

#[cfg(any(feature = "ed25519", feature = "p256", feature = "secp256k1"))]
fn random_bytes() -> Result<zeroize::Zeroizing<[u8; 32]>, KeyError> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(feature = "rsa")]
fn new_rsa() -> Result<crate::RsaKey, KeyError> {
    const BITS: usize = 3072;
    let key = rsa::PrivateKey::new(&mut getrandom::SysRng, BITS).map_err(|error| match error {
        rsa::Error::Rng => KeyError::NoRandomness,
        _ => KeyError::Malformed { encoding: "PKCS#1" },
    })?;
    crate::RsaKey::new(key).map_err(|_| KeyError::Malformed { encoding: "PKCS#1" })
}
