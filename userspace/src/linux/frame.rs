//! Which trap frame is whose.
//!
//! Nothing tells a thread without libc who it is, except where its stack lies: the port gives
//! every thread a stack in its own stretch of addresses. So a thread finds its frame by its stack
//! pointer, which costs a few instructions and cannot go stale. A stack pointer outside all stacks
//! belongs to the main thread: it starts on the stack that Linux gave it, and a program that
//! switches to a stack of its own making has, for now, no other thread.

use core::arch::asm;
use core::ptr;
use core::sync::atomic::Ordering;

use guichet_abi::linux::{
    FRAMES_ADDRESS, PAGE_BYTES, ProcessHeader, STACK_STRIDE, STACKS_ADDRESS, TrapFrame,
    frame_address,
};

/// The header of the process, once [`super::start()`] has mapped it.
pub(super) fn header() -> &'static ProcessHeader {
    // SAFETY: the first thing that happens in the process is that this page is mapped, for good;
    // all its words are atomic, whatever the supervisor does to them.
    unsafe { &*ptr::with_exposed_provenance(FRAMES_ADDRESS) }
}

/// The frame of the calling thread.
#[inline]
pub(super) fn current_frame() -> &'static TrapFrame {
    let stack_pointer: usize;
    // SAFETY: reads a register.
    unsafe {
        asm!("mov {}, rsp", out(reg) stack_pointer, options(nomem, nostack, preserves_flags));
    }
    frame_of_stack(stack_pointer)
}

/// The frame of the thread that has this stack pointer.
#[inline]
pub(super) fn frame_of_stack(stack_pointer: usize) -> &'static TrapFrame {
    let thread_count = header().thread_count.load(Ordering::Relaxed) as usize;
    let thread = Some(thread_of_stack(stack_pointer)).filter(|thread| *thread < thread_count);
    // SAFETY: the frames of all declared threads are mapped before the program's first
    // instruction, for good; the main thread's is always there. Their words are atomic.
    unsafe { &*ptr::with_exposed_provenance(frame_address(thread.unwrap_or(0))) }
}

/// The number of the thread whose stack this stack pointer points into. The page below a stack
/// counts as the stack's own: that is where a stack that overflows is caught.
const fn thread_of_stack(stack_pointer: usize) -> usize {
    stack_pointer.wrapping_sub(STACKS_ADDRESS - PAGE_BYTES) / STACK_STRIDE
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_abi::linux::{MAX_THREADS, stack_address};

    #[test]
    fn a_stack_pointer_names_its_thread() {
        for thread in 0..MAX_THREADS {
            let stack = stack_address(thread);
            assert_eq!(thread_of_stack(stack), thread);
            assert_eq!(thread_of_stack(stack + STACK_STRIDE - PAGE_BYTES - 1), thread);
            assert_eq!(thread_of_stack(stack - PAGE_BYTES), thread, "the guard page");
        }
    }

    #[test]
    fn a_stack_pointer_elsewhere_names_no_thread() {
        for elsewhere in [0, 0x7fff_ffff_e000, STACKS_ADDRESS - PAGE_BYTES - 1, usize::MAX] {
            assert!(thread_of_stack(elsewhere) >= MAX_THREADS, "{elsewhere:#x}");
        }
    }
}
