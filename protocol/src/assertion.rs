use alloc::string::String;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{EcdsaSignature, FirstFactor, InvalidEcdsaSignature, SecondFactor};

/// The answer to a [`Challenge`](crate::Challenge): one factor, or two.
///
/// As JSON it is what the service takes in `POST /auth/action` (Dfns documentation, "Create User Action Signature"),
/// so a frontend can send it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assertion {
    /// The first factor.
    pub first_factor: FirstFactor,
    /// The second factor, where the challenge asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactor>,
}

impl Assertion {
    /// The same assertion with a second factor.
    #[must_use]
    pub fn with_second_factor(mut self, factor: impl Into<SecondFactor>) -> Self {
        self.second_factor = Some(factor.into());
        self
    }
}

impl<F: Into<FirstFactor>> From<F> for Assertion {
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

    /// An assertion of raw parts: the bytes that were signed, such as
    /// [`Challenge::client_data`](crate::Challenge::client_data), and the signature.
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
    /// The digest's name, for a passkey whose digest is not SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
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
            algorithm: None,
        }
    }
}

impl fmt::Debug for Fido2Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fido2Assertion({:?}, [redacted])", self.credential_id)
    }
}
