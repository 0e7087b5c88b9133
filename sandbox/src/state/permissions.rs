use serde_json::{Value, json};

use super::change::{page_with_pending, with_pending};
use super::wallets::set;
use super::{Call, Handler, State};
use crate::clock::iso;
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
    let mut changed = state.permissions.get(call.id())?.clone();
    for name in ["name", "operations", "isArchived"] {
        if let Some(value) = call.body.get(name) {
            set(&mut changed, name, value);
        }
    }
    Ok(changed)
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
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
    if permission["isArchived"] == true {
        return Err(Refusal::bad_request("the permission is archived"));
    }
    let identity = call.body["identityId"].as_str().unwrap_or_default();
    let is_token = || state.directory.tokens.find("id", identity).is_some();
    if state.directory.account(identity).is_none() && !is_token() {
        return Err(Refusal::not_found("identity", "identityId", identity));
    }
    let mut assigned = state.assignments.all_with("/identityId", identity);
    if let Some(same) = assigned.find(|a| a["permissionId"] == call.id()) {
        return Err(Refusal::new(409, "the permission is assigned already")
            .with("duplicate", json!({"id": same["id"]})));
    }
    drop(assigned);
    Ok(json!({
        "id": state.random.id("as"),
        "permissionId": call.id(),
        "identityId": identity,
        "isImmutable": false,
        "dateCreated": iso(call.now),
        "dateUpdated": iso(call.now),
    }))
}
