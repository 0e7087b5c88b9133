//! The heart of the crate, as a device uses it: raw keys, a buffer on the stack.
#![cfg(all(feature = "ed25519", feature = "p256", feature = "secp256k1"))]

use dfns_signer::signature::{self, Signer};
use dfns_signer::{
    Algorithm, Ed25519Key, InvalidKey, P256Key, Secp256k1Key, SignError, SigningKey, assert,
    assertion_len, client_data, client_data_len,
};

const CHALLENGE: &str = include_str!("vectors/ed25519/challenge.txt");
const LEN: usize = assertion_len(CHALLENGE.len(), Algorithm::P256);

fn seed() -> [u8; 32] {
    core::array::from_fn(|i| u8::try_from(i).unwrap())
}

fn scalar() -> [u8; 32] {
    core::array::from_fn(|i| u8::try_from(i + 1).unwrap())
}

fn keys() -> [(Box<dyn SigningKey>, &'static str); 3] {
    [
        (
            Box::new(Ed25519Key::from_bytes(&seed())),
            include_str!("vectors/ed25519/signature.b64u"),
        ),
        (
            Box::new(P256Key::from_bytes(&scalar()).unwrap()),
            include_str!("vectors/p256-high-s/signature.b64u"),
        ),
        (
            Box::new(Secp256k1Key::from_bytes(&scalar()).unwrap()),
            include_str!("vectors/secp256k1/signature.b64u"),
        ),
    ]
}

#[test]
fn the_three_curves_match_their_vectors() {
    for (key, signature) in keys() {
        let mut out = [0xff; LEN];
        let assertion = assert(&*key, CHALLENGE, &mut out).unwrap();
        assert_eq!(
            assertion.client_data,
            include_str!("vectors/ed25519/client-data.b64u")
        );
        assert_eq!(assertion.signature, signature);
    }
}

/// Stands for a secure element: no key in memory, one fixed answer.
struct Element<S>(S);

impl<S: Clone> Signer<S> for Element<S> {
    fn try_sign(&self, _message: &[u8]) -> Result<S, signature::Error> {
        Ok(self.0.clone())
    }
}

/// The longest signature there is: both numbers have their top bit set.
fn longest() -> (
    Element<p256::ecdsa::Signature>,
    Element<k256::ecdsa::Signature>,
) {
    let high = [0xf0; 64];
    (
        Element(p256::ecdsa::Signature::from_slice(&high).unwrap()),
        Element(k256::ecdsa::Signature::from_slice(&high).unwrap()),
    )
}

#[test]
fn a_hardware_key_comes_in_by_the_signer_trait() {
    let (p256, _) = longest();
    let mut out = [0; LEN];
    let assertion = assert(&P256Key::from_signer(p256), CHALLENGE, &mut out).unwrap();
    assert!(
        assertion.signature.starts_with("MEYCIQDw8PDw"),
        "{}",
        assertion.signature
    );
}

#[test]
fn assertion_len_is_exact() {
    let (p256, secp256k1) = longest();
    let ed25519 = ed25519_dalek::Signature::from_bytes(&[7; 64]);
    let keys: [&dyn SigningKey; 3] = [
        &Ed25519Key::from_signer(Element(ed25519)),
        &P256Key::from_signer(p256),
        &Secp256k1Key::from_signer(secp256k1),
    ];
    let alphabet = "aZ09-_".repeat(40);
    for challenge in (1..=200).map(|len| &alphabet[..len]) {
        for key in keys {
            let needed = assertion_len(challenge.len(), key.algorithm());
            let mut out = [0; 512];
            let assertion = assert(key, challenge, &mut out[..needed]).unwrap();
            assert_eq!(
                assertion.client_data.len() + assertion.signature.len(),
                needed
            );

            let short = assert(key, challenge, &mut out[..needed - 1]).unwrap_err();
            assert_eq!(short, SignError::BufferTooSmall { needed });
        }
    }
}

#[test]
fn assertion_len_holds_for_real_signatures() {
    let alphabet = "Dfns-".repeat(40);
    for challenge in (1..=200).map(|len| &alphabet[..len]) {
        for (key, _) in keys() {
            let mut out = vec![0; assertion_len(challenge.len(), key.algorithm())];
            assert(&*key, challenge, &mut out).unwrap();
        }
    }
}

#[test]
fn absurd_lengths_do_not_wrap_around() {
    assert_eq!(client_data_len(usize::MAX), usize::MAX);
    assert_eq!(assertion_len(usize::MAX, Algorithm::Rsa), usize::MAX);
}

#[test]
fn client_data_is_the_challenge_in_a_fixed_frame() {
    let mut out = [0; 128];
    let written = client_data(CHALLENGE, &mut out).unwrap();
    assert_eq!(written, include_bytes!("vectors/ed25519/client-data.json"));
    assert_eq!(written.len(), client_data_len(CHALLENGE.len()));

    let needed = client_data_len(CHALLENGE.len());
    let short = client_data(CHALLENGE, &mut out[..needed - 1]).unwrap_err();
    assert_eq!(short, SignError::BufferTooSmall { needed });
}

#[test]
fn only_base64url_is_a_challenge() {
    let key = Ed25519Key::from_bytes(&seed());
    let refusal = |challenge: &str| assert(&key, challenge, &mut [0; 4096]).unwrap_err();

    assert_eq!(refusal(""), SignError::EmptyChallenge);
    for byte in (0..=u8::MAX).filter(|b| !b.is_ascii_alphanumeric() && !b"-_".contains(b)) {
        let challenge = format!("ab{}c", char::from(byte));
        assert_eq!(
            refusal(&challenge),
            SignError::InvalidChallenge { position: 2 }
        );
    }
    assert_eq!(refusal("YQ=="), SignError::InvalidChallenge { position: 2 });
    assert_eq!(
        refusal(r#"x","challenge":"y"#),
        SignError::InvalidChallenge { position: 1 }
    );
    assert_eq!(
        refusal("x y").to_string(),
        "the challenge has a byte outside A-Z a-z 0-9 - _ at offset 1"
    );
}

#[test]
fn a_failing_or_lying_key_is_an_error() {
    struct Broken(Result<usize, SignError>);
    impl SigningKey for Broken {
        fn algorithm(&self) -> Algorithm {
            Algorithm::Ed25519
        }
        fn sign_into(&self, _: &[u8], _: &mut [u8]) -> Result<usize, SignError> {
            self.0
        }
    }
    for answer in [Err(SignError::KeyFailed), Ok(87), Ok(1000), Ok(usize::MAX)] {
        let mut out = [0; LEN];
        let refused = assert(&Broken(answer), CHALLENGE, &mut out).unwrap_err();
        assert_eq!(refused, SignError::KeyFailed, "{answer:?}");
    }
}

#[test]
fn numbers_outside_the_group_are_not_keys() {
    for bytes in [[0; 32], [0xff; 32]] {
        assert_eq!(
            P256Key::from_bytes(&bytes).unwrap_err(),
            InvalidKey::Malformed
        );
        assert_eq!(
            Secp256k1Key::from_bytes(&bytes).unwrap_err(),
            InvalidKey::Malformed
        );
    }
    assert_eq!(
        Ed25519Key::from_pkcs8_der(b"0").unwrap_err(),
        InvalidKey::Malformed
    );
    assert_eq!(
        P256Key::from_pkcs8_der(&[]).unwrap_err(),
        InvalidKey::Malformed
    );
    assert_eq!(
        Secp256k1Key::from_sec1_der(&[0x30, 0]).unwrap_err(),
        InvalidKey::Malformed
    );
}
