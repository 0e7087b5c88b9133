//! Recovery and further credentials over the client, and each refusal.

#![cfg(feature = "ureq")]

use crate::people::{ADA, Passkey, anyone, attested, backend, invited, key};
use dfns_client::CallError;
use dfns_client::protocol::api::auth::{
    CreateCredential, CreateCredentialChallenge, CreateCredentialChallengeWithCode,
    CreateCredentialCode, CreateCredentialWithCode, CreateDelegatedRecoveryChallenge,
    CreateLoginChallenge, CreateRecoveryChallenge, Credential, CredentialChallenge,
    ListCredentials, NewCredentialKind, NewCredentials, NewKey, NewRecoveryKey, RecoveryChallenge,
    Register, SendRecoveryCode,
};
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{Challenge, Stage};
use dfns_client::ureq::Client;
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;

fn login() -> CreateLoginChallenge {
    let mut start = CreateLoginChallenge::new();
    start.username = Some(ADA.into());
    start
}

/// Ada, logged in, who has a key and a recovery key; and a client that signs with the latter.
fn ada(sandbox: &Sandbox) -> (Client, Client) {
    let challenge = invited(sandbox, ADA);
    let [own, recovery] = ["ada-key", "ada-recovery"].map(|id| key(id, Algorithm::P256));
    let mut register = Register::new(NewKey::new(attested(&own, &challenge.challenge)));
    let credential = NewRecoveryKey::new(attested(&recovery, &challenge.challenge));
    register.recovery_credential = Some(credential);
    let client = anyone(sandbox).with_signer(own);
    client.register(&challenge, &register).unwrap();
    let token = client.login(&login()).unwrap().token().unwrap().unwrap();
    (
        client.with_token(token),
        anyone(sandbox).with_signer(recovery),
    )
}

fn by_mail(sandbox: &Sandbox, client: &Client) -> RecoveryChallenge {
    client.call(&SendRecoveryCode::new(ADA)).unwrap();
    let code = sandbox.last_code(ADA).unwrap();
    let start = CreateRecoveryChallenge::new(ADA, code, "ada-recovery");
    client.call(&start).unwrap()
}

fn status<T: std::fmt::Debug>(result: Result<T, CallError>) -> u16 {
    let error = result.unwrap_err();
    error.refusal().unwrap_or_else(|| panic!("{error}")).status
}

#[test]
fn a_recovery_puts_new_credentials_in_the_place_of_all_others() {
    let sandbox = Sandbox::start().unwrap();
    let (old, recovering) = ada(&sandbox);
    let challenge = by_mail(&sandbox, &recovering);
    let phone = key("ada-phone", Algorithm::Ed25519);
    let new = NewCredentials::new(NewKey::new(attested(&phone, &challenge.challenge)));
    let user = recovering.recover(&challenge, new).unwrap();
    assert_eq!(user.user.username, ADA);

    assert_eq!(status(old.call(&ListWallets::new())), 401);
    let client = anyone(&sandbox).with_signer(phone);
    let token = client.login(&login()).unwrap().token().unwrap().unwrap();
    let wallet = CreateWallet::new(Network::Solana);
    let client = client.with_token(token);
    client.call(&wallet).unwrap().completed().unwrap();
}

#[test]
fn a_backend_starts_the_recovery_of_its_users() {
    let sandbox = Sandbox::start().unwrap();
    let backend = backend(&sandbox);
    let start = dfns_client::protocol::api::auth::CreateDelegatedRegistrationChallenge::new(
        ADA,
        dfns_client::protocol::api::auth::NewUserKind::EndUser,
    );
    let challenge = backend.call(&start).unwrap().completed().unwrap();
    let [own, recovery] = ["ada-key", "ada-recovery"].map(|id| key(id, Algorithm::P256));
    let mut register = Register::new(NewKey::new(attested(&own, &challenge.challenge)));
    let credential = NewRecoveryKey::new(attested(&recovery, &challenge.challenge));
    register.recovery_credential = Some(credential);
    backend.register(&challenge, &register).unwrap();

    let start = CreateDelegatedRecoveryChallenge::new(ADA, "ada-recovery");
    let challenge = backend.call(&start).unwrap().completed().unwrap();
    let passkey = Passkey::new("bmV3LXBhc3NrZXk");
    let new = passkey.create(&challenge.challenge);
    let new = NewCredentials::new(dfns_client::protocol::api::auth::NewPasskey::new(new));
    let recovering = anyone(&sandbox).with_signer(recovery);
    recovering.recover(&challenge, new).unwrap();

    let challenge = Challenge::from(recovering.call(&login()).unwrap());
    let assertion = passkey.get(&challenge);
    let answer = recovering.call(&challenge.login(assertion).unwrap());
    assert!(answer.unwrap().token().is_some());
}

