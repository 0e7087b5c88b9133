//! An organisation that asks its users for two credentials.

use crate::support::passkey::Passkey;
use crate::support::person::{
    anyone, begin_login, begin_registration, factor, invite, key, register, valid,
};
use crate::support::{Client, Reply, Signer};
use dfns_sandbox::{CredentialKind, Sandbox};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const USER_ACTION: &str = "user action signature is missing or invalid";

fn both(sandbox: &Sandbox, challenge: &Value, first: &Value, second: Option<&Value>) -> Reply {
    let mut body = json!({
        "challengeIdentifier": challenge["challengeIdentifier"], "firstFactor": first,
    });
    if let Some(second) = second {
        body["secondFactor"] = second.clone();
    }
    anyone(sandbox, "POST", "/auth/login", &body)
}

#[test]
fn users_register_and_log_in_with_two_credentials() {
    let sandbox = Sandbox::builder().require_second_factor().start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let code = invite(&admin, ADA);
    let begin = || begin_registration(&admin, ADA, &code).expect(200);
    let (signer, passkey) = (Signer::ed25519(2), Passkey::new(Signer::p256()));
    let challenge = begin();
    let one = json!({"firstFactorCredential": key("Key", "key", &signer, &challenge)});
    register(&sandbox, &challenge, &one).refused(400, "secondFactorCredential is required");
    let challenge = begin();
    let text = |challenge: &Value| challenge["challenge"].as_str().unwrap().to_owned();
    let two = json!({
        "firstFactorCredential": key("Key", "key", &signer, &challenge),
        "secondFactorCredential": passkey.credential(&text(&challenge)),
    });
    register(&sandbox, &challenge, &two).expect(200);

    let log_in = |second: &dyn Fn(&Value) -> Option<Value>| {
        let challenge = valid("createLoginChallenge", &begin_login(&admin, ADA));
        for kind in challenge["supportedCredentialKinds"].as_array().unwrap() {
            assert_eq!(kind["requiresSecondFactor"], true);
        }
        let first = factor("Key", "key", &signer, &challenge);
        both(&sandbox, &challenge, &first, second(&challenge).as_ref())
    };
    let reason = |reply: Reply| reply.refused(401, "Not Authorized.")["reason"].clone();
    assert_eq!(reason(log_in(&|_| None)), "a second factor is required");
    let same = log_in(&|challenge| Some(factor("Key", "key", &signer, challenge)));
    assert_eq!(reason(same), "both factors are the same credential");
    let other = Passkey::new(Signer::ed25519(9));
    let forged = log_in(&|challenge| Some(other.assertion(&text(challenge))));
    assert_eq!(reason(forged), "the signature does not verify");
    let good = log_in(&|challenge| Some(passkey.assertion(&text(challenge))));
    valid("login", &good);
}

#[test]
fn users_sign_with_two_credentials_and_machines_with_one() {
    let sandbox = Sandbox::builder().require_second_factor().start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    admin.user_action("POST", "/wallets", "{}");
    let (signer, other) = (Signer::ed25519(2), Signer::p256());
    let identity = sandbox.add_user(ADA, &signer.public_pem()).unwrap();
    let (kind, pem) = (CredentialKind::PasswordProtectedKey, other.public_pem());
    let second = sandbox.add_credential(&identity, kind, None, &pem).unwrap();
    let ada = Client {
        sandbox: &sandbox,
        identity,
        signer,
    };
    let challenge = ada.init("POST", "/wallets", "{}").expect(200);
    let details = ada
        .complete(&challenge, &ada.assertion(&challenge))
        .refused(403, USER_ACTION);
    assert_eq!(details["reason"], "a second factor is required");
    let challenge = ada.init("POST", "/wallets", "{}").expect(200);
    let body = json!({
        "challengeIdentifier": challenge["challengeIdentifier"],
        "firstFactor": ada.assertion(&challenge),
        "secondFactor": factor("PasswordProtectedKey", &second, &other, &challenge),
    });
    valid(
        "createUserActionSignature",
        &ada.post("/auth/action", &body),
    );
}

#[test]
fn a_second_factor_that_is_given_is_verified_though_none_is_required() {
    let sandbox = Sandbox::start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    crate::support::person::registered(&admin, ADA, "key", &Signer::ed25519(2));
    let challenge = begin_login(&admin, ADA).expect(200);
    let first = factor("Key", "key", &Signer::ed25519(2), &challenge);
    let second = factor("Key", "unknown", &Signer::ed25519(3), &challenge);
    let message = "User does not have a credential that can be used for the application.";
    both(&sandbox, &challenge, &first, Some(&second)).refused(401, message);
}
