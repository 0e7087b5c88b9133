use serde_json::{Value, json};

use super::ceremony::{Purpose, add_passkey_options, begin, creation_options, identifier, take};
use super::people::{self, check_organisation};
use super::{Call, Handler, State, id_token, sessions};
use crate::auth::CredentialKind;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "socialLogin" => social,
        "ssoLoginInit" => |state, call| init(state, call, Purpose::Sso, "ssoRedirectUrl"),
        "ssoLogin" => |state, call| {
            let user_id = returned(state, call, &Purpose::Sso)?;
            people::registered(people::of_id(state, &user_id)?)?;
            token(state, call, &user_id)
        },
        "oidcLoginInit" => |state, call| init(state, call, Purpose::Oidc, "redirectUrl"),
        "oidcLogin" => oidc,
        _ => return None,
    })
}

fn social(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    check_organisation(state, call.body)?;
    let name = id_token::name(call)?;
    let account = people::registered(people::of_name(state, &name)?)?;
    let user_id = account.user_id.clone();
    token(state, call, &user_id)
}

/// Sends someone to an identity provider, which does not exist: who plays it answers with this `state`, and with a
/// username as its `code`.
fn init(
    state: &mut State,
    call: &Call<'_>,
    purpose: Purpose,
    answer: &str,
) -> Result<Value, Refusal> {
    check_organisation(state, call.body)?;
    let field = |name: &str| call.body[name].as_str().unwrap_or_default();
    let key = state.random.hex(16);
    begin(state, &key, "", purpose, call.now);
    let mut url = "https://identity-provider.example/authorize?response_type=code".to_owned();
    for (name, value) in [
        ("client_id", field("clientId")),
        ("redirect_uri", field("redirectUri")),
        ("state", &key),
        ("nonce", field("nonce")),
    ] {
        if !value.is_empty() {
            url.extend(["&", name, "=", &encode(value)]);
        }
    }
    Ok(json!({answer: url}))
}

/// Whom the identity provider sent back.
fn returned(state: &mut State, call: &Call<'_>, purpose: &Purpose) -> Result<String, Refusal> {
    let key = call.body["state"].as_str().unwrap_or_default();
    take(state, key, call.now, |p| p == purpose).map_err(|refusal| {
        let reason = refusal.details["reason"].as_str().unwrap_or_default();
        Refusal::unauthorized(&format!("state: {reason}"))
    })?;
    Ok(people::of_name(state, id_token::of_code(call.body))?
        .user_id
        .clone())
}

/// Also logs in who has no credential yet, together with the challenge for the first one.
fn oidc(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let user_id = returned(state, call, &Purpose::Oidc)?;
    let mut shown = token(state, call, &user_id)?;
    let mut own = state.directory.credentials.all_with("userId", &user_id);
    let can_sign = own.any(|c| c.kind != CredentialKind::RecoveryKey && c.token_id.is_none());
    drop(own);
    if !can_sign {
        let username = people::of_id(state, &user_id)?.username.clone();
        let mut options = creation_options(state, &user_id, &username);
        add_passkey_options(state, &mut options, &user_id);
        let identifier = identifier(state, call.now);
        let purpose = Purpose::FirstCredential;
        options["challenge"] = begin(state, &identifier, &user_id, purpose, call.now).into();
        options["challengeIdentifier"] = identifier.into();
        shown["credentialChallenge"] = options;
    }
    Ok(shown)
}

fn token(state: &mut State, call: &Call<'_>, user_id: &str) -> Result<Value, Refusal> {
    let token = sessions::log_in(state, call.now, user_id)?;
    Ok(json!({"token": token}))
}

/// Percent-encodes a value of a query (RFC 3986, section 2.3).
fn encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
