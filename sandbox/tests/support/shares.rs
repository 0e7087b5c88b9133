//! Importing and exporting keys from outside, by other cryptography than the sandbox's where there is some.

use std::ops::{Add, Mul};

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{PublicKey, SecretKey};
use serde_json::{Value, json};
use sha2::Sha256;

/// A private key's shares, at the points 1 to 5 of a polynomial of degree two.
pub fn split<S: Copy + From<u64> + Add<Output = S> + Mul<Output = S>>(secret: S) -> Vec<S> {
    let (once, twice) = (S::from(0x1234_5678), S::from(0x9abc_def0));
    (1..=5)
        .map(|point| S::from(point))
        .map(|point| secret + once * point + twice * point * point)
        .collect()
}

pub fn secp256k1(scalar: k256::Scalar) -> ([u8; 32], Vec<u8>) {
    let point = k256::ProjectivePoint::mul_by_generator(&scalar).to_affine();
    (
        scalar.to_bytes().into(),
        point.to_sec1_point(false).as_bytes().to_vec(),
    )
}

pub fn ed25519(scalar: curve25519_dalek::Scalar) -> ([u8; 32], Vec<u8>) {
    let point = curve25519_dalek::EdwardsPoint::mul_base(&scalar);
    let mut bytes = scalar.to_bytes();
    bytes.reverse();
    (bytes, point.compress().to_bytes().to_vec())
}

/// A request to import the key that has these shares and public shares, three of which give it.
pub fn import_body(
    signers: &Value,
    (protocol, curve): (&str, &str),
    shares: &[([u8; 32], Vec<u8>)],
) -> Value {
    let points = shares.iter();
    let points: Vec<_> = points
        .map(|(_, point)| json!({"curve": curve, "point": hex(point)}))
        .collect();
    let shares = sorted(signers).into_iter().zip(shares);
    let shares: Vec<_> = shares
        .map(|(signer, (scalar, _))| {
            let scalar = json!({"curve": curve, "scalar": hex(scalar)});
            let plain = json!({"version": 1, "secret_share": scalar, "public_shares": points});
            let sealed = seal(&signer["encryptionKey"], plain.to_string().as_bytes());
            json!({"signerId": signer["signerId"], "encryptedKeyShare": sealed})
        })
        .collect();
    json!({"protocol": protocol, "curve": curve, "minSigners": 3, "encryptedKeyShares": shares})
}

/// All signers, by the bytes of their ids.
fn sorted(signers: &Value) -> Vec<Value> {
    let clusters = signers["clusters"].as_array().unwrap().iter();
    let all = clusters.flat_map(|cluster| cluster["signers"].as_array().unwrap());
    let mut all: Vec<_> = all.cloned().collect();
    all.sort_by_key(|signer| base64(&signer["signerId"]));
    all
}

/// A message for the holder of an encryption key, in base64.
pub fn seal(key: &Value, message: &[u8]) -> String {
    let key = base64(key);
    assert_eq!((key[0], key.len()), (1, 34));
    let key = PublicKey::from_sec1_bytes(&key[1..]).unwrap();
    let once = SecretKey::from_slice(&[7; 32]).unwrap();
    let cipher = cipher(&key, &once);
    let sealed = cipher.encrypt(&Nonce::default(), message).unwrap();
    let point = once.public_key().to_sec1_point(true);
    BASE64_STANDARD.encode([&sealed[..], point.as_bytes()].concat())
}

/// What was sealed for a key.
pub fn open(key: &SecretKey, sealed: &Value) -> Vec<u8> {
    let sealed = base64(sealed);
    let (sealed, once) = sealed.split_at(sealed.len() - 33);
    let once = PublicKey::from_sec1_bytes(once).unwrap();
    let cipher = cipher(&once, key);
    cipher.decrypt(&Nonce::default(), sealed).unwrap()
}

/// HKDF-SHA-256 for one block (RFC 5869).
fn cipher(public: &PublicKey, private: &SecretKey) -> Aes256Gcm {
    let shared = public.to_projective() * *private.to_nonzero_scalar();
    let shared = shared.to_affine().to_sec1_point(true);
    let extracted = mac(b"DFNS_KEY_IMPORT", &[shared.as_bytes()]);
    let key = mac(&extracted, &[b"ENCRYPTION_KEY", &[1]]);
    Aes256Gcm::new_from_slice(&key).unwrap()
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

pub fn base64(text: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Hex with or without `0x`.
pub fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    let hex = hex.strip_prefix("0x").unwrap_or(hex);
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}
