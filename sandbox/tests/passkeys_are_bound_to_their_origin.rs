//! A passkey is good for its relying party, from that one's origins, with its user present and verified, and with a
//! count that grows: when it is made and when it signs.

use crate::support::passkey::{PRESENT, Passkey, VERIFIED};
use crate::support::person::{begin_login, begin_registration, invite, log_in, register, valid};
use crate::support::{Client, Reply, Signer};
use dfns_sandbox::{Builder, CredentialKind, Sandbox};
use serde_json::{Value, json};

const EMAIL: &str = "ada@example.com";
const AUTHENTICATOR: &str = "authenticatorData is not valid";
const ATTESTATION: &str = "attestationData is not valid";
const CLIENT_DATA: &str = "clientData is not valid";

fn example() -> Builder {
    let native = ["https://app.example.com", "android:apk-key-hash:abc"];
    Sandbox::builder()
        .relying_party("example.com", native)
        .relying_party("example.org", [])
}

fn passkey(relying_party: &'static str, origin: &'static str) -> Passkey {
    Passkey {
        relying_party,
        origin,
        ..Passkey::new(Signer::p256())
    }
}

fn make(sandbox: &Sandbox, passkey: &Passkey) -> Reply {
    let admin = Client::new(sandbox, Signer::ed25519(1));
    let code = invite(&admin, EMAIL);
    let challenge = begin_registration(&admin, EMAIL, &code).expect(200);
    let credential = passkey.credential(challenge["challenge"].as_str().unwrap());
    register(
        sandbox,
        &challenge,
        &json!({"firstFactorCredential": credential}),
    )
}

/// A login with the assertion that is made of a challenge.
fn sign(admin: &Client<'_>, make: impl FnOnce(&str) -> Value) -> Reply {
    let challenge = begin_login(admin, EMAIL).expect(200);
    let assertion = make(challenge["challenge"].as_str().unwrap());
    log_in(admin.sandbox, &challenge, &assertion)
}

#[test]
fn a_passkey_is_made_for_a_relying_party_from_its_origins() {
    for (relying_party, origin) in [
        ("example.com", "https://app.example.com"),
        ("example.com", "android:apk-key-hash:abc"),
        ("example.org", "https://example.org"),
    ] {
        let sandbox = example().start().unwrap();
        let made = make(&sandbox, &passkey(relying_party, origin));
        valid("register", &made);
    }
    for (relying_party, origin, message) in [
        ("localhost", "http://localhost:3000", AUTHENTICATOR),
        ("app.example.com", "https://app.example.com", AUTHENTICATOR),
        ("example.com", "https://example.com", CLIENT_DATA),
        ("example.com", "https://example.org", CLIENT_DATA),
        ("example.com", "android:apk-key-hash:abd", CLIENT_DATA),
        ("example.org", "https://app.example.org", CLIENT_DATA),
        ("example.org", "http://example.org", CLIENT_DATA),
    ] {
        let sandbox = example().start().unwrap();
        let refused = make(&sandbox, &passkey(relying_party, origin));
        let details = refused.refused(400, message);
        assert!(details["reason"].is_string(), "{details}");
    }
    let sandbox = example().start().unwrap();
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let code = invite(&admin, EMAIL);
    let challenge = begin_registration(&admin, EMAIL, &code).expect(200);
    assert_eq!(challenge["rp"]["id"], "example.com");
}

#[test]
fn localhost_is_the_relying_party_where_none_is_named() {
    for (origin, status) in [
        ("http://localhost", 200),
        ("http://localhost:8080", 200),
        ("http://127.0.0.1:8080", 400),
        ("http://localhost.example.com", 400),
        ("ios:bundle-id:com.example", 400),
        ("", 400),
    ] {
        let sandbox = Sandbox::start().unwrap();
        let reply = make(&sandbox, &passkey("localhost", origin));
        assert_eq!(reply.status, status, "{origin}");
    }
}

#[test]
fn a_user_has_to_be_present_and_verified_when_a_passkey_is_made() {
    for (flags, reason) in [
        (0, "the user was not present"),
        (VERIFIED, "the user was not present"),
        (
            PRESENT,
            "the user was not verified, and the challenge requires it",
        ),
        (
            PRESENT | VERIFIED | 16,
            "backed up, and not eligible for that",
        ),
    ] {
        let sandbox = Sandbox::start().unwrap();
        let passkey = Passkey {
            flags,
            ..Passkey::new(Signer::p256())
        };
        let details = make(&sandbox, &passkey).refused(400, ATTESTATION);
        assert_eq!(details["reason"], reason);
    }
}

