use alloc::string::String;
use alloc::vec;
use core::fmt;

use crate::{KeySigner, SignError, attest, attestation_len};

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
    /// [`attest`] with the signer's key, in texts of its own.
    pub(crate) fn sign(signer: &KeySigner, challenge: &str) -> Result<Self, SignError> {
        let mut out = vec![0; attestation_len(challenge.len(), signer.algorithm())];
        let attestation = attest(signer, challenge, &mut out)?;
        Ok(Self {
            credential_id: signer.credential_id().into(),
            client_data: attestation.client_data.into(),
            attestation_data: attestation.attestation_data.into(),
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
