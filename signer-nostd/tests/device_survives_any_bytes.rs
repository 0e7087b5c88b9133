//! Truncated, damaged, huge and interleaved frames: a refusal or silence, and the next frame works.
#![cfg(all(
    feature = "device",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1"
))]

mod support;

use dfns_signer::Algorithm;
use dfns_signer::device::{
    Deframer, FrameFault, MAX_CHALLENGE, MAX_CREDENTIAL_ID, MAX_REPLY_FRAME, MAX_REQUEST_FRAME,
    Presence, Refusal, Reply, Request,
};
use support::CHALLENGE;
use support::device::{Noise, TestDevice, device, frame, golden, read};

type RequestDeframer = Deframer<MAX_REQUEST_FRAME>;

const REQUESTS: [&str; 6] = ["version", "info", "sign", "create", "wipe", "cancel"];

/// The refusal that a frame meets; anything else is a failure.
fn refused(device: &mut TestDevice, bytes: &[u8]) -> FrameFault {
    let mut out = [0; MAX_REPLY_FRAME];
    let reply = device.handle(bytes, &mut out);
    read(reply, |message| match message.body {
        Reply::Refused(Refusal::Frame(fault)) => fault,
        other => panic!("{bytes:02x?}: {other:?}"),
    })
}

/// What goes over the wire in answer to these bytes.
fn wire(device: &mut TestDevice, deframer: &mut RequestDeframer, bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut replies = Vec::new();
    for byte in bytes {
        if let Some(frame) = deframer.push(*byte) {
            let mut out = [0; MAX_REPLY_FRAME];
            replies.push(device.handle(frame, &mut out).to_vec());
        }
    }
    replies
}

#[test]
fn a_frame_cut_anywhere_is_refused() {
    let (mut device, user) = device(Presence::Approved);
    for name in REQUESTS {
        let whole = golden(&format!("{name}.request"));
        for len in 0..whole.len() - 1 {
            assert_eq!(refused(&mut device, &whole[..len]), FrameFault::Corrupt);
        }
    }
    assert_eq!(user.asked.get(), 0);
}

#[test]
fn a_frame_with_any_bit_flipped_is_refused() {
    let (mut device, user) = device(Presence::Approved);
    for name in REQUESTS {
        let whole = golden(&format!("{name}.request"));
        // The last byte is the delimiter, which never gets here.
        for bit in 0..(whole.len() - 1) * 8 {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(refused(&mut device, &damaged), FrameFault::Corrupt);
        }
    }
    assert_eq!(user.asked.get(), 0);
}

#[test]
fn bits_flipped_on_the_wire_sign_nothing() {
    let whole = golden("sign.request");
    for bit in 0..whole.len() * 8 {
        let (mut device, user) = device(Presence::Approved);
        let mut deframer = RequestDeframer::new();
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        wire(&mut device, &mut deframer, &damaged);
        assert_eq!(user.asked.get(), 0);
        // One zero byte ends what was left unfinished; the next frame is whole again.
        wire(&mut device, &mut deframer, &[0]);
        let replies = wire(&mut device, &mut deframer, &whole);
        assert_eq!(replies, [golden("sign.reply")], "bit {bit}");
    }
}

#[test]
fn a_huge_frame_is_refused_as_too_long() {
    let (mut device, _) = device(Presence::Approved);
    for len in [MAX_REQUEST_FRAME, 1000, 100_000] {
        assert_eq!(
            refused(&mut device, &vec![0x55; len]),
            FrameFault::TooLong,
            "{len}"
        );
        let mut deframer = RequestDeframer::new();
        let mut bytes = vec![0x55; len];
        bytes.push(0);
        bytes.extend(golden("version.request"));
        let replies = wire(&mut device, &mut deframer, &bytes);
        let too_long = golden("refused.frame.too-long");
        assert_eq!(replies, [too_long, golden("version.reply")], "{len}");
    }
}

