//! New keys work like keys that were read.
#![cfg(all(
    feature = "generate",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use dfns_signer::{Algorithm, KeySigner};
use support::{CHALLENGE, from_base64url, verify};

fn generate(algorithm: Algorithm) -> KeySigner {
    let signer = KeySigner::generate("cr-new", algorithm).unwrap();
    let stored = KeySigner::from_pem("cr-new", &signer.to_pkcs8_pem().unwrap()).unwrap();
    assert_eq!(stored.public_key_pem(), signer.public_key_pem());

    let answer = stored.sign(CHALLENGE, []).unwrap();
    let message = from_base64url(&answer.client_data);
    let signature = from_base64url(&answer.signature);
    verify(algorithm, &signer.public_key_pem(), &message, &signature);
    signer
}

#[test]
fn on_the_curves() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256, Algorithm::Secp256k1] {
        let (one, other) = (generate(algorithm), generate(algorithm));
        assert_ne!(one.public_key_pem(), other.public_key_pem());
    }
}

#[test]
fn rsa_with_3072_bits() {
    let signer = generate(Algorithm::Rsa);
    let signature = signer.sign(CHALLENGE, []).unwrap().signature;
    assert_eq!(from_base64url(&signature).len(), 3072 / 8);
}
