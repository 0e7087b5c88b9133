use serde_json::{Value, json};

use super::allocations::wallet;
use super::resource::{Resource, date_done, example, is_done};
use super::resources::{PAYIN_ACCOUNTS, PAYIN_QUOTES, PAYIN_RECIPIENTS, PAYINS};
use super::{Call, Handler, State};
use crate::clock::{Millis, iso, parse};
use crate::random::Random;
use crate::refusal::Refusal;

/// How long a quote is good: the sandbox's own choice.
const QUOTED: Millis = 60_000;

/// The sandbox's own choice too.
const MOST_ASSETS: usize = 1000;

const PAYIN: Resource = Resource {
    shown: progressed,
    ..PAYINS
};

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createPayin" => create,
        "getPayin" => |state, call| PAYIN.get(state, call),
        "listPayins" => |state, call| PAYIN.list(state, call),
        "createPayinQuote" => quote,
        "createPayinRecipient" => create_recipient,
        "getPayinRecipient" => get_recipient,
        "registerPayinAccountAsset" => register_asset,
        // Only this provider's can be registered.
        "listPayinAccounts" => |state, call| {
            let accounts = (PAYIN_ACCOUNTS.all)(state).iter();
            let accounts = accounts.filter(|_| call.query["provider"] == "Borderless");
            Ok(json!({"items": accounts.collect::<Vec<_>>()}))
        },
        "listPayinBalances" => |_, call| {
            let provider = &call.query["provider"];
            let balances = ["USD", "EUR"]
                .map(|currency| json!({"provider": provider, "currency": currency, "amount": "0"}));
            Ok(json!({"items": balances}))
        },
        "listPayinOptions" => |state, call| Ok(example(state, call, &json!({}))),
        _ => return None,
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let network = wallet(state, call)?["network"].clone();
    let mut data = json!({"executionStatus": "AwaitingTransfer"});
    if call.body["provider"] == "Borderless" {
        check_quote(state, call)?;
        data = call.body.clone();
        data["executionStatus"] = "AwaitingDeposit".into();
        data["asset"] = asset_name(&call.body["asset"]);
    } else if let Some(recipient) = recipient(state, call.body) {
        data["recipientAddressId"] = recipient["recipientAddressId"].clone();
    }
    let known = json!({"network": network, "status": "Processing", "data": data});
    PAYIN.create(state, call, known)
}

/// A quote that the body names is used once, while it is good.
fn check_quote(state: &State, call: &Call<'_>) -> Result<(), Refusal> {
    let Some(id) = call.body["quoteId"].as_str() else {
        return Ok(());
    };
    let quote = (PAYIN_QUOTES.all)(state).get(id)?;
    if (PAYIN.all)(state).find("/data/quoteId", id).is_some() {
        return Err(Refusal::bad_request("the quote has been used"));
    }
    let expires = quote["dateExpires"].as_str().and_then(parse);
    if expires.is_none_or(|expires| expires <= call.now) {
        return Err(Refusal::bad_request("the quote has expired"));
    }
    let names = ["walletId", "amount", "currency", "asset"];
    match names
        .iter()
        .find(|name| quote["requestBody"][**name] != call.body[**name])
    {
        None => Ok(()),
        Some(name) => {
            Err(Refusal::bad_request("the quote is for another payin").with("property", *name))
        }
    }
}

fn quote(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let network = wallet(state, call)?["network"].clone();
    let id = state.random.id(PAYIN_QUOTES.prefix);
    let expires = iso(call.now.saturating_add(QUOTED));
    let kept = json!({"id": id, "dateExpires": expires, "requestBody": call.body});
    (PAYIN_QUOTES.all_mut)(state).add(kept)?;
    // One for one: no market is behind it.
    let amount = call.body["amount"]
        .as_str()
        .and_then(|text| text.parse::<f64>().ok());
    let amount = amount
        .filter(|amount| amount.is_finite())
        .unwrap_or_default();
    let offer =
        json!({"quoteId": id, "dateExpires": expires, "offer": {"amount": amount, "fees": 0}});
    Ok(json!({
        "provider": call.body["provider"],
        "currency": call.body["currency"],
        "network": network,
        "tid": asset_name(&call.body["asset"]),
        "timestamp": iso(call.now),
        "quotes": [offer],
    }))
}

fn asset_name(asset: &Value) -> Value {
    asset.get("contract").unwrap_or(&asset["mint"]).clone()
}

/// A wallet becomes a recipient of a currency after a while.
fn create_recipient(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    wallet(state, call)?;
    if recipient(state, call.body).is_none() {
        let id = state.random.id(PAYIN_RECIPIENTS.prefix);
        let recipient = json!({
            "id": id,
            "provider": call.body["provider"],
            "walletId": call.body["walletId"],
            "currency": call.body["currency"],
            "recipientAddressId": state.random.id("ra"),
            "dateCreated": iso(call.now),
        });
        (PAYIN_RECIPIENTS.all_mut)(state).add(recipient)?;
    }
    Ok(show_recipient(state, call.body, call.now))
}

fn get_recipient(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    state
        .wallets
        .get(call.query["walletId"].as_str().unwrap_or_default())?;
    Ok(show_recipient(state, call.query, call.now))
}

fn recipient<'a>(state: &'a State, asked: &Value) -> Option<&'a Value> {
    let wallet = asked["walletId"].as_str().unwrap_or_default();
    let mut own = (PAYIN_RECIPIENTS.all)(state).all_with("/walletId", wallet);
    own.find(|r| r["currency"] == asked["currency"] && r["provider"] == asked["provider"])
}

fn show_recipient(state: &State, asked: &Value, now: Millis) -> Value {
    let mut shown = json!({
        "provider": asked["provider"], "walletId": asked["walletId"], "currency": asked["currency"],
        "status": "NotRegistered",
    });
    if let Some(recipient) = recipient(state, asked) {
        let done = is_done(&recipient["dateCreated"], now);
        shown["status"] = if done {
            "Active"
        } else {
            "PendingVerification"
        }
        .into();
        shown["recipientAddressId"] = recipient["recipientAddressId"].clone();
    }
    shown
}

/// The accounts are the provider's: one is known from when an asset is registered with it.
fn register_asset(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let address = wallet(state, call)?["address"].as_str().unwrap_or_default();
    let asset = json!({"asset": asset_name(&call.body["asset"]), "address": address});
    let id = call.body["borderlessAccountId"]
        .as_str()
        .unwrap_or_default();
    let accounts = (PAYIN_ACCOUNTS.all_mut)(state);
    let Some(account) = accounts.find_mut("/accountId", id) else {
        return accounts.add(json!({"accountId": id, "assets": [asset]}));
    };
    if let Some(assets) = account["assets"].as_array_mut() {
        assets.retain(|other| other["asset"] != asset["asset"]);
        if assets.len() >= MOST_ASSETS {
            let message = format!("an account has at most {MOST_ASSETS} assets");
            return Err(Refusal::new(402, message));
        }
        assets.push(asset);
    }
    Ok(account.clone())
}

/// Completed some time after it was asked for.
fn progressed(state: &State, payin: &Value, now: Millis) -> Value {
    let mut shown = payin.clone();
    if payin["status"] == "Processing" && is_done(&payin["dateCreated"], now) {
        let date = date_done(&payin["dateCreated"]);
        let mut random = Random::of(state.seed, payin["id"].as_str().unwrap_or_default());
        shown["status"] = "Completed".into();
        shown["dateFinalized"] = date.into();
        shown["data"]["executionStatus"] = "Completed".into();
        shown["data"]["transactionHash"] = format!("0x{}", random.hex(32)).into();
    }
    shown
}
