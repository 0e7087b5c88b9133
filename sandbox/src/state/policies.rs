use serde_json::{Value, json};

use super::change::{page_with_pending, with_pending};
use super::wallets::set;
use super::{Call, Handler, State, rules};
use crate::clock::iso;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createPolicy" => create,
        "getPolicy" => get,
        "listPolicies" => list,
        "updatePolicy" | "deletePolicy" => |state, call| {
            let changed = changed(state, call)?;
            *state.policies.get_mut(call.id())? = changed.clone();
            Ok(changed)
        },
        _ => return None,
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut policy = call.body.clone();
    policy["id"] = state.random.id("plc").into();
    policy["status"] = "Active".into();
    policy["dateCreated"] = iso(call.now).into();
    policy["dateUpdated"] = iso(call.now).into();
    state.policies.add(policy)
}

/// The policy as an update or archival makes it.
pub(super) fn changed(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let policy = state.policies.get(call.id())?;
    if policy["status"] != "Active" {
        return Err(Refusal::bad_request("the policy is archived"));
    }
    let mut changed = policy.clone();
    if call.operation == "deletePolicy" {
        changed["status"] = "Archived".into();
    } else {
        for name in ["name", "activityKind", "rule", "action", "filters"] {
            set(&mut changed, name, &call.body[name]);
        }
    }
    changed["dateUpdated"] = iso(call.now).into();
    Ok(changed)
}

fn get(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let policy = state.policies.get(call.id())?;
    Ok(with_pending(state, "Policy", policy))
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let status = &call.query["status"];
    let page = state
        .policies
        .page(call, |p| status.is_null() || p["status"] == *status)?;
    Ok(page_with_pending(state, "Policy", page))
}

/// The active policies for an activity that concern this one, by their filters and rules.
pub(super) fn triggered(
    state: &State,
    activity: &str,
    concerns: impl Fn(&Value) -> bool,
) -> Vec<Value> {
    let active = state.policies.iter().filter(|policy| {
        policy["status"] == "Active" && policy["activityKind"] == activity && concerns(policy)
    });
    active.cloned().collect()
}

/// Whether a filter of wallets takes one.
pub(super) fn concerns_wallet(filters: &Value, wallet: &Value) -> bool {
    let tags = |name: &str| filters["walletTags"][name].as_array();
    let tagged = |tag: &Value| wallet["tags"].as_array().is_some_and(|t| t.contains(tag));
    concerns_id(&filters["walletId"], &wallet["id"])
        && tags("hasAny").is_none_or(|any| any.iter().any(tagged))
        && tags("hasAll").is_none_or(|all| all.iter().all(tagged))
}

/// Whether an `IdFilter`, or none, takes an id.
pub(super) fn concerns_id(filter: &Value, id: &Value) -> bool {
    filter["in"].as_array().is_none_or(|ids| ids.contains(id))
}

/// What evaluating a policy that triggered looks like.
pub(super) fn evaluation(policy: &Value) -> Value {
    json!({"policyId": policy["id"], "triggered": true, "reason": rules::reason(&policy["rule"])})
}
