//! From the invitation to a signed request, for every kind of credential, and what is refused on the way.

use std::time::Duration;

use crate::support::passkey::Passkey;
use crate::support::person::{
    anyone, begin_login, begin_registration, factor, invite, key, log_in, register, registered,
    user, valid, with_temporary,
};
use crate::support::{Client, Signer, b64u};
use dfns_sandbox::{Identity, Sandbox};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const NONE: &str = "User does not have a credential that can be used for the application.";
const CHALLENGE: &str = "Challenge token is not valid.";
const TOKEN: &str = "user token is missing or invalid";

fn admin(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

#[test]
fn an_invited_user_registers_logs_in_and_signs() {
    for signer in Signer::all() {
        let sandbox = Sandbox::start().unwrap();
        let admin = admin(&sandbox);
        let user = user(&admin, ADA, "key-1", signer);
        let body = json!({"network": "EthereumSepolia"});
        user.signed("POST", "/wallets", Some(&body)).expect(200);
        let path = format!("/auth/users/{}", user.identity.user_id);
        let shown = valid("getUser", &admin.get(&path));
        assert_eq!(
            (&shown["isRegistered"], &shown["kind"]),
            (&json!(true), &json!("CustomerEmployee"))
        );
    }
}

#[test]
fn a_challenge_says_all_that_an_authenticator_has_to_know() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let code = invite(&admin, ADA);
    let challenge = begin_registration(&admin, ADA, &code);
    let challenge = valid("createRegistrationChallenge", &challenge);
    let algorithms: Vec<_> = challenge["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["alg"].as_i64().unwrap())
        .collect();
    assert_eq!(algorithms, [-7, -8, -257]);
    assert_eq!(challenge["rp"]["id"], "localhost");
    assert_eq!(challenge["user"]["name"], ADA);
    assert_eq!(
        challenge["authenticatorSelection"]["userVerification"],
        "required"
    );
    let kinds = json!(["Fido2", "Key", "PasswordProtectedKey"]);
    assert_eq!(challenge["supportedCredentialKinds"]["firstFactor"], kinds);
    assert_eq!(challenge["excludeCredentials"], json!([]));
}

#[test]
fn a_registration_code_is_the_last_one_sent_and_good_for_four_hours() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let first = invite(&admin, ADA);
    let to_ada = json!({"username": ADA, "orgId": admin.identity.org_id});
    let resend = || anyone(&sandbox, "PUT", "/auth/registration/code", &to_ada);
    valid("resendRegistrationCode", &resend());
    let second = sandbox.last_code(ADA).unwrap();
    let refused = |code: &str, reason: &str| {
        let details = begin_registration(&admin, ADA, code).refused(401, "Not Authorized.");
        assert_eq!(details["reason"], reason);
    };
    refused(&first, "another code was sent");
    sandbox.advance(Duration::from_secs(4 * 60 * 60 - 60));
    begin_registration(&admin, ADA, &second).expect(200);
    sandbox.advance(Duration::from_secs(60));
    refused(&second, "the code has expired");
    resend().expect(200);
    for _ in 0..5 {
        refused("AAA-AAA-AAA", "another code was sent");
    }
    let third = sandbox.last_code(ADA).unwrap();
    refused(&third, "the code was guessed at too often");

    for _ in 0..4 {
        resend().expect(200);
    }
    let reply = resend();
    reply.refused(429, "Too many requests");
    assert_eq!(reply.header("retry-after"), Some("900"));
    sandbox.advance(Duration::from_secs(900));
    resend().expect(200);

    let mail = crate::support::Request::new(sandbox.address(), "GET", "/__sandbox/mail").send();
    let mail = mail.expect(200)["mail"].clone();
    let letters = sandbox.mailbox();
    assert_eq!(mail.as_array().unwrap().len(), letters.len());
    let last = letters.last().unwrap();
    assert_eq!(
        (last.to.as_str(), last.kind.as_str()),
        (ADA, "Registration")
    );
    assert_eq!(mail[letters.len() - 1]["code"], last.code.as_str());
}

