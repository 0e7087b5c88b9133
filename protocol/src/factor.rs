use core::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::{Fido2Assertion, KeyAssertion, Secret};

/// What answers a challenge in the first place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Wire")]
pub enum FirstFactor {
    /// A signature.
    Credential(Factor),
    /// A password. The API describes it and calls it deprecated; the service may refuse it.
    #[serde(serialize_with = "write_password")]
    Password(Secret),
}

/// What answers a challenge beside the first factor.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Wire")]
pub enum SecondFactor {
    /// A signature.
    Credential(Factor),
    /// A one-time code of an authenticator app (RFC 6238). The API describes it and calls it deprecated; the service may
    /// refuse it.
    #[serde(serialize_with = "write_totp")]
    Totp(Secret),
}

/// One signature over a challenge, by the kind of credential that made it. It is a first factor or a second one.
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

impl FirstFactor {
    /// The kind as the service writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            FirstFactor::Credential(factor) => factor.kind(),
            FirstFactor::Password(_) => "Password",
        }
    }

    /// The signature, if it is one.
    pub fn credential(&self) -> Option<&Factor> {
        match self {
            FirstFactor::Credential(factor) => Some(factor),
            FirstFactor::Password(_) => None,
        }
    }
}

impl SecondFactor {
    /// The kind as the service writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            SecondFactor::Credential(factor) => factor.kind(),
            SecondFactor::Totp(_) => "Totp",
        }
    }

    /// The signature, if it is one.
    pub fn credential(&self) -> Option<&Factor> {
        match self {
            SecondFactor::Credential(factor) => Some(factor),
            SecondFactor::Totp(_) => None,
        }
    }
}

impl<F: Into<Factor>> From<F> for FirstFactor {
    fn from(factor: F) -> Self {
        FirstFactor::Credential(factor.into())
    }
}

impl<F: Into<Factor>> From<F> for SecondFactor {
    fn from(factor: F) -> Self {
        SecondFactor::Credential(factor.into())
    }
}

impl fmt::Debug for FirstFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FirstFactor::Credential(factor) => factor.fmt(f),
            FirstFactor::Password(_) => f.write_str("Password([redacted])"),
        }
    }
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecondFactor::Credential(factor) => factor.fmt(f),
            SecondFactor::Totp(_) => f.write_str("Totp([redacted])"),
        }
    }
}

/// All that a factor can be, as it is read. What is no factor of its place is refused with the place where it is one.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
enum Wire {
    Key {
        credential_assertion: KeyAssertion,
    },
    PasswordProtectedKey {
        credential_assertion: KeyAssertion,
    },
    Fido2 {
        credential_assertion: Fido2Assertion,
    },
    Password {
        password: Secret,
    },
    Totp {
        otp_code: Secret,
    },
}

impl TryFrom<Wire> for FirstFactor {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Ok(match wire {
            Wire::Key {
                credential_assertion: key,
            } => Factor::Key(key).into(),
            Wire::PasswordProtectedKey {
                credential_assertion: key,
            } => Factor::PasswordProtectedKey(key).into(),
            Wire::Fido2 {
                credential_assertion: passkey,
            } => passkey.into(),
            Wire::Password { password } => FirstFactor::Password(password),
            Wire::Totp { .. } => return Err("a Totp is a second factor, not a first"),
        })
    }
}

impl TryFrom<Wire> for SecondFactor {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Ok(match wire {
            Wire::Key {
                credential_assertion: key,
            } => Factor::Key(key).into(),
            Wire::PasswordProtectedKey {
                credential_assertion: key,
            } => Factor::PasswordProtectedKey(key).into(),
            Wire::Fido2 {
                credential_assertion: passkey,
            } => passkey.into(),
            Wire::Password { .. } => return Err("a Password is a first factor, not a second"),
            Wire::Totp { otp_code } => SecondFactor::Totp(otp_code),
        })
    }
}

fn write_password<S: Serializer>(password: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(tag = "kind", rename = "Password")]
    struct Password<'a> {
        password: &'a Secret,
    }
    Password { password }.serialize(serializer)
}

fn write_totp<S: Serializer>(code: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(tag = "kind", rename = "Totp", rename_all = "camelCase")]
    struct Totp<'a> {
        otp_code: &'a Secret,
    }
    Totp { otp_code: code }.serialize(serializer)
}
