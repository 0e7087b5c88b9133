//! Registration without an allocator: the texts and their bounds.
#![cfg(all(feature = "ed25519", feature = "p256", feature = "secp256k1"))]

mod support;

use dfns_signer::{
    Algorithm, CredentialKey, Ed25519Key, P256Key, Secp256k1Key, SignError, SigningKey, attest,
    attestation_len,
};
use support::{CHALLENGE, from_base64url, hex, read};

fn file(name: &str) -> String {
    read(&format!("vectors/attestation-ed25519/{name}"))
}

#[test]
fn the_vector_byte_for_byte() {
    let seed = core::array::from_fn(|i| u8::try_from(i).unwrap());
    let mut out = [0xff; attestation_len(CHALLENGE.len(), Algorithm::Ed25519)];
    let key = Ed25519Key::from_bytes(&seed);
    let attestation = attest(&key, &file("challenge.txt"), &mut out).unwrap();
    assert_eq!(attestation.client_data, file("client-data.b64u"));
    assert_eq!(attestation.attestation_data, file("attestation-data.b64u"));
}

/// A key whose signatures are as long as its algorithm's get, and which says what it signed.
struct Longest<K> {
    key: K,
    signed: std::cell::RefCell<Vec<u8>>,
}

impl<K: SigningKey> SigningKey for Longest<K> {
    fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        *self.signed.borrow_mut() = message.to_vec();
        out.fill(0xf0);
        Ok(self.algorithm().max_signature_len())
    }
}

impl<K: CredentialKey> CredentialKey for Longest<K> {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        self.key.public_key_into(out)
    }
}

fn longest<K>(key: K) -> Longest<K> {
    let signed = std::cell::RefCell::default();
    Longest { key, signed }
}

#[test]
fn attestation_len_is_exact() {
    let ed25519 = longest(Ed25519Key::from_bytes(&[7; 32]));
    let p256 = longest(P256Key::from_bytes(&[7; 32]).unwrap());
    let secp256k1 = longest(Secp256k1Key::from_bytes(&[7; 32]).unwrap());
    let keys: [(&dyn CredentialKey, _); 3] = [
        (&ed25519, &ed25519.signed),
        (&p256, &p256.signed),
        (&secp256k1, &secp256k1.signed),
    ];
    let alphabet = "aZ09-_".repeat(40);
    for challenge in (1..=200).map(|len| &alphabet[..len]) {
        for (key, signed) in keys {
            let needed = attestation_len(challenge.len(), key.algorithm());
            let mut out = [0; 1024];
            let attestation = attest(key, challenge, &mut out[..needed]).unwrap();
            let (client_data, data) = (attestation.client_data, attestation.attestation_data);
            assert_eq!(client_data.len() + data.len(), needed);
            let signed = String::from_utf8(signed.borrow().clone()).unwrap();
            let data = String::from_utf8(from_base64url(data)).unwrap();
            let (public_key, signature) = data.split_once(r#","signature":"#).unwrap();
            assert!(signed.ends_with(&format!("{}}}", &public_key[1..])));
            let len = key.algorithm().max_signature_len();
            assert_eq!(signature, format!(r#""{}"}}"#, hex(&vec![0xf0; len])));

            let short = attest(key, challenge, &mut out[..needed - 1]).unwrap_err();
            assert_eq!(short, SignError::BufferTooSmall { needed });
        }
    }
}

#[test]
fn a_challenge_that_is_not_base64url_is_refused() {
    let key = Ed25519Key::from_bytes(&[7; 32]);
    let refused = attest(&key, r#"a"b"#, &mut [0; 1024]).unwrap_err();
    assert_eq!(refused, SignError::InvalidChallenge { position: 1 });
    let refused = attest(&key, "", &mut []).unwrap_err();
    assert_eq!(refused, SignError::EmptyChallenge);
}

/// Claims lengths of its own for the public key and the signature.
struct Lying(usize, usize);

impl SigningKey for Lying {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn sign_into(&self, _: &[u8], _: &mut [u8]) -> Result<usize, SignError> {
        Ok(self.1)
    }
}

impl CredentialKey for Lying {
    fn public_key_into(&self, _: &mut [u8]) -> Result<usize, SignError> {
        Ok(self.0)
    }
}

#[test]
fn a_lying_key_is_an_error() {
    for (public_key, signature) in [(45, 64), (44, 65), (usize::MAX, 64), (44, usize::MAX)] {
        let mut out = [0; 1024];
        let refused = attest(&Lying(public_key, signature), CHALLENGE, &mut out).unwrap_err();
        assert_eq!(refused, SignError::KeyFailed);
    }
}