#[test]
fn a_temporary_token_is_good_once_for_what_it_was_given_for() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let code = invite(&admin, ADA);
    let begin = || begin_registration(&admin, ADA, &code).expect(200);
    let with_key = |challenge: &Value| json!({"firstFactorCredential": key("Key", "key-1", &Signer::ed25519(2), challenge)});
    // Of another challenge.
    let (one, other) = (begin(), begin());
    register(&sandbox, &one, &with_key(&other)).refused(400, CHALLENGE);
    // Refused or not, it is used up.
    let details = register(&sandbox, &one, &with_key(&one)).refused(401, TOKEN);
    assert_eq!(details["reason"], "the temporary token was used before");
    // For something else.
    let recovery = json!({
        "recovery": factor("RecoveryKey", "key-1", &Signer::ed25519(2), &other),
        "newCredentials": with_key(&other),
    });
    let path = "/auth/recover/user";
    with_temporary(&sandbox, &other, path, &recovery.to_string()).refused(400, CHALLENGE);
    // Another bearer, or none.
    let mut foreign = other.clone();
    foreign["temporaryAuthenticationToken"] = admin.identity.token.as_str().into();
    register(&sandbox, &foreign, &with_key(&other)).refused(401, TOKEN);
    let body = with_key(&other);
    anyone(&sandbox, "POST", "/auth/registration", &body).refused(401, "Not Authorized.");
    let temporary = other["temporaryAuthenticationToken"].as_str().unwrap();
    crate::support::Request::new(sandbox.address(), "GET", "/wallets")
        .header("authorization", &format!("Bearer {temporary}"))
        .send()
        .refused(401, TOKEN);

    sandbox.advance(Duration::from_secs(14 * 60));
    valid("register", &register(&sandbox, &other, &body));
    register(&sandbox, &other, &body).refused(401, TOKEN);
    // Who is registered has no use for the code.
    begin_registration(&admin, ADA, &code).refused(401, "Not Authorized.");
    let late = invite(&admin, BOB);
    let late = begin_registration(&admin, BOB, &late).expect(200);
    sandbox.advance(Duration::from_secs(15 * 60));
    let details = register(&sandbox, &late, &with_key(&late)).refused(401, TOKEN);
    assert_eq!(details["reason"], "the token has expired");
}

#[test]
fn several_credentials_are_registered_together_or_none() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let code = invite(&admin, ADA);
    let begin = || begin_registration(&admin, ADA, &code).expect(200);
    let signer = Signer::ed25519(2);
    let challenge = begin();
    let twice = json!({
        "firstFactorCredential": key("Key", "same", &signer, &challenge),
        "recoveryCredential": key("RecoveryKey", "same", &signer, &challenge),
    });
    register(&sandbox, &challenge, &twice).refused(409, "a credential has that id");
    let challenge = begin();
    let password = json!({"firstFactorCredential":
        {"credentialKind": "Password", "credentialInfo": {"password": "secret"}}});
    let message = "credential kind Password is not supported here";
    register(&sandbox, &challenge, &password).refused(400, message);
    begin_login(&admin, ADA).refused(401, NONE);
    let challenge = begin();
    let all = json!({
        "firstFactorCredential": key("Key", "first", &signer, &challenge),
        "secondFactorCredential": key("PasswordProtectedKey", "second", &signer, &challenge),
        "recoveryCredential": key("RecoveryKey", "third", &signer, &challenge),
    });
    let registered = valid("register", &register(&sandbox, &challenge, &all));
    assert_eq!(registered["credential"]["kind"], "Key");
    let allowed = begin_login(&admin, ADA).expect(200)["allowCredentials"].clone();
    let first = json!([{"type": "public-key", "id": "first"}]);
    assert_eq!(allowed["key"], first);
    assert_eq!(allowed["passwordProtectedKey"], json!([]));
}

#[test]
fn a_login_is_good_once_and_for_whom_it_was_begun() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let (ada, bob) = (Signer::ed25519(2), Signer::ed25519(3));
    registered(&admin, ADA, "ada", &ada);
    registered(&admin, BOB, "bob", &bob);
    let begin = || begin_login(&admin, ADA).expect(200);
    let challenge = begin();
    let bobs = factor("Key", "bob", &bob, &challenge);
    log_in(&sandbox, &challenge, &bobs).refused(401, NONE);
    let challenge = begin();
    let forged = factor("Key", "ada", &bob, &challenge);
    log_in(&sandbox, &challenge, &forged).refused(401, "Not Authorized.");
    let good = factor("Key", "ada", &ada, &challenge);
    let details = log_in(&sandbox, &challenge, &good).refused(400, CHALLENGE);
    assert_eq!(details["reason"], "the challenge was answered before");
    let other = begin();
    let challenge = begin();
    let good = factor("Key", "ada", &ada, &challenge);
    log_in(&sandbox, &other, &good).refused(400, CHALLENGE);
    valid("login", &log_in(&sandbox, &challenge, &good));
    let challenge = begin();
    sandbox.advance(Duration::from_secs(15 * 60));
    let good = factor("Key", "ada", &ada, &challenge);
    log_in(&sandbox, &challenge, &good).refused(400, CHALLENGE);
    // A challenge of another sort.
    let action = admin.init("POST", "/wallets", "{}").expect(200);
    let good = factor("Key", "ada", &ada, &action);
    log_in(&sandbox, &action, &good).refused(400, CHALLENGE);
}

