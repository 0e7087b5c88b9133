//! A key is gone from memory when it is dropped, and there is never a second one.
#![cfg(all(
    feature = "generate",
    feature = "ed25519",
    feature = "p256",
    feature = "secp256k1",
    feature = "rsa"
))]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::ptr;

use dfns_signer::{Ed25519Key, Hedged, KeySigner, P256Key, RsaKey, Secp256k1Key, Verified};
use support::{CHALLENGE, from_pem, read};

/// Fails to compile when a key can be copied, compared, turned into text or lent out as bytes.
#[test]
fn keys_cannot_be_cloned_compared_or_shown() {
    trait Lacks<A> {
        fn it() {}
    }
    macro_rules! lacks {
        ($($marker:ident $bound:path),*) => {
            impl<T> Lacks<()> for T {}
            $(struct $marker; impl<T: $bound> Lacks<$marker> for T {})*
        };
    }
    lacks!(
        Copied Clone, Compared PartialEq, Shown std::fmt::Display, Lent AsRef<[u8]>,
        Made Default, Borrowed std::ops::Deref
    );
    macro_rules! check {
        ($($key:ty),*) => {$( <$key as Lacks<_>>::it(); )*};
    }
    check!(
        Ed25519Key,
        P256Key,
        Secp256k1Key,
        RsaKey,
        KeySigner,
        Verified<P256Key>,
        Hedged<P256Key, ()>
    );
    #[cfg(feature = "defmt")]
    {
        struct Logged;
        impl<T: defmt::Format> Lacks<Logged> for T {}
        check!(Ed25519Key, P256Key, Secp256k1Key, RsaKey, KeySigner);
    }
}

/// A secret that is the same in every order of its bytes.
const PLANTED: [u8; 32] = [0xa7; 32];

/// Whether eight bytes of the secret are in the place of a value; before and after it is dropped.
fn planted_before_and_after<T>(value: T) -> [bool; 2] {
    let mut place = Box::new(MaybeUninit::new(value));
    let place = place.as_mut_ptr();
    let is_there = || {
        let at = |index| {
            // SAFETY: inside the box, which lives to the end of the function. A compiler may take nothing for granted
            // of bytes that are read like this, those between fields included.
            unsafe { ptr::read_volatile(place.cast::<u8>().add(index)) }
        };
        let bytes: Vec<u8> = (0..size_of::<T>()).map(at).collect();
        bytes.windows(8).any(|run| run == &PLANTED[..8])
    };
    let before = is_there();
    // SAFETY: it was made above, and is dropped here alone.
    unsafe { ptr::drop_in_place(place) };
    [before, is_there()]
}

#[test]
fn a_dropped_key_is_wiped() {
    let p256 = || P256Key::from_bytes(&PLANTED).unwrap();
    let secp256k1 = || Secp256k1Key::from_bytes(&PLANTED).unwrap();
    assert_eq!(planted_before_and_after(PLANTED), [true, true]);
    for found in [
        planted_before_and_after(Ed25519Key::from_bytes(&PLANTED)),
        planted_before_and_after(p256()),
        planted_before_and_after(secp256k1()),
        planted_before_and_after(Ed25519Key::from_bytes(&PLANTED).verified()),
        planted_before_and_after(p256().verified()),
        planted_before_and_after(secp256k1().verified()),
    ] {
        assert_eq!(found, [true, false]);
    }
}

/// Looks into what is given back.
struct Suspicious;

std::thread_local! {
    static SECRETS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator unchanged; what is read has been allocated and not yet freed.
unsafe impl GlobalAlloc for Suspicious {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // All of it is written before it is looked at.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
        let _ = SECRETS.try_with(|secrets| {
            let Ok(secrets) = secrets.try_borrow() else {
                return;
            };
            for secret in secrets.iter() {
                if bytes.windows(secret.len()).any(|run| run == secret) {
                    FOUND.set(FOUND.get() + 1);
                }
            }
        });
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Suspicious = Suspicious;

/// The blocks that were freed with one of the secrets in them.
fn freed_with(secrets: Vec<Vec<u8>>, work: impl FnOnce()) -> usize {
    SECRETS.replace(secrets);
    FOUND.set(0);
    work();
    let found = FOUND.get();
    SECRETS.take();
    found
}

#[test]
fn a_freed_block_holds_no_part_of_a_key() {
    for (file, at) in [
        ("keys/ed25519.pkcs8.pem", 20),
        ("keys/p256.pkcs8.pem", 40),
        ("keys/p256.sec1.pem", 10),
        ("keys/secp256k1.pkcs8.pem", 40),
        ("keys/rsa-2048.pkcs8.pem", 330),
    ] {
        let pem = read(file);
        let secret = from_pem(&pem)[at..at + 16].to_vec();
        let reversed = secret.iter().rev().copied().collect();
        let text = pem.lines().nth(1).unwrap().as_bytes()[..40].to_vec();
        let secrets = vec![secret.clone(), reversed, text];

        let seen = freed_with(secrets.clone(), || drop(secret));
        assert_eq!(seen, 1, "{file}: what is not wiped is noticed");
        let found = freed_with(secrets, || {
            let signer = KeySigner::from_pem("cr-1", &pem).unwrap();
            signer.sign(CHALLENGE, []).unwrap();
            signer.attest(CHALLENGE).unwrap();
            signer.to_pkcs8_pem().unwrap();
        });
        assert_eq!(found, 0, "{file}");
    }
}
