//! A signing device: the device protocol on one serial line, a simulated button on another.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::panic::PanicInfo;

use board::{Board, Button, Clock, restart};
use cortex_m::singleton;
use cortex_m_rt::entry;
use dfns_signer::device::{Deframer, Device, MAX_REPLY_FRAME, MAX_REQUEST_FRAME};

mod key;
mod keyring;
mod random;
mod record;

use keyring::KeptKeys;

#[entry]
fn main() -> ! {
    // Each thing is taken once, so that there is one of it.
    let _: Option<Infallible> = serve();
    restart()
}

/// Serves for as long as there is power. What stays is not on the stack, whose depth is then that
/// of the work.
fn serve() -> Option<Infallible> {
    let Board {
        host,
        user,
        clock,
        mut stopwatch,
        store,
        seed,
    } = Board::take()?;
    let clock: &Clock = singleton!(: Clock = clock)?;
    let button: &Button<'_> = singleton!(: Button<'static> = Button::new(user, clock))?;
    let device = singleton!(
        : Device<KeptKeys<'static>, &'static Button<'static>> =
            Device::new(KeptKeys::load(store, seed)?, button)
    )?;
    let deframer = singleton!(: Deframer<MAX_REQUEST_FRAME> = Deframer::new())?;
    let reply = singleton!(: [u8; MAX_REPLY_FRAME] = [0; MAX_REPLY_FRAME])?;
    loop {
        Board::wait();
        button.listen();
        let ticked = clock.ticked();
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
