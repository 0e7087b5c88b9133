//! What `{:?}` prints of keys and of what they signed.
#![cfg(all(
    feature = "pem",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use dfns_signer::{Ed25519Key, KeySigner, P256Key, RsaKey, Secp256k1Key, assert};
use support::{CHALLENGE, from_pem, hex, read};

/// A secret that is easy to find again.
const PLANTED: [u8; 32] = [0xa7; 32];

/// No run of four bytes of the secret, in any spelling.
fn shows_nothing_of(secret: &[u8], shown: &str) {
    let shown = shown.to_lowercase();
    for run in secret.windows(4) {
        let decimal = format!("{run:?}");
        let hexadecimal = format!("{run:02x?}");
        for spelling in [
            hex(run),
            Base64UrlUnpadded::encode_string(&run[..3]).to_lowercase(),
            decimal.trim_matches(['[', ']']).to_owned(),
            hexadecimal.trim_matches(['[', ']']).to_owned(),
        ] {
            assert!(!shown.contains(&spelling), "{spelling} is in: {shown}");
        }
    }
}

#[test]
fn curve_keys() {
    let keys = (
        Ed25519Key::from_bytes(&PLANTED),
        P256Key::from_bytes(&PLANTED).unwrap(),
        Secp256k1Key::from_bytes(&PLANTED).unwrap(),
    );
    shows_nothing_of(&PLANTED, &format!("{keys:?}{keys:#?}"));
}

#[test]
fn rsa_keys() {
    let der = from_pem(&read("keys/rsa-2048.pkcs1.pem"));
    let shown = format!("{:?}", RsaKey::from_pkcs1_der(&der).unwrap());
    assert_eq!(shown, "RsaKey { .. }");
}

#[test]
fn key_signers() {
    let signer = KeySigner::from_pem("cr-1", &read("keys/p256.pkcs8.pem")).unwrap();
    let shown = format!("{signer:?}");
    assert_eq!(
        shown,
        r#"KeySigner { credential_id: "cr-1", algorithm: P256, .. }"#
    );
}

#[test]
fn signed_challenges() {
    let signer = KeySigner::from_pem("cr-1", &read("keys/ed25519.pkcs8.pem")).unwrap();
    let answer = signer.sign(CHALLENGE, []).unwrap();
    assert_eq!(
        format!("{answer:?}"),
        r#"SignedChallenge { credential_id: "cr-1", .. }"#
    );
    let attested = signer.attest(CHALLENGE).unwrap();
    assert_eq!(
        format!("{attested:?}"),
        r#"Attestation { credential_id: "cr-1", .. }"#
    );
    let mut out = [0; 256];
    let assertion = assert(&signer, CHALLENGE, &mut out).unwrap();
    assert_eq!(format!("{assertion:?}"), "Assertion { .. }");
}
