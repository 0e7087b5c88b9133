//! What only a holder of a key can read: the shares of an imported or exported key.
//!
//! As the service's own program for the purpose does it: Diffie-Hellman on secp256k1 with a key made for the message, whose
//! compressed point is the secret; HKDF-SHA-256; AES-256-GCM with a nonce of zeros; the message's key comes last.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{PublicKey, SecretKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

const SALT: &[u8] = b"DFNS_KEY_IMPORT";
const INFO: &[u8] = b"ENCRYPTION_KEY";
const POINT: usize = 33;

/// What comes before the point in an encryption key's text.
const VERSION: u8 = 1;

/// An encryption key as the API shows it.
pub(super) fn show(key: &PublicKey) -> String {
    BASE64_STANDARD.encode([&[VERSION][..], &compressed(key)].concat())
}

/// Reads what [`show`] wrote.
pub(super) fn read(text: &str) -> Option<PublicKey> {
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    match bytes.split_first()? {
        (&VERSION, point) if point.len() == POINT => PublicKey::from_sec1_bytes(point).ok(),
        _ => None,
    }
}

/// A message for the holder of `to`. `once` must serve for nothing else.
pub(super) fn seal(to: &PublicKey, once: &SecretKey, message: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = message.to_vec();
    cipher(to, once)?
        .seal_in_place_append_tag(nonce(), Aad::empty(), &mut sealed)
        .ok()?;
    sealed.extend(compressed(&once.public_key()));
    Some(sealed)
}

/// What was sealed for this key.
pub(super) fn open(key: &SecretKey, sealed: &[u8]) -> Option<Vec<u8>> {
    let (sealed, once) = sealed.split_at_checked(sealed.len().checked_sub(POINT)?)?;
    let once = PublicKey::from_sec1_bytes(once).ok()?;
    let mut sealed = sealed.to_vec();
    let message = cipher(&once, key)?
        .open_in_place(nonce(), Aad::empty(), &mut sealed)
        .ok()?;
    Some(message.to_vec())
}

fn cipher(public: &PublicKey, private: &SecretKey) -> Option<LessSafeKey> {
    let shared = public.to_projective() * *private.to_nonzero_scalar();
    let shared = shared.to_affine().to_sec1_point(true);
    let key = Salt::new(HKDF_SHA256, SALT).extract(shared.as_bytes());
    let key = UnboundKey::from(key.expand(&[INFO], &AES_256_GCM).ok()?);
    Some(LessSafeKey::new(key))
}

/// No key is used twice.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn compressed(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(true).as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use k256::SecretKey;

    use super::{open, read, seal, show};

    fn scalar(number: u8) -> SecretKey {
        let mut bytes = [0; 32];
        bytes[31] = number;
        SecretKey::from_slice(&bytes).unwrap()
    }

    // Worked out with other tools from the construction: recipient 1, the message's key 2.
    const KEY: &str = "AQJ5vmZ++dy7rFWgYpXOhwsHApv82y3OKNlZ8oFbFvgXmA==";
    const SEALED: &str = "WmaaeiiI62XUl5+l88xiHm8SdMMwAsYEf5RB7X1tMEVAbpXAfNhcd45LjO88p6usCblccJ7l";

    #[test]
    fn a_known_message_is_sealed_and_opened() {
        let key = scalar(1).public_key();
        assert_eq!(show(&key), KEY);
        assert_eq!(read(KEY), Some(key));
        let sealed = seal(&key, &scalar(2), b"hello").unwrap();
        assert_eq!(BASE64_STANDARD.encode(&sealed), SEALED);
        assert_eq!(open(&scalar(1), &sealed).unwrap(), b"hello");
    }

    #[test]
    fn what_is_damaged_or_for_someone_else_is_not_opened() {
        let sealed = BASE64_STANDARD.decode(SEALED).unwrap();
        assert_eq!(open(&scalar(3), &sealed), None);
        for place in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[place] ^= 1;
            assert_eq!(open(&scalar(1), &damaged), None);
            assert_eq!(open(&scalar(1), &sealed[..place]), None);
        }
        for other in [
            "",
            "AQ==",
            "not base64",
            "AAJ5vmZ++dy7rFWgYpXOhwsHApv82y3OKNlZ8oFbFvgXmA==",
        ] {
            assert_eq!(read(other), None);
        }
    }
}
