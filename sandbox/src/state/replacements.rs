use serde_json::{Value, json};

use super::address::is_evm;
use super::progress::{progressed, status};
use super::requested::Requested::{self, Transaction, Transfer};
use super::{Call, Handler, State, approvals, steps};
use crate::refusal::Refusal;

const CANCEL: &str = "CancelTransaction";
const SPEED_UP: &str = "SpeedUpTransaction";

/// What can still be done about a transfer or transaction that was requested.
pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "abortTransfer" => |state, call| abort(state, call, Transfer),
        "abortTransaction" => |state, call| abort(state, call, Transaction),
        "cancelTransfer" => |state, call| replace(state, call, Transfer, CANCEL),
        "cancelTransaction" => |state, call| replace(state, call, Transaction, CANCEL),
        "speedUpTransfer" => |state, call| replace(state, call, Transfer, SPEED_UP),
        "speedUpTransaction" => |state, call| replace(state, call, Transaction, SPEED_UP),
        _ => return None,
    })
}

/// Gives up what no chain has seen yet, and the approval that it may be waiting for.
fn abort(state: &mut State, call: &Call<'_>, kind: Requested) -> Result<Value, Refusal> {
    state.wallets.get(call.id())?;
    let request = kind.get(state, call)?;
    check_status(state, call, request, "Pending")?;
    let approval_id = request["approvalId"].as_str().map(str::to_owned);
    if let Some(id) = approval_id {
        approvals::withdraw(state, &id, call.now)?;
    }
    let request = kind.all_of_mut(state).get_mut(call.second_id())?;
    request["status"] = "Failed".into();
    request["reason"] = "aborted".into();
    let request = request.clone();
    kind.emit(state, &request, call.now);
    Ok(request)
}

/// Makes the transaction that takes the place of one which is broadcast and not confirmed. It asks for no approval: what
/// it replaces has had it.
fn replace(
    state: &mut State,
    call: &Call<'_>,
    kind: Requested,
    replacing: &str,
) -> Result<Value, Refusal> {
    state.wallets.get(call.id())?;
    let request = kind.get(state, call)?;
    let network = &request["network"];
    if !is_evm(network.as_str().unwrap_or_default()) {
        return Err(
            Refusal::bad_request("transactions of this network cannot be replaced")
                .with("network", network.clone()),
        );
    }
    check_status(state, call, request, "Broadcasted")?;
    let kind_of_body = &request["requestBody"]["kind"];
    if request.get("replacementId").is_some() || kind_of_body == CANCEL || kind_of_body == SPEED_UP
    {
        return Err(
            Refusal::bad_request("it is replaced already, or replaces another")
                .with("replacementId", request["replacementId"].clone()),
        );
    }
    let network = network.clone();
    let hash = progressed(state, request, call.now)["txHash"].clone();
    let mut made = Transaction.new_of(state, call, "tx")?;
    let signed = format!("0x02{}", state.random.hex(110));
    made["requestBody"] = json!({"kind": replacing, "txHash": hash, "signedTx": signed});
    made["network"] = network;
    let made = state.transactions.add(made)?;
    let request = kind.all_of_mut(state).get_mut(call.second_id())?;
    request["replacementId"] = made["id"].clone();
    Transaction.emit(state, &made, call.now);
    let id = made["id"].as_str().unwrap_or_default();
    steps::follow(state, Transaction, id, call.now);
    Ok(made)
}

fn check_status(
    state: &State,
    call: &Call<'_>,
    request: &Value,
    wanted: &str,
) -> Result<(), Refusal> {
    let status = status(state, request, call.now);
    if status == wanted {
        return Ok(());
    }
    let message = format!("the request is not {wanted}");
    Err(Refusal::bad_request(message).with("status", status))
}
