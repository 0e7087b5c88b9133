use serde_json::{Value, json};

use super::requested::Requested::{self, Transfer};
use super::{Call, Handler, State};
use crate::clock::{Millis, iso, parse};
use crate::random::Random;
use crate::refusal::Refusal;

/// The sandbox's own choice: how long after a request, or its approval, a chain has it.
const BROADCASTED: Millis = 1000;
const CONFIRMED: Millis = 10_000;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "transferAsset" => |state, call| create(state, call, Transfer),
        "getTransfer" => |state, call| get(state, call, Transfer),
        "listTransfers" => |state, call| list(state, call, Transfer),
        _ => return None,
    })
}

/// A transfer or a transaction.
pub(super) fn create(
    state: &mut State,
    call: &Call<'_>,
    kind: Requested,
) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?;
    if wallet["status"] != "Active" {
        return Err(Refusal::bad_request("the wallet is not active"));
    }
    let wallet = wallet.clone();
    if let Some(same) = kind.repeated(state, call)? {
        return Ok(progressed(state.seed, same, call.now));
    }
    let mut request = kind.new_of(state, call, if kind == Transfer { "xfr" } else { "tx" })?;
    request["network"] = wallet["network"].clone();
    if kind == Transfer {
        // No asset is known here, and all that could be said of it is optional.
        request["metadata"] = json!({"asset": {}});
    }
    kind.submit(state, call, request, &[wallet])
}

pub(super) fn get(state: &mut State, call: &Call<'_>, kind: Requested) -> Result<Value, Refusal> {
    state.wallets.get(call.id())?;
    let request = kind.get(state, call)?;
    Ok(progressed(state.seed, request, call.now))
}

pub(super) fn list(state: &mut State, call: &Call<'_>, kind: Requested) -> Result<Value, Refusal> {
    state.wallets.get(call.id())?;
    kind.list(state, call, |item| progressed(state.seed, item, call.now))
}

/// What has become of a request by now: it follows from its dates, so nothing runs in the background.
pub(super) fn progressed(seed: u64, request: &Value, now: Millis) -> Value {
    let mut shown = request.clone();
    let resolved = request["datePolicyResolved"].as_str();
    let waits = request.get("approvalId").is_some() && resolved.is_none();
    let start = resolved
        .or(request["dateRequested"].as_str())
        .and_then(parse);
    let Some(start) = start.filter(|_| request["status"] == "Pending" && !waits) else {
        return shown;
    };
    let passed = now.saturating_sub(start);
    if passed >= BROADCASTED {
        let mut random = Random::of(seed, request["id"].as_str().unwrap_or_default());
        shown["status"] = "Broadcasted".into();
        shown["txHash"] = format!("0x{}", random.hex(32)).into();
        shown["fee"] = random.between(1000, 1_000_000).to_string().into();
        shown["dateBroadcasted"] = iso(start.saturating_add(BROADCASTED)).into();
    }
    if passed >= CONFIRMED {
        shown["status"] = "Confirmed".into();
        shown["dateConfirmed"] = iso(start.saturating_add(CONFIRMED)).into();
    }
    shown
}
