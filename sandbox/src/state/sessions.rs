use serde_json::{Value, json};

use super::people::{self, only_person, only_service_account};
use super::{Call, Handler, State};
use crate::auth::{AccessToken, NewToken, TokenKind};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// How long a login is good: the service says "short", the number is the sandbox's own.
const SESSION_LASTS: Millis = 6 * 60 * 60 * 1000;

/// So many sessions a user has at a time; one more ends the oldest. Identity tokens, which prove nothing here, could
/// otherwise fill the sandbox.
const MOST_SESSIONS: usize = 50;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "delegatedLogin" => delegated,
        "logout" => logout,
        "exchangeAccessToken" => exchange,
        _ => return None,
    })
}

/// A token for someone who has shown who they are.
pub(super) fn log_in(state: &mut State, now: Millis, user_id: &str) -> Result<String, Refusal> {
    token(state, now, user_id, SESSION_LASTS)
}

/// Ends all sessions of a user.
pub(super) fn end_all(state: &mut State, user_id: &str) {
    let mut tokens = state.directory.tokens.remove_all_with("userId", user_id);
    tokens.retain(|token| token.kind != TokenKind::User);
    for token in tokens {
        state.directory.tokens.add(token);
    }
}

/// A service account logs an end user in: for reading, since only the user can sign.
fn delegated(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    only_service_account(call.caller()?)?;
    let username = call.body["username"].as_str().unwrap_or_default();
    let account = people::registered(people::of_name(state, username)?)?;
    let user_id = account.user_id.clone();
    let token = log_in(state, call.now, &user_id)?;
    Ok(json!({"token": token}))
}

fn logout(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    if call.body["allSessions"] == true {
        end_all(state, &caller.user_id);
    } else {
        let tokens = &mut state.directory.tokens;
        tokens.remove_all_with("tokenId", &caller.token_id);
    }
    Ok(json!({"message": "success"}))
}

/// A token for the one organisation there is. It is good for no longer than the one it is made from.
fn exchange(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_person(caller)?;
    let target = call.body["target"].as_str().unwrap_or_default();
    if target != state.directory.org_id {
        return Err(Refusal::not_found("organization", "target", target));
    }
    let own = state.directory.tokens.find("tokenId", &caller.token_id);
    let expires = own.map_or(call.now, |token: &AccessToken| token.expires);
    let left = expires.saturating_sub(call.now);
    let token = token(state, call.now, &caller.user_id, left)?;
    Ok(json!({"token": token}))
}

fn token(state: &mut State, now: Millis, user_id: &str, lasts: Millis) -> Result<String, Refusal> {
    let tokens = &mut state.directory.tokens;
    let own = tokens.all_with("userId", user_id);
    let sessions: Vec<_> = own.filter(|t| t.kind == TokenKind::User).collect();
    if let (true, Some(oldest)) = (sessions.len() >= MOST_SESSIONS, sessions.first()) {
        let id = oldest.id.clone();
        tokens.remove_all_with("tokenId", &id);
    }
    let new = NewToken {
        kind: TokenKind::User,
        name: "login",
        user_id,
        public_key: "",
        lasts,
    };
    let token = state.directory.add_token(&mut state.random, now, &new)?;
    Ok(token.text)
}
