use serde_json::{Value, json};

use super::resource::{Resource, amount, completed, example};
use super::resources::{ALLOCATION_ACTIONS, ALLOCATIONS};
use super::{Call, Handler, State, fee_sponsors};
use crate::clock::{Millis, iso};
use crate::refusal::Refusal;

const ALLOCATION: Resource = Resource {
    shown: summed_up,
    ..ALLOCATIONS
};
const ACTION: Resource = Resource {
    shown: completed,
    ..ALLOCATION_ACTIONS
};

pub(super) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "createAllocation" => create,
        "getAllocation" => |state, call| {
            let allocation = ALLOCATION.get(state, call)?;
            Ok(with_actions(state, allocation, call.now))
        },
        // The description knows no other protocol in a list.
        "listAllocations" => {
            |state, call| ALLOCATION.list_those(state, call, |item| item["protocol"] == "0fns")
        }
        "createAllocationAction" => act,
        "listAllocationActions" => |state, call| ACTION.list(state, call),
        "createAllocationQuote" => quote,
        "cancel0fnsOrderPlacement" => cancel,
        "getAllocationsInfo" => |state, call| Ok(example(state, call, &json!({}))),
        _ => return None,
    })
}

/// The wallet that the body names.
pub(super) fn wallet<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Value, Refusal> {
    let id = call.body["walletId"].as_str().unwrap_or_default();
    state.wallets.get(id)
}

/// An asset on a network, of which nothing is known: so it has no decimals.
pub(super) fn with_metadata(asset: &Value, network: &Value) -> Value {
    let mut asset = asset.clone();
    asset["metadata"] = json!({"network": network, "decimals": 0});
    asset
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let network = wallet(state, call)?["network"].clone();
    moved(call.body, "Deposit")?;
    fee_sponsors::check(state, call.body)?;
    (ACTION.all)(state).check_external_id(&call.body["externalId"], "")?;
    // Which contract the other protocols yield is not said: the generator chooses one.
    let mut asset = call.body.get("targetAsset").cloned();
    let asset = asset.get_or_insert_with(|| json!({"kind": "Erc20"}));
    asset["amount"] = "0".into();
    let asset = with_metadata(asset, &network);
    let known = json!({"amount": asset, "rewards": asset});
    let allocation = ALLOCATION.create(state, call, known)?;
    add_action(state, call, &allocation["id"], "Deposit")?;
    let made = (ALLOCATION.all)(state).get(allocation["id"].as_str().unwrap_or_default())?;
    Ok(with_actions(
        state,
        summed_up(state, made, call.now),
        call.now,
    ))
}

fn act(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let allocation = ALLOCATION.get(state, call)?;
    let kind = call.body["kind"].as_str().unwrap_or_default();
    if (allocation["protocol"] == "0fns") != call.body.get("sourceAsset").is_some() {
        return Err(Refusal::bad_request(
            "the allocation's protocol takes another body",
        ));
    }
    let moved = moved(call.body, kind)?;
    fee_sponsors::check(state, call.body)?;
    let held = amount(&allocation["amount"]["amount"])?;
    if kind == "Withdraw" && moved > held {
        return Err(
            Refusal::bad_request("more than is allocated").with("allocated", held.to_string())
        );
    }
    (ACTION.all)(state).check_external_id(&call.body["externalId"], "")?;
    add_action(state, call, &allocation["id"], kind)?;
    let allocation = ALLOCATION.get(state, call)?;
    Ok(with_actions(state, allocation, call.now))
}

fn add_action(
    state: &mut State,
    call: &Call<'_>,
    allocation_id: &Value,
    kind: &str,
) -> Result<Value, Refusal> {
    let mut action = json!({
        "allocationId": allocation_id,
        "kind": kind,
        "status": "InProgress",
        "requestBody": call.body,
    });
    for name in ["externalId", "feeSponsorId"] {
        super::wallets::set(&mut action, name, &call.body[name]);
    }
    ACTION.add_named(state, call, "AllocationAction", action)
}

fn quote(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    let network = wallet(state, call)?["network"].clone();
    // One for one: no market is behind it.
    let mut target = call.body["targetAsset"].clone();
    target["amount"] = call.body["sourceAsset"]["amount"].clone();
    Ok(json!({
        "walletId": call.body["walletId"],
        "protocol": call.body["protocol"],
        "kind": call.body["kind"],
        "sourceAsset": with_metadata(&call.body["sourceAsset"], &network),
        "targetAsset": with_metadata(&target, &network),
        "estFillTime": 10,
        "dateCreated": iso(call.now),
    }))
}

/// Only an order that has not been filled can be cancelled.
fn cancel(state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
    fee_sponsors::check(state, call.body)?;
    let id = call.body["allocationActionId"].as_str().unwrap_or_default();
    let action = (ACTION.all)(state).get(id)?;
    let action = completed(state, action, call.now);
    if action["status"] != "InProgress" || action["requestBody"].get("sourceAsset").is_none() {
        return Err(Refusal::bad_request("there is no order left to cancel"));
    }
    let action = (ACTION.all_mut)(state).get_mut(id)?;
    action["status"] = "Failed".into();
    action["failureReason"] = "the order was cancelled".into();
    Ok(json!({"transactionId": state.random.id("tx")}))
}

/// How much of the allocated asset a body moves.
fn moved(body: &Value, kind: &str) -> Result<u128, Refusal> {
    let side = if kind == "Deposit" {
        "targetAsset"
    } else {
        "sourceAsset"
    };
    amount(body.get("amount").unwrap_or(&body[side]["amount"]))
}

/// An allocation holds what its actions have put there.
fn summed_up(state: &State, allocation: &Value, _: Millis) -> Value {
    let mut shown = allocation.clone();
    super::wallets::set(&mut shown, "actions", &Value::Null);
    let id = allocation["id"].as_str().unwrap_or_default();
    let actions = (ACTION.all)(state).all_with("/allocationId", id);
    let held =
        actions
            .filter(|action| action["status"] != "Failed")
            .fold(0_u128, |held, action| {
                let kind = action["kind"].as_str().unwrap_or_default();
                let moved = moved(&action["requestBody"], kind).unwrap_or_default();
                if kind == "Deposit" {
                    held.saturating_add(moved)
                } else {
                    held.saturating_sub(moved)
                }
            });
    shown["amount"]["amount"] = held.to_string().into();
    shown
}

fn with_actions(state: &State, mut allocation: Value, now: Millis) -> Value {
    let id = allocation["id"].as_str().unwrap_or_default();
    let actions = (ACTION.all)(state).all_with("/allocationId", id);
    let actions: Vec<_> = actions.map(|a| completed(state, a, now)).collect();
    allocation["actions"] = Value::Array(actions);
    allocation
}
