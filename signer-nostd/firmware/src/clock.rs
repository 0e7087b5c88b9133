use core::cell::Cell;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// Time in ticks of half a second, as `SysTick` counts them.
///
/// While the processor is busy for longer than a tick, it is behind: it times people, who are not
/// asked then.
pub struct Clock {
    systick: core::cell::RefCell<SYST>,
    ticks: Cell<u32>,
}

impl Clock {
    pub(crate) fn start(mut systick: SYST) -> Self {
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(HERTZ / TICKS_PER_SECOND - 1);
        systick.clear_current();
        systick.enable_interrupt();
        systick.enable_counter();
        Self {
            systick: systick.into(),
            ticks: Cell::new(0),
        }
    }

    /// Whether a tick has passed since the last call; to be called after every
    /// [`wait`](crate::Board::wait).
    pub fn ticked(&self) -> bool {
        let ticked = self.systick.borrow_mut().has_wrapped();
        self.ticks.set(self.ticks.get().wrapping_add(ticked.into()));
        ticked
    }

    /// The ticks so far.
    pub fn now(&self) -> u32 {
        self.ticks.get()
    }
}

/// `SysTick` counts 24 bits: a tick is as long as it can be.
pub(crate) const TICKS_PER_SECOND: u32 = 2;
/// Of the processor.
const HERTZ: u32 = 25_000_000;
