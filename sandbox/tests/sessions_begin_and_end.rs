//! What is shown before a login, and how long what it gives is good.

use std::time::Duration;

use crate::support::person::{
    anyone, begin_login, begin_registration, factor, invite, key, log_in, register, registered,
    token, user, valid,
};
use crate::support::{Client, Signer};
use dfns_sandbox::{Check, Identity, Outcome, Sandbox};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const TOKEN: &str = "user token is missing or invalid";

fn admin(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

#[test]
fn a_key_kept_for_its_user_is_shown_to_who_has_a_code() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let code = invite(&admin, ADA);
    let challenge = begin_registration(&admin, ADA, &code).expect(200);
    let signer = Signer::p256();
    let credential = key("PasswordProtectedKey", "kept", &signer, &challenge);
    let body = json!({"firstFactorCredential": credential});
    register(&sandbox, &challenge, &body).expect(200);

    let mut wanted = json!({"orgId": admin.identity.org_id, "username": ADA});
    let begin = |body: &Value| anyone(&sandbox, "POST", "/auth/login/init", body);
    let hidden = begin(&wanted).expect(200);
    assert_eq!(
        hidden["allowCredentials"]["passwordProtectedKey"],
        json!([])
    );
    wanted["loginCode"] = "AAA-AAA-AAA".into();
    begin(&wanted).refused(401, "Not Authorized.");
    let to_ada = json!({"username": ADA, "orgId": admin.identity.org_id});
    let sent = anyone(&sandbox, "POST", "/auth/login/code", &to_ada);
    valid("sendLoginCode", &sent);
    wanted["loginCode"] = sandbox.last_code(ADA).unwrap().into();
    let shown = valid("createLoginChallenge", &begin(&wanted));
    let kept =
        json!([{"type": "public-key", "id": "kept", "encryptedPrivateKey": "encrypted kept"}]);
    assert_eq!(shown["allowCredentials"]["passwordProtectedKey"], kept);
    let details = begin(&wanted).refused(401, "Not Authorized.");
    assert_eq!(details["reason"], "the code was used before");

    let answer = factor("PasswordProtectedKey", "kept", &signer, &shown);
    let token = valid("login", &log_in(&sandbox, &shown, &answer))["token"].clone();
    // Who is logged in needs no code.
    let identity = Identity {
        token: token.as_str().unwrap().to_owned(),
        ..admin.identity.clone()
    };
    let user = Client {
        sandbox: &sandbox,
        identity,
        signer,
    };
    let challenge = user.init("POST", "/wallets", "{}").expect(200);
    assert_eq!(challenge["allowCredentials"]["passwordProtectedKey"], kept);
}

#[test]
fn a_session_ends_when_its_user_says_so_or_with_time() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let mut user = user(&admin, ADA, "key", Signer::ed25519(2));
    let log_in = |user: &mut Client<'_>| {
        let token = token(&admin, ADA, "key", &user.signer);
        std::mem::replace(&mut user.identity.token, token)
    };
    let first = log_in(&mut user);
    let out = |user: &Client<'_>, body: Value| {
        let request = user.request("PUT", "/auth/logout");
        valid("logout", &request.json(&body).send())
    };
    out(&user, json!({}));
    user.get("/wallets").refused(401, TOKEN);
    user.identity.token = first;
    user.get("/wallets").expect(200);
    let other = log_in(&mut user);
    out(&user, json!({"allSessions": true}));
    for token in [other, user.identity.token.clone()] {
        user.identity.token = token;
        user.get("/wallets").refused(401, TOKEN);
    }
    let request = admin.request("PUT", "/auth/logout");
    request.json(&json!({})).send().refused(403, "Forbidden");
    admin.get("/wallets").expect(200);

    log_in(&mut user);
    let org_id = user.identity.org_id.clone();
    let exchange =
        |user: &Client<'_>, target: &str| user.post("/auth/tokens", &json!({"target": target}));
    exchange(&user, "or-x").refused(404, "organization not found");
    exchange(&admin, &org_id).refused(403, "Forbidden");
    sandbox.advance(Duration::from_secs(6 * 60 * 60 - 1));
    let token = valid("exchangeAccessToken", &exchange(&user, &org_id))["token"].clone();
    user.identity.token = token.as_str().unwrap().to_owned();
    user.get("/wallets").expect(200);
    // It is good for no longer than the one it was made from.
    sandbox.advance(Duration::from_secs(1));
    let details = user.get("/wallets").refused(401, TOKEN);
    assert_eq!(details["reason"], "the token has expired");
}

#[test]
fn one_session_too_many_ends_the_oldest() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let mut user = user(&admin, ADA, "key", Signer::ed25519(2));
    let second = token(&admin, ADA, "key", &user.signer);
    for _ in 2..50 {
        token(&admin, ADA, "key", &user.signer);
    }
    user.get("/wallets").expect(200);
    token(&admin, ADA, "key", &user.signer);
    user.get("/wallets").refused(401, TOKEN);
    user.identity.token = second;
    user.get("/wallets").expect(200);
}

#[test]
fn the_log_names_the_check_that_a_login_failed() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let (signer, other) = (Signer::ed25519(2), Signer::ed25519(3));
    registered(&admin, ADA, "ada", &signer);
    let failed = |make: &dyn Fn(&Value) -> Value| {
        let challenge = begin_login(&admin, ADA).expect(200);
        log_in(&sandbox, &challenge, &make(&challenge));
        let seen = sandbox.log().pop().unwrap();
        let checks = seen.checks();
        let failed = checks
            .iter()
            .find(|(_, outcome)| *outcome == Outcome::Failed);
        failed.map(|(check, _)| *check)
    };
    assert_eq!(
        failed(&|challenge| factor("Key", "ada", &signer, challenge)),
        None
    );
    let forged = failed(&|challenge| factor("Key", "ada", &other, challenge));
    assert_eq!(forged, Some(Check::Signature));
    let unknown = failed(&|challenge| factor("Key", "bob", &signer, challenge));
    assert_eq!(unknown, Some(Check::Credential));
    let another = json!({"challenge": "another"});
    let stale = failed(&|_| factor("Key", "ada", &signer, &another));
    assert_eq!(stale, Some(Check::ClientData));
    let challenge = json!({"challenge": "x", "challengeIdentifier": "unknown"});
    log_in(
        &sandbox,
        &challenge,
        &factor("Key", "ada", &signer, &challenge),
    );
    let checks = sandbox.log().pop().unwrap().checks();
    assert!(
        checks.contains(&(Check::Challenge, Outcome::Failed)),
        "{checks:?}"
    );
    // What was proven is not readable there.
    let log = crate::support::Request::new(sandbox.address(), "GET", "/__sandbox/log").send();
    let log = log.expect(200).to_string();
    let code = sandbox.last_code(ADA).unwrap();
    assert!(!log.contains(&code), "{log}");
}
