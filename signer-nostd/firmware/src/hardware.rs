//! All that touches the hardware, and all the unsafe code: registers and memory at the addresses of
//! Arm's application note 386, and the wait for an interrupt.

use core::ptr::addr_of_mut;

use cortex_m::Peripherals;
use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::{NVIC, SCB};

use crate::Clock;

/// The bytes of memory that survive a reset.
pub const STORE_LEN: usize = 2048;

/// What an image has to work with; there is one.
pub struct Board {
    /// The serial line to the host.
    pub host: Uart,
    /// The serial line to the hand at the button.
    pub user: Uart,
    /// Time, in ticks.
    pub clock: Clock,
    /// Counts what an answer takes.
    pub stopwatch: Stopwatch,
    /// What a reset leaves alone, as flash would be left alone. It starts as anything.
    pub store: &'static mut [u8; STORE_LEN],
    /// What was put here before the start to make random numbers of; zeros if nothing was.
    pub seed: &'static mut [u8; 32],
}

impl Board {
    /// The board, its lines and its clock running; `None` the second time.
    pub fn take() -> Option<Self> {
        unsafe extern "C" {
            static mut _store: [u8; STORE_LEN];
            static mut _seed: [u8; 32];
            static mut _elapsed: u32;
        }
        let peripherals = Peripherals::take()?;
        // No handler ever runs: a pending interrupt ends the wait, and the main loop looks why.
        cortex_m::interrupt::disable();
        // SAFETY: memory.x puts the three apart from each other and from all else; nobody else
        // names them, and `Peripherals::take` lets us through once. Any bytes are a value of theirs.
        let (store, seed, elapsed) = unsafe {
            (
                &mut *addr_of_mut!(_store),
                &mut *addr_of_mut!(_seed),
                &mut *addr_of_mut!(_elapsed),
            )
        };
        Some(Self {
            host: Uart::start(Line::Host),
            user: Uart::start(Line::User),
            clock: Clock::start(peripherals.SYST),
            stopwatch: Stopwatch::start(elapsed),
            store,
            seed,
        })
    }

    /// Sleeps until a byte comes or the clock ticks, unless one did since the last call.
    ///
    /// Read the lines until they are empty between two calls.
    pub fn wait() {
        cortex_m::asm::wfi();
        SCB::clear_pendst();
        for line in [Line::Host, Line::User] {
            write(line.base() + UART_INTERRUPT, RECEIVED);
            NVIC::unpend(line);
        }
    }
}

/// Starts the image again, as the reset button would.
pub fn restart() -> ! {
    SCB::sys_reset()
}

/// A serial line, a UART of Arm's Cortex-M System Design Kit (DDI 0479D, section 4.3).
pub struct Uart(Line);

impl Uart {
    fn start(line: Line) -> Self {
        let base = line.base();
        // 25 MHz by 217 make 115,200 baud, which only hardware cares for.
        write(base + UART_DIVISOR, 217);
        write(
            base + UART_CONTROL,
            TRANSMIT | RECEIVE | INTERRUPT_ON_RECEIVED,
        );
        // SAFETY: interrupts are disabled for good, so that no handler takes anybody by surprise.
        unsafe { NVIC::unmask(line) };
        Self(line)
    }

    /// The next byte, if one has come.
    pub fn read(&self) -> Option<u8> {
        let full = read(self.0.base() + UART_STATE) & RECEIVE_FULL != 0;
        full.then(|| read(self.0.base() + UART_DATA).to_le_bytes()[0])
    }

    /// Sends these bytes, waiting for the line.
    pub fn write(&self, bytes: &[u8]) {
        for byte in bytes {
            while read(self.0.base() + UART_STATE) & TRANSMIT_FULL != 0 {}
            write(self.0.base() + UART_DATA, u32::from(*byte));
        }
    }
}

/// A timer of the same kit (section 4.1), counting down with the processor's clock of 25 MHz.
///
/// QEMU with `-icount shift=0` lets an instruction take a nanosecond: 40 of them pass in a tick.
pub struct Stopwatch {
    started: u32,
    /// For a debugger to read: the ticks between the last [`start`](Self::start) and
    /// [`stop`](Self::stop).
    elapsed: &'static mut u32,
}

impl Stopwatch {
    fn start(elapsed: &'static mut u32) -> Self {
        write(TIMER + TIMER_RELOAD, u32::MAX);
        write(TIMER + TIMER_CONTROL, 1);
        Self {
            started: 0,
            elapsed,
        }
    }

    /// Begins to count.
    pub fn restart(&mut self) {
        self.started = read(TIMER + TIMER_VALUE);
    }

    /// Notes what has passed.
    pub fn stop(&mut self) {
        let elapsed = self.started.wrapping_sub(read(TIMER + TIMER_VALUE));
        // SAFETY: it is ours; volatile, because its reader is outside of the program.
        unsafe { addr_of_mut!(*self.elapsed).write_volatile(elapsed) };
    }
}

/// The serial lines, by the number of the interrupt when a byte has come.
#[derive(Clone, Copy)]
#[repr(u16)]
enum Line {
    Host = 0,
    User = 2,
}

// SAFETY: the numbers are those of the application note's table of interrupts, and no others.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        self as u16
    }
}

impl Line {
    fn base(self) -> usize {
        match self {
            Self::Host => 0x4000_4000,
            Self::User => 0x4000_5000,
        }
    }
}

/// No handler runs, so the table of them has no more than it must: the one entry that the linker's
/// script insists on, which stands for a halt.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
static __INTERRUPTS: [usize; 1] = [0];

const UART_DATA: usize = 0x00;
const UART_STATE: usize = 0x04;
const UART_CONTROL: usize = 0x08;
const UART_INTERRUPT: usize = 0x0C;
const UART_DIVISOR: usize = 0x10;
/// Of the state.
const TRANSMIT_FULL: u32 = 1 << 0;
const RECEIVE_FULL: u32 = 1 << 1;
/// Of the control.
const TRANSMIT: u32 = 1 << 0;
const RECEIVE: u32 = 1 << 1;
const INTERRUPT_ON_RECEIVED: u32 = 1 << 3;
/// Of the interrupts.
const RECEIVED: u32 = 1 << 1;

const TIMER: usize = 0x4000_0000;
const TIMER_CONTROL: usize = 0x00;
const TIMER_VALUE: usize = 0x04;
const TIMER_RELOAD: usize = 0x08;

fn read(register: usize) -> u32 {
    let register = core::ptr::with_exposed_provenance::<u32>(register);
    // SAFETY: only the registers above come here, all 32 bits wide; reading one harms nobody.
    unsafe { register.read_volatile() }
}

fn write(register: usize, value: u32) {
    let register = core::ptr::with_exposed_provenance_mut::<u32>(register);
    // SAFETY: only the registers above come here, all 32 bits wide, and none of them moves memory.
    unsafe { register.write_volatile(value) };
}
