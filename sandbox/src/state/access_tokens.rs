use serde_json::{Value, json};

use super::{Call, Handler, State, permissions};
use crate::auth::{AccessToken, NewToken, TokenKind};
use crate::clock::{Millis, iso};
use crate::refusal::Refusal;

const SECOND: Millis = 1000;
const DAY: Millis = 24 * 60 * 60 * SECOND;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createPersonalAccessToken" => create,
        "listPersonalAccessTokens" => list,
        "getPersonalAccessToken" => get,
        "updatePersonalAccessToken" => update,
        "activatePersonalAccessToken" => |state, call| set_active(state, call, true),
        "deactivatePersonalAccessToken" => |state, call| set_active(state, call, false),
        "deletePersonalAccessToken" => delete,
        _ => return None,
    })
}

/// How long a token lasts that a request asks for.
pub(super) fn lifetime(body: &Value) -> Millis {
    let days = body["daysValid"].as_u64().map(|n| n.saturating_mul(DAY));
    let seconds = body["secondsValid"]
        .as_u64()
        .map(|n| n.saturating_mul(SECOND));
    seconds.or(days).unwrap_or(Millis::MAX)
}

/// A token as the API shows it; its text only where it is created.
pub(super) fn show(state: &State, token: &AccessToken, with_text: bool) -> Value {
    let mut shown = json!({
        "dateCreated": iso(token.created),
        "credId": token.credential_id,
        "isActive": token.active,
        "kind": token.kind.name(),
        "linkedUserId": token.user_id,
        "linkedAppId": "",
        "name": token.name,
        "orgId": state.directory.org_id,
        "permissionAssignments": permissions::assigned_to(state, &token.id),
        "publicKey": token.public_key,
        "tokenId": token.id,
    });
    if with_text {
        shown["accessToken"] = token.text.as_str().into();
    }
    shown
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let field = |name: &str| call.body[name].as_str().unwrap_or_default();
    let permission = permissions::wanted(state, call.body)?;
    let user_id = &call.caller()?.user_id;
    let new = NewToken {
        kind: TokenKind::Personal,
        name: field("name"),
        user_id,
        public_key: field("publicKey"),
        lasts: lifetime(call.body),
    };
    let token = state
        .directory
        .add_token(&mut state.random, call.now, &new)?;
    match permission {
        Some(id) => permissions::grant(state, id, &token.id, call.now)?,
        // Dfns documentation, page "Create Personal Access Token": the same permissions as the caller.
        None => permissions::share(state, user_id, &token.id, call.now)?,
    }
    Ok(show(state, &token, true))
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    let tokens = state.directory.tokens.all_with("userId", &caller.user_id);
    let own = tokens.filter(|t| t.kind == TokenKind::Personal);
    Ok(json!({"items": own.map(|t| show(state, t, false)).collect::<Vec<_>>()}))
}

fn get(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let token = find(state, call)?.clone();
    Ok(show(state, &token, false))
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let token = find(state, call)?;
    if let Some(name) = call.body["name"].as_str() {
        name.clone_into(&mut token.name);
    }
    let token = token.clone();
    Ok(show(state, &token, false))
}

fn set_active(state: &mut State, call: &Call<'_>, active: bool) -> Result<Value, Refusal> {
    let token = find(state, call)?;
    token.active = active;
    let token = token.clone();
    Ok(show(state, &token, false))
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let token = find(state, call)?.clone();
    let shown = show(state, &token, false);
    permissions::forget(state, &token.id);
    let directory = &mut state.directory;
    directory.tokens.remove_all_with("tokenId", &token.id);
    let credentials = &mut directory.credentials;
    credentials.remove_all_with("credentialId", &token.credential_id);
    Ok(shown)
}

fn find<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut AccessToken, Refusal> {
    let caller = call.caller()?;
    let found = state.directory.tokens.find_mut("tokenId", call.id());
    let found = found.filter(|t| t.kind == TokenKind::Personal && t.user_id == caller.user_id);
    found.ok_or_else(|| Refusal::not_found("token", "tokenId", call.id()))
}
