use alloc::vec::Vec;
use core::fmt;

use ::rsa::pkcs1::RsaPrivateKeyRef;
use ::rsa::pkcs1v15::SigningKey as SoftwareKey;
use ::rsa::pkcs8::{EncodePublicKey as _, PrivateKeyInfoRef};
use ::rsa::{PrivateKey, pkcs1};
use sha2::Sha256;
use signature::{SignatureEncoding as _, Signer as _};

use crate::signing_key::write_front;
use crate::{Algorithm, CredentialKey, InvalidKey, SignError, SigningKey};

/// An RSA private key of 2048 to 4096 bits, signing with PKCS#1 v1.5 and SHA-256.
///
/// It is wiped when dropped and cannot be cloned or printed. It needs an allocator.
///
/// # Timing
/// The `rsa` crate, which does the arithmetic here, leaked through the timing of its decryption
/// before release 0.10 (RUSTSEC-2023-0071). This type only ever signs, the exponentiation is
/// written to take constant time, and with the feature `std` or `generate` it is blinded with the
/// operating system's random numbers as well. Without one of these features it is not blinded;
/// where an attacker can time signatures on such a target, use a curve.
pub struct RsaKey {
    key: SoftwareKey<Sha256>,
    public_key_der: Vec<u8>,
}

impl RsaKey {
    /// The key in a PKCS#8 `PrivateKeyInfo` (RFC 5958), in DER. A key that is restricted to
    /// RSASSA-PSS is refused: Dfns wants PKCS#1 v1.5.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, InvalidKey> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| InvalidKey::Malformed)?;
        if info.algorithm.oid != pkcs1::ALGORITHM_OID {
            return Err(InvalidKey::Malformed);
        }
        Self::from_pkcs1_der(info.private_key.as_bytes())
    }

    /// The key in a PKCS#1 `RSAPrivateKey` (RFC 8017, appendix A.1.2), in DER.
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, InvalidKey> {
        let parts = RsaPrivateKeyRef::try_from(der).map_err(|_| InvalidKey::Malformed)?;
        // Before any arithmetic: a key that is far too large must not keep the caller waiting.
        check_size(parts.modulus.as_bytes())?;
        Self::new(PrivateKey::try_from(parts).map_err(|_| InvalidKey::Malformed)?)
    }

    pub(crate) fn new(key: PrivateKey) -> Result<Self, InvalidKey> {
        let public_key_der = key
            .to_public_key()
            .to_public_key_der()
            .map_err(|_| InvalidKey::Malformed)?
            .into_vec();
        Ok(Self {
            key: SoftwareKey::new(key),
            public_key_der,
        })
    }

    /// The public key as a DER `SubjectPublicKeyInfo` (RFC 3279): the content of the PEM that
    /// Dfns wants when the credential is registered.
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key_der
    }

    /// The DER of the PKCS#8 form.
    #[cfg(feature = "pem")]
    pub(crate) fn pkcs8_der(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, InvalidKey> {
        use ::rsa::pkcs8::EncodePrivateKey as _;
        let der = self.key.to_pkcs8_der().map_err(|_| InvalidKey::Malformed)?;
        Ok(der.to_bytes())
    }
}

impl SigningKey for RsaKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Rsa
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        write_front(&self.key.try_sign(message)?.to_bytes(), out)
    }
}

impl CredentialKey for RsaKey {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        write_front(self.public_key_der(), out)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey").finish_non_exhaustive()
    }
}

/// Checks the length of a modulus given without leading zeros.
fn check_size(modulus: &[u8]) -> Result<(), InvalidKey> {
    let unused = modulus
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    let bits = modulus.len() * 8 - unused;
    if (2048..=4096).contains(&bits) {
        Ok(())
    } else {
        Err(InvalidKey::RsaSize { bits })
    }
}
