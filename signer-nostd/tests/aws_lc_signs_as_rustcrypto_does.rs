//! With the feature `aws-lc` the keys of a host sign with another library, and nobody else can tell.
#![cfg(all(
    feature = "aws-lc",
    feature = "generate",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use dfns_signer::{
    Algorithm, CredentialKey, Ed25519Key, KeySigner, P256Key, RsaKey, Secp256k1Key, SignError,
    SigningKey,
};
use support::{from_pem, verify};

/// A key twice: as a host has it, and without AWS-LC.
fn both(host: KeySigner) -> (KeySigner, Box<dyn CredentialKey>) {
    let der = from_pem(&host.to_pkcs8_pem().unwrap());
    let plain: Box<dyn CredentialKey> = match host.algorithm() {
        Algorithm::Ed25519 => Box::new(Ed25519Key::from_pkcs8_der(&der).unwrap()),
        Algorithm::P256 => Box::new(P256Key::from_pkcs8_der(&der).unwrap()),
        Algorithm::Secp256k1 => Box::new(Secp256k1Key::from_pkcs8_der(&der).unwrap()),
        Algorithm::Rsa => Box::new(RsaKey::from_pkcs8_der(&der).unwrap()),
    };
    (host, plain)
}

fn generated(algorithm: Algorithm) -> (KeySigner, Box<dyn CredentialKey>) {
    both(KeySigner::generate("cr-1", algorithm).unwrap())
}

fn signature(key: &(impl SigningKey + ?Sized), message: &[u8]) -> Vec<u8> {
    let mut out = [0; 512];
    let len = key.sign_into(message, &mut out).unwrap();
    out[..len].to_vec()
}

/// Messages of every length up to two blocks of a hash, and a long one.
fn messages() -> impl Iterator<Item = Vec<u8>> {
    (0..=256).chain([10_000]).map(|len| vec![0x5a; len])
}

#[test]
fn signatures_that_are_no_chance_are_the_same() {
    for algorithm in [Algorithm::Ed25519, Algorithm::Secp256k1] {
        let (host, plain) = generated(algorithm);
        for message in messages() {
            assert_eq!(signature(&host, &message), signature(&*plain, &message));
        }
    }
    let (host, plain) = generated(Algorithm::Rsa);
    for message in messages().step_by(16) {
        assert_eq!(signature(&host, &message), signature(&*plain, &message));
    }
}

/// A second signature of the same message tells that it is AWS-LC that signs.
#[test]
fn p256_draws_its_nonces_and_is_valid_for_everyone() {
    use dfns_signer::signature::Verifier as _;

    let (host, plain) = generated(Algorithm::P256);
    let public_key = host.public_key_pem();
    let theirs = p256::ecdsa::VerifyingKey::from_sec1_bytes(&from_pem(&public_key)[26..]).unwrap();
    for message in messages() {
        let (one, other) = (signature(&host, &message), signature(&host, &message));
        assert_ne!(one, other);
        assert_eq!(signature(&*plain, &message), signature(&*plain, &message));
        for signature in [one, other, signature(&*plain, &message)] {
            assert!(signature.len() <= Algorithm::P256.max_signature_len());
            verify(Algorithm::P256, &public_key, &message, &signature);
            let der = p256::ecdsa::DerSignature::from_bytes(&signature).unwrap();
            theirs.verify(&message, &der).unwrap();
        }
    }
}

/// Lengths that are no multiple of eight bits, and exponents from the least on.
#[test]
fn rsa_of_every_size_and_exponent_that_is_read_signs() {
    use getrandom::SysRng;
    use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};

    for (bits, exponent) in [
        (2048, 3),
        (2050, 65_537),
        (2056, 17),
        (2048, (1_u64 << 32) + 15),
    ] {
        let key = rsa::PrivateKey::new_with_exp(&mut SysRng, bits, exponent.into()).unwrap();
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        let (host, plain) = both(KeySigner::from_pem("cr-1", &pem).unwrap());
        assert_eq!(signature(&host, b"message"), signature(&*plain, b"message"));
    }
}

#[test]
fn the_rest_of_a_key_is_the_same() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256, Algorithm::Rsa] {
        let (host, plain) = generated(algorithm);
        let public_key = |key: &dyn CredentialKey| {
            let mut out = [0; 552];
            let len = key.public_key_into(&mut out).unwrap();
            out[..len].to_vec()
        };
        assert_eq!(public_key(&host), public_key(&*plain));
        assert_eq!(public_key(&host), from_pem(&host.public_key_pem()));
        let refused = host.sign_into(b"message", &mut [0; 63]);
        assert!(matches!(refused, Err(SignError::BufferTooSmall { .. })));
        let host = host.with_credential_id("cr-2").unwrap();
        assert_eq!(host.credential_id(), "cr-2");
        let public_key = host.public_key_pem();
        verify(
            algorithm,
            &public_key,
            b"message",
            &signature(&host, b"message"),
        );
    }
}
