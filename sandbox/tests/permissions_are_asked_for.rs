//! Who was made over the API does what was assigned to them, and nothing else.

use crate::support::permissions::{
    assign, create_wallet, lacks, permission, request, service_account,
};
use crate::support::{Client, Signer};
use dfns_sandbox::api::{self, Auth, Place, Style};
use dfns_sandbox::{Check, Outcome, Sandbox};
use serde_json::{Value, json};

fn sandbox_and_admin(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

#[test]
fn a_service_account_does_what_its_permission_says_and_nothing_else() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let readers = permission(&admin, &["Wallets:Read"]);
    let bot = service_account(&admin, Some(&readers));
    let id = &bot.identity.user_id;
    let shown = admin
        .get(&format!("/auth/service-accounts/{id}"))
        .expect(200);
    let assigned = &shown["userInfo"]["permissionAssignments"];
    assert_eq!(assigned[0]["operations"], json!(["Wallets:Read"]));
    assert_eq!(assigned.as_array().unwrap().len(), 1);

    assert_eq!(bot.get("/wallets").expect(200)["items"], json!([]));
    lacks(&bot.get("/keys"), "Keys:Read", id);
    lacks(&create_wallet(&bot), "Wallets:Create", id);
    let makers = permission(&admin, &["Wallets:Create"]);
    assign(&admin, &makers, id);
    // A wallet comes with a key.
    lacks(&create_wallet(&bot), "Keys:Create", id);
    assign(&admin, &permission(&admin, &["Keys:Create"]), id);
    create_wallet(&bot).expect(200);
    assert_eq!(sandbox.executions("createWallet"), 1);
    assert_eq!(sandbox.executions("listKeys"), 0);
}

#[test]
fn a_refusal_executes_nothing_uses_the_user_action_up_and_is_logged_as_what_it_is() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let bot = service_account(&admin, None);
    let body = json!({"network": "EthereumSepolia"}).to_string();
    let action = bot.user_action("POST", "/wallets", &body);
    let send = || {
        let request = bot.request("POST", "/wallets");
        let request = request.header("x-dfns-useraction", &action);
        request.body("application/json", body.clone()).send()
    };
    lacks(&send(), "Wallets:Create", &bot.identity.user_id);
    let seen = sandbox.log().pop().unwrap();
    let failed: Vec<_> = seen
        .checks()
        .into_iter()
        .filter(|(_, o)| *o != Outcome::Passed)
        .collect();
    assert_eq!(
        failed,
        [
            (Check::Permission, Outcome::Failed),
            (Check::State, Outcome::NotReached)
        ]
    );
    assert!(!seen.executed);
    assert!(seen.reason.unwrap().contains("service account bot"));
    send().refused(400, "user action has already been used");
    assert_eq!(sandbox.executions("createWallet"), 0);
    assert_eq!(admin.get("/wallets").expect(200)["items"], json!([]));
}

#[test]
fn who_was_given_nothing_reads_nothing_but_what_is_their_own_or_everyones() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let bot = service_account(&admin, None);
    let mut open = Vec::new();
    for operation in api::operations().iter().filter(|o| o.method == "GET") {
        if operation.path.contains('{') || operation.parameters.iter().any(|p| p.required) {
            continue;
        }
        let reply = bot.get(&operation.path);
        if reply.status != 403 || reply.json()["error"]["details"]["missing"].is_null() {
            open.push(operation.id.as_str());
        }
    }
    assert_eq!(
        open,
        [
            "listApplications",
            "listCredentials",
            "listPersonalAccessTokens"
        ]
    );
}

