use alloc::string::String;
use core::fmt;

/// A signed challenge, owned: the three texts of the service's `credentialAssertion`.
///
/// Send them as `credId`, `clientData` and `signature` of a first or second factor of kind `Key`.
pub struct SignedChallenge {
    /// Id of the credential whose key signed.
    pub credential_id: String,
    /// The client data that was signed, in base64url without padding.
    pub client_data: String,
    /// The signature, in base64url without padding.
    pub signature: String,
}

/// Shows the credential id alone: a signed challenge authorises an action.
impl fmt::Debug for SignedChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedChallenge")
            .field("credential_id", &self.credential_id)
            .finish_non_exhaustive()
    }
}
