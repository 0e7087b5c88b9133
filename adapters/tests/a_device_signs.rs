//! A key in a device behind a wire: registered by attestation, and signing for both clients.

#![cfg(all(
    feature = "ureq",
    feature = "reqwest",
    feature = "key-signer",
    feature = "auth",
    feature = "device"
))]

use std::sync::{Arc, Mutex};

use crate::common::device::{Seen, StandIn, device};
use crate::common::device_host::{Host, for_both_signers};
use crate::people::{ADA, anyone, invited};
use dfns_client::device::{Algorithm, DeviceError, Refusal};
use dfns_client::protocol::api::auth::{CreateLoginChallenge, NewKey, Register};
use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{Challenge, Context, Happened, Stage, Token};
use dfns_client::{CallError, CallErrorKind, SignError};
use dfns_sandbox::Sandbox;
use dfns_signer::device::{Presence, Request};
use serde_json::json;

for_both_signers! {
    a_user_registers_a_device_and_signs_with_every_curve,
    a_service_account_signs_with_a_key_that_it_knows_by_its_own_id,
    a_denial_and_a_button_that_was_not_pressed_are_told_apart,
    a_challenge_for_other_keys_is_shown_to_nobody,
    a_slot_that_is_empty_taken_or_not_there_is_named,
    what_an_earlier_process_left_waiting_is_busy_until_it_is_cancelled,
    a_device_tells_what_it_holds_and_is_wiped,
}

fn create() -> CreateWallet {
    CreateWallet::new(Network::EthereumSepolia)
}

fn login() -> CreateLoginChallenge {
    let mut login = CreateLoginChallenge::new();
    login.username = Some(ADA.into());
    login
}

fn at<H: Host>(says: Presence) -> (StandIn, Arc<Mutex<Presence>>, H) {
    let (stand_in, says) = device(says);
    let host = H::at(stand_in.address);
    (stand_in, says, host)
}

/// Registers somebody with a key that the device makes.
fn register(sandbox: &Sandbox, host: &impl Host, algorithm: Algorithm) -> Context {
    let challenge = invited(sandbox, ADA);
    let credential = host.create(algorithm, "ada-device", &challenge.challenge);
    let register = Register::new(NewKey::new(credential.unwrap()));
    let client = anyone(sandbox);
    client.register(&challenge, &register).unwrap();
    client.context().clone()
}

/// A challenge that these keys may answer.
fn challenge(allowed: &[&str]) -> Challenge {
    let keys: Vec<_> = allowed
        .iter()
        .map(|id| json!({"type": "public-key", "id": id}))
        .collect();
    let challenge = json!({
        "challenge": "Y2gtMQ", "challengeIdentifier": "ey.1",
        "allowCredentials": {"key": keys, "webauthn": []},
    });
    serde_json::from_value(challenge).unwrap()
}

