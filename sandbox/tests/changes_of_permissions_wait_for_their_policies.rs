//! Permissions and their assignments under policies: 202, a change request, and what becomes of it.

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn policy(client: &Client<'_>, activity: &str, action: &Value) {
    let body = json!({
        "name": activity,
        "activityKind": activity,
        "rule": {"kind": "AlwaysTrigger"},
        "action": action,
    });
    let made = client
        .signed("POST", "/v2/policies", Some(&body))
        .expect(200);
    assert_eq!(api::validate_response("createPolicy", &made), Ok(()));
}

fn asking() -> Value {
    let group = json!({"quorum": 1, "approvers": {}, "initiatorCanApprove": true});
    json!({"kind": "RequestApproval", "approvalGroups": [group]})
}

fn permission(client: &Client<'_>) -> String {
    let body = json!({"name": "readers", "operations": ["Wallets:Read"]});
    let made = client
        .signed("POST", "/permissions", Some(&body))
        .expect(200);
    format!("/permissions/{}", made["id"].as_str().unwrap())
}

/// Checks the approval of a change request, and decides.
fn decide(client: &Client<'_>, change: &Value, value: &str) {
    let path = format!(
        "/v2/policy-approvals/{}",
        change["approvalId"].as_str().unwrap()
    );
    let approval = client.get(&path).expect(200);
    assert_eq!(
        api::validate_response("getApproval", &approval),
        Ok(()),
        "{approval}"
    );
    assert_eq!(approval["activity"]["changeRequest"]["id"], change["id"]);
    let body = json!({"value": value, "reason": "because"});
    let decided = client.signed("POST", &format!("{path}/decisions"), Some(&body));
    let decided = decided.expect(200);
    let status = &decided["activity"]["changeRequest"]["status"];
    assert_eq!(
        status,
        if value == "Approved" {
            "Applied"
        } else {
            "Rejected"
        }
    );
}

#[test]
fn a_permission_changes_when_approved() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let path = permission(&client);
    policy(&client, "Permissions:Modify", &asking());
    for (value, name) in [("Denied", "readers"), ("Approved", "people")] {
        let body = json!({"name": "people"});
        let change = client.signed("PUT", &path, Some(&body)).expect(202);
        assert_eq!(
            (
                &change["kind"],
                &change["operationKind"],
                &change["body"]["name"]
            ),
            (&json!("Permission"), &json!("Update"), &body["name"])
        );
        let waiting = client.get(&path).expect(200);
        assert_eq!(
            api::validate_response("getPermission", &waiting),
            Ok(()),
            "{waiting}"
        );
        assert_eq!(waiting["pendingChangeRequest"]["id"], change["id"]);
        assert_eq!(waiting["name"], "readers");
        decide(&client, &change, value);
        let after = client.get(&path).expect(200);
        assert_eq!(
            (&after["name"], after.get("pendingChangeRequest")),
            (&json!(name), None)
        );
    }
    let archive = format!("{path}/archive");
    let body = json!({"isArchived": true});
    let change = client.signed("PUT", &archive, Some(&body)).expect(202);
    assert_eq!(change["operationKind"], "Archive");
    decide(&client, &change, "Approved");
    assert_eq!(client.get(&path).expect(200)["isArchived"], true);
}

#[test]
fn an_assignment_is_made_and_revoked_when_approved() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let path = format!("{}/assignments", permission(&client));
    policy(&client, "Permissions:Assign", &asking());
    let body = json!({"identityId": client.identity.user_id});
    let change = client.signed("POST", &path, Some(&body)).expect(202);
    assert_eq!(
        (&change["kind"], &change["operationKind"]),
        (&json!("Assignment"), &json!("Create"))
    );
    let list = || client.get(&path).expect(200);
    assert_eq!(list()["items"], json!([]));
    decide(&client, &change, "Approved");
    let assigned = list()["items"][0].clone();
    assert_eq!(assigned["identityId"], body["identityId"]);

    let one = format!("{path}/{}", assigned["id"].as_str().unwrap());
    let change = client.signed("DELETE", &one, None).expect(202);
    assert_eq!(
        (&change["operationKind"], &change["entityId"]),
        (&json!("Delete"), &assigned["id"])
    );
    let waiting = list();
    assert_eq!(
        api::validate_response("listAssignments", &waiting),
        Ok(()),
        "{waiting}"
    );
    assert_eq!(
        waiting["items"][0]["pendingChangeRequest"]["id"],
        change["id"]
    );
    decide(&client, &change, "Approved");
    assert_eq!(list()["items"], json!([]));
}

#[test]
fn a_change_can_be_blocked_and_a_bad_one_is_refused_as_ever() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let path = permission(&client);
    policy(&client, "Permissions:Modify", &json!({"kind": "Block"}));
    let body = json!({"name": "people"});
    client
        .signed("PUT", &path, Some(&body))
        .refused(403, "blocked by a policy");
    client
        .signed("PUT", "/permissions/pm-none", Some(&body))
        .refused(404, "permission not found");
    client
        .signed(
            "POST",
            &format!("{path}/assignments"),
            Some(&json!({"identityId": "us-none"})),
        )
        .refused(404, "identity not found");
}
