//! Keys as OpenSSL writes them, and as they look after an environment variable or a mail.
#![cfg(all(
    feature = "pem",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use dfns_signer::{Algorithm, KeySigner};
use support::{CHALLENGE, from_base64url, read, verify};

const KEYS: [(&str, &str, Algorithm); 13] = [
    ("ed25519.pkcs8", "ed25519", Algorithm::Ed25519),
    ("ed25519.rfc8410", "ed25519.rfc8410", Algorithm::Ed25519),
    ("p256.pkcs8", "p256", Algorithm::P256),
    ("p256.no-public", "p256.no-public", Algorithm::P256),
    ("p256.sec1", "p256", Algorithm::P256),
    ("p256.ecparam-sec1", "p256.ecparam", Algorithm::P256),
    ("secp256k1.pkcs8", "secp256k1", Algorithm::Secp256k1),
    ("secp256k1.sec1", "secp256k1", Algorithm::Secp256k1),
    (
        "secp256k1.ecparam-sec1",
        "secp256k1.ecparam",
        Algorithm::Secp256k1,
    ),
    ("rsa-2048.pkcs8", "rsa-2048", Algorithm::Rsa),
    ("rsa-2048.pkcs1", "rsa-2048", Algorithm::Rsa),
    ("rsa-3072.pkcs8", "rsa-3072", Algorithm::Rsa),
    ("rsa-4096.pkcs8", "rsa-4096", Algorithm::Rsa),
];

/// The signer is the right key if it has the public key that OpenSSL derived and signs for it.
fn check(signer: &KeySigner, public: &str, algorithm: Algorithm) {
    let public_key = read(&format!("keys/{public}.public.pem"));
    assert_eq!(signer.algorithm(), algorithm, "{public}");
    assert_eq!(signer.public_key_pem(), public_key.trim_end(), "{public}");
    let answer = signer
        .sign(CHALLENGE, ["cr-0", signer.credential_id()])
        .unwrap();
    verify(
        algorithm,
        &public_key,
        &from_base64url(&answer.client_data),
        &from_base64url(&answer.signature),
    );
}

#[test]
fn plain() {
    for (name, public, algorithm) in KEYS {
        let signer = KeySigner::from_pem("cr-1", &read(&format!("keys/{name}.pem")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(signer.credential_id(), "cr-1");
        check(&signer, public, algorithm);
    }
}

#[test]
fn what_is_written_is_read_again() {
    for (name, public, algorithm) in KEYS {
        let signer = KeySigner::from_pem("cr-1", &read(&format!("keys/{name}.pem"))).unwrap();
        let written = signer.to_pkcs8_pem().unwrap();
        check(
            &KeySigner::from_pem("cr-1", &written).unwrap(),
            public,
            algorithm,
        );
        let pkcs8 = name
            .strip_suffix(".pkcs8")
            .map(|_| read(&format!("keys/{name}.pem")));
        assert!(
            pkcs8.is_none_or(|pkcs8| pkcs8 == *written),
            "{name}: unlike OpenSSL's"
        );
    }
}

#[cfg(feature = "encryption")]
#[test]
fn encrypted() {
    for (name, public, algorithm) in [
        ("ed25519.pbkdf2-aes256", "ed25519", Algorithm::Ed25519),
        ("p256.pbkdf2-sha512-aes128", "p256", Algorithm::P256),
        ("secp256k1.scrypt-aes256", "secp256k1", Algorithm::Secp256k1),
        ("rsa-2048.pbkdf2-aes256", "rsa-2048", Algorithm::Rsa),
    ] {
        let pem = read(&format!("keys/{name}.pem"));
        let signer = KeySigner::from_encrypted_pem("cr-1", &pem, "correct-horse")
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        check(&signer, public, algorithm);
    }
}

#[test]
fn as_people_paste_them() {
    let pem = read("keys/p256.ecparam-sec1.pem");
    let certificate = read("keys/refused/certificate.pem");
    for text in [
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        pem.replace('\n', "\r"),
        pem.replace('\n', " "),
        pem.replace('\n', ""),
        pem.trim_end().to_owned(),
        format!("    {}  ", pem.trim_end().replace('\n', "  \r\n\t  ")),
        format!("\u{feff}\"{pem}\""),
        format!("Key of the signing service, 2026:\n\n{pem}\nkeep it safe\n"),
        format!("{pem}{certificate}"),
        format!("{certificate}{pem}"),
    ] {
        let signer =
            KeySigner::from_pem("cr-1", &text).unwrap_or_else(|error| panic!("{error}: {text}"));
        check(&signer, "p256.ecparam", Algorithm::P256);
    }
}
