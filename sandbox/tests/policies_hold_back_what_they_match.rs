//! Policies, and the approvals that they ask for.

use std::time::Duration;

use crate::support::{Client, Reply, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

struct World<'a> {
    initiator: Client<'a>,
    approver: Client<'a>,
    wallet: Value,
}

impl<'a> World<'a> {
    fn new(sandbox: &'a Sandbox) -> Self {
        let initiator = Client::new(sandbox, Signer::ed25519(1));
        let signer = Signer::ed25519(2);
        let approver = Client {
            sandbox,
            identity: sandbox.add_user("boss", &signer.public_pem()).unwrap(),
            signer,
        };
        let body = json!({"network": "Ethereum", "tags": ["treasury"]});
        let wallet = initiator
            .signed("POST", "/wallets", Some(&body))
            .expect(200);
        Self {
            initiator,
            approver,
            wallet,
        }
    }

    fn policy(&self, activity: &str, filters: &Value) -> Value {
        let mut body = json!({
            "name": "ask",
            "activityKind": activity,
            "rule": {"kind": "AlwaysTrigger"},
            "action": {"kind": "RequestApproval", "autoRejectTimeout": 60, "approvalGroups": [
                {"quorum": 1, "approvers": {"userId": {"in": [self.approver.identity.user_id]}}},
            ]},
        });
        if !filters.is_null() {
            body["filters"] = filters.clone();
        }
        let made = self.initiator.signed("POST", "/v2/policies", Some(&body));
        let made = made.expect(200);
        assert_eq!(api::validate_response("createPolicy", &made), Ok(()));
        made
    }

    /// The three kinds of requests: where they are made, and what they ask.
    fn requests(&self) -> [(String, Value, &'static str, &'static str); 3] {
        let wallet = format!("/wallets/{}", self.wallet["id"].as_str().unwrap());
        let key = self.wallet["signingKey"]["id"].as_str().unwrap();
        [
            (
                format!("{wallet}/transfers"),
                json!({"kind": "Native", "to": "0xb0b0", "amount": "1"}),
                "transferRequest",
                "Confirmed",
            ),
            (
                format!("{wallet}/transactions"),
                json!({"kind": "Evm", "value": "1"}),
                "transactionRequest",
                "Confirmed",
            ),
            (
                format!("/keys/{key}/signatures"),
                json!({"kind": "Message", "message": "0x00"}),
                "signatureRequest",
                "Signed",
            ),
        ]
    }

    fn decide(client: &Client<'_>, approval: &Value, value: &str) -> Reply {
        let path = format!(
            "/v2/policy-approvals/{}/decisions",
            approval.as_str().unwrap()
        );
        client.signed("POST", &path, Some(&json!({"value": value})))
    }

    fn approval(&self, id: &Value) -> Value {
        let path = format!("/v2/policy-approvals/{}", id.as_str().unwrap());
        let shown = self.initiator.get(&path).expect(200);
        assert_eq!(
            api::validate_response("getApproval", &shown),
            Ok(()),
            "{shown}"
        );
        shown
    }
}

fn shown(client: &Client<'_>, path: &str, made: &Value) -> Value {
    let path = format!("{path}/{}", made["id"].as_str().unwrap());
    client.get(&path).expect(200)
}

