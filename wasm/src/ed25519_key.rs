use base64ct::{Base64, Encoding as _};
use dfns_signer::{Algorithm, Ed25519Key, assert, assertion_len, attest, attestation_len};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// An Ed25519 private key, in the memory of this module until `free()` wipes it.
///
/// It is read from the one form that everybody writes it in: `PRIVATE KEY` in PEM, RFC 8410 section 7 without the
/// public key. A reader of everything is half a module more, and the module of all keys has it.
#[wasm_bindgen]
pub struct Key(Ed25519Key);

#[wasm_bindgen]
impl Key {
    /// Reads the key. The copy of the text that was made here is wiped.
    ///
    /// Throws `algorithm` for anything else: the module of all keys knows it, or what is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(_credential_id: String, pem: String) -> Result<Key, JsValue> {
        let pem = Zeroizing::new(pem);
        let seed = seed(&pem).ok_or_else(|| JsValue::from_str("algorithm"))?;
        Ok(Self(Ed25519Key::from_bytes(&seed)))
    }

    /// Signs a challenge: client data and signature in base64url, a line each.
    pub fn sign(&self, challenge: &str) -> Result<String, JsValue> {
        let mut out = vec![0; assertion_len(challenge.len(), Algorithm::Ed25519)];
        let signed = assert(&self.0, challenge, &mut out).map_err(|error| thrown(&error))?;
        Ok(lines(signed.client_data, signed.signature))
    }

    /// Signs the challenge of a new credential: client data and attestation data in base64url, a line each.
    pub fn attest(&self, challenge: &str) -> Result<String, JsValue> {
        let mut out = vec![0; attestation_len(challenge.len(), Algorithm::Ed25519)];
        let signed = attest(&self.0, challenge, &mut out).map_err(|error| thrown(&error))?;
        Ok(lines(signed.client_data, signed.attestation_data))
    }
}

/// The seed in a PEM text that is nothing but one such key; its lines may be of any length, and `\n` two characters.
fn seed(pem: &str) -> Option<Zeroizing<[u8; 32]>> {
    let body = pem.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let mut text = Zeroizing::new([0; 64]);
    let mut rest = text.iter_mut();
    let mut bytes = body.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_break = byte == b'\\' && bytes.next_if_eq(&b'n').is_some();
        if !is_break && !byte.is_ascii_whitespace() {
            *rest.next()? = byte;
        }
    }
    if rest.next().is_some() {
        return None;
    }
    let mut der = Zeroizing::new([0; 48]);
    Base64::decode(text.as_slice(), &mut *der).ok()?;
    let seed = der.strip_prefix(PKCS8)?;
    Some(Zeroizing::new(seed.try_into().ok()?))
}

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
/// What stands before the seed in the DER of RFC 8410 section 7.
const PKCS8: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

fn lines(one: &str, other: &str) -> String {
    [one, other].join("\n")
}

fn thrown(error: &dyn core::fmt::Display) -> JsValue {
    JsValue::from_str(&error.to_string())
}
