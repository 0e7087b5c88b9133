//! What the bytes that come are taken for.

use super::talk::*;
use super::*;

#[test]
fn the_reply_is_what_was_asked_for() {
    let mut talk = Talk::over(SIGN, false);
    assert_eq!(talk.wants(), Connect);
    assert_eq!(talk.connects().wants(), Sign(ID));
    assert_eq!(talk.wants(), Receive(5 * SECOND));
    assert_eq!(talk.hears(ID, SIGNED).wants(), done("c2ln", true));
}

#[test]
fn a_frame_may_come_in_pieces_after_noise_and_late_replies() {
    let late = reply(ID - 2, SIGNED);
    let mut bytes = [&b"U-Boot 2026.01\r\n\0"[..], &late[3..], &late].concat();
    bytes.extend(reply(0, Reply::Wiped));
    bytes.extend(reply(ID, SIGNED));
    let mut talk = Talk::sent(SIGN);
    let (last, before) = bytes.split_last().unwrap();
    for byte in before {
        talk.hears_bytes(&[*byte]);
        assert_eq!(talk.wants(), Receive(5 * SECOND));
    }
    assert_eq!(talk.hears_bytes(&[*last]).wants(), done("c2ln", true));
}

#[test]
fn half_a_frame_before_the_wire_broke_is_no_part_of_the_next() {
    let mut talk = Talk::sent(SIGN);
    let frame = reply(ID, SIGNED);
    talk.hears_bytes(&frame[..9]).breaks().connects();
    assert_eq!(talk.wants(), Sign(ID));
    assert_eq!(talk.hears_bytes(&frame).wants(), done("c2ln", true));
}

#[test]
fn a_device_of_another_version_is_named() {
    // The version 2, the id 7, something new, and its CRC-32 by zlib.
    let frame = b"\x08\x02\x07\xaa\x4d\xd1\x87\x85\0";
    let mut talk = Talk::sent(SIGN);
    assert_eq!(
        talk.hears_bytes(frame).wants(),
        done("Version { found: 2 }", true)
    );
}

#[test]
fn an_answer_to_another_question_is_an_error() {
    let mut talk = Talk::sent(SIGN);
    assert_eq!(
        talk.hears(ID, Reply::Cancelled).wants(),
        done("Unexpected", true)
    );
}

#[test]
fn what_is_too_long_for_a_frame_is_not_sent() {
    let challenge = "A".repeat(1000);
    let request = Request::Sign {
        slot: 0,
        challenge: &challenge,
    };
    let (patience, now) = (Patience::default(), Instant::now());
    let refused = Conversation::new(request, read, ID, patience, true, now);
    assert!(matches!(refused, Err(DeviceError::TooLong)));
}

#[test]
fn any_bytes_and_any_patience_come_to_an_end() {
    let patience = Patience {
        answer: Duration::MAX,
        decision: Duration::MAX,
    };
    let now = Instant::now();
    let mut talk = Conversation::new(SIGN, read, u32::MAX, patience, true, now).unwrap();
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..200_000 {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        match talk.step(now) {
            Step::Send(_) => talk.sent(now),
            Step::Receive(_) => talk.received(&noise.to_le_bytes(), now),
            _ => panic!("noise is no reply"),
        }
    }
    let now = now + Duration::from_secs(366 * 24 * 60 * 60);
    assert!(matches!(talk.step(now), Step::Send(_)));
    talk.sent(now);
    talk.received(b"\0", now);
    // The id after the last is the first.
    talk.received(&reply(1, Reply::Cancelled), now);
    assert!(matches!(
        talk.step(now),
        Step::Done {
            result: Err(DeviceError::Undecided),
            ..
        }
    ));
}
