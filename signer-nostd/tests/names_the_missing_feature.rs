//! A build without an algorithm still knows the algorithm's keys. Runs in builds with fewer
//! features: `cargo test -p dfns-signer --no-default-features --features pem,ed25519`.
#![cfg(feature = "pem")]

use std::fs;

#[test]
fn of_every_key_that_this_build_cannot_use() {
    for (file, feature, built_in) in [
        ("ed25519.pkcs8", "ed25519", cfg!(feature = "ed25519")),
        ("p256.pkcs8", "p256", cfg!(feature = "p256")),
        ("p256.sec1", "p256", cfg!(feature = "p256")),
        ("secp256k1.pkcs8", "secp256k1", cfg!(feature = "secp256k1")),
        ("rsa-2048.pkcs8", "rsa", cfg!(feature = "rsa")),
        ("rsa-2048.pkcs1", "rsa", cfg!(feature = "rsa")),
    ] {
        let path = format!("{}/tests/keys/{file}.pem", env!("CARGO_MANIFEST_DIR"));
        let read = dfns_signer::KeySigner::from_pem("cr-1", &fs::read_to_string(path).unwrap());
        if built_in {
            assert!(read.is_ok(), "{file}");
        } else {
            let error = read.unwrap_err().to_string();
            assert!(
                error.contains(&format!("wanted is the feature `{feature}` of ")),
                "{error}"
            );
        }
    }
}
