use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::ceremony::Purpose;
use super::people::{self, only_service_account};
use super::registration::{add_all, attested, challenge, shown, spend_temporary};
use super::{Call, Handler, State, permissions, users};
use crate::auth::{Asked, CodeKind, CredentialKind, TokenKind};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "sendRecoveryCode" => |state, call| users::send_code(state, call, CodeKind::Recovery),
        "createRecoveryChallenge" => with_code,
        "createDelegatedRecoveryChallenge" => delegated,
        "recover" => recover,
        _ => return None,
    })
}

/// The body, for the text of one of its members.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    new_credentials: &'a RawValue,
}

fn with_code(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let user_id = people::named(state, call.body)?.user_id.clone();
    let code = call.body["verificationCode"].as_str().unwrap_or_default();
    state
        .codes
        .check(call.now, CodeKind::Recovery, &user_id, code)?;
    let shown = init(state, call, &user_id)?;
    state.codes.use_up(CodeKind::Recovery, &user_id);
    Ok(shown)
}

fn delegated(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    only_service_account(call.caller()?)?;
    let username = call.body["username"].as_str().unwrap_or_default();
    let user_id = people::of_name(state, username)?.user_id.clone();
    init(state, call, &user_id)
}

fn init(state: &mut State, call: &Call<'_>, user_id: &str) -> Result<Value, Refusal> {
    let username = people::registered(people::of_id(state, user_id)?)?
        .username
        .clone();
    let id = call.body["credentialId"].as_str().unwrap_or_default();
    let credential = state.directory.credentials.find("credentialId", id);
    let credential = credential
        .filter(|c| c.user_id == user_id && c.kind == CredentialKind::RecoveryKey && c.active)
        .ok_or_else(|| {
            Refusal::credential("the user has no such recovery key").with("credId", id)
        })?;
    let allowed = serde_json::json!([{
        "id": id,
        "encryptedRecoveryKey": credential.encrypted_private_key.as_deref().unwrap_or_default(),
    }]);
    let purpose = Purpose::Recovery(id.to_owned());
    let mut shown = challenge(state, call.now, (user_id, &username), purpose)?;
    // What was lost must not keep its authenticator from being used again.
    shown["excludeCredentials"] = Value::Array(Vec::new());
    shown["allowedRecoveryCredentials"] = allowed;
    Ok(shown)
}

/// The recovery key signs the new credentials, which take the place of all that the user had (Dfns documentation,
/// page "Account recovery").
fn recover(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let is_recovery = |purpose: &Purpose| matches!(purpose, Purpose::Recovery(_));
    let ceremony = spend_temporary(state, call, is_recovery)?;
    let (user_id, body) = (ceremony.user_id, call.body);
    let recovery_key = match ceremony.purpose {
        Purpose::Recovery(id) if body["recovery"]["credentialAssertion"]["credId"] == id => id,
        _ => {
            let reason = "the recovery key is not the one that the challenge is for";
            return Err(Refusal::credential(reason));
        }
    };
    let raw: Body<'_> = serde_json::from_slice(call.raw)
        .map_err(|e| Refusal::bad_request("the body is not valid").because(&e.to_string()))?;
    let caller = people::as_caller(&user_id);
    let asked = Asked {
        directory: &state.directory,
        relying_parties: &state.rules.relying_parties,
        caller: &caller,
        challenge: &BASE64_URL_SAFE_NO_PAD.encode(raw.new_credentials.get()),
        refuse: Refusal::unauthorized,
    };
    asked.verify(&body["recovery"])?;
    let (new, challenge) = (&body["newCredentials"], &ceremony.challenge);
    let attested = attested(state, new, challenge, Some(&user_id))?;
    let replaced = attested
        .iter()
        .any(|one| one.kind == CredentialKind::RecoveryKey || one.id == recovery_key);
    forget(state, &user_id, (!replaced).then_some(&recovery_key));
    let credential = add_all(state, call.now, &user_id, attested)?;
    Ok(shown(state, &credential))
}

/// Takes away all that a user signed and called with, but for a recovery key that nothing replaces.
fn forget(state: &mut State, user_id: &str, kept: Option<&String>) {
    state.codes.forget(user_id);
    permissions::forget_tokens(state, user_id);
    let directory = &mut state.directory;
    if let Some(account) = directory.accounts.find_mut("userId", user_id) {
        account.person.recoveries += 1;
    }
    let tokens = directory.tokens.remove_all_with("userId", user_id);
    let spent = tokens
        .into_iter()
        .filter(|t| t.kind == TokenKind::Temporary && !t.active);
    for token in spent {
        directory.tokens.add(token);
    }
    let credentials = directory.credentials.remove_all_with("userId", user_id);
    let kept = credentials.into_iter().filter(|c| Some(&c.id) == kept);
    for credential in kept {
        directory.credentials.add(credential);
    }
}
