use serde_json::{Value, json};

use super::allocations::{wallet, with_metadata};
use super::resource::{Resource, completed, is_older};
use super::resources::{SWAP_QUOTES, SWAPS};
use super::{Call, Handler, State};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// How long a quote is good: the sandbox's own choice.
const QUOTED: Millis = 60_000;

const SWAP: Resource = Resource {
    shown: completed,
    ..SWAPS
};

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "requestSwapQuote" => quote,
        "getSwapQuote" => |state, call| SWAP_QUOTES.get(state, call),
        "createSwap" => create,
        "getSwap" => |state, call| SWAP.get(state, call),
        "listSwaps" => |state, call| SWAP.list(state, call),
        _ => return None,
    })
}

fn quote(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let source = wallet(state, call)?["network"].clone();
    let target = match call.body["targetWalletId"].as_str() {
        Some(id) => state.wallets.get(id)?["network"].clone(),
        None => source.clone(),
    };
    let tolerance = call.body.get("slippageBps");
    let tolerance = tolerance.unwrap_or(&call.body["feeToleranceBps"]).as_f64();
    let tolerance = tolerance.and_then(|bps| format!("{:.0}", bps.floor()).parse::<u64>().ok());
    let tolerance =
        tolerance.ok_or_else(|| Refusal::bad_request("basis points are not negative"))?;
    // One for one: no market is behind it.
    let mut wanted = call.body["targetAsset"].clone();
    wanted["amount"] = call.body["sourceAsset"]["amount"].clone();
    let known = json!({
        "sourceAsset": with_metadata(&call.body["sourceAsset"], &source),
        "targetAsset": with_metadata(&wanted, &target),
        "slippageBps": tolerance,
    });
    SWAP_QUOTES.create(state, call, known)
}

/// Carries out what was quoted: once, while the quote is good.
fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.body["quoteId"].as_str().unwrap_or_default();
    let quote = (SWAP_QUOTES.all)(state).get(id)?;
    if let Some(swap) = (SWAP.all)(state).find("/quoteId", id) {
        return Err(
            Refusal::bad_request("the quote has been used").with("swapId", swap["id"].clone())
        );
    }
    let quoted = quote["dateCreated"].as_str().unwrap_or_default();
    if is_older(quoted, QUOTED, call.now) {
        return Err(Refusal::bad_request("the quote has expired"));
    }
    let asked = &quote["requestBody"];
    let same_target = || {
        let mut target = call.body["targetAsset"].clone();
        super::wallets::set(&mut target, "amount", &Value::Null);
        target == asked["targetAsset"]
    };
    let names = ["walletId", "targetWalletId", "provider", "sourceAsset"];
    let other = names.iter().find(|name| call.body[**name] != asked[**name]);
    let other = other.or((!same_target()).then_some(&"targetAsset"));
    if let Some(name) = other {
        return Err(Refusal::bad_request("the quote is for another swap")
            .with("property", *name)
            .with("expected", asked[*name].clone()));
    }
    let target = asked.get("targetWalletId").unwrap_or(&asked["walletId"]);
    let known = json!({
        "status": "InProgress",
        "reference": call.body["reference"],
        "targetWalletId": target,
        "quotedSourceAsset": quote["sourceAsset"],
        "quotedTargetAsset": quote["targetAsset"],
        "slippageBps": quote["slippageBps"],
    });
    SWAP.create(state, call, known)
}
