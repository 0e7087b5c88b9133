use alloc::string::String;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{Challenge, EcdsaSignature, InvalidEcdsaSignature};

/// The answer to a [`Challenge`]: one factor, or two.
///
/// As JSON it is what the service takes in `POST /auth/action` (Dfns documentation, "Create User Action Signature"),
/// so a frontend can send it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assertion {
    /// The first factor.
    pub first_factor: Factor,
    /// The second factor, where the challenge asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<Factor>,
}

impl Assertion {
    /// The same assertion with a second factor.
    #[must_use]
    pub fn with_second_factor(mut self, factor: impl Into<Factor>) -> Self {
        self.second_factor = Some(factor.into());
        self
    }
}

impl<F: Into<Factor>> From<F> for Assertion {
    fn from(factor: F) -> Self {
        Self {
            first_factor: factor.into(),
            second_factor: None,
        }
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("first_factor", &self.first_factor)
            .field("second_factor", &self.second_factor)
            .finish()
    }
}

/// One signature over a challenge, by the kind of credential that made it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "credentialAssertion")]
pub enum Factor {
    /// By a key: of a service account, a personal access token or a user.
    Key(KeyAssertion),
    /// By a key that the service stores encrypted with the user's password.
    PasswordProtectedKey(KeyAssertion),
    /// By a passkey.
    Fido2(Fido2Assertion),
}

impl Factor {
    /// The kind as the service writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Factor::Key(_) => "Key",
            Factor::PasswordProtectedKey(_) => "PasswordProtectedKey",
            Factor::Fido2(_) => "Fido2",
        }
    }

    /// The id of the credential that signed.
    pub fn credential_id(&self) -> &str {
        match self {
            Factor::Key(key) | Factor::PasswordProtectedKey(key) => &key.credential_id,
            Factor::Fido2(passkey) => &passkey.credential_id,
        }
    }
}

impl From<KeyAssertion> for Factor {
    fn from(assertion: KeyAssertion) -> Self {
        Factor::Key(assertion)
    }
}

impl From<Fido2Assertion> for Factor {
    fn from(assertion: Fido2Assertion) -> Self {
        Factor::Fido2(assertion)
    }
}

impl fmt::Debug for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?}, [redacted])", self.kind(), self.credential_id())
    }
}

/// A signature by a key. Binary values are base64url without padding.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KeyAssertion {
    /// The credential that signed.
    #[serde(rename = "credId")]
    pub credential_id: String,
    /// The client data that was signed.
    pub client_data: String,
    /// The signature: 64 raw bytes for Ed25519, ASN.1 DER for ECDSA, PKCS#1 v1.5 for RSA.
    pub signature: String,
    /// The digest's name, for a key whose digest is not SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
}

impl KeyAssertion {
    /// An assertion of parts that are base64url already.
    pub fn from_base64url(
        credential_id: impl Into<String>,
        client_data: impl Into<String>,
        signature: impl Into<String>,
    ) -> Self {
        Self {
            credential_id: credential_id.into(),
            client_data: client_data.into(),
            signature: signature.into(),
            algorithm: None,
        }
    }

    /// An assertion of raw parts: the bytes that were signed, such as [`Challenge::client_data`], and the signature.
    pub fn from_bytes(
        credential_id: impl Into<String>,
        client_data: &[u8],
        signature: &[u8],
    ) -> Self {
        Self::from_base64url(
            credential_id,
            URL_SAFE_NO_PAD.encode(client_data),
            URL_SAFE_NO_PAD.encode(signature),
        )
    }

    /// An assertion of an ECDSA signature as the holder of the key gives it, DER or raw `r‖s`: see
    /// [`EcdsaSignature::from_raw_or_der`].
    pub fn from_ecdsa(
        credential_id: impl Into<String>,
        client_data: &[u8],
        signature: &[u8],
    ) -> Result<Self, InvalidEcdsaSignature> {
        let signature = EcdsaSignature::from_raw_or_der(signature)?;
        Ok(Self::from_bytes(
            credential_id,
            client_data,
            signature.as_der(),
        ))
    }
}

