//! A recovery: the recovery key signs the new credentials themselves, so that nobody can put others in their place.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::api::auth::{NewCredentials, Recover, RecoveryAssertion, RecoveryChallenge};
use crate::json_reader::JsonReader;
use crate::{
    AllowedCredential, AllowedCredentials, Assertion, Challenge, Error, Factor, FirstFactor,
    Objection, Operation as _, Stage, Token,
};

impl RecoveryChallenge {
    /// The token that completes this recovery, for [`Context::with_temporary_token`](crate::Context::with_temporary_token).
    pub fn token(&self) -> Result<Token, Error> {
        Token::try_from(&self.temporary_authentication_token)
            .map_err(|e| Error::local(Recover::ID, Stage::Prepare, e))
    }

    /// What the recovery key has to sign to put `new` in the place of all credentials: not this challenge, which the new
    /// credentials answer, but the new credentials (Dfns documentation, "Recovery").
    ///
    /// Any signer of keys answers it.
    pub fn signing(&self, new: &NewCredentials) -> Challenge {
        let allowed = self.allowed_recovery_credentials.iter();
        let allowed = allowed.map(|credential| AllowedCredential::new(credential.id.clone(), None));
        Challenge {
            challenge: URL_SAFE_NO_PAD.encode(written(new)),
            challenge_identifier: String::new(),
            supported_credential_kinds: Vec::new(),
            user_verification: None,
            attestation: None,
            allow_credentials: AllowedCredentials {
                key: allowed.collect(),
                ..AllowedCredentials::default()
            },
            external_authentication_url: None,
            rp: None,
        }
    }

    /// The operation that completes the recovery, with the recovery key's answer to [`signing`](Self::signing).
    ///
    /// Refuses an assertion of a credential that cannot recover, of another kind than a key, or over other credentials.
    pub fn recover(
        &self,
        new: NewCredentials,
        assertion: impl Into<Assertion>,
    ) -> Result<Recover, Error> {
        let refused = |objection| Err(Error::local(Recover::ID, Stage::Sign, objection));
        let assertion = assertion.into();
        let challenge = self.signing(&new);
        if let Some(objection) = challenge.objection(&assertion) {
            return refused(objection);
        }
        let key = match assertion.first_factor {
            FirstFactor::Credential(Factor::Key(key)) => key,
            other => return refused(Objection::NotARecoveryKey { kind: other.kind() }),
        };
        if signed(&key.client_data).as_deref() != Some(challenge.challenge.as_str()) {
            return refused(Objection::OtherCredentials);
        }
        Ok(Recover::new(RecoveryAssertion::new(key.into()), new))
    }
}

/// The text in the request's body: both are written by the same serialiser from the same value.
fn written(new: &NewCredentials) -> Vec<u8> {
    // Strings and lists always have a JSON form.
    serde_json::to_vec(new).unwrap_or_default()
}

/// The challenge in client data.
fn signed(client_data: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(client_data).ok()?;
    let mut challenge = None;
    let read = JsonReader::read(core::str::from_utf8(&bytes).ok()?, |json| {
        json.object(&["challenge"], 1, &mut |json, _| {
            challenge = Some(json.string()?.into_owned());
            Ok(())
        })
    });
    read.ok()?;
    challenge
}
