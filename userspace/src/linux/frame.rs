//! Which trap frame is whose.

use core::ptr;
use core::sync::atomic::Ordering;

use guichet_abi::linux::{FRAMES_ADDRESS, ProcessHeader, TrapFrame, frame_address};

use super::threads::current;

/// The header of the process, once [`super::start()`] has mapped it.
pub(super) fn header() -> &'static ProcessHeader {
    // SAFETY: the first thing that happens in the process is that this page is mapped, for good;
    // all its words are atomic, whatever the supervisor does to them.
    unsafe { &*ptr::with_exposed_provenance(FRAMES_ADDRESS) }
}

/// The frame of the thread that runs.
#[inline]
pub(super) fn current_frame() -> &'static TrapFrame {
    frame_of(current())
}

/// The frame of this thread; the main thread's for one that is not declared.
#[inline]
pub(super) fn frame_of(thread: usize) -> &'static TrapFrame {
    let thread_count = header().thread_count.load(Ordering::Relaxed) as usize;
    let thread = if thread < thread_count { thread } else { 0 };
    // SAFETY: the frames of all declared threads are mapped before the program's first
    // instruction, for good; the main thread's is always there. Their words are atomic.
    unsafe { &*ptr::with_exposed_provenance(frame_address(thread)) }
}
