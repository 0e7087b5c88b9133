use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::strict_json;

/// What client data is for, and who wrote it. The values stand in the Dfns documentation, page "Credentials data".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Written by an SDK for a key.
    KeyGet,
    KeyCreate,
    /// Written by a browser for a passkey (`WebAuthn`, section 5.8.1).
    WebauthnGet,
    WebauthnCreate,
}

/// Client data that fits its challenge.
#[derive(Debug)]
pub(super) struct ClientData {
    /// What was signed.
    pub(super) bytes: Vec<u8>,
    pub(super) origin: String,
    pub(super) cross_origin: bool,
    pub(super) top_origin: Option<String>,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::KeyGet => "key.get",
            Self::KeyCreate => "key.create",
            Self::WebauthnGet => "webauthn.get",
            Self::WebauthnCreate => "webauthn.create",
        }
    }

    fn is_browsers(self) -> bool {
        matches!(self, Self::WebauthnGet | Self::WebauthnCreate)
    }
}

/// Base64url without padding (RFC 4648, section 5), strictly.
pub(super) fn decode(field: &str, text: &str) -> Result<Vec<u8>, Refusal> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|e| {
        Refusal::bad_request(format!("{field} is not base64url without padding"))
            .because(&e.to_string())
    })
}

/// Checks encoded client data against its type and the challenge.
pub(super) fn check(encoded: &str, expected: Type, challenge: &str) -> Result<ClientData, Refusal> {
    let bytes = decode("clientData", encoded)?;
    let malformed = |reason: &str| Refusal::bad_request("clientData is not valid").because(reason);
    let data = strict_json::read(&bytes).map_err(|e| malformed(&e))?;
    let Value::Object(members) = &data else {
        return Err(malformed("not a JSON object"));
    };
    if data["type"] != expected.name() {
        return Err(malformed("wrong type")
            .with("expected", expected.name())
            .with("seen", data["type"].clone()));
    }
    for (name, value) in members {
        let fits = match name.as_str() {
            "type" | "challenge" | "origin" => value.is_string(),
            "crossOrigin" => value.is_boolean(),
            "topOrigin" => expected.is_browsers() && value.is_string(),
            // Browsers may add members at any time; `WebAuthn` tells relying parties to expect it.
            _ => expected.is_browsers(),
        };
        if !fits {
            return Err(
                malformed("unexpected member, or not of its type").with("member", name.as_str())
            );
        }
    }
    let text = |name: &str| data[name].as_str().map(str::to_owned);
    if !is_challenge(&text("challenge").unwrap_or_default(), expected, challenge) {
        return Err(Refusal::challenge("clientData holds another challenge"));
    }
    Ok(ClientData {
        origin: text("origin").unwrap_or_default(),
        cross_origin: data["crossOrigin"] == true,
        top_origin: text("topOrigin"),
        bytes,
    })
}

/// A key signs the challenge as it is. Of passkeys two forms are in use: some SDKs give the authenticator
/// the decoded challenge, so that the browser writes it as it was, others the text's own bytes.
fn is_challenge(seen: &str, expected: Type, challenge: &str) -> bool {
    seen == challenge || expected.is_browsers() && seen == BASE64_URL_SAFE_NO_PAD.encode(challenge)
}
