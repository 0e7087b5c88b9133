//! A signing device: the device protocol on one serial line, a simulated button on another.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use board::{Board, Button, restart};
use cortex_m_rt::entry;
use dfns_signer::device::{Deframer, Device, MAX_REPLY_FRAME, MAX_REQUEST_FRAME};

mod key;
mod keyring;
mod random;
mod record;

use keyring::KeptKeys;

#[entry]
fn main() -> ! {
    let Some(mut board) = Board::take() else {
        restart()
    };
    let Some(keys) = KeptKeys::load(board.store, board.seed) else {
        restart()
    };
    let button = Button::new(&board.user, &board.clock);
    let mut device = Device::new(keys, &button);
    let mut deframer = Deframer::<MAX_REQUEST_FRAME>::new();
    let mut reply = [0; MAX_REPLY_FRAME];
    loop {
        Board::wait();
        button.listen();
        let ticked = board.clock.ticked();
        board.stopwatch.restart();
        if let Some(answer) = device.poll(&mut reply) {
            board.stopwatch.stop();
            board.host.write(answer);
        } else if ticked && let Some(answer) = device.keep_alive(&mut reply) {
            board.host.write(answer);
        }
        while let Some(byte) = board.host.read() {
            let Some(frame) = deframer.push(byte) else {
                continue;
            };
            board.stopwatch.restart();
            let answer = device.handle(frame, &mut reply);
            board.stopwatch.stop();
            board.host.write(answer);
        }
    }
}

/// Nothing is known of the state, so the device starts anew; its keys are kept.
#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    restart()
}
