//! A signing device: the device protocol on one serial line, a simulated button on another.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::panic::PanicInfo;

use board::{Board, Button, restart};
use cortex_m::singleton;
use cortex_m_rt::entry;
use dfns_signer::device::{Deframer, Device, MAX_REPLY_FRAME, MAX_REQUEST_FRAME};

#[cfg(feature = "ed25519")]
mod compact_ed25519;
mod key;
mod keyring;
mod random;
mod record;

use keyring::KeptKeys;

/// What stays is not on the stack, whose depth is then that of the work.
#[entry]
fn main() -> ! {
    static mut DEFRAMER: Deframer<MAX_REQUEST_FRAME> = Deframer::new();
    static mut REPLY: [u8; MAX_REPLY_FRAME] = [0; MAX_REPLY_FRAME];
    // Each thing is taken once, so that there is one of it.
    let _: Option<Infallible> = serve(DEFRAMER, REPLY);
    restart()
}

/// Serves for as long as there is power.
fn serve(
    deframer: &mut Deframer<MAX_REQUEST_FRAME>,
    reply: &mut [u8; MAX_REPLY_FRAME],
) -> Option<Infallible> {
    let Board {
        host,
        user,
        clock,
        mut stopwatch,
        store,
        seed,
    } = Board::take()?;
    let button: &Button = singleton!(: Button = Button::new(user, clock))?;
    let device = singleton!(
        : Device<KeptKeys<'static>, &'static Button> =
            Device::new(KeptKeys::load(store, seed)?, button)
    )?;
    loop {
        Board::wait();
        button.listen();
        let ticked = button.clock().ticked();
        stopwatch.restart();
        if let Some(answer) = device.poll(reply) {
            stopwatch.stop();
            host.write(answer);
        } else if ticked && let Some(answer) = device.keep_alive(reply) {
            host.write(answer);
        }
        while let Some(byte) = host.read() {
            let Some(frame) = deframer.push(byte) else {
                continue;
            };
            stopwatch.restart();
            let answer = device.handle(frame, reply);
            stopwatch.stop();
            host.write(answer);
        }
    }
}

/// Nothing is known of the state, so the device starts anew; its keys are kept.
#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    restart()
}
