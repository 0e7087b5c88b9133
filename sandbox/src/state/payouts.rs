use serde_json::{Value, json};

use super::allocations::wallet;
use super::exchanges::{send, with_address};
use super::resource::{Resource, date_done, is_done};
use super::resources::PAYOUTS;
use super::wallets::set;
use super::{Call, Handler, State};
use crate::api::validate_request;
use crate::body::invalid;
use crate::clock::{Millis, iso};
use crate::random::Random;
use crate::refusal::Refusal;

const PAYOUT: Resource = Resource {
    shown: progressed,
    ..PAYOUTS
};

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "requestPayoutQuote" => quote,
        "createPayout" => create,
        "getPayout" => |state, call| PAYOUT.get(state, call),
        "listPayouts" => |state, call| PAYOUT.list(state, call),
        "createPayoutAction" => act,
        _ => return None,
    })
}

fn quote(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let asset = asset(state, call)?;
    // One for one: no market is behind it.
    let amount = asset["amount"]
        .as_str()
        .and_then(|text| text.parse::<f64>().ok());
    let amount = amount
        .filter(|amount| amount.is_finite())
        .unwrap_or_default();
    let offer = json!({"fiatCurrency": call.body["fiatCurrency"], "amount": amount, "fees": 0});
    Ok(json!({
        "provider": call.body["provider"],
        "asset": asset,
        "timestamp": iso(call.now),
        "quotes": [{"quoteId": state.random.id("pq"), "offer": offer}],
    }))
}

/// The asset of the body, on the network of the wallet.
fn asset(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut asset = call.body["asset"].clone();
    asset["network"] = wallet(state, call)?["network"].clone();
    Ok(asset)
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let asset = asset(state, call)?;
    let mut data = call.body.clone();
    data["executionStatus"] = "AwaitingPayoutConfirmation".into();
    let account = call.body["borderlessAccountId"]
        .as_str()
        .unwrap_or_default();
    data["depositAddress"] = with_address(state, account, &call.body["asset"])["to"].clone();
    let known = json!({"asset": asset, "status": "Processing", "data": data});
    PAYOUT.create(state, call, known)
}

/// A payout waits for the transfer of its asset to the provider, until it is cancelled.
fn act(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let payout = PAYOUT.find(state, call)?.clone();
    if payout["data"]["executionStatus"] != "AwaitingPayoutConfirmation" {
        return Err(Refusal::bad_request(
            "the payout does not wait for its confirmation",
        ));
    }
    let now = iso(call.now);
    if call.body["action"] == "Cancel" {
        let payout = PAYOUT.find_mut(state, call)?;
        payout["status"] = "Canceled".into();
        payout["dateFinalized"] = now.as_str().into();
        payout["data"]["executionStatus"] = "Canceled".into();
        payout["data"]["dateCanceled"] = now.into();
        return Ok(json!({}));
    }
    let mut expected = payout["asset"].clone();
    for name in ["network", "metadata"] {
        set(&mut expected, name, &Value::Null);
    }
    expected["to"] = payout["data"]["depositAddress"].clone();
    let transfer = &call.body["transfer"];
    if *transfer != expected || call.body["walletId"] != payout["walletId"] {
        let refusal = Refusal::bad_request("the transfer is not the payout's");
        return Err(refusal.with("expected", expected));
    }
    validate_request("transferAsset", transfer)
        .map_err(|mismatches| invalid("the asset is not one of a chain", &mismatches))?;
    let made = send(state, call, &payout["walletId"], transfer)?;
    let data = &mut PAYOUT.find_mut(state, call)?["data"];
    data["executionStatus"] = "DepositProcessing".into();
    data["dateConfirmed"] = now.into();
    data["transferId"] = made["id"].clone();
    Ok(json!({}))
}

/// Completed some time after its confirmation.
fn progressed(state: &State, payout: &Value, now: Millis) -> Value {
    let mut shown = payout.clone();
    let confirmed = &payout["data"]["dateConfirmed"];
    if is_done(confirmed, now) {
        let date = date_done(confirmed);
        let mut random = Random::of(state.seed, payout["id"].as_str().unwrap_or_default());
        shown["status"] = "Completed".into();
        shown["dateFinalized"] = date.as_str().into();
        shown["data"]["executionStatus"] = "Completed".into();
        shown["data"]["transactionHash"] = format!("0x{}", random.hex(32)).into();
        shown["data"]["datePayoutConfirmed"] = date.into();
    }
    shown
}
