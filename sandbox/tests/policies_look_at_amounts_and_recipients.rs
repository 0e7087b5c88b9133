//! Rules of policies that depend on what is asked for.

use std::time::Duration;

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

const FRIEND: &str = "0x00000000000000000000000000000000000000AA";
const STRANGER: &str = "0x00000000000000000000000000000000000000bb";
/// A thousandth of an ether, which the sandbox prices at 2 US dollars.
const MILLI: u64 = 1_000_000_000_000_000;

struct World<'a> {
    client: Client<'a>,
    wallet: Value,
}

impl<'a> World<'a> {
    /// A wallet for which a policy with this rule blocks.
    fn new(sandbox: &'a Sandbox, rule: &Value) -> Self {
        let client = Client::new(sandbox, Signer::ed25519(1));
        let policy = json!({
            "name": "rule",
            "activityKind": "Wallets:Sign",
            "rule": rule,
            "action": {"kind": "Block"},
        });
        let made = client
            .signed("POST", "/v2/policies", Some(&policy))
            .expect(200);
        assert_eq!(api::validate_response("createPolicy", &made), Ok(()));
        let wallet = Self::wallet(&client);
        Self { client, wallet }
    }

    fn wallet(client: &Client<'_>) -> Value {
        let body = json!({"network": "EthereumSepolia"});
        client.signed("POST", "/wallets", Some(&body)).expect(200)
    }

    fn status(&self, path: &str, body: &Value) -> String {
        let id = self.wallet["id"].as_str().unwrap();
        let made = self
            .client
            .signed("POST", &format!("/wallets/{id}/{path}"), Some(body));
        made.expect(200)["status"].as_str().unwrap().to_owned()
    }

    fn send(&self, to: &str, thousandths: u64) -> String {
        let amount = (thousandths * MILLI).to_string();
        self.status(
            "transfers",
            &json!({"kind": "Native", "to": to, "amount": amount}),
        )
    }

    fn call(&self, to: &str, thousandths: u64) -> String {
        let value = (thousandths * MILLI).to_string();
        self.status(
            "transactions",
            &json!({"kind": "Evm", "to": to, "value": value}),
        )
    }

