//! A login: a challenge, an answer, a token. Two operations, and between them the same signing as for an action.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use crate::api::auth::{
    AllowCredentials, AuthenticationChallenge, CredentialDescriptor, Fido2Assertion,
    FirstFactorAssertion, FirstFactorAssertionFido2, FirstFactorAssertionKey,
    FirstFactorAssertionPassword, FirstFactorAssertionPasswordProtectedKey, KeyAssertion, Login,
    LoginResponse, SecondFactorAssertion, SecondFactorAssertionTotp, SupportedCredentialKind,
};
use crate::{
    AllowedCredential, AllowedCredentials, Assertion, Challenge, Error, Factor, FirstFactor,
    InvalidToken, Operation as _, RelyingParty, SecondFactor, Secret, Stage, SupportedCredential,
    Token,
};

impl Challenge {
    /// The operation that completes a login, when this is the challenge of one
    /// ([`CreateLoginChallenge`](crate::api::auth::CreateLoginChallenge)).
    ///
    /// ```no_run
    /// # use dfns_protocol::{Assertion, Challenge, api::auth::{AuthenticationChallenge, Login}};
    /// # fn f(answer: AuthenticationChallenge, sign: fn(&Challenge) -> Assertion) -> Result<Login, dfns_protocol::Error> {
    /// let challenge = Challenge::from(answer);
    /// let assertion = sign(&challenge);
    /// challenge.login(assertion)
    /// # }
    /// ```
    ///
    /// Refuses an assertion that the challenge cannot accept.
    pub fn login(self, assertion: impl Into<Assertion>) -> Result<Login, Error> {
        let assertion = assertion.into();
        if let Some(objection) = self.objection(&assertion) {
            return Err(Error::local(Login::ID, Stage::Sign, objection));
        }
        let mut login = Login::new(self.challenge_identifier, assertion.first_factor);
        login.second_factor = assertion.second_factor.map(Into::into);
        Ok(login)
    }
}

impl LoginResponse {
    /// The token to call the API with; `None` when the organisation logs in through single sign-on instead, with
    /// [`SsoLoginInit`](crate::api::auth::SsoLoginInit).
    pub fn token(&self) -> Option<Result<Token, InvalidToken>> {
        match self {
            LoginResponse::Token(answer) => Some(Token::try_from(&answer.token)),
            _ => None,
        }
    }
}

impl TryFrom<&Secret> for Token {
    type Error = InvalidToken;

    /// The token in an answer: of a login, a registration, a new service account or personal access token.
    fn try_from(secret: &Secret) -> Result<Self, InvalidToken> {
        Token::new(secret.expose())
    }
}

impl From<AuthenticationChallenge> for Challenge {
    /// The challenge of a login in the form that signers answer.
    fn from(answer: AuthenticationChallenge) -> Self {
        Self {
            challenge: answer.challenge,
            challenge_identifier: answer.challenge_identifier,
            supported_credential_kinds: answer
                .supported_credential_kinds
                .into_iter()
                .map(SupportedCredential::from)
                .collect(),
            user_verification: Some(answer.user_verification.as_str().to_owned().into()),
            attestation: Some(answer.attestation.as_str().to_owned().into()),
            allow_credentials: answer.allow_credentials.into(),
            external_authentication_url: Some(answer.external_authentication_url),
            rp: answer.rp.map(|rp| RelyingParty {
                id: rp.id,
                name: Some(rp.name),
            }),
        }
    }
}

impl From<SupportedCredentialKind> for SupportedCredential {
    fn from(supported: SupportedCredentialKind) -> Self {
        Self {
            kind: supported.kind.as_str().to_owned().into(),
            factor: Some(supported.factor.as_str().to_owned().into()),
            requires_second_factor: supported.requires_second_factor,
        }
    }
}

impl From<AllowCredentials> for AllowedCredentials {
    fn from(allowed: AllowCredentials) -> Self {
        let plain = |credential: CredentialDescriptor| AllowedCredential::new(credential.id, None);
        let protected = allowed.password_protected_key.unwrap_or_default();
        Self {
            key: allowed.key.into_iter().map(plain).collect(),
            password_protected_key: protected
                .into_iter()
                .map(|credential| {
                    let encrypted = credential.encrypted_private_key.expose().to_owned();
                    AllowedCredential::new(credential.id, Some(encrypted))
                })
                .collect(),
            webauthn: allowed.webauthn.into_iter().map(plain).collect(),
        }
    }
}

impl AllowedCredential {
    pub(crate) fn new(id: String, encrypted_private_key: Option<String>) -> Self {
        Self {
            kind: Some("public-key".into()),
            id,
            encrypted_private_key,
        }
    }
}

impl From<FirstFactor> for FirstFactorAssertion {
    fn from(factor: FirstFactor) -> Self {
        match factor {
            FirstFactor::Credential(factor) => signed(factor),
            FirstFactor::Password(password) => FirstFactorAssertionPassword::new(password).into(),
        }
    }
}

impl From<SecondFactor> for SecondFactorAssertion {
    fn from(factor: SecondFactor) -> Self {
        match factor {
            SecondFactor::Credential(factor) => signed(factor),
            SecondFactor::Totp(code) => SecondFactorAssertionTotp::new(code).into(),
        }
    }
}

/// A signature has one form in both places.
fn signed<T>(factor: Factor) -> T
where
    T: From<FirstFactorAssertionKey>
        + From<FirstFactorAssertionPasswordProtectedKey>
        + From<FirstFactorAssertionFido2>,
{
    match factor {
        Factor::Key(key) => FirstFactorAssertionKey::new(key.into()).into(),
        Factor::PasswordProtectedKey(key) => {
            FirstFactorAssertionPasswordProtectedKey::new(key.into()).into()
        }
        Factor::Fido2(passkey) => FirstFactorAssertionFido2::new(passkey.into()).into(),
    }
}

impl From<crate::KeyAssertion> for KeyAssertion {
    fn from(assertion: crate::KeyAssertion) -> Self {
        let mut made = Self::new(
            assertion.credential_id,
            assertion.client_data,
            assertion.signature,
        );
        made.algorithm = assertion.algorithm;
        made
    }
}

impl From<crate::Fido2Assertion> for Fido2Assertion {
    fn from(assertion: crate::Fido2Assertion) -> Self {
        let mut made = Self::new(
            assertion.credential_id,
            assertion.client_data,
            assertion.signature,
            assertion.authenticator_data,
        );
        made.user_handle = assertion.user_handle;
        made.algorithm = assertion.algorithm;
        made
    }
}
