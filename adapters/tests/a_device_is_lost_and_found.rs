//! Wires with noise on them, wires that break, devices that are reset in the middle, and hosts that leave.

#![cfg(all(
    feature = "ureq",
    feature = "reqwest",
    feature = "key-signer",
    feature = "auth",
    feature = "device"
))]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::common::adapter::RUNTIME;
use crate::common::device::{Mangle, Seen, StandIn, device};
use crate::common::device_host::{Host, for_both_signers};
use crate::common::poll_times;
use dfns_client::device::{Algorithm, AsyncDeviceSigner, DeviceError, Patience};
use dfns_client::protocol::{Assertion, Challenge};
use dfns_client::{AsyncSigner, SignError};
use dfns_signer::device::Presence;

for_both_signers! {
    noise_around_every_frame_changes_nothing,
    a_frame_that_was_cut_is_sent_again,
    a_wire_that_breaks_while_the_user_decides_asks_them_once,
    a_device_that_is_reset_with_its_wire_asks_again,
    a_device_that_is_reset_behind_its_wire_asks_again,
    a_wire_that_broke_between_two_requests_is_opened_anew,
    nobody_at_the_wire_is_told_from_no_wire,
    a_peer_that_never_stops_sending_is_left,
    a_user_who_does_not_decide_is_left_alone,
}

const CHALLENGE: &str = r#"{"challenge":"Y2gtMQ","challengeIdentifier":"ey.1"}"#;
/// Enough for an answer, and little enough to wait for one that does not come.
const SHORT: Patience = Patience {
    answer: Duration::from_secs(1),
    decision: Duration::from_secs(60),
};

/// So much that nothing is given up by itself.
const ENDLESS: Patience = Patience {
    answer: Duration::from_secs(3600),
    decision: Duration::from_secs(3600),
};

/// A device with a key, whose user does not decide before they are told to.
fn ready<H: Host>() -> (StandIn, Arc<Mutex<Presence>>, H) {
    let (stand_in, says) = device(Presence::Approved);
    let host = H::at(stand_in.address);
    host.create(Algorithm::Ed25519, "cr-1", "Y2gtMQ").unwrap();
    assert_eq!(stand_in.seen(), Seen::Asked);
    *says.lock().unwrap() = Presence::Waiting;
    (stand_in, says, host)
}

fn challenge() -> Challenge {
    serde_json::from_str(CHALLENGE).unwrap()
}

/// Signs while the test goes on.
fn sign<H: Host>(host: &H) -> JoinHandle<Result<Assertion, SignError>> {
    let host = host.clone();
    thread::spawn(move || host.sign(&challenge()))
}

fn approve(stand_in: &StandIn, says: &Mutex<Presence>) {
    *says.lock().unwrap() = Presence::Approved;
    stand_in.poll();
}

fn failed<T: std::fmt::Debug>(result: Result<T, SignError>) -> DeviceError {
    *result.unwrap_err().downcast().unwrap()
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

fn whole(frame: &[u8]) -> Vec<u8> {
    frame.to_vec()
}

fn cut(frame: &[u8]) -> Vec<u8> {
    frame[..frame.len() / 2].to_vec()
}

fn noise_around_every_frame_changes_nothing<H: Host>() {
    fn noisy(frame: &[u8]) -> Vec<u8> {
        [
            b"boot: ok\r\n\0\0\x05abc\0",
            frame,
            frame,
            b"\xff\xff\xff\0",
        ]
        .concat()
    }
    let (stand_in, says, host) = ready::<H>();
    stand_in.to_host([noisy as Mangle; 4]);
    let signing = sign(&host);
    assert_eq!(stand_in.seen(), Seen::Asked);
    approve(&stand_in, &says);
    signing.join().unwrap().unwrap();
    // The second copy of a reply is no answer to the next request.
    host.sign(&challenge()).unwrap();
    assert_eq!(stand_in.seen(), Seen::Asked);
    assert!(stand_in.is_quiet());
    assert_eq!(stand_in.connections(), 1);
}

fn a_frame_that_was_cut_is_sent_again<H: Host>() {
    let (stand_in, says, host) = ready::<H>();
    *says.lock().unwrap() = Presence::Approved;
    // What is asked for is the credential, then the signature.
    stand_in.to_device([cut as Mangle, whole, cut]);
    host.sign(&challenge()).unwrap();
    assert_eq!(stand_in.seen(), Seen::Asked);
    assert!(stand_in.is_quiet());

    stand_in.to_host([whole as Mangle, cut]);
    host.patience(SHORT).sign(&challenge()).unwrap();
    // The reply was lost, so the user was asked twice.
    assert_eq!([stand_in.seen(), stand_in.seen()], [Seen::Asked; 2]);
    assert_eq!(stand_in.connections(), 1);
}

fn a_wire_that_breaks_while_the_user_decides_asks_them_once<H: Host>() {
    let (stand_in, says, host) = ready::<H>();
    let signing = sign(&host);
    assert_eq!(stand_in.seen(), Seen::Asked);
    let frames = stand_in.frames();
    stand_in.hang_up();
    // Over the new wire the device is asked for what it is about to do.
    until(|| stand_in.frames() > frames);
    approve(&stand_in, &says);
    signing.join().unwrap().unwrap();
    assert!(stand_in.is_quiet());
    assert_eq!(stand_in.connections(), 2);
}

fn a_device_that_is_reset_with_its_wire_asks_again<H: Host>() {
    let (stand_in, says, host) = ready::<H>();
    let signing = sign(&host);
    assert_eq!(stand_in.seen(), Seen::Asked);
    stand_in.restart();
    stand_in.hang_up();
    assert_eq!(stand_in.seen(), Seen::Asked);
    approve(&stand_in, &says);
    let assertion = signing.join().unwrap().unwrap();
    assert_eq!(
        assertion.first_factor.credential().unwrap().credential_id(),
        "cr-1"
    );
}

fn a_device_that_is_reset_behind_its_wire_asks_again<H: Host>() {
    let (stand_in, says, host) = ready::<H>();
    let signing = sign(&host.patience(SHORT));
    assert_eq!(stand_in.seen(), Seen::Asked);
    stand_in.restart();
    assert_eq!(stand_in.seen(), Seen::Asked);
    approve(&stand_in, &says);
    signing.join().unwrap().unwrap();
    assert_eq!(stand_in.connections(), 1);
}

fn a_wire_that_broke_between_two_requests_is_opened_anew<H: Host>() {
    let (stand_in, says, host) = ready::<H>();
    *says.lock().unwrap() = Presence::Approved;
    stand_in.hang_up();
    host.sign(&challenge()).unwrap();
    assert_eq!(stand_in.connections(), 2);
    stand_in.hang_up();
    host.wipe().unwrap();
    assert_eq!(stand_in.connections(), 3);
}

fn nobody_at_the_wire_is_told_from_no_wire<H: Host>() {
    let impatient = Patience {
        answer: Duration::from_millis(5),
        ..SHORT
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = H::at(listener.local_addr().unwrap()).patience(impatient);
    assert!(matches!(
        failed(host.sign(&challenge())),
        DeviceError::Silent
    ));
    drop(listener);
    assert!(matches!(
        failed(host.sign(&challenge())),
        DeviceError::Connect(_)
    ));
}

/// Where this is written on and on.
fn flood(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut wire in listener.incoming().map_while(Result::ok) {
            let mut reader: TcpStream = wire.try_clone().unwrap();
            thread::spawn(move || while reader.read(&mut [0; 64]).is_ok_and(|len| len > 0) {});
            while wire.write_all(bytes).is_ok() {}
        }
    });
    address
}

