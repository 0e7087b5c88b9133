#[cfg(test)]
mod wycheproof_vectors;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use k256::ecdsa::signature::Verifier;
use k256::ecdsa::{Signature, VerifyingKey};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, Ed25519KeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256,
    UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

// Object identifiers: RFC 8410 (Ed25519), RFC 5480 and SEC 2 (curves), RFC 3279 (RSA).
pub(super) const ED25519_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// A registered key, of the algorithms that the Dfns documentation names on "Generate a key pair".
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PublicKey {
    pem: String,
    key: Key,
}

#[derive(Debug, Clone)]
enum Key {
    Ed25519(Vec<u8>),
    P256(Vec<u8>),
    Secp256k1(Box<VerifyingKey>),
    Rsa(Vec<u8>),
}

impl PublicKey {
    /// Reads SPKI PEM, or PKCS#1 PEM of an RSA key, as the API's pattern for `publicKey` allows.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, &'static str> {
        let key = Key::from_pem(pem)?;
        let pem = pem.to_owned();
        Ok(Self { pem, key })
    }

    /// As it was given.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// Ed25519 over the message (64 bytes), ECDSA over its SHA-256 (ASN.1 DER, either half of `s`),
    /// RSA PKCS#1 v1.5 over its SHA-256.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.key {
            Key::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key)
                .verify(message, signature)
                .is_ok(),
            Key::P256(key) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key)
                .verify(message, signature)
                .is_ok(),
            Key::Rsa(key) => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
                .verify(message, signature)
                .is_ok(),
            // The library takes the low half of `s` only, as some chains do; the service takes both.
            Key::Secp256k1(key) => Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature.normalize_s()).is_ok()),
        }
    }

    pub(crate) fn algorithm(&self) -> &'static str {
        match &self.key {
            Key::Ed25519(_) => "Ed25519",
            Key::P256(_) => "ECDSA P-256 with SHA-256",
            Key::Secp256k1(_) => "ECDSA secp256k1 with SHA-256",
            Key::Rsa(_) => "RSA PKCS#1 v1.5 with SHA-256",
        }
    }
}

impl TryFrom<String> for PublicKey {
    type Error = &'static str;

    fn try_from(pem: String) -> Result<Self, Self::Error> {
        Self::from_pem(&pem)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.pem
    }
}

impl Key {
    fn from_pem(pem: &str) -> Result<Self, &'static str> {
        // That pattern lets a newline be written as backslash-n too.
        let pem = pem.replace("\\n", "\n");
        if let Some(der) = pem_body(&pem, "RSA PUBLIC KEY") {
            return rsa(&der);
        }
        let der = pem_body(&pem, "PUBLIC KEY").ok_or("not a PEM block PUBLIC KEY")?;
        let info = SubjectPublicKeyInfoRef::try_from(der.as_slice())
            .map_err(|_| "the PEM block holds no SubjectPublicKeyInfo")?;
        let key = info.subject_public_key.raw_bytes();
        let curve = info.algorithm.parameters_oid().ok();
        match (info.algorithm.oid, curve) {
            (ED25519_ID, _) if key.len() == 32 => Ok(Self::Ed25519(key.to_vec())),
            (EC, Some(P256)) if key.len() == 65 => Ok(Self::P256(key.to_vec())),
            (EC, Some(SECP256K1)) => VerifyingKey::from_sec1_bytes(key)
                .map(|key| Self::Secp256k1(Box::new(key)))
                .map_err(|_| "not a point of secp256k1"),
            (RSA, _) => rsa(key),
            _ => Err("not an Ed25519, P-256, secp256k1 or RSA key"),
        }
    }
}

/// The SPKI PEM of the Ed25519 key with that seed.
pub(crate) fn example_public_key(seed: [u8; 32]) -> String {
    // RFC 8410, section 4: the fixed beginning of an Ed25519 SubjectPublicKeyInfo.
    let mut der = vec![
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    if let Ok(pair) = Ed25519KeyPair::from_seed_unchecked(&seed) {
        der.extend_from_slice(pair.public_key().as_ref());
    }
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        BASE64_STANDARD.encode(der)
    )
}

fn rsa(pkcs1: &[u8]) -> Result<Key, &'static str> {
    // A modulus of 2048 bits alone is 256 bytes.
    if pkcs1.len() < 256 {
        return Err("an RSA key needs at least 2048 bits");
    }
    Ok(Key::Rsa(pkcs1.to_vec()))
}

fn pem_body(pem: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_whitespace().collect();
    BASE64_STANDARD.decode(body).ok()
}
