use dfns_signer::{KeyError, KeySigner};
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
    /// Throws the text of what is wrong; `algorithm` when another module has the key's algorithm.
    #[wasm_bindgen(constructor)]
    pub fn new(
        credential_id: String,
        pem: String,
        passphrase: Option<String>,
    ) -> Result<Key, JsValue> {
        let (pem, passphrase) = (Zeroizing::new(pem), passphrase.map(Zeroizing::new));
        let key = match passphrase {
            None => KeySigner::from_pem(credential_id, &pem),
            #[cfg(feature = "keys")]
            Some(passphrase) => {
                KeySigner::from_encrypted_pem(credential_id, &pem, passphrase.as_bytes())
            }
            #[cfg(not(feature = "keys"))]
            Some(_) => return Err(elsewhere()),
        };
        key.map(Self).map_err(|error| match error {
            KeyError::MissingFeature { .. } => elsewhere(),
            error => JsValue::from_str(&error.to_string()),
        })
    }

    /// The key's algorithm.
    #[wasm_bindgen(getter)]
    pub fn algorithm(&self) -> String {
        self.0.algorithm().to_string()
    }

    /// The public key in PEM, as a registration wants it.
    #[wasm_bindgen(getter, js_name = publicKey)]
    pub fn public_key(&self) -> String {
        self.0.public_key_pem()
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

fn elsewhere() -> JsValue {
    JsValue::from_str("algorithm")
}
