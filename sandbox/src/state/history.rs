use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::address::{is_to, normal, spellings};
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

/// The transfers out of a wallet and to it, by their numbers.
pub(super) fn moves<'a>(state: &'a State, wallet: &Value) -> BTreeMap<usize, &'a Value> {
    let text = |name: &str| wallet[name].as_str().unwrap_or_default();
    let (id, network) = (text("id"), text("network"));
    let mut all: BTreeMap<_, _> = state.transfers.numbered_with("/walletId", id).collect();
    for address in spellings(network, text("address")) {
        let incoming = state.transfers.numbered_with("/requestBody/to", &address);
        all.extend(incoming.filter(|(_, transfer)| transfer["network"] == network));
    }
    all
}

/// The confirmed native transfers of a wallet.
fn of_wallet(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?;
    let moves = moves(state, wallet);
    let is = |name: &str, value: &Value| call.query[name].is_null() || call.query[name] == *value;
    let events = |(number, transfer): (usize, &Value)| {
        let event = |(place, direction)| {
            let event = event(state, transfer, wallet, direction, call.now)?;
            let wanted = is("direction", &event["direction"])
                && is("kind", &event["kind"])
                && is("contract", &Value::Null);
            wanted.then_some((2 * number + place, event))
        };
        [(0, "Out"), (1, "In")].map(event).into_iter().flatten()
    };
    let from = |start: usize| {
        let moves = moves.range(start / 2..);
        let moves = moves.map(|(number, transfer)| (*number, *transfer));
        moves
            .flat_map(events)
            .filter(move |(number, _)| *number >= start)
    };
    let mut page = page_of("event", call, from, |event| event)?;
    page["walletId"] = wallet["id"].clone();
    page["network"] = wallet["network"].clone();
    Ok(page)
}

/// The same of all wallets, in a time.
fn of_org(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let (start, end) = (time(call, "startTime")?, time(call, "endTime")?);
    let within =
        |transfer: &Value| confirmed(state, transfer).is_some_and(|at| (start..=end).contains(&at));
    let events = |(number, transfer): (usize, &Value)| {
        let sender = state.wallets.find("/id", text(&transfer["walletId"]));
        let to = normal(
            text(&transfer["network"]),
            text(&transfer["requestBody"]["to"]),
        );
        let mut receivers = state.wallets.all_with("/address", &to);
        let receiver = receivers.find(|wallet| is_to(transfer, wallet));
        let event = |(place, direction, wallet): (usize, &str, Option<&Value>)| {
            let event = event(state, transfer, wallet?, direction, call.now)?;
            Some((2 * number + place, row(&event)))
        };
        [(0, "Out", sender), (1, "In", receiver)]
            .map(event)
            .into_iter()
            .flatten()
    };
    let from = |start: usize| {
        let moves = state.transfers.numbered_from(start / 2);
        let moves = moves.filter(|(_, transfer)| within(transfer));
        moves
            .flat_map(events)
            .filter(move |(number, _)| *number >= start)
    };
    let mut page = page_of("event", call, from, |event| event)?;
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

/// A time of the query: RFC 3339, or a day alone, at whose beginning it is.
fn time(call: &Call<'_>, name: &str) -> Result<Millis, Refusal> {
    let text = call.query[name].as_str().unwrap_or_default();
    parse(text)
        .or_else(|| parse(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| Refusal::bad_request(format!("{name} must be a date and time")))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