#[test]
fn a_passkey_signs_where_it_was_made_and_with_its_user() {
    let sandbox = example().start().unwrap();
    let mut passkey = passkey("example.com", "https://app.example.com");
    make(&sandbox, &passkey).expect(200);
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let other = Passkey {
        id: passkey.id.clone(),
        ..Passkey::new(Signer::p256())
    };
    let refused = |passkey: &Passkey, message: &str, reason: &str| {
        let details = sign(&admin, |c| passkey.assertion(c)).refused(400, message);
        assert!(
            details["reason"].as_str().unwrap().contains(reason),
            "{details}"
        );
    };
    refused(&other, AUTHENTICATOR, "rpIdHash");
    for (flags, reason) in [
        (VERIFIED, "not present"),
        (PRESENT, "not verified"),
        (PRESENT | VERIFIED | 16, "backed up"),
        (PRESENT | VERIFIED | 64, "cut off"),
        (PRESENT | VERIFIED | 128, "extensions"),
    ] {
        passkey.flags = flags;
        refused(&passkey, AUTHENTICATOR, reason);
    }
    passkey.flags = PRESENT | VERIFIED;
    passkey.origin = "https://evil.example.com";
    refused(&passkey, CLIENT_DATA, "origin");
    (passkey.relying_party, passkey.origin) = ("example.org", "https://example.org");
    refused(&passkey, AUTHENTICATOR, "made for another relying party");
    (passkey.relying_party, passkey.origin) = ("example.com", "android:apk-key-hash:abc");
    sign(&admin, |c| passkey.assertion(c)).expect(200);
    let framed = |more: Value| {
        let passkey = &passkey;
        sign(&admin, move |c| {
            let mut data: Value =
                serde_json::from_str(&passkey.client_data("webauthn.get", c)).unwrap();
            for (name, value) in more.as_object().unwrap() {
                data[name] = value.clone();
            }
            passkey.assertion_of(&data.to_string())
        })
    };
    framed(json!({"crossOrigin": true})).refused(400, CLIENT_DATA);
    framed(json!({"topOrigin": "https://evil.example.com"})).refused(400, CLIENT_DATA);
    framed(json!({"topOrigin": "https://app.example.com", "new": 1})).expect(200);
    framed(json!({"type": "webauthn.create"})).refused(400, CLIENT_DATA);
}

#[test]
fn a_count_of_signatures_grows_or_stays_at_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let mut passkey = Passkey {
        count: 3,
        ..Passkey::new(Signer::p256())
    };
    make(&sandbox, &passkey).expect(200);
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    for (count, status) in [
        (3, 401),
        (0, 401),
        (4, 200),
        (4, 401),
        (1000, 200),
        (999, 401),
    ] {
        passkey.count = count;
        let reply = sign(&admin, |c| passkey.assertion(c));
        assert_eq!(reply.status, status, "{count} {}", reply.json());
        if status == 401 {
            let details = reply.refused(401, "Not Authorized.");
            assert_eq!(
                details["reason"],
                "the passkey's signature count did not grow"
            );
        }
    }
    // A forged count counts for nothing.
    let mut forged = Passkey::new(Signer::ed25519(3));
    (forged.id, forged.count) = (passkey.id.clone(), 5000);
    sign(&admin, |c| forged.assertion(c)).refused(401, "Not Authorized.");
    passkey.count = 1001;
    sign(&admin, |c| passkey.assertion(c)).expect(200);
}

#[test]
fn the_same_holds_of_user_actions_and_of_passkeys_added_from_rust() {
    let sandbox = example().start().unwrap();
    let signer = Signer::ed25519(1);
    let identity = sandbox.add_user(EMAIL, &signer.public_pem()).unwrap();
    let mut passkey = passkey("example.org", "https://example.org");
    let (id, pem) = (passkey.id(), passkey.signer.public_pem());
    sandbox
        .add_credential(&identity, CredentialKind::Fido2, Some(&id), &pem)
        .unwrap();
    let user = Client {
        sandbox: &sandbox,
        identity,
        signer,
    };
    let sign = |passkey: &Passkey| {
        let challenge = user.init("POST", "/wallets", "{}").expect(200);
        let assertion = passkey.assertion(challenge["challenge"].as_str().unwrap());
        user.complete(&challenge, &assertion)
    };
    sign(&passkey).expect(200);
    passkey.count = 1;
    sign(&passkey).expect(200);
    let details = sign(&passkey).refused(403, "user action signature is missing or invalid");
    assert_eq!((&details["last"], &details["seen"]), (&json!(1), &json!(1)));
    passkey.count = 2;
    passkey.user_handle = Some(crate::support::b64u("us-other"));
    sign(&passkey).refused(400, "userHandle is not valid");
    passkey.user_handle = Some(crate::support::b64u(&user.identity.user_id));
    sign(&passkey).expect(200);
    passkey.origin = "https://example.com";
    sign(&passkey).refused(400, CLIENT_DATA);
}

#[test]
fn damaged_authenticator_data_is_survived() {
    let sandbox = Sandbox::start().unwrap();
    let passkey = Passkey::new(Signer::p256());
    make(&sandbox, &passkey).expect(200);
    let admin = Client::new(&sandbox, Signer::ed25519(1));
    let data = passkey.authenticator_data();
    let with = |data: &[u8]| {
        sign(&admin, |c| {
            passkey.assertion_over(&passkey.client_data("webauthn.get", c), data)
        })
    };
    for end in 1..data.len() {
        with(&data[..end]).refused(400, AUTHENTICATOR);
    }
    for place in 0..32 {
        let mut damaged = data.clone();
        damaged[place] ^= 1 << (place % 8);
        with(&damaged).refused(400, AUTHENTICATOR);
    }
    with(&[&data[..], b"\xa0"].concat()).refused(400, AUTHENTICATOR);
    with(&data).expect(200);
}
