use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use board::{Board, Uart};
use dfns_signer::device::{Deframer, Message};
use zeroize::Zeroize as _;

use crate::wire::{FromDevice, MAX_FRAME, ToDevice};

/// The serial line to the bridge: one message in each direction at a time.
pub(crate) struct HostLine {
    uart: Uart,
    deframer: Box<Deframer<MAX_FRAME>>,
    /// What frames are written into and messages are read out of.
    buffer: Vec<u8>,
    id: u32,
}

impl HostLine {
    pub(crate) fn new(uart: Uart) -> Self {
        Self {
            uart,
            deframer: Box::default(),
            buffer: vec![0; MAX_FRAME],
            id: 0,
        }
    }

    /// Says something under an id of its own; false when no frame holds it.
    pub(crate) fn say(&mut self, body: FromDevice<'_>) -> bool {
        self.id = self.id.wrapping_add(1).max(1);
        let message = Message { id: self.id, body };
        let frame = message.encode(&mut self.buffer);
        let said = frame.map(|frame| self.uart.write(frame)).is_ok();
        // Tokens went through it.
        self.buffer.as_mut_slice().zeroize();
        said
    }

    /// Waits for what answers the last thing said; what is damaged or answers something else is passed over.
    pub(crate) fn answer<T>(&mut self, read: impl FnOnce(ToDevice<'_>) -> T) -> T {
        loop {
            let Some(byte) = self.uart.read() else {
                Board::wait();
                continue;
            };
            let Some(frame) = self.deframer.push(byte) else {
                continue;
            };
            match Message::<ToDevice<'_>>::decode(frame, &mut self.buffer) {
                Ok(Message { id, body }) if id == self.id => {
                    let result = read(body);
                    self.buffer.as_mut_slice().zeroize();
                    *self.deframer = Deframer::new();
                    return result;
                }
                _ => {}
            }
        }
    }
}
