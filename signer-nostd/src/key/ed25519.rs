use core::fmt;

use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::{Signature, SigningKey as SoftwareKey, VerifyingKey};
use signature::{Keypair, Signer};

use crate::signing_key::write_front;
use crate::{Algorithm, CredentialKey, InvalidKey, SignError, SigningKey, Verified};

/// The DER of a public key up to the key itself (RFC 8410, section 4).
const PUBLIC_KEY_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// An Ed25519 private key.
///
/// `S` is what signs: software, or any [`Signer`] of an [`ed25519_dalek::Signature`]. The
/// software key is wiped when dropped and cannot be cloned or printed.
pub struct Ed25519Key<S = SoftwareKey>(S);

impl Ed25519Key {
    /// The key with this 32-byte seed (RFC 8032, section 5.1.5).
    ///
    /// The bytes are copied: wiping the source is the caller's part.
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(SoftwareKey::from_bytes(seed))
    }

    /// The key in a PKCS#8 `PrivateKeyInfo` (RFC 5958, RFC 8410), in DER.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, InvalidKey> {
        SoftwareKey::from_pkcs8_der(der)
            .map(Self)
            .map_err(|_| InvalidKey::Malformed)
    }

    /// The DER of the PKCS#8 form, as OpenSSL writes it.
    #[cfg(feature = "pem")]
    pub(crate) fn pkcs8_der(&self) -> zeroize::Zeroizing<alloc::vec::Vec<u8>> {
        const PREFIX: [u8; 16] = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        zeroize::Zeroizing::new([PREFIX.as_slice(), self.0.as_bytes()].concat())
    }
}

impl<S: Signer<Signature>> Ed25519Key<S> {
    /// A key behind another implementation, such as a driver of a secure element.
    pub fn from_signer(signer: S) -> Self {
        Self(signer)
    }
}

impl<S: Signer<Signature> + Keypair<VerifyingKey = VerifyingKey>> Ed25519Key<S> {
    /// This key, letting no signature out that does not verify.
    pub fn verified(self) -> Ed25519Key<Verified<S>> {
        Ed25519Key(Verified::new(self.0))
    }
}

impl<S: Keypair<VerifyingKey = VerifyingKey>> Ed25519Key<S> {
    /// The public key as a DER `SubjectPublicKeyInfo` (RFC 8410): the content of the PEM that
    /// Dfns wants when the credential is registered.
    pub fn public_key_der(&self) -> [u8; 44] {
        let mut der = [0; 44];
        let (prefix, key) = der.split_at_mut(PUBLIC_KEY_PREFIX.len());
        prefix.copy_from_slice(&PUBLIC_KEY_PREFIX);
        key.copy_from_slice(self.0.verifying_key().as_bytes());
        der
    }
}

impl<S: Signer<Signature>> SigningKey for Ed25519Key<S> {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        write_front(&self.0.try_sign(message)?.to_bytes(), out)
    }
}

impl<S: Signer<Signature> + Keypair<VerifyingKey = VerifyingKey>> CredentialKey for Ed25519Key<S> {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        write_front(&self.public_key_der(), out)
    }
}

impl<S> fmt::Debug for Ed25519Key<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Key").finish_non_exhaustive()
    }
}
