use core::fmt;

use k256::SecretKey;
use k256::ecdsa::{Signature, SigningKey as SoftwareKey, VerifyingKey};
use k256::elliptic_curve::point::AffineCoordinates as _;
use k256::pkcs8::DecodePrivateKey as _;
use signature::rand_core::TryCryptoRng;
use signature::{Keypair, Signer};

use crate::ecdsa_der::write_der;
use crate::sec1_point::write_point;
use crate::signing_key::write_front;
use crate::{Algorithm, CredentialKey, Hedged, InvalidKey, SignError, SigningKey, Verified};

/// The DER of a public key up to its uncompressed point (RFC 5480, section 2).
const PUBLIC_KEY_PREFIX: [u8; 23] = [
    0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
    0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00,
];

/// A secp256k1 private key.
///
/// `S` is what signs: software, or any [`Signer`] of a [`k256::ecdsa::Signature`]. The software
/// key derives its nonces from key and message (RFC 6979), so it needs no source of random
/// numbers; it is wiped when dropped and cannot be cloned or printed.
///
/// The software key signs with the lower of the two possible `s`, as is the custom on this
/// curve; what a [`from_signer`](Self::from_signer) key returns is left as it is.
pub struct Secp256k1Key<S = SoftwareKey>(S);

impl Secp256k1Key {
    /// The key with this secret number, 32 bytes with the most significant first; zero and
    /// numbers not below the order of the group are refused.
    ///
    /// The bytes are copied: wiping the source is the caller's part.
    pub fn from_bytes(scalar: &[u8; 32]) -> Result<Self, InvalidKey> {
        SoftwareKey::from_slice(scalar)
            .map(Self)
            .map_err(|_| InvalidKey::Malformed)
    }

    /// The key in a PKCS#8 `PrivateKeyInfo` (RFC 5958), in DER.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, InvalidKey> {
        let key = SecretKey::from_pkcs8_der(der).map_err(|_| InvalidKey::Malformed)?;
        Ok(Self(key.into()))
    }

    /// The key in a SEC1 `ECPrivateKey` (RFC 5915), in DER, with or without the curve's name.
    pub fn from_sec1_der(der: &[u8]) -> Result<Self, InvalidKey> {
        let key = SecretKey::from_sec1_der(der).map_err(|_| InvalidKey::Malformed)?;
        Ok(Self(key.into()))
    }

    /// This key, its nonces hedged with `rng`: the board's source of random numbers.
    pub fn hedged<R: TryCryptoRng>(self, rng: R) -> Secp256k1Key<Hedged<SoftwareKey, R>> {
        Secp256k1Key(Hedged::new(self.0, rng))
    }

    /// The DER of the PKCS#8 form, as OpenSSL writes it.
    #[cfg(feature = "pem")]
    pub(crate) fn pkcs8_der(&self) -> zeroize::Zeroizing<alloc::vec::Vec<u8>> {
        const BEFORE_SCALAR: [u8; 33] = [
            0x30, 0x81, 0x84, 0x02, 0x01, 0x00, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
            0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a, 0x04, 0x6d, 0x30, 0x6b,
            0x02, 0x01, 0x01, 0x04, 0x20,
        ];
        const BEFORE_POINT: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];
        let scalar = zeroize::Zeroizing::new(self.0.to_bytes());
        let point = self.0.verifying_key().to_sec1_point(false);
        zeroize::Zeroizing::new(
            [
                &BEFORE_SCALAR,
                scalar.as_slice(),
                &BEFORE_POINT,
                point.as_bytes(),
            ]
            .concat(),
        )
    }
}

impl<S: Signer<Signature>> Secp256k1Key<S> {
    /// A key behind another implementation, such as a driver of a secure element.
    pub fn from_signer(signer: S) -> Self {
        Self(signer)
    }
}

impl<S: Signer<Signature> + Keypair<VerifyingKey = VerifyingKey>> Secp256k1Key<S> {
    /// This key, letting no signature out that does not verify.
    pub fn verified(self) -> Secp256k1Key<Verified<S>> {
        Secp256k1Key(Verified::new(self.0))
    }
}

impl<S: Keypair<VerifyingKey = VerifyingKey>> Secp256k1Key<S> {
    /// The public key as a DER `SubjectPublicKeyInfo` (RFC 5480): the content of the PEM that
    /// Dfns wants when the credential is registered.
    pub fn public_key_der(&self) -> [u8; 88] {
        let mut der = [0; 88];
        let (prefix, point) = der.split_at_mut(PUBLIC_KEY_PREFIX.len());
        prefix.copy_from_slice(&PUBLIC_KEY_PREFIX);
        let key = self.0.verifying_key();
        write_point(&key.as_affine().x(), &key.as_affine().y(), point);
        der
    }
}

impl<S: Signer<Signature>> SigningKey for Secp256k1Key<S> {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Secp256k1
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        let (r, s) = self.0.try_sign(message)?.split_bytes();
        write_der(&r.into(), &s.into(), out)
    }
}

impl<S: Signer<Signature> + Keypair<VerifyingKey = VerifyingKey>> CredentialKey
    for Secp256k1Key<S>
{
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        write_front(&self.public_key_der(), out)
    }
}

impl<S> fmt::Debug for Secp256k1Key<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secp256k1Key").finish_non_exhaustive()
    }
}
