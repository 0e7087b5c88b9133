//! Nothing is signed, made or wiped that the user did not approve.
#![cfg(all(
    feature = "device",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1"
))]

mod support;

use dfns_signer::Algorithm;
use dfns_signer::device::{
    MAX_CHALLENGE, MAX_CREDENTIAL_ID, MAX_REPLY_FRAME, Presence, Refusal, Reply, Request,
};
use support::CHALLENGE;
use support::device::{TestDevice, ask, device, frame, read};

const SIGN: Request<'_> = Request::Sign {
    slot: 0,
    challenge: CHALLENGE,
};
const CREATE: Request<'_> = create(1, Algorithm::P256, "cr-2");

const fn create(slot: u8, algorithm: Algorithm, credential_id: &str) -> Request<'_> {
    Request::Create {
        slot,
        algorithm,
        credential_id,
        challenge: CHALLENGE,
    }
}

fn refusal(device: &mut TestDevice, request: Request<'_>) -> Refusal {
    ask(device, 5, request, |reply| match reply {
        Reply::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    })
}

fn is_filled(device: &mut TestDevice, slot: u8) -> bool {
    ask(device, 4, Request::Info { slot }, |reply| match reply {
        Reply::Info { .. } => true,
        Reply::Refused(Refusal::EmptySlot) => false,
        other => panic!("{other:?}"),
    })
}

#[test]
fn a_denied_or_unanswered_request_does_nothing() {
    let verdicts = [
        (Presence::Denied, Refusal::Denied),
        (Presence::TimedOut, Refusal::TimedOut),
    ];
    for (says, expected) in verdicts {
        for request in [SIGN, CREATE, Request::Wipe] {
            let (mut device, user) = device(Presence::Waiting);
            let waiting = ask(&mut device, 1, request, |reply| reply == Reply::Waiting);
            assert!(waiting, "{request:?}");
            user.says.set(says);
            let mut out = [0; MAX_REPLY_FRAME];
            read(device.poll(&mut out).unwrap(), |message| {
                assert_eq!(message.id, 1);
                assert_eq!(message.body, Reply::Refused(expected));
            });
            // A late press finds nothing to approve.
            user.says.set(Presence::Approved);
            assert_eq!(device.poll(&mut out), None);
            assert!(is_filled(&mut device, 0) && !is_filled(&mut device, 1));
        }
    }
}

#[test]
fn what_needs_nobody_is_answered_while_the_user_thinks() {
    let (mut device, user) = device(Presence::Waiting);
    ask(&mut device, 1, SIGN, |reply| {
        assert_eq!(reply, Reply::Waiting);
    });
    ask(&mut device, 2, Request::Version, |reply| {
        let (slots, max_challenge) = (3, 256);
        let version = Reply::Version {
            slots,
            max_challenge,
        };
        assert_eq!(reply, version);
    });
    assert!(is_filled(&mut device, 2));
    assert_eq!(user.asked.get(), 1);
}

#[test]
fn a_repeated_frame_waits_on_and_another_is_refused() {
    let (mut device, user) = device(Presence::Waiting);
    ask(&mut device, 1, SIGN, |_| ());
    ask(&mut device, 1, SIGN, |reply| {
        assert_eq!(reply, Reply::Waiting);
    });
    let other = Request::Sign {
        slot: 0,
        challenge: "b3RoZXI",
    };
    // The same id with another challenge must not slip under the user's finger.
    for (id, request) in [(1, other), (2, SIGN), (2, CREATE), (3, Request::Wipe)] {
        ask(&mut device, id, request, |reply| {
            assert_eq!(reply, Reply::Refused(Refusal::Busy));
        });
    }
    assert_eq!(user.asked.get(), 1);

    user.says.set(Presence::Approved);
    let mut out = [0; MAX_REPLY_FRAME];
    read(device.poll(&mut out).unwrap(), |message| {
        assert_eq!(message.id, 1);
        let Reply::Signed { client_data, .. } = message.body else {
            panic!("{message:?}");
        };
        let expected = format!(r#"{{"type":"key.get","challenge":"{CHALLENGE}"}}"#);
        assert_eq!(support::from_base64url(client_data), expected.as_bytes());
    });
    // Once it is answered, the same frame asks the user anew.
    user.says.set(Presence::Waiting);
    ask(&mut device, 1, SIGN, |reply| {
        assert_eq!(reply, Reply::Waiting);
    });
    assert_eq!(user.asked.get(), 2);
}

#[test]
fn a_cancelled_request_is_not_done() {
    let (mut device, user) = device(Presence::Waiting);
    assert_eq!(
        refusal(&mut device, Request::Cancel),
        Refusal::NothingToCancel
    );
    for by_host in [true, false] {
        ask(&mut device, 1, Request::Wipe, |_| ());
        if by_host {
            ask(&mut device, 2, Request::Cancel, |reply| {
                assert_eq!(reply, Reply::Cancelled);
            });
        } else {
            device.reset();
        }
        user.says.set(Presence::Approved);
        assert_eq!(device.poll(&mut [0; MAX_REPLY_FRAME]), None);
        assert!(is_filled(&mut device, 0));
        user.says.set(Presence::Waiting);
    }
    assert_eq!(user.cancelled.get(), 2);
}

#[test]
fn a_wiped_device_holds_no_key() {
    let (mut device, _) = device(Presence::Approved);
    ask(&mut device, 1, Request::Wipe, |reply| {
        assert_eq!(reply, Reply::Wiped);
    });
    for slot in 0..3 {
        let sign = Request::Sign {
            slot,
            challenge: CHALLENGE,
        };
        assert_eq!(refusal(&mut device, sign), Refusal::EmptySlot);
        assert!(!is_filled(&mut device, slot));
    }
}

#[test]
fn a_created_key_is_there_and_a_lost_reply_can_be_had_again() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256, Algorithm::Secp256k1] {
        let (mut device, _) = device(Presence::Approved);
        let request = create(1, algorithm, "cr-2");
        let created = |device: &mut TestDevice| {
            ask(device, 1, request, |reply| match reply {
                Reply::Created {
                    attestation_data, ..
                } => attestation_data.to_owned(),
                other => panic!("{other:?}"),
            })
        };
        let first = created(&mut device);
        assert_eq!(created(&mut device), first);
        ask(&mut device, 2, Request::Info { slot: 1 }, |reply| {
            let Reply::Info {
                algorithm: of,
                credential_id,
                ..
            } = reply
            else {
                panic!("{reply:?}");
            };
            assert_eq!((of, credential_id), (algorithm, "cr-2"));
        });
        let other_id = create(1, algorithm, "cr-4");
        assert_eq!(refusal(&mut device, other_id), Refusal::SlotTaken);
    }
}

