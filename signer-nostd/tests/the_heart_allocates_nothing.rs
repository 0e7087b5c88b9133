//! Signing on a curve must not need an allocator. The build for a target without one proves it
//! for the library; this proves it for what runs.
#![cfg(all(feature = "ed25519", feature = "p256", feature = "secp256k1"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use dfns_signer::{
    Algorithm, Ed25519Key, P256Key, Secp256k1Key, assert, assertion_len, attest, attestation_len,
};

#[cfg(feature = "device")]
mod support;

struct Counting;

std::thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn from_bytes_to_assertion() {
    const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw";
    let mut out = [0; assertion_len(CHALLENGE.len(), Algorithm::P256)];
    let mut attestation = [0; attestation_len(CHALLENGE.len(), Algorithm::P256)];

    let before = ALLOCATIONS.get();
    let ed25519 = Ed25519Key::from_bytes(&[7; 32]);
    let p256 = P256Key::from_bytes(&[7; 32]).unwrap();
    let secp256k1 = Secp256k1Key::from_bytes(&[7; 32]).unwrap();
    assert(&ed25519, CHALLENGE, &mut out).unwrap();
    assert(&p256, CHALLENGE, &mut out).unwrap();
    assert(&secp256k1, CHALLENGE, &mut out).unwrap();
    attest(&ed25519, CHALLENGE, &mut attestation).unwrap();
    attest(&p256, CHALLENGE, &mut attestation).unwrap();
    attest(&secp256k1, CHALLENGE, &mut attestation).unwrap();
    let public_keys = (
        ed25519.public_key_der(),
        p256.public_key_der(),
        secp256k1.public_key_der(),
    );
    let after = ALLOCATIONS.get();

    assert_eq!(after - before, 0);
    let counts = Box::new(public_keys);
    assert!(
        ALLOCATIONS.get() > after,
        "the counter counts {}",
        counts.0.len()
    );
}

#[cfg(feature = "device")]
#[test]
fn from_frame_to_frame() {
    use dfns_signer::device::{
        Deframer, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Presence, Request,
    };

    const CHALLENGE: &str = "Y2gtZXhhbXBsZS0wMDAwMS0wMDAwMDAwMDAwMDAwMDAw";
    let (mut device, user) = support::device::device(Presence::Waiting);
    let create = |algorithm| Request::Create {
        slot: 1,
        algorithm,
        credential_id: "cr-2",
        challenge: CHALLENGE,
    };
    let requests = [
        Request::Version,
        Request::Info { slot: 0 },
        Request::Sign {
            slot: 0,
            challenge: CHALLENGE,
        },
        Request::Sign {
            slot: 2,
            challenge: CHALLENGE,
        },
        create(Algorithm::Secp256k1),
        create(Algorithm::Rsa),
        Request::Wipe,
        create(Algorithm::P256),
        Request::Cancel,
    ];

    let before = ALLOCATIONS.get();
    let mut deframer = Deframer::<MAX_REQUEST_FRAME>::new();
    let (mut wire, mut reply) = ([0; MAX_REQUEST_FRAME], [0; MAX_REPLY_FRAME]);
    let mut answered = 0;
    for body in requests {
        user.says.set(Presence::Waiting);
        let message = Message { id: 1, body };
        for byte in message.encode(&mut wire).unwrap() {
            if let Some(frame) = deframer.push(*byte) {
                answered += usize::from(!device.handle(frame, &mut reply).is_empty());
            }
        }
        device.keep_alive(&mut reply);
        user.says.set(Presence::Approved);
        device.poll(&mut reply);
        device.handle(b"damaged", &mut reply);
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert_eq!(answered, requests.len());
}
