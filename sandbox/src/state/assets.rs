use serde_json::{Value, json};

use super::accounts::balance;
use super::native_asset::NativeAsset;
use super::{Call, Handler, State};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "getWalletAssets" => assets,
        "getWalletNfts" => nfts,
        _ => return None,
    })
}

fn assets(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?.clone();
    let native = NativeAsset::of(wallet["network"].as_str().unwrap_or_default());
    let balance = balance(state, call.id(), call.now)?.confirmed;
    let mut asset = json!({
        "kind": "Native",
        "symbol": native.symbol,
        "decimals": native.decimals,
        "balance": balance.to_string(),
    });
    let mut shown = json!({"walletId": wallet["id"], "network": wallet["network"]});
    if !call.query["netWorth"].is_null() {
        asset["quotes"] = json!({"USD": native.price});
        shown["netWorth"] = json!({"USD": native.dollars(balance)});
    }
    shown["assets"] = json!([asset]);
    Ok(shown)
}

/// Nothing in the sandbox makes any.
fn nfts(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?;
    Ok(json!({"walletId": wallet["id"], "network": wallet["network"], "nfts": []}))
}
