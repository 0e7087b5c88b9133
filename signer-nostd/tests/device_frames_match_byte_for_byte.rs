//! The frames of the device protocol against `frames/frames.txt`, worked out by a Python script.
#![cfg(all(
    feature = "device",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1"
))]

mod support;

use dfns_signer::Algorithm;
use dfns_signer::device::{
    BadFrame, FrameFault, MAX_REPLY_FRAME, Message, Presence, Refusal, Reply, Request,
};
use support::CHALLENGE;
use support::device::{device, frame, golden, read};

const LAST: u32 = u32::MAX;

fn requests() -> [(&'static str, u32, Request<'static>); 6] {
    let create = Request::Create {
        slot: 0,
        algorithm: Algorithm::Ed25519,
        credential_id: "cr-1",
        challenge: CHALLENGE,
    };
    let sign = Request::Sign {
        slot: 0,
        challenge: CHALLENGE,
    };
    [
        ("version", 1, Request::Version),
        ("info", 300, Request::Info { slot: 0 }),
        ("sign", LAST, sign),
        ("create", 7, create),
        ("wipe", 8, Request::Wipe),
        ("cancel", 9, Request::Cancel),
    ]
}

#[test]
fn requests_are_written_and_read_as_worked_out() {
    for (name, id, body) in requests() {
        let golden = golden(&format!("{name}.request"));
        assert_eq!(frame(id, body), golden, "{name}");
        let mut out = [0; 512];
        let message = Message::<Request<'_>>::decode(&golden, &mut out).unwrap();
        assert_eq!(message, Message { id, body });
    }
}

#[test]
fn an_approving_device_answers_as_worked_out() {
    for (name, ..) in requests().iter().filter(|(name, ..)| *name != "cancel") {
        let (mut device, _) = device(Presence::Approved);
        let mut out = [0; MAX_REPLY_FRAME];
        let reply = device.handle(&golden(&format!("{name}.request")), &mut out);
        assert_eq!(reply, golden(&format!("{name}.reply")), "{name}");
    }
}

#[test]
fn a_waiting_device_answers_as_worked_out() {
    let (mut device, user) = device(Presence::Waiting);
    let mut out = [0; MAX_REPLY_FRAME];
    assert_eq!(
        device.handle(&golden("sign.request"), &mut out),
        golden("waiting")
    );
    assert_eq!(device.poll(&mut out), None);
    assert_eq!(device.keep_alive(&mut out).unwrap(), golden("waiting"));
    user.says.set(Presence::Approved);
    assert_eq!(device.poll(&mut out).unwrap(), golden("sign.reply"));
    assert_eq!(device.poll(&mut out), None);
    assert_eq!(device.keep_alive(&mut out), None);

    user.says.set(Presence::Waiting);
    device.handle(&golden("sign.request"), &mut out);
    let reply = device.handle(&golden("cancel.request"), &mut out);
    assert_eq!(reply, golden("cancel.reply"));
}

#[test]
fn refusals_are_written_and_read_as_worked_out() {
    let whole = [
        ("busy", Refusal::Busy),
        ("nothing-to-cancel", Refusal::NothingToCancel),
        ("no-such-slot", Refusal::NoSuchSlot),
        ("empty-slot", Refusal::EmptySlot),
        ("slot-taken", Refusal::SlotTaken),
        ("invalid-challenge", Refusal::InvalidChallenge),
        ("invalid-credential-id", Refusal::InvalidCredentialId),
        ("unsupported-algorithm", Refusal::UnsupportedAlgorithm),
        ("denied", Refusal::Denied),
        ("timed-out", Refusal::TimedOut),
        ("failed", Refusal::Failed),
        ("reply-too-long", Refusal::ReplyTooLong),
    ];
    let frames = [
        ("frame.too-long", FrameFault::TooLong),
        ("frame.corrupt", FrameFault::Corrupt),
        ("frame.version", FrameFault::Version),
        ("frame.malformed", FrameFault::Malformed),
    ];
    let whole = whole.map(|(name, refusal)| (name, LAST, refusal));
    let frames = frames.map(|(name, fault)| (name, 0, Refusal::Frame(fault)));
    for (name, id, refusal) in whole.into_iter().chain(frames) {
        let golden = golden(&format!("refused.{name}"));
        let body = Reply::Refused(refusal);
        let mut out = [0; 64];
        assert_eq!(
            Message { id, body }.encode(&mut out).unwrap(),
            golden,
            "{name}"
        );
        read(&golden, |message| assert_eq!(message, Message { id, body }));
    }
}

#[test]
fn another_version_is_answered_under_its_own_id() {
    let (mut device, user) = device(Presence::Approved);
    let mut out = [0; MAX_REPLY_FRAME];
    let reply = device.handle(&golden("other-version.request"), &mut out);
    assert_eq!(reply, golden("other-version.reply"));
    assert_eq!(
        Message::<Reply<'_>>::decode(&golden("other-version.request"), &mut [0; 64]).unwrap_err(),
        BadFrame {
            id: 5,
            fault: FrameFault::Version
        }
    );
    let no_such_request = device.handle(&golden("no-such-request"), &mut out);
    assert_eq!(no_such_request, golden("no-such-request.reply"));
    let more = device.handle(&golden("more-than-a-request"), &mut out);
    assert_eq!(more, golden("no-such-request.reply"));
    let no_id = device.handle(&golden("no-id"), &mut out);
    assert_eq!(no_id, golden("refused.frame.malformed"));
    assert_eq!(user.asked.get(), 0);
}

#[test]
fn the_ending_zero_byte_may_be_left_out() {
    let (mut device, _) = device(Presence::Approved);
    let mut out = [0; MAX_REPLY_FRAME];
    let mut request = golden("info.request");
    assert_eq!(request.pop(), Some(0));
    assert_eq!(device.handle(&request, &mut out), golden("info.reply"));
}
