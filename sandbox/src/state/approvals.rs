use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::change::described;
use super::held::HeldCall;
use super::policies::{concerns_id, evaluation};
use super::progress::progressed;
use super::requested::Requested;
use super::{Call, Collection, Handler, Row, State, Table};
use crate::auth::Caller;
use crate::clock::{Millis, iso};
use crate::refusal::Refusal;

const MINUTE: Millis = 60 * 1000;

/// Approvals, and what waits for them.
#[derive(Debug)]
pub(crate) struct Approvals {
    pub(super) all: Collection,
    pub(super) waiting: Table<Waiting>,
    /// Not after the next one; the beginning of time when not known.
    pub(super) next_expiry: Millis,
}

impl Row for Waiting {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "approvalId").then_some(&self.approval_id)
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    approval_id: String,
    groups: Vec<Value>,
    expires: Millis,
    call: Option<HeldCall>,
}

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "listApprovals" => list,
        "getApproval" => |state, call| {
            let approval = state.approvals.all.get(call.id())?;
            Ok(show(state, approval, call.now))
        },
        "createApprovalDecision" => decide,
        _ => return None,
    })
}

impl Approvals {
    pub(super) fn new() -> Self {
        Self {
            all: Collection::new("approval", "approvalId"),
            waiting: Table::new(&["approvalId"]),
            next_expiry: 0,
        }
    }
}

/// Asks the approvers of these policies; anyone, when there are none.
pub(super) fn ask(
    state: &mut State,
    call: &Call<'_>,
    id: &str,
    activity: &str,
    policies: &[Value],
    held: Option<HeldCall>,
) -> Result<(), Refusal> {
    let groups = policies
        .iter()
        .filter_map(|p| p["action"]["approvalGroups"].as_array());
    let mut groups: Vec<_> = groups.flatten().cloned().collect();
    if groups.is_empty() {
        groups.push(json!({"quorum": 1, "approvers": {}, "initiatorCanApprove": true}));
    }
    let timeouts = policies
        .iter()
        .filter_map(|p| p["action"]["autoRejectTimeout"].as_u64());
    let expires = timeouts.min().map_or(Millis::MAX, |minutes| {
        call.now.saturating_add(minutes.saturating_mul(MINUTE))
    });
    let mut approval = json!({
        "id": id,
        "initiatorId": call.caller()?.user_id,
        "activity": {"kind": activity},
        "status": "Pending",
        "dateCreated": iso(call.now),
        "dateUpdated": iso(call.now),
        "policyEvaluations": policies.iter().map(evaluation).collect::<Vec<_>>(),
        "decisions": [],
    });
    if expires != Millis::MAX {
        approval["expirationDate"] = iso(expires).into();
    }
    let approvals = &mut state.approvals;
    approvals.all.add(approval)?;
    approvals.next_expiry = approvals.next_expiry.min(expires);
    let waiting = Waiting {
        approval_id: id.to_owned(),
        groups,
        expires,
        call: held,
    };
    approvals.waiting.add(waiting);
    Ok(())
}

/// An approval together with what it is for, as that is now.
pub(super) fn show(state: &State, approval: &Value, now: Millis) -> Value {
    let mut shown = approval.clone();
    let id = text(&approval["id"]);
    for kind in Requested::ALL {
        if let Some(item) = kind.all_of(state).find("/approvalId", id) {
            let shown_item = match kind {
                Requested::Signature => item.clone(),
                Requested::Transfer | Requested::Transaction => progressed(state, item, now),
            };
            shown["activity"][kind.name()] = shown_item;
        }
    }
    let change = state.changes.find("/approvalId", id);
    if let Some(change) = change.filter(|change| has_activity(change)) {
        shown["activity"]["changeRequest"] = described(change);
    }
    shown
}

/// Whether the API has an activity for a change, or the sandbox alone lets it wait.
pub(super) fn has_activity(change: &Value) -> bool {
    ["Policy", "Permission", "Assignment"].contains(&text(&change["kind"]))
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let query = call.query;
    let decided = |approval: &Value| {
        let mut decisions = approval["decisions"].as_array().into_iter().flatten();
        decisions.any(|d| d["userId"] == query["approverId"])
    };
    let asked = |approval: &Value| {
        let waiting = state
            .approvals
            .waiting
            .find("approvalId", text(&approval["id"]));
        let mut groups = waiting.map_or(&[][..], |w| &w.groups).iter();
        groups.any(|g| concerns_id(&g["approvers"]["userId"], &query["approverId"]))
    };
    let is = |name: &str, value: &Value| query[name].is_null() || query[name] == *value;
    let mut page = state.approvals.all.page(call, |approval| {
        is("status", &approval["status"])
            && is("initiatorId", &approval["initiatorId"])
            && (query["approverId"].is_null() || decided(approval) || asked(approval))
    })?;
    for approval in page["items"].as_array_mut().into_iter().flatten() {
        *approval = show(state, approval, call.now);
    }
    Ok(page)
}

