use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::from_json::FromJson;
use crate::json_reader::{JsonReader, Unreadable};
use crate::json_text::push_string;

/// What the service wants signed before it performs an action: the answer of `POST /auth/action/init`.
///
/// Serialised, it is the JSON that a browser or another signer needs (Dfns documentation, "Create User Action
/// Challenge").
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Challenge {
    /// The challenge: base64url text, to be signed as it stands.
    pub challenge: String,
    /// The session of this challenge; it goes back with the signature. Valid once, for 15 minutes.
    pub challenge_identifier: String,
    /// Which kinds of credential may answer, and whether a second factor is due.
    #[serde(default, deserialize_with = "null_as_default")]
    pub supported_credential_kinds: Vec<SupportedCredential>,
    /// The user verification to ask a passkey for: `required`, `preferred` or `discouraged`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<Cow<'static, str>>,
    /// The attestation conveyance; it has no meaning for signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Cow<'static, str>>,
    /// The credentials that may answer. Empty lists say nothing.
    #[serde(default, deserialize_with = "null_as_default")]
    pub allow_credentials: AllowedCredentials,
    /// Where the user can sign on another device; may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_authentication_url: Option<String>,
    /// The relying party. Deprecated by the service: configure your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp: Option<RelyingParty>,
}

impl Challenge {
    /// Reads what the service answers: what the derived reader makes of it, with a sixth fewer instructions.
    pub(crate) fn read(json: &mut JsonReader<'_>) -> Result<Self, Unreadable> {
        const MEMBERS: [&str; 8] = [
            "supportedCredentialKinds",
            "challenge",
            "challengeIdentifier",
            "externalAuthenticationUrl",
            "allowCredentials",
            "attestation",
            "userVerification",
            "rp",
        ];
        let mut of = Self::identified(String::new());
        json.object(&MEMBERS, 0b110, &mut |json, member| {
            match member {
                1 => of.challenge = FromJson::from_json(json)?,
                2 => of.challenge_identifier = FromJson::from_json(json)?,
                3 => of.external_authentication_url = FromJson::from_json(json)?,
                5 => of.attestation = word_or_null(json)?,
                6 => of.user_verification = word_or_null(json)?,
                _ if json.null()? => {}
                0 => of.supported_credential_kinds = list(json, 2, SupportedCredential::read)?,
                4 => of.allow_credentials = AllowedCredentials::read(json)?,
                _ => of.rp = Some(RelyingParty::read(json)?),
            }
            Ok(())
        })?;
        Ok(of)
    }

    /// What is left of a challenge whose content is elsewhere.
    pub(crate) fn identified(challenge_identifier: String) -> Self {
        Self {
            challenge: String::new(),
            challenge_identifier,
            supported_credential_kinds: Vec::new(),
            user_verification: None,
            attestation: None,
            allow_credentials: AllowedCredentials::default(),
            external_authentication_url: None,
            rp: None,
        }
    }

    /// The client data that a key signs: `{"type":"key.get","challenge":"…"}`, the challenge as it stands.
    ///
    /// These are the exact bytes for a key that lives elsewhere (a KMS, an HSM). Sign them with the algorithm of the
    /// credential, then build a [`KeyAssertion`](crate::KeyAssertion) of the same bytes and the signature.
    pub fn client_data(&self) -> String {
        let mut text = Vec::with_capacity(self.challenge.len() + 34);
        text.extend_from_slice(br#"{"type":"key.get","challenge":"#);
        push_string(&mut text, &self.challenge);
        text.push(b'}');
        // What was appended is text.
        String::from_utf8(text).unwrap_or_default()
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field(
                "supported_credential_kinds",
                &self.supported_credential_kinds,
            )
            .field("allow_credentials", &self.allow_credentials)
            .finish_non_exhaustive()
    }
}

/// A kind of credential that may answer a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SupportedCredential {
    /// `Fido2`, `Key`, `PasswordProtectedKey`, or a kind that is newer than this crate.
    pub kind: Cow<'static, str>,
    /// As which factor: `first`, `second` or `either`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Cow<'static, str>>,
    /// Whether this kind alone is not enough.
    #[serde(default)]
    pub requires_second_factor: bool,
}

impl SupportedCredential {
    fn read(json: &mut JsonReader<'_>) -> Result<Self, Unreadable> {
        let mut of = Self {
            kind: Cow::Borrowed(""),
            factor: None,
            requires_second_factor: false,
        };
        json.object(
            &["kind", "factor", "requiresSecondFactor"],
            1,
            &mut |json, member| {
                match member {
                    0 => of.kind = word(json)?,
                    1 => of.factor = word_or_null(json)?,
                    _ => of.requires_second_factor = json.bool()?,
                }
                Ok(())
            },
        )?;
        Ok(of)
    }
}

/// The caller's credentials that may answer a challenge, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AllowedCredentials {
    /// Keys.
    #[serde(default, deserialize_with = "null_as_default")]
    pub key: Vec<AllowedCredential>,
    /// Keys that the service stores encrypted with the user's password.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub password_protected_key: Vec<AllowedCredential>,
    /// Passkeys.
    #[serde(default, deserialize_with = "null_as_default")]
    pub webauthn: Vec<AllowedCredential>,
}

