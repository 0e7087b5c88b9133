//! Single sign-on, OIDC and social logins: the sandbox has no identity provider, so the test plays it.

use std::time::Duration;

use crate::support::person::{
    anyone, begin_login, factor, invite, key, log_in, register, registered, token, valid,
};
use crate::support::{Client, Reply, Signer, b64u};
use dfns_sandbox::{Identity, Sandbox};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const REFUSED: &str = "Not Authorized.";

fn admin(sandbox: &Sandbox) -> Client<'_> {
    Client::new(sandbox, Signer::ed25519(1))
}

fn bearer<'a>(admin: &Client<'a>, token: &Value) -> Client<'a> {
    let identity = Identity {
        token: token.as_str().unwrap().to_owned(),
        ..admin.identity.clone()
    };
    Client {
        sandbox: admin.sandbox,
        identity,
        signer: Signer::ed25519(2),
    }
}

/// The `state` in a URL that a user is sent to.
fn state(url: &Value) -> String {
    let url = url.as_str().unwrap();
    let (_, after) = url.split_once("&state=").unwrap();
    after.split('&').next().unwrap().to_owned()
}

fn id_token(claims: &Value) -> String {
    let (head, claims) = (b64u(r#"{"alg":"RS256"}"#), b64u(claims.to_string()));
    format!("{head}.{claims}.c2lnbmF0dXJl")
}

fn social(sandbox: &Sandbox, path: &str, token: &str) -> Reply {
    let body = json!({"idToken": token, "socialLoginProviderKind": "Oidc"});
    anyone(sandbox, "POST", path, &body)
}

#[test]
fn a_code_with_its_state_logs_in_once() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    registered(&admin, ADA, "ada", &Signer::ed25519(2));
    invite(&admin, "bob@example.com");
    let init = || {
        let body = json!({
            "orgId": admin.identity.org_id, "clientId": "a client",
            "redirectUri": "https://app.example.com/back?a=1",
        });
        let begun = anyone(&sandbox, "POST", "/auth/login/sso/init", &body);
        valid("ssoLoginInit", &begun)["ssoRedirectUrl"].clone()
    };
    let finish = |code: &str, state: &str| {
        let body = json!({"code": code, "state": state});
        anyone(&sandbox, "POST", "/auth/login/sso", &body)
    };
    let url = init();
    let redirect = "client_id=a%20client&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback%3Fa%3D1";
    assert!(url.as_str().unwrap().contains(redirect), "{url}");
    let given = state(&url);
    let token = valid("ssoLogin", &finish(ADA, &given))["token"].clone();
    bearer(&admin, &token).get("/wallets").expect(200);
    let details = finish(ADA, &given).refused(401, REFUSED);
    assert_eq!(
        details["reason"],
        "state: the challenge was answered before"
    );
    finish(ADA, "made-up").refused(401, REFUSED);
    finish("nobody", &state(&init())).refused(401, "User not found");
    let message = "User does not have a credential that can be used for the application.";
    finish("bob@example.com", &state(&init())).refused(401, message);
    let late = state(&init());
    sandbox.advance(Duration::from_secs(15 * 60));
    finish(ADA, &late).refused(401, REFUSED);
    let body = json!({"code": ADA, "state": state(&init())});
    anyone(&sandbox, "POST", "/auth/login/oidc", &body).refused(401, REFUSED);
}

#[test]
fn who_has_to_sign_on_elsewhere_is_told_so() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let signer = Signer::ed25519(2);
    let made = registered(&admin, ADA, "ada", &signer);
    let path = format!("/auth/users/{}", made["user"]["id"].as_str().unwrap());
    let body = json!({"isSSORequired": true});
    admin.signed("PUT", &path, Some(&body)).expect(200);
    let challenge = begin_login(&admin, ADA).expect(200);
    let answer = factor("Key", "ada", &signer, &challenge);
    let told = valid("login", &log_in(&sandbox, &challenge, &answer));
    assert_eq!(told, json!({"ssoClientId": "sandbox"}));
}

