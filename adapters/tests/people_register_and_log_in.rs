//! Registration and login over the client, with keys, passkeys and on a service account's word; and each refusal.

#![cfg(feature = "ureq")]

use crate::people::{ADA, Passkey, anyone, attested, backend, invited, key, permit, renamed};
use dfns_client::CallError;
use dfns_client::protocol::api::auth::{
    CreateDelegatedRegistrationChallenge, CreateLoginChallenge, CreatePersonalAccessToken,
    CreateRegistrationChallenge, CreateServiceAccount, DelegatedLogin, EndUserWallet, Logout,
    NewCredentials, NewKey, NewPasskey, NewUserKind, Register, RegisterEndUser,
};
use dfns_client::protocol::api::shared::KeyNetwork;
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{Challenge, Happened, Stage, Token};
use dfns_client::ureq::Client;
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;

fn login(username: &str) -> CreateLoginChallenge {
    let mut start = CreateLoginChallenge::new();
    start.username = Some(username.into());
    start
}

fn wallet() -> CreateWallet {
    CreateWallet::new(Network::EthereumSepolia)
}

fn refused<T: std::fmt::Debug>(result: Result<T, CallError>) -> (Stage, u16) {
    let error = result.unwrap_err();
    assert_eq!(error.happened(), Happened::Never, "{error}");
    (
        error.stage(),
        error.refusal().unwrap_or_else(|| panic!("{error}")).status,
    )
}

/// Somebody who registered with this key and logged in with it, in as few calls as it takes.
fn registered(sandbox: &Sandbox, algorithm: Algorithm) -> Client {
    let challenge = invited(sandbox, ADA);
    let key = key("ada-key", algorithm);
    let register = Register::new(NewKey::new(attested(&key, &challenge.challenge)));
    let client = anyone(sandbox).with_signer(key);
    let user = client.register(&challenge, &register).unwrap();
    assert_eq!(user.user.username, ADA);
    let token = client.login(&login(ADA)).unwrap().token().unwrap().unwrap();
    client.with_token(token)
}

#[test]
fn a_user_registers_logs_in_and_signs_with_every_algorithm() {
    for algorithm in [
        Algorithm::Ed25519,
        Algorithm::P256,
        Algorithm::Secp256k1,
        Algorithm::Rsa,
    ] {
        let sandbox = Sandbox::start().unwrap();
        let client = registered(&sandbox, algorithm);
        client.call(&wallet()).unwrap().completed().unwrap();
        assert_eq!(sandbox.executions("createWallet"), 1, "{algorithm}");
        client.call(&Logout::new()).unwrap();
        assert_eq!(refused(client.call(&ListWallets::new())).1, 401);
    }
}

#[test]
fn a_user_registers_a_passkey_logs_in_with_it_and_signs_what_a_backend_began() {
    let sandbox = Sandbox::start().unwrap();
    let challenge = invited(&sandbox, ADA);
    let passkey = Passkey::new("cGFzc2tleS1vZi1hZGE");
    // What the browser sends is the credential as JSON.
    let sent = serde_json::to_string(&NewPasskey::new(passkey.create(&challenge.challenge)));
    let credential: NewPasskey = serde_json::from_str(&sent.unwrap()).unwrap();
    let client = anyone(&sandbox);
    let new = NewCredentials::new(credential);
    client.register(&challenge, &Register::from(new)).unwrap();

    let challenge = Challenge::from(client.call(&login(ADA)).unwrap());
    let assertion = passkey.get(&challenge);
    let answer = client.call(&challenge.login(assertion).unwrap()).unwrap();
    let client = client.with_token(answer.token().unwrap().unwrap());

    let pending = client.begin(&wallet()).unwrap();
    let assertion = passkey.get(pending.challenge());
    client
        .finish::<CreateWallet>(pending, assertion)
        .unwrap()
        .completed()
        .unwrap();
}

