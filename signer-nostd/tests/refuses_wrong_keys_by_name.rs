//! Every wrong input is told what it is and what is wanted instead, and nothing of it is quoted.
#![cfg(all(
    feature = "encryption",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use dfns_signer::{KeyError, KeySigner};
use support::read;

/// File, what the error names as found, what it names as wanted.
const REFUSED: [(&str, &str, &str); 24] = [
    (
        "certificate",
        "`CERTIFICATE`, not a key",
        "private key in PEM",
    ),
    (
        "rsa-public-pkcs1",
        "`RSA PUBLIC KEY`, the public half",
        "private key in PEM",
    ),
    (
        "../p256.public",
        "`PUBLIC KEY`, the public half",
        "private key in PEM",
    ),
    ("openssh", "`OPENSSH PRIVATE KEY`", "ssh-keygen -p -m PKCS8"),
    (
        "ec-parameters",
        "`EC PARAMETERS`, a curve without a key",
        "private key in PEM",
    ),
    ("p384.pkcs8", "P-384", "Ed25519, P-256, secp256k1 or RSA"),
    ("p384.sec1", "P-384", "Ed25519, P-256, secp256k1 or RSA"),
    ("p521.pkcs8", "P-521", "Ed25519, P-256, secp256k1 or RSA"),
    (
        "brainpool.pkcs8",
        "brainpoolP256r1",
        "Ed25519, P-256, secp256k1 or RSA",
    ),
    (
        "brainpool-p320.pkcs8",
        "1.3.36.3.3.2.8.1.1.9",
        "Ed25519, P-256, secp256k1 or RSA",
    ),
    ("ed448", "Ed448", "Ed25519, P-256, secp256k1 or RSA"),
    ("x25519", "X25519", "Ed25519, P-256, secp256k1 or RSA"),
    ("rsa-pss", "RSASSA-PSS", "Ed25519, P-256, secp256k1 or RSA"),
    ("dsa", "DSA", "Ed25519, P-256, secp256k1 or RSA"),
    ("rsa-1024.pkcs1", "RSA key of 1024 bits", "2048 to 4096"),
    ("rsa-1024.pkcs8", "RSA key of 1024 bits", "2048 to 4096"),
    ("rsa-5120.pkcs8", "RSA key of 5120 bits", "2048 to 4096"),
    ("proc-type.sec1", "`Proc-Type`", "openssl pkcs8 -topk8"),
    ("proc-type.pkcs1", "`Proc-Type`", "openssl pkcs8 -topk8"),
    (
        "no-curve.sec1",
        "does not name its curve",
        "Ed25519, P-256, secp256k1 or RSA",
    ),
    (
        "explicit-curve.sec1",
        "explicit curve parameters",
        "named curve",
    ),
    (
        "explicit-curve.pkcs8",
        "explicit curve parameters",
        "named curve",
    ),
    ("mismatched-public", "not valid PKCS#8", "damaged"),
    (
        "../ed25519.pbkdf2-aes256",
        "`ENCRYPTED PRIVATE KEY`",
        "from_encrypted_pem",
    ),
];

/// No run of 16 characters of the input's base64 may be in what is shown of the error.
fn shows_nothing_of(pem: &str, error: &KeyError) {
    let shown = format!("{error} {error:?}");
    for line in pem
        .lines()
        .filter(|line| !line.starts_with("-----") && !line.contains(": "))
    {
        for chunk in line.as_bytes().windows(16) {
            let chunk = str::from_utf8(chunk).unwrap();
            assert!(!shown.contains(chunk), "key material in: {shown}");
        }
    }
}

fn refusal(pem: &str) -> KeyError {
    let error = KeySigner::from_pem("cr-1", pem).expect_err("a refusal");
    shows_nothing_of(pem, &error);
    error
}

#[test]
fn whole_files() {
    for (name, found, wanted) in REFUSED {
        let error = refusal(&read(&format!("keys/refused/{name}.pem"))).to_string();
        assert!(error.contains(found), "{name}: {error}");
        assert!(error.contains(wanted), "{name}: {error}");
    }
}

