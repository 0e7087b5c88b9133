//! All that a backend does with the API beyond a plain call, each in the requests that it takes.
#![allow(dead_code, reason = "each test file uses its own part")]

use dfns_client::CallError;
use dfns_client::protocol::api::auth::{
    CreateCredential, CreateCredentialChallenge, CreateCredentialChallengeWithCode,
    CreateCredentialCode, CreateCredentialWithCode, CreateDelegatedRecoveryChallenge,
    CreateDelegatedRegistrationChallenge, CreatePersonalAccessToken, CreateRecoveryChallenge,
    CreateRegistrationChallenge, CreateServiceAccount, CredentialChallenge, CredentialChallengeKey,
    DelegatedLogin, EndUserWallet, NewCredentialKind, NewKey, NewUserKind, Register,
    RegisterEndUser, SendLoginCode, SendRecoveryCode,
};
use dfns_client::protocol::api::keys::{CreateKey, KeyCurve, KeyScheme, KeyShareProtocol};
use dfns_client::protocol::api::shared::KeyNetwork;
use dfns_client::protocol::api::signers::{ListSigners, SubmitCloneOutput};
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::api::webhooks::{CreateWebhook, WebhookEventSubscription};
use dfns_client::protocol::key_shares::{KeyExport, KeyImport, PrivateKey};
use dfns_client::protocol::{Assertion, Challenge, Factor, File, Pending};
use serde_json::json;

use crate::common::adapter::Adapter;
use crate::people::ADA;
use crate::world::{NEW, World, login_of, signed};

