//! An image for a microcontroller that signs, without an allocator. `cargo xtask test footprint` links it and reads in
//! it which panics can be reached and how deep the stack gets; on a host it only runs.
#![cfg_attr(target_os = "none", no_std, no_main)]

use core::hint::black_box;

use dfns_signer::device::{Action, Device, MAX_REPLY_FRAME, Presence, Slots, UserPresence};
use dfns_signer::{
    Algorithm, Ed25519Key, P256Key, Secp256k1Key, assert, assertion_len, attest, attestation_len,
};

const CHALLENGE: usize = 64;

/// Each in a function of its own that is named in the image.
macro_rules! signing {
    ($($assert:ident $attest:ident $key:ty),*) => {$(
        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "Rust" fn $assert(key: &$key, challenge: &str) -> bool {
            let mut out = [0; assertion_len(CHALLENGE, Algorithm::P256)];
            let signed = assert(key, challenge, &mut out);
            black_box(signed).is_ok()
        }

        #[unsafe(no_mangle)]
        #[inline(never)]
        extern "Rust" fn $attest(key: &$key, challenge: &str) -> bool {
            let mut out = [0; attestation_len(CHALLENGE, Algorithm::P256)];
            let attested = attest(key, challenge, &mut out);
            black_box(attested).is_ok()
        }
    )*};
}

signing!(
    assert_ed25519 attest_ed25519 Ed25519Key,
    assert_p256 attest_p256 P256Key,
    assert_secp256k1 attest_secp256k1 Secp256k1Key
);

#[unsafe(no_mangle)]
#[inline(never)]
extern "Rust" fn answer_a_frame(frame: &[u8]) -> bool {
    let generate = |_: Algorithm| Ok(Ed25519Key::from_bytes(black_box(&[7; 32])));
    let slots: Slots<Ed25519Key, _, 1> = Slots::new(generate);
    let mut device = Device::new(slots, Nobody);
    let mut reply = [0; MAX_REPLY_FRAME];
    let handled = !device.handle(black_box(frame), &mut reply).is_empty();
    handled & device.poll(&mut reply).is_some()
}

/// Says what the compiler cannot know.
struct Nobody;

impl UserPresence for Nobody {
    fn ask(&mut self, action: Action<'_>) {
        black_box(action);
    }

    fn poll(&mut self) -> Presence {
        black_box(Presence::Approved)
    }
}

fn sign_everything() -> Option<()> {
    let bytes = black_box([7; 32]);
    let challenge = black_box("Y2gtZXhhbXBsZS0wMDAwMQ");
    let ed25519 = Ed25519Key::from_bytes(&bytes);
    let p256 = P256Key::from_bytes(&bytes).ok()?;
    let secp256k1 = Secp256k1Key::from_bytes(&bytes).ok()?;
    black_box([
        assert_ed25519(&ed25519, challenge),
        attest_ed25519(&ed25519, challenge),
        assert_p256(&p256, challenge),
        attest_p256(&p256, challenge),
        assert_secp256k1(&secp256k1, challenge),
        attest_secp256k1(&secp256k1, challenge),
        answer_a_frame(challenge.as_bytes()),
    ]);
    Some(())
}

#[cfg(target_os = "none")]
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    sign_everything();
    loop {}
}

#[cfg(target_os = "none")]
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[cfg(not(target_os = "none"))]
fn main() {
    let _ = sign_everything();
}
