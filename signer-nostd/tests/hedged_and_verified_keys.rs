//! The two guards against faults: nonces with fresh random numbers, and a look at each signature.
#![cfg(all(feature = "ed25519", feature = "p256", feature = "secp256k1"))]

mod support;

use base64ct::{Base64, Encoding as _};
use dfns_signer::signature::rand_core::{TryCryptoRng, TryRng};
use dfns_signer::signature::{Error, Keypair, Signer};
use dfns_signer::{CredentialKey, Ed25519Key, P256Key, Secp256k1Key, SignError, SigningKey as _};

const MESSAGE: &[u8] = b"message";

/// Counts up; or repeats itself; or is broken.
enum Entropy {
    Counting(u8),
    Stuck,
    Broken,
}

impl TryRng for Entropy {
    type Error = std::fmt::Error;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        match self {
            Self::Counting(count) => {
                *count += 1;
                bytes.fill(*count);
            }
            Self::Stuck => bytes.fill(0),
            Self::Broken => return Err(std::fmt::Error),
        }
        Ok(())
    }
}

impl TryCryptoRng for Entropy {}

fn sign(key: &dyn CredentialKey) -> Result<Vec<u8>, SignError> {
    let mut out = [0; 72];
    let len = key.sign_into(MESSAGE, &mut out)?;
    Ok(out[..len].to_vec())
}

fn verify(key: &dyn CredentialKey, signature: &[u8]) {
    let mut der = [0; 91];
    let len = key.public_key_into(&mut der).unwrap();
    let pem = Base64::encode_string(&der[..len]);
    support::verify(key.algorithm(), &pem, MESSAGE, signature);
}

#[test]
fn hedged_signatures_differ_and_verify() {
    let p256 = || P256Key::from_bytes(&[7; 32]).unwrap();
    let secp256k1 = || Secp256k1Key::from_bytes(&[7; 32]).unwrap();
    let cases: [(Box<dyn CredentialKey>, Box<dyn CredentialKey>); 2] = [
        (
            Box::new(p256()),
            Box::new(p256().hedged(Entropy::Counting(0)).verified()),
        ),
        (
            Box::new(secp256k1()),
            Box::new(secp256k1().hedged(Entropy::Counting(0)).verified()),
        ),
    ];
    for (plain, hedged) in cases {
        let signatures = [sign(&*plain), sign(&*hedged), sign(&*hedged)].map(Result::unwrap);
        for signature in &signatures {
            verify(&*plain, signature);
        }
        assert_ne!(signatures[0], signatures[1]);
        assert_ne!(signatures[1], signatures[2]);
    }
}

#[test]
fn stuck_entropy_still_signs_and_broken_entropy_does_not() {
    let key = P256Key::from_bytes(&[7; 32]).unwrap();
    let stuck = key.hedged(Entropy::Stuck);
    let signature = sign(&stuck).unwrap();
    verify(&stuck, &signature);
    // The nonce depends on the message as well, so a stuck source is no worse than none.
    let mut out = [0; 72];
    let len = stuck.sign_into(b"other", &mut out).unwrap();
    assert_ne!(out[4..36], signature[4..36], "{len}");

    let broken = P256Key::from_bytes(&[7; 32])
        .unwrap()
        .hedged(Entropy::Broken);
    assert_eq!(sign(&broken).unwrap_err(), SignError::KeyFailed);
}

/// A key whose every signature has one wrong bit.
struct Faulty<S>(S);

impl Signer<p256::ecdsa::Signature> for Faulty<p256::ecdsa::SigningKey> {
    fn try_sign(&self, message: &[u8]) -> Result<p256::ecdsa::Signature, Error> {
        let signature: p256::ecdsa::Signature = self.0.try_sign(message)?;
        let mut bytes = signature.to_bytes();
        bytes[63] ^= 1;
        p256::ecdsa::Signature::from_slice(&bytes)
    }
}

impl Signer<k256::ecdsa::Signature> for Faulty<k256::ecdsa::SigningKey> {
    fn try_sign(&self, message: &[u8]) -> Result<k256::ecdsa::Signature, Error> {
        let signature: k256::ecdsa::Signature = self.0.try_sign(message)?;
        let mut bytes = signature.to_bytes();
        bytes[63] ^= 1;
        k256::ecdsa::Signature::from_slice(&bytes)
    }
}

impl Signer<ed25519_dalek::Signature> for Faulty<ed25519_dalek::SigningKey> {
    fn try_sign(&self, message: &[u8]) -> Result<ed25519_dalek::Signature, Error> {
        let mut bytes = self.0.try_sign(message)?.to_bytes();
        bytes[40] ^= 1;
        Ok(ed25519_dalek::Signature::from_bytes(&bytes))
    }
}

impl<S: Keypair> Keypair for Faulty<S> {
    type VerifyingKey = S::VerifyingKey;

    fn verifying_key(&self) -> S::VerifyingKey {
        self.0.verifying_key()
    }
}

#[test]
fn a_faulty_signature_does_not_come_out_of_a_verified_key() {
    let p256 = || Faulty(p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap());
    let secp256k1 = || Faulty(k256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap());
    let ed25519 = || Faulty(ed25519_dalek::SigningKey::from_bytes(&[7; 32]));
    let cases: [(Box<dyn CredentialKey>, Box<dyn CredentialKey>); 3] = [
        (
            Box::new(P256Key::from_signer(p256())),
            Box::new(P256Key::from_signer(p256()).verified()),
        ),
        (
            Box::new(Secp256k1Key::from_signer(secp256k1())),
            Box::new(Secp256k1Key::from_signer(secp256k1()).verified()),
        ),
        (
            Box::new(Ed25519Key::from_signer(ed25519())),
            Box::new(Ed25519Key::from_signer(ed25519()).verified()),
        ),
    ];
    for (trusting, verified) in cases {
        assert!(sign(&*trusting).is_ok());
        assert_eq!(sign(&*verified).unwrap_err(), SignError::KeyFailed);
    }
}

#[test]
fn a_verified_key_signs_as_before() {
    let seed = [7; 32];
    let keys: [(Box<dyn CredentialKey>, Box<dyn CredentialKey>); 3] = [
        (
            Box::new(Ed25519Key::from_bytes(&seed)),
            Box::new(Ed25519Key::from_bytes(&seed).verified()),
        ),
        (
            Box::new(P256Key::from_bytes(&seed).unwrap()),
            Box::new(P256Key::from_bytes(&seed).unwrap().verified()),
        ),
        (
            Box::new(Secp256k1Key::from_bytes(&seed).unwrap()),
            Box::new(Secp256k1Key::from_bytes(&seed).unwrap().verified()),
        ),
    ];
    for (plain, verified) in keys {
        assert_eq!(sign(&*plain), sign(&*verified));
    }
}
