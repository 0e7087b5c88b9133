use serde_json::{Value, json};

use super::resource::Resource;
use super::resources::{ORGS, TENANT_ASSIGNMENTS, TENANT_USER_GROUPS, TENANT_USERS};
use super::{Call, Handler, State};
use crate::clock::{Millis, iso};
use crate::random::Random;
use crate::refusal::Refusal;

const USERS: Resource = Resource {
    shown: with_permissions,
    ..TENANT_USERS
};

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createOrg" => create_org,
        "getOrg" => |state, call| {
            know_own(state)?;
            Ok(json!({"org": ORGS.get(state, call)?}))
        },
        "listOrgs" => |state, call| {
            know_own(state)?;
            ORGS.list(state, call)
        },
        "updateOrg" => |state, call| {
            know_own(state)?;
            let org = ORGS.find_mut(state, call)?;
            if let Some(name) = call.body.get("name") {
                org["name"] = name.clone();
            }
            Ok(json!({"org": org}))
        },
        "updateOrgStatus" => |state, call| {
            know_own(state)?;
            let status = call.body["status"].as_str().unwrap_or_default();
            ORGS.set_status(state, call, status)?;
            Ok(json!({}))
        },
        "createTenantUser" => create_user,
        "inviteTenantUser" => |state, call| {
            create_user(state, call)?;
            Ok(json!({}))
        },
        "getTenantUser" => |state, call| USERS.get(state, call),
        "listTenantUsers" => |state, call| USERS.list(state, call),
        "updateTenantUser" => |state, call| {
            USERS.find_mut(state, call)?["isSSORequired"] = call.body["isSSORequired"].clone();
            Ok(json!({}))
        },
        "deleteTenantUser" => |state, call| {
            USERS.remove(state, call)?;
            let assigned = (TENANT_ASSIGNMENTS.all_mut)(state);
            assigned.remove_all_with("/identityId", call.id());
            Ok(json!({}))
        },
        "getTenantPermission" => permission_of,
        "listTenantPermissions" => |state, _| Ok(json!({"items": [permission(state)]})),
        "assignTenantPermission" => assign,
        "revokeTenantPermission" => revoke,
        _ => return None,
    })
}

/// The description leaves open what an organisation looks like.
fn create_org(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    know_own(state)?;
    let org = json!({
        "id": state.random.id(ORGS.prefix), "name": call.body["name"], "status": "Active",
        "keyStores": call.body["keyStores"], "dateCreated": iso(call.now),
    });
    Ok(json!({"org": (ORGS.all_mut)(state).add(org)?}))
}

/// The organisation that everything else here belongs to is one of its tenant's.
fn know_own(state: &mut State) -> Result<(), Refusal> {
    let id = state.directory.org_id.clone();
    if (ORGS.all)(state).get(&id).is_err() {
        let own = json!({"id": id, "name": "Sandbox", "status": "Active", "keyStores": []});
        (ORGS.all_mut)(state).add(own)?;
    }
    Ok(())
}

fn create_user(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let email = &call.body["email"];
    let users = (USERS.all)(state);
    if let Some(taken) = users.find("/username", email.as_str().unwrap_or_default()) {
        let duplicate = json!({"id": taken["id"], "username": email});
        let refusal = Refusal::new(409, "Conflicting user with same email");
        return Err(refusal.with("duplicate", duplicate));
    }
    users.check_external_id(&call.body["externalId"], "")?;
    let mut user = json!({
        "kind": "TenantUser", "username": email, "isRegistered": false, "isActive": true,
        "isSSORequired": call.body["isSSORequired"] == true, "permissions": [], "orgs": [],
    });
    super::wallets::set(&mut user, "externalId", &call.body["externalId"]);
    USERS.add_named(state, call, "TenantUser", user)
}

fn with_permissions(state: &State, user: &Value, _: Millis) -> Value {
    let mut shown = user.clone();
    let id = user["id"].as_str().unwrap_or_default();
    let assigned = (TENANT_ASSIGNMENTS.all)(state).all_with("/identityId", id);
    let assigned = assigned.map(|assignment| {
        let permission = permission(state);
        json!({
            "permissionId": permission["id"], "permissionName": permission["name"],
            "assignmentId": assignment["id"], "operations": permission["operations"],
        })
    });
    shown["permissions"] = assigned.collect();
    shown
}

/// No operation creates a permission of the tenant, so there is one: the sandbox's own choice.
fn permission(state: &State) -> Value {
    let date = iso(0);
    json!({
        "id": Random::of(state.seed, "tenant permission").id("pm"),
        "name": "TenantAdministration",
        "operations": ["Orgs:Read", "Orgs:Update"],
        "status": "Active",
        "isImmutable": true,
        "isArchived": false,
        "dateCreated": date,
        "dateUpdated": date,
    })
}

fn permission_of(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let permission = permission(state);
    if permission["id"] == call.id() {
        return Ok(permission);
    }
    Err(Refusal::not_found("permission", "permissionId", call.id()))
}

/// To a user or group of the tenant's.
fn assign(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    permission_of(state, call)?;
    let identity = call.body["identityId"].as_str().unwrap_or_default();
    let known = [USERS, TENANT_USER_GROUPS];
    if !known
        .iter()
        .any(|kind| (kind.all)(state).get(identity).is_ok())
    {
        return Err(Refusal::not_found("identity", "identityId", identity));
    }
    let assigned = (TENANT_ASSIGNMENTS.all)(state);
    if let Some(same) = assigned.find("/identityId", identity) {
        return Err(Refusal::new(409, "the permission is assigned already")
            .with("duplicate", json!({"id": same["id"]})));
    }
    let assignment = json!({
        "id": state.random.id(TENANT_ASSIGNMENTS.prefix),
        "permissionId": call.id(), "identityId": identity, "dateCreated": iso(call.now),
    });
    (TENANT_ASSIGNMENTS.all_mut)(state).add(assignment)
}

fn revoke(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    permission_of(state, call)?;
    let identity = call.body["identityId"].as_str().unwrap_or_default();
    let assigned = (TENANT_ASSIGNMENTS.all_mut)(state);
    let unknown = assigned.unknown(identity);
    let found = assigned.find("/identityId", identity).ok_or(unknown)?;
    let id = found["id"].as_str().unwrap_or_default().to_owned();
    assigned.remove(&id)
}
