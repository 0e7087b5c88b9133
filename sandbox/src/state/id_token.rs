use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Call;
use crate::refusal::Refusal;
use crate::strict_json;

const LONGEST_NAME: usize = 256;

/// Whom an `idToken` names: its claim `email`, or else `sub`. The sandbox knows no identity provider, so that it
/// reads the claims and takes their word, whoever signed them; only `exp` is looked at.
pub(super) fn name(call: &Call<'_>) -> Result<String, Refusal> {
    let token = call.body["idToken"].as_str().unwrap_or_default();
    let invalid = |reason: &str| Refusal::unauthorized(reason);
    let mut segments = token.split('.');
    let (Some(_), Some(claims), Some(_), None) = (
        segments.next(),
        segments.next(),
        segments.next(),
        segments.next(),
    ) else {
        return Err(invalid("idToken is no JWT of three segments"));
    };
    let claims = BASE64_URL_SAFE_NO_PAD
        .decode(claims)
        .map_err(|_| invalid("the claims of idToken are not base64url without padding"))?;
    let claims = strict_json::read(&claims)
        .map_err(|e| invalid(&format!("the claims of idToken are no JSON: {e}")))?;
    if claims["exp"]
        .as_u64()
        .is_some_and(|exp| exp <= call.now / 1000)
    {
        return Err(invalid("the idToken has expired"));
    }
    let text = |name: &str| claims[name].as_str().filter(|text| !text.is_empty());
    match text("email").or_else(|| text("sub")) {
        Some(name) if name.len() <= LONGEST_NAME => Ok(name.to_owned()),
        Some(_) => Err(invalid("the name in idToken is too long")),
        None if claims.is_object() => Err(invalid("the idToken has neither email nor sub")),
        None => Err(invalid("the claims of idToken are no JSON object")),
    }
}

/// Whom an answer of the identity provider that the sandbox plays names: its code is a username.
pub(super) fn of_code(body: &Value) -> &str {
    body["code"].as_str().unwrap_or_default()
}
