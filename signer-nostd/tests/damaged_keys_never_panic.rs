//! Whatever stands in a key file, reading it gives a key or an error.
#![cfg(all(
    feature = "encryption",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use base64ct::{Base64, Encoding as _};
use dfns_signer::KeySigner;
use support::{CHALLENGE, from_pem, read};

/// Marsaglia's xorshift: enough to spread damage, and the same on every run.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match self.below(4) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = [0x00, 0x7f, 0x80, 0xff][self.below(4)],
            2 => drop(bytes.remove(at)),
            _ => bytes.truncate(at.max(1)),
        }
    }
}

#[test]
fn however_the_bytes_are_damaged() {
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    for (file, label, runs) in [
        ("ed25519.rfc8410", "PRIVATE KEY", 400),
        ("p256.pkcs8", "PRIVATE KEY", 400),
        ("p256.sec1", "EC PRIVATE KEY", 400),
        ("secp256k1.pkcs8", "PRIVATE KEY", 400),
        ("rsa-2048.pkcs8", "PRIVATE KEY", 100),
        ("rsa-2048.pkcs1", "RSA PRIVATE KEY", 100),
        ("refused/explicit-curve.sec1", "EC PRIVATE KEY", 400),
        ("refused/des3", "ENCRYPTED PRIVATE KEY", 400),
    ] {
        let der = from_pem(&read(&format!("keys/{file}.pem")));
        for _ in 0..runs {
            let mut damaged = der.clone();
            for _ in 0..=random.below(3) {
                random.damage(&mut damaged);
            }
            let body = Base64::encode_string(&damaged);
            let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
            let read = if label.starts_with("ENCRYPTED") {
                KeySigner::from_encrypted_pem("cr-1", &pem, "correct-horse")
            } else {
                KeySigner::from_pem("cr-1", &pem)
            };
            if let Ok(signer) = read {
                let _ = signer.sign(CHALLENGE, []);
                let _ = signer.to_pkcs8_pem();
                let _ = signer.public_key_pem();
            }
        }
    }
}

#[test]
fn however_the_text_is_damaged() {
    let mut random = Xorshift(0x2545_f491_4f6c_dd1d);
    let text = read("keys/p256.ecparam-sec1.pem");
    for _ in 0..2000 {
        let mut damaged = text.clone().into_bytes();
        for _ in 0..=random.below(4) {
            random.damage(&mut damaged);
        }
        let _ = KeySigner::from_pem("cr-1", &String::from_utf8_lossy(&damaged));
    }
}