#[test]
fn what_is_approved_proceeds() {
    let sandbox = Sandbox::start().unwrap();
    let world = World::new(&sandbox);
    world.policy("Wallets:Sign", &Value::Null);
    for (path, body, name, end) in world.requests() {
        let made = world
            .initiator
            .signed("POST", &path, Some(&body))
            .expect(200);
        assert_eq!(made["status"], "Pending");
        sandbox.advance(Duration::from_secs(60));
        assert_eq!(shown(&world.initiator, &path, &made), made);
        let id = &made["approvalId"];
        let approval = world.approval(id);
        assert_eq!(approval["status"], "Pending");
        assert_eq!(
            approval["activity"],
            json!({"kind": "Wallets:Sign", name: made})
        );

        World::decide(&world.initiator, id, "Approved")
            .refused(403, "the user is no approver of this activity");
        let decided = World::decide(&world.approver, id, "Approved").expect(200);
        assert_eq!(
            api::validate_response("createApprovalDecision", &decided),
            Ok(())
        );
        assert_eq!(decided["status"], "Approved");
        World::decide(&world.approver, id, "Denied")
            .refused(400, "the approval is resolved already");
        sandbox.advance(Duration::from_secs(60));
        let last = shown(&world.initiator, &path, &made);
        assert_eq!(last["status"], end, "{last}");
        assert_eq!(world.approval(id)["activity"][name], last);
    }
    let list = |query: &str| {
        let page = world.initiator.get(&format!("/v2/policy-approvals{query}"));
        let page = page.expect(200);
        assert_eq!(api::validate_response("listApprovals", &page), Ok(()));
        page["items"].as_array().unwrap().len()
    };
    let approver = format!("?approverId={}", world.approver.identity.user_id);
    let counts = ["", "?status=Approved", "?status=Pending", &approver].map(list);
    assert_eq!(counts, [3, 3, 0, 3]);
}

#[test]
fn what_is_denied_or_forgotten_is_rejected() {
    let sandbox = Sandbox::start().unwrap();
    let world = World::new(&sandbox);
    world.policy("Wallets:Sign", &Value::Null);
    for (path, body, _, _) in world.requests() {
        for outcome in ["Denied", "Expired"] {
            let made = world
                .initiator
                .signed("POST", &path, Some(&body))
                .expect(200);
            let id = &made["approvalId"];
            if outcome == "Denied" {
                World::decide(&world.approver, id, "Denied").expect(200);
            } else {
                sandbox.advance(Duration::from_secs(3600));
            }
            assert_eq!(world.approval(id)["status"], outcome);
            let last = shown(&world.initiator, &path, &made);
            assert_eq!(last["status"], "Rejected");
            assert_eq!(last.get("signature"), None);
        }
    }
}

#[test]
fn a_policy_concerns_the_wallets_of_its_filters() {
    let sandbox = Sandbox::start().unwrap();
    let world = World::new(&sandbox);
    let wallet = &world.wallet["id"];
    for (filters, held) in [
        (
            json!({"walletTags": {"hasAll": ["treasury", "other"]}}),
            false,
        ),
        (json!({"walletId": {"in": ["wa-other"]}}), false),
        (
            json!({"walletId": {"in": [wallet]}, "walletTags": {"hasAny": ["treasury"]}}),
            true,
        ),
    ] {
        let policy = world.policy("Wallets:Sign", &filters);
        for (path, body, _, _) in world.requests() {
            let made = world
                .initiator
                .signed("POST", &path, Some(&body))
                .expect(200);
            assert_eq!(made.get("approvalId").is_some(), held, "{filters} {made}");
        }
        let path = format!("/v2/policies/{}", policy["id"].as_str().unwrap());
        let archived = world.initiator.signed("DELETE", &path, None).expect(200);
        assert_eq!(archived["status"], "Archived");
    }
    let (path, body, _, _) = &world.requests()[0];
    let made = world.initiator.signed("POST", path, Some(body)).expect(200);
    assert_eq!(made.get("approvalId"), None, "archived policies do nothing");
}

#[test]
fn a_policy_can_block() {
    let sandbox = Sandbox::start().unwrap();
    let world = World::new(&sandbox);
    let body = json!({
        "name": "never",
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "Block"},
    });
    world
        .initiator
        .signed("POST", "/v2/policies", Some(&body))
        .expect(200);
    for (path, body, _, _) in world.requests() {
        let made = world
            .initiator
            .signed("POST", &path, Some(&body))
            .expect(200);
        assert_eq!(made["status"], "Rejected");
    }
}

