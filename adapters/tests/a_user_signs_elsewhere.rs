//! Delegated signing against the sandbox: begun by one client, finished by another, signed by every kind of credential.
//!
//! What passes between them are texts, as it would between processes.

#![cfg(feature = "ureq")]

use crate::people::{Passkey, anyone, renamed};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dfns_client::protocol::api::wallets::{CreateWallet, Network, UpdateWallet};
use dfns_client::protocol::{
    Assertion, Challenge, ErrorKind, Factor, Happened, Objection, Outcome, Pending, PendingError,
    Signed, Stage, Token,
};
use dfns_client::ureq::Client;
use dfns_client::{CallError, CallErrorKind, KeySigner, Signer};
use dfns_sandbox::{CredentialKind, Identity, Sandbox};
use dfns_signer::Algorithm;

/// A client as a process has it that was just started: a base URL and a token.
fn process(sandbox: &Sandbox, user: &Identity) -> Client {
    anyone(sandbox).with_token(Token::new(&*user.token).unwrap())
}

fn key(credential_id: &str) -> KeySigner {
    crate::people::key(credential_id, Algorithm::P256)
}

fn user(sandbox: &Sandbox) -> (Identity, KeySigner) {
    let key = key("not registered yet");
    let user = sandbox.add_user("ada@example.com", &key.public_key_pem());
    let user = user.unwrap();
    let key = renamed(&key, &user.credential_id);
    (user, key)
}

fn wallet(name: &str) -> CreateWallet {
    let mut wallet = CreateWallet::new(Network::EthereumSepolia);
    wallet.name = Some(name.into());
    wallet
}

/// What the backend keeps, and what it gives away.
fn begin(client: &Client, operation: &impl Signed) -> (String, String) {
    let pending = client.begin(operation).unwrap();
    (
        serde_json::to_string(&pending).unwrap(),
        serde_json::to_string(pending.challenge()).unwrap(),
    )
}

fn answered(given: &str, sign: impl FnOnce(&Challenge) -> Assertion) -> String {
    let challenge: Challenge = serde_json::from_str(given).unwrap();
    serde_json::to_string(&sign(&challenge)).unwrap()
}

fn finish<O: Signed>(client: &Client, kept: &str, answer: &str) -> Result<O::Output, CallError> {
    let pending: Pending = serde_json::from_str(kept).unwrap();
    let assertion: Assertion = serde_json::from_str(answer).unwrap();
    client.finish::<O>(pending, assertion)
}

fn objection(error: &CallError) -> &ErrorKind {
    match error.kind() {
        CallErrorKind::Protocol(error) => error.kind(),
        other => panic!("{other:?}"),
    }
}

/// A kind of credential, and how it answers.
type Way<'a> = (&'a str, &'a dyn Fn(&Challenge) -> Assertion);

#[test]
fn every_kind_of_credential_finishes_what_was_begun() {
    let sandbox = Sandbox::start().unwrap();
    let (user, own) = user(&sandbox);
    let (protected, passkey) = (key("protected"), Passkey::new("cGFzc2tleQ"));
    for (kind, key) in [
        (CredentialKind::PasswordProtectedKey, &protected),
        (CredentialKind::Fido2, &passkey.0),
    ] {
        let pem = key.public_key_pem();
        let id = sandbox.add_credential(&user, kind, Some(key.credential_id()), &pem);
        id.unwrap();
    }
    let by_key = |challenge: &Challenge| Signer::sign(&own, challenge).unwrap();
    let by_protected_key = |challenge: &Challenge| {
        let signed = protected.sign(&challenge.challenge, []).unwrap();
        let assertion = dfns_client::protocol::KeyAssertion::from_base64url(
            signed.credential_id,
            signed.client_data,
            signed.signature,
        );
        Factor::PasswordProtectedKey(assertion).into()
    };
    let by_passkey = |challenge: &Challenge| passkey.get(challenge).into();
    let ways: [Way<'_>; 4] = [
        ("Key", &by_key),
        ("PasswordProtectedKey", &by_protected_key),
        ("Fido2", &by_passkey),
        ("two factors", &|challenge| {
            let key = by_key(challenge).first_factor.credential().cloned();
            by_passkey(challenge).with_second_factor(key.unwrap())
        }),
    ];
    for (name, sign) in ways {
        let (kept, given) = begin(&process(&sandbox, &user), &wallet(name));
        let answer = answered(&given, sign);
        let done = finish::<CreateWallet>(&process(&sandbox, &user), &kept, &answer);
        let made = done.unwrap().completed().unwrap();
        assert_eq!(made.name.as_deref(), Some(name));
    }
    assert_eq!(sandbox.executions("createWallet"), 4);
}

#[test]
fn a_policy_can_hold_back_what_is_finished() {
    let sandbox = Sandbox::builder()
        .require_approval("createWallet")
        .start()
        .unwrap();
    let (user, key) = user(&sandbox);
    let client = process(&sandbox, &user);
    let (kept, given) = begin(&client, &wallet("held back"));
    let answer = answered(&given, |challenge| Signer::sign(&key, challenge).unwrap());
    let outcome = finish::<CreateWallet>(&client, &kept, &answer).unwrap();
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    assert_eq!(sandbox.executions("createWallet"), 0);
}

