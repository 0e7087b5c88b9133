use serde_json::{Value, json};

use super::address::is_to;
use super::collection::page_of;
use super::history::moves;
use super::progress::{progressed, status};
use super::requested::Requested::Transaction;
use super::{Call, Handler, State, wallets};
use crate::clock::{Millis, iso, parse};
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "listOffers" => list,
        "getOffer" => |state, call| {
            let (transfer, wallet) = offered(state, call)?;
            Ok(show(state, &transfer, &wallet, call.now))
        },
        "acceptOffer" => |state, call| settle(state, call, "Accepted"),
        "rejectOffer" => |state, call| settle(state, call, "Rejected"),
        _ => return None,
    })
}

/// Whether the value of a confirmed transfer is its receiver's: what was offered has to be accepted.
pub(super) fn is_received(state: &State, transfer: &Value, now: Millis) -> bool {
    !is_offer(transfer) || outcome(state, transfer, now) == "Accepted"
}

/// Whether it is its sender's again.
pub(super) fn is_returned(state: &State, transfer: &Value, now: Millis) -> bool {
    is_offer(transfer) && ["Rejected", "Expired"].contains(&outcome(state, transfer, now))
}

/// A transfer that its sender made so, of a native asset; an offer once it is confirmed.
fn is_offer(transfer: &Value) -> bool {
    transfer["requestBody"]["offer"] == true && transfer["requestBody"]["kind"] == "Native"
}

fn is_made(state: &State, transfer: &Value, now: Millis) -> bool {
    is_offer(transfer) && status(state, transfer, now) == "Confirmed"
}

fn outcome<'a>(state: &'a State, transfer: &Value, now: Millis) -> &'a str {
    if let Some(settled) = state.offers.find("/id", &id(transfer)) {
        return settled["status"].as_str().unwrap_or_default();
    }
    let expires = transfer["requestBody"]["expiresAt"].as_str();
    if expires.and_then(parse).is_some_and(|at| now >= at) {
        "Expired"
    } else {
        "Pending"
    }
}

/// An offer has its transfer's id with another beginning.
fn id(transfer: &Value) -> String {
    let id = transfer["id"].as_str().unwrap_or_default();
    id.replacen("xfr-", "offer-", 1)
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?;
    let all = moves(state, wallet);
    let from = |start| {
        let made = |transfer: &Value| is_made(state, transfer, call.now);
        let all = all
            .range(start..)
            .map(|(number, transfer)| (*number, *transfer));
        all.filter(move |(_, transfer)| made(transfer))
    };
    page_of("offer", call, from, |transfer| {
        show(state, transfer, wallet, call.now)
    })
}

/// The transfer that an offer is, and the wallet that is asked about it.
fn offered(state: &State, call: &Call<'_>) -> Result<(Value, Value), Refusal> {
    let wallet = state.wallets.get(call.id())?;
    let transfer = call.second_id().replacen("offer-", "xfr-", 1);
    let transfer = state.transfers.find("/id", &transfer).filter(|transfer| {
        let concerns = transfer["walletId"] == wallet["id"] || is_to(transfer, wallet);
        concerns && is_made(state, transfer, call.now)
    });
    let transfer = transfer.ok_or_else(|| state.offers.unknown(call.second_id()))?;
    Ok((transfer.clone(), wallet.clone()))
}

fn show(state: &State, transfer: &Value, wallet: &Value, now: Millis) -> Value {
    let transfer = progressed(state, transfer, now);
    let sender = transfer["walletId"].as_str().unwrap_or_default();
    let sender = state.wallets.find("/id", sender);
    let body = &transfer["requestBody"];
    let mut offer = json!({
        "id": id(&transfer),
        "orgId": state.directory.org_id,
        "walletId": wallet["id"],
        "network": transfer["network"],
        "kind": "Native",
        "metadata": transfer["metadata"],
        "txHash": transfer["txHash"],
        "status": outcome(state, &transfer, now),
        "from": sender.map_or("", |wallet| wallet["address"].as_str().unwrap_or_default()),
        "to": body["to"],
        "value": body["amount"],
        "timestamp": transfer["dateConfirmed"],
    });
    for name in ["memo", "expiresAt"] {
        wallets::set(&mut offer, name, &body[name]);
    }
    if let Some(settled) = state.offers.find("/id", &id(&transfer)) {
        for name in ["dateSettled", "settlementTransactionId"] {
            wallets::set(&mut offer, name, &settled[name]);
        }
    }
    offer
}

/// Its receiver says what becomes of an offer, by a transaction.
fn settle(state: &mut State, call: &Call<'_>, status: &str) -> Result<Value, Refusal> {
    let (transfer, wallet) = offered(state, call)?;
    if !is_to(&transfer, &wallet) {
        return Err(Refusal::bad_request("the offer is not to this wallet"));
    }
    let before = outcome(state, &transfer, call.now);
    if before != "Pending" {
        return Err(Refusal::bad_request("the offer is not pending").with("status", before));
    }
    let hash = progressed(state, &transfer, call.now)["txHash"].clone();
    let decision = status.trim_end_matches("ed");
    let mut made = Transaction.new_of(state, call, "tx")?;
    made["requestBody"] = json!({"kind": "SettleOffer", "txHash": hash, "decision": decision});
    made["network"] = wallet["network"].clone();
    let made = state.transactions.add(made)?;
    state.offers.add(json!({
        "id": id(&transfer),
        "status": status,
        "dateSettled": iso(call.now),
        "settlementTransactionId": made["id"],
    }))?;
    Ok(show(state, &transfer, &wallet, call.now))
}
