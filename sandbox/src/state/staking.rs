use serde_json::{Value, json};

use super::resource::{Resource, amount, completed, is_done};
use super::resources::{STAKE_ACTIONS, STAKES};
use super::wallets::set;
use super::{Call, Handler, State, allocations::wallet};
use crate::clock::Millis;
use crate::refusal::Refusal;

const STAKE: Resource = Resource {
    shown: with_actions,
    ..STAKES
};
const ACTION: Resource = Resource {
    shown: completed,
    ..STAKE_ACTIONS
};

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createStake" => create,
        "getStakes" => |state, call| STAKE.get(state, call),
        "listStakes" => |state, call| {
            let mut page = STAKE.list(state, call)?;
            for stake in page["items"].as_array_mut().into_iter().flatten() {
                set(stake, "actions", &Value::Null);
            }
            Ok(page)
        },
        "createStakeAction" => act,
        "listStakeActions" => |state, call| ACTION.list(state, call),
        "getStakeRewards" => |state, call| {
            let ethereum = STAKE.find(state, call)?["protocol"] == "Ethereum";
            let symbol = if ethereum { "ETH" } else { "IOTA" };
            Ok(json!({"symbol": symbol, "balance": "0"}))
        },
        _ => return None,
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    wallet(state, call)?;
    amount(&call.body["amount"])?;
    (ACTION.all)(state).check_external_id(&call.body["externalId"], "")?;
    let data = match call.body["protocol"].as_str() {
        Some("Iota") => json!({
            "kind": if call.body.get("lockedIotas").is_some() { "LockedIota" } else { "Iota" },
            "validator": call.body["validator"],
            "amount": call.body["amount"],
        }),
        // No validator is assigned yet.
        _ => Value::Null,
    };
    let known = json!({"status": "Staking", "data": data});
    let made = STAKES.create(state, call, known)?;
    add_action(state, call, &made["id"], "Stake")?;
    Ok(with_actions(state, &made, call.now))
}

fn act(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let current = STAKE.get(state, call)?;
    (ACTION.all)(state).check_external_id(&call.body["externalId"], "")?;
    if current["protocol"] != call.body["protocol"] {
        return Err(Refusal::bad_request("the stake is of another protocol")
            .with("expected", current["protocol"].clone()));
    }
    if current["status"] != "Active" {
        return Err(
            Refusal::bad_request("the stake is not active").with("seen", current["status"].clone())
        );
    }
    let withdrawn = call.body["kind"] == "Withdraw";
    if current["protocol"] == "Iota" {
        let staked = amount(&current["data"]["amount"])?;
        if amount(&call.body["amount"])? > staked && withdrawn {
            return Err(
                Refusal::bad_request("more than is staked").with("staked", staked.to_string())
            );
        }
    }
    add_action(
        state,
        call,
        &current["id"],
        if withdrawn { "Withdraw" } else { "Deposit" },
    )?;
    STAKE.get(state, call)
}

fn add_action(
    state: &mut State,
    call: &Call<'_>,
    stake_id: &Value,
    kind: &str,
) -> Result<Value, Refusal> {
    let action = json!({
        "stakeId": stake_id,
        "kind": kind,
        "status": "InProgress",
        "requestBody": call.body,
    });
    ACTION.add_named(state, call, "StakeAction", action)
}

/// A stake with what its actions have made of it.
fn with_actions(state: &State, made: &Value, now: Millis) -> Value {
    let mut shown = made.clone();
    let id = made["id"].as_str().unwrap_or_default();
    let actions = (ACTION.all)(state).all_with("/stakeId", id);
    let actions: Vec<_> = actions.map(|a| completed(state, a, now)).collect();
    if is_done(&made["dateCreated"], now) {
        shown["status"] = "Active".into();
    }
    let mut left = amount(&made["data"]["amount"]).unwrap_or_default();
    for action in actions.iter().filter(|action| action["kind"] != "Stake") {
        let moved = amount(&action["requestBody"]["amount"]).unwrap_or_default();
        let withdraws = action["kind"] == "Withdraw";
        left = if withdraws {
            left.saturating_sub(moved)
        } else {
            left.saturating_add(moved)
        };
        if withdraws && left == 0 {
            let over = action["status"] == "Completed";
            shown["status"] = if over { "Withdrawn" } else { "Withdrawing" }.into();
        }
    }
    if shown["data"].get("amount").is_some() {
        shown["data"]["amount"] = left.to_string().into();
    }
    shown["actions"] = Value::Array(actions);
    shown
}
