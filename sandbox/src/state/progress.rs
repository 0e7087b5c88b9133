use serde_json::Value;

use super::State;
use crate::clock::{Millis, iso, parse};
use crate::random::Random;

/// The sandbox's own choice: how long after a request, or its approval, a chain has it.
const BROADCASTED: Millis = 1000;
const CONFIRMED: Millis = 10_000;

/// What has become of a transfer or transaction by now: it follows from its dates, so nothing runs in the background.
pub(super) fn progressed(state: &State, request: &Value, now: Millis) -> Value {
    let mut shown = request.clone();
    let Some(start) = start(request) else {
        return shown;
    };
    let status = status(state, request, now);
    shown["status"] = status.into();
    if status == "Pending" {
        return shown;
    }
    let mut random = Random::of(state.seed, request["id"].as_str().unwrap_or_default());
    shown["txHash"] = format!("0x{}", random.hex(32)).into();
    shown["fee"] = fee(state.seed, request).to_string().into();
    shown["dateBroadcasted"] = iso(start.saturating_add(BROADCASTED)).into();
    let replacement = replacement(state, request);
    if status == "Confirmed" {
        shown["dateConfirmed"] = iso(confirmed(state, request).unwrap_or(now)).into();
    } else if let (Some(replacement), "Failed") = (replacement, status) {
        let id = replacement["id"].as_str().unwrap_or_default();
        shown["reason"] = format!("replaced by {id}").into();
    }
    shown
}

/// The status alone.
pub(super) fn status<'a>(state: &State, request: &'a Value, now: Millis) -> &'a str {
    let Some(start) = start(request) else {
        return request["status"].as_str().unwrap_or_default();
    };
    let replacement = replacement(state, request);
    let is_confirmed = confirmed(state, request).is_some_and(|at| now >= at);
    if is_confirmed && replacement.is_some_and(|r| r["requestBody"]["kind"] == "CancelTransaction")
    {
        "Failed"
    } else if is_confirmed {
        "Confirmed"
    } else if now >= start.saturating_add(BROADCASTED) {
        "Broadcasted"
    } else {
        "Pending"
    }
}

/// When a chain has confirmed it, or what replaced it. `None` when it is not under way.
pub(super) fn confirmed(state: &State, request: &Value) -> Option<Millis> {
    let replacement = replacement(state, request);
    Some(start(replacement.unwrap_or(request))?.saturating_add(CONFIRMED))
}

/// When something becomes of it next, without anyone's doing.
pub(super) fn next_change(state: &State, request: &Value, now: Millis) -> Option<Millis> {
    let broadcasted = start(request)?.saturating_add(BROADCASTED);
    let mut changes = [broadcasted, confirmed(state, request)?].into_iter();
    changes.find(|at| *at > now)
}

/// What a request costs.
pub(super) fn fee(seed: u64, request: &Value) -> u64 {
    let id = request["id"].as_str().unwrap_or_default();
    Random::of(seed, &format!("fee {id}")).between(1000, 1_000_000)
}

/// Whether it was let go, whatever has become of it since.
pub(super) fn is_under_way(request: &Value) -> bool {
    start(request).is_some()
}

/// When it set out: `None` for what waits for an approval, and for what has ended without a chain.
fn start(request: &Value) -> Option<Millis> {
    let resolved = request["datePolicyResolved"].as_str();
    let waits = request.get("approvalId").is_some() && resolved.is_none();
    let date = resolved.or(request["dateRequested"].as_str());
    date.filter(|_| request["status"] == "Pending" && !waits)
        .and_then(parse)
}

/// What took its place on the chain. Nothing takes the place of a replacement.
fn replacement<'a>(state: &'a State, request: &Value) -> Option<&'a Value> {
    state
        .transactions
        .get(request["replacementId"].as_str()?)
        .ok()
}
