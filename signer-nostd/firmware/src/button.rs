use core::cell::Cell;

use dfns_signer::device::{Action, Presence, UserPresence};

use crate::clock::TICKS_PER_SECOND;
use crate::{Clock, Uart};

/// A simulated button, told over a serial line of its own what the hand at it does.
///
/// A byte of the line holds until the next: `a` approves whatever is asked, `d` denies it, `t` lets
/// the time run out at once, and `w`, which it starts with, touches nothing, so that a request
/// waits until one of the others comes, the host cancels it, or half a minute has passed. The
/// button says `w` when it starts and repeats each byte that it obeys; it is silent about others.
pub struct Button {
    line: Uart,
    clock: Clock,
    says: Cell<Presence>,
    asked_at: Cell<u32>,
}

impl Button {
    /// Untouched.
    pub fn new(line: Uart, clock: Clock) -> Self {
        line.write(b"w");
        Self {
            line,
            clock,
            says: Cell::new(Presence::Waiting),
            asked_at: Cell::new(0),
        }
    }

    /// The clock that times the user.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Takes in what the hand has done; to be called before anything is asked.
    pub fn listen(&self) {
        while let Some(byte) = self.line.read() {
            self.says.set(match byte {
                b'a' => Presence::Approved,
                b'd' => Presence::Denied,
                b't' => Presence::TimedOut,
                b'w' => Presence::Waiting,
                _ => continue,
            });
            self.line.write(&[byte]);
        }
    }
}

impl UserPresence for &Button {
    fn ask(&mut self, _: Action<'_>) {
        self.asked_at.set(self.clock.now());
    }

    fn poll(&mut self) -> Presence {
        let waited = self.clock.now().wrapping_sub(self.asked_at.get());
        match self.says.get() {
            Presence::Waiting if waited >= PATIENCE => Presence::TimedOut,
            says => says,
        }
    }
}

/// How many ticks the user has.
const PATIENCE: u32 = 30 * TICKS_PER_SECOND;
