use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::strict_json;

/// Whose client data it is. The `type` values stand in the Dfns documentation, page "Credentials data".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Written by an SDK for a key.
    Key,
    /// Written by a browser for a passkey (`WebAuthn`, section 5.8.1).
    Browser,
}

/// Base64url without padding (RFC 4648, section 5), strictly.
pub(super) fn decode(field: &str, text: &str) -> Result<Vec<u8>, Refusal> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|e| {
        Refusal::bad_request(format!("{field} is not base64url without padding"))
            .because(&e.to_string())
    })
}

/// Checks encoded client data against the challenge and gives the bytes that were signed.
pub(super) fn check(encoded: &str, origin: Origin, challenge: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = decode("clientData", encoded)?;
    let malformed = |reason: &str| Refusal::bad_request("clientData is not valid").because(reason);
    let data = strict_json::read(&bytes).map_err(|e| malformed(&e))?;
    let Value::Object(members) = &data else {
        return Err(malformed("not a JSON object"));
    };
    let expected = if origin == Origin::Key {
        "key.get"
    } else {
        "webauthn.get"
    };
    if data["type"] != expected {
        return Err(malformed("wrong type")
            .with("expected", expected)
            .with("seen", data["type"].clone()));
    }
    for (name, value) in members {
        let fits = match name.as_str() {
            "type" | "challenge" | "origin" => value.is_string(),
            "crossOrigin" => value.is_boolean(),
            // Browsers may add members at any time; `WebAuthn` tells relying parties to expect it.
            _ => origin == Origin::Browser,
        };
        if !fits {
            return Err(
                malformed("unexpected member, or not of its type").with("member", name.as_str())
            );
        }
    }
    if !is_challenge(
        data["challenge"].as_str().unwrap_or_default(),
        origin,
        challenge,
    ) {
        return Err(Refusal::challenge("clientData holds another challenge"));
    }
    Ok(bytes)
}

/// A key signs the challenge as it is. Of passkeys two forms are in use: some SDKs give the authenticator
/// the decoded challenge, so that the browser writes it as it was, others the text's own bytes.
fn is_challenge(seen: &str, origin: Origin, challenge: &str) -> bool {
    seen == challenge
        || origin == Origin::Browser && seen == BASE64_URL_SAFE_NO_PAD.encode(challenge)
}
