//! Who was made over the API does what was assigned to them, and nothing else.

mod support;

use dfns_sandbox::{Check, Identity, Outcome, Sandbox, api};
use serde_json::{Value, json};
use support::person;
use support::{Client, Reply, Signer, assign, managed, permission, valid};

const FULL: &str = "ManagedFullAdminAccess";
const END_USER: &str = "ManagedDefaultEndUserAccess";

fn sandbox_and_admin(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

/// What is sent for a new service account or token.
fn request(signer: &Signer, permission: Option<&str>) -> Value {
    let mut body = json!({"name": "bot", "publicKey": signer.public_pem()});
    if let Some(permission) = permission {
        body["permissionId"] = permission.trim_start_matches("/permissions/").into();
    }
    body
}

fn bearer<'a>(by: &Client<'a>, token: &Value, signer: Signer) -> Client<'a> {
    let field = |name: &str| token[name].as_str().unwrap().to_owned();
    Client {
        sandbox: by.sandbox,
        identity: Identity {
            token: field("accessToken"),
            credential_id: field("credId"),
            user_id: field("linkedUserId"),
            org_id: by.identity.org_id.clone(),
        },
        signer,
    }
}

fn service_account<'a>(admin: &Client<'a>, permission: Option<&str>) -> Client<'a> {
    let signer = Signer::ed25519(2);
    let body = request(&signer, permission);
    let made = admin.signed("POST", "/auth/service-accounts", Some(&body));
    let made = valid("createServiceAccount", made.expect(200));
    bearer(admin, &made["accessTokens"][0], signer)
}

/// A personal access token, and its id.
fn token<'a>(user: &Client<'a>, permission: Option<&str>) -> (Client<'a>, String) {
    let signer = Signer::ed25519(3);
    let body = request(&signer, permission);
    let made = user.signed("POST", "/auth/pats", Some(&body)).expect(200);
    let made = valid("createPersonalAccessToken", made);
    let id = made["tokenId"].as_str().unwrap().to_owned();
    (bearer(user, &made, signer), id)
}

fn create_wallet(client: &Client<'_>) -> Reply {
    let body = json!({"network": "EthereumSepolia"});
    client.signed("POST", "/wallets", Some(&body))
}

/// Takes from a user what the tests' invitations give.
fn revoke_everything(admin: &Client<'_>, user_id: &str) {
    let path = format!("{}/assignments", managed(admin, FULL));
    let list = valid("listAssignments", admin.get(&path).expect(200));
    let mut items = list["items"].as_array().unwrap().iter();
    let found = items.find(|assignment| assignment["identityId"] == user_id);
    let path = format!("{path}/{}", support::id(found.unwrap()));
    admin.signed("DELETE", &path, None).expect(204);
}

