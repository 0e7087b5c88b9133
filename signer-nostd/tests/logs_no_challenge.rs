//! What a firmware's log gets to see, as bytes on its wire: names and numbers, and no challenge.
#![cfg(all(feature = "defmt", feature = "device"))]

use std::cell::RefCell;

use dfns_signer::device::{Action, BadFrame, FrameFault, Presence, Refusal, Reply, Request};
use dfns_signer::{Algorithm, SignError};

defmt::timestamp!("{=u8}", 0);

#[defmt::global_logger]
struct Wire;

std::thread_local! {
    static WIRE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

// SAFETY: each thread has a wire of its own, so nothing is interleaved.
unsafe impl defmt::Logger for Wire {
    fn acquire() {}

    unsafe fn flush() {}

    unsafe fn release() {}

    unsafe fn write(bytes: &[u8]) {
        WIRE.with_borrow_mut(|wire| wire.extend(bytes));
    }
}

/// The bytes on the wire for something that is logged.
fn logged(value: &impl defmt::Format) -> Vec<u8> {
    WIRE.take();
    defmt::println!("{}", value);
    WIRE.take()
}

const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMQ";
const ID: &str = "cr-6uunn-bm6ja-f6rmod5kqrk5rbel";

fn contains(wire: &[u8], text: &str) -> bool {
    wire.windows(text.len())
        .any(|bytes| bytes == text.as_bytes())
}

#[test]
fn requests_and_replies() {
    let sign = Request::Sign {
        slot: 7,
        challenge: CHALLENGE,
    };
    let create = Request::Create {
        slot: 7,
        algorithm: Algorithm::P256,
        credential_id: ID,
        challenge: CHALLENGE,
    };
    for request in [sign, create] {
        let wire = logged(&request);
        assert!(wire.contains(&7) && !contains(&wire, "Y2gt"), "{wire:?}");
    }
    let signed = Reply::Signed {
        credential_id: ID,
        client_data: CHALLENGE,
        signature: CHALLENGE,
    };
    let wire = logged(&signed);
    assert!(!wire.is_empty() && !contains(&wire, "Y2gt"), "{wire:?}");
}

#[test]
fn what_the_user_is_asked() {
    let action = Action::Sign {
        credential_id: ID,
        challenge: CHALLENGE,
    };
    let wire = logged(&action);
    assert!(contains(&wire, ID) && !contains(&wire, "Y2gt"), "{wire:?}");
    assert_eq!(format!("{action:?}"), format!("Sign({ID:?})"));
}

#[test]
fn why_nothing_was_done() {
    let needed = 300;
    let wire = logged(&SignError::BufferTooSmall { needed });
    assert!(wire.ends_with(&[44, 1, 0, 0]), "{wire:?}");
    let fault = FrameFault::Corrupt;
    assert_ne!(logged(&fault), logged(&FrameFault::TooLong));
    assert_ne!(logged(&Refusal::Busy), logged(&Refusal::Denied));
    assert_ne!(logged(&Refusal::Frame(fault)), logged(&Refusal::Failed));
    assert_ne!(logged(&Presence::Approved), logged(&Presence::Denied));
    assert_ne!(logged(&Algorithm::P256), logged(&Algorithm::Ed25519));
    assert!(logged(&BadFrame { id: 9, fault }).contains(&9));
}
