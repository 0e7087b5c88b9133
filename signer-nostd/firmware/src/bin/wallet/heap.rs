//! The heap, and the one file of this program with unsafe code: allocators are asked for it.

use core::alloc::{GlobalAlloc, Layout};
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicUsize, Ordering};

use embedded_alloc::LlffHeap;

/// The bytes of the heap.
const LEN: usize = 48 * 1024;

#[global_allocator]
static HEAP: Heap = Heap {
    inner: LlffHeap::empty(),
    peak: AtomicUsize::new(0),
};

/// A heap that remembers the most that was in use at once.
struct Heap {
    inner: LlffHeap,
    peak: AtomicUsize,
}

/// Gives the heap its memory; to be called once, before anything allocates.
pub(crate) fn start() {
    static mut MEMORY: [MaybeUninit<u8>; LEN] = [MaybeUninit::uninit(); LEN];
    // SAFETY: nobody else names the memory, and the second time it panics.
    unsafe { HEAP.inner.init((&raw mut MEMORY).addr(), LEN) };
}

/// The most bytes that were in use at once since the start, what the allocator itself needs for them included.
pub(crate) fn peak() -> usize {
    HEAP.peak.load(Ordering::Relaxed)
}

// SAFETY: every call is handed to the allocator unchanged.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = unsafe { self.inner.alloc(layout) };
        self.peak.fetch_max(self.inner.used(), Ordering::Relaxed);
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { self.inner.dealloc(block, layout) }
    }
}
