//! Users, permissions with their assignments, and webhooks.

use crate::support::{Client, Signer};
use dfns_sandbox::{Sandbox, api};
use serde_json::{Value, json};

fn id(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

#[track_caller]
fn valid(operation: &str, value: Value) -> Value {
    assert_eq!(api::validate_response(operation, &value), Ok(()), "{value}");
    value
}

#[test]
fn a_user_lives() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"email": "ada@example.com", "kind": "EndUser"});
    let made = client
        .signed("POST", "/auth/users", Some(&body))
        .expect(200);
    let made = valid("createUser", made);
    assert_eq!(made["username"], "ada@example.com");
    assert_eq!(
        (&made["isRegistered"], &made["isActive"]),
        (&json!(false), &json!(true))
    );
    client
        .signed("POST", "/auth/users", Some(&body))
        .refused(409, "Conflicting user with same email");

    let path = format!("/auth/users/{}", id(&made, "userId"));
    assert_eq!(valid("getUser", client.get(&path).expect(200)), made);
    let change = |action: &str, body: Option<&Value>| {
        let changed = client.signed("PUT", &format!("{path}{action}"), body);
        changed.expect(200)
    };
    assert_eq!(change("/deactivate", Some(&json!({})))["isActive"], false);
    assert_eq!(change("/activate", None)["isActive"], true);
    assert_eq!(
        change("", Some(&json!({"isSSORequired": true})))["isSSORequired"],
        true
    );
    client.signed("DELETE", &path, None).expect(200);
    client.get(&path).refused(404, "user not found");
    client
        .signed("POST", "/auth/users", Some(&body))
        .expect(200);
}

#[test]
fn a_deactivated_user_calls_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let signer = Signer::ed25519(2);
    let user = Client {
        sandbox: &sandbox,
        identity: sandbox.add_user("ada", &signer.public_pem()).unwrap(),
        signer,
    };
    user.get("/wallets").expect(200);
    let path = format!("/auth/users/{}", user.identity.user_id);
    let body = json!({});
    client
        .signed("PUT", &format!("{path}/deactivate"), Some(&body))
        .expect(200);
    user.get("/wallets")
        .refused(400, "User account has been deactivated.");
    client.signed("DELETE", &path, None).expect(200);
    user.get("/wallets")
        .refused(401, "user token is missing or invalid");
}

#[test]
fn users_are_listed_by_kind_and_page() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    for number in 0..5 {
        let kind = if number % 2 == 0 {
            "EndUser"
        } else {
            "CustomerEmployee"
        };
        let body = json!({"email": format!("{number}@example.com"), "kind": kind});
        client
            .signed("POST", "/auth/users", Some(&body))
            .expect(200);
    }
    let page = valid(
        "listUsers",
        client.get("/auth/users?limit=2&kind=EndUser").expect(200),
    );
    let names = |page: &Value| -> Vec<Value> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|user| user["username"].clone()).collect()
    };
    assert_eq!(names(&page), ["0@example.com", "2@example.com"]);
    let token = id(&page, "nextPageToken");
    let rest = format!("/auth/users?limit=2&kind=EndUser&paginationToken={token}");
    assert_eq!(names(&client.get(&rest).expect(200)), ["4@example.com"]);
}

#[test]
fn a_permission_lives() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"name": "readers", "operations": ["Wallets:Read"]});
    let made = client
        .signed("POST", "/permissions", Some(&body))
        .expect(200);
    let made = valid("createPermission", made);
    let path = format!("/permissions/{}", id(&made, "id"));
    assert_eq!(valid("getPermission", client.get(&path).expect(200)), made);
    let renamed = client.signed("PUT", &path, Some(&json!({"name": "people"})));
    assert_eq!(
        valid("updatePermission", renamed.expect(200))["name"],
        "people"
    );

    let assignments = format!("{path}/assignments");
    let to = json!({"identityId": client.identity.user_id});
    let assigned = client.signed("POST", &assignments, Some(&to)).expect(200);
    let assigned = valid("assignPermission", assigned);
    client
        .signed("POST", &assignments, Some(&to))
        .refused(409, "the permission is assigned already");
    client
        .signed(
            "POST",
            &assignments,
            Some(&json!({"identityId": "us-none"})),
        )
        .refused(404, "identity not found");
    let list = valid("listAssignments", client.get(&assignments).expect(200));
    assert_eq!(list["items"], json!([assigned]));
    let account = format!("/auth/service-accounts/{}", client.identity.user_id);
    let account = valid("getServiceAccount", client.get(&account).expect(200));
    let shown = &account["userInfo"]["permissionAssignments"][1];
    assert_eq!(
        (&shown["permissionId"], &shown["permissionName"]),
        (&made["id"], &json!("people"))
    );

    let one = format!("{assignments}/{}", id(&assigned, "id"));
    assert_eq!(client.signed("DELETE", &one, None).status, 204);
    client
        .signed("DELETE", &one, None)
        .refused(404, "assignment not found");
    let archive = format!("{path}/archive");
    client
        .signed("PUT", &archive, Some(&json!({"isArchived": true})))
        .expect(200);
    client
        .signed("POST", &assignments, Some(&to))
        .refused(400, "the permission is archived");
    let list = valid("listPermissions", client.get("/permissions").expect(200));
    let archived = |list: &Value| -> Vec<_> {
        let items = list["items"].as_array().unwrap().iter();
        let archived = items.filter(|permission| permission["isArchived"] == true);
        archived.map(|permission| id(permission, "id")).collect()
    };
    assert_eq!(archived(&list), [id(&made, "id")]);
    client.signed("DELETE", &path, None).expect(200);
    client.get(&path).refused(404, "permission not found");
    assert!(archived(&client.get("/permissions").expect(200)).is_empty());
}

#[test]
fn a_webhook_lives_and_shows_its_secret_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let body = json!({"url": "https://example.com/hook", "events": ["wallet.created"]});
    let mut made = Vec::new();
    for _ in 0..3 {
        let webhook = client.signed("POST", "/webhooks", Some(&body)).expect(200);
        made.push(valid("createWebhook", webhook));
    }
    assert_eq!(made[0]["status"], "Enabled");
    assert_ne!(made[0]["secret"], made[1]["secret"]);
    let path = format!("/webhooks/{}", id(&made[0], "id"));
    let shown = valid("getWebhook", client.get(&path).expect(200));
    assert_eq!(shown.get("secret"), None);
    let change = json!({"status": "Disabled"});
    let changed = client.signed("PUT", &path, Some(&change)).expect(200);
    let changed = valid("updateWebhook", changed);
    assert_eq!(
        (&changed["status"], &changed["url"]),
        (&json!("Disabled"), &body["url"])
    );
    let page = valid("listWebhooks", client.get("/webhooks?limit=2").expect(200));
    assert!(!page.to_string().contains("secret"));

    // A page goes on where it stopped, also when an item before it was deleted.
    let deleted = client.signed("DELETE", &path, None).expect(200);
    assert_eq!(valid("deleteWebhook", deleted), json!({"deleted": true}));
    client.get(&path).refused(404, "webhook not found");
    let rest = format!("/webhooks?paginationToken={}", id(&page, "nextPageToken"));
    let rest = client.get(&rest).expect(200);
    assert_eq!(rest["items"][0]["id"], made[2]["id"]);
}
