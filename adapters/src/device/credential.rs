use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dfns_signer::Algorithm;

/// The public half of what a device holds in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceCredential {
    /// The credential's id.
    pub credential_id: String,
    /// What its key signs with.
    pub algorithm: Algorithm,
    /// The public key: a DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
}

impl DeviceCredential {
    /// The public key in PEM, as Dfns wants it for a service account or a token: lines of 64 characters ending in LF, and
    /// no line ending after the last.
    pub fn public_key_pem(&self) -> String {
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for bytes in self.public_key.chunks(48) {
            BASE64_STANDARD.encode_string(bytes, &mut pem);
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----");
        pem
    }
}