#[test]
fn a_request_without_sense_is_refused_before_anybody_is_asked() {
    let long = "a".repeat(MAX_CHALLENGE.max(MAX_CREDENTIAL_ID));
    let sign = |slot, challenge| Request::Sign { slot, challenge };
    let named = |id| create(1, Algorithm::P256, id);
    let cases = [
        (sign(3, CHALLENGE), Refusal::NoSuchSlot),
        (sign(255, CHALLENGE), Refusal::NoSuchSlot),
        (sign(1, CHALLENGE), Refusal::EmptySlot),
        (sign(0, ""), Refusal::InvalidChallenge),
        (sign(0, r#"x","a":"y"#), Refusal::InvalidChallenge),
        (sign(0, "YQ=="), Refusal::InvalidChallenge),
        (create(3, Algorithm::P256, "cr-4"), Refusal::NoSuchSlot),
        (create(2, Algorithm::Ed25519, "cr-3"), Refusal::SlotTaken),
        (named(""), Refusal::InvalidCredentialId),
        (named("cr 4"), Refusal::InvalidCredentialId),
        (
            named(&long[..=MAX_CREDENTIAL_ID]),
            Refusal::InvalidCredentialId,
        ),
        (Request::Info { slot: 3 }, Refusal::NoSuchSlot),
    ];
    let (mut device, user) = device(Presence::Approved);
    for (request, expected) in cases {
        assert_eq!(refusal(&mut device, request), expected, "{request:?}");
    }
    assert_eq!(user.asked.get(), 0);

    let rsa = create(1, Algorithm::Rsa, "cr-2");
    assert_eq!(refusal(&mut device, rsa), Refusal::UnsupportedAlgorithm);
    assert!(!is_filled(&mut device, 1));
}

#[test]
fn the_longest_requests_and_replies_fit() {
    let challenge = "Z".repeat(MAX_CHALLENGE);
    let credential_id = "i".repeat(MAX_CREDENTIAL_ID);
    for algorithm in [Algorithm::Ed25519, Algorithm::P256, Algorithm::Secp256k1] {
        let (mut device, _) = device(Presence::Approved);
        let create = Request::Create {
            slot: 1,
            algorithm,
            credential_id: &credential_id,
            challenge: &challenge,
        };
        ask(&mut device, u32::MAX, create, |reply| {
            assert!(matches!(reply, Reply::Created { .. }), "{reply:?}");
        });
        let sign = Request::Sign {
            slot: 1,
            challenge: &challenge,
        };
        ask(&mut device, u32::MAX, sign, |reply| {
            assert!(matches!(reply, Reply::Signed { .. }), "{reply:?}");
        });
    }
}

#[test]
fn a_short_buffer_for_replies_is_said_or_silence() {
    let (mut device, _) = device(Presence::Approved);
    let whole = {
        let mut out = [0; MAX_REPLY_FRAME];
        device.handle(&frame(1, SIGN), &mut out).len()
    };
    for len in 0..whole {
        let mut out = vec![0; len];
        let reply = device.handle(&frame(1, SIGN), &mut out);
        if reply.is_empty() {
            assert!(len < 12, "{len}");
            continue;
        }
        read(reply, |message| {
            assert_eq!(message.body, Reply::Refused(Refusal::ReplyTooLong));
        });
    }
}
