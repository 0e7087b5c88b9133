//! The board that the images run on: QEMU's mps2-an386, a Cortex-M4 with two serial lines.
//!
//! One line leads to the host, the other to a hand that presses the button: see [`Button`].
#![no_std]

mod button;
mod clock;
mod hardware;

pub use button::Button;
pub use clock::Clock;
pub use hardware::{Board, STORE_LEN, Stopwatch, Uart, restart};
