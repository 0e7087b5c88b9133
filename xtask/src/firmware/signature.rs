use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_signer::Algorithm;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::cargo::{at_root, output};

/// What a device has signed, judged by OpenSSL, which shares no code with it.
pub(super) struct Judge<'f> {
    /// Where OpenSSL finds its files.
    pub(super) folder: &'f Path,
}

impl Judge<'_> {
    /// Accepts an assertion of this challenge; `public_key` is a PEM.
    pub(super) fn assertion(
        &self,
        algorithm: Algorithm,
        challenge: &str,
        public_key: &str,
        client_data: &str,
        signature: &str,
    ) -> Result<(), String> {
        let client_data = decode(client_data)?;
        expect_client_data(&client_data, "key.get", challenge)?;
        self.verify(algorithm, public_key, &client_data, &decode(signature)?)
    }

    /// Accepts the proof that a key may be registered, and returns the key as a PEM.
    pub(super) fn attestation(
        &self,
        algorithm: Algorithm,
        challenge: &str,
        client_data: &str,
        attestation_data: &str,
    ) -> Result<String, String> {
        let client_data = decode(client_data)?;
        expect_client_data(&client_data, "key.create", challenge)?;
        let attestation = json(&decode(attestation_data)?)?;
        let text = |name: &str| attestation[name].as_str().unwrap_or_default();
        let public_key = text("publicKey");
        // Dfns documentation, "Credentials data": what is signed, with its members in this order.
        let fingerprint = format!(
            r#"{{"clientDataHash":"{}","publicKey":{}}}"#,
            hex(&Sha256::digest(&client_data)),
            attestation["publicKey"],
        );
        let signature = from_hex(text("signature")).ok_or("the signature is not hexadecimal")?;
        self.verify(algorithm, public_key, fingerprint.as_bytes(), &signature)?;
        Ok(public_key.to_owned())
    }

    fn verify(
        &self,
        algorithm: Algorithm,
        public_key: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), String> {
        let keep = |name: &str, bytes: &[u8]| {
            let file = self.folder.join(name);
            let kept = fs::write(&file, bytes).map_err(|error| error.to_string());
            kept.map(|()| file)
        };
        let public_key = keep("public.pem", public_key.as_bytes())?;
        let message = keep("message", message)?;
        let signature = keep("signature", signature)?;
        let mut openssl = at_root("openssl");
        match algorithm {
            Algorithm::Ed25519 => openssl
                .args(["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey"])
                .args([&public_key])
                .arg("-in")
                .args([&message])
                .arg("-sigfile")
                .args([&signature]),
            _ => openssl
                .args(["dgst", "-sha256", "-verify"])
                .args([&public_key])
                .arg("-signature")
                .args([&signature, &message]),
        };
        output(&mut openssl).map(drop)
    }
}

fn expect_client_data(client_data: &[u8], kind: &str, challenge: &str) -> Result<(), String> {
    let client_data = json(client_data)?;
    if client_data["type"] == kind && client_data["challenge"] == challenge {
        Ok(())
    } else {
        Err(format!(
            "the device signed {client_data} and not {challenge} for {kind}"
        ))
    }
}

fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("the device's text: {error}"))
}

fn decode(text: &str) -> Result<Vec<u8>, String> {
    let bytes = URL_SAFE_NO_PAD.decode(text);
    bytes.map_err(|error| format!("the device's text: {error}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2));
    pairs
        .map(|pair| u8::from_str_radix(pair?, 16).ok())
        .collect()
}