#[test]
fn who_does_not_exist_or_is_deactivated_gets_the_documented_refusal() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let signer = Signer::ed25519(2);
    let user_id = registered(&admin, ADA, "ada", &signer)["user"]["id"].clone();
    let open = begin_login(&admin, ADA).expect(200);
    let path = format!("/auth/users/{}", user_id.as_str().unwrap());
    let deactivate = format!("{path}/deactivate");
    let starts = |username: &str, org_id: &str| {
        let body = |more: &[(&str, &str)]| {
            let mut body = json!({"username": username, "orgId": org_id});
            for (name, value) in more {
                body[*name] = (*value).into();
            }
            body
        };
        let post = |path: &str, body: Value| anyone(&sandbox, "POST", path, &body);
        [
            post("/auth/login/init", body(&[])),
            post("/auth/login/code", body(&[])),
            post(
                "/auth/registration/init",
                body(&[("registrationCode", "x")]),
            ),
            anyone(&sandbox, "PUT", "/auth/registration/code", &body(&[])),
            post("/auth/recover/user/code", body(&[])),
            post(
                "/auth/recover/user/init",
                body(&[("verificationCode", "x"), ("credentialId", "x")]),
            ),
        ]
    };
    let org_id = admin.identity.org_id.as_str();
    for reply in starts("nobody", org_id).iter().chain(&starts(ADA, "or-x")) {
        reply.refused(401, "User not found");
    }
    let body = json!({});
    admin.signed("PUT", &deactivate, Some(&body)).expect(200);
    for reply in starts(ADA, org_id) {
        reply.refused(400, "User account has been deactivated.");
    }
    let good = factor("Key", "ada", &signer, &open);
    log_in(&sandbox, &open, &good).refused(400, "User account has been deactivated.");
    // Service accounts have no way to log in.
    begin_login(&admin, "tests").refused(401, "User not found");
}

#[test]
fn a_passkey_logs_in_with_and_without_a_username() {
    for signer in [Signer::p256(), Signer::ed25519(2), Signer::rsa()] {
        let sandbox = Sandbox::start().unwrap();
        let admin = admin(&sandbox);
        let mut passkey = Passkey::new(signer);
        let code = invite(&admin, ADA);
        let challenge = begin_registration(&admin, ADA, &code).expect(200);
        let text = |challenge: &Value| challenge["challenge"].as_str().unwrap().to_owned();
        let body = json!({"firstFactorCredential": passkey.credential(&text(&challenge))});
        let made = valid("register", &register(&sandbox, &challenge, &body));
        let user_id = made["user"]["id"].as_str().unwrap();

        let challenge = begin_login(&admin, ADA).expect(200);
        let allowed = json!([{"type": "public-key", "id": passkey.id()}]);
        assert_eq!(challenge["allowCredentials"]["webauthn"], allowed);
        let assertion = passkey.assertion(&b64u(text(&challenge)));
        log_in(&sandbox, &challenge, &assertion).expect(200);

        let nameless = json!({"orgId": admin.identity.org_id});
        let begin = || anyone(&sandbox, "POST", "/auth/login/init", &nameless);
        let unnamed = "without a username userHandle has to name the passkey's user";
        for handle in [None, Some(b64u("us-other"))] {
            passkey.user_handle = handle;
            let challenge = valid("createLoginChallenge", &begin());
            let assertion = passkey.assertion(&text(&challenge));
            let reply = log_in(&sandbox, &challenge, &assertion);
            let details = reply.refused(401, "Not Authorized.");
            assert_eq!(details["reason"], unnamed);
        }
        passkey.user_handle = Some(b64u(user_id));
        let challenge = begin().expect(200);
        let assertion = passkey.assertion(&text(&challenge));
        let token = log_in(&sandbox, &challenge, &assertion).expect(200)["token"].clone();
        let identity = Identity {
            token: token.as_str().unwrap().to_owned(),
            ..admin.identity.clone()
        };
        Client {
            sandbox: &sandbox,
            identity,
            signer: Signer::p256(),
        }
        .get("/wallets")
        .expect(200);
        let challenge = begin().expect(200);
        let key = factor("Key", &passkey.id(), &passkey.signer, &challenge);
        log_in(&sandbox, &challenge, &key).refused(401, "Not Authorized.");
    }
}
