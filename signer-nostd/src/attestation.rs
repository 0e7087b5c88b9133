use alloc::string::String;
use alloc::{format, vec};
use core::fmt;
use core::fmt::Write as _;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};

use crate::{KeySigner, SignError, SigningKey as _, client_data};

/// Proof that a key may be registered: the three texts of the service's `credentialInfo` for a
/// credential of kind `Key`, `PasswordProtectedKey` or `RecoveryKey`.
///
/// Made by [`KeySigner::attest`]; send them as `credId`, `clientData` and `attestationData`.
pub struct Attestation {
    /// Id of the credential to register.
    pub credential_id: String,
    /// The client data, in base64url without padding.
    pub client_data: String,
    /// The public key and the signature over it, in base64url without padding.
    pub attestation_data: String,
}

impl Attestation {
    /// Signs the registration challenge (Dfns documentation, "Credentials data"): the client
    /// data's hash and the public key form a text, which the new key signs.
    pub(crate) fn sign(signer: &KeySigner, challenge: &str) -> Result<Self, SignError> {
        client_data::check(challenge)?;
        // The documentation asks for sorted members, so that the hash can be reproduced.
        let client_data = format!(r#"{{"challenge":"{challenge}","type":"key.create"}}"#);
        let hash = hex(&Sha256::digest(&client_data));
        // PEM holds nothing that JSON escapes but its line breaks.
        let public_key = signer.public_key_pem().replace('\n', "\\n");
        let fingerprint = format!(r#"{{"clientDataHash":"{hash}","publicKey":"{public_key}"}}"#);

        let mut signature = vec![0; signer.algorithm().max_signature_len()];
        let len = signer.sign_into(fingerprint.as_bytes(), &mut signature)?;
        let signature = hex(signature.get(..len).ok_or(SignError::KeyFailed)?);
        let data = format!(r#"{{"publicKey":"{public_key}","signature":"{signature}"}}"#);
        Ok(Self {
            credential_id: signer.credential_id().into(),
            client_data: Base64UrlUnpadded::encode_string(client_data.as_bytes()),
            attestation_data: Base64UrlUnpadded::encode_string(data.as_bytes()),
        })
    }
}

/// Shows the credential id alone: whoever holds the rest can register the key.
impl fmt::Debug for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attestation")
            .field("credential_id", &self.credential_id)
            .finish_non_exhaustive()
    }
}

/// Lower-case hexadecimal, as attestations carry hashes and signatures.
fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