fn not_signed(error: &SignError) -> &DeviceError {
    error.downcast_ref().unwrap_or_else(|| panic!("{error}"))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, DeviceError>) -> Refusal {
    match result {
        Err(DeviceError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn a_user_registers_a_device_and_signs_with_every_curve<H: Host>() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256, Algorithm::Secp256k1] {
        let sandbox = Sandbox::start().unwrap();
        let (stand_in, _, host) = at::<H>(Presence::Approved);
        let context = register(&sandbox, &host, algorithm);
        let wallet = host.call(context, Some(&login()), &create()).unwrap();
        wallet.completed().unwrap();
        assert_eq!(sandbox.executions("createWallet"), 1, "{algorithm}");
        // For the key, the login and the wallet, over one wire.
        for _ in 0..3 {
            assert_eq!(stand_in.seen(), Seen::Asked);
        }
        assert!(stand_in.is_quiet());
        assert_eq!(stand_in.connections(), 1);
    }
}

/// The account's id for it is the service's choice; the device has had its own for long.
fn a_service_account_signs_with_a_key_that_it_knows_by_its_own_id<H: Host>() {
    let sandbox = Sandbox::start().unwrap();
    let (_stand_in, _, host) = at::<H>(Presence::Approved);
    host.create(Algorithm::P256, "of-the-device", "Y2gtMQ")
        .unwrap();
    let public_key = host.credential().unwrap().public_key_pem();
    let account = sandbox.add_service_account("backend", &public_key).unwrap();
    let context = anyone(&sandbox)
        .context()
        .clone()
        .with_token(Token::new(account.token).unwrap());
    let host = host.known_as(&account.credential_id);
    host.call(context, None, &create())
        .unwrap()
        .completed()
        .unwrap();
    assert_eq!(sandbox.executions("createWallet"), 1);
}

fn a_denial_and_a_button_that_was_not_pressed_are_told_apart<H: Host>() {
    let sandbox = Sandbox::start().unwrap();
    let (_stand_in, says, host) = at::<H>(Presence::Approved);
    let context = register(&sandbox, &host, Algorithm::Ed25519);
    for (decision, expected) in [
        (Presence::Denied, Refusal::Denied),
        (Presence::TimedOut, Refusal::TimedOut),
    ] {
        *says.lock().unwrap() = decision;
        let error = host
            .call(context.clone(), Some(&login()), &create())
            .unwrap_err();
        assert_eq!(why(&error), expected);
        assert_eq!(
            (error.stage(), error.happened()),
            (Stage::Sign, Happened::Never)
        );
    }
    assert_eq!(sandbox.executions("createWallet"), 0);
    *says.lock().unwrap() = Presence::Approved;
    host.call(context, Some(&login()), &create())
        .unwrap()
        .completed()
        .unwrap();
}

fn why(error: &CallError) -> Refusal {
    let CallErrorKind::Signer(error) = error.kind() else {
        panic!("{error}");
    };
    match not_signed(error) {
        DeviceError::Refused(refusal) => *refusal,
        other => panic!("{other}"),
    }
}

fn a_challenge_for_other_keys_is_shown_to_nobody<H: Host>() {
    let (stand_in, _, host) = at::<H>(Presence::Approved);
    host.create(Algorithm::Ed25519, "cr-1", "Y2gtMQ").unwrap();
    assert_eq!(stand_in.seen(), Seen::Asked);
    for host in [host.clone(), host.clone().known_as("cr-4")] {
        let error = host.sign(&challenge(&["cr-2", "cr-3"])).unwrap_err();
        assert!(matches!(not_signed(&error), DeviceError::NotAllowed { .. }));
        assert!(error.to_string().contains(r#"["cr-2", "cr-3"]"#), "{error}");
    }
    assert!(stand_in.is_quiet());
    // A list that is empty says nothing.
    for allowed in [&["cr-2", "cr-1"][..], &[]] {
        let assertion = host.sign(&challenge(allowed)).unwrap();
        assert_eq!(
            assertion.first_factor.credential().unwrap().credential_id(),
            "cr-1"
        );
    }
}

fn a_slot_that_is_empty_taken_or_not_there_is_named<H: Host>() {
    let (_stand_in, _, host) = at::<H>(Presence::Approved);
    host.create(Algorithm::Ed25519, "cr-1", "Y2gtMQ").unwrap();
    for (slot, expected) in [(1, Refusal::EmptySlot), (2, Refusal::NoSuchSlot)] {
        let other = host.clone().slot(slot);
        assert_eq!(refusal(other.credential()), expected);
        let error = other.known_as("cr-1").sign(&challenge(&[])).unwrap_err();
        assert!(matches!(not_signed(&error), DeviceError::Refused(found) if *found == expected));
    }
    let taken = host.create(Algorithm::P256, "cr-1", "Y2gtMQ");
    assert_eq!(refusal(taken), Refusal::SlotTaken);
    let rsa = host.slot(1).create(Algorithm::Rsa, "cr-2", "Y2gtMQ");
    assert_eq!(refusal(rsa), Refusal::UnsupportedAlgorithm);
}

fn what_an_earlier_process_left_waiting_is_busy_until_it_is_cancelled<H: Host>() {
    let (stand_in, says, host) = at::<H>(Presence::Approved);
    host.create(Algorithm::Ed25519, "cr-1", "Y2gtMQ").unwrap();
    assert_eq!(stand_in.seen(), Seen::Asked);
    *says.lock().unwrap() = Presence::Waiting;
    stand_in.is_asked(Request::Wipe);
    let error = host.sign(&challenge(&[])).unwrap_err();
    assert!(matches!(
        not_signed(&error),
        DeviceError::Refused(Refusal::Busy)
    ));
    assert!(host.cancel().unwrap());
    assert_eq!(stand_in.seen(), Seen::LeftAlone);
    assert!(!host.cancel().unwrap());
    *says.lock().unwrap() = Presence::Approved;
    host.sign(&challenge(&[])).unwrap();
}

fn a_device_tells_what_it_holds_and_is_wiped<H: Host>() {
    let (_stand_in, says, host) = at::<H>(Presence::Approved);
    assert_eq!(host.version().unwrap().slots, 2);
    assert_eq!(host.version().unwrap().max_challenge, 256);
    host.create(Algorithm::Secp256k1, "cr-1", "Y2gtMQ").unwrap();
    let credential = host.credential().unwrap();
    assert_eq!(credential.credential_id, "cr-1");
    assert_eq!(credential.algorithm, Algorithm::Secp256k1);
    *says.lock().unwrap() = Presence::Denied;
    assert_eq!(refusal(host.wipe()), Refusal::Denied);
    assert_eq!(host.credential().unwrap(), credential);
    *says.lock().unwrap() = Presence::Approved;
    host.wipe().unwrap();
    assert_eq!(refusal(host.credential()), Refusal::EmptySlot);
}
