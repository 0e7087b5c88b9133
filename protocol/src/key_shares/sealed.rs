//! What only the holder of a key can read.

use alloc::string::String;
use alloc::vec::Vec;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hkdf::Hkdf;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{ProjectivePoint, PublicKey, Scalar};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::KeyShareError;
use super::curve::{Curve, Secp256k1};
use super::random::Random;

const SALT: &[u8] = b"DFNS_KEY_IMPORT";
const INFO: &[u8] = b"ENCRYPTION_KEY";
const POINT: usize = 33;
const TAG: usize = 16;

/// What comes before the point of an encryption key in its text.
const VERSION: u8 = 1;

/// The private half of an encryption key.
pub(super) struct DecryptionKey(Zeroizing<Scalar>);

impl DecryptionKey {
    pub(super) fn new(random: &mut Random<'_>) -> Result<Self, KeyShareError> {
        Secp256k1::random(random).map(Zeroizing::new).map(Self)
    }

    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        Secp256k1::scalar(bytes).map(Zeroizing::new).map(Self)
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Secp256k1::bytes(&self.0)
    }

    /// The public half, as the API takes it.
    pub(super) fn encryption_key(&self) -> String {
        let mut bytes = Vec::from([VERSION]);
        bytes.extend(Secp256k1::public_key(&self.0));
        BASE64_STANDARD.encode(bytes)
    }

    /// What was sealed for this key. `None` when it was not, or is damaged.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (message, once) = sealed.split_at_checked(sealed.len().checked_sub(POINT)?)?;
        let once = read_point(once)?;
        let mut message = Zeroizing::new(message.to_vec());
        let cipher = cipher(&once, &self.0)?;
        cipher.decrypt_in_place(&nonce(), b"", &mut *message).ok()?;
        Some(message)
    }
}

/// A key to seal with.
pub(super) struct EncryptionKey(PublicKey);

impl EncryptionKey {
    /// Reads what the API shows: standard base64 of a version and a compressed point.
    pub(super) fn read(text: &str) -> Option<Self> {
        match BASE64_STANDARD.decode(text).ok()?.split_first()? {
            (&VERSION, point) => read_point(point).map(Self),
            _ => None,
        }
    }

    /// Seals a message for the holder of this key.
    pub(super) fn seal(
        &self,
        message: &[u8],
        random: &mut Random<'_>,
    ) -> Result<Vec<u8>, KeyShareError> {
        let once = Zeroizing::new(Secp256k1::random(random)?);
        self.seal_with(message, &once).ok_or(KeyShareError::TooLong)
    }

    fn seal_with(&self, message: &[u8], once: &Scalar) -> Option<Vec<u8>> {
        // With all its room from the start: growing would leave copies behind.
        let mut sealed = Zeroizing::new(Vec::with_capacity(message.len() + TAG + POINT));
        sealed.extend_from_slice(message);
        let cipher = cipher(&self.0, once)?;
        cipher.encrypt_in_place(&nonce(), b"", &mut *sealed).ok()?;
        sealed.extend(Secp256k1::public_key(once));
        Some(core::mem::take(&mut *sealed))
    }
}

/// Reads a compressed point, and no other form of one (SEC 1 section 2.3.4).
fn read_point(bytes: &[u8]) -> Option<PublicKey> {
    let compressed = bytes.len() == POINT && matches!(bytes, [2 | 3, ..]);
    compressed.then(|| PublicKey::from_sec1_bytes(bytes).ok())?
}

/// The cipher for what passes between two keys. One of them was made for a single message.
fn cipher(public: &PublicKey, private: &Scalar) -> Option<Aes256Gcm> {
    let shared: ProjectivePoint = public.to_projective() * private;
    let shared = Zeroizing::new(shared.to_affine().to_sec1_point(true).as_bytes().to_vec());
    let mut key = Zeroizing::new([0; 32]);
    let derivation = Hkdf::<Sha256>::new(Some(SALT), &shared);
    derivation.expand(INFO, &mut *key).ok()?;
    Aes256Gcm::new_from_slice(&*key).ok()
}

/// No key is used twice, so the nonce need not differ.
fn nonce() -> Nonce<aes_gcm::aead::consts::U12> {
    Nonce::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out from the construction with other tools: the recipient's private key is 1, the message's 2.
    const KEY: &str = "AQJ5vmZ++dy7rFWgYpXOhwsHApv82y3OKNlZ8oFbFvgXmA==";
    const SEALED: &str = "WmaaeiiI62XUl5+l88xiHm8SdMMwAsYEf5RB7X1tMEVAbpXAfNhcd45LjO88p6usCblccJ7l";

    fn key(number: u8) -> DecryptionKey {
        let mut bytes = [0; 32];
        bytes[31] = number;
        DecryptionKey::from_bytes(&bytes).unwrap()
    }

    #[test]
    fn a_known_message_is_sealed_and_opened() {
        assert_eq!(key(1).encryption_key(), KEY);
        let sealed = EncryptionKey::read(KEY)
            .unwrap()
            .seal_with(b"hello", &key(2).0)
            .unwrap();
        assert_eq!(BASE64_STANDARD.encode(&sealed), SEALED);
        assert_eq!(**key(1).open(&sealed).unwrap(), *b"hello");
    }

    #[test]
    fn what_is_damaged_or_for_someone_else_is_not_opened() {
        let sealed = BASE64_STANDARD.decode(SEALED).unwrap();
        assert!(key(3).open(&sealed).is_none());
        for place in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[place] ^= 1;
            assert!(key(1).open(&damaged).is_none(), "{place}");
            assert!(key(1).open(&sealed[..place]).is_none(), "{place}");
        }
    }

    #[test]
    fn an_encryption_key_has_its_version_and_is_a_point() {
        for text in [
            "",
            "AQ==",
            "no base64",
            "AgJ5vmZ++dy7rFWgYpXOhwsHApv82y3OKNlZ8oFbFvgXmA==",
            "AQJ5vmZ++dy7rFWgYpXOhwsHApv82y3OKNlZ8oFbFvgX",
            "AQV5vmZ++dy7rFWgYpXOhwsHApv82y3OKNlZ8oFbFvgXmA==",
        ] {
            assert!(EncryptionKey::read(text).is_none(), "{text}");
        }
    }
}
