//! A key under a password is written and read as the Dfns examples do it, in Node.js: see
//! `password-key/make.mjs`.
#![cfg(all(
    feature = "password-key",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1"
))]

mod support;

use std::convert::Infallible;

use base64ct::{Base64, Encoding as _};
use dfns_signer::{EncryptedPrivateKey, KeyError, KeySigner, RecoveryCode, SigningKey as _};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;
use support::{from_pem, hex, read};

const VECTORS: [&str; 3] = ["p256", "name_in_capitals", "ed25519"];

fn vector(name: &str) -> Value {
    serde_json::from_str(&read(&format!("password-key/{name}.json"))).unwrap()
}

fn text<'v>(vector: &'v Value, field: &str) -> &'v str {
    vector[field].as_str().unwrap()
}

fn signer(vector: &Value) -> KeySigner {
    let key = text(vector, "pkcs8");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
    KeySigner::from_pem("cr-1", &pem).unwrap()
}

fn open(vector: &Value, password: &str, username: &str) -> Result<KeySigner, KeyError> {
    EncryptedPrivateKey::read(text(vector, "encryptedPrivateKey"))?.open(password, username)
}

/// Gives the bytes of the vector's IV.
fn iv(vector: &Value) -> impl FnMut(&mut [u8]) -> Result<(), Infallible> {
    let digits = text(vector, "iv").to_owned();
    move |bytes| {
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).unwrap();
        }
        Ok(())
    }
}

#[test]
fn what_webcrypto_encrypted_is_opened() {
    for vector in VECTORS.map(vector) {
        let key = EncryptedPrivateKey::read(text(&vector, "encryptedPrivateKey")).unwrap();
        assert_eq!(key.credential_id(), text(&vector, "credentialId"));
        let signer = key
            .open(text(&vector, "password"), text(&vector, "username"))
            .unwrap();
        assert_eq!(signer.credential_id(), text(&vector, "credentialId"));
        let public_key = Base64::encode_string(&from_pem(&signer.public_key_pem()));
        assert_eq!(public_key, text(&vector, "publicKey"));
    }
}

#[test]
fn the_same_is_written_byte_for_byte() {
    for vector in ["p256", "name_in_capitals"].map(vector) {
        let (password, username) = (text(&vector, "password"), text(&vector, "username"));
        let key = EncryptedPrivateKey::new(&signer(&vector), password, username, iv(&vector));
        let key = key.unwrap();
        assert_eq!(key.as_str(), text(&vector, "encryptedPrivateKey"));
        assert_eq!(key.credential_id(), text(&vector, "credentialId"));
    }
}

#[test]
fn an_opened_key_signs() {
    let vector = vector("p256");
    let signer = open(
        &vector,
        text(&vector, "password"),
        text(&vector, "username"),
    )
    .unwrap();
    let mut signature = [0; 72];
    let len = signer.sign_into(b"message", &mut signature).unwrap();
    let spki = Base64::decode_vec(text(&vector, "publicKey")).unwrap();
    let point = &spki[spki.len() - 65..];
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
        .verify(b"message", &signature[..len])
        .unwrap();
}

#[test]
fn the_name_counts_without_its_case_and_the_space_around_it() {
    let vector = vector("p256");
    let password = text(&vector, "password");
    for username in ["jane@example.com", "  Jane@EXAMPLE.com\n"] {
        assert!(open(&vector, password, username).is_ok());
    }
    for username in ["", "john@example.com", "jane @example.com"] {
        assert_eq!(
            open(&vector, password, username).unwrap_err(),
            KeyError::WrongPassword
        );
    }
}

#[test]
fn another_password_or_a_damaged_key_does_not_open() {
    let vector = vector("p256");
    let (password, username) = (text(&vector, "password"), text(&vector, "username"));
    let lower = password.to_lowercase();
    for other in [&lower, &password[1..], " "] {
        assert_eq!(
            open(&vector, other, username).unwrap_err(),
            KeyError::WrongPassword
        );
    }
    assert_eq!(
        open(&vector, "", username).unwrap_err(),
        KeyError::NoPassword
    );
    let json = Base64::decode_vec(text(&vector, "encryptedPrivateKey")).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    for field in ["key", "iv"] {
        let mut bytes = Base64::decode_vec(json[field].as_str().unwrap()).unwrap();
        bytes[7] ^= 1;
        let mut damaged = json.clone();
        damaged[field] = Base64::encode_string(&bytes).into();
        let damaged = Base64::encode_string(damaged.to_string().as_bytes());
        let refused = EncryptedPrivateKey::read(damaged)
            .unwrap()
            .open(password, username);
        assert_eq!(refused.unwrap_err(), KeyError::WrongPassword);
    }
}

#[test]
fn a_text_of_another_form_is_refused() {
    let of = |json: &str| Base64::encode_string(json.as_bytes());
    for text in [
        String::new(),
        "no base64".to_owned(),
        of("no json"),
        of(r#"{"key":"AAAA"}"#),
        of(r#"{"key":"AAAA","iv":"AAAA"}"#),
        of(r#"{"key":"*","iv":"AAAAAAAAAAAAAAAAAAAAAA=="}"#),
        of(r#"{"key":"AAAA","iv":7}"#),
    ] {
        let refused = EncryptedPrivateKey::read(text).unwrap_err();
        assert_eq!(refused, KeyError::NotAnEncryptedPrivateKey);
    }
    let short = of(r#"{"key":"AAAA","iv":"AAAAAAAAAAAAAAAAAAAAAA=="}"#);
    let refused = EncryptedPrivateKey::read(short)
        .unwrap()
        .open("password", "jane");
    assert_eq!(refused.unwrap_err(), KeyError::WrongPassword);
}

#[test]
fn a_recovery_code_is_drawn_from_all_32_characters() {
    let mut next = 0;
    let code = RecoveryCode::generate(|bytes: &mut [u8]| {
        for byte in bytes {
            *byte = next;
            next += 1;
        }
        Ok::<_, Infallible>(())
    });
    let code = code.unwrap();
    assert_eq!(code.expose(), "D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-456789");
    assert_eq!(format!("{code:?}"), "RecoveryCode([redacted])");
    let none = RecoveryCode::generate(|_: &mut [u8]| Err(())).unwrap_err();
    assert_eq!(none, KeyError::NoRandomness);
}

#[test]
fn a_recovery_code_is_read_as_people_type_it() {
    for typed in [
        "D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-456789",
        "  d1 abcdef ghjkl mnpqr stuvw xyz23 456789\n",
        "D1ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
    ] {
        let code = RecoveryCode::read(typed).unwrap();
        assert_eq!(code.expose(), "D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-456789");
    }
    for other in [
        "",
        "D1",
        "D2-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-456789",
        "D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-45678",
        "D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-4567899",
        "D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-456780",
        "D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-45678é",
    ] {
        assert_eq!(
            RecoveryCode::read(other).unwrap_err(),
            KeyError::NotARecoveryCode,
            "{other}"
        );
    }
}

#[test]
fn an_encrypted_key_is_not_shown() {
    let vector = vector("p256");
    let sealed = text(&vector, "encryptedPrivateKey");
    let key = EncryptedPrivateKey::read(sealed).unwrap();
    let shown = format!("{key:?}");
    assert!(shown.contains(text(&vector, "credentialId")));
    assert!(
        !shown.contains(&sealed[..16]) && !shown.contains(text(&vector, "iv")),
        "{shown}"
    );
    assert!(!shown.contains(&hex(&sealed.as_bytes()[..8])));
}
