use serde_json::{Value, json};

use super::{Call, State, permissions, policies};
use crate::refusal::Refusal;

/// What a call would change, where that is something that policies are about.
pub(super) struct Change {
    /// The activity that their policies name, and the filter that narrows them down.
    pub(super) activity: &'static str,
    pub(super) filter: &'static str,
    pub(super) filtered: Value,
    pub(super) kind: &'static str,
    pub(super) operation_kind: &'static str,
    pub(super) entity_id: Value,
    /// The policy, permission or assignment as the call would make it.
    pub(super) body: Value,
}

impl Change {
    /// `None` for all other calls. An error is for the operation itself to answer with.
    pub(super) fn of(state: &mut State, call: &Call<'_>) -> Result<Option<Self>, Refusal> {
        let operation_kind = match call.operation {
            "updatePolicy" | "updatePermission" => "Update",
            "deletePolicy" | "archivePermission" => "Archive",
            "deletePermission" | "revokePermission" => "Delete",
            "assignPermission" => "Create",
            _ => return Ok(None),
        };
        let (kind, activity, body) = match call.operation {
            "updatePolicy" | "deletePolicy" => {
                ("Policy", "Policies:Modify", policies::changed(state, call)?)
            }
            "assignPermission" | "revokePermission" => {
                let assignment = permissions::assignment(state, call)?;
                let names = ["id", "permissionId", "identityId", "isImmutable"];
                (
                    "Assignment",
                    "Permissions:Assign",
                    only(&assignment, &names),
                )
            }
            _ => {
                let permission = permissions::changed(state, call)?;
                let names = [
                    "id",
                    "name",
                    "status",
                    "operations",
                    "isImmutable",
                    "isArchived",
                ];
                (
                    "Permission",
                    "Permissions:Modify",
                    only(&permission, &names),
                )
            }
        };
        Ok(Some(Self {
            activity,
            filter: if kind == "Policy" {
                "policyId"
            } else {
                "permissionId"
            },
            filtered: call.id().into(),
            kind,
            operation_kind,
            entity_id: body["id"].clone(),
            body,
        }))
    }
}

/// An item together with the change that it waits for.
pub(super) fn with_pending(state: &State, kind: &str, item: &Value) -> Value {
    let mut shown = item.clone();
    let id = item["id"].as_str().unwrap_or_default();
    let mut changes = state.changes.all_with("/entityId", id);
    let pending = changes.find(|change| change["kind"] == kind && change["status"] == "Pending");
    if let Some(change) = pending {
        shown["pendingChangeRequest"] = described(change);
    }
    shown
}

/// A page of such items.
pub(super) fn page_with_pending(state: &State, kind: &str, mut page: Value) -> Value {
    for item in page["items"].as_array_mut().into_iter().flatten() {
        *item = with_pending(state, kind, item);
    }
    page
}

/// A change in the shape of the API description, which for policies and permissions knows no other kind than
/// `Update`, where the documentation shows `Archive`.
pub(super) fn described(change: &Value) -> Value {
    let mut shown = change.clone();
    if change["kind"] != "Assignment" {
        shown["operationKind"] = "Update".into();
    }
    shown
}

fn only(item: &Value, names: &[&str]) -> Value {
    let fields = names
        .iter()
        .map(|name| ((*name).to_owned(), item[*name].clone()));
    json!(fields.collect::<serde_json::Map<_, _>>())
}
