//! Each flow meets each kind of failure at each of its requests. What the error says is held against what the sandbox
//! has carried out; where nothing has happened, the flow is begun again and does what it is for.

#![cfg(all(
    feature = "ureq",
    feature = "reqwest",
    feature = "key-signer",
    feature = "auth",
    feature = "key-shares"
))]

mod common;
#[path = "common/people.rs"]
mod people;
#[path = "common/world.rs"]
mod world;

use std::sync::atomic::Ordering;

use common::adapter::{Adapter, for_both_clients};
use dfns_client::protocol::api::auth::{
    CreateCredential, CreateCredentialChallenge, CreateCredentialChallengeWithCode,
    CreateCredentialCode, CreateCredentialWithCode, CreateDelegatedRecoveryChallenge,
    CreateDelegatedRegistrationChallenge, CreatePersonalAccessToken, CreateRecoveryChallenge,
    CreateRegistrationChallenge, CreateServiceAccount, CredentialChallenge, DelegatedLogin,
    EndUserWallet, NewCredentialKind, NewKey, NewUserKind, Register, RegisterEndUser,
    SendLoginCode, SendRecoveryCode,
};
use dfns_client::protocol::api::keys::{CreateKey, KeyCurve, KeyScheme, KeyShareProtocol};
use dfns_client::protocol::api::shared::KeyNetwork;
use dfns_client::protocol::api::signers::{ListSigners, SubmitCloneOutput};
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::api::webhooks::{CreateWebhook, WebhookEventSubscription};
use dfns_client::protocol::key_shares::{KeyExport, KeyImport, PrivateKey};
use dfns_client::protocol::{
    Assertion, Challenge, ErrorKind, Factor, File, Happened, Pending, Stage,
};
use dfns_client::{CallError, CallErrorKind};
use dfns_sandbox::Fault;
use people::ADA;
use serde_json::json;
use world::{NEW, World, signed};

for_both_clients! {
    every_step_fails_in_every_way,
    a_signer_fails,
}

