use serde_json::{Value, json};

use super::address::normal;
use super::balances::{is_to, moves};
use super::collection::page_of;
use super::native_asset::NativeAsset;
use super::progress::{confirmed, progressed, status};
use super::{Call, Handler, State, offers, wallets};
use crate::clock::{Millis, parse};
use crate::refusal::Refusal;

/// The sandbox's chains have a block that often.
const BLOCK: Millis = 12_000;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "getWalletHistory" => of_wallet,
        "listOrgWalletHistory" => of_org,
        _ => return None,
    })
}

/// The confirmed native transfers of a wallet.
fn of_wallet(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?;
    let mut events = Vec::new();
    for (number, transfer) in moves(state, wallet) {
        for (place, direction) in [(0, "Out"), (1, "In")] {
            if let Some(event) = event(state, transfer, wallet, direction, call.now) {
                events.push((2 * number + place, event));
            }
        }
    }
    let query = call.query;
    let is = |name: &str, value: &Value| query[name].is_null() || query[name] == *value;
    events.retain(|(_, event)| {
        is("direction", &event["direction"])
            && is("kind", &event["kind"])
            && is("contract", &Value::Null)
    });
    let mut page = page(call, &events)?;
    page["walletId"] = wallet["id"].clone();
    page["network"] = wallet["network"].clone();
    Ok(page)
}

/// The same of all wallets, in a time.
fn of_org(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let (start, end) = (time(call, "startTime")?, time(call, "endTime")?);
    let mut events = Vec::new();
    for (number, transfer) in state.transfers.numbered() {
        let within = |at: Millis| (start..=end).contains(&at);
        if !confirmed(state, transfer).is_some_and(within) {
            continue;
        }
        let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
        let sender = state.wallets.find("/id", &text(&transfer["walletId"]));
        let to = normal(
            &text(&transfer["network"]),
            &text(&transfer["requestBody"]["to"]),
        );
        let receiver = state.wallets.all_with("/address", &to);
        let receiver = receiver.filter(|wallet| is_to(transfer, wallet));
        let sender = sender.map(|wallet| (0, "Out", wallet));
        let receivers = receiver.map(|wallet| (1, "In", wallet));
        for (place, direction, wallet) in sender.into_iter().chain(receivers.take(1)) {
            if let Some(event) = event(state, transfer, wallet, direction, call.now) {
                events.push((2 * number + place, row(&event)));
            }
        }
    }
    let mut page = page(call, &events)?;
    page["orgId"] = state.directory.org_id.clone().into();
    Ok(page)
}

/// What a wallet sees of a transfer in one direction, if it is confirmed and goes that way.
fn event(
    state: &State,
    transfer: &Value,
    wallet: &Value,
    direction: &str,
    now: Millis,
) -> Option<Value> {
    let body = &transfer["requestBody"];
    let concerns = if direction == "Out" {
        transfer["walletId"] == wallet["id"]
    } else {
        is_to(transfer, wallet) && offers::is_received(state, transfer, now)
    };
    if !concerns || body["kind"] != "Native" || status(state, transfer, now) != "Confirmed" {
        return None;
    }
    let transfer = progressed(state, transfer, now);
    let native = NativeAsset::of(wallet["network"].as_str()?);
    let asset = json!({"symbol": native.symbol, "decimals": native.decimals});
    let sender = state.wallets.find("/id", transfer["walletId"].as_str()?)?;
    let mut event = json!({
        "walletId": wallet["id"],
        "direction": direction,
        "network": wallet["network"],
        "blockNumber": parse(transfer["dateConfirmed"].as_str()?)? / BLOCK,
        "txHash": transfer["txHash"],
        "timestamp": transfer["dateConfirmed"],
        "metadata": {"asset": asset, "fee": asset},
        "kind": "NativeTransfer",
        "from": sender["address"],
        "to": body["to"],
        "value": body["amount"],
        "fee": transfer["fee"],
        "symbol": native.symbol,
        "decimals": native.decimals,
    });
    wallets::set(&mut event, "memo", &body["memo"]);
    Some(event)
}

/// An event as the organisation's table has it.
fn row(event: &Value) -> Value {
    json!({
        "timestamp": event["timestamp"],
        "walletId": event["walletId"],
        "network": event["network"],
        "direction": event["direction"],
        "from": event["from"],
        "to": event["to"],
        "amount": event["value"],
        "asset": "Native",
        "symbol": event["symbol"],
        "decimals": event["decimals"].to_string(),
        "fee": event["fee"],
        "feeSymbol": event["symbol"],
        "feeDecimals": event["decimals"].to_string(),
        "txHash": event["txHash"],
    })
}

fn page(call: &Call<'_>, events: &[(usize, Value)]) -> Result<Value, Refusal> {
    let from = |start| {
        let events = events.iter().map(|(number, event)| (*number, event));
        events.filter(move |(number, _)| *number >= start)
    };
    page_of("event", call, from, Value::clone)
}

/// A time of the query: RFC 3339, or a day alone, at whose beginning it is.
fn time(call: &Call<'_>, name: &str) -> Result<Millis, Refusal> {
    let text = call.query[name].as_str().unwrap_or_default();
    parse(text)
        .or_else(|| parse(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| Refusal::bad_request(format!("{name} must be a date and time")))
}
