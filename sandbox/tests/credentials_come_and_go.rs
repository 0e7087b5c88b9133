//! Users add, deactivate and delete credentials; nobody else does, and none is added unproven.

use std::time::Duration;

use crate::support::passkey::Passkey;
use crate::support::person::{anyone, key, user, valid};
use crate::support::{Client, Reply, Signer};
use dfns_sandbox::{Identity, Sandbox};
use serde_json::{Value, json};

const CHALLENGE: &str = "Challenge token is not valid.";
const LAST: &str = "the last active credential has to stay";

fn ada(sandbox: &Sandbox) -> (Client<'_>, Client<'_>) {
    let admin = Client::new(sandbox, Signer::ed25519(1));
    let ada = user(&admin, "ada@example.com", "first", Signer::ed25519(2));
    (admin, ada)
}

/// A credential as `createCredential` takes it.
fn named(mut credential: Value, challenge: &Value) -> Value {
    credential["credentialName"] = "a name".into();
    credential["challengeIdentifier"] = challenge["challengeIdentifier"].clone();
    credential
}

fn begin(user: &Client<'_>, kind: &str) -> Value {
    let reply = user.post("/auth/credentials/init", &json!({"kind": kind}));
    let challenge = valid("createCredentialChallenge", &reply);
    assert_eq!(challenge["kind"], kind);
    challenge
}

fn add(user: &Client<'_>, credential: &Value) -> Reply {
    user.signed("POST", "/auth/credentials", Some(credential))
}

fn ids(user: &Client<'_>) -> Vec<(Value, Value)> {
    let list = valid("listCredentials", &user.get("/auth/credentials"));
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|c| (c["credentialId"].clone(), c["isActive"].clone()))
        .collect()
}

#[test]
fn a_credential_of_every_kind_is_added_and_signs() {
    let sandbox = Sandbox::start().unwrap();
    let (_, ada) = ada(&sandbox);
    for (number, kind) in ["Key", "PasswordProtectedKey", "RecoveryKey"]
        .iter()
        .enumerate()
    {
        let challenge = begin(&ada, kind);
        let id = format!("id-{number}");
        let credential = named(key(kind, &id, &Signer::p256(), &challenge), &challenge);
        let made = valid("createCredential", &add(&ada, &credential));
        assert_eq!(
            (&made["kind"], &made["name"], &made["credentialId"]),
            (&json!(kind), &json!("a name"), &json!(id))
        );
        assert_eq!(made["publicKey"], Signer::p256().public_pem());
    }
    let challenge = begin(&ada, "Fido2");
    assert_eq!(
        challenge["authenticatorSelection"]["userVerification"],
        "required"
    );
    let passkey = Passkey::new(Signer::p256());
    let text = |challenge: &Value| challenge["challenge"].as_str().unwrap().to_owned();
    let credential = named(passkey.credential(&text(&challenge)), &challenge);
    let made = valid("createCredential", &add(&ada, &credential));
    assert_eq!(
        (&made["relyingPartyId"], &made["origin"]),
        (&json!("localhost"), &json!("http://localhost:3000"))
    );
    // As another library writes the key that the authenticator gave in COSE.
    assert_eq!(made["publicKey"], passkey.signer.public_pem());
    let excluded = json!([{"type": "public-key", "id": passkey.id()}]);
    assert_eq!(begin(&ada, "Fido2")["excludeCredentials"], excluded);

    let challenge = ada.init("POST", "/wallets", "{}").expect(200);
    let allowed = &challenge["allowCredentials"];
    let count = |kind: &str| allowed[kind].as_array().unwrap().len();
    assert_eq!(
        (
            count("key"),
            count("webauthn"),
            count("passwordProtectedKey")
        ),
        (2, 1, 1)
    );
    assert_eq!(
        allowed["passwordProtectedKey"][0]["encryptedPrivateKey"],
        "encrypted id-1"
    );
    let assertion = passkey.assertion(&text(&challenge));
    ada.complete(&challenge, &assertion).expect(200);
    assert_eq!(ids(&ada).len(), 5);
}