#[test]
fn a_backend_registers_an_end_user_and_acts_for_them() {
    let sandbox = Sandbox::start().unwrap();
    let backend = backend(&sandbox);
    let start = CreateDelegatedRegistrationChallenge::new("end@example.com", NewUserKind::EndUser);
    let challenge = backend.call(&start).unwrap().completed().unwrap();
    let device = key("device", Algorithm::P256);
    let credential = NewKey::new(attested(&device, &challenge.challenge));
    let wallets = vec![EndUserWallet::new(KeyNetwork::EthereumSepolia)];
    let register = RegisterEndUser::new(credential, wallets);
    let user = backend.register(&challenge, &register).unwrap();
    assert_eq!(user.wallets.len(), 1);
    assert!(!user.wallets[0].custodial);
    permit(&backend, user.user.id);

    let start = DelegatedLogin::new("end@example.com");
    let answer = backend.call(&start).unwrap().completed().unwrap();
    let for_user = anyone(&sandbox).with_token(Token::try_from(&answer.token).unwrap());
    let pending = for_user.begin(&wallet()).unwrap();
    let assertion = dfns_client::Signer::sign(&device, pending.challenge()).unwrap();
    for_user.finish::<CreateWallet>(pending, assertion).unwrap();
    assert_eq!(sandbox.executions("createWallet"), 1);
}

#[test]
fn tokens_that_were_made_over_the_api_sign_with_keys_of_their_own() {
    let sandbox = Sandbox::start().unwrap();
    let user = registered(&sandbox, Algorithm::Ed25519);
    let own = key("not known yet", Algorithm::Secp256k1);
    let start = CreatePersonalAccessToken::new("laptop", own.public_key_pem());
    let pat = user.call(&start).unwrap().completed().unwrap();
    let account = CreateServiceAccount::new("cron", own.public_key_pem());
    let account = user.call(&account).unwrap().completed().unwrap();
    // A token may what its user may; a service account nothing yet.
    permit(&backend(&sandbox), account.user_info.user_id);
    let account = &account.access_tokens[0];
    for (token, credential_id) in [
        (&pat.access_token, &pat.cred_id),
        (account.access_token.as_ref().unwrap(), &account.cred_id),
    ] {
        let client = anyone(&sandbox)
            .with_token(Token::try_from(token).unwrap())
            .with_signer(renamed(&own, credential_id));
        client.call(&wallet()).unwrap().completed().unwrap();
    }
    assert_eq!(sandbox.executions("createWallet"), 2);
}

#[test]
fn a_registration_is_refused_at_each_step() {
    let sandbox = Sandbox::start().unwrap();
    let client = anyone(&sandbox);
    let wrong = CreateRegistrationChallenge::new(ADA, "AAA-AAA-AAA");
    let challenge = invited(&sandbox, ADA);
    assert_eq!(refused(client.call(&wrong)), (Stage::Action, 401));

    // Another challenge's proof; then the token is used up.
    let own = key("ada-key", Algorithm::P256);
    let other = Register::new(NewKey::new(attested(&own, "Y2gtb3RoZXI")));
    assert_eq!(
        refused(client.register(&challenge, &other)),
        (Stage::Action, 400)
    );
    let right = Register::new(NewKey::new(attested(&own, &challenge.challenge)));
    assert_eq!(
        refused(client.register(&challenge, &right)),
        (Stage::Action, 401)
    );
    assert_eq!(refused(client.call(&login(ADA))), (Stage::Action, 401));

    // Without the token of the challenge nothing is sent.
    let before = sandbox.log().len();
    let error = client.call(&right).unwrap_err();
    assert_eq!(error.stage(), Stage::Prepare);
    assert_eq!(sandbox.log().len(), before);
}

#[test]
fn a_login_is_refused_at_each_step() {
    let sandbox = Sandbox::start().unwrap();
    registered(&sandbox, Algorithm::Ed25519);
    let client = anyone(&sandbox);
    assert_eq!(
        refused(client.call(&login("eve@example.com"))),
        (Stage::Action, 401)
    );
    // The right credential, another key.
    let forger = client
        .clone()
        .with_signer(key("ada-key", Algorithm::Ed25519));
    assert_eq!(refused(forger.login(&login(ADA))), (Stage::Action, 401));
    // A credential that the challenge does not list is not tried.
    let stranger = client
        .clone()
        .with_signer(key("eve-key", Algorithm::Ed25519));
    let error = stranger.login(&login(ADA)).unwrap_err();
    assert_eq!((error.operation(), error.stage()), ("login", Stage::Sign));
    // Neither is a login without a signer.
    let error = client.login(&login(ADA)).unwrap_err();
    assert!(error.to_string().contains("no signer"), "{error}");
}
