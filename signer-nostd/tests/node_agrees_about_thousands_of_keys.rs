//! Node makes keys, in every encoding it knows, and verifies what they sign here; and the other way round. A few hundred of
//! each curve, or as many as `DFNS_KEYS` says: `DFNS_KEYS=5000` takes a few minutes. Where there is no Node, this says so.
#![cfg(all(
    feature = "encryption",
    feature = "generate",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

use std::env;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use dfns_signer::{Algorithm, KeyError, KeySigner};
use serde_json::{Value, json};

#[test]
fn ed25519() {
    agree(Algorithm::Ed25519, count());
}

#[test]
fn p256() {
    agree(Algorithm::P256, count());
}

#[test]
fn secp256k1() {
    agree(Algorithm::Secp256k1, count());
}

/// Making a key takes a tenth of a second.
#[test]
fn rsa() {
    agree(Algorithm::Rsa, count() / 50);
}

fn count() -> usize {
    let told = env::var("DFNS_KEYS").map(|count| count.parse().expect("a number"));
    told.unwrap_or(200)
}

fn agree(algorithm: Algorithm, count: usize) {
    let Ok(made) = node(
        "make.mjs",
        &[&format!("{algorithm:?}"), &count.to_string()],
        "",
    ) else {
        eprintln!("there is no `node` program here: nothing was compared with it");
        return;
    };
    let mut lines = String::new();
    for (number, key) in made.lines().enumerate() {
        let key: Value = serde_json::from_str(key).unwrap();
        let public = key["public"].as_str().unwrap();
        for pem in key["plain"].as_array().unwrap() {
            let pem = pem.as_str().unwrap();
            let signer = KeySigner::from_pem("cr-1", pem).unwrap();
            assert_eq!(signer.algorithm(), algorithm);
            assert_eq!(signer.public_key_pem(), public.trim_end());
            lines += &line_to_verify(&signer, public, number);
            refused_when_damaged(pem, public, number);
        }
        // To derive a key takes long, on purpose.
        if number % 20 == 0 {
            let pem = key["encrypted"].as_str().unwrap();
            let signer = KeySigner::from_encrypted_pem("cr-1", pem, "correct horse").unwrap();
            assert_eq!(signer.public_key_pem(), public.trim_end());
            let wrong = KeySigner::from_encrypted_pem("cr-1", pem, "correct house");
            assert!(matches!(wrong, Err(KeyError::WrongPassphrase)), "{wrong:?}");
        }
        if algorithm != Algorithm::Rsa || number == 0 {
            let ours = KeySigner::generate("cr-1", algorithm).unwrap();
            lines += &line_to_verify(&ours, &ours.public_key_pem(), number);
        }
    }
    let verified = node("verify.mjs", &[], &lines).unwrap();
    assert_eq!(verified.trim(), lines.lines().count().to_string());
}

fn line_to_verify(signer: &KeySigner, public: &str, number: usize) -> String {
    // Of any length from one character on.
    let mut challenge = [0; 96];
    getrandom::fill(&mut challenge).unwrap();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let challenge: String = challenge[..=number % 96]
        .iter()
        .map(|byte| char::from(alphabet[usize::from(byte & 63)]))
        .collect();
    let answer = signer.sign(&challenge, []).unwrap();
    let line = json!({"public": public, "data": answer.client_data, "signature": answer.signature});
    line.to_string() + "\n"
}

/// One byte less, one more, one other: the key is refused, or the change is in no part of the key.
fn refused_when_damaged(pem: &str, public: &str, number: usize) {
    let (begin, rest) = pem.split_once('\n').unwrap();
    let (body, end) = rest.split_once("\n-----").unwrap();
    let der = decode(body);
    let reads = |der: &[u8]| {
        let pem = format!("{begin}\n{}\n-----{end}", encode(der));
        KeySigner::from_pem("cr-1", &pem)
    };
    assert!(reads(&der[..der.len() - 1]).is_err(), "cut: {pem}");
    assert!(reads(&[&der[..], &[0]].concat()).is_err(), "longer: {pem}");
    let mut changed = der.clone();
    changed[number % der.len()] ^= 1 << (number % 8);
    if let Ok(signer) = reads(&changed) {
        // A private key of a curve without its public one can be any number; where both are there, they have to fit.
        let has_public = der.len() > 60;
        assert!(
            !has_public || signer.public_key_pem() == public.trim_end(),
            "byte {number}: {pem}"
        );
    }
}

fn decode(body: &str) -> Vec<u8> {
    use base64ct::Encoding as _;
    base64ct::Base64::decode_vec(&body.replace('\n', "")).unwrap()
}

fn encode(der: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64::encode_string(der)
}

/// What a program prints; an error, when there is no Node.
fn node(program: &str, arguments: &[&str], input: &str) -> std::io::Result<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node/");
    let mut child = Command::new("node")
        .arg(folder.to_owned() + program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(input.as_bytes())
        .expect("it reads to the end");
    drop(stdin);
    let Output { status, stdout, .. } = child.wait_with_output()?;
    assert!(status.success(), "{program} failed");
    Ok(String::from_utf8(stdout).expect("it prints text"))
}
