//! What the service itself refuses, at each step of each flow: the wrong code, another's key, a token without
//! permission. The error says which step it was, and nothing has happened.

#![cfg(all(
    feature = "ureq",
    feature = "reqwest",
    feature = "key-signer",
    feature = "auth",
    feature = "key-shares"
))]

use std::sync::Arc;
use std::time::Duration;

use crate::common::adapter::{Adapter, for_both_clients};
use crate::flows::{for_a_key, wallet};
use crate::people::{ADA, key, renamed};
use crate::world::{NEW, World, login_of, signed};
use dfns_client::CallError;
use dfns_client::protocol::Stage::{Action, Complete, Init};
use dfns_client::protocol::api::auth::{
    CreateCredential, CreateCredentialChallenge, CreateCredentialChallengeWithCode,
    CreateCredentialCode, CreateCredentialWithCode, CreateDelegatedRecoveryChallenge,
    CreateDelegatedRegistrationChallenge, CreatePersonalAccessToken, CreateRecoveryChallenge,
    CreateRegistrationChallenge, CreateServiceAccount, CreateUser, DelegatedLogin, EndUserWallet,
    NewCredentialKind, NewKey, NewUserKind, Register, RegisterEndUser, SendRecoveryCode,
};
use dfns_client::protocol::api::keys::KeyShareProtocol;
use dfns_client::protocol::api::shared::KeyNetwork;
use dfns_client::protocol::api::signers::ListSigners;
use dfns_client::protocol::api::wallets::CreateWallet;
use dfns_client::protocol::api::webhooks::{CreateWebhook, PingWebhook, WebhookEventSubscription};
use dfns_client::protocol::key_shares::{KeyExport, KeyImport, PrivateKey};
use dfns_client::protocol::{
    Assertion, Challenge, FirstFactor, Happened, SecondFactor, Stage, Token,
};
use dfns_signer::Algorithm;

for_both_clients! {
    every_wrong_is_refused_at_its_step,
}