#[test]
fn a_quorum_takes_as_many_as_it_says() {
    let sandbox = Sandbox::start().unwrap();
    let world = World::new(&sandbox);
    let body = json!({
        "name": "two of us",
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "RequestApproval", "approvalGroups": [
            {"quorum": 2, "approvers": {}, "initiatorCanApprove": true},
        ]},
    });
    world
        .initiator
        .signed("POST", "/v2/policies", Some(&body))
        .expect(200);
    let (path, body, _, _) = &world.requests()[0];
    let made = world.initiator.signed("POST", path, Some(body)).expect(200);
    let id = &made["approvalId"];
    let first = World::decide(&world.initiator, id, "Approved").expect(200);
    assert_eq!(first["status"], "Pending");
    World::decide(&world.initiator, id, "Approved").refused(400, "the user has decided already");
    let second = World::decide(&world.approver, id, "Approved").expect(200);
    assert_eq!(second["status"], "Approved");
}

#[test]
fn a_change_of_a_policy_waits_for_the_policy_about_policies() {
    let sandbox = Sandbox::start().unwrap();
    let world = World::new(&sandbox);
    let target = world.policy("Wallets:Sign", &Value::Null);
    let filters = json!({"policyId": {"in": [target["id"]]}});
    world.policy("Policies:Modify", &filters);
    let path = format!("/v2/policies/{}", target["id"].as_str().unwrap());
    let input = json!({
        "name": "renamed",
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "NoAction"},
    });
    let steps = [
        ("PUT", Some(&input), "Update", "Denied"),
        ("PUT", Some(&input), "Update", "Approved"),
        ("DELETE", None, "Archive", "Approved"),
    ];
    for (method, body, kind, decision) in steps {
        let before = world.initiator.get(&path).expect(200);
        let change = world.initiator.signed(method, &path, body).expect(202);
        assert_eq!(
            (&change["kind"], &change["operationKind"]),
            (&json!("Policy"), &json!(kind))
        );
        assert_eq!(
            (&change["status"], &change["entityId"]),
            (&json!("Pending"), &target["id"])
        );
        let waiting = world.initiator.get(&path).expect(200);
        assert_eq!(
            api::validate_response("getPolicy", &waiting),
            Ok(()),
            "{waiting}"
        );
        assert_eq!(waiting["pendingChangeRequest"]["id"], change["id"]);
        assert_eq!(waiting["name"], before["name"]);

        let id = &change["approvalId"];
        let approval = world.approval(id);
        assert_eq!(approval["activity"]["changeRequest"]["id"], change["id"]);
        World::decide(&world.approver, id, decision).expect(200);
        let after = world.initiator.get(&path).expect(200);
        if decision == "Denied" {
            assert_eq!(after, before);
        } else {
            for name in ["name", "status", "action"] {
                assert_eq!(after[name], change["body"][name]);
            }
            assert_eq!(after.get("pendingChangeRequest"), None);
        }
    }
    let list = world
        .initiator
        .get("/v2/policies?status=Archived")
        .expect(200);
    assert_eq!(api::validate_response("listPolicies", &list), Ok(()));
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    world
        .initiator
        .get("/v2/policies/none")
        .refused(404, "policy not found");
}

#[test]
fn what_the_owner_of_the_sandbox_holds_back_happens_when_approved() {
    let sandbox = Sandbox::start().unwrap();
    let world = World::new(&sandbox);
    sandbox.require_approval("createWallet");
    let body = json!({"network": "Solana", "name": "later"});
    for (decision, wallets) in [("Denied", 1), ("Approved", 2)] {
        let change = world
            .initiator
            .signed("POST", "/wallets", Some(&body))
            .expect(202);
        assert_eq!(change["body"], body);
        World::decide(&world.initiator, &change["approvalId"], decision).expect(200);
        let list = world.initiator.get("/wallets").expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), wallets);
    }
    // Nobody could ever approve an approval that waits for itself; it must do no harm either.
    sandbox.require_approval("createApprovalDecision");
    let change = world
        .initiator
        .signed("POST", "/wallets", Some(&body))
        .expect(202);
    let id = &change["approvalId"];
    let held = World::decide(&world.initiator, id, "Approved").expect(202);
    sandbox.waive_approval("createApprovalDecision");
    World::decide(&world.approver, &held["approvalId"], "Approved").expect(200);
    assert_eq!(world.approval(id)["status"], "Pending");
}
