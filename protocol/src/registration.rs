//! A registration and a new credential: a challenge, credentials that answer it, and the call that takes them.

use alloc::string::String;

use crate::api::auth::{
    CredentialChallengeFido2, CredentialChallengeKey, CredentialChallengePasswordProtectedKey,
    CredentialChallengeRecoveryKey, KeyCredentialInfo, NewCredentialFido2, NewCredentialKey,
    NewCredentialPasswordProtectedKey, NewCredentialRecoveryKey, NewCredentials, Register,
    RegistrationChallenge,
};
use crate::{Error, Operation as _, Secret, Stage, Token};

impl RegistrationChallenge {
    /// The token that completes this registration, for [`Context::with_temporary_token`](crate::Context::with_temporary_token).
    /// It serves [`Register`] and [`RegisterEndUser`](crate::api::auth::RegisterEndUser), once.
    pub fn token(&self) -> Result<Token, Error> {
        Token::try_from(&self.temporary_authentication_token)
            .map_err(|e| Error::local(Register::ID, Stage::Prepare, e))
    }
}

impl From<NewCredentials> for Register {
    fn from(credentials: NewCredentials) -> Self {
        Self {
            first_factor_credential: credentials.first_factor_credential,
            second_factor_credential: credentials.second_factor_credential,
            recovery_credential: credentials.recovery_credential,
        }
    }
}

impl CredentialChallengeKey {
    /// The new credential, for [`CreateCredential`](crate::api::auth::CreateCredential).
    pub fn answer(self, info: KeyCredentialInfo, name: impl Into<String>) -> NewCredentialKey {
        NewCredentialKey::new(info, name, self.challenge_identifier)
    }
}

impl CredentialChallengeFido2 {
    /// The new credential, for [`CreateCredential`](crate::api::auth::CreateCredential). `info` holds what
    /// `navigator.credentials.create` gave: the credential's id, `clientDataJSON` and `attestationObject`.
    pub fn answer(self, info: KeyCredentialInfo, name: impl Into<String>) -> NewCredentialFido2 {
        NewCredentialFido2::new(info, name, self.challenge_identifier)
    }
}

impl CredentialChallengePasswordProtectedKey {
    /// The new credential, for [`CreateCredential`](crate::api::auth::CreateCredential), with its private key
    /// encrypted by the user's password.
    pub fn answer(
        self,
        info: KeyCredentialInfo,
        encrypted_private_key: impl Into<Secret>,
        name: impl Into<String>,
    ) -> NewCredentialPasswordProtectedKey {
        let identifier = self.challenge_identifier;
        NewCredentialPasswordProtectedKey::new(info, encrypted_private_key, name, identifier)
    }
}

impl CredentialChallengeRecoveryKey {
    /// The new credential, for [`CreateCredential`](crate::api::auth::CreateCredential). Set `encrypted_private_key`
    /// when the service is to keep the encrypted key.
    pub fn answer(
        self,
        info: KeyCredentialInfo,
        name: impl Into<String>,
    ) -> NewCredentialRecoveryKey {
        NewCredentialRecoveryKey::new(info, name, self.challenge_identifier)
    }
}
