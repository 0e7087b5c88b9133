use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns_signer::{
    Algorithm, CredentialKey, SignError, SigningKey, assert, assertion_len, attest,
    attestation_len, client_data, client_data_len,
};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::input::Input;

/// What is written without an allocator for a challenge, by a key of any bytes, is what JSON and base64 libraries read as
/// these bytes, in a buffer of exactly the length that is announced; no other text than base64url is a challenge.
pub fn signed_texts(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let algorithm = *input.choice(&[
        Algorithm::Ed25519,
        Algorithm::P256,
        Algorithm::Secp256k1,
        Algorithm::Rsa,
    ]);
    let challenge = input.text();
    let public_key = cut(input.piece(), algorithm.max_public_key_len());
    let signature = cut(input.rest(), algorithm.max_signature_len());
    let key = Key {
        algorithm,
        spki: public_key,
        signature,
        message: RefCell::default(),
    };
    let mut out = vec![0xaa; 4096 + 4 * challenge.len()];
    let written = client_data(&challenge, &mut out).map(<[u8]>::to_vec);
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if challenge.is_empty() || !challenge.bytes().all(is_base64url) {
        assert!(written.is_err() && assert(&key, &challenge, &mut out).is_err());
        assert!(attest(&key, &challenge, &mut out).is_err());
        return;
    }
    let written = written.expect("client data");
    assert_eq!(written.len(), client_data_len(challenge.len()));
    assert_eq!(
        read(&written),
        json!({"type": "key.get", "challenge": challenge})
    );

    exact(assertion_len(challenge.len(), algorithm), |out| {
        let assertion = assert(&key, &challenge, out)?;
        assert_eq!(decode(assertion.client_data), written);
        assert_eq!(decode(assertion.signature), signature);
        assert_eq!(key.message.take(), written);
        Ok(())
    });
    exact(attestation_len(challenge.len(), algorithm), |out| {
        let attestation = attest(&key, &challenge, out)?;
        check(
            &key,
            &challenge,
            &decode(attestation.client_data),
            &decode(attestation.attestation_data),
        );
        Ok(())
    });
}

/// Succeeds in exactly this length, and not in less.
fn exact(len: usize, write: impl Fn(&mut [u8]) -> Result<(), SignError>) {
    assert_eq!(write(&mut vec![0x55; len]), Ok(()));
    let too_small = Err(SignError::BufferTooSmall { needed: len });
    assert_eq!(write(&mut vec![0x55; len - 1]), too_small);
    assert_eq!(write(&mut []), too_small);
}

fn check(key: &Key<'_>, challenge: &str, client_data: &[u8], data: &[u8]) {
    assert_eq!(
        read(client_data),
        json!({"type": "key.create", "challenge": challenge})
    );
    let data = read(data);
    let pem = data["publicKey"].as_str().expect("a key in PEM");
    let lines: Vec<&str> = pem.split('\n').collect();
    let [begin, body @ .., end] = &lines[..] else {
        panic!("no PEM: {pem}");
    };
    assert_eq!(
        (*begin, *end),
        ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
    );
    let (last, full) = body.split_last().unwrap_or((&"", &[]));
    assert!(full.iter().all(|line| line.len() == 64) && last.len() <= 64);
    assert_eq!(STANDARD.decode(body.concat()).expect("base64"), key.spki);
    assert_eq!(
        data,
        json!({"publicKey": pem, "signature": hex(key.signature)})
    );
    let signed = read(&key.message.take());
    let hash = hex(digest(&SHA256, client_data).as_ref());
    assert_eq!(signed, json!({"clientDataHash": hash, "publicKey": pem}));
}

fn read(json: &[u8]) -> Value {
    serde_json::from_slice(json).expect("JSON")
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(text)
        .expect("base64url without padding")
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn cut(bytes: &[u8], len: usize) -> &[u8] {
    &bytes[..bytes.len().min(len)]
}

/// A key that says what it is told.
struct Key<'k> {
    algorithm: Algorithm,
    /// Its public half.
    spki: &'k [u8],
    signature: &'k [u8],
    /// What it was last given to sign.
    message: RefCell<Vec<u8>>,
}

impl SigningKey for Key<'_> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign_into(&self, message: &[u8], out: &mut [u8]) -> Result<usize, SignError> {
        self.message.replace(message.to_vec());
        out[..self.signature.len()].copy_from_slice(self.signature);
        Ok(self.signature.len())
    }
}

impl CredentialKey for Key<'_> {
    fn public_key_into(&self, out: &mut [u8]) -> Result<usize, SignError> {
        out[..self.spki.len()].copy_from_slice(self.spki);
        Ok(self.spki.len())
    }
}