/// With a zero byte in it the longest message takes a byte less in COBS, so this frame is no longer than others.
#[test]
fn a_request_too_long_by_a_byte_is_not_called_damaged() {
    let (mut device, user) = device(Presence::Approved);
    let id = "i".repeat(MAX_CREDENTIAL_ID);
    let challenge = |len: usize| "c".repeat(len / 4) + "\0" + &"c".repeat(len - len / 4 - 1);
    let create = |challenge: &str| {
        let (slot, algorithm) = (1, Algorithm::Ed25519);
        let request = Request::Create {
            slot,
            algorithm,
            credential_id: &id,
            challenge,
        };
        frame(u32::MAX, request)
    };
    let mut out = [0; MAX_REPLY_FRAME];
    let reply = device.handle(&create(&challenge(MAX_CHALLENGE)), &mut out);
    read(reply, |message| {
        assert_eq!(message.id, u32::MAX);
        assert_eq!(message.body, Reply::Refused(Refusal::InvalidChallenge));
    });
    let longer = create(&challenge(MAX_CHALLENGE + 1));
    assert!(longer.len() <= MAX_REQUEST_FRAME);
    assert_eq!(refused(&mut device, &longer), FrameFault::TooLong);
    assert_eq!(user.asked.get(), 0);
}

#[test]
fn frames_inside_one_another_are_told_apart() {
    let (mut device, _) = device(Presence::Approved);
    let (sign, version) = (golden("sign.request"), golden("version.request"));
    for cut in 1..sign.len() - 1 {
        let mut bytes = sign[..cut].to_vec();
        bytes.extend(&version);
        bytes.extend(&sign[cut..]);
        bytes.extend(&version);
        let replies = wire(&mut device, &mut RequestDeframer::new(), &bytes);
        // The version request became part of the broken frame, or the tail of one.
        assert_eq!(replies.last(), Some(&golden("version.reply")), "{cut}");
        assert!(!replies.contains(&golden("sign.reply")), "{cut}");
    }
}

#[test]
fn lines_that_are_not_frames_only_cost_a_refusal() {
    let (mut device, _) = device(Presence::Approved);
    let mut deframer = RequestDeframer::new();
    let mut bytes = b"\0\0\0boot: U-Boot 2026.01\r\n\0\0".to_vec();
    bytes.extend(golden("version.request"));
    bytes.extend([0, 0, 0]);
    let replies = wire(&mut device, &mut deframer, &bytes);
    let corrupt = golden("refused.frame.corrupt");
    assert_eq!(replies, [corrupt, golden("version.reply")]);
}

#[test]
fn noise_is_answered_and_never_signed() {
    let mut noise = Noise(0x5eed);
    let (mut device, user) = device(Presence::Approved);
    let mut deframer = RequestDeframer::new();
    for round in 0..20_000 {
        let mut bytes: Vec<u8> = (0..noise.below(600)).map(|_| noise.byte()).collect();
        if round % 2 == 0 {
            // Half of the noise begins as a request does.
            let request = golden(["sign.request", "create.request"][noise.below(2)]);
            let kept = noise.below(request.len() - 1);
            bytes.splice(..0, request[..kept].iter().copied());
        }
        let mut out = [0; MAX_REPLY_FRAME];
        let reply = device.handle(&bytes, &mut out);
        read(reply, |message| {
            assert!(
                matches!(message.body, Reply::Refused(Refusal::Frame(_))),
                "{bytes:02x?}"
            );
        });
        wire(&mut device, &mut deframer, &bytes);
    }
    assert_eq!(user.asked.get(), 0);
    wire(&mut device, &mut deframer, &[0]);
    let sign = Request::Sign {
        slot: 0,
        challenge: CHALLENGE,
    };
    let replies = wire(&mut device, &mut deframer, &frame(u32::MAX, sign));
    assert_eq!(replies, [golden("sign.reply")]);
}
