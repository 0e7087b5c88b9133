use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::approvals::{ask, has_activity};
use super::change::{Change, described};
use super::policies::{concerns_id, triggered};
use super::{Call, State};
use crate::auth::Caller;
use crate::clock::{Millis, iso};
use crate::refusal::Refusal;

/// A call that was answered with 202 and is carried out once it is approved.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HeldCall {
    operation: String,
    caller: Caller,
    path: Vec<String>,
    query: Value,
    body: Value,
}

/// The change request that a call becomes when a policy, or the sandbox's owner (`required`), asks for
/// approval (Dfns documentation, page "Policies"). `None` when nobody does.
pub(super) fn hold(
    state: &mut State,
    call: &Call<'_>,
    required: bool,
) -> Option<Result<Value, Refusal>> {
    // What cannot be changed is for the operation itself to refuse.
    let about = Change::of(state, call).ok()?;
    let policies = about.as_ref().map_or_else(Vec::new, |about| {
        triggered(state, about.activity, |policy| {
            policy["rule"]["kind"] == "AlwaysTrigger"
                && concerns_id(&policy["filters"][about.filter], &about.filtered)
        })
    });
    if policies.iter().any(|p| p["action"]["kind"] == "Block") {
        let kind = about.map_or("", |about| about.activity);
        state.emit_policies(&policies, &json!({"kind": kind}), None, call.now);
        return Some(Err(Refusal::new(403, "blocked by a policy")));
    }
    if policies.is_empty() && !required {
        return None;
    }
    Some(make(state, call, about, &policies))
}

fn make(
    state: &mut State,
    call: &Call<'_>,
    about: Option<Change>,
    policies: &[Value],
) -> Result<Value, Refusal> {
    let mut change = draft(state, call)?;
    // The API knows no activity for most operations; of those it knows, this one needs no details.
    let mut activity = "Wallets:Sign";
    if let Some(about) = about {
        activity = about.activity;
        change["kind"] = about.kind.into();
        change["operationKind"] = about.operation_kind.into();
        change["entityId"] = about.entity_id;
        change["body"] = about.body;
    }
    // A decision that waited for a decision could wait for itself.
    let caller = call.caller()?;
    let held = (call.operation != "createApprovalDecision").then(|| HeldCall {
        operation: call.operation.to_owned(),
        caller: caller.clone(),
        path: call.path.to_vec(),
        query: call.query.clone(),
        body: call.body.clone(),
    });
    // First the one that there has to be room for: the held call is about as large.
    let change = state.changes.add(change)?;
    let approval_id = change["approvalId"].as_str().unwrap_or_default();
    ask(state, call, approval_id, activity, policies, held)?;
    let mut concerned = json!({"kind": activity});
    if has_activity(&change) {
        concerned["changeRequest"] = described(&change);
    }
    state.emit_policies(policies, &concerned, Some(approval_id), call.now);
    Ok(change)
}

/// A change request whose exact shape is not documented for every operation.
pub(super) fn draft(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    Ok(json!({
        "id": state.random.id("cr"),
        "kind": call.operation,
        "operationKind": "Create",
        "status": "Pending",
        "requester": {"userId": caller.user_id, "tokenId": caller.token_id},
        "entityId": call.id(),
        "approvalId": state.random.id("ap"),
        "dateCreated": iso(call.now),
        "body": call.body,
    }))
}

impl HeldCall {
    /// Carries the call out, or drops it, and notes in its change request what became of it.
    pub(super) fn resolve(
        &self,
        state: &mut State,
        approval_id: &str,
        approved: bool,
        now: Millis,
    ) {
        let call = Call {
            operation: &self.operation,
            caller: Some(&self.caller),
            path: &self.path,
            query: &self.query,
            body: &self.body,
            raw: &[],
            now,
        };
        let done = approved.then(|| state.perform(&call));
        let status = match &done {
            None => "Rejected",
            Some(Some(Err(_))) => "Failed",
            Some(_) => {
                state.carried_out.push(self.operation.clone());
                "Applied"
            }
        };
        if let Some(change) = state.changes.find_mut("/approvalId", approval_id) {
            change["status"] = status.into();
            change["dateResolved"] = iso(now).into();
            // What is created has its final id only now.
            if let Some(Some(Ok(made))) = done.filter(|_| change["operationKind"] == "Create") {
                super::wallets::set(change, "entityId", &made["id"]);
                change["body"]["id"] = made["id"].clone();
            }
        }
    }
}