impl AllowedCredentials {
    fn read(json: &mut JsonReader<'_>) -> Result<Self, Unreadable> {
        let mut of = Self::default();
        json.object(
            &["key", "passwordProtectedKey", "webauthn"],
            0,
            &mut |json, member| {
                let of = match member {
                    0 => &mut of.key,
                    1 => &mut of.password_protected_key,
                    _ => &mut of.webauthn,
                };
                if !json.null()? {
                    *of = list(json, 1, AllowedCredential::read)?;
                }
                Ok(())
            },
        )?;
        Ok(of)
    }
}

/// One credential that may answer a challenge.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AllowedCredential {
    /// Always `public-key`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'static, str>>,
    /// The credential's id, an opaque text.
    pub id: String,
    /// The encrypted private key of a password-protected key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_private_key: Option<String>,
}

impl AllowedCredential {
    fn read(json: &mut JsonReader<'_>) -> Result<Self, Unreadable> {
        let mut of = Self {
            kind: None,
            id: String::new(),
            encrypted_private_key: None,
        };
        json.object(
            &["type", "id", "encryptedPrivateKey"],
            0b10,
            &mut |json, member| {
                match member {
                    0 => of.kind = word_or_null(json)?,
                    1 => of.id = FromJson::from_json(json)?,
                    _ => of.encrypted_private_key = FromJson::from_json(json)?,
                }
                Ok(())
            },
        )?;
        Ok(of)
    }
}

impl fmt::Debug for AllowedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowedCredential")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The party that a passkey belongs to (WebAuthn, `PublicKeyCredentialRpEntity`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RelyingParty {
    /// Its domain.
    pub id: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl RelyingParty {
    fn read(json: &mut JsonReader<'_>) -> Result<Self, Unreadable> {
        let (mut id, mut name_for_people) = (String::new(), None);
        json.object(&["id", "name"], 1, &mut |json, member| {
            match member {
                0 => id = FromJson::from_json(json)?,
                _ => name_for_people = FromJson::from_json(json)?,
            }
            Ok(())
        })?;
        Ok(Self {
            id,
            name: name_for_people,
        })
    }
}

/// One of few words, nearly always: those take no memory while a signature is waited for.
fn word(json: &mut JsonReader<'_>) -> Result<Cow<'static, str>, Unreadable> {
    const KNOWN: [&str; 12] = [
        "Key",
        "Fido2",
        "PasswordProtectedKey",
        "first",
        "second",
        "either",
        "public-key",
        "required",
        "preferred",
        "discouraged",
        "direct",
        "none",
    ];
    let word = json.string()?;
    let known = KNOWN.into_iter().find(|known| *known == word);
    Ok(known.map_or_else(|| Cow::Owned(word.into_owned()), Cow::Borrowed))
}

fn word_or_null(json: &mut JsonReader<'_>) -> Result<Option<Cow<'static, str>>, Unreadable> {
    if json.null()? {
        return Ok(None);
    }
    word(json).map(Some)
}

/// It has room for the `usual` number of items first: it stays for as long as a signature is waited for.
fn list<T>(
    json: &mut JsonReader<'_>,
    usual: usize,
    read: fn(&mut JsonReader<'_>) -> Result<T, Unreadable>,
) -> Result<Vec<T>, Unreadable> {
    let mut list = Vec::new();
    json.array(&mut |json| {
        let item = read(json)?;
        if list.is_empty() {
            list.reserve_exact(usual);
        }
        list.push(item);
        Ok(())
    })?;
    Ok(list)
}

/// The service leaves lists out or sends null where there is nothing to list.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Challenge> {
        JsonReader::read(text, Challenge::read).ok()
    }

    /// The reader of the flow and the derived one, by which a parked challenge is read, take the same.
    #[test]
    fn both_readers_agree_on_every_change_of_a_byte() {
        let whole = r#" {"challenge":"Y2g\u00e9\ud83d\udc22\n","challengeIdentifier":"id","rp":{"id":"a","name":null},
            "supportedCredentialKinds":[{"kind":"Key","factor":"first","requiresSecondFactor":false}],
            "userVerification":null,"attestation":"none","externalAuthenticationUrl":"","more":[{"a":-1.5e+3},[],true],
            "allowCredentials":{"key":[{"type":"public-key","id":"cr-1"}],"webauthn":null,
            "passwordProtectedKey":[{"id":"é","encryptedPrivateKey":"x"}]}} "#;
        let agreed = |text: &str| {
            assert_eq!(read(text), serde_json::from_str(text).ok(), "{text}");
            read(text).is_some()
        };
        assert!(agreed(whole));
        for end in 0..whole.len() {
            whole.get(..end).map(agreed);
            for other in " 0aeu,:\"\\{}[]tn\u{1}é".chars() {
                let Some((before, after)) = whole.split_at_checked(end) else {
                    continue;
                };
                let mut changed = String::from(before);
                changed.push(other);
                let mut left = after.chars();
                left.next();
                agreed(&(changed.clone() + after));
                agreed(&(changed + left.as_str()));
            }
        }
    }
}
