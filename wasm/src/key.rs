use dfns_signer::KeySigner;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// A private key, in the memory of this module until `free()` wipes it.
#[wasm_bindgen]
pub struct Key(KeySigner);

#[wasm_bindgen]
impl Key {
    /// Reads a private key from PEM, an encrypted one with its passphrase. The copies of both that were made here are
    /// wiped.
    ///
    /// Throws the text of what is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(
        credential_id: String,
        pem: String,
        passphrase: Option<String>,
    ) -> Result<Key, JsValue> {
        let (pem, passphrase) = (Zeroizing::new(pem), passphrase.map(Zeroizing::new));
        let key = match passphrase {
            None => KeySigner::from_pem(credential_id, &pem),
            Some(passphrase) => {
                KeySigner::from_encrypted_pem(credential_id, &pem, passphrase.as_bytes())
            }
        };
        key.map(Self)
            .map_err(|error| JsValue::from_str(&error.to_string()))
    }

    /// Signs a challenge: client data and signature in base64url, a line each.
    pub fn sign(&self, challenge: &str) -> Result<String, JsValue> {
        let signed = self.0.sign(challenge, []);
        let signed = signed.map_err(|error| JsValue::from_str(&error.to_string()))?;
        Ok(format!("{}\n{}", signed.client_data, signed.signature))
    }

    /// Signs the challenge of a new credential: client data and attestation data in base64url, a line each.
    pub fn attest(&self, challenge: &str) -> Result<String, JsValue> {
        let signed = self.0.attest(challenge);
        let signed = signed.map_err(|error| JsValue::from_str(&error.to_string()))?;
        Ok(format!(
            "{}\n{}",
            signed.client_data, signed.attestation_data
        ))
    }
}
