use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::public_key::PublicKey;
use crate::clock::Millis;
use crate::state::Row;

/// Someone of the organisation: a user or a service account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) is_machine: bool,
    pub(crate) active: bool,
    pub(crate) person: Person,
}

/// What is said of users only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    /// A value of the API's `UserKind`.
    pub(crate) kind: Cow<'static, str>,
    pub(crate) registered: bool,
    pub(crate) sso_required: bool,
    /// Came by themselves, with the word of an identity provider.
    pub(crate) uninvited: bool,
    /// How often they recovered their account.
    pub(crate) recoveries: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TokenKind {
    User,
    ServiceAccount,
    Personal,
    Temporary,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) kind: TokenKind,
    pub(crate) name: String,
    pub(crate) user_id: String,
    pub(crate) credential_id: String,
    pub(crate) public_key: String,
    pub(crate) active: bool,
    pub(crate) created: Millis,
    pub(crate) expires: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CredentialKind {
    Fido2,
    Key,
    PasswordProtectedKey,
    /// Signs recoveries, and nothing else.
    RecoveryKey,
}

impl CredentialKind {
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "Fido2" => Some(Self::Fido2),
            "Key" => Some(Self::Key),
            "PasswordProtectedKey" => Some(Self::PasswordProtectedKey),
            "RecoveryKey" => Some(Self::RecoveryKey),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fido2 => "Fido2",
            Self::Key => "Key",
            Self::PasswordProtectedKey => "PasswordProtectedKey",
            Self::RecoveryKey => "RecoveryKey",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Credential {
    pub(crate) id: String,
    pub(crate) uuid: String,
    pub(crate) kind: CredentialKind,
    pub(crate) user_id: String,
    /// The personal access token that it signs for, and no other does.
    pub(crate) token_id: Option<String>,
    pub(crate) key: PublicKey,
    pub(crate) name: String,
    pub(crate) active: bool,
    pub(crate) created: Millis,
    /// Kept for its user, who alone can read it.
    pub(crate) encrypted_private_key: Option<String>,
    /// Where a passkey was made; empty for one that was not made over the API.
    pub(crate) relying_party: String,
    pub(crate) origin: String,
    /// The last count of a passkey's signatures that was seen.
    pub(crate) sign_count: u32,
}

/// The bearer of a good token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Caller {
    pub(crate) user_id: String,
    pub(crate) token_id: String,
    pub(crate) token_kind: TokenKind,
}

/// What a new token is made of.
pub(crate) struct NewToken<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) name: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) public_key: &'a str,
    pub(crate) lasts: Millis,
}

/// What a new credential is made of.
pub(crate) struct NewCredential<'a> {
    /// Chosen by whoever made the key; `None` for one of the sandbox's.
    pub(crate) id: Option<&'a str>,
    pub(crate) kind: CredentialKind,
    pub(crate) user_id: &'a str,
    pub(crate) token_id: Option<String>,
    /// SPKI PEM.
    pub(crate) public_key: &'a str,
}

impl TokenKind {
    /// The names in the API's `PersonalAccessTokenKind`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "Token",
            Self::ServiceAccount => "ServiceAccount",
            Self::Personal => "Pat",
            Self::Temporary => "Temp",
        }
    }
}

/// A person's or machine's marks are `userId` and `username`.
impl Row for Account {
    fn mark(&self, name: &str) -> Option<&str> {
        match name {
            "userId" => Some(&self.user_id),
            "username" => Some(&self.username),
            _ => None,
        }
    }
}

/// A token's marks are `tokenId`, its `text`, and the `userId` of its owner.
impl Row for AccessToken {
    fn mark(&self, name: &str) -> Option<&str> {
        match name {
            "tokenId" => Some(&self.id),
            "text" => Some(&self.text),
            "userId" => Some(&self.user_id),
            _ => None,
        }
    }
}

/// A credential's marks are `credentialId`, `credentialUuid`, and the `userId` of its owner.
impl Row for Credential {
    fn mark(&self, name: &str) -> Option<&str> {
        match name {
            "credentialId" => Some(&self.id),
            "credentialUuid" => Some(&self.uuid),
            "userId" => Some(&self.user_id),
            _ => None,
        }
    }
}
