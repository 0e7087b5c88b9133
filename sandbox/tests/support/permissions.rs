use dfns_sandbox::Identity;
use serde_json::{Value, json};

use super::{Client, Reply, Signer, id, valid};

pub const FULL: &str = "ManagedFullAdminAccess";
pub const END_USER: &str = "ManagedDefaultEndUserAccess";

/// Makes a permission, and gives its path.
pub fn permission(admin: &Client<'_>, operations: &[&str]) -> String {
    let body = json!({"name": operations.join(" "), "operations": operations});
    let made = admin
        .signed("POST", "/permissions", Some(&body))
        .expect(200);
    format!("/permissions/{}", id(&made))
}

/// Assigns a permission, and gives the assignment's path.
pub fn assign(admin: &Client<'_>, permission: &str, identity_id: &str) -> String {
    let path = format!("{permission}/assignments");
    let body = json!({"identityId": identity_id});
    let assigned = admin.signed("POST", &path, Some(&body)).expect(200);
    format!("{path}/{}", id(&assigned))
}

/// The path of the permission that the service manages under that name.
pub fn managed(admin: &Client<'_>, name: &str) -> String {
    let list = admin.get("/permissions").expect(200);
    let mut items = list["items"].as_array().unwrap().iter();
    let found = items.find(|permission| permission["name"] == name);
    format!("/permissions/{}", id(found.expect("that permission")))
}

/// Lets someone who was made over the API do everything.
pub fn permit_everything(admin: &Client<'_>, identity_id: &str) {
    assign(admin, &managed(admin, FULL), identity_id);
}

/// What is sent for a new service account or token.
pub fn request(signer: &Signer, permission: Option<&str>) -> Value {
    let mut body = json!({"name": "bot", "publicKey": signer.public_pem()});
    if let Some(permission) = permission {
        body["permissionId"] = permission.trim_start_matches("/permissions/").into();
    }
    body
}

pub fn bearer<'a>(by: &Client<'a>, token: &Value, signer: Signer) -> Client<'a> {
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

pub fn service_account<'a>(admin: &Client<'a>, permission: Option<&str>) -> Client<'a> {
    let signer = Signer::ed25519(2);
    let body = request(&signer, permission);
    let made = admin.signed("POST", "/auth/service-accounts", Some(&body));
    let made = valid("createServiceAccount", made.expect(200));
    bearer(admin, &made["accessTokens"][0], signer)
}

/// A personal access token, and its id.
pub fn token<'a>(user: &Client<'a>, permission: Option<&str>) -> (Client<'a>, String) {
    let signer = Signer::ed25519(3);
    let body = request(&signer, permission);
    let made = user.signed("POST", "/auth/pats", Some(&body)).expect(200);
    let made = valid("createPersonalAccessToken", made);
    let id = made["tokenId"].as_str().unwrap().to_owned();
    (bearer(user, &made, signer), id)
}

pub fn create_wallet(client: &Client<'_>) -> Reply {
    let body = json!({"network": "EthereumSepolia"});
    client.signed("POST", "/wallets", Some(&body))
}

/// Takes from a user what the tests' invitations give.
pub fn revoke_everything(admin: &Client<'_>, user_id: &str) {
    let path = format!("{}/assignments", managed(admin, FULL));
    let list = valid("listAssignments", admin.get(&path).expect(200));
    let mut items = list["items"].as_array().unwrap().iter();
    let found = items.find(|assignment| assignment["identityId"] == user_id);
    let path = format!("{path}/{}", id(found.unwrap()));
    admin.signed("DELETE", &path, None).expect(204);
}

#[track_caller]
pub fn lacks(reply: &Reply, permission: &str, identity_id: &str) {
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
