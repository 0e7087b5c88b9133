//! A recovery key signs new credentials, in the very text that they are sent in, and all that was there before is over.

use std::time::Duration;

use crate::support::person::{
    anyone, begin_login, begin_registration, factor, invite, key, log_in, register, registered,
    token, valid, with_temporary,
};
use crate::support::{Client, Reply, Signer, b64u};
use dfns_sandbox::{Identity, Sandbox};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const NONE: &str = "User does not have a credential that can be used for the application.";
const TOKEN: &str = "user token is missing or invalid";
const PATH: &str = "/auth/recover/user";

/// Ada has a key, a recovery key, a session, a personal access token, and has lost her device.
struct Lost<'a> {
    admin: Client<'a>,
    ada: Client<'a>,
    recovery: Signer,
}

impl<'a> Lost<'a> {
    fn at(sandbox: &'a Sandbox) -> Self {
        let admin = Client::new(sandbox, Signer::ed25519(1));
        let (signer, recovery) = (Signer::ed25519(2), Signer::p256());
        let code = invite(&admin, ADA);
        let challenge = begin_registration(&admin, ADA, &code).expect(200);
        let body = json!({
            "firstFactorCredential": key("Key", "old", &signer, &challenge),
            "recoveryCredential": key("RecoveryKey", "paper", &recovery, &challenge),
        });
        let made = register(sandbox, &challenge, &body).expect(200);
        let identity = Identity {
            token: token(&admin, ADA, "old", &signer),
            credential_id: "old".to_owned(),
            user_id: made["user"]["id"].as_str().unwrap().to_owned(),
            org_id: admin.identity.org_id.clone(),
        };
        let ada = Client {
            sandbox,
            identity,
            signer,
        };
        Self {
            admin,
            ada,
            recovery,
        }
    }

    fn code(&self) -> String {
        let body = json!({"username": ADA, "orgId": self.admin.identity.org_id});
        let sent = anyone(self.admin.sandbox, "POST", "/auth/recover/user/code", &body);
        valid("sendRecoveryCode", &sent);
        self.admin.sandbox.last_code(ADA).unwrap()
    }

    fn begin(&self, code: &str, credential_id: &str) -> Reply {
        let body = json!({
            "username": ADA, "verificationCode": code, "orgId": self.admin.identity.org_id,
            "credentialId": credential_id,
        });
        anyone(self.admin.sandbox, "POST", "/auth/recover/user/init", &body)
    }

    fn challenge(&self) -> Value {
        let begun = self.begin(&self.code(), "paper");
        valid("createRecoveryChallenge", &begun)
    }

    /// Recovers with these new credentials, in this text, after the recovery key signed that text.
    fn recover(&self, challenge: &Value, signed: &str, sent: &str) -> Reply {
        self.recover_by("paper", &self.recovery, challenge, signed, sent)
    }