    fn sign(&self) -> String {
        let key = self.wallet["signingKey"]["id"].as_str().unwrap();
        let body = json!({"kind": "Hash", "hash": "ab".repeat(32)});
        let made = self
            .client
            .signed("POST", &format!("/keys/{key}/signatures"), Some(&body));
        made.expect(200)["status"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_recipient_that_is_not_listed_triggers() {
    let sandbox = Sandbox::start().unwrap();
    let rule =
        json!({"kind": "TransactionRecipientWhitelist", "configuration": {"addresses": [FRIEND]}});
    let world = World::new(&sandbox, &rule);
    for to in [FRIEND.to_owned(), FRIEND.to_lowercase()] {
        assert_eq!(
            (world.send(&to, 1), world.call(&to, 1)),
            ("Pending".into(), "Pending".into())
        );
    }
    assert_eq!(
        (world.send(STRANGER, 1), world.call(STRANGER, 1)),
        ("Rejected".into(), "Rejected".into())
    );
    // Whose recipient nobody knows is not on the list.
    assert_eq!(
        world.status("transactions", &json!({"kind": "Evm", "data": "0x00"})),
        "Rejected"
    );
    assert_eq!(world.sign(), "Rejected");
    let operations = |to: &[&str]| {
        let operations: Vec<_> = to.iter().map(|to| json!({"to": to})).collect();
        json!({"kind": "UserOperations", "userOperations": operations, "feeSponsorId": "fs"})
    };
    assert_eq!(
        world.status("transactions", &operations(&[FRIEND])),
        "Pending"
    );
    assert_eq!(
        world.status("transactions", &operations(&[FRIEND, STRANGER])),
        "Rejected"
    );
}

#[test]
fn an_amount_above_the_limit_triggers() {
    let sandbox = Sandbox::start().unwrap();
    let rule = json!({"kind": "TransactionAmountLimit", "configuration": {"limit": 20, "currency": "USD"}});
    let world = World::new(&sandbox, &rule);
    // At 2 dollars a thousandth.
    assert_eq!(
        (world.send(FRIEND, 10), world.call(FRIEND, 10)),
        ("Pending".into(), "Pending".into())
    );
    assert_eq!(
        (world.send(FRIEND, 11), world.call(FRIEND, 11)),
        ("Rejected".into(), "Rejected".into())
    );
    assert_eq!(world.sign(), "Signed");
    let token =
        json!({"kind": "Erc20", "contract": STRANGER, "to": FRIEND, "amount": "9".repeat(30)});
    assert_eq!(world.status("transfers", &token), "Pending");
}

#[test]
fn amounts_add_up_within_the_time() {
    let sandbox = Sandbox::start().unwrap();
    let configuration = json!({"limit": 100, "currency": "USD", "timeframe": 60});
    let rule = json!({"kind": "TransactionAmountVelocity", "configuration": configuration});
    let world = World::new(&sandbox, &rule);
    assert_eq!(world.send(FRIEND, 30), "Pending");
    assert_eq!(world.send(FRIEND, 21), "Rejected");
    // What was rejected does not count.
    assert_eq!(world.call(FRIEND, 20), "Pending");
    assert_eq!(world.send(FRIEND, 1), "Rejected");
    sandbox.advance(Duration::from_secs(61 * 60));
    assert_eq!(world.send(FRIEND, 50), "Pending");
}

#[test]
fn transactions_are_counted_within_the_time_and_for_each_wallet() {
    let sandbox = Sandbox::start().unwrap();
    let rule =
        json!({"kind": "TransactionCountVelocity", "configuration": {"limit": 2, "timeframe": 1}});
    let mut world = World::new(&sandbox, &rule);
    assert_eq!(
        (world.send(FRIEND, 1), world.call(FRIEND, 1)),
        ("Pending".into(), "Pending".into())
    );
    assert_eq!(
        (world.send(FRIEND, 1), world.call(FRIEND, 1)),
        ("Rejected".into(), "Rejected".into())
    );
    world.wallet = World::wallet(&world.client);
    assert_eq!(world.send(FRIEND, 1), "Pending");
    sandbox.advance(Duration::from_secs(61));
    assert_eq!(
        (world.send(FRIEND, 1), world.send(FRIEND, 1)),
        ("Pending".into(), "Pending".into())
    );
}

#[test]
fn an_approval_says_which_rule_has_triggered_and_a_screening_never_does() {
    let sandbox = Sandbox::start().unwrap();
    let rule =
        json!({"kind": "TransactionAmountLimit", "configuration": {"limit": 1, "currency": "USD"}});
    let world = World::new(&sandbox, &rule);
    let id = client_policy(&world.client);
    let mut policy = json!({"name": "rule", "activityKind": "Wallets:Sign", "rule": rule});
    policy["action"] =
        json!({"kind": "RequestApproval", "approvalGroups": [{"quorum": 1, "approvers": {}}]});
    let path = format!("/v2/policies/{id}");
    world.client.signed("PUT", &path, Some(&policy)).expect(200);
    assert_eq!(world.send(FRIEND, 1), "Pending");
    let list = world.client.get("/v2/policy-approvals").expect(200);
    assert_eq!(
        api::validate_response("listApprovals", &list),
        Ok(()),
        "{list}"
    );
    let evaluation = &list["items"][0]["policyEvaluations"][0];
    assert_eq!(evaluation["policyId"], id);
    assert_eq!(evaluation["reason"], "the amount is above the limit");

    policy["rule"] = api::instance(
        "ChainalysisTransactionPrescreeningRule",
        0,
        api::Style::Full,
    )
    .unwrap();
    policy["action"] = json!({"kind": "Block"});
    world.client.signed("PUT", &path, Some(&policy)).expect(200);
    assert_eq!(world.send(FRIEND, 1), "Pending");
}

fn client_policy(client: &Client<'_>) -> String {
    let list = client.get("/v2/policies").expect(200);
    list["items"][0]["id"].as_str().unwrap().to_owned()
}
