//! What RSA takes of a device: a line with a challenge comes in, a line with the two texts of its
//! assertion goes out.
//!
//! RSA's texts are longer than the device protocol's replies, and its arithmetic needs an
//! allocator; this image is for a look at the price. Its key, a PKCS#8 document in DER, is where
//! the other images keep theirs. It asks nobody, and its signatures are not blinded.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::panic::PanicInfo;

use board::{Board, Stopwatch, restart};
use cortex_m_rt::entry;
use dfns_signer::{Algorithm, RsaKey, assert, assertion_len};
use embedded_alloc::LlffHeap;

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

/// The bytes to allocate from.
const HEAP_LEN: usize = 32 * 1024;
const CHALLENGE: usize = 64;

#[entry]
fn main() -> ! {
    // SAFETY: once, before anything is allocated.
    unsafe {
        embedded_alloc::init!(HEAP, HEAP_LEN);
    }
    let _: Option<Infallible> = serve();
    restart()
}

fn serve() -> Option<Infallible> {
    let mut board = Board::take()?;
    let key = timed(&mut board.stopwatch, || key(board.store))?;
    board.user.write(b"w");
    let mut challenge = Vec::with_capacity(CHALLENGE);
    let mut out = vec![0; assertion_len(CHALLENGE, Algorithm::Rsa)];
    loop {
        Board::wait();
        while let Some(byte) = board.host.read() {
            if byte != b'\n' {
                if challenge.len() < CHALLENGE {
                    challenge.push(byte);
                }
                continue;
            }
            let text = core::str::from_utf8(&challenge).unwrap_or_default();
            let signed = timed(&mut board.stopwatch, || assert(&key, text, &mut out).ok());
            if let Some(signed) = signed {
                board.host.write(signed.client_data.as_bytes());
                board.host.write(b" ");
                board.host.write(signed.signature.as_bytes());
            }
            board.host.write(b"\n");
            challenge.clear();
        }
    }
}

fn timed<T>(stopwatch: &mut Stopwatch, work: impl FnOnce() -> T) -> T {
    stopwatch.restart();
    let done = work();
    stopwatch.stop();
    done
}

/// The document at the front of the store: its first bytes say how long it is.
fn key(store: &[u8]) -> Option<RsaKey> {
    let [0x30, 0x82, high, low, ..] = *store else {
        return None;
    };
    let len = 4 + usize::from(u16::from_be_bytes([high, low]));
    RsaKey::from_pkcs8_der(store.get(..len)?).ok()
}

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    restart()
}
