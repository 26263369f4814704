//! What a thread is while it does not run: its registers.
//!
//! Half of them the processor itself has put on the thread's own stack, in a frame whose place is
//! in the saved stack pointer; it takes them from there again. The rest is here. So a program can
//! rewrite the registers that a blocked thread of its own will get back, and no others.

use guichet_abi::Message;

/// The registers of a thread that the processor does not put on its stack, where the trap saves
/// them. The order is known to the assembly in `trap`.
///
/// A power of two in size, so that finding one is cheap; with floating-point registers it is too
/// large for that to be worth its room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
#[cfg_attr(not(feature = "floating_point"), repr(align(64)))]
pub struct Context {
    /// r6 and r7, which even a call keeps.
    pub(crate) kept: [usize; 2],
    /// The stack pointer, below which nothing is and at which the frame is.
    pub(crate) stack_pointer: usize,
    /// How the processor returns to the thread: whether the frame has floating-point registers.
    pub(crate) exception_return: usize,
    /// r4, r5 and r8 to r11, which a call does not keep: a message is returned in them.
    pub(crate) rest: [usize; 6],
    /// s0 to s31 and their status, if the thread has used any.
    #[cfg(feature = "floating_point")]
    pub(crate) floating_point: [u32; 33],
}

/// What the processor puts on the stack when a thread is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Frame {
    /// r0 to r3 and r12.
    pub(crate) scratch: [usize; 5],
    /// The link register.
    pub(crate) link: usize,
    /// The next instruction.
    pub(crate) pc: usize,
    /// The program status.
    pub(crate) status: usize,
}

/// In the program status: instructions are Thumb instructions. No others exist here.
const THUMB: usize = 1 << 24;
/// To an unprivileged thread with a stack of its own and no floating-point registers in its frame,
/// where that matters within the secure state.
pub(crate) const TO_THREAD: usize = 0xFFFF_FFFD;

impl Context {
    /// Registers that hold nothing.
    pub const ZERO: Context = Context {
        kept: [0; 2],
        stack_pointer: 0,
        exception_return: TO_THREAD,
        rest: [0; 6],
        #[cfg(feature = "floating_point")]
        floating_point: [0; 33],
    };

    /// A thread that is about to run its first instruction, whose frame lies at this address.
    pub(crate) const fn fresh(frame: usize) -> Context {
        let mut context = Context::ZERO;
        context.stack_pointer = frame;
        context
    }
}

impl Context {
    /// Puts a message where a call returns it.
    #[inline(always)]
    pub(crate) fn give(&mut self, message: &Message) {
        // A register has the 32 bits of a word at least.
        self.rest = message.to_words().map(|word| word as usize);
    }
}

impl Frame {
    /// How long it is, without floating-point registers.
    pub(crate) const BYTES: usize = size_of::<Frame>();

    /// The frame of a thread that is about to run its first instruction, with nothing else in its
    /// registers (AB-9). Should it return from there, it faults (PR-5).
    pub(crate) const fn fresh(entry: usize) -> Frame {
        Frame { scratch: [0; 5], link: 0, pc: entry & !1, status: THUMB }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::offset_of;

    #[test]
    fn registers_stand_where_the_assembly_saves_them() {
        const WORD: usize = size_of::<usize>();
        assert_eq!(offset_of!(Context, stack_pointer), 2 * WORD);
        assert_eq!(offset_of!(Context, exception_return), 3 * WORD);
        assert_eq!(offset_of!(Context, rest), 4 * WORD);
        assert_eq!(offset_of!(Frame, pc), 6 * WORD);
        assert_eq!(Frame::BYTES, 8 * WORD);
    }

    #[test]
    fn a_fresh_thread_has_its_entry_and_nothing_else() {
        let frame = Frame::fresh(0x8001);
        assert_eq!((frame.pc, frame.link, frame.status), (0x8000, 0, THUMB));
        assert_eq!(frame.scratch, [0; 5]);
        let context = Context::fresh(0x2000_0FE0);
        assert_eq!(context, Context { stack_pointer: 0x2000_0FE0, ..Context::ZERO });
    }
}
