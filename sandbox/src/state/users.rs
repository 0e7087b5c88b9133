use serde_json::{Value, json};

use super::collection::page_of;
use super::{Call, Handler, State, managed, people, permissions};
use crate::auth::{Account, CodeKind};
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
    check_free(state, email)?;
    let kind = call.body["kind"].as_str().unwrap_or_default();
    let sso_required = call.body["isSSORequired"] == true;
    let user_id = enrol(state, email, kind, sso_required)?;
    managed::admit(state, &user_id, call.now)?;
    let State { codes, random, .. } = state;
    codes.send(random, call.now, CodeKind::Registration, (&user_id, email))?;
    describe(state, &user_id)
}

/// The user of that name, active or not.
pub(super) fn named<'a>(state: &'a State, username: &str) -> Option<&'a Account> {
    let mut named = state.directory.accounts.all_with("username", username);
    named.find(|account| !account.is_machine)
}

pub(super) fn check_free(state: &State, username: &str) -> Result<(), Refusal> {
    named(state, username).map_or(Ok(()), |user| Err(taken(user)))
}

/// The refusal of one more of the same name.
pub(super) fn taken(user: &Account) -> Refusal {
    let duplicate = json!({"id": user.user_id, "username": user.username});
    Refusal::new(409, "Conflicting user with same email").with("duplicate", duplicate)
}

/// A user who has not registered.
pub(super) fn enrol(
    state: &mut State,
    username: &str,
    kind: &str,
    sso_required: bool,
) -> Result<String, Refusal> {
    let State {
        directory, random, ..
    } = state;
    let user_id = directory.add_account(random, username, false)?;
    if let Some(account) = directory.accounts.find_mut("userId", &user_id) {
        account.person.registered = false;
        account.person.sso_required = sso_required;
        account.person.kind = kind.to_owned().into();
    }
    Ok(user_id)
}

/// Sends the user whom a request names a code.
pub(super) fn send_code(
    state: &mut State,
    call: &Call<'_>,
    kind: CodeKind,
) -> Result<Value, Refusal> {
    let account = people::named(state, call.body)?;
    if kind != CodeKind::Registration {
        people::registered(account)?;
    }
    let (user_id, username) = (account.user_id.clone(), account.username.clone());
    let State { codes, random, .. } = state;
    codes.send(random, call.now, kind, (&user_id, &username))?;
    Ok(json!({"message": "success"}))
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
    permissions::forget(state, call.id());
    state.directory.remove(call.id());
    state.codes.forget(call.id());
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