#[test]
fn a_challenge_for_a_credential_is_good_once_for_its_user_and_kind() {
    let sandbox = Sandbox::start().unwrap();
    let (admin, ada) = ada(&sandbox);
    let bob = user(&admin, "bob@example.com", "bob", Signer::ed25519(3));
    let signer = Signer::p256();
    let made =
        |kind: &str, challenge: &Value| named(key(kind, "new", &signer, challenge), challenge);
    let challenge = begin(&ada, "Key");
    let refused = add(&ada, &made("RecoveryKey", &challenge)).refused(400, CHALLENGE);
    assert_eq!(refused["reason"], "the challenge is for something else");
    add(&bob, &made("Key", &challenge)).refused(400, CHALLENGE);
    let challenge = begin(&ada, "Key");
    add(&ada, &made("Key", &challenge)).expect(200);
    add(&ada, &made("Key", &challenge)).refused(400, CHALLENGE);
    let challenge = begin(&ada, "Key");
    add(&ada, &made("Key", &challenge)).refused(409, "a credential has that id");
    let challenge = begin(&ada, "Key");
    sandbox.advance(Duration::from_secs(15 * 60));
    add(&ada, &made("Key", &challenge)).refused(400, CHALLENGE);
    // Of one that was begun with a token a code is no part.
    let challenge = begin(&ada, "Key");
    let path = "/auth/credentials/code/verify";
    anyone(&sandbox, "POST", path, &made("Key", &challenge)).refused(400, CHALLENGE);
    for kind in ["Password", "Totp"] {
        let reply = ada.post("/auth/credentials/init", &json!({"kind": kind}));
        reply.refused(
            400,
            &format!("credential kind {kind} is not supported here"),
        );
    }
}

#[test]
fn another_device_adds_a_credential_with_a_code() {
    let sandbox = Sandbox::start().unwrap();
    let (_, ada) = ada(&sandbox);
    let code = |expiration: &Value| {
        let body = json!({"expiration": expiration});
        ada.signed("POST", "/auth/credentials/code", Some(&body))
    };
    for past in [
        json!("2001-01-01T00:00:00Z"),
        json!(1_000_000_000),
        json!("soon"),
        json!(-1),
    ] {
        code(&past).refused(400, "expiration is not valid");
    }
    // 2999-01-01, in the three forms in use.
    let mut made = Value::Null;
    for end in [
        json!("2999-01-01T00:00:00.000Z"),
        json!(32_472_144_000_u64),
        json!(32_472_144_000_000_u64),
    ] {
        made = valid("createCredentialCode", &code(&end));
        assert_eq!(made["expiration"], "2999-01-01T00:00:00.000Z");
    }
    let init = |code: &Value| {
        let body = json!({"code": code, "credentialKind": "Key"});
        anyone(&sandbox, "POST", "/auth/credentials/code/init", &body)
    };
    init(&json!("AAA-AAA-AAA")).refused(401, "Not Authorized.");
    let challenge = valid("createCredentialChallengeWithCode", &init(&made["code"]));
    let details = init(&made["code"]).refused(401, "Not Authorized.");
    assert_eq!(details["reason"], "the code was used before");
    let credential = named(
        key("Key", "device", &Signer::p256(), &challenge),
        &challenge,
    );
    // With a token alone it is not completed either.
    add(&ada, &credential).refused(400, CHALLENGE);
    let verify = || {
        anyone(
            &sandbox,
            "POST",
            "/auth/credentials/code/verify",
            &credential,
        )
    };
    valid("createCredentialWithCode", &verify());
    verify().refused(400, CHALLENGE);
    assert_eq!(ids(&ada)[1].0, "device");

    sandbox.advance(Duration::from_secs(15 * 60));
    let made = code(&json!(u64::MAX / 2)).expect(200);
    assert!(made["expiration"].is_string());
    let soon = std::time::SystemTime::now() + Duration::from_secs(16 * 60);
    let soon = soon
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let made = code(&json!(soon)).expect(200);
    sandbox.advance(Duration::from_secs(60));
    let details = init(&made["code"]).refused(401, "Not Authorized.");
    assert_eq!(details["reason"], "the code has expired");
}

