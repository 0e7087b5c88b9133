use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{Sha512, VerifyingKey};
use k256::ecdsa::SigningKey;
use k256::schnorr::signature::hazmat::PrehashSigner;
use ring::digest::{SHA256, SHA512, digest};
use serde_json::{Value, json};

use super::curve::{Curve, Ed25519, Secp256k1};
use crate::hex;
use crate::random::Random;

/// The private half of one of the sandbox's keys. It follows from the seed and the key's id, so nothing has
/// to be kept; a real service does the opposite. Only an imported key is kept.
pub(super) enum PrivateKey {
    Ed25519(Box<ExpandedSecretKey>),
    Ecdsa(Box<SigningKey>),
    Schnorr(Box<k256::schnorr::SigningKey>),
    /// Keys of a curve that the sandbox cannot compute with have examples for signatures.
    Example(Random),
}

/// What a key is to sign.
pub(super) enum Signable {
    /// ECDSA and Schnorr sign its SHA-256, Ed25519 the text itself.
    Message(Vec<u8>),
    /// Every scheme signs it as it is.
    Hash(Vec<u8>),
}

impl PrivateKey {
    pub(super) fn of(seed: u64, key_id: &str, scheme: &str, curve: &str) -> Self {
        let text = format!("dfns-sandbox key {seed} {key_id}");
        let secret = digest(&SHA256, text.as_bytes());
        let key = match curve {
            Ed25519::NAME => {
                let expanded = digest(&SHA512, secret.as_ref());
                let expanded = ExpandedSecretKey::from_slice(expanded.as_ref()).ok();
                expanded.map(|key| Self::Ed25519(Box::new(key)))
            }
            _ => Self::on_secp256k1(secret.as_ref(), scheme, curve),
        };
        key.unwrap_or_else(|| Self::Example(Random::of(seed, key_id)))
    }

    /// A key that came from outside: 32 bytes, the highest first.
    pub(super) fn of_scalar(scalar: [u8; 32], scheme: &str, curve: &str) -> Option<Self> {
        if curve != Ed25519::NAME {
            return Self::on_secp256k1(&scalar, scheme, curve);
        }
        // Nonces follow from a seed's other half, which a scalar does not have: any secret serves.
        let text = [&b"dfns-sandbox nonces"[..], &scalar].concat();
        let hash_prefix = digest(&SHA256, &text).as_ref().try_into().ok()?;
        let scalar = Ed25519::scalar(scalar)?;
        let key = ExpandedSecretKey {
            scalar,
            hash_prefix,
        };
        Some(Self::Ed25519(Box::new(key)))
    }

    fn on_secp256k1(secret: &[u8], scheme: &str, curve: &str) -> Option<Self> {
        if curve != Secp256k1::NAME {
            return None;
        }
        if scheme == "Schnorr" {
            let key = k256::schnorr::SigningKey::from_slice(secret).ok()?;
            return Some(Self::Schnorr(Box::new(key)));
        }
        let key = SigningKey::from_slice(secret).ok()?;
        Some(Self::Ecdsa(Box::new(key)))
    }

    /// What the public key is the multiple of, the highest byte first.
    pub(super) fn scalar(&self) -> Option<[u8; 32]> {
        match self {
            Self::Ed25519(key) => Some(Ed25519::bytes(key.scalar)),
            Self::Ecdsa(key) => Some(key.to_bytes().into()),
            Self::Schnorr(key) => Some(key.to_bytes().into()),
            Self::Example(_) => None,
        }
    }

    /// Hex: 32 bytes of Ed25519, a compressed point of secp256k1 (BIP 340 has even points only).
    pub(super) fn public_key(&self) -> String {
        match self {
            Self::Ed25519(key) => hex::encode(&VerifyingKey::from(&**key).to_bytes()),
            Self::Ecdsa(key) => hex::encode(key.verifying_key().to_sec1_point(true).as_bytes()),
            Self::Schnorr(key) => format!("02{}", hex::encode(&key.verifying_key().to_bytes())),
            Self::Example(random) => format!("02{}", random.clone().hex(32)),
        }
    }

    /// A signature as the API shows it.
    pub(super) fn sign(&self, what: &Signable) -> Value {
        match self {
            Self::Ed25519(key) => {
                let (Signable::Message(bytes) | Signable::Hash(bytes)) = what;
                let public = VerifyingKey::from(&**key);
                show(&raw_sign::<Sha512>(key, bytes, &public).to_bytes())
            }
            Self::Ecdsa(key) => {
                let (signature, recovery) = key.sign_prehash_recoverable(&what.hash());
                let mut shown = show(&signature.to_bytes());
                let encoded = shown["encoded"].as_str().unwrap_or_default();
                // As Ethereum has it: r, s, and 27 or 28.
                shown["encoded"] = format!("{encoded}{:02x}", 27 + recovery.to_byte()).into();
                shown["recid"] = recovery.to_byte().into();
                shown
            }
            Self::Schnorr(key) => match key.sign_prehash(&what.hash()) {
                Ok(signature) => show(&signature.to_bytes()),
                Err(_) => show(&[0; 64]),
            },
            Self::Example(random) => show(&random.clone().bytes::<64>()),
        }
    }
}

impl Signable {
    fn hash(&self) -> Vec<u8> {
        match self {
            Self::Message(bytes) => digest(&SHA256, bytes).as_ref().to_vec(),
            Self::Hash(bytes) => bytes.clone(),
        }
    }
}

/// Two halves of 32 bytes.
fn show(signature: &[u8]) -> Value {
    let (r, s) = signature.split_at(signature.len() / 2);
    json!({
        "r": format!("0x{}", hex::encode(r)),
        "s": format!("0x{}", hex::encode(s)),
        "encoded": format!("0x{}", hex::encode(signature)),
    })
}
