use serde_json::{Value, json};

use super::resource::Resource;
use super::resources::{GROUP_MEMBERS, TENANT_USER_GROUPS, TENANT_USERS, USER_GROUPS};
use super::{Call, Handler, State};
use crate::clock::{Millis, iso};
use crate::refusal::Refusal;

/// The groups of an organisation, and those of its tenant. Their members are users of each.
const GROUPS: Group = Group {
    groups: Resource {
        shown: counted::<false>,
        ..USER_GROUPS
    },
    user: member_of_organisation,
};
const TENANT_GROUPS: Group = Group {
    groups: Resource {
        shown: counted::<true>,
        ..TENANT_USER_GROUPS
    },
    user: member_of_tenant,
};

#[derive(Clone, Copy)]
struct Group {
    groups: Resource,
    /// A user as a member is shown, if there is one with that id.
    user: User,
}

type User = fn(&State, &str) -> Option<Value>;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createUserGroup" => {
            |state, call| GROUPS.groups.create(state, call, json!({"memberCount": 0}))
        }
        "getUserGroup" => |state, call| GROUPS.groups.get(state, call),
        "listUserGroups" => |state, call| GROUPS.groups.list(state, call),
        "updateUserGroup" => |state, call| GROUPS.groups.update(state, call),
        "deleteUserGroup" => |state, call| GROUPS.delete(state, call),
        "listUserGroupMembers" => |state, call| GROUPS.members(state, call),
        "addUserGroupMembers" => |state, call| GROUPS.add(state, call),
        "removeUserGroupMembers" => |state, call| GROUPS.remove(state, call),
        "createTenantUserGroup" => |state, call| {
            TENANT_GROUPS
                .groups
                .create(state, call, json!({"memberCount": 0}))
        },
        "getTenantUserGroup" => |state, call| TENANT_GROUPS.groups.get(state, call),
        "listTenantUserGroups" => |state, call| TENANT_GROUPS.groups.list(state, call),
        "updateTenantUserGroup" => |state, call| TENANT_GROUPS.groups.update(state, call),
        "deleteTenantUserGroup" => |state, call| TENANT_GROUPS.delete(state, call),
        "listTenantUserGroupMembers" => |state, call| TENANT_GROUPS.members(state, call),
        "addTenantUserGroupMembers" => |state, call| TENANT_GROUPS.add(state, call),
        "removeTenantUserGroupMembers" => |state, call| TENANT_GROUPS.remove(state, call),
        _ => return None,
    })
}

impl Group {
    fn delete(self, state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
        self.groups.remove(state, call)?;
        (GROUP_MEMBERS.all_mut)(state).remove_all_with("/userGroupId", call.id());
        Ok(json!({}))
    }

    fn members(self, state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
        self.groups.find(state, call)?;
        let user =
            |member: &Value| (self.user)(state, member["userId"].as_str().unwrap_or_default());
        let mut page = GROUP_MEMBERS.list_those(state, call, |member| user(member).is_some())?;
        for member in page["items"].as_array_mut().into_iter().flatten() {
            if let Some(mut shown) = user(member) {
                shown["dateAdded"] = member["dateAdded"].clone();
                *member = shown;
            }
        }
        Ok(page)
    }

    /// Adds all of the users, or none when one of them does not exist. Who is a member stays one.
    fn add(self, state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
        self.groups.find(state, call)?;
        for id in user_ids(call) {
            if (self.user)(state, id).is_none() {
                return Err(Refusal::not_found("user", "userId", id));
            }
        }
        for id in user_ids(call) {
            let mut groups = (GROUP_MEMBERS.all)(state).all_with("/userId", id);
            if groups.any(|member| member["userGroupId"] == call.id()) {
                continue;
            }
            drop(groups);
            let member = json!({
                "id": state.random.id(GROUP_MEMBERS.prefix),
                "userGroupId": call.id(), "userId": id, "dateAdded": iso(call.now),
            });
            (GROUP_MEMBERS.all_mut)(state).add(member)?;
        }
        Ok(json!({}))
    }

    /// Who is no member stays none.
    fn remove(self, state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
        self.groups.find(state, call)?;
        let members = (GROUP_MEMBERS.all)(state).all_with("/userGroupId", call.id());
        let ids: Vec<_> = members
            .filter(|member| user_ids(call).any(|id| member["userId"] == id))
            .filter_map(|member| member["id"].as_str().map(str::to_owned))
            .collect();
        for id in ids {
            (GROUP_MEMBERS.all_mut)(state).remove(&id)?;
        }
        Ok(json!({}))
    }
}

fn user_ids<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a str> {
    let ids = call.body["userIds"].as_array().into_iter().flatten();
    ids.filter_map(Value::as_str)
}

/// A group with the number of its members that are still there, and whose it is.
fn counted<const TENANT: bool>(state: &State, group: &Value, _: Millis) -> Value {
    let mut shown = group.clone();
    let user = if TENANT {
        member_of_tenant
    } else {
        member_of_organisation
    };
    let id = group["id"].as_str().unwrap_or_default();
    let members = (GROUP_MEMBERS.all)(state).all_with("/userGroupId", id);
    let ids = members.filter_map(|member| member["userId"].as_str());
    shown["memberCount"] = ids.filter(|id| user(state, id).is_some()).count().into();
    if TENANT {
        super::wallets::set(&mut shown, "orgId", &Value::Null);
    }
    shown
}

fn member_of_organisation(state: &State, id: &str) -> Option<Value> {
    let account = state.directory.account(id)?;
    let kind: &str = &account.person.kind;
    Some(member(
        id,
        &account.username,
        kind,
        account.active,
        account.is_machine,
    ))
}

fn member_of_tenant(state: &State, id: &str) -> Option<Value> {
    let user = (TENANT_USERS.all)(state).find("/id", id)?;
    let name = user["username"].as_str().unwrap_or_default();
    Some(member(
        id,
        name,
        "TenantUser",
        user["isActive"] == true,
        false,
    ))
}

fn member(id: &str, username: &str, kind: &str, active: bool, machine: bool) -> Value {
    json!({
        "userId": id, "username": username, "kind": kind, "isActive": active,
        "isArchived": false, "isServiceAccount": machine,
    })
}
