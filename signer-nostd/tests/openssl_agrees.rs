//! The `openssl` program makes keys and verifies what they sign here. It is not everywhere; where it is missing, the
//! vectors alone have to do, and this says so.
#![cfg(all(
    feature = "generate",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use std::fs;
use std::process::Command;

use dfns_signer::{Algorithm, KeySigner};
use support::{CHALLENGE, from_base64url};

fn openssl(arguments: &str) -> String {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .output()
        .expect("openssl");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "openssl {arguments}: {text}");
    text
}

/// OpenSSL derives the same public key and accepts the signature.
fn check(signer: &KeySigner, algorithm: Algorithm) {
    let folder = std::env::temp_dir().join(format!("dfns-signer-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).display().to_string();

    fs::write(file("key.pem"), &*signer.to_pkcs8_pem().unwrap()).unwrap();
    let public_key = openssl(&format!("pkey -in {} -pubout -out -", file("key.pem")));
    assert_eq!(signer.public_key_pem(), public_key.trim_end());

    let answer = signer.sign(CHALLENGE, []).unwrap();
    fs::write(file("public.pem"), public_key).unwrap();
    fs::write(file("message"), from_base64url(&answer.client_data)).unwrap();
    fs::write(file("signature"), from_base64url(&answer.signature)).unwrap();
    let (public, message, signature) = (file("public.pem"), file("message"), file("signature"));
    openssl(&match algorithm {
        Algorithm::Ed25519 => format!(
            "pkeyutl -verify -rawin -pubin -inkey {public} -in {message} -sigfile {signature}"
        ),
        _ => format!("dgst -sha256 -verify {public} -signature {signature} {message}"),
    });
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn about_keys_of_both_makers() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("there is no `openssl` program here: nothing was compared with it");
        return;
    }
    for (algorithm, command) in [
        (Algorithm::Ed25519, "genpkey -algorithm ed25519"),
        (
            Algorithm::P256,
            "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        ),
        (Algorithm::P256, "ecparam -name prime256v1 -genkey"),
        (
            Algorithm::Secp256k1,
            "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
        ),
        (Algorithm::Secp256k1, "ecparam -name secp256k1 -genkey"),
        (
            Algorithm::Rsa,
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        ),
    ] {
        for _ in 0..10 {
            check(
                &KeySigner::from_pem("cr-1", &openssl(command)).unwrap(),
                algorithm,
            );
        }
        check(&KeySigner::generate("cr-1", algorithm).unwrap(), algorithm);
    }
}