#[test]
fn texts_that_are_no_pem() {
    assert_eq!(refusal(""), KeyError::Empty);
    assert_eq!(refusal(" \r\n\t"), KeyError::Empty);
    assert_eq!(refusal("/run/secrets/dfns.pem"), KeyError::NotPem);
    assert_eq!(
        refusal("MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUW"),
        KeyError::NotPem
    );
    let label = "-----BEGIN MC4caqawbqydk2vwBCIEIA-----\n-----END MC4caqawbqydk2vwBCIEIA-----";
    assert_eq!(refusal(label), KeyError::NotPem);
    assert!(
        refusal("x")
            .to_string()
            .contains("wanted is a private key in PEM")
    );
}

#[test]
fn a_file_that_was_cut_off_or_damaged() {
    let pem = read("keys/rsa-2048.pkcs8.pem");
    for keep in [40, 1000, pem.len() - 10] {
        assert_eq!(
            refusal(&pem[..keep]),
            KeyError::Unterminated {
                label: "PRIVATE KEY".into()
            }
        );
    }
    assert_eq!(
        refusal(&pem.replacen('M', "!", 1)),
        KeyError::Malformed { encoding: "base64" }
    );
    assert_eq!(
        refusal(&pem.replacen("MII", "AII", 1)),
        KeyError::Malformed { encoding: "PKCS#8" }
    );
    let renamed = pem.replace("PRIVATE", "RSA PRIVATE");
    assert_eq!(
        refusal(&renamed),
        KeyError::Malformed { encoding: "PKCS#1" }
    );
    let renamed = pem.replace("PRIVATE", "EC PRIVATE");
    assert_eq!(refusal(&renamed), KeyError::Malformed { encoding: "SEC1" });
}

#[test]
fn two_keys_in_one_text() {
    let text = read("keys/p256.pkcs8.pem") + &read("keys/ed25519.pkcs8.pem");
    assert_eq!(refusal(&text), KeyError::SeveralKeys { count: 2 });
    assert!(refusal(&text).to_string().contains("2 private keys"));
}

#[test]
fn a_key_without_a_credential_id() {
    let pem = read("keys/ed25519.pkcs8.pem");
    let error = KeySigner::from_pem("", &pem).unwrap_err();
    assert_eq!(error, KeyError::NoCredentialId);
}

#[test]
fn wrong_passphrases() {
    for name in [
        "ed25519.pbkdf2-aes256",
        "p256.pbkdf2-sha512-aes128",
        "secp256k1.scrypt-aes256",
    ] {
        let pem = read(&format!("keys/{name}.pem"));
        for passphrase in ["", "Correct-horse", "correct-horse "] {
            let error = KeySigner::from_encrypted_pem("cr-1", &pem, passphrase).unwrap_err();
            assert_eq!(error, KeyError::WrongPassphrase, "{name}");
            shows_nothing_of(&pem, &error);
        }
    }
}

#[test]
fn a_passphrase_for_a_key_that_has_none() {
    let pem = read("keys/ed25519.pkcs8.pem");
    let error = KeySigner::from_encrypted_pem("cr-1", &pem, "correct-horse").unwrap_err();
    assert_eq!(error, KeyError::NotEncrypted);
}

#[test]
fn encryption_of_another_age() {
    for (name, found) in [
        ("des3", "triple DES"),
        ("pbes1", "PBES1 (SHA-1 and triple DES)"),
        ("pbkdf2-sha1", "HMAC-SHA-1"),
    ] {
        let pem = read(&format!("keys/refused/{name}.pem"));
        let error = KeySigner::from_encrypted_pem("cr-1", &pem, "correct-horse").unwrap_err();
        let shown = error.to_string();
        assert!(
            shown.contains(found) && shown.contains("PBES2 with AES"),
            "{name}: {shown}"
        );
        shows_nothing_of(&pem, &error);
    }
}
