//! The few lines that make a signer of a KMS, for both kinds of clients.

use dfns_client::protocol::{Assertion, Challenge, KeyAssertion};
use dfns_client::{AsyncSigner, SignError, Signer};
use dfns_signer::Algorithm;

use crate::kms::{Answer, Kms};

/// A credential whose key is in a KMS.
#[derive(Clone)]
pub(crate) struct KmsSigner {
    pub(crate) kms: Kms,
    pub(crate) credential_id: String,
}

impl Signer for KmsSigner {
    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        let client_data = challenge.client_data();
        let signature = self.kms.sign(client_data.as_bytes());
        self.assertion(&client_data, signature)
    }
}

impl AsyncSigner for KmsSigner {
    async fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        let client_data = challenge.client_data();
        let signature = self.kms.sign_async(client_data.as_bytes()).await;
        self.assertion(&client_data, signature)
    }
}

impl KmsSigner {
    /// The service takes ECDSA as DER and Ed25519 as its 64 bytes.
    fn assertion(&self, client_data: &str, signature: Answer) -> Result<Assertion, SignError> {
        let (id, signed, signature) = (&self.credential_id, client_data.as_bytes(), signature?);
        let assertion = match self.kms.algorithm() {
            Algorithm::Ed25519 => KeyAssertion::from_bytes(id, signed, &signature),
            _ => KeyAssertion::from_ecdsa(id, signed, &signature)?,
        };
        Ok(assertion.into())
    }
}
