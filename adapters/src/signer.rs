use dfns_protocol::{Assertion, Challenge};

/// Answers challenges, at once and in this thread.
///
/// [`KeySigner`](crate::KeySigner) is one. A key that lives elsewhere (a KMS, an HSM) is a few lines: sign
/// [`Challenge::client_data`] there and give the bytes to
/// [`KeyAssertion::from_bytes`](dfns_protocol::KeyAssertion::from_bytes). A closure of this shape is a signer too.
pub trait Signer {
    /// Signs `challenge`, or says why not. Nothing has happened to the action when this fails.
    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError>;
}

/// Why a signer did not sign. Its text reaches logs: keep keys out of it.
pub type SignError = Box<dyn std::error::Error + Send + Sync>;

impl<F: Fn(&Challenge) -> Result<Assertion, SignError>> Signer for F {
    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        self(challenge)
    }
}

#[cfg(feature = "pem")]
impl Signer for dfns_signer::KeySigner {
    fn sign(&self, challenge: &Challenge) -> Result<Assertion, SignError> {
        let allowed = challenge
            .allow_credentials
            .key
            .iter()
            .map(|credential| credential.id.as_str());
        let signed = dfns_signer::KeySigner::sign(self, &challenge.challenge, allowed)?;
        Ok(dfns_protocol::KeyAssertion::from_base64url(
            signed.credential_id,
            signed.client_data,
            signed.signature,
        )
        .into())
    }
}

/// The parts of a new credential for this key, answering the challenge of a registration, a recovery or a new credential:
/// for [`NewKey`](dfns_protocol::api::auth::NewKey) and its like.
#[cfg(all(feature = "pem", feature = "auth"))]
pub fn credential_info(
    key: &dfns_signer::KeySigner,
    challenge: &str,
) -> Result<dfns_protocol::api::auth::KeyCredentialInfo, SignError> {
    let attestation = key.attest(challenge)?;
    Ok(dfns_protocol::api::auth::KeyCredentialInfo::new(
        attestation.credential_id,
        attestation.client_data,
        attestation.attestation_data,
    ))
}