#[track_caller]
fn lacks(reply: &Reply, permission: &str, identity_id: &str) {
    let details = reply.refused(403, "Forbidden");
    assert_eq!(
        (&details["missing"], &details["identityId"]),
        (&json!(permission), &json!(identity_id))
    );
    let reason = details["reason"].as_str().unwrap();
    assert!(
        reason.contains(permission) && reason.contains(identity_id),
        "{reason}"
    );
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
fn a_personal_access_token_holds_no_more_than_its_user() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let ada = person::user(&admin, "ada@example.com", "ada", Signer::p256());
    let id = &ada.identity.user_id;
    revoke_everything(&admin, id);
    lacks(&ada.get("/wallets"), "Wallets:Read", id);
    let rights = permission(
        &admin,
        &["Auth:Pats:Create", "Wallets:Read", "Permissions:Assign"],
    );
    let assignment = assign(&admin, &rights, id);

    let (everything, _) = token(&ada, Some(&managed(&admin, FULL)));
    everything.get("/wallets").expect(200);
    lacks(&everything.get("/keys"), "Keys:Read", id);
    let (nothing, nothing_id) = token(&ada, Some(&permission(&admin, &["Keys:Read"])));
    lacks(&nothing.get("/wallets"), "Wallets:Read", &nothing_id);
    lacks(&nothing.get("/keys"), "Keys:Read", id);
    // Without a permission of its own it is given its user's.
    let (same, same_id) = token(&ada, None);
    same.get("/wallets").expect(200);
    lacks(&same.get("/keys"), "Keys:Read", id);

    // Nor does it keep what its user loses.
    admin.signed("DELETE", &assignment, None).expect(204);
    for token in [&everything, &same] {
        lacks(&token.get("/wallets"), "Wallets:Read", id);
    }
    // And what its user is given later is not given to it.
    assign(&admin, &permission(&admin, &["Keys:Read"]), id);
    everything.get("/keys").expect(200);
    nothing.get("/keys").expect(200);
    lacks(&same.get("/keys"), "Keys:Read", &same_id);
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
fn who_gives_a_new_service_account_a_permission_must_be_allowed_to_assign() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let makers = permission(&admin, &["Auth:ServiceAccounts:Create"]);
    let bot = service_account(&admin, Some(&makers));
    let make = |permission: Option<&str>| {
        let body = request(&Signer::ed25519(6), permission);
        bot.signed("POST", "/auth/service-accounts", Some(&body))
    };
    let full = managed(&admin, FULL);
    lacks(
        &make(Some(&full)),
        "Permissions:Assign",
        &bot.identity.user_id,
    );
    make(None).expect(200);
    admin
        .signed(
            "POST",
            "/auth/service-accounts",
            Some(&request(&Signer::ed25519(7), Some("pm-none"))),
        )
        .refused(404, "permission not found");
}

#[test]
fn everything_is_held_by_who_came_first_until_it_is_revoked() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let full = managed(&admin, FULL);
    let shown = valid("getPermission", admin.get(&full).expect(200));
    assert_eq!(shown["isImmutable"], true);
    for (method, path, body) in [
        (
            "PUT",
            full.clone(),
            Some(json!({"operations": ["Wallets:Read"]})),
        ),
        (
            "PUT",
            format!("{full}/archive"),
            Some(json!({"isArchived": true})),
        ),
        ("DELETE", full.clone(), None),
    ] {
        let reply = admin.signed(method, &path, body.as_ref());
        reply.refused(400, "the permission is immutable");
    }
    let signer = Signer::ed25519(8);
    let identity = sandbox.add_user("grace", &signer.public_pem()).unwrap();
    let grace = Client {
        sandbox: &sandbox,
        identity,
        signer,
    };
    grace.get("/wallets").expect(200);
    revoke_everything(&grace, &grace.identity.user_id);
    lacks(
        &grace.get("/wallets"),
        "Wallets:Read",
        &grace.identity.user_id,
    );
    admin.get("/wallets").expect(200);
}

#[test]
fn end_users_begin_with_what_the_organisation_says() {
    let sandbox = Sandbox::start().unwrap();
    let admin = sandbox_and_admin(&sandbox);
    let default = managed(&admin, END_USER);
    let body = json!({"email": "eve@example.com", "kind": "EndUser"});
    let invited = admin.signed("POST", "/auth/users", Some(&body)).expect(200);
    let assigned = &invited["permissionAssignments"][0];
    assert_eq!(assigned["permissionName"], END_USER);
    let operations = json!(["Wallets:Read"]);
    let change = json!({"operations": operations});
    admin.signed("PUT", &default, Some(&change)).expect(200);
    let path = format!("/auth/users/{}", invited["userId"].as_str().unwrap());
    let shown = admin.get(&path).expect(200);
    assert_eq!(shown["permissionAssignments"][0]["operations"], operations);
    let message = "this permission is neither renamed nor archived nor deleted";
    for (method, path, body) in [
        ("PUT", default.clone(), Some(json!({"name": "mine"}))),
        (
            "PUT",
            format!("{default}/archive"),
            Some(json!({"isArchived": true})),
        ),
        ("DELETE", default.clone(), None),
    ] {
        let reply = admin.signed(method, &path, body.as_ref());
        reply.refused(400, message);
    }
    // Nobody else begins with anything.
    let body = json!({"email": "ada@example.com", "kind": "CustomerEmployee"});
    let invited = admin.signed("POST", "/auth/users", Some(&body)).expect(200);
    assert_eq!(invited["permissionAssignments"], json!([]));
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