#[test]
fn a_first_credential_is_made_after_an_oidc_login() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    invite(&admin, ADA);
    let oidc = || {
        let body = json!({"redirectUri": "https://app.example.com", "nonce": "n"});
        let begun = anyone(&sandbox, "POST", "/auth/login/oidc/init", &body);
        let url = valid("oidcLoginInit", &begun)["redirectUrl"].clone();
        let body = json!({"code": ADA, "state": state(&url)});
        let reply = anyone(&sandbox, "POST", "/auth/login/oidc", &body);
        valid("oidcLogin", &reply)
    };
    let first = oidc();
    let user = bearer(&admin, &first["token"]);
    let challenge = &first["credentialChallenge"];
    let post = |credential: &Value| user.post("/auth/login/oidc/credentials", credential);
    for nonsense in [
        json!({}),
        json!([]),
        json!(null),
        json!({"credentialKind": "Totp"}),
    ] {
        assert_eq!(post(&nonsense).status, 400, "{nonsense}");
    }
    let named = |kind: &str| {
        let mut credential = key(kind, "ada", &Signer::ed25519(2), challenge);
        credential["challengeIdentifier"] = challenge["challengeIdentifier"].clone();
        credential
    };
    post(&named("RecoveryKey")).refused(400, "a recovery key is no first factor");
    valid("oidcLoginCredentials", &post(&named("Key")));
    post(&named("Key")).refused(400, "Challenge token is not valid.");
    assert_eq!(oidc().get("credentialChallenge"), None);
    token(&admin, ADA, "ada", &Signer::ed25519(2));
}

#[test]
fn an_identity_token_registers_and_logs_in_whom_it_names() {
    let sandbox = Sandbox::start().unwrap();
    let admin = admin(&sandbox);
    let (login, registration) = ("/auth/login/social", "/auth/registration/social");
    let mine = id_token(&json!({"sub": "1", "email": ADA, "exp": 32_472_144_000_u64}));
    social(&sandbox, login, &mine).refused(401, "User not found");
    let begin = || social(&sandbox, registration, &mine);
    let challenge = valid("createSocialRegistrationChallenge", &begin());
    // Nobody is a user by beginning.
    assert_eq!(admin.get("/auth/users").expect(200)["items"], json!([]));
    let rival = begin().expect(200);
    let signer = Signer::ed25519(2);
    let body = |id: &str, challenge: &Value| json!({"firstFactorCredential": key("Key", id, &signer, challenge)});
    let made = register(&sandbox, &challenge, &body("ada", &challenge));
    let made = valid("register", &made);
    assert_eq!(made["user"]["username"], ADA);
    assert_eq!(made["user"]["id"], challenge["user"]["id"]);
    let message = "Conflicting user with same email";
    register(&sandbox, &rival, &body("other", &rival)).refused(409, message);
    begin().refused(409, message);
    let users = admin.get("/auth/users").expect(200)["items"].clone();
    assert_eq!(users.as_array().unwrap().len(), 1);
    assert_eq!(users[0]["kind"], "EndUser");
    let token = valid("socialLogin", &social(&sandbox, login, &mine))["token"].clone();
    bearer(&admin, &token).get("/wallets").expect(200);

    let claims = b64u(r#"{"email":"x"}"#);
    for bad in [
        String::new(),
        "a.b".to_owned(),
        format!("a.{claims}.c.d"),
        format!("a.{claims}=.c"),
        "a.!.c".to_owned(),
        format!("a.{}.c", b64u("[]")),
        format!("a.{}.c", b64u("{")),
        id_token(&json!({"sub": 1})),
        id_token(&json!({"email": ""})),
        id_token(&json!({"email": "x".repeat(257)})),
        id_token(&json!({"email": ADA, "exp": 1})),
    ] {
        for path in [login, registration] {
            social(&sandbox, path, &bad).refused(401, REFUSED);
        }
    }
}