fn decide(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let caller = call.caller()?;
    let approval = state.approvals.all.get(call.id())?;
    let Some(waiting) = state.approvals.waiting.find("approvalId", call.id()) else {
        return Err(Refusal::bad_request("the approval is resolved already")
            .with("status", approval["status"].clone()));
    };
    let initiator = text(&approval["initiatorId"]).to_owned();
    let may = |user_id: &str, group: &Value| may_approve(state, user_id, &initiator, group);
    if !waiting.groups.iter().any(|g| may(&caller.user_id, g)) {
        return Err(Refusal::new(
            403,
            "the user is no approver of this activity",
        ));
    }
    let mut decisions = approval["decisions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if decisions.iter().any(|d| d["userId"] == caller.user_id) {
        return Err(Refusal::bad_request("the user has decided already"));
    }
    let value = text(&call.body["value"]);
    decisions.push(decision(caller, value, call));
    let approved = |group: &Value| {
        let by = decisions.iter().filter(|d| may(text(&d["userId"]), group));
        u64::try_from(by.count()).is_ok_and(|n| n >= group["quorum"].as_u64().unwrap_or(1))
    };
    let outcome = match value {
        "Denied" => Some("Denied"),
        _ if waiting.groups.iter().all(approved) => Some("Approved"),
        _ => None,
    };
    let approval = state.approvals.all.get_mut(call.id())?;
    approval["decisions"] = decisions.into();
    approval["dateUpdated"] = iso(call.now).into();
    if let Some(outcome) = outcome {
        resolve(state, call.id(), outcome, call.now)?;
    }
    let approval = state.approvals.all.get(call.id())?;
    Ok(show(state, approval, call.now))
}

fn decision(caller: &Caller, value: &str, call: &Call<'_>) -> Value {
    json!({
        "userId": caller.user_id,
        "date": iso(call.now),
        "reason": call.body["reason"],
        "value": value,
    })
}

/// Who started an activity approves it only where the group says so; service accounts do unless it says not.
/// The defaults are the sandbox's own choice.
fn may_approve(state: &State, user_id: &str, initiator: &str, group: &Value) -> bool {
    let account = state.directory.account(user_id);
    concerns_id(&group["approvers"]["userId"], &user_id.into())
        && (user_id != initiator || group["initiatorCanApprove"] == true)
        && (group["serviceAccountsCanApprove"] != false || account.is_some_and(|a| !a.is_machine))
}

/// Rejects what nobody decided about in time.
pub(super) fn expire(state: &mut State, now: Millis) -> Result<(), Refusal> {
    if now < state.approvals.next_expiry {
        return Ok(());
    }
    let (late, left): (Vec<_>, Vec<_>) = state
        .approvals
        .waiting
        .iter()
        .map(|waiting| (waiting.approval_id.clone(), waiting.expires))
        .partition(|(_, expires)| *expires <= now);
    let next = left.into_iter().map(|(_, expires)| expires).min();
    state.approvals.next_expiry = next.unwrap_or(Millis::MAX);
    for (id, _) in late {
        resolve(state, &id, "Expired", now)?;
    }
    Ok(())
}

/// Nobody has to decide any more: what it was for is given up.
pub(super) fn withdraw(state: &mut State, id: &str, now: Millis) -> Result<(), Refusal> {
    let waiting = &mut state.approvals.waiting;
    if waiting.remove_all_with("approvalId", id).is_empty() {
        return Ok(());
    }
    let approval = state.approvals.all.get_mut(id)?;
    approval["status"] = "Denied".into();
    approval["dateResolved"] = iso(now).into();
    approval["dateUpdated"] = iso(now).into();
    state.emit_approval("policy.approval.resolved", id, now);
    Ok(())
}

fn resolve(state: &mut State, id: &str, outcome: &str, now: Millis) -> Result<(), Refusal> {
    let waiting = state
        .approvals
        .waiting
        .remove_all_with("approvalId", id)
        .pop();
    let approval = state.approvals.all.get_mut(id)?;
    approval["status"] = outcome.into();
    approval["dateResolved"] = iso(now).into();
    approval["dateUpdated"] = iso(now).into();
    state.emit_approval("policy.approval.resolved", id, now);
    let approved = outcome == "Approved";
    for kind in Requested::ALL {
        kind.resolve(state, id, approved, now)?;
    }
    if let Some(held) = waiting.and_then(|waiting| waiting.call) {
        held.resolve(state, id, approved, now);
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
