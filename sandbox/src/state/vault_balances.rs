use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::collection::page_of;
use super::resource::amount;
use super::resources::{VAULT_LOCKS, VAULT_TRANSFERS, VAULTS};
use super::wallets::set;
use super::{Call, Handler, State};
use crate::random::Random;
use crate::refusal::Refusal;

/// What every vault has of every asset. No chain is behind it, so it is the sandbox's own choice.
const FUNDS: u128 = 1_000_000_000_000_000_000_000_000;

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "listVaultAssets" => list_assets,
        "listVaultBalances" => list_balances,
        "listVaultHistory" => list_history,
        _ => return None,
    })
}

/// Refuses more than a vault has left.
pub(super) fn check_available(
    state: &State,
    vault_id: &str,
    network: &Value,
    tid: &Value,
    wanted: u128,
) -> Result<(), Refusal> {
    (VAULTS.all)(state).get(vault_id)?;
    let spent = spent(state, vault_id).into_iter();
    let spent = spent.filter(|entry| entry["network"] == *network && entry["tid"] == *tid);
    let spent = spent.fold(0_u128, |sum, entry| {
        sum.saturating_add(amount(&entry["amount"]).unwrap_or_default())
    });
    let available = FUNDS.saturating_sub(spent);
    if wanted <= available {
        return Ok(());
    }
    Err(Refusal::bad_request("the available balance is too small")
        .with("available", available.to_string()))
}

/// The entries that lessen what a vault has available: its locks, and its transfers unless they failed.
fn spent(state: &State, vault_id: &str) -> Vec<Value> {
    let entry = |kind: &str, name: &str, item: &Value| {
        let id = item["id"].as_str().unwrap_or_default();
        let mut entry = json!({
            "id": Random::of(state.seed, id).id("vb"), "kind": kind, "network": item["network"],
            "tid": item["tid"], "amount": item["amount"],
        });
        entry[name] = id.into();
        entry
    };
    let locks = (VAULT_LOCKS.all)(state).all_with("/vaultId", vault_id);
    let locks = locks.filter(|lock| lock.get("dateDeleted").is_none());
    let transfers = (VAULT_TRANSFERS.all)(state).all_with("/vaultId", vault_id);
    let transfers = transfers.filter(|transfer| {
        let id = transfer["id"].as_str().unwrap_or_default();
        let request = state.transfers.get(id);
        request.is_ok_and(|r| r["status"] != "Failed" && r["status"] != "Rejected")
    });
    locks
        .map(|lock| entry("Locked", "lockId", lock))
        .chain(transfers.map(|transfer| entry("Outgoing", "transferId", transfer)))
        .collect()
}

/// What has been used of each asset of a vault: locked, and transferred.
fn used(state: &State, vault_id: &str) -> BTreeMap<[String; 2], [u128; 2]> {
    let mut used = BTreeMap::<_, [u128; 2]>::new();
    let locks = (VAULT_LOCKS.all)(state).all_with("/vaultId", vault_id);
    let field = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    for lock in locks {
        used.entry(["network", "tid"].map(|name| field(lock, name)))
            .or_default();
    }
    for entry in spent(state, vault_id) {
        let sums = used
            .entry(["network", "tid"].map(|name| field(&entry, name)))
            .or_default();
        let [locked, outgoing] = sums;
        let sum = if entry["kind"] == "Locked" {
            locked
        } else {
            outgoing
        };
        *sum = sum.saturating_add(amount(&entry["amount"]).unwrap_or_default());
    }
    used
}

/// The assets of a vault that were ever locked or transferred: of others nothing is known.
fn list_assets(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    VAULTS.find(state, call)?;
    let of_network = |network: &String| call.query["network"].as_str().is_none_or(|n| n == network);
    let assets = used(state, call.id()).into_iter();
    let assets = assets.filter(|([network, _], _)| of_network(network));
    let items: Vec<_> = assets
        .map(|([network, tid], [locked, outgoing])| {
            let available = FUNDS.saturating_sub(locked).saturating_sub(outgoing);
            json!({
                "kind": "Native", "network": network, "tid": tid, "decimals": 0,
                "availableBalance": available.to_string(), "quarantinedBalance": "0",
                "lockedBalance": locked.to_string(),
            })
        })
        .collect();
    let worth = json!({"available": {}, "quarantined": {}, "locked": {}, "total": {}});
    Ok(json!({"items": items, "netWorth": worth}))
}

fn list_balances(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    VAULTS.find(state, call)?;
    let available = used(state, call.id()).into_iter().map(|([network, tid], sums)| {
        let left = sums.iter().fold(FUNDS, |left, sum| left.saturating_sub(*sum));
        let name = format!("{}{network}{tid}", call.id());
        json!({
            "id": Random::of(state.seed, &name).id("vb"), "kind": "Available", "network": network,
            "tid": tid, "amount": left.to_string(),
        })
    });
    let entries = available.chain(spent(state, call.id()));
    page(call, entries.collect(), ["kind", "network", "tid"])
}

/// What happened in a vault, oldest first.
fn list_history(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    VAULTS.find(state, call)?;
    let event = |kind: &str, item: &Value, date: &Value| {
        let id = item["id"].as_str().unwrap_or_default();
        let mut event = json!({
            "id": Random::of(state.seed, &format!("{kind}{id}")).id("vh"), "vaultId": call.id(), "kind": kind,
            "timestamp": date, "network": item["network"], "tid": item["tid"], "amount": item["amount"],
        });
        set(&mut event, "walletId", &item["walletId"]);
        event
    };
    let mut events = Vec::new();
    for lock in (VAULT_LOCKS.all)(state).all_with("/vaultId", call.id()) {
        events.push(event("LockCreated", lock, &lock["dateCreated"]));
        if let Some(deleted) = lock.get("dateDeleted") {
            events.push(event("LockDeleted", lock, deleted));
        }
    }
    for transfer in (VAULT_TRANSFERS.all)(state).all_with("/vaultId", call.id()) {
        events.push(event(
            "OutgoingTransfer",
            transfer,
            &transfer["dateCreated"],
        ));
    }
    events.sort_by(|a, b| a["timestamp"].as_str().cmp(&b["timestamp"].as_str()));
    page(call, events, ["kind", "network", "tid"])
}

/// A page of what follows from other things, filtered by these properties.
fn page(call: &Call<'_>, mut items: Vec<Value>, filters: [&str; 3]) -> Result<Value, Refusal> {
    items.retain(|item| {
        filters.iter().all(|name| match &call.query[*name] {
            Value::Null => true,
            Value::Array(options) => options.contains(&item[*name]),
            one => *one == item[*name],
        })
    });
    let from = |start| items.iter().enumerate().skip(start);
    page_of(call.operation, call, from, Value::clone)
}
