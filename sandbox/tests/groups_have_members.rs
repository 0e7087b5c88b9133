//! Groups of users, of the organisation and of its tenant, and who else is at the tenant.

use crate::support::{Client, Signer, id, valid};
use dfns_sandbox::Sandbox;
use serde_json::{Value, json};

fn user(client: &Client<'_>, email: &str) -> String {
    let body = json!({"email": email, "kind": "EndUser"});
    let made = client
        .signed("POST", "/auth/users", Some(&body))
        .expect(200);
    made["userId"].as_str().unwrap().to_owned()
}

fn tenant_user(client: &Client<'_>, email: &str) -> String {
    let made = client.signed("POST", "/tenant/users", Some(&json!({"email": email})));
    id(&valid("createTenantUser", made.expect(200)))
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|member| member["username"].as_str().unwrap())
        .collect()
}

#[test]
fn members_come_and_go() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let kinds = [
        ("/auth/user-groups", "UserGroup", "/auth/users"),
        ("/tenant/user-groups", "TenantUserGroup", "/tenant/users"),
    ];
    for (groups, name, users) in kinds {
        let user = if name == "UserGroup" {
            user
        } else {
            tenant_user
        };
        let [one, two, three] =
            ["1@example.com", "2@example.com", "3@example.com"].map(|e| user(&client, e));
        let body = json!({"name": "ops", "description": "on call"});
        let made = client.signed("POST", groups, Some(&body)).expect(200);
        let made = valid(&format!("create{name}"), made);
        let group = format!("{groups}/{}", id(&made));
        let members = format!("{group}/members");
        let change = |method: &str, ids: &[&str]| {
            client.signed(method, &members, Some(&json!({"userIds": ids})))
        };

        change("POST", &[&one, &two, &three]).expect(200);
        change("POST", &[&one]).expect(200);
        change("POST", &["us-none"]).refused(404, "user not found");
        let page = client.get(&format!("{members}?limit=2")).expect(200);
        let page = valid(&format!("list{name}Members"), page);
        assert_eq!(names(&page), ["1@example.com", "2@example.com"]);
        let token = page["nextPageToken"].as_str().unwrap();
        let rest = client
            .get(&format!("{members}?paginationToken={token}"))
            .expect(200);
        assert_eq!(names(&rest), ["3@example.com"]);

        change("DELETE", &[&two, "us-none"]).expect(200);
        client
            .signed("DELETE", &format!("{users}/{three}"), None)
            .expect(200);
        assert_eq!(names(&client.get(&members).expect(200)), ["1@example.com"]);
        let seen = valid(&format!("get{name}"), client.get(&group).expect(200));
        assert_eq!(
            (&seen["memberCount"], &seen["description"]),
            (&json!(1), &json!("on call"))
        );
        let renamed = json!({"name": "operations", "description": null});
        let renamed = client.signed("PUT", &group, Some(&renamed)).expect(200);
        let renamed = valid(&format!("update{name}"), renamed);
        assert_eq!(
            (&renamed["name"], renamed.get("description")),
            (&json!("operations"), None)
        );

        client.signed("DELETE", &group, None).expect(200);
        client.get(&members).refused(404, "user group not found");
        assert_eq!(client.get(groups).expect(200)["items"], json!([]));
    }
}

#[test]
fn users_of_a_tenant_have_its_permission() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let user = tenant_user(&client, "ada@example.com");
    let invite = json!({"email": "ada@example.com", "kind": "TenantUser"});
    let again = client.signed("POST", "/auth/users/invite", Some(&invite));
    assert_eq!(
        again.refused(409, "Conflicting user with same email")["duplicate"]["id"],
        user
    );
    let path = format!("/tenant/users/{user}");
    client
        .signed("PUT", &path, Some(&json!({"isSSORequired": true})))
        .expect(200);
    assert_eq!(client.get(&path).expect(200)["isSSORequired"], true);

    let all = valid(
        "listTenantPermissions",
        client.get("/tenant/permissions").expect(200),
    );
    let permission = format!("/tenant/permissions/{}", id(&all["items"][0]));
    assert_eq!(
        valid("getTenantPermission", client.get(&permission).expect(200)),
        all["items"][0]
    );
    let to = json!({"identityId": user});
    let change =
        |end: &str, to: &Value| client.signed("POST", &format!("{permission}/{end}"), Some(to));
    assert_eq!(change("assign", &to).status, 204);
    change("assign", &to).refused(409, "the permission is assigned already");
    change("assign", &json!({"identityId": "us-none"})).refused(404, "identity not found");
    let seen = valid("getTenantUser", client.get(&path).expect(200));
    assert_eq!(
        seen["permissions"][0]["permissionId"],
        all["items"][0]["id"]
    );
    assert_eq!(change("revoke", &to).status, 204);
    change("revoke", &to).refused(404, "assignment not found");
    assert_eq!(client.get(&path).expect(200)["permissions"], json!([]));
    client.signed("DELETE", &path, None).expect(200);
    client.get(&path).refused(404, "user not found");
}

#[test]
fn the_organisation_is_one_of_its_tenants() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let own = format!("/tenant/orgs/{}", client.identity.org_id);
    assert_eq!(
        valid("getOrg", client.get(&own).expect(200))["org"]["status"],
        "Active"
    );
    let body = json!({"name": "second", "keyStores": []});
    let made = client
        .signed("POST", "/tenant/orgs", Some(&body))
        .expect(200);
    let path = format!("/tenant/orgs/{}", id(&valid("createOrg", made)["org"]));
    let renamed = client
        .signed("PUT", &path, Some(&json!({"name": "another"})))
        .expect(200);
    assert_eq!(valid("updateOrg", renamed)["org"]["name"], "another");
    let status = |status: &str| {
        client.signed(
            "PUT",
            &format!("{path}/status"),
            Some(&json!({"status": status})),
        )
    };
    status("Suspended").expect(200);
    let list = client
        .get("/tenant/orgs?status=Suspended&status=Archived")
        .expect(200);
    assert_eq!(valid("listOrgs", list)["items"][0]["name"], "another");
    assert_eq!(
        client.get("/tenant/orgs").expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    status("Archived").expect(200);
    status("Active").refused(400, "it is archived");
}
