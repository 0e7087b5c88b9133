use serde_json::{Value, json};

use super::requested::Requested::Transaction;
use super::{Call, Handler, State};
use crate::clock::Millis;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "activateWallet" => activate,
        _ => return None,
    })
}

/// Whether the wallets of a network begin inactive.
pub(super) fn is_needed(network: &str) -> bool {
    network.starts_with("Canton") || network.starts_with("Concordium")
}

/// Asks for the transaction that activates a wallet.
fn activate(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?.clone();
    if wallet["status"] != "Inactive" {
        return Err(Refusal::bad_request("the wallet is not inactive")
            .with("status", wallet["status"].clone()));
    }
    let mut request = Transaction.new_of(state, call, "tx")?;
    request["requestBody"] = json!({"kind": "ActivateAccount", "args": call.body});
    request["network"] = wallet["network"].clone();
    Transaction.submit(state, call, request, &[wallet])
}

/// What follows when such a transaction is let go.
pub(super) fn activated(state: &mut State, transaction: &Value, now: Millis) {
    let id = transaction["walletId"].as_str().unwrap_or_default();
    let activates = transaction["requestBody"]["kind"] == "ActivateAccount";
    let wallet = state.wallets.find_mut("/id", id);
    if let Some(wallet) = wallet.filter(|wallet| activates && wallet["status"] == "Inactive") {
        wallet["status"] = "Active".into();
        let wallet = wallet.clone();
        state.emit("wallet.activated", now, |_| json!({"wallet": wallet}));
    }
}
