use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::{is_to, normal};
use super::native_asset::{NativeAsset, amount};
use super::progress::{fee, is_under_way, status};
use super::{Row, State, offers};
use crate::clock::Millis;
use crate::random::Random;
use crate::refusal::Refusal;

/// What a wallet has of its network's native asset, in its smallest unit. It begins with an amount of the sandbox's
/// invention, and changes with the transfers out of it and to it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Account {
    wallet_id: String,
    /// By the transfers that nothing changes any more.
    settled: u128,
    /// The ids of all others.
    open: Vec<String>,
}

/// What there is of it at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Balance {
    /// By what is confirmed.
    pub(super) confirmed: u128,
    /// The same without what is on its way out.
    pub(super) available: u128,
}

/// What a transfer does to a balance at a time.
#[derive(Default)]
struct Effect {
    gained: u128,
    spent: u128,
    leaving: u128,
    /// It stays so.
    is_final: bool,
}

impl Row for Account {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "walletId").then_some(&self.wallet_id)
    }
}

/// From now on a transfer counts, for its sender and for the wallets here that have the receiver's address.
pub(super) fn open(state: &mut State, transfer: &Value) -> Result<(), Refusal> {
    let body = &transfer["requestBody"];
    if body["kind"] != "Native" {
        return Ok(());
    }
    let sender = text(&transfer["walletId"]);
    let to = normal(text(&transfer["network"]), text(&body["to"]));
    let receivers = state.wallets.all_with("/address", &to);
    let receivers = receivers.filter(|wallet| is_to(transfer, wallet));
    let receivers = receivers.map(|wallet| text(&wallet["id"]).to_owned());
    let receivers: Vec<_> = receivers.filter(|receiver| receiver != sender).collect();
    for wallet_id in receivers.into_iter().chain([sender.to_owned()]) {
        let account = account(state, &wallet_id)?;
        account.open.push(text(&transfer["id"]).to_owned());
    }
    Ok(())
}

/// What a wallet has now.
pub(super) fn balance(state: &mut State, wallet_id: &str, now: Millis) -> Result<Balance, Refusal> {
    let (settled, open) = match state.balances.find("walletId", wallet_id) {
        Some(account) => (account.settled, account.open.clone()),
        None => (account(state, wallet_id)?.settled, Vec::new()),
    };
    let (mut ended, mut open_ones) = (Effect::default(), Effect::default());
    let mut left = Vec::new();
    let wallet = state.wallets.get(wallet_id)?;
    for id in open {
        let Some(transfer) = state.transfers.find("/id", &id) else {
            continue;
        };
        let effect = effect(state, wallet, transfer, now);
        let sum = if effect.is_final {
            &mut ended
        } else {
            &mut open_ones
        };
        sum.gained = sum.gained.saturating_add(effect.gained);
        sum.spent = sum.spent.saturating_add(effect.spent);
        sum.leaving = sum.leaving.saturating_add(effect.leaving);
        sum.is_final = effect.is_final;
        if !effect.is_final {
            left.push(id);
        }
    }
    let settled = settled.saturating_add(ended.gained);
    let settled = settled.saturating_sub(ended.spent);
    if ended.is_final {
        let account = account(state, wallet_id)?;
        account.settled = settled;
        account.open = left;
    }
    let confirmed = settled.saturating_add(open_ones.gained);
    let confirmed = confirmed.saturating_sub(open_ones.spent);
    Ok(Balance {
        confirmed,
        available: confirmed.saturating_sub(open_ones.leaving),
    })
}

/// Why a transfer cannot be paid for, if it cannot.
pub(super) fn lacking(
    state: &mut State,
    transfer: &Value,
    now: Millis,
) -> Result<Option<&'static str>, Refusal> {
    let body = &transfer["requestBody"];
    if body["kind"] != "Native" {
        return Ok(None);
    }
    let wanted = amount(text(&body["amount"])).saturating_add(cost(state, transfer));
    let balance = balance(state, text(&transfer["walletId"]), now)?;
    Ok((wanted > balance.available).then_some("the balance is too low"))
}

fn account<'a>(state: &'a mut State, wallet_id: &str) -> Result<&'a mut Account, Refusal> {
    if state.balances.find("walletId", wallet_id).is_none() {
        let wallet = state.wallets.get(wallet_id)?;
        let account = Account {
            wallet_id: wallet_id.to_owned(),
            settled: invented(state.seed, wallet),
            open: Vec::new(),
        };
        state.balances.add(account);
    }
    let account = state.balances.find_mut("walletId", wallet_id);
    account.ok_or_else(|| state.wallets.unknown(wallet_id))
}

fn effect(state: &State, wallet: &Value, transfer: &Value, now: Millis) -> Effect {
    let value = amount(text(&transfer["requestBody"]["amount"]));
    let cost = cost(state, transfer);
    let goes_out = transfer["walletId"] == wallet["id"];
    let comes_in = is_to(transfer, wallet);
    let status = status(state, transfer, now);
    let returned = offers::is_returned(state, transfer, now);
    let received = offers::is_received(state, transfer, now);
    match status {
        "Failed" | "Rejected" => Effect {
            is_final: true,
            ..Effect::default()
        },
        "Confirmed" => Effect {
            gained: if comes_in && received { value } else { 0 },
            spent: match (goes_out, returned) {
                (true, false) => value.saturating_add(cost),
                (true, true) => cost,
                (false, _) => 0,
            },
            leaving: 0,
            is_final: returned || received,
        },
        _ if goes_out && is_under_way(transfer) => Effect {
            leaving: value.saturating_add(cost),
            ..Effect::default()
        },
        _ => Effect::default(),
    }
}

/// A wallet's fee; a sponsor pays for itself.
fn cost(state: &State, transfer: &Value) -> u128 {
    if transfer["requestBody"].get("feeSponsorId").is_some() {
        0
    } else {
        fee(state.seed, transfer).into()
    }
}

/// From ten to a thousand of its asset; the same for the same seed and wallet.
fn invented(seed: u64, wallet: &Value) -> u128 {
    let whole = NativeAsset::of(text(&wallet["network"])).whole();
    let id = text(&wallet["id"]);
    let hundredths = Random::of(seed, &format!("balance {id}")).between(1000, 100_000);
    u128::from(hundredths).saturating_mul(whole / 100)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
