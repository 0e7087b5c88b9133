//! An encrypted key says itself how much it takes to open it. What would take minutes or all memory is not tried.
#![cfg(all(feature = "encryption", feature = "ed25519"))]

mod support;

use base64ct::{Base64, Encoding as _};
use dfns_signer::{KeyError, KeySigner};
use support::read;

fn open(pem: &str) -> Result<KeySigner, KeyError> {
    KeySigner::from_encrypted_pem("cr-1", pem, "correct-horse")
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u8::try_from(content.len()).unwrap();
    assert!(len < 0x80, "a short form is enough here");
    [&[tag, len], content].concat()
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn integer(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let significant = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let mut content = vec![];
    if bytes[significant] >= 0x80 {
        content.push(0);
    }
    content.extend(&bytes[significant..]);
    tlv(0x02, &content)
}

const SALT: [u8; 10] = [0x04, 8, 1, 2, 3, 4, 5, 6, 7, 8];

/// A PKCS#8 file of this derivation (RFC 8018 and RFC 7914), AES-256-CBC, and 16 bytes that hold nothing.
fn sealed(kdf: &[u8], parameters: &[Vec<u8>]) -> String {
    let pbes2 = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13]);
    let aes = tlv(0x06, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]);
    let kdf = sequence(&[tlv(0x06, kdf), sequence(parameters)]);
    let cipher = sequence(&[aes, tlv(0x04, &[0; 16])]);
    let scheme = sequence(&[pbes2, sequence(&[kdf, cipher])]);
    let der = sequence(&[scheme, tlv(0x04, &[0; 16])]);
    let body = Base64::encode_string(&der);
    format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body}\n-----END ENCRYPTED PRIVATE KEY-----\n")
}

fn pbkdf2(rounds: u64) -> String {
    let sha256 = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9]);
    let prf = sequence(&[sha256, tlv(0x05, &[])]);
    sealed(
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12],
        &[SALT.to_vec(), integer(rounds), prf],
    )
}

fn scrypt(n: u64, r: u64, p: u64) -> String {
    sealed(
        &[0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11],
        &[SALT.to_vec(), integer(n), integer(r), integer(p)],
    )
}

#[test]
fn what_openssl_writes_for_the_careful_is_opened() {
    assert!(open(&read("keys/ed25519.pbkdf2-600000.pem")).is_ok());
}

#[test]
fn a_file_of_openssl_with_a_round_too_many_is_not() {
    let error = open(&read("keys/refused/pbkdf2-10000001.pem")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key asks for 10000001 rounds of PBKDF2; tried are at most 10000000 rounds of PBKDF2, or scrypt with N·r \
         up to 2^23 (1 GiB) and N·r·p up to 2^24; `openssl pkcs8 -topk8 -v2 aes-256-cbc` writes what is"
    );
}

#[test]
fn rounds_of_pbkdf2_are_counted() {
    assert_eq!(open(&pbkdf2(2048)).unwrap_err(), KeyError::WrongPassphrase);
    for rounds in [10_000_001, u64::from(u32::MAX)] {
        let found = format!("{rounds} rounds of PBKDF2");
        assert_eq!(
            open(&pbkdf2(rounds)).unwrap_err(),
            KeyError::TooCostly { found }
        );
    }
}

#[test]
fn the_memory_and_the_work_of_scrypt_are_bounded() {
    assert_eq!(
        open(&scrypt(1 << 14, 8, 1)).unwrap_err(),
        KeyError::WrongPassphrase
    );
    for (n, r, p) in [
        (1 << 21, 8, 1),
        (1 << 20, 9, 1),
        (1 << 20, 8, 3),
        (1 << 14, 8, 129),
        (2, 65_535, 65_535),
        (1 << 63, 65_535, 65_535),
    ] {
        let found = format!("scrypt with N = {n}, r = {r}, p = {p}");
        assert_eq!(
            open(&scrypt(n, r, p)).unwrap_err(),
            KeyError::TooCostly { found }
        );
    }
}

/// The library that derives the key takes the logarithm of N, and 0 has none.
#[test]
fn numbers_that_scrypt_does_not_have_are_no_key() {
    let malformed = KeyError::Malformed {
        encoding: "encrypted PKCS#8",
    };
    for (n, r, p) in [(0, 8, 1), (1, 8, 1), (24_576, 8, 1), (16, 0, 1), (16, 8, 0)] {
        assert_eq!(
            open(&scrypt(n, r, p)).unwrap_err(),
            malformed,
            "{n} {r} {p}"
        );
    }
}
