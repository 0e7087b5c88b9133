use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns_signer::signature::Verifier as _;
use dfns_signer::{Algorithm, KeySigner};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};

use crate::input::Input;

/// A text is no private key, or one whose PKCS#8 form is read as the same key, and whose signatures another library
/// verifies with its public half; no error shows a part of the text's base64.
pub fn keys(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let pem = match input.byte() % 4 {
        0 => String::from_utf8_lossy(input.rest()).into_owned(),
        1 => block("PRIVATE KEY", input.rest()),
        2 => block("EC PRIVATE KEY", input.rest()),
        _ => block("RSA PRIVATE KEY", input.rest()),
    };
    match KeySigner::from_pem("cr-1", &pem) {
        Ok(signer) => check(&signer),
        Err(error) => {
            let shown = format!("{error} {error:?}");
            let is_key = |line: &&str| line.len() >= 64 && !line.contains([' ', '-']);
            let leaked = pem
                .lines()
                .find(|line| is_key(line) && shown.contains(line));
            assert_eq!(leaked, None, "{shown}");
        }
    }
}

fn block(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

fn check(signer: &KeySigner) {
    let pem = signer.to_pkcs8_pem().expect("a PKCS#8 form");
    let again = KeySigner::from_pem("cr-1", &pem).expect("what was written");
    let public = signer.public_key_pem();
    assert_eq!(again.public_key_pem(), public);
    assert_eq!(*again.to_pkcs8_pem().expect("a PKCS#8 form"), *pem);

    let challenge = "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw";
    let assertion = signer.sign(challenge, ["cr-1"]).expect("a signature");
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let (message, signature) = (decode(&assertion.client_data), decode(&assertion.signature));
    let body: String = public
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let spki = STANDARD.decode(body).expect("base64");
    let verified = match signer.algorithm() {
        Algorithm::Ed25519 => verify(&ED25519, &spki[12..], &message, &signature),
        Algorithm::P256 => verify(&ECDSA_P256_SHA256_ASN1, &spki[26..], &message, &signature),
        // A modulus of 2048 bits or more, as RSA keys here have.
        Algorithm::Rsa => verify(
            &RSA_PKCS1_2048_8192_SHA256,
            &spki[24..],
            &message,
            &signature,
        ),
        Algorithm::Secp256k1 => {
            let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&spki[23..]).expect("a point");
            let signature = k256::ecdsa::DerSignature::from_bytes(&signature).expect("DER");
            key.verify(&message, &signature).is_ok()
        }
    };
    assert!(verified, "a signature that does not verify: {public}");
}

fn verify(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    UnparsedPublicKey::new(algorithm, key)
        .verify(message, signature)
        .is_ok()
}
