use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dfns_signer::{KeyError, KeySigner};

use crate::input::Input;

/// Whatever rounds, memory and work an encrypted key's file asks for, opening it ends at once in an error that says so,
/// or costs no more than it may.
pub fn key_cost(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = input.byte();
    let numbers = [input.array(), input.array(), input.array()].map(u64::from_be_bytes);
    let [n, r, p] = numbers.map(|number| number >> (number & 63));
    if kind % 3 == 2 {
        // Any DER at all: what a file may cost is then only bounded by what it may cost.
        let rest = input.rest();
        if !rest
            .windows(2)
            .any(|pair| pair == [0x02, 0x03] || pair == [0x02, 0x04])
        {
            let _ = open(rest);
        }
        return;
    }
    let is_scrypt = kind % 3 == 1;
    let affordable = if is_scrypt {
        let blocks = n.saturating_mul(r);
        blocks <= 1 << 23 && blocks.saturating_mul(p) <= 1 << 24
    } else {
        n <= 10_000_000
    };
    // What may be tried, and takes too long to be tried here.
    let slow = if is_scrypt {
        n.saturating_mul(r).saturating_mul(p) > 256
    } else {
        n > 200
    };
    if affordable && slow {
        return;
    }
    let der = if is_scrypt {
        scrypt(n, r, p)
    } else {
        pbkdf2(n)
    };
    match open(&der) {
        Ok(_) => panic!("opened what holds nothing"),
        Err(KeyError::TooCostly { found }) => assert!(!affordable, "{found}"),
        Err(error) => {
            // Numbers that the format does not have, or the derivation.
            let fits = |number: u64| u16::try_from(number).is_ok_and(|number| number > 0);
            let possible = if is_scrypt {
                n > 1 && n.is_power_of_two() && fits(r) && fits(p)
            } else {
                u32::try_from(n).is_ok()
            };
            assert!(affordable || !possible, "{n} {r} {p}: {error}");
        }
    }
}

fn open(der: &[u8]) -> Result<KeySigner, KeyError> {
    let body = STANDARD.encode(der);
    let label = "ENCRYPTED PRIVATE KEY";
    let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    KeySigner::from_encrypted_pem("cr-1", &pem, "correct-horse")
}

fn pbkdf2(rounds: u64) -> Vec<u8> {
    let sha256 = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9]);
    let prf = tlv(0x30, &[sha256, tlv(0x05, &[])].concat());
    let parameters = [tlv(0x04, &[7; 8]), integer(rounds), prf].concat();
    sealed(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12], &parameters)
}

fn scrypt(n: u64, r: u64, p: u64) -> Vec<u8> {
    let parameters = [tlv(0x04, &[7; 8]), integer(n), integer(r), integer(p)].concat();
    sealed(&[0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11], &parameters)
}

/// An `EncryptedPrivateKeyInfo` with PBES2 (RFC 8018), AES-256-CBC and 16 bytes that hold nothing.
fn sealed(kdf: &[u8], parameters: &[u8]) -> Vec<u8> {
    let pbes2 = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13]);
    let aes = tlv(0x06, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]);
    let kdf = tlv(0x30, &[tlv(0x06, kdf), tlv(0x30, parameters)].concat());
    let cipher = tlv(0x30, &[aes, tlv(0x04, &[0; 16])].concat());
    let scheme = tlv(0x30, &[pbes2, tlv(0x30, &[kdf, cipher].concat())].concat());
    tlv(0x30, &[scheme, tlv(0x04, &[0; 16])].concat())
}

fn integer(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let sign: &[u8] = if bytes[first] >= 0x80 { &[0] } else { &[] };
    tlv(0x02, &[sign, &bytes[first..]].concat())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u8::try_from(content.len()).expect("a short value");
    let head: &[u8] = if len < 0x80 {
        &[tag, len]
    } else {
        &[tag, 0x81, len]
    };
    [head, content].concat()
}