    fn recover_by(
        &self,
        id: &str,
        signer: &Signer,
        challenge: &Value,
        text: &str,
        sent: &str,
    ) -> Reply {
        let recovery = factor("RecoveryKey", id, signer, &json!({"challenge": b64u(text)}));
        let body = format!(r#"{{"newCredentials":{sent},"recovery":{recovery}}}"#);
        with_temporary(self.admin.sandbox, challenge, PATH, &body)
    }
}

fn new_credentials(challenge: &Value) -> Value {
    json!({"firstFactorCredential": key("Key", "new", &Signer::ed25519(3), challenge)})
}

#[test]
fn new_credentials_work_and_nothing_else_does() {
    let sandbox = Sandbox::start().unwrap();
    let lost = Lost::at(&sandbox);
    let pat = json!({"name": "pat", "publicKey": Signer::ed25519(4).public_pem()});
    let pat = lost
        .ada
        .signed("POST", "/auth/pats", Some(&pat))
        .expect(200);
    let add_code = json!({"expiration": "2999-01-01T00:00:00Z"});
    let add_code = lost
        .ada
        .signed("POST", "/auth/credentials/code", Some(&add_code));
    let add_code = valid("createCredentialCode", &add_code);
    let begun = lost
        .ada
        .post("/auth/credentials/init", &json!({"kind": "Key"}));
    let begun = valid("createCredentialChallenge", &begun);
    let login = begin_login(&lost.admin, ADA).expect(200);

    let challenge = lost.challenge();
    let paper = json!([{"id": "paper", "encryptedRecoveryKey": "encrypted paper"}]);
    assert_eq!(challenge["allowedRecoveryCredentials"], paper);
    let text = new_credentials(&challenge).to_string();
    let recovered = valid("recover", &lost.recover(&challenge, &text, &text));
    assert_eq!(recovered["user"]["id"], lost.ada.identity.user_id.as_str());

    // Sessions, tokens, credentials, and whatever was begun before.
    lost.ada.get("/wallets").refused(401, TOKEN);
    let mut bearer = Client::new(&sandbox, Signer::ed25519(4));
    bearer.identity.token = pat["accessToken"].as_str().unwrap().to_owned();
    bearer.get("/wallets").refused(401, TOKEN);
    let old = factor("Key", "old", &lost.ada.signer, &login);
    log_in(&sandbox, &login, &old).refused(400, "Challenge token is not valid.");
    let allowed = begin_login(&lost.admin, ADA).expect(200)["allowCredentials"]["key"].clone();
    assert_eq!(allowed, json!([{"type": "public-key", "id": "new"}]));
    let code = json!({"code": add_code["code"], "credentialKind": "Key"});
    anyone(&sandbox, "POST", "/auth/credentials/code/init", &code).refused(401, "Not Authorized.");

    let mut ada = Client::new(&sandbox, Signer::ed25519(3));
    ada.identity = Identity {
        token: token(&lost.admin, ADA, "new", &ada.signer),
        credential_id: "new".to_owned(),
        ..lost.ada.identity.clone()
    };
    let body = json!({"network": "EthereumSepolia"});
    ada.signed("POST", "/wallets", Some(&body)).expect(200);
    let mut late = key("Key", "late", &Signer::ed25519(5), &begun);
    late["credentialName"] = "late".into();
    late["challengeIdentifier"] = begun["challengeIdentifier"].clone();
    ada.signed("POST", "/auth/credentials", Some(&late))
        .refused(400, "Challenge token is not valid.");
    // The recovery key that nothing replaced stays.
    let again = lost.challenge();
    let text = new_credentials(&again)
        .to_string()
        .replace("\"new\"", "\"newer\"");
    valid("recover", &lost.recover(&again, &text, &text));
}

#[test]
fn a_new_recovery_key_takes_the_place_of_the_old() {
    let sandbox = Sandbox::start().unwrap();
    let lost = Lost::at(&sandbox);
    let challenge = lost.challenge();
    let mut new = new_credentials(&challenge);
    new["recoveryCredential"] = key("RecoveryKey", "paper-2", &Signer::ed25519(6), &challenge);
    let text = new.to_string();
    lost.recover(&challenge, &text, &text).expect(200);
    lost.begin(&lost.code(), "paper").refused(401, NONE);
    lost.begin(&lost.code(), "paper-2").expect(200);
}

/// A device that was not lost after all has the same passkey still.
#[test]
fn the_id_of_an_old_credential_can_be_used_anew() {
    let sandbox = Sandbox::start().unwrap();
    let lost = Lost::at(&sandbox);
    registered(&lost.admin, "bob@example.com", "bob", &Signer::ed25519(7));
    let with = |id: &str| {
        let challenge = lost.challenge();
        let credential = key("Key", id, &Signer::ed25519(3), &challenge);
        let text = json!({"firstFactorCredential": credential}).to_string();
        lost.recover(&challenge, &text, &text)
    };
    with("bob").refused(409, "a credential has that id");
    lost.ada.get("/wallets").expect(200);
    valid("recover", &with("old"));
    token(&lost.admin, ADA, "old", &Signer::ed25519(3));
}

#[test]
fn what_is_signed_is_the_text_that_is_sent() {
    let sandbox = Sandbox::start().unwrap();
    let lost = Lost::at(&sandbox);
    let challenge = lost.challenge();
    let text = new_credentials(&challenge).to_string();
    // The same JSON in other words.
    let spaced = text.replace("\":", "\": ");
    let refused = lost.recover(&challenge, &text, &spaced);
    let details = refused.refused(400, "Challenge token is not valid.");
    assert_eq!(details["reason"], "clientData holds another challenge");
    let challenge = lost.challenge();
    let spaced = new_credentials(&challenge)
        .to_string()
        .replace("\":", "\": ");
    lost.recover(&challenge, &spaced, &spaced).expect(200);
}

#[test]
fn only_the_recovery_key_that_was_asked_for_recovers() {
    let sandbox = Sandbox::start().unwrap();
    let lost = Lost::at(&sandbox);
    let attempt = |id: &str, signer: &Signer| {
        let challenge = lost.challenge();
        let text = new_credentials(&challenge).to_string();
        let reply = lost.recover_by(id, signer, &challenge, &text, &text);
        lost.ada.get("/wallets").expect(200);
        sandbox.advance(Duration::from_secs(15 * 60));
        reply
    };
    attempt("old", &lost.ada.signer).refused(401, NONE);
    attempt("unknown", &lost.recovery).refused(401, NONE);
    attempt("paper", &lost.ada.signer).refused(401, "Not Authorized.");
    for id in ["old", "unknown"] {
        lost.begin(&lost.code(), id).refused(401, NONE);
    }
    // It signs nothing else.
    let login = begin_login(&lost.admin, ADA).expect(200);
    for kind in ["Key", "PasswordProtectedKey"] {
        let login = begin_login(&lost.admin, ADA).expect(200);
        let answer = factor(kind, "paper", &lost.recovery, &login);
        log_in(&sandbox, &login, &answer).refused(401, NONE);
    }
    let answer = factor("RecoveryKey", "paper", &lost.recovery, &login);
    log_in(&sandbox, &login, &answer).refused(400, "the body does not fit its schema");
}

#[test]
fn a_recovery_is_begun_with_a_code_and_completed_once() {
    let sandbox = Sandbox::start().unwrap();
    let lost = Lost::at(&sandbox);
    lost.begin("AAA-AAA-AAA", "paper")
        .refused(401, "Not Authorized.");
    let code = lost.code();
    sandbox.advance(Duration::from_secs(15 * 60));
    let details = lost.begin(&code, "paper").refused(401, "Not Authorized.");
    assert_eq!(details["reason"], "the code has expired");
    let code = lost.code();
    let challenge = lost.begin(&code, "paper").expect(200);
    let details = lost.begin(&code, "paper").refused(401, "Not Authorized.");
    assert_eq!(details["reason"], "the code was used before");

    let text = new_credentials(&challenge).to_string();
    let body = json!({"firstFactorCredential": key("Key", "new", &Signer::ed25519(3), &challenge)});
    register(&sandbox, &challenge, &body).refused(400, "Challenge token is not valid.");
    lost.recover(&challenge, &text, &text).expect(200);
    let details = lost.recover(&challenge, &text, &text).refused(401, TOKEN);
    assert_eq!(details["reason"], "the temporary token was used before");

    // A new credential is for the challenge of this recovery.
    let (one, other) = (lost.challenge(), lost.challenge());
    let text = new_credentials(&one).to_string();
    lost.recover(&other, &text, &text)
        .refused(400, "Challenge token is not valid.");
}

#[test]
fn a_service_account_begins_a_recovery_without_a_code() {
    let sandbox = Sandbox::start().unwrap();
    let lost = Lost::at(&sandbox);
    let body = json!({"username": ADA, "credentialId": "paper"});
    let path = "/auth/recover/user/delegated";
    lost.ada
        .signed("POST", path, Some(&body))
        .refused(403, "Forbidden");
    let challenge = lost.admin.signed("POST", path, Some(&body));
    let challenge = valid("createDelegatedRecoveryChallenge", &challenge);
    let text = new_credentials(&challenge).to_string();
    valid("recover", &lost.recover(&challenge, &text, &text));
    let nobody = json!({"username": "nobody", "credentialId": "paper"});
    lost.admin
        .signed("POST", path, Some(&nobody))
        .refused(401, "User not found");
    // Who has no recovery key cannot be recovered.
    registered(&lost.admin, "bob@example.com", "bob", &Signer::ed25519(7));
    let bob = json!({"username": "bob@example.com", "credentialId": "paper"});
    lost.admin
        .signed("POST", path, Some(&bob))
        .refused(401, NONE);
}
