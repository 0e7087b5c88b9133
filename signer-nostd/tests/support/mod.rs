//! What several test files need. Each uses a part of it.
#![allow(dead_code, unreachable_pub)]

#[cfg(all(
    feature = "device",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1"
))]
pub mod device;

use std::fs;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use dfns_signer::Algorithm;
use ring::signature as ring;

/// A challenge as the service's documentation shows one.
pub const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw";

/// A file under `tests/`.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// The text of a file under `tests/`.
pub fn read(name: &str) -> String {
    let path = path(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn from_base64url(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).expect("base64url without padding")
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

/// The bytes inside a PEM text of one block.
pub fn from_pem(pem: &str) -> Vec<u8> {
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    Base64::decode_vec(&body).expect("base64")
}

/// Verifies with code that is not the signer's: ring, or k256 for the curve that ring lacks.
pub fn verify(algorithm: Algorithm, public_key_pem: &str, message: &[u8], signature: &[u8]) {
    let spki = from_pem(public_key_pem);
    let (ring_algorithm, key): (&dyn ring::VerificationAlgorithm, _) = match algorithm {
        Algorithm::Ed25519 => (&ring::ED25519, &spki[12..]),
        Algorithm::P256 => (&ring::ECDSA_P256_SHA256_ASN1, &spki[26..]),
        Algorithm::Rsa => (&ring::RSA_PKCS1_2048_8192_SHA256, &spki[24..]),
        #[cfg(not(feature = "secp256k1"))]
        Algorithm::Secp256k1 => panic!("built without secp256k1"),
        #[cfg(feature = "secp256k1")]
        Algorithm::Secp256k1 => {
            use dfns_signer::signature::Verifier as _;
            let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&spki[23..]).expect("a point");
            let signature = k256::ecdsa::DerSignature::from_bytes(signature).expect("DER");
            return key.verify(message, &signature).expect("a valid signature");
        }
    };
    ring::UnparsedPublicKey::new(ring_algorithm, key)
        .verify(message, signature)
        .unwrap_or_else(|_| panic!("ring refuses a signature of {algorithm}"));
}