#[test]
fn what_was_finished_cannot_be_finished_again() {
    let sandbox = Sandbox::start().unwrap();
    let (user, key) = user(&sandbox);
    let client = process(&sandbox, &user);
    let (kept, given) = begin(&client, &wallet("once"));
    let answer = answered(&given, |challenge| Signer::sign(&key, challenge).unwrap());
    finish::<CreateWallet>(&client, &kept, &answer).unwrap();
    let error = finish::<CreateWallet>(&client, &kept, &answer).unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(
        refusal.message.as_deref(),
        Some("Challenge token is not valid.")
    );
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Complete, Happened::Never)
    );
    assert_eq!(sandbox.executions("createWallet"), 1);
}

#[test]
fn a_wrong_answer_is_refused_here_or_there_and_nothing_happens() {
    let sandbox = Sandbox::start().unwrap();
    let (user, own) = user(&sandbox);
    let client = process(&sandbox, &user);

    // Of a credential that the challenge does not name: never sent.
    let (kept, given) = begin(&client, &wallet("no"));
    let stranger = key("cr-stranger");
    let answer = answered(&given, |challenge| {
        let signed = stranger.sign(&challenge.challenge, []).unwrap();
        dfns_client::protocol::KeyAssertion::from_base64url(
            signed.credential_id,
            signed.client_data,
            signed.signature,
        )
        .into()
    });
    let before = sandbox.log().len();
    let error = finish::<CreateWallet>(&client, &kept, &answer).unwrap_err();
    let refused = objection(&error);
    assert!(matches!(
        refused,
        ErrorKind::Assertion(Objection::CredentialNotAllowed { credential, .. }) if credential == "cr-stranger"
    ));
    assert_eq!(sandbox.log().len(), before);

    // By the right credential with another key: the service notices.
    let forged = renamed(&stranger, own.credential_id());
    let answer = answered(&given, |challenge| {
        Signer::sign(&forged, challenge).unwrap()
    });
    let error = finish::<CreateWallet>(&client, &kept, &answer).unwrap_err();
    assert_eq!(
        (error.stage(), error.happened()),
        (Stage::Complete, Happened::Never)
    );
    assert_eq!(error.refusal().unwrap().status, 403);

    // By somebody else's process.
    let (other, _) = {
        let key = key("unregistered");
        (
            sandbox
                .add_user("eve@example.com", &key.public_key_pem())
                .unwrap(),
            key,
        )
    };
    let (kept, given) = begin(&client, &wallet("no"));
    let answer = answered(&given, |challenge| Signer::sign(&own, challenge).unwrap());
    let error = finish::<CreateWallet>(&process(&sandbox, &other), &kept, &answer).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 400);
    assert_eq!(sandbox.executions("createWallet"), 0);
}

#[test]
fn a_parked_call_is_resumed_as_what_it_is_or_not_at_all() {
    let sandbox = Sandbox::start().unwrap();
    let (user, key) = user(&sandbox);
    let client = process(&sandbox, &user);
    let (kept, given) = begin(&client, &wallet("this one"));
    let answer = answered(&given, |challenge| Signer::sign(&key, challenge).unwrap());
    let error = finish::<UpdateWallet>(&client, &kept, &answer).unwrap_err();
    assert!(matches!(
        objection(&error),
        ErrorKind::Pending(PendingError::OtherOperation { found, expected })
            if found == "createWallet" && expected == "updateWallet"
    ));

    // The body is in there as base64url: another wallet's does not get through.
    let this = BASE64_URL_SAFE_NO_PAD.encode(r#"{"network":"EthereumSepolia","name":"this one"}"#);
    let that = BASE64_URL_SAFE_NO_PAD.encode(r#"{"network":"EthereumSepolia","name":"that one"}"#);
    assert!(kept.contains(&this), "{kept}");
    for altered in [
        kept.replace(&this, &that),
        kept.replace("createWallet", "updateWallet"),
        kept.replace("/wallets", "/wallet"),
        kept.replace(r#""version":2"#, r#""version":3"#),
        kept[..kept.len() / 2].to_owned(),
    ] {
        assert_ne!(altered, kept);
        let read = serde_json::from_str::<Pending>(&altered);
        assert!(read.is_err(), "{altered}");
    }
    finish::<CreateWallet>(&client, &kept, &answer).unwrap();
    assert_eq!(sandbox.executions("createWallet"), 1);
}

#[test]
fn a_challenge_is_good_for_a_quarter_of_an_hour() {
    let sandbox = Sandbox::start().unwrap();
    let (user, key) = user(&sandbox);
    let client = process(&sandbox, &user);
    let (kept, given) = begin(&client, &wallet("late"));
    let answer = answered(&given, |challenge| Signer::sign(&key, challenge).unwrap());
    sandbox.advance(std::time::Duration::from_secs(15 * 60));
    let error = finish::<CreateWallet>(&client, &kept, &answer).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 400);
    assert_eq!(error.happened(), Happened::Never);
}
