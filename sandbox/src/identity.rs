use std::error::Error;
use std::fmt;

use crate::auth;
use crate::refusal::Refusal;

/// Someone registered in the sandbox: what a client needs to call it and to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The bearer token: a JWT that names the organisation, as the service's do.
    pub token: String,
    /// The credential to sign with.
    pub credential_id: String,
    /// The user behind the token.
    pub user_id: String,
    /// The sandbox's one organisation.
    pub org_id: String,
}

/// The kind of a credential (Dfns documentation, page "Credentials").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialKind {
    /// A passkey: signs as `WebAuthn` does. Its id is the one that its authenticator chose.
    Fido2,
    /// A key pair.
    Key,
    /// A key pair whose private half the service keeps, encrypted.
    PasswordProtectedKey,
    /// A key pair that only recovers the account.
    RecoveryKey,
}

/// Why a registration was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected(String);

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Rejected {}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.reason())
    }
}

impl From<CredentialKind> for auth::CredentialKind {
    fn from(kind: CredentialKind) -> Self {
        match kind {
            CredentialKind::Fido2 => Self::Fido2,
            CredentialKind::Key => Self::Key,
            CredentialKind::PasswordProtectedKey => Self::PasswordProtectedKey,
            CredentialKind::RecoveryKey => Self::RecoveryKey,
        }
    }
}
