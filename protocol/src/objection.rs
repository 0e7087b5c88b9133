use alloc::string::String;
use core::fmt;

use crate::{Assertion, Challenge, Factor, SecondFactor};

impl Challenge {
    /// Why `assertion` cannot answer this challenge, where that can be known before sending it.
    ///
    /// Completing checks it too, and then this challenge is gone; a caller who wants to ask again looks here first.
    pub fn objection(&self, assertion: &Assertion) -> Option<Objection> {
        let second = assertion.second_factor.as_ref();
        let second = second.and_then(SecondFactor::credential);
        let signed = [assertion.first_factor.credential(), second];
        for factor in signed.into_iter().flatten() {
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
