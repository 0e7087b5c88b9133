//! Policies that trigger, and approvals that wait and are resolved, are told to webhooks.

use std::time::Duration;

use crate::support::receiver::Receiver;
use crate::support::{Client, Signer};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

/// A client with a wallet, a policy for it, and a webhook for everything from now on.
fn world<'a>(sandbox: &'a Sandbox, action: &Value) -> (Client<'a>, String, Value, Receiver) {
    let client = Client::new(sandbox, Signer::ed25519(1));
    let body = json!({"network": "Ethereum"});
    let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
    let policy = json!({
        "name": "ask", "activityKind": "Wallets:Sign", "rule": {"kind": "AlwaysTrigger"}, "action": action,
    });
    let policy = client.signed("POST", "/v2/policies", Some(&policy));
    let receiver = Receiver::of(&client, &["*"]);
    let path = format!("/wallets/{}/transfers", wallet["id"].as_str().unwrap());
    (client, path, policy.expect(200), receiver)
}

fn asking() -> Value {
    json!({"kind": "RequestApproval", "autoRejectTimeout": 60, "approvalGroups": [
        {"quorum": 1, "approvers": {}, "initiatorCanApprove": true},
    ]})
}

fn body() -> Value {
    json!({"kind": "Native", "to": "0xb0b0", "amount": "1"})
}

#[test]
fn an_approval_is_pending_then_resolved_then_the_transfer_goes_on() {
    let sandbox = Sandbox::start().unwrap();
    let (client, path, policy, receiver) = world(&sandbox, &asking());
    let made = client.signed("POST", &path, Some(&body())).expect(200);

    assert_eq!(
        receiver.take(),
        (
            "wallet.transfer.requested".to_owned(),
            json!({"transferRequest": made})
        )
    );
    let (kind, data) = receiver.take();
    let evaluation = &data["policyEvaluation"];
    assert_eq!(kind, "policy.triggered");
    assert_eq!(
        (&evaluation["triggered"], &evaluation["policy"]),
        (&json!(true), &policy)
    );
    let activity = json!({"kind": "Wallets:Sign", "transferRequest": made});
    assert_eq!(evaluation["activity"], activity);
    let (kind, data) = receiver.take();
    assert_eq!(kind, "policy.approval.pending");
    assert_eq!(
        (&data["approval"]["id"], &data["approval"]["activity"]),
        (&made["approvalId"], &activity)
    );

    // Nothing more happens to the transfer until someone decides.
    sandbox.advance(Duration::from_secs(60));
    let id = made["approvalId"].as_str().unwrap();
    let decisions = format!("/v2/policy-approvals/{id}/decisions");
    client
        .signed("POST", &decisions, Some(&json!({"value": "Approved"})))
        .expect(200);
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), &data["approval"]["status"]),
        ("policy.approval.resolved", &json!("Approved"))
    );
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(
        receiver.kinds(2),
        ["wallet.transfer.broadcasted", "wallet.transfer.confirmed"]
    );
}

#[test]
fn an_approval_that_nobody_gives_expires_by_itself() {
    let sandbox = Sandbox::start().unwrap();
    let (client, path, _, receiver) = world(&sandbox, &asking());
    client.signed("POST", &path, Some(&body())).expect(200);
    receiver.kinds(3);
    sandbox.advance(Duration::from_secs(3600));
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), &data["approval"]["status"]),
        ("policy.approval.resolved", &json!("Expired"))
    );
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), &data["transferRequest"]["status"]),
        ("wallet.transfer.rejected", &json!("Rejected"))
    );
}

#[test]
fn what_a_policy_blocks_is_requested_and_rejected() {
    let sandbox = Sandbox::start().unwrap();
    let (client, path, _, receiver) = world(&sandbox, &json!({"kind": "Block"}));
    client.signed("POST", &path, Some(&body())).expect(200);
    assert_eq!(
        receiver.kinds(3),
        [
            "wallet.transfer.requested",
            "policy.triggered",
            "wallet.transfer.rejected"
        ]
    );
}

#[test]
fn what_is_held_back_is_told_of_when_it_happens() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let receiver = Receiver::of(&client, &["*"]);
    sandbox.require_approval("createWallet");
    let wanted = json!({"network": "Ethereum"});
    let held = client.signed("POST", "/wallets", Some(&wanted)).expect(202);
    let (kind, data) = receiver.take();
    assert_eq!(
        (kind.as_str(), &data["approval"]["id"]),
        ("policy.approval.pending", &held["approvalId"])
    );
    let id = held["approvalId"].as_str().unwrap();
    let decisions = format!("/v2/policy-approvals/{id}/decisions");
    client
        .signed("POST", &decisions, Some(&json!({"value": "Approved"})))
        .expect(200);
    assert_eq!(
        receiver.kinds(3),
        ["policy.approval.resolved", "key.created", "wallet.created"]
    );
}

#[test]
fn what_is_aborted_has_failed_and_nobody_has_to_decide() {
    let sandbox = Sandbox::start().unwrap();
    let (client, path, _, receiver) = world(&sandbox, &asking());
    let made = client.signed("POST", &path, Some(&body())).expect(200);
    receiver.kinds(3);
    let abort = format!("{path}/{}/abort", made["id"].as_str().unwrap());
    client.signed("PUT", &abort, None).expect(200);
    assert_eq!(
        receiver.kinds(2),
        ["policy.approval.resolved", "wallet.transfer.failed"]
    );
}
