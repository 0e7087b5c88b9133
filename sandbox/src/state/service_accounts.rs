use serde_json::{Value, json};

use super::access_tokens::{lifetime, show};
use super::people::only_service_account;
use super::{Call, Handler, State, credentials, permissions};
use crate::auth::{Account, CredentialKind, NewCredential, NewToken, TokenKind};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createServiceAccount" => create,
        "listServiceAccounts" => list,
        "getServiceAccount" => get,
        "updateServiceAccount" => update,
        "activateServiceAccount" => |state, call| set_active(state, call, true),
        "deactivateServiceAccount" => |state, call| set_active(state, call, false),
        "deleteServiceAccount" => delete,
        "createServiceAccountCredential" => add_credential,
        "deleteServiceAccountCredential" => |state, call| {
            let caller = call.caller()?;
            only_service_account(caller)?;
            credentials::remove(state, caller, call.id())
        },
        _ => return None,
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let field = |name: &str| call.body[name].as_str().unwrap_or_default();
    // The key is read before anything is made: a bad one leaves nothing behind.
    crate::auth::PublicKey::from_pem(field("publicKey"))
        .map_err(|reason| Refusal::bad_request("publicKey is not valid").because(reason))?;
    let permission = permissions::wanted(state, call.body)?;
    let user_id = state
        .directory
        .add_account(&mut state.random, field("name"), true)?;
    let new = NewToken {
        kind: TokenKind::ServiceAccount,
        name: field("name"),
        user_id: &user_id,
        public_key: field("publicKey"),
        lasts: lifetime(call.body),
    };
    state
        .directory
        .add_token(&mut state.random, call.now, &new)?;
    if let Some(id) = permission {
        permissions::grant(state, id, &user_id, call.now)?;
    }
    describe(state, &user_id, true)
}

fn list(state: &mut State, _: &Call<'_>) -> Result<Value, Refusal> {
    let accounts = state.directory.accounts.iter().filter(|a| a.is_machine);
    let items: Result<Vec<_>, _> = accounts
        .map(|a| describe(state, &a.user_id, false))
        .collect();
    Ok(json!({"items": items?}))
}

fn get(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    describe(state, call.id(), false)
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let account = find(state, call)?;
    if let Some(name) = call.body["name"].as_str() {
        name.clone_into(&mut account.username);
    }
    describe(state, call.id(), false)
}

fn set_active(state: &mut State, call: &Call<'_>, active: bool) -> Result<Value, Refusal> {
    find(state, call)?.active = active;
    describe(state, call.id(), false)
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut shown = describe(state, call.id(), false)?;
    shown["userInfo"]["isActive"] = false.into();
    permissions::forget(state, call.id());
    state.directory.remove(call.id());
    Ok(shown)
}

/// One more key of the service account that calls.
fn add_credential(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    only_service_account(caller)?;
    let new = NewCredential {
        id: None,
        kind: CredentialKind::Key,
        user_id: &caller.user_id,
        token_id: None,
        public_key: call.body["publicKey"].as_str().unwrap_or_default(),
    };
    let State {
        directory, random, ..
    } = state;
    let id = directory.add_credential(random, call.now, new)?;
    let added = directory.credentials.find_mut("credentialId", &id);
    let added = added.ok_or_else(|| Refusal::not_found("credential", "credentialId", &id))?;
    if let Some(name) = call.body["name"].as_str() {
        name.clone_into(&mut added.name);
    }
    Ok(credentials::show(added))
}

fn find<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut Account, Refusal> {
    let found = state.directory.accounts.find_mut("userId", call.id());
    let found = found.filter(|a| a.is_machine);
    found.ok_or_else(|| unknown(call.id()))
}

fn describe(state: &State, user_id: &str, with_text: bool) -> Result<Value, Refusal> {
    let directory = &state.directory;
    let account = directory.account(user_id).filter(|a| a.is_machine);
    let account = account.ok_or_else(|| unknown(user_id))?;
    let tokens = directory.tokens.all_with("userId", user_id);
    let tokens = tokens.filter(|t| t.kind == TokenKind::ServiceAccount);
    let credential = directory.credentials.find("userId", user_id);
    Ok(json!({
        "userInfo": {
            "username": account.username,
            "name": account.username,
            "userId": account.user_id,
            "kind": "CustomerEmployee",
            "credentialUuid": credential.map_or("", |c| c.uuid.as_str()),
            "orgId": directory.org_id,
            "isActive": account.active,
            "isServiceAccount": true,
            "isRegistered": true,
            "permissionAssignments": permissions::assigned_to(state, user_id),
        },
        "accessTokens": tokens.map(|t| show(state, t, with_text)).collect::<Vec<_>>(),
    }))
}

fn unknown(id: &str) -> Refusal {
    Refusal::not_found("service account", "serviceAccountId", id)
}
