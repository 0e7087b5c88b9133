use alloc::format;
use alloc::string::String;
use core::fmt;
use core::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::api::auth::KeyCredentialInfo;

/// The proof that a key may be registered, for a key that lives elsewhere (a KMS, an HSM): the exact bytes to sign, then
/// the parts of the new credential (Dfns documentation, "Credentials data").
///
/// A key at hand makes its own: `KeySigner::attest` of `dfns-signer`. A passkey's comes from the browser.
///
/// ```
/// # use dfns_protocol::{KeyAttestation, api::auth::{NewKey, Register}};
/// # fn kms(_: &[u8]) -> Vec<u8> { vec![0; 64] }
/// let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----";
/// let attestation = KeyAttestation::new("Y2gtMQ", pem);
/// let signature = kms(attestation.message());
/// let register = Register::new(NewKey::new(attestation.complete("my-kms-key", &signature)));
/// ```
#[must_use = "its message is to be signed by the new key"]
pub struct KeyAttestation {
    client_data: String,
    public_key: String,
    message: String,
}

impl KeyAttestation {
    /// For a challenge of a registration, a recovery or a new credential, and the new key: `SubjectPublicKeyInfo` in PEM.
    pub fn new(challenge: &str, public_key_pem: &str) -> Self {
        // Sorted and compact, so that the hash can be made again from the members.
        let client_data = format!(
            r#"{{"challenge":{},"type":"key.create"}}"#,
            quoted(challenge)
        );
        let hash = hex(&Sha256::digest(&client_data));
        let public_key = quoted(public_key_pem);
        Self {
            message: format!(r#"{{"clientDataHash":"{hash}","publicKey":{public_key}}}"#),
            client_data,
            public_key,
        }
    }

    /// The bytes to sign: by Ed25519 as they are, by ECDSA and RSA (PKCS#1 v1.5) with SHA-256.
    pub fn message(&self) -> &[u8] {
        self.message.as_bytes()
    }

    /// The parts of the credential, under an id of your choice. The signature is as in an assertion: 64 bytes of Ed25519,
    /// ASN.1 DER of ECDSA.
    pub fn complete(self, credential_id: impl Into<String>, signature: &[u8]) -> KeyCredentialInfo {
        let (public_key, signature) = (&self.public_key, hex(signature));
        let data = format!(r#"{{"publicKey":{public_key},"signature":"{signature}"}}"#);
        KeyCredentialInfo::new(
            credential_id,
            URL_SAFE_NO_PAD.encode(&self.client_data),
            URL_SAFE_NO_PAD.encode(data),
        )
    }
}

impl fmt::Debug for KeyAttestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyAttestation").finish_non_exhaustive()
    }
}

/// As a JSON string.
fn quoted(text: &str) -> String {
    // A string always has a JSON form.
    serde_json::to_string(text).unwrap_or_default()
}

/// Lower case, unlike the base64url of assertions.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