/// The calls of a flow, by their operations.
pub(crate) enum Call {
    Read(&'static str),
    Plain(&'static str),
    /// Three requests.
    Signed(&'static str),
}

pub(crate) use Call::{Plain, Read, Signed};

pub(crate) struct Flow<A> {
    pub(crate) name: &'static str,
    pub(crate) calls: &'static [Call],
    /// What has to be there before, and is handed to `run`.
    pub(crate) prepare: fn(&World<A>) -> String,
    pub(crate) run: fn(&World<A>, &str) -> Result<(), CallError>,
}

fn flow<A: Adapter>(
    name: &'static str,
    calls: &'static [Call],
    run: fn(&World<A>, &str) -> Result<(), CallError>,
) -> Flow<A> {
    let prepare = |_: &World<A>| String::new();
    Flow {
        name,
        calls,
        prepare,
        run,
    }
}

pub(crate) fn flows<A: Adapter>() -> impl Iterator<Item = Flow<A>> {
    let flows = [signing(), signing_in(), registering(), credentials()];
    flows.into_iter().flatten()
}

#[rustfmt::skip]
fn signing<A: Adapter>() -> Vec<Flow<A>> {
    vec![
        flow("a key elsewhere signs", &[Signed("createWallet")], |world, _| {
            world.ada().call(&wallet()).map(|made| { made.completed().unwrap(); })
        }),
        flow("a user signs elsewhere", &[Signed("createWallet")], delegated),
        flow("a key is imported", &[Read("listSigners"), Signed("importKey")], |world, _| {
            let signers = world.ada().call(&ListSigners::new())?.clusters.remove(0).signers;
            let key = PrivateKey::secp256k1(&[7; 32]).unwrap();
            let import = KeyImport::new(&key, KeyShareProtocol::Cggmp21, &signers, 3, getrandom::fill);
            world.ada().call(&import.unwrap().into_key()).map(drop)
        }),
        Flow { prepare: a_key, ..flow("a key is exported", &[Signed("exportKey")], |world, id| {
            let export = KeyExport::new(getrandom::fill).unwrap();
            let answer = world.ada().call(&export.operation(id))?.completed().unwrap();
            export.recover(&answer).unwrap();
            Ok(())
        }) },
        flow("an upload", &[Signed("submitCloneOutput")], |world, _| {
            let mut upload: SubmitCloneOutput = serde_json::from_value(json!({
                "storeId": "ks-1",
                "outputJson": {
                    "org_id": "or-1", "fleet_id": "f", "fleet_label": "l", "keystore_id": "k", "group_id": "g",
                    "online_domain": "o", "outputs": {}, "type": "fleet-output", "version": 1, "status": "success",
                },
            })).unwrap();
            upload.file = File::new(vec![7; 1000]);
            world.ada().call(&upload).map(drop)
        }),
        flow("a webhook", &[Signed("createWebhook")], |world, _| {
            let create = CreateWebhook::new("http://127.0.0.1:9/hook", vec![WebhookEventSubscription::All]);
            world.ada().call(&create).map(drop)
        }),
    ]
}

#[rustfmt::skip]
fn signing_in<A: Adapter>() -> Vec<Flow<A>> {
    vec![
        flow("login by key", &[Plain("createLoginChallenge"), Plain("login")], |world, _| {
            let client = world.anyone().signing(world.by(&world.own));
            client.login(&login_of(ADA)).map(|answer| { answer.token().unwrap().unwrap(); })
        }),
        flow("login by passkey", &[Plain("createLoginChallenge"), Plain("login")], |world, _| {
            let challenge = Challenge::from(world.anyone().call(&login_of(ADA))?);
            let assertion = world.passkey.get(&challenge);
            world.anyone().call(&challenge.login(assertion)?).map(drop)
        }),
        flow(
            "login by a key under a password",
            &[Plain("sendLoginCode"), Plain("createLoginChallenge"), Plain("login")],
            |world, _| {
                world.anyone().call(&SendLoginCode::new(ADA))?;
                let mut start = login_of(ADA);
                start.login_code = Some(world.sandbox().last_code(ADA).unwrap().into());
                let challenge = Challenge::from(world.anyone().call(&start)?);
                let factor = Factor::PasswordProtectedKey(signed(&world.protected, &challenge).unwrap());
                world.anyone().call(&challenge.login(factor)?).map(drop)
            },
        ),
        flow("delegated login", &[Signed("delegatedLogin")], |world, _| {
            world.backend().call(&DelegatedLogin::new(ADA)).map(drop)
        }),
    ]
}

#[rustfmt::skip]
fn registering<A: Adapter>() -> Vec<Flow<A>> {
    vec![
        Flow { prepare: World::invite, ..flow(
            "registration",
            &[Plain("createRegistrationChallenge"), Plain("register")],
            |world, code| {
                let start = CreateRegistrationChallenge::new(NEW, code);
                let challenge = world.anyone().call(&start)?;
                let register = Register::from(world.new_credentials(&challenge.challenge));
                world.anyone().register(&challenge, &register).map(drop)
            },
        ) },
        flow(
            "delegated registration",
            &[Signed("createDelegatedRegistrationChallenge"), Plain("registerEndUser")],
            |world, _| {
                let start = CreateDelegatedRegistrationChallenge::new(world.name(), NewUserKind::EndUser);
                let challenge = world.backend().call(&start)?.completed().unwrap();
                let credential = NewKey::new(world.attested(&challenge.challenge));
                let wallets = vec![EndUserWallet::new(KeyNetwork::EthereumSepolia)];
                let register = RegisterEndUser::new(credential, wallets);
                world.anyone().register(&challenge, &register).map(drop)
            },
        ),
        flow(
            "recovery",
            &[Plain("sendRecoveryCode"), Plain("createRecoveryChallenge"), Plain("recover")],
            |world, _| {
                world.anyone().call(&SendRecoveryCode::new(ADA))?;
                let code = world.sandbox().last_code(ADA).unwrap();
                let start = CreateRecoveryChallenge::new(ADA, code, "recovery");
                let challenge = world.anyone().call(&start)?;
                let new = world.new_credentials(&challenge.challenge);
                world.recovering().recover(&challenge, new).map(drop)
            },
        ),
        flow(
            "delegated recovery",
            &[Signed("createDelegatedRecoveryChallenge"), Plain("recover")],
            |world, _| {
                let start = CreateDelegatedRecoveryChallenge::new(ADA, "recovery");
                let challenge = world.backend().call(&start)?.completed().unwrap();
                let new = world.new_credentials(&challenge.challenge);
                world.recovering().recover(&challenge, new).map(drop)
            },
        ),
    ]
}

#[rustfmt::skip]
fn credentials<A: Adapter>() -> Vec<Flow<A>> {
    vec![
        flow(
            "a new credential",
            &[Plain("createCredentialChallenge"), Signed("createCredential")],
            |world, _| {
                let start = CreateCredentialChallenge::new(NewCredentialKind::Key);
                let challenge = for_a_key(world.ada().call(&start)?);
                let info = world.attested(&challenge.challenge);
                let create = CreateCredential::new(challenge.answer(info, "laptop"));
                world.ada().call(&create).map(drop)
            },
        ),
        flow(
            "a new credential by a code",
            &[
                Signed("createCredentialCode"),
                Plain("createCredentialChallengeWithCode"),
                Plain("createCredentialWithCode"),
            ],
            |world, _| {
                let code = CreateCredentialCode::new("2100-01-01T00:00:00.000Z");
                let code = world.ada().call(&code)?.completed().unwrap().code;
                let start = CreateCredentialChallengeWithCode::new(NewCredentialKind::Key, code.expose());
                let challenge = for_a_key(world.anyone().call(&start)?);
                let info = world.attested(&challenge.challenge);
                let create = CreateCredentialWithCode::new(challenge.answer(info, "phone"));
                world.anyone().call(&create).map(drop)
            },
        ),
        flow("a personal access token", &[Signed("createPersonalAccessToken")], |world, _| {
            let key = world.protected.public_key_pem();
            world.ada().call(&CreatePersonalAccessToken::new("laptop", key)).map(drop)
        }),
        flow("a service account", &[Signed("createServiceAccount")], |world, _| {
            let key = world.protected.public_key_pem();
            world.ada().call(&CreateServiceAccount::new("cron", key)).map(drop)
        }),
    ]
}

pub(crate) fn wallet() -> CreateWallet {
    CreateWallet::new(Network::EthereumSepolia)
}

/// Over texts, as between processes.
fn delegated<A: Adapter>(world: &World<A>, _: &str) -> Result<(), CallError> {
    let pending = world.ada_without_key().begin(&wallet())?;
    let challenge = serde_json::to_string(pending.challenge()).unwrap();
    let kept = serde_json::to_string(&pending).unwrap();
    let challenge: Challenge = serde_json::from_str(&challenge).unwrap();
    let assertion = Assertion::from(signed(&world.own, &challenge).unwrap());
    let pending: Pending = serde_json::from_str(&kept).unwrap();
    let client = world.ada_without_key();
    let finished = client.finish::<CreateWallet>(pending, assertion);
    finished.map(|made| {
        made.completed().unwrap();
    })
}

pub(crate) fn for_a_key(challenge: CredentialChallenge) -> CredentialChallengeKey {
    match challenge {
        CredentialChallenge::Key(challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn a_key<A: Adapter>(world: &World<A>) -> String {
    let create = CreateKey::new(KeyScheme::Ecdsa, KeyCurve::Secp256k1);
    let key = world.ada().call(&create).unwrap();
    key.completed().unwrap().id.into()
}