/// The calls of a flow, by their operations.
enum Call {
    Read(&'static str),
    Plain(&'static str),
    /// Three requests.
    Signed(&'static str),
}

use Call::{Plain, Read, Signed};

struct Flow<A> {
    name: &'static str,
    calls: &'static [Call],
    /// What has to be there before, and is handed to `run`.
    prepare: fn(&World<A>) -> String,
    run: fn(&World<A>, &str) -> Result<(), CallError>,
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

#[rustfmt::skip]
fn flows<A: Adapter>() -> Vec<Flow<A>> {
    vec![
        flow("a key elsewhere signs", &[Signed("createWallet")], |world, _| {
            world.ada().call(&wallet()).map(|made| { made.completed().unwrap(); })
        }),
        flow("a user signs elsewhere", &[Signed("createWallet")], delegated),
        flow("login by key", &[Plain("createLoginChallenge"), Plain("login")], |world, _| {
            let client = world.anyone().signing(world.by(&world.own));
            client.login(&world.login_start()).map(|answer| { answer.token().unwrap().unwrap(); })
        }),
        flow("login by passkey", &[Plain("createLoginChallenge"), Plain("login")], |world, _| {
            let challenge = Challenge::from(world.anyone().call(&world.login_start())?);
            let assertion = world.passkey.get(&challenge);
            world.anyone().call(&challenge.login(assertion)?).map(drop)
        }),
        flow(
            "login by a key under a password",
            &[Plain("sendLoginCode"), Plain("createLoginChallenge"), Plain("login")],
            |world, _| {
                world.anyone().call(&SendLoginCode::new(ADA))?;
                let mut start = world.login_start();
                start.login_code = Some(world.sandbox().last_code(ADA).unwrap().into());
                let challenge = Challenge::from(world.anyone().call(&start)?);
                let factor = Factor::PasswordProtectedKey(signed(&world.protected, &challenge).unwrap());
                world.anyone().call(&challenge.login(factor)?).map(drop)
            },
        ),
        flow("delegated login", &[Signed("delegatedLogin")], |world, _| {
            world.backend().call(&DelegatedLogin::new(ADA)).map(drop)
        }),
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

fn wallet() -> CreateWallet {
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

fn for_a_key(
    challenge: CredentialChallenge,
) -> dfns_client::protocol::api::auth::CredentialChallengeKey {
    match challenge {
        CredentialChallenge::Key(challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

fn a_key<A: Adapter>(world: &World<A>) -> String {
    let create = CreateKey::new(KeyScheme::Ecdsa, KeyCurve::Secp256k1);
    let key = world.ada().call(&create).unwrap();
    key.completed().unwrap().id.into()
}

/// A request of a flow.
struct Step {
    route: &'static str,
    operation: &'static str,
    stage: Stage,
    is_read: bool,
}

impl Call {
    fn operation(&self) -> &'static str {
        match *self {
            Read(operation) | Plain(operation) | Signed(operation) => operation,
        }
    }

    fn steps(&self) -> Vec<Step> {
        let operation = self.operation();
        let preliminary = [
            ("POST /auth/action/init", Stage::Init),
            ("POST /auth/action", Stage::Complete),
        ];
        let before = preliminary.iter().filter(|_| matches!(self, Signed(_)));
        before
            .chain(&[(operation, Stage::Action)])
            .map(|&(route, stage)| Step {
                route,
                operation,
                stage,
                is_read: matches!(self, Read(_)),
            })
            .collect()
    }
}

enum Seen {
    Refused(u16),
    Transport,
    Undecodable,
}

/// A fault, what it is seen as, what it means for an action when the action's own request meets it, and whether that is
/// carried out.
const FAULTS: [(&str, Seen, Happened, bool); 9] = [
    ("before 403", Seen::Refused(403), Happened::Never, false),
    ("before 429", Seen::Refused(429), Happened::Never, false),
    (
        "before 503 html",
        Seen::Refused(503),
        Happened::Unknown,
        false,
    ),
    (
        "after 502 empty",
        Seen::Refused(502),
        Happened::Unknown,
        true,
    ),
    (
        "before 307 /elsewhere",
        Seen::Refused(307),
        Happened::Unknown,
        false,
    ),
    ("before cut", Seen::Transport, Happened::Unknown, false),
    ("after cut", Seen::Transport, Happened::Unknown, true),
    (
        "after cut-in-body",
        Seen::Transport,
        Happened::Certainly,
        true,
    ),
    (
        "after json-broken",
        Seen::Undecodable,
        Happened::Certainly,
        true,
    ),
];

fn every_step_fails_in_every_way<A: Adapter>() {
    for flow in flows::<A>() {
        for (number, call) in flow.calls.iter().enumerate() {
            for step in call.steps() {
                for (fault, seen, happened, executes) in &FAULTS {
                    let shown = format!(
                        "{}: {fault} at {} of {}",
                        flow.name, step.stage, step.operation
                    );
                    let world = World::<A>::new();
                    let given = (flow.prepare)(&world);
                    let injection = fault.parse::<Fault>().unwrap().on(step.route).times(1);
                    world.sandbox().inject(injection).unwrap();
                    let error = (flow.run)(&world, &given).expect_err(&shown);

                    let at_action = step.stage == Stage::Action;
                    let happened = if at_action && !step.is_read {
                        *happened
                    } else {
                        Happened::Never
                    };
                    assert_eq!(
                        (error.operation(), error.stage(), error.happened()),
                        (step.operation, step.stage, happened),
                        "{shown}: {error}"
                    );
                    assert!(seen.is(&error), "{shown}: {error:?}");
                    for (other, call) in flow.calls.iter().enumerate() {
                        let done = other < number || other == number && at_action && *executes;
                        let executed = world.sandbox().executions(call.operation());
                        assert_eq!(executed, usize::from(done), "{shown}: {}", call.operation());
                    }
                    if happened == Happened::Never {
                        (flow.run)(&world, &given)
                            .unwrap_or_else(|e| panic!("{shown}, again: {e}"));
                        let last = flow.calls.last().unwrap().operation();
                        assert_eq!(world.sandbox().executions(last), 1, "{shown}, again");
                    }
                }
            }
        }
    }
}

impl Seen {
    fn is(&self, error: &CallError) -> bool {
        match (self, error.kind()) {
            (Seen::Refused(status), _) => error.refusal().is_some_and(|r| r.status == *status),
            (Seen::Transport, CallErrorKind::Transport(_)) => true,
            (Seen::Undecodable, CallErrorKind::Protocol(error)) => {
                matches!(error.kind(), ErrorKind::Undecodable(_))
            }
            _ => false,
        }
    }
}

fn a_signer_fails<A: Adapter>() {
    let mut seen = 0;
    for flow in flows::<A>() {
        let world = World::<A>::new();
        let given = (flow.prepare)(&world);
        world.signers_fail.store(true, Ordering::Relaxed);
        // Some are signed by none of the client's signers.
        let Err(error) = (flow.run)(&world, &given) else {
            continue;
        };
        seen += 1;
        assert_eq!(
            (error.stage(), error.happened()),
            (Stage::Sign, Happened::Never),
            "{}",
            flow.name
        );
        assert!(
            matches!(error.kind(), CallErrorKind::Signer(_)),
            "{}: {error:?}",
            flow.name
        );
        assert!(error.to_string().contains("out of order"), "{error}");
        assert_eq!(
            world.sandbox().executions(error.operation()),
            0,
            "{}",
            flow.name
        );
    }
    assert_eq!(seen, 14);
}