#[test]
fn a_credential_is_deactivated_and_deleted_but_not_the_last() {
    let sandbox = Sandbox::start().unwrap();
    let (admin, ada) = ada(&sandbox);
    let challenge = begin(&ada, "Key");
    let credential = named(
        key("Key", "second", &Signer::p256(), &challenge),
        &challenge,
    );
    let second = add(&ada, &credential).expect(200)["credentialUuid"].clone();
    let change = |who: &Client<'_>, action: &str, uuid: &Value| {
        let body = json!({"credentialUuid": uuid});
        who.signed("PUT", &format!("/auth/credentials/{action}"), Some(&body))
    };
    let list = ada.get("/auth/credentials").expect(200);
    let first = list["items"][0]["credentialUuid"].clone();
    valid("deactivateCredential", &change(&ada, "deactivate", &second));
    assert_eq!(ids(&ada)[1], (json!("second"), json!(false)));
    change(&ada, "deactivate", &first).refused(400, LAST);
    let path = |uuid: &Value| format!("/auth/credentials/{}", uuid.as_str().unwrap());
    ada.signed("DELETE", &path(&first), None).refused(400, LAST);
    valid("activateCredential", &change(&ada, "activate", &second));
    let bob = user(&admin, "bob@example.com", "bob", Signer::ed25519(3));
    for action in ["activate", "deactivate"] {
        change(&bob, action, &second).refused(404, "credential not found");
    }
    bob.signed("DELETE", &path(&second), None)
        .refused(404, "credential not found");
    valid(
        "deleteCredential",
        &ada.signed("DELETE", &path(&second), None),
    );
    assert_eq!(ids(&ada), [(json!("first"), json!(true))]);
    // A recovery key does not count: it signs nothing.
    let challenge = begin(&ada, "RecoveryKey");
    let paper = named(
        key("RecoveryKey", "paper", &Signer::p256(), &challenge),
        &challenge,
    );
    add(&ada, &paper).expect(200);
    change(&ada, "deactivate", &first).refused(400, LAST);
}

#[test]
fn long_lived_tokens_do_not_manage_credentials() {
    let sandbox = Sandbox::start().unwrap();
    let (admin, ada) = ada(&sandbox);
    let signer = Signer::ed25519(4);
    let pat = json!({"name": "pat", "publicKey": signer.public_pem()});
    let pat = ada.signed("POST", "/auth/pats", Some(&pat)).expect(200);
    let text = |name: &str| pat[name].as_str().unwrap().to_owned();
    let identity = Identity {
        token: text("accessToken"),
        credential_id: text("credId"),
        ..ada.identity.clone()
    };
    let pat = Client {
        sandbox: &sandbox,
        identity,
        signer,
    };
    let challenge = begin(&ada, "Key");
    let credential = named(key("Key", "new", &Signer::p256(), &challenge), &challenge);
    let uuid = ada.get("/auth/credentials").expect(200)["items"][0]["credentialUuid"].clone();
    let body = json!({"credentialUuid": uuid});
    let path = format!("/auth/credentials/{}", uuid.as_str().unwrap());
    for client in [&pat, &admin] {
        for reply in [
            client.get("/auth/credentials"),
            client.post("/auth/credentials/init", &json!({"kind": "Key"})),
            add(client, &credential),
            client.signed("PUT", "/auth/credentials/activate", Some(&body)),
            client.signed("PUT", "/auth/credentials/deactivate", Some(&body)),
            client.signed("DELETE", &path, None),
            client.signed(
                "POST",
                "/auth/credentials/code",
                Some(&json!({"expiration": 32_472_144_000_u64})),
            ),
        ] {
            let reason = reply.refused(403, "Forbidden")["reason"].clone();
            assert!(reason.as_str().unwrap().contains("logged in"), "{reason}");
        }
    }
    assert_eq!(ids(&ada).len(), 1);
}

#[test]
fn a_service_account_changes_its_own_key() {
    let sandbox = Sandbox::start().unwrap();
    let (mut machine, ada) = ada(&sandbox);
    let path = "/auth/service-accounts/credentials";
    let new = Signer::secp256k1();
    let body = json!({"publicKey": new.public_pem(), "name": "second"});
    ada.signed("POST", path, Some(&body))
        .refused(403, "Forbidden");
    let made = valid(
        "createServiceAccountCredential",
        &machine.signed("POST", path, Some(&body)),
    );
    assert_eq!(made["name"], "second");
    let account = format!("/auth/service-accounts/{}", machine.identity.user_id);
    let first = machine.get(&account).expect(200)["userInfo"]["credentialUuid"].clone();
    let delete = |machine: &Client<'_>, uuid: &Value| {
        machine.signed(
            "DELETE",
            &format!("{path}/{}", uuid.as_str().unwrap()),
            None,
        )
    };
    machine.signer = new;
    machine.identity.credential_id = made["credentialId"].as_str().unwrap().to_owned();
    valid("deleteServiceAccountCredential", &delete(&machine, &first));
    delete(&machine, &made["credentialUuid"]).refused(400, LAST);
    delete(&machine, &first).refused(404, "credential not found");
    let bad = json!({"publicKey": "no key"});
    machine
        .signed("POST", path, Some(&bad))
        .refused(400, "publicKey is not valid");
}