fn a_peer_that_never_stops_sending_is_left<H: Host>() {
    let short = Patience {
        answer: Duration::from_secs(60),
        decision: Duration::from_millis(50),
    };
    for bytes in [&b"UUUUUUUUUUUUUUUU"[..], b"UU\0\0\x01\x01\0UUU\xff\0"] {
        let host = H::at(flood(bytes)).patience(short);
        assert!(matches!(host.version(), Err(DeviceError::Undecided)));
    }
}

fn a_user_who_does_not_decide_is_left_alone<H: Host>() {
    let (stand_in, says, host) = ready::<H>();
    let hasty = host.clone().patience(Patience {
        answer: Duration::from_secs(60),
        decision: Duration::from_secs(1),
    });
    assert!(matches!(
        failed(hasty.sign(&challenge())),
        DeviceError::Undecided
    ));
    assert_eq!(
        [stand_in.seen(), stand_in.seen()],
        [Seen::Asked, Seen::LeftAlone]
    );
    *says.lock().unwrap() = Presence::Approved;
    host.sign(&challenge()).unwrap();
    assert_eq!(stand_in.connections(), 1);
}

#[test]
fn a_signature_that_is_dropped_is_asked_for_no_longer() {
    let (stand_in, says, host) = ready::<AsyncDeviceSigner>();
    let signer = host.clone().patience(ENDLESS);
    let signing = RUNTIME.spawn(async move { AsyncSigner::sign(&signer, &challenge()).await });
    assert_eq!(stand_in.seen(), Seen::Asked);
    signing.abort();
    assert_eq!(stand_in.seen(), Seen::LeftAlone);
    // The next one gets its own answer.
    *says.lock().unwrap() = Presence::Approved;
    Host::sign(&host, &challenge()).unwrap();
    assert_eq!(stand_in.seen(), Seen::Asked);
    assert!(stand_in.is_quiet());
    assert_eq!(stand_in.connections(), 1);
}

#[test]
fn wherever_a_signature_is_dropped_the_next_one_is_made() {
    // It waits for two replies, unless the device is faster than it asks.
    let most = (0..100).map(|_| drop_wherever_it_waits());
    assert!(most.take_while(|dropped| *dropped < 2).count() < 100);
}

/// How often it waited.
fn drop_wherever_it_waits() -> usize {
    let (stand_in, says, host) = ready::<AsyncDeviceSigner>();
    *says.lock().unwrap() = Presence::Approved;
    let mut dropped = 0;
    RUNTIME.block_on(async {
        let challenge = challenge();
        while poll_times(AsyncSigner::sign(&host, &challenge), dropped)
            .await
            .is_none()
        {
            dropped += 1;
            AsyncSigner::sign(&host, &challenge).await.unwrap();
        }
    });
    assert_eq!(stand_in.connections(), 1);
    dropped
}

#[test]
fn clones_take_turns_and_one_that_leaves_holds_nobody_up() {
    let (stand_in, says, host) = ready::<AsyncDeviceSigner>();
    let (first, second) = (host.clone().patience(ENDLESS), host);
    let first = RUNTIME.spawn(async move { AsyncSigner::sign(&first, &challenge()).await });
    assert_eq!(stand_in.seen(), Seen::Asked);
    let second = RUNTIME.spawn(async move { AsyncSigner::sign(&second, &challenge()).await });
    first.abort();
    assert_eq!(
        [stand_in.seen(), stand_in.seen()],
        [Seen::LeftAlone, Seen::Asked]
    );
    approve(&stand_in, &says);
    RUNTIME.block_on(second).unwrap().unwrap();
}
