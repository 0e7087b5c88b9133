//! Permissions that are there from the beginning, and who is given which together with their token.

use crate::support::permissions::{
    END_USER, FULL, assign, lacks, managed, permission, request, revoke_everything,
    service_account, token,
};
use crate::support::{Client, Signer, person, valid};
use dfns_sandbox::Sandbox;
use serde_json::json;

fn sandbox_and_admin(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
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

    // What is no more has nothing.
    let assigned = || {
        let list = admin.get(&format!("{rights}/assignments")).expect(200);
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(assigned(), 1);
    let path = format!("/auth/pats/{same_id}");
    ada.signed("DELETE", &path, None).expect(200);
    assert_eq!(assigned(), 0);
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