#[test]
fn a_recovery_is_refused_at_each_step_and_what_there_was_stays() {
    let sandbox = Sandbox::start().unwrap();
    let (own, recovering) = ada(&sandbox);
    let wrong = CreateRecoveryChallenge::new(ADA, "AAA-AAA-AAA", "ada-recovery");
    assert_eq!(status(recovering.call(&wrong)), 401);

    let challenge = by_mail(&sandbox, &recovering);
    let phone = key("ada-phone", Algorithm::Ed25519);
    let new = |challenge: &str| NewCredentials::new(NewKey::new(attested(&phone, challenge)));
    // The user's ordinary key does not recover: that is known before anything is sent.
    let before = sandbox.log().len();
    let error = own
        .recover(&challenge, new(&challenge.challenge))
        .unwrap_err();
    assert_eq!((error.operation(), error.stage()), ("recover", Stage::Sign));
    assert_eq!(sandbox.log().len(), before);
    // New credentials that answer another challenge.
    assert_eq!(
        status(recovering.recover(&challenge, new("Y2gtb3RoZXI"))),
        400
    );
    // The right id, another key.
    let challenge = by_mail(&sandbox, &recovering);
    let forger = anyone(&sandbox).with_signer(key("ada-recovery", Algorithm::P256));
    assert_eq!(
        status(forger.recover(&challenge, new(&challenge.challenge))),
        401
    );
    own.call(&ListWallets::new()).unwrap();
}

#[test]
fn further_credentials_are_created_by_signing_or_with_a_code() {
    let sandbox = Sandbox::start().unwrap();
    let (client, _) = ada(&sandbox);
    let start = CreateCredentialChallenge::new(NewCredentialKind::Key);
    let CredentialChallenge::Key(challenge) = client.call(&start).unwrap() else {
        panic!("a challenge of another kind");
    };
    let laptop = key("ada-laptop", Algorithm::Secp256k1);
    let info = attested(&laptop, &challenge.challenge);
    let create = CreateCredential::new(challenge.answer(info, "laptop"));
    let made = client.call(&create).unwrap().completed().unwrap();
    assert_eq!(made.name, "laptop");

    // A code lets another device in that is not logged in.
    let code = CreateCredentialCode::new("2100-01-01T00:00:00.000Z");
    let code = client.call(&code).unwrap().completed().unwrap().code;
    let device = anyone(&sandbox);
    let start = CreateCredentialChallengeWithCode::new(NewCredentialKind::Fido2, code.expose());
    let CredentialChallenge::Fido2(challenge) = device.call(&start).unwrap() else {
        panic!("a challenge of another kind");
    };
    let passkey = Passkey::new("YW5vdGhlcg");
    let info = passkey.create(&challenge.challenge);
    let create = CreateCredentialWithCode::new(challenge.answer(info, "phone"));
    device.call(&create).unwrap();
    assert!(status(device.call(&create)) >= 400, "a code is good once");

    let listed = client.call(&ListCredentials::new()).unwrap().items;
    let names: Vec<&str> = listed
        .iter()
        .map(|c: &Credential| c.name.as_str())
        .collect();
    assert!(
        names.contains(&"laptop") && names.contains(&"phone"),
        "{names:?}"
    );
    let challenge = Challenge::from(client.call(&login()).unwrap());
    let assertion = dfns_client::Signer::sign(&laptop, &challenge).unwrap();
    assert!(client.call(&challenge.login(assertion).unwrap()).is_ok());
}
