//! What can still be done about a transfer or transaction: give it up before it is broadcast, replace it before it is
//! confirmed.

use std::time::Duration;

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

const KINDS: [(&str, &str, &str); 2] = [
    (
        "transfers",
        "Transfer",
        r#"{"kind":"Native","to":"0xb0b0","amount":"1"}"#,
    ),
    (
        "transactions",
        "Transaction",
        r#"{"kind":"Evm","value":"1"}"#,
    ),
];

fn wallet(client: &Client<'_>, network: &str) -> String {
    let body = json!({"network": network});
    let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
    format!("/wallets/{}", wallet["id"].as_str().unwrap())
}

/// A new request, and its path.
fn request(client: &Client<'_>, wallet: &str, path: &str, body: &str) -> String {
    let path = format!("{wallet}/{path}");
    let body = serde_json::from_str(body).unwrap();
    let made = client.signed("POST", &path, Some(&body)).expect(200);
    assert_eq!(made["status"], "Pending");
    format!("{path}/{}", made["id"].as_str().unwrap())
}

fn act(client: &Client<'_>, path: &str, act: &str) -> crate::support::Reply {
    let method = if act == "abort" { "PUT" } else { "POST" };
    client.signed(method, &format!("{path}/{act}"), None)
}

#[test]
fn what_is_pending_can_be_aborted_and_no_more() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "Bitcoin");
    for (path, name, body) in KINDS {
        let path = request(&client, &wallet, path, body);
        let aborted = act(&client, &path, "abort").expect(200);
        let checked = api::validate_response(&format!("abort{name}"), &aborted);
        assert_eq!(checked, Ok(()), "{aborted}");
        assert_eq!(
            (&aborted["status"], &aborted["reason"]),
            (&json!("Failed"), &json!("aborted"))
        );
        sandbox.advance(Duration::from_secs(60));
        assert_eq!(client.get(&path).expect(200), aborted);
        let details = act(&client, &path, "abort").refused(400, "the request is not Pending");
        assert_eq!(details["status"], "Failed");
        let path = request(&client, &wallet, path.rsplit('/').nth(1).unwrap(), body);
        sandbox.advance(Duration::from_secs(2));
        let details = act(&client, &path, "abort").refused(400, "the request is not Pending");
        assert_eq!(details["status"], "Broadcasted");
    }
}

#[test]
fn what_waits_for_an_approval_can_be_aborted() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let policy = json!({
        "name": "ask",
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "RequestApproval", "approvalGroups": [
            {"quorum": 1, "approvers": {}, "initiatorCanApprove": true},
        ]},
    });
    client
        .signed("POST", "/v2/policies", Some(&policy))
        .expect(200);
    let wallet = wallet(&client, "EthereumSepolia");
    for (path, _, body) in KINDS {
        let path = request(&client, &wallet, path, body);
        let approval = client.get(&path).expect(200)["approvalId"].clone();
        sandbox.advance(Duration::from_secs(3600));
        assert_eq!(act(&client, &path, "abort").expect(200)["status"], "Failed");
        let approval = format!("/v2/policy-approvals/{}", approval.as_str().unwrap());
        let shown = client.get(&approval).expect(200);
        assert_eq!(
            api::validate_response("getApproval", &shown),
            Ok(()),
            "{shown}"
        );
        assert_eq!(shown["status"], "Denied");
        let decision = json!({"value": "Approved"});
        client
            .signed("POST", &format!("{approval}/decisions"), Some(&decision))
            .refused(400, "the approval is resolved already");
        assert_eq!(client.get(&path).expect(200)["status"], "Failed");
    }
}

#[test]
fn what_is_broadcasted_can_be_replaced_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let wallet = wallet(&client, "EthereumSepolia");
    for (path, name, body) in KINDS {
        for (action, operation, kind, end) in [
            ("cancel", "cancel", "CancelTransaction", "Failed"),
            ("speed-up", "speedUp", "SpeedUpTransaction", "Confirmed"),
        ] {
            let path = request(&client, &wallet, path, body);
            let details =
                act(&client, &path, action).refused(400, "the request is not Broadcasted");
            assert_eq!(details["status"], "Pending");
            sandbox.advance(Duration::from_secs(5));
            let before = client.get(&path).expect(200);
            let made = act(&client, &path, action).expect(200);
            let checked = api::validate_response(&format!("{operation}{name}"), &made);
            assert_eq!(checked, Ok(()), "{made}");
            assert_eq!(made["requestBody"]["kind"], kind);
            assert_eq!(made["requestBody"]["txHash"], before["txHash"]);
            act(&client, &path, action).refused(400, "it is replaced already, or replaces another");

            // The one that is replaced does not end before its replacement.
            sandbox.advance(Duration::from_secs(8));
            let shown = client.get(&path).expect(200);
            assert_eq!(shown["status"], "Broadcasted");
            assert_eq!(shown["replacementId"], made["id"]);
            let id = made["id"].as_str().unwrap();
            let replacement = format!("{wallet}/transactions/{id}");
            act(&client, &replacement, action)
                .refused(400, "it is replaced already, or replaces another");
            sandbox.advance(Duration::from_secs(8));
            assert_eq!(client.get(&replacement).expect(200)["status"], "Confirmed");
            let shown: Value = client.get(&path).expect(200);
            assert_eq!(
                api::validate_response(&format!("get{name}"), &shown),
                Ok(()),
                "{shown}"
            );
            assert_eq!(shown["status"], end, "{shown}");
            act(&client, &path, action).refused(400, "the request is not Broadcasted");
        }
    }
}

#[test]
fn other_chains_and_other_wallets_replace_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let (solana, other) = (
        wallet(&client, "Solana"),
        wallet(&client, "EthereumSepolia"),
    );
    for (path, name, body) in KINDS {
        let path = request(&client, &solana, path, body);
        sandbox.advance(Duration::from_secs(2));
        for action in ["cancel", "speed-up"] {
            let reply = act(&client, &path, action);
            reply.refused(400, "transactions of this network cannot be replaced");
            let elsewhere = path.replace(&solana, &other);
            let message = format!("{} not found", name.to_lowercase());
            act(&client, &elsewhere, action).refused(404, &message);
        }
    }
}
