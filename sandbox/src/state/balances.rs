use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::address::spellings;
use super::native_asset::{NativeAsset, amount};
use super::progress::{fee, status};
use super::{Call, Handler, State, offers};
use crate::clock::Millis;
use crate::random::Random;
use crate::refusal::Refusal;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "getWalletAssets" => assets,
        "getWalletNfts" => nfts,
        _ => return None,
    })
}

/// What a wallet has of its network's native asset, in its smallest unit.
pub(super) struct Balance {
    /// By what is confirmed.
    pub(super) confirmed: u128,
    /// The same without what is on its way out.
    pub(super) available: u128,
}

impl Balance {
    /// It begins with an amount of the sandbox's invention, and changes with the transfers between its wallets and out
    /// of them. `except` names one that does not count.
    pub(super) fn of(state: &State, wallet: &Value, except: &str, now: Millis) -> Self {
        let (mut gained, mut spent, mut leaving) = (invented(state.seed, wallet), 0_u128, 0_u128);
        for transfer in moves(state, wallet).values() {
            let body = &transfer["requestBody"];
            if body["kind"] != "Native" || transfer["id"] == except {
                continue;
            }
            let value = amount(body["amount"].as_str().unwrap_or_default());
            let status = status(state, transfer, now);
            let goes_out = transfer["walletId"] == wallet["id"];
            let comes_in = !goes_out || is_to(transfer, wallet);
            if goes_out && status == "Confirmed" {
                let kept = if offers::is_returned(state, transfer, now) {
                    0
                } else {
                    value
                };
                spent = spent.saturating_add(kept.saturating_add(cost(state, transfer)));
            } else if goes_out && is_under_way(transfer, status) {
                leaving = leaving.saturating_add(value.saturating_add(cost(state, transfer)));
            }
            if comes_in && status == "Confirmed" && offers::is_received(state, transfer, now) {
                gained = gained.saturating_add(value);
            }
        }
        let confirmed = gained.saturating_sub(spent);
        Self {
            confirmed,
            available: confirmed.saturating_sub(leaving),
        }
    }
}

/// Why a transfer cannot be paid for, if it cannot.
pub(super) fn lacking(state: &State, transfer: &Value, now: Millis) -> Option<&'static str> {
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let wallet = state.wallets.get(&text(&transfer["walletId"])).ok()?;
    let body = &transfer["requestBody"];
    let wanted = if body["kind"] == "Native" {
        amount(&text(&body["amount"])).saturating_add(cost(state, transfer))
    } else {
        return None;
    };
    let balance = Balance::of(state, wallet, &text(&transfer["id"]), now);
    (wanted > balance.available).then_some("the balance is too low")
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

/// Whether a transfer is to that wallet.
pub(super) fn is_to(transfer: &Value, wallet: &Value) -> bool {
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let spellings = spellings(&text(&wallet["network"]), &text(&wallet["address"]));
    transfer["network"] == wallet["network"]
        && spellings.contains(&text(&transfer["requestBody"]["to"]))
}

/// A wallet's fee; a sponsor pays for itself.
fn cost(state: &State, transfer: &Value) -> u128 {
    if transfer["requestBody"].get("feeSponsorId").is_some() {
        0
    } else {
        fee(state.seed, transfer).into()
    }
}

/// Whether it was let go, and has not ended.
fn is_under_way(transfer: &Value, status: &str) -> bool {
    let waits =
        transfer.get("approvalId").is_some() && transfer.get("datePolicyResolved").is_none();
    ["Pending", "Broadcasted"].contains(&status) && !waits
}

/// From ten to a thousand of its asset; the same for the same seed and wallet.
fn invented(seed: u64, wallet: &Value) -> u128 {
    let whole = NativeAsset::of(wallet["network"].as_str().unwrap_or_default()).whole();
    let id = wallet["id"].as_str().unwrap_or_default();
    let hundredths = Random::of(seed, &format!("balance {id}")).between(1000, 100_000);
    u128::from(hundredths).saturating_mul(whole / 100)
}

fn assets(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let wallet = state.wallets.get(call.id())?;
    let native = NativeAsset::of(wallet["network"].as_str().unwrap_or_default());
    let balance = Balance::of(state, wallet, "", call.now).confirmed;
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
