//! Walks `vectors/`: a folder per case, a file per value on the way from key to assertion.
#![cfg(all(
    feature = "pem",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use dfns_signer::{
    Ed25519Key, KeySigner, P256Key, RsaKey, Secp256k1Key, SigningKey, assert, client_data,
};
use sha2::{Digest as _, Sha256};
use support::{from_base64url, from_pem, hex, read, verify};

const ASSERTIONS: [&str; 6] = [
    "ed25519",
    "p256-high-s",
    "secp256k1",
    "rsa-2048",
    "rsa-3072",
    "rsa-4096",
];
const ATTESTATIONS: [&str; 1] = ["attestation-ed25519"];

fn file(case: &str, name: &str) -> String {
    read(&format!("vectors/{case}/{name}"))
}

#[test]
fn every_folder_is_a_case() {
    let mut cases = [ASSERTIONS.as_slice(), &ATTESTATIONS].concat();
    cases.sort_unstable();
    let mut folders: Vec<_> = std::fs::read_dir(support::path("vectors"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    folders.sort_unstable();
    assert_eq!(folders, cases);
}

#[test]
fn assertions() {
    for case in ASSERTIONS {
        let signer = KeySigner::from_pem("cr-1", &file(case, "key.pem")).unwrap();
        let challenge = file(case, "challenge.txt");
        let public_key = file(case, "public-key.pem");
        assert_eq!(signer.public_key_pem(), public_key.trim_end(), "{case}");
        assert_eq!(
            *signer.to_pkcs8_pem().unwrap(),
            file(case, "key.pem"),
            "{case}"
        );

        let json = file(case, "client-data.json");
        let mut out = [0; 256];
        assert_eq!(
            client_data(&challenge, &mut out).unwrap(),
            json.as_bytes(),
            "{case}"
        );
        if case != "ed25519" {
            assert_eq!(
                hex(&Sha256::digest(&json)),
                file(case, "client-data.sha256.hex")
            );
        }

        let answer = signer.sign(&challenge, []).unwrap();
        assert_eq!(answer.credential_id, "cr-1");
        assert_eq!(answer.client_data, file(case, "client-data.b64u"), "{case}");
        assert_eq!(
            from_base64url(&answer.client_data),
            json.as_bytes(),
            "{case}"
        );
        let signature = from_base64url(&answer.signature);
        verify(signer.algorithm(), &public_key, json.as_bytes(), &signature);
        // AWS-LC draws the nonces of P-256.
        if !cfg!(feature = "aws-lc") || case != "p256-high-s" {
            assert_eq!(answer.signature, file(case, "signature.b64u"), "{case}");
            assert_eq!(hex(&signature), file(case, "signature.hex"), "{case}");
        }

        let mut out = [0; 1024];
        let answer = assert(&*key_of_a_device(case), &challenge, &mut out).unwrap();
        assert_eq!(answer.client_data, file(case, "client-data.b64u"), "{case}");
        assert_eq!(answer.signature, file(case, "signature.b64u"), "{case}");
    }
}

/// The key without a `KeySigner`.
fn key_of_a_device(case: &str) -> Box<dyn SigningKey> {
    let der = from_pem(&file(case, "key.pem"));
    match case
        .split_once('-')
        .map_or(case, |(algorithm, _)| algorithm)
    {
        "ed25519" => Box::new(Ed25519Key::from_pkcs8_der(&der).unwrap()),
        "p256" => Box::new(P256Key::from_pkcs8_der(&der).unwrap()),
        "secp256k1" => Box::new(Secp256k1Key::from_pkcs8_der(&der).unwrap()),
        _ => Box::new(RsaKey::from_pkcs8_der(&der).unwrap()),
    }
}

#[test]
fn attestations() {
    for case in ATTESTATIONS {
        let signer = KeySigner::from_pem("cr-1", &file(case, "key.pem")).unwrap();
        let attested = signer.attest(&file(case, "challenge.txt")).unwrap();
        assert_eq!(attested.credential_id, "cr-1");
        assert_eq!(attested.client_data, file(case, "client-data.b64u"));
        assert_eq!(
            attested.attestation_data,
            file(case, "attestation-data.b64u")
        );

        let client_data = file(case, "client-data.json");
        assert_eq!(
            from_base64url(&attested.client_data),
            client_data.as_bytes()
        );
        let hash = hex(&Sha256::digest(&client_data));
        assert_eq!(hash, file(case, "client-data.sha256.hex"));
        let fingerprint = file(case, "fingerprint.json");
        assert!(fingerprint.contains(&hash));
        let signature = file(case, "signature.hex");
        let data = String::from_utf8(from_base64url(&attested.attestation_data)).unwrap();
        assert_eq!(data, file(case, "attestation-data.json"));
        assert!(data.contains(&signature));
    }
}

#[test]
fn a_challenge_that_is_not_base64url_is_not_attested() {
    let signer = KeySigner::from_pem("cr-1", &file("ed25519", "key.pem")).unwrap();
    assert_eq!(
        signer.attest(r#"a"b"#).unwrap_err(),
        dfns_signer::SignError::InvalidChallenge { position: 1 }
    );
}
