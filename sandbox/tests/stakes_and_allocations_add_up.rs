//! What is in a stake or an allocation follows from the actions on it.

use std::time::Duration;

use crate::support::{Client, Signer, id, valid, wallet};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

const TOKEN: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const YIELD: &str = "0x866a2bf4e572cbcf37d5071a7a58503bfb36be1b";

#[test]
fn a_stake_holds_what_was_deposited_less_what_was_withdrawn() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({
        "protocol": "Iota", "walletId": wallet(&client, "Iota"), "validator": "0x1", "amount": "100", "externalId": "once",
    });
    let made = client
        .signed("POST", "/staking/stakes", Some(&body))
        .expect(200);
    let made = valid("createStake", made);
    assert_eq!(
        (&made["status"], &made["data"]["amount"]),
        (&json!("Staking"), &json!("100"))
    );
    assert_eq!(made["actions"][0]["kind"], "Stake");
    let again = client.signed("POST", "/staking/stakes", Some(&body));
    let details = again.refused(409, "Conflicting stake action with same externalId");
    assert_eq!(details["duplicate"]["externalId"], "once");

    let path = format!("/staking/stakes/{}", id(&made));
    let act = |kind: &str, amount: &str| {
        let body = json!({"protocol": "Iota", "kind": kind, "amount": amount});
        client.signed("POST", &format!("{path}/actions"), Some(&body))
    };
    act("Deposit", "1").refused(400, "the stake is not active");
    sandbox.advance(Duration::from_secs(30));
    act("Withdraw", "101").refused(400, "more than is staked");
    act("Deposit", "20").expect(200);
    let changed = valid("createStakeAction", act("Withdraw", "50").expect(200));
    assert_eq!(
        (&changed["status"], &changed["data"]["amount"]),
        (&json!("Active"), &json!("70"))
    );
    let left = act("Withdraw", "70").expect(200);
    assert_eq!(
        (&left["status"], &left["data"]["amount"]),
        (&json!("Withdrawing"), &json!("0"))
    );
    sandbox.advance(Duration::from_secs(30));
    assert_eq!(
        valid("getStakes", client.get(&path).expect(200))["status"],
        "Withdrawn"
    );
    let actions = client.get(&format!("{path}/actions?limit=3")).expect(200);
    let actions = valid("listStakeActions", actions);
    assert_eq!(actions["items"].as_array().unwrap().len(), 3);
    assert!(actions["nextPageToken"].is_string());
    assert_eq!(actions["items"][2]["status"], "Completed");
    let rewards = client.get(&format!("{path}/rewards")).expect(200);
    assert_eq!(valid("getStakeRewards", rewards)["symbol"], "IOTA");
}

#[test]
fn staked_ether_is_withdrawn_whole() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Ethereum");
    let body =
        json!({"protocol": "Ethereum", "walletId": wallet, "provider": "Figment", "amount": "32"});
    let made = client
        .signed("POST", "/staking/stakes", Some(&body))
        .expect(200);
    let path = format!("/staking/stakes/{}", id(&made));
    sandbox.advance(Duration::from_secs(30));
    let actions = format!("{path}/actions");
    let other = json!({"protocol": "Iota", "kind": "Withdraw", "amount": "1"});
    client
        .signed("POST", &actions, Some(&other))
        .refused(400, "the stake is of another protocol");
    let withdraw = json!({"protocol": "Ethereum", "kind": "Withdraw"});
    let withdrawn = client.signed("POST", &actions, Some(&withdraw)).expect(200);
    assert_eq!(withdrawn["status"], "Withdrawing");
    client
        .signed("POST", &actions, Some(&withdraw))
        .refused(400, "the stake is not active");
    client
        .get("/staking/stakes/stk-none/actions")
        .refused(404, "stake not found");
}

fn order(kind: &str, source: &str, target: &str, amount: &str) -> Value {
    let asset = |contract: &str| json!({"kind": "Erc20", "contract": contract, "amount": amount});
    json!({"kind": kind, "sourceAsset": asset(source), "targetAsset": asset(target)})
}

#[test]
fn an_allocation_holds_what_its_orders_have_moved() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let mut body = order("Deposit", TOKEN, YIELD, "100");
    body.as_object_mut().unwrap().remove("kind");
    body["protocol"] = "0fns".into();
    body["walletId"] = wallet(&client, "Ethereum").into();
    let made = client
        .signed("POST", "/allocations", Some(&body))
        .expect(200);
    let made = valid("createAllocation", made);
    assert_eq!(
        (&made["amount"]["amount"], &made["amount"]["contract"]),
        (&json!("100"), &json!(YIELD))
    );
    let path = format!("/allocations/{}", id(&made));
    let act = |body: &Value| client.signed("POST", &format!("{path}/actions"), Some(body));
    act(&order("Withdraw", YIELD, TOKEN, "101")).refused(400, "more than is allocated");
    act(&json!({"kind": "Deposit", "amount": "1"}))
        .refused(400, "the allocation's protocol takes another body");
    let changed = act(&order("Withdraw", YIELD, TOKEN, "40")).expect(200);
    let changed = valid("createAllocationAction", changed);
    assert_eq!(changed["amount"]["amount"], "60");

    // An order that is cancelled in time has moved nothing.
    let cancel = |action: &Value| {
        let body = json!({"allocationActionId": action["id"]});
        client.signed(
            "POST",
            "/allocations/cancel-0fns-order-placement",
            Some(&body),
        )
    };
    valid(
        "cancel0fnsOrderPlacement",
        cancel(&changed["actions"][1]).expect(200),
    );
    let seen = valid("getAllocation", client.get(&path).expect(200));
    assert_eq!(
        (&seen["amount"]["amount"], &seen["actions"][1]["status"]),
        (&json!("100"), &json!("Failed"))
    );
    sandbox.advance(Duration::from_secs(30));
    cancel(&changed["actions"][0]).refused(400, "there is no order left to cancel");
    let actions = client.get(&format!("{path}/actions")).expect(200);
    assert_eq!(
        valid("listAllocationActions", actions)["items"][0]["status"],
        "Completed"
    );
    let list = valid("listAllocations", client.get("/allocations").expect(200));
    assert_eq!(list["items"][0]["amount"]["amount"], "100");
}
