//! A service account registers and logs in the end users of its application, whose wallets are theirs.

use crate::support::permissions::{assign, permission};
use crate::support::person::{invite, key, register, token, valid, with_temporary};
use crate::support::{Client, Reply, Signer};
use dfns_sandbox::{Identity, Sandbox};
use serde_json::{Value, json};

const EVE: &str = "eve@example.com";
const TAKEN: &str = "Conflicting user with same email";
const DELEGATED: &str = "/auth/registration/delegated";

fn begin(admin: &Client<'_>, email: &str, kind: &str) -> Reply {
    let body = json!({"email": email, "kind": kind});
    admin.signed("POST", DELEGATED, Some(&body))
}

fn end_user(admin: &Client<'_>, challenge: &Value, wallets: &Value) -> Reply {
    let body = json!({
        "firstFactorCredential": key("Key", "eve", &Signer::ed25519(2), challenge),
        "wallets": wallets,
    });
    let path = "/auth/registration/enduser";
    with_temporary(admin.sandbox, challenge, path, &body.to_string())
}

#[test]
fn an_end_user_gets_wallets_and_is_logged_in() {
    let sandbox = Sandbox::start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let challenge = valid(
        "createDelegatedRegistrationChallenge",
        &begin(&admin, EVE, "EndUser"),
    );
    // Who did not get to the end begins again.
    let again = begin(&admin, EVE, "EndUser").expect(200);
    assert_eq!(challenge["user"], again["user"]);
    let wallets = json!([{"network": "EthereumSepolia", "name": "mine"}, {"network": "Solana"}]);
    let made = valid("registerEndUser", &end_user(&admin, &again, &wallets));
    let user_id = made["user"]["id"].as_str().unwrap();
    let wallets = made["wallets"].as_array().unwrap();
    assert_eq!(wallets.len(), 2);
    for wallet in wallets {
        assert_eq!(wallet["signingKey"]["delegatedTo"], user_id);
        assert_eq!(wallet["custodial"], false);
    }
    let owned = admin.get(&format!("/wallets?owner={user_id}")).expect(200);
    assert_eq!(owned["items"], made["wallets"]);

    let eve = Client {
        sandbox: &sandbox,
        identity: Identity {
            token: made["authentication"]["token"].as_str().unwrap().to_owned(),
            credential_id: "eve".to_owned(),
            user_id: user_id.to_owned(),
            org_id: admin.identity.org_id.clone(),
        },
        signer: Signer::ed25519(2),
    };
    let body = json!({"name": "a tag"});
    let path = format!("/wallets/{}", wallets[0]["id"].as_str().unwrap());
    eve.get(&path).expect(200);
    // What end users begin with is to use a wallet, not to rename it.
    eve.signed("PUT", &path, Some(&body))
        .refused(403, "Forbidden");
    assign(&admin, &permission(&admin, &["Wallets:Update"]), user_id);
    eve.signed("PUT", &path, Some(&body)).expect(200);
    let shown = admin.get(&format!("/auth/users/{user_id}")).expect(200);
    assert_eq!(
        (&shown["kind"], &shown["isRegistered"]),
        (&json!("EndUser"), &json!(true))
    );
    for email in [EVE.to_owned(), EVE.to_uppercase()] {
        let status = if email == EVE { 409 } else { 200 };
        assert_eq!(begin(&admin, &email, "EndUser").status, status);
    }
}

#[test]
fn only_a_service_account_acts_for_others() {
    let sandbox = Sandbox::start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let signer = Signer::ed25519(3);
    let identity = sandbox.add_user("ada", &signer.public_pem()).unwrap();
    let ada = Client {
        sandbox: &sandbox,
        identity,
        signer,
    };
    begin(&ada, EVE, "EndUser").refused(403, "Forbidden");
    let log_in = |who: &Client<'_>, username: &str| {
        let body = json!({"username": username});
        who.signed("POST", "/auth/login/delegated", Some(&body))
    };
    log_in(&ada, "ada").refused(403, "Forbidden");
    log_in(&admin, EVE).refused(401, "User not found");
    let challenge = begin(&admin, EVE, "EndUser").expect(200);
    let message = "User does not have a credential that can be used for the application.";
    log_in(&admin, EVE).refused(401, message);
    let signer = Signer::ed25519(2);
    let body = json!({"firstFactorCredential": key("Key", "eve", &signer, &challenge)});
    valid("register", &register(&sandbox, &challenge, &body));
    let read = valid("delegatedLogin", &log_in(&admin, EVE));
    let identity = Identity {
        token: read["token"].as_str().unwrap().to_owned(),
        credential_id: "eve".to_owned(),
        ..admin.identity.clone()
    };
    // Good for reading; what is signed the user signs.
    let mut eve = Client {
        sandbox: &sandbox,
        identity,
        signer: Signer::ed25519(1),
    };
    eve.get("/wallets").expect(200);
    let challenge = eve.init("POST", "/wallets", "{}").expect(200);
    eve.complete(&challenge, &eve.assertion(&challenge))
        .refused(403, "user action signature is missing or invalid");
    eve.signer = signer;
    eve.user_action("POST", "/wallets", "{}");
}

#[test]
fn an_employee_is_no_end_user() {
    let sandbox = Sandbox::start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let code = invite(&admin, EVE);
    begin(&admin, EVE, "EndUser").refused(409, TAKEN);
    let challenge = begin(&admin, EVE, "CustomerEmployee").expect(200);
    let wallets = json!([{"network": "Solana"}]);
    end_user(&admin, &challenge, &wallets).refused(403, "Forbidden");
    assert_eq!(admin.get("/wallets").expect(200)["items"], json!([]));
    let challenge = crate::support::person::begin_registration(&admin, EVE, &code).expect(200);
    let signer = Signer::ed25519(2);
    let body = json!({"firstFactorCredential": key("Key", "eve", &signer, &challenge)});
    register(&sandbox, &challenge, &body).expect(200);
    token(&admin, EVE, "eve", &signer);
}

#[test]
fn a_refused_registration_makes_no_wallet() {
    let sandbox = Sandbox::start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let challenge = begin(&admin, EVE, "EndUser").expect(200);
    let mut other = challenge.clone();
    other["challenge"] = "b3RoZXI".into();
    let wallets = json!([{"network": "Solana"}]);
    end_user(&admin, &other, &wallets).refused(400, "Challenge token is not valid.");
    assert_eq!(admin.get("/wallets").expect(200)["items"], json!([]));
}