#[test]
fn who_was_given_nothing_changes_nothing_but_what_is_their_own() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let bot = service_account(&admin, None);
    let mut open = Vec::new();
    let signed = api::operations().iter();
    for operation in signed.filter(|o| o.auth == Auth::UserAction && !o.multipart) {
        let mut path = operation.path.clone();
        for (parameter, value) in api::parameter_instances(&operation.id, 1, Style::Minimal) {
            if parameter.place == Place::Path {
                path = path.replace(&format!("{{{}}}", parameter.name), &value);
            }
        }
        let body = api::request_instance(&operation.id, 1, Style::Minimal);
        let before = sandbox.executions(&operation.id);
        let reply = bot.signed(&operation.method, &path, body.as_ref());
        if reply.status != 403 || reply.json()["error"]["details"]["missing"].is_null() {
            open.push(operation.id.as_str());
        } else {
            assert_eq!(sandbox.executions(&operation.id), before);
        }
    }
    open.sort_unstable();
    assert_eq!(
        open,
        [
            "activateCredential",
            "activatePersonalAccessToken",
            "createCredential",
            "createCredentialCode",
            "createServiceAccountCredential",
            "deactivateCredential",
            "deactivatePersonalAccessToken",
            "deleteCredential",
            "deletePersonalAccessToken",
            "deleteServiceAccountCredential",
            "updatePersonalAccessToken",
        ]
    );
}

#[test]
fn a_permission_counts_as_it_is_now() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let readers = permission(&admin, &["Wallets:Read"]);
    let bot = service_account(&admin, None);
    let id = &bot.identity.user_id;
    let refused = || lacks(&bot.get("/wallets"), "Wallets:Read", id);
    let change = |method: &str, path: &str, body: Value| {
        let reply = admin.signed(method, path, Some(&body));
        assert!(reply.status < 300, "{}", reply.json());
    };
    refused();
    let assignment = assign(&admin, &readers, id);
    bot.get("/wallets").expect(200);
    change("PUT", &readers, json!({"operations": ["Keys:Read"]}));
    refused();
    change(
        "PUT",
        &readers,
        json!({"operations": ["Keys:Read", "Wallets:Read"]}),
    );
    bot.get("/wallets").expect(200);
    admin.signed("DELETE", &assignment, None).expect(204);
    refused();
    assign(&admin, &readers, id);
    bot.get("/wallets").expect(200);
    change(
        "PUT",
        &format!("{readers}/archive"),
        json!({"isArchived": true}),
    );
    refused();
    let late = request(&Signer::ed25519(5), Some(&readers));
    admin
        .signed("POST", "/auth/service-accounts", Some(&late))
        .refused(400, "the permission is archived");
    let accounts = admin.get("/auth/service-accounts").expect(200);
    assert_eq!(accounts["items"].as_array().unwrap().len(), 2);
    admin.signed("DELETE", &readers, None).expect(200);
    refused();
}

#[test]
fn an_assignment_that_waits_for_approval_grants_nothing_yet() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let readers = permission(&admin, &["Wallets:Read"]);
    let bot = service_account(&admin, None);
    let id = &bot.identity.user_id;
    sandbox.require_approval("assignPermission");
    let path = format!("{readers}/assignments");
    let held = admin.signed("POST", &path, Some(&json!({"identityId": id})));
    let approval = held.expect(202)["approvalId"].as_str().unwrap().to_owned();
    lacks(&bot.get("/wallets"), "Wallets:Read", id);
    let decisions = format!("/v2/policy-approvals/{approval}/decisions");
    let approve = json!({"value": "Approved"});
    lacks(
        &bot.signed("POST", &decisions, Some(&approve)),
        "Policies:Evaluations:Vote",
        id,
    );
    admin.signed("POST", &decisions, Some(&approve)).expect(200);
    bot.get("/wallets").expect(200);
}

#[test]
fn an_older_spelling_suffices() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    for names in [["Signers:ListSigners"], ["KeyStores:Read"]] {
        let bot = service_account(&admin, Some(&permission(&admin, &names)));
        bot.get("/signers").expect(200);
    }
}

#[test]
fn a_sandbox_can_be_told_to_ask_for_none() {
    let sandbox = Sandbox::builder().ignore_permissions().start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let bot = service_account(&admin, None);
    create_wallet(&bot).expect(200);
    let seen = sandbox.log().pop().unwrap();
    assert!(
        seen.checks()
            .iter()
            .all(|(check, _)| *check != Check::Permission)
    );
}
