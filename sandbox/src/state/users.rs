use serde_json::{Value, json};

use super::collection::page_of;
use super::{Call, Handler, State, permissions};
use crate::auth::Account;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createUser" => create,
        "listUsers" => list,
        "getUser" => |state, call| describe(state, call.id()),
        "updateUser" => |state, call| {
            let required = call.body["isSSORequired"] == true;
            change(state, call, |account| {
                account.person.sso_required = required;
            })
        },
        "activateUser" => |state, call| change(state, call, |account| account.active = true),
        "deactivateUser" => |state, call| change(state, call, |account| account.active = false),
        "deleteUser" => delete,
        _ => return None,
    })
}

/// Invites someone, who is not registered until they register.
fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let email = call.body["email"].as_str().unwrap_or_default();
    let mut named = state.directory.accounts.all_with("username", email);
    if let Some(taken) = named.find(|a| !a.is_machine) {
        let duplicate = json!({"id": taken.user_id, "username": email});
        return Err(
            Refusal::new(409, "Conflicting user with same email").with("duplicate", duplicate)
        );
    }
    drop(named);
    let user_id = state
        .directory
        .add_account(&mut state.random, email, false)?;
    if let Some(account) = state.directory.accounts.find_mut("userId", &user_id) {
        account.person.registered = false;
        account.person.sso_required = call.body["isSSORequired"] == true;
        if call.body["kind"] == "EndUser" {
            account.person.kind = "EndUser".into();
        }
    }
    describe(state, &user_id)
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let kinds = call.query["kind"].as_array();
    let wanted = |account: &Account| {
        !account.is_machine
            && kinds.is_none_or(|kinds| kinds.iter().any(|kind| *kind == *account.person.kind))
    };
    let from = |start| {
        let accounts = state.directory.accounts.numbered(start..);
        accounts.filter(|(_, account)| wanted(account))
    };
    page_of("user", call, from, |account| show(state, account))
}

fn change(
    state: &mut State,
    call: &Call<'_>,
    change: impl FnOnce(&mut Account),
) -> Result<Value, Refusal> {
    let found = state.directory.accounts.find_mut("userId", call.id());
    let found = found.filter(|a| !a.is_machine);
    change(found.ok_or_else(|| unknown(call.id()))?);
    describe(state, call.id())
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut shown = describe(state, call.id())?;
    shown["isActive"] = false.into();
    state.directory.remove(call.id());
    Ok(shown)
}

fn describe(state: &State, user_id: &str) -> Result<Value, Refusal> {
    let account = state.directory.account(user_id).filter(|a| !a.is_machine);
    Ok(show(state, account.ok_or_else(|| unknown(user_id))?))
}

fn show(state: &State, account: &Account) -> Value {
    let credentials = &state.directory.credentials;
    let credential = credentials.find("userId", &account.user_id);
    json!({
        "username": account.username,
        "name": account.username,
        "userId": account.user_id,
        "kind": account.person.kind,
        "credentialUuid": credential.map_or("", |c| c.uuid.as_str()),
        "orgId": state.directory.org_id,
        "isActive": account.active,
        "isServiceAccount": false,
        "isRegistered": account.person.registered,
        "isSSORequired": account.person.sso_required,
        "permissionAssignments": permissions::assigned_to(state, &account.user_id),
    })
}

fn unknown(id: &str) -> Refusal {
    Refusal::not_found("user", "userId", id)
}