/// A wrong, and the operation, step and status of its refusal.
struct Wrong<A> {
    name: &'static str,
    refused: (&'static str, Stage, u16),
    run: fn(&World<A>) -> Result<(), CallError>,
}

fn wrong<A: Adapter>(
    name: &'static str,
    refused: (&'static str, Stage, u16),
    run: fn(&World<A>) -> Result<(), CallError>,
) -> Wrong<A> {
    Wrong { name, refused, run }
}

fn every_wrong_is_refused_at_its_step<A: Adapter>() {
    let wrongs = [
        signing(),
        signing_in(),
        registering(),
        recovering(),
        credentials(),
        keys(),
    ];
    for Wrong { name, refused, run } in wrongs.into_iter().flatten() {
        let world = World::<A>::new();
        let error = run(&world).err().unwrap_or_else(|| panic!("{name}: done"));
        let refusal = error.refusal().unwrap_or_else(|| panic!("{name}: {error}"));
        let seen = (error.operation(), error.stage(), refusal.status);
        assert_eq!(seen, refused, "{name}: {error}");
        assert_eq!(error.happened(), Happened::Never, "{name}");
        assert!(
            refusal.message.is_some() && refusal.id.is_some(),
            "{name}: {refusal:?}"
        );
        let last = world.sandbox().log().pop().unwrap();
        assert!(
            !last.executed && last.status == refusal.status,
            "{name}: {last:?}"
        );
    }
}

/// Ada's client, whose signer has another key under her credential's name.
fn forger<A: Adapter>(world: &World<A>) -> A {
    let forged = key(world.own.credential_id(), Algorithm::P256);
    world.ada_without_key().signing(world.by(&Arc::new(forged)))
}

fn a_code<A: Adapter>(world: &World<A>) -> Result<String, CallError> {
    let create = CreateCredentialCode::new("2100-01-01T00:00:00.000Z");
    let made = world.ada().call(&create)?.completed().unwrap();
    Ok(made.code.expose().to_owned())
}

/// What completes a new credential for whoever has the code.
fn by_code<A: Adapter>(
    world: &World<A>,
    code: &str,
) -> Result<CreateCredentialWithCode, CallError> {
    let start = CreateCredentialChallengeWithCode::new(NewCredentialKind::Key, code);
    let challenge = for_a_key(world.anyone().call(&start)?);
    let info = world.attested(&challenge.challenge);
    Ok(CreateCredentialWithCode::new(
        challenge.answer(info, "phone"),
    ))
}

/// The client of a service account that is new and has no permission.
fn who_may_nothing<A: Adapter>(world: &World<A>) -> Result<A, CallError> {
    let own = key("to be", Algorithm::P256);
    let create = CreateServiceAccount::new("may nothing", own.public_key_pem());
    let made = world.ada().call(&create)?.completed().unwrap();
    let made = &made.access_tokens[0];
    let own = Arc::new(renamed(&own, &made.cred_id));
    let token = Token::try_from(made.access_token.as_ref().unwrap()).unwrap();
    Ok(world.anyone().with_token(token).signing(world.by(&own)))
}

fn with_token<A: Adapter>(world: &World<A>, token: &str) -> A {
    let client = world.anyone().with_token(Token::new(token).unwrap());
    client.signing(world.by(&world.own))
}

#[rustfmt::skip]
fn signing<A: Adapter>() -> Vec<Wrong<A>> {
    vec![
        wrong("a token of nobody's", ("createWallet", Init, 401), |world| {
            with_token(world, "a.b.c").call(&wallet()).map(drop)
        }),
        wrong("a signature by another key", ("createWallet", Complete, 403), |world| {
            forger(world).call(&wallet()).map(drop)
        }),
        wrong("a credential that is not active any more", ("createWallet", Complete, 401), |world| {
            let pending = world.ada_without_key().begin(&wallet())?;
            let assertion = signed(&world.own, pending.challenge()).unwrap();
            assert!(world.sandbox().set_credential_active(&world.ada.credential_id, false));
            world.ada_without_key().finish::<CreateWallet>(pending, assertion.into()).map(drop)
        }),
        wrong("an answer to another challenge", ("createWallet", Complete, 400), |world| {
            let client = world.ada_without_key();
            let [first, second] = [client.begin(&wallet())?, client.begin(&wallet())?];
            let assertion = signed(&world.own, first.challenge()).unwrap();
            client.finish::<CreateWallet>(second, assertion.into()).map(drop)
        }),
        wrong("an answer too late", ("createWallet", Complete, 400), |world| {
            let pending = world.ada_without_key().begin(&wallet())?;
            let assertion = signed(&world.own, pending.challenge()).unwrap();
            world.sandbox().advance(Duration::from_secs(15 * 60));
            world.ada_without_key().finish::<CreateWallet>(pending, assertion.into()).map(drop)
        }),
        wrong("somebody else finishes", ("createWallet", Complete, 400), |world| {
            let pending = world.ada_without_key().begin(&wallet())?;
            let assertion = signed(&world.own, pending.challenge()).unwrap();
            world.backend().finish::<CreateWallet>(pending, assertion.into()).map(drop)
        }),
        wrong("no permission", ("createWallet", Action, 403), |world| {
            who_may_nothing(world)?.call(&wallet()).map(drop)
        }),
        wrong("a webhook without permission", ("createWebhook", Action, 403), |world| {
            let create = CreateWebhook::new("http://127.0.0.1:9/", vec![WebhookEventSubscription::All]);
            who_may_nothing(world)?.call(&create).map(drop)
        }),
        wrong("a webhook that is not there", ("pingWebhook", Action, 404), |world| {
            world.ada().call(&PingWebhook::new("wh-00000-00000-000000000000000")).map(drop)
        }),
    ]
}

#[rustfmt::skip]
fn signing_in<A: Adapter>() -> Vec<Wrong<A>> {
    vec![
        wrong("a login of nobody", ("createLoginChallenge", Action, 401), |world| {
            world.anyone().login(&login_of("eve@example.com")).map(drop)
        }),
        wrong("a login with the wrong code", ("createLoginChallenge", Action, 401), |world| {
            let mut start = login_of(ADA);
            start.login_code = Some("000000".into());
            world.anyone().login(&start).map(drop)
        }),
        wrong("a login by another key", ("login", Action, 401), |world| {
            forger(world).login(&login_of(ADA)).map(drop)
        }),
        // Described by the API, deprecated, and no credential of anybody's: what is written is read, and refused.
        wrong("a login by password and one-time code", ("login", Action, 400), |world| {
            let challenge = Challenge::from(world.anyone().call(&login_of(ADA))?);
            let assertion = Assertion::from(FirstFactor::Password("correct horse".into()));
            let assertion = assertion.with_second_factor(SecondFactor::Totp("123456".into()));
            world.anyone().call(&challenge.login(assertion)?).map(drop)
        }),
        wrong("a password for an action", ("createWallet", Complete, 400), |world| {
            let pending = world.ada_without_key().begin(&wallet())?;
            let password = Assertion::from(FirstFactor::Password("correct horse".into()));
            world.ada_without_key().finish::<CreateWallet>(pending, password).map(drop)
        }),
        wrong("a login by another passkey", ("login", Action, 401), |world| {
            let challenge = Challenge::from(world.anyone().call(&login_of(ADA))?);
            let other = crate::people::Passkey::new(world.passkey.0.credential_id());
            let assertion = other.get(&challenge);
            world.anyone().call(&challenge.login(assertion)?).map(drop)
        }),
        wrong("a delegated login of nobody", ("delegatedLogin", Action, 401), |world| {
            world.backend().call(&DelegatedLogin::new("eve@example.com")).map(drop)
        }),
        wrong("a delegated login by a user", ("delegatedLogin", Action, 403), |world| {
            world.ada().call(&DelegatedLogin::new(ADA)).map(drop)
        }),
    ]
}

#[rustfmt::skip]
fn registering<A: Adapter>() -> Vec<Wrong<A>> {
    vec![
        wrong("a registration with the wrong code", ("createRegistrationChallenge", Action, 401), |world| {
            world.invite();
            let start = CreateRegistrationChallenge::new(NEW, "AAA-AAA-AAA");
            world.anyone().call(&start).map(drop)
        }),
        wrong("a key that proves itself elsewhere", ("register", Action, 400), |world| {
            let challenge = world.anyone().call(&CreateRegistrationChallenge::new(NEW, world.invite()))?;
            let register = Register::from(world.new_credentials("Y2gtb3RoZXI"));
            world.anyone().register(&challenge, &register).map(drop)
        }),
        wrong("a registration completed twice", ("register", Action, 401), |world| {
            let challenge = world.anyone().call(&CreateRegistrationChallenge::new(NEW, world.invite()))?;
            let register = || Register::from(world.new_credentials(&challenge.challenge));
            world.anyone().register(&challenge, &register())?;
            world.anyone().register(&challenge, &register()).map(drop)
        }),
        wrong("a registration completed too late", ("register", Action, 401), |world| {
            let challenge = world.anyone().call(&CreateRegistrationChallenge::new(NEW, world.invite()))?;
            let register = Register::from(world.new_credentials(&challenge.challenge));
            world.sandbox().advance(Duration::from_secs(24 * 60 * 60));
            world.anyone().register(&challenge, &register).map(drop)
        }),
        wrong("who is there is invited again", ("createUser", Action, 409), |world| {
            world.backend().call(&CreateUser::new(ADA, NewUserKind::CustomerEmployee)).map(drop)
        }),
        wrong("a delegated registration by a user", ("createDelegatedRegistrationChallenge", Action, 403), |world| {
            let start = CreateDelegatedRegistrationChallenge::new(NEW, NewUserKind::EndUser);
            world.ada().call(&start).map(drop)
        }),
        wrong("an end user's key that proves itself elsewhere", ("registerEndUser", Action, 400), |world| {
            let start = CreateDelegatedRegistrationChallenge::new(NEW, NewUserKind::EndUser);
            let challenge = world.backend().call(&start)?.completed().unwrap();
            let credential = NewKey::new(world.attested("Y2gtb3RoZXI"));
            let wallets = vec![EndUserWallet::new(KeyNetwork::EthereumSepolia)];
            let register = RegisterEndUser::new(credential, wallets);
            world.anyone().register(&challenge, &register).map(drop)
        }),
    ]
}

#[rustfmt::skip]
fn recovering<A: Adapter>() -> Vec<Wrong<A>> {
    vec![
        wrong("a recovery with the wrong code", ("createRecoveryChallenge", Action, 401), |world| {
            world.anyone().call(&SendRecoveryCode::new(ADA))?;
            let start = CreateRecoveryChallenge::new(ADA, "AAA-AAA-AAA", "recovery");
            world.anyone().call(&start).map(drop)
        }),
        wrong("a recovery by an ordinary key", ("createDelegatedRecoveryChallenge", Action, 401), |world| {
            let start = CreateDelegatedRecoveryChallenge::new(ADA, &*world.ada.credential_id);
            world.backend().call(&start).map(drop)
        }),
        wrong("a recovery by another key", ("recover", Action, 401), |world| {
            let start = CreateDelegatedRecoveryChallenge::new(ADA, "recovery");
            let challenge = world.backend().call(&start)?.completed().unwrap();
            let new = world.new_credentials(&challenge.challenge);
            let forger = Arc::new(key("recovery", Algorithm::P256));
            world.anyone().signing(world.by(&forger)).recover(&challenge, new).map(drop)
        }),
        wrong("new credentials for another challenge", ("recover", Action, 400), |world| {
            let start = CreateDelegatedRecoveryChallenge::new(ADA, "recovery");
            let challenge = world.backend().call(&start)?.completed().unwrap();
            let new = world.new_credentials("Y2gtb3RoZXI");
            world.recovering().recover(&challenge, new).map(drop)
        }),
    ]
}

#[rustfmt::skip]
fn credentials<A: Adapter>() -> Vec<Wrong<A>> {
    vec![
        wrong("a credential for a service account", ("createCredentialChallenge", Action, 403), |world| {
            let start = CreateCredentialChallenge::new(NewCredentialKind::Key);
            world.backend().call(&start).map(drop)
        }),
        wrong("a credential that proves itself elsewhere", ("createCredential", Action, 400), |world| {
            let start = CreateCredentialChallenge::new(NewCredentialKind::Key);
            let challenge = for_a_key(world.ada().call(&start)?);
            let create = CreateCredential::new(challenge.answer(world.attested("Y2gtb3RoZXI"), "laptop"));
            world.ada().call(&create).map(drop)
        }),
        wrong("a code that nobody made", ("createCredentialChallengeWithCode", Action, 401), |world| {
            let start = CreateCredentialChallengeWithCode::new(NewCredentialKind::Key, "AAA-AAA-AAA");
            world.anyone().call(&start).map(drop)
        }),
        wrong("a challenge of a code answered twice", ("createCredentialWithCode", Action, 400), |world| {
            let create = by_code(world, &a_code(world)?)?;
            world.anyone().call(&create)?;
            world.anyone().call(&create).map(drop)
        }),
        wrong("a code used twice", ("createCredentialChallengeWithCode", Action, 401), |world| {
            let code = a_code(world)?;
            let create = by_code(world, &code)?;
            world.anyone().call(&create)?;
            by_code(world, &code).map(drop)
        }),
        wrong("a personal access token without permission", ("createPersonalAccessToken", Action, 403), |world| {
            let create = CreatePersonalAccessToken::new("laptop", world.own.public_key_pem());
            who_may_nothing(world)?.call(&create).map(drop)
        }),
        wrong("a personal access token for no key", ("createPersonalAccessToken", Action, 400), |world| {
            world.ada().call(&CreatePersonalAccessToken::new("laptop", "no key")).map(drop)
        }),
        wrong("a service account for no key", ("createServiceAccount", Action, 400), |world| {
            world.ada().call(&CreateServiceAccount::new("cron", "no key")).map(drop)
        }),
    ]
}

#[rustfmt::skip]
fn keys<A: Adapter>() -> Vec<Wrong<A>> {
    vec![
        wrong("shares that are no key", ("importKey", Action, 400), |world| {
            let signers = world.ada().call(&ListSigners::new())?.clusters.remove(0).signers;
            let key = PrivateKey::secp256k1(&[7; 32]).unwrap();
            let import = KeyImport::new(&key, KeyShareProtocol::Cggmp21, &signers, 3, getrandom::fill);
            let mut import = import.unwrap().into_key();
            let first = import.encrypted_key_shares[0].encrypted_key_share.clone();
            import.encrypted_key_shares[1].encrypted_key_share = first;
            world.ada().call(&import).map(drop)
        }),
        wrong("a key that is not there", ("exportKey", Action, 404), |world| {
            let export = KeyExport::new(getrandom::fill).unwrap();
            world.ada().call(&export.operation("key-00000-00000-000000000000000")).map(drop)
        }),
    ]
}
