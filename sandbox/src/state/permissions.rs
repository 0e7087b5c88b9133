use serde_json::{Value, json};

use super::change::{page_with_pending, with_pending};
use super::wallets::set;
use super::{Call, Handler, State, managed};
use crate::clock::{Millis, iso};
use crate::random::Random;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createPermission" => create,
        "listPermissions" => |state, call| {
            let page = state.permissions.page(call, |_| true)?;
            Ok(page_with_pending(state, "Permission", page))
        },
        "getPermission" => |state, call| {
            let permission = state.permissions.get(call.id())?;
            Ok(with_pending(state, "Permission", permission))
        },
        "updatePermission" | "archivePermission" => update,
        "deletePermission" => delete,
        "assignPermission" => assign,
        "listAssignments" => |state, call| {
            state.permissions.get(call.id())?;
            let page = state
                .assignments
                .page_with(call, "/permissionId", call.id())?;
            Ok(page_with_pending(state, "Assignment", page))
        },
        "revokePermission" => revoke,
        _ => return None,
    })
}

/// The permissions of a user or service account, as it shows them.
pub(super) fn assigned_to(state: &State, identity_id: &str) -> Vec<Value> {
    let own = state.assignments.all_with("/identityId", identity_id);
    let shown = own.filter_map(|assignment| {
        let permission = state.permissions.get(assignment["permissionId"].as_str()?);
        let permission = permission.ok()?;
        Some(json!({
            "permissionName": permission["name"],
            "permissionId": permission["id"],
            "assignmentId": assignment["id"],
            "operations": permission["operations"],
        }))
    });
    shown.collect()
}

/// The permission that a new service account or token is to have, if one is named.
pub(super) fn wanted<'a>(state: &State, body: &'a Value) -> Result<Option<&'a str>, Refusal> {
    let Some(id) = body["permissionId"].as_str() else {
        return Ok(None);
    };
    check_active(state.permissions.get(id)?)?;
    Ok(Some(id))
}

/// Assigns a permission to a new identity.
pub(super) fn grant(
    state: &mut State,
    permission_id: &str,
    identity_id: &str,
    now: Millis,
) -> Result<(), Refusal> {
    let id = Random::of(state.seed, &format!("{permission_id} {identity_id}")).id("as");
    let assignment = record(&id, permission_id, identity_id, now);
    state.assignments.add(assignment).map(drop)
}

/// Assigns to a new identity what another one has.
pub(super) fn share(state: &mut State, from: &str, to: &str, now: Millis) -> Result<(), Refusal> {
    let own = state.assignments.all_with("/identityId", from);
    let ids = own.filter_map(|assignment| assignment["permissionId"].as_str());
    for id in ids.map(str::to_owned).collect::<Vec<_>>() {
        grant(state, &id, to, now)?;
    }
    Ok(())
}

/// Forgets what someone had, a user with their tokens or a token.
pub(super) fn forget(state: &mut State, identity_id: &str) {
    forget_tokens(state, identity_id);
    let assignments = &mut state.assignments;
    assignments.remove_all_with("/identityId", identity_id);
}

/// Forgets what the tokens of a user had.
pub(super) fn forget_tokens(state: &mut State, user_id: &str) {
    for token in state.directory.tokens.all_with("userId", user_id) {
        state.assignments.remove_all_with("/identityId", &token.id);
    }
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let permission = json!({
        "id": state.random.id("pm"),
        "name": call.body["name"],
        "operations": call.body["operations"],
        "status": "Active",
        "isImmutable": false,
        "isArchived": false,
        "dateCreated": iso(call.now),
        "dateUpdated": iso(call.now),
    });
    state.permissions.add(permission)
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut changed = changed(state, call)?;
    changed["dateUpdated"] = iso(call.now).into();
    *state.permissions.get_mut(call.id())? = changed.clone();
    Ok(changed)
}

/// The permission as an update or archival makes it.
pub(super) fn changed(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut changed = changeable(state, call)?.clone();
    for name in ["name", "operations", "isArchived"] {
        if let Some(value) = call.body.get(name) {
            set(&mut changed, name, value);
        }
    }
    Ok(changed)
}

fn changeable<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Value, Refusal> {
    let permission = state.permissions.get(call.id())?;
    managed::check_change(permission, call.operation, call.body)?;
    Ok(permission)
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    changeable(state, call)?;
    state.permissions.remove(call.id())?;
    state
        .assignments
        .remove_all_with("/permissionId", call.id());
    Ok(json!({}))
}

fn assign(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let assignment = assignment(state, call)?;
    state.assignments.add(assignment)
}

fn revoke(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let assignment = assignment(state, call)?;
    let id = assignment["id"].as_str().unwrap_or_default();
    state.assignments.remove(id)
}

/// The assignment that a call names, or would make.
pub(super) fn assignment(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let permission = state.permissions.get(call.id())?;
    if let Some(id) = call.path.get(1) {
        let assignment = state.assignments.get(id)?;
        let own = assignment["permissionId"] == call.id();
        return if own {
            Ok(assignment.clone())
        } else {
            Err(state.assignments.unknown(id))
        };
    }
    check_active(permission)?;
    let identity = call.body["identityId"].as_str().unwrap_or_default();
    let is_token = || state.directory.tokens.find("tokenId", identity).is_some();
    if state.directory.account(identity).is_none() && !is_token() {
        return Err(Refusal::not_found("identity", "identityId", identity));
    }
    let mut assigned = state.assignments.all_with("/identityId", identity);
    if let Some(same) = assigned.find(|a| a["permissionId"] == call.id()) {
        return Err(Refusal::new(409, "the permission is assigned already")
            .with("duplicate", json!({"id": same["id"]})));
    }
    drop(assigned);
    let id = state.random.id("as");
    Ok(record(&id, call.id(), identity, call.now))
}

fn record(id: &str, permission_id: &str, identity_id: &str, now: Millis) -> Value {
    json!({
        "id": id,
        "permissionId": permission_id,
        "identityId": identity_id,
        "isImmutable": false,
        "dateCreated": iso(now),
        "dateUpdated": iso(now),
    })
}

fn check_active(permission: &Value) -> Result<(), Refusal> {
    if permission["isArchived"] == true {
        return Err(Refusal::bad_request("the permission is archived"));
    }
    Ok(())
}
