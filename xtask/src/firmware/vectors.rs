use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dfns_signer::Algorithm;

use crate::cargo::root;

/// A signature that another program has made: a folder of `signer-nostd/tests/vectors`.
///
/// A signature that verifies can still be made with a nonce that gives the key away; one that is the same, byte for byte,
/// cannot.
pub(super) struct Vector {
    folder: PathBuf,
}

impl Vector {
    pub(super) fn of(algorithm: Algorithm) -> Self {
        let name = match algorithm {
            Algorithm::Ed25519 => "ed25519",
            Algorithm::P256 => "p256-high-s",
            Algorithm::Secp256k1 => "secp256k1",
            Algorithm::Rsa => "rsa-2048",
        };
        let folder = root().join("signer-nostd/tests/vectors").join(name);
        Self { folder }
    }

    pub(super) fn challenge(&self) -> Result<String, String> {
        self.text("challenge.txt")
    }

    /// In base64url.
    pub(super) fn signature(&self) -> Result<String, String> {
        self.text("signature.b64u")
    }

    /// The private key as a PKCS#8 document in DER.
    pub(super) fn private_key(&self) -> Result<Vec<u8>, String> {
        let pem = self.text("key.pem")?;
        let lines = pem.lines().filter(|line| !line.starts_with("-----"));
        let der = STANDARD.decode(lines.collect::<String>());
        der.map_err(|error| format!("{}: {error}", self.folder.display()))
    }

    fn text(&self, file: &str) -> Result<String, String> {
        let file = self.folder.join(file);
        fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
    }
}

/// Writes what a device's memory holds after it has been given the vectors' keys, as credential `cr-1` each, and which its
/// `record.rs` describes.
pub(super) fn write_store(algorithms: &[Algorithm], file: &Path) -> Result<(), String> {
    // The state of the random numbers is in front.
    let mut store = vec![0; 32];
    for algorithm in algorithms {
        let (code, secret) = match algorithm {
            Algorithm::Ed25519 => (1, secret_from(0)),
            Algorithm::P256 => (2, secret_from(1)),
            Algorithm::Secp256k1 => (3, secret_from(1)),
            Algorithm::Rsa => continue,
        };
        let mut record = secret.to_vec();
        record.extend([code, 4]);
        record.extend(b"cr-1");
        record.resize(32 + 2 + 128, 0);
        record.extend(crc32(&record).to_le_bytes());
        store.extend(record);
    }
    fs::write(file, store).map_err(|error| format!("{}: {error}", file.display()))
}

/// The secrets of the vectors count up.
fn secret_from(first: u8) -> [u8; 32] {
    let mut next = first;
    [0; 32].map(|_| {
        next += 1;
        next - 1
    })
}

/// The checksum of zlib, a bit at a time.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_its_catalogue() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_secrets_are_those_of_the_vectors() {
        for (algorithm, first) in [
            (Algorithm::Ed25519, 0),
            (Algorithm::P256, 1),
            (Algorithm::Secp256k1, 1),
        ] {
            let key = Vector::of(algorithm).private_key().unwrap();
            let secret = secret_from(first);
            assert!(
                key.windows(32).any(|window| window == secret),
                "{algorithm}"
            );
        }
    }
}