impl fmt::Debug for KeyAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyAssertion({:?}, [redacted])", self.credential_id)
    }
}

/// A signature by a passkey: the members of WebAuthn's `AuthenticatorAssertionResponse`, base64url without padding.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Fido2Assertion {
    /// The credential's id as the browser gives it.
    #[serde(rename = "credId")]
    pub credential_id: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// `authenticatorData`.
    pub authenticator_data: String,
    /// `signature`.
    pub signature: String,
    /// `userHandle`, where the authenticator gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<String>,
}

impl Fido2Assertion {
    /// An assertion of parts that are base64url already.
    pub fn new(
        credential_id: impl Into<String>,
        client_data: impl Into<String>,
        authenticator_data: impl Into<String>,
        signature: impl Into<String>,
    ) -> Self {
        Self {
            credential_id: credential_id.into(),
            client_data: client_data.into(),
            authenticator_data: authenticator_data.into(),
            signature: signature.into(),
            user_handle: None,
        }
    }
}

impl fmt::Debug for Fido2Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fido2Assertion({:?}, [redacted])", self.credential_id)
    }
}

impl Challenge {
    /// Why `assertion` cannot answer this challenge, where that can be known before sending it.
    ///
    /// Completing checks it too, and then this challenge is gone; a caller who wants to ask again looks here first.
    pub fn objection(&self, assertion: &Assertion) -> Option<Objection> {
        let factors = core::iter::once(&assertion.first_factor).chain(&assertion.second_factor);
        for factor in factors {
            let listed = match factor {
                Factor::Key(_) => &self.allow_credentials.key,
                Factor::PasswordProtectedKey(_) => &self.allow_credentials.password_protected_key,
                Factor::Fido2(_) => &self.allow_credentials.webauthn,
            };
            let id = factor.credential_id();
            if !listed.is_empty() && listed.iter().all(|credential| credential.id != id) {
                return Some(Objection::CredentialNotAllowed {
                    credential: id.into(),
                    allowed: listed
                        .iter()
                        .map(|credential| credential.id.clone())
                        .collect(),
                });
            }
        }
        let kind = assertion.first_factor.kind();
        let wants_second = assertion.second_factor.is_none()
            && self
                .supported_credential_kinds
                .iter()
                .any(|supported| supported.kind == kind && supported.requires_second_factor);
        wants_second.then_some(Objection::SecondFactorRequired { kind })
    }
}

/// Why an assertion is not worth sending.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Objection {
    /// The credential is not among those that the challenge lists for its kind.
    CredentialNotAllowed {
        /// The credential that signed.
        credential: String,
        /// The credentials that may sign.
        allowed: alloc::vec::Vec<String>,
    },
    /// The challenge asks for a second factor beside this kind of credential.
    SecondFactorRequired {
        /// The kind of the first factor.
        kind: &'static str,
    },
    /// A recovery is signed by a key.
    NotARecoveryKey {
        /// The kind of the factor.
        kind: &'static str,
    },
    /// The recovery key has not signed the credentials that it was to sign.
    OtherCredentials,
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Objection::CredentialNotAllowed {
                credential,
                allowed,
            } => write!(
                f,
                "the credential {credential:?} is not among those that may answer this challenge: {allowed:?}; sign \
                 with one of them, or use the token that belongs to this credential"
            ),
            Objection::SecondFactorRequired { kind } => write!(
                f,
                "a {kind} credential alone is not enough here: add a second factor to the assertion"
            ),
            Objection::NotARecoveryKey { kind } => write!(
                f,
                "a {kind} credential cannot recover an account: sign with the recovery key, as a Key"
            ),
            Objection::OtherCredentials => f.write_str(
                "the recovery key signed something else than these new credentials: sign \
                 RecoveryChallenge::signing of exactly these",
            ),
        }
    }
}

impl core::error::Error for Objection {}
