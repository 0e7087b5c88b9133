use serde_json::{Value, json};

use super::native_asset::NativeAsset;
use super::progress::progressed;
use super::requested::Requested::{self, Transfer};
use super::{Call, Handler, State};
use crate::refusal::Refusal;

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
        return Ok(progressed(state, same, call.now));
    }
    let mut request = kind.new_of(state, call, if kind == Transfer { "xfr" } else { "tx" })?;
    request["network"] = wallet["network"].clone();
    if kind == Transfer {
        request["metadata"] = json!({"asset": asset(&wallet, call.body)});
    }
    kind.submit(state, call, request, &[wallet])
}

pub(super) fn get(state: &mut State, call: &Call<'_>, kind: Requested) -> Result<Value, Refusal> {
    state.wallets.get(call.id())?;
    let request = kind.get(state, call)?;
    Ok(progressed(state, request, call.now))
}

pub(super) fn list(state: &mut State, call: &Call<'_>, kind: Requested) -> Result<Value, Refusal> {
    state.wallets.get(call.id())?;
    kind.list(state, call, |item| progressed(state, item, call.now))
}

/// What is known of an asset: all of it is optional, and nothing is known but of native ones.
fn asset(wallet: &Value, body: &Value) -> Value {
    if body["kind"] != "Native" {
        return json!({});
    }
    let native = NativeAsset::of(wallet["network"].as_str().unwrap_or_default());
    json!({"symbol": native.symbol, "decimals": native.decimals})
}
