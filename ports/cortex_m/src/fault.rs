//! From what the processor says of a fault to the kernel's words for it (PR-2).

use core::ops::Range;

use guichet_kernel::{Fault, FaultCause};
use guichet_port_bare_metal::is_overflow;

use crate::context::Frame;

// What the configurable faults say.
const FETCH: u32 = 1 << 0 | 1 << 8;
const PROTECTION: u32 = 1 << 1;
const PRECISE_BUS: u32 = 1 << 9;
const UNSTACKING: u32 = 1 << 3 | 1 << 11;
const STACKING: u32 = 1 << 4 | 1 << 12 | 1 << 20;
const LAZY_STACKING: u32 = 1 << 5 | 1 << 13;
const MEMORY_ADDRESS: u32 = 1 << 7;
const BUS_ADDRESS: u32 = 1 << 15;
const REFUSED: u32 = 1 << 18;
const BAD_INSTRUCTION: u32 = 1 << 16 | 1 << 17 | 1 << 18 | 1 << 19;
const UNALIGNED: u32 = 1 << 24;
const DIVISION: u32 = 1 << 25;
const MEMORY_FAULT: u32 = 0xFF;
const BUS_FAULT: u32 = 0xFF << 8;
/// What a hard fault says of a breakpoint: that it comes from one, or (QEMU) only that something with
/// no handler of its own has come. All else has one, and says more.
const BREAKPOINT: u32 = 1 << 31 | 1 << 30;

/// In the program status: the processor has moved the stack pointer by one more word, to align it.
const IS_PADDED: usize = 1 << 9;
/// In how the processor returns: the frame has no floating-point registers; it belongs to a thread
/// with a stack of its own, in the state of security that everything runs in.
const IS_SHORT: usize = 1 << 4;
const HAS_OWN_STACK: usize = 1 << 6 | 1 << 3 | 1 << 2;
/// How much longer a frame with floating-point registers is.
const FLOATING_POINT_BYTES: usize = 18 * 4;

/// What the processor says of a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FaultStatus {
    /// What happened, of all but the following.
    pub(crate) configurable: u32,
    /// What happened that has no handler of its own.
    pub(crate) hard: u32,
    /// The address that could not be used, if `configurable` says that it is there.
    pub(crate) memory_address: usize,
    /// The address where there is nothing, if `configurable` says that it is there.
    pub(crate) bus_address: usize,
}

/// Tells whether the processor has put a frame on the thread's own stack; if it has not, what is
/// there means nothing, and may not even be memory. A frame that it refused to go back to has been
/// there once, and QEMU leaves the stack pointer past it.
pub(crate) fn has_frame(status: &FaultStatus, exception_return: usize) -> bool {
    status.configurable & (STACKING | UNSTACKING | REFUSED) == 0
        && exception_return & HAS_OWN_STACK == HAS_OWN_STACK
}

/// The fault of a thread that was stopped with this frame, if it has one, and whose stack pointer
/// and stack these are.
pub(crate) fn fault(
    status: &FaultStatus,
    frame: Option<Frame>,
    stopped: &Stopped,
    stack: &Range<usize>,
) -> Fault {
    let pc = frame.map_or(0, |frame| frame.pc);
    let all = status.configurable;
    // A stack that could not be used is why there is no frame.
    if all & (STACKING | UNSTACKING | LAZY_STACKING) != 0 {
        let address = stopped.stack_pointer;
        return memory_fault(pc, address, address, stack);
    }
    let cause = match () {
        () if all & FETCH != 0 => {
            return Fault { cause: FaultCause::MemoryAccess, pc, address: pc };
        }
        () if all & PROTECTION != 0 || all & PRECISE_BUS != 0 => {
            let stack_pointer = frame.map_or(0, |frame| stopped.before(&frame));
            return memory_fault(pc, status.address(), stack_pointer, stack);
        }
        () if all & (MEMORY_FAULT | BUS_FAULT) != 0 => FaultCause::MemoryAccess,
        () if all & BAD_INSTRUCTION != 0 => FaultCause::IllegalInstruction,
        () if all & UNALIGNED != 0 => FaultCause::Misaligned,
        () if all & DIVISION != 0 => FaultCause::Arithmetic,
        () if status.hard & BREAKPOINT != 0 => FaultCause::Breakpoint,
        // What has left the secure state, where all of its memory is.
        () => FaultCause::MemoryAccess,
    };
    Fault { cause, pc, address: 0 }
}

fn memory_fault(pc: usize, address: usize, stack_pointer: usize, stack: &Range<usize>) -> Fault {
    let cause = if is_overflow(address, stack_pointer, stack) {
        FaultCause::StackOverflow
    } else {
        FaultCause::MemoryAccess
    };
    Fault { cause, pc, address }
}

/// How a thread was stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopped {
    /// Its stack pointer, below its frame.
    pub(crate) stack_pointer: usize,
    /// How the processor returns to it.
    pub(crate) exception_return: usize,
}

impl Stopped {
    /// Its stack pointer as it was before the processor put the frame there.
    fn before(&self, frame: &Frame) -> usize {
        let floating_point =
            if self.exception_return & IS_SHORT == 0 { FLOATING_POINT_BYTES } else { 0 };
        let padding = if frame.status & IS_PADDED == 0 { 0 } else { 4 };
        let bytes = Frame::BYTES.wrapping_add(floating_point).wrapping_add(padding);
        self.stack_pointer.wrapping_add(bytes)
    }
}

impl FaultStatus {
    /// The address that could not be used, if the processor knows it.
    fn address(&self) -> usize {
        if self.configurable & MEMORY_ADDRESS != 0 {
            self.memory_address
        } else if self.configurable & BUS_ADDRESS != 0 {
            self.bus_address
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::TO_THREAD;

    const STACK: Range<usize> = 0x2_1000..0x2_2000;
    const IN_ORDER: Stopped = Stopped { stack_pointer: 0x2_1800, exception_return: TO_THREAD };

    fn status(configurable: u32) -> FaultStatus {
        FaultStatus { configurable, hard: 0, memory_address: 0x4000, bus_address: 0x5000 }
    }

    #[test]
    fn every_fault_has_its_cause_and_address() {
        let table = [
            (1 << 0, FaultCause::MemoryAccess, 0x8000),
            (1 << 8, FaultCause::MemoryAccess, 0x8000),
            (1 << 1 | 1 << 7, FaultCause::MemoryAccess, 0x4000),
            (1 << 9 | 1 << 15, FaultCause::MemoryAccess, 0x5000),
            (1 << 9, FaultCause::MemoryAccess, 0),
            (1 << 10, FaultCause::MemoryAccess, 0),
            (1 << 16, FaultCause::IllegalInstruction, 0),
            (1 << 17, FaultCause::IllegalInstruction, 0),
            (1 << 18, FaultCause::IllegalInstruction, 0),
            (1 << 19, FaultCause::IllegalInstruction, 0),
            (1 << 24, FaultCause::Misaligned, 0),
            (1 << 25, FaultCause::Arithmetic, 0),
            (0, FaultCause::MemoryAccess, 0),
        ];
        for (bits, cause, address) in table {
            let frame = Some(Frame::fresh(0x8000));
            let found = fault(&status(bits), frame, &IN_ORDER, &STACK);
            assert_eq!(found, Fault { cause, pc: 0x8000, address }, "{bits:#x}");
        }
        for hard in [1 << 31, 1 << 30] {
            let breakpoint = FaultStatus { hard, ..status(0) };
            let found = fault(&breakpoint, Some(Frame::fresh(0)), &IN_ORDER, &STACK);
            assert_eq!(found.cause, FaultCause::Breakpoint);
        }
    }

    #[test]
    fn a_frame_that_could_not_be_stored_is_not_there() {
        for bit in [3, 4, 11, 12, 18, 20] {
            assert!(!has_frame(&status(1 << bit), TO_THREAD), "{bit}");
        }
        assert!(has_frame(&status(1 << 1), TO_THREAD));
        assert!(has_frame(&status(0), TO_THREAD & !IS_SHORT));
        // From the state that is not secure, or with the stack of the kernel.
        assert!(!has_frame(&status(0), 0xFFFF_FFB8));
    }

    #[test]
    fn a_stack_that_grew_too_long_is_told_from_a_pointer_that_was_made_up() {
        let below = Stopped { stack_pointer: 0x2_0FE8, ..IN_ORDER };
        let elsewhere = Stopped { stack_pointer: 0x4_0000, ..IN_ORDER };
        for (stopped, cause) in
            [(below, FaultCause::StackOverflow), (elsewhere, FaultCause::MemoryAccess)]
        {
            let found = fault(&status(1 << 4), None, &stopped, &STACK);
            assert_eq!(found, Fault { cause, pc: 0, address: stopped.stack_pointer });
        }
        // A store below the stack, by a thread whose stack pointer was there before its frame was.
        let overflowing = FaultStatus { memory_address: 0x2_0FFC, ..status(1 << 1 | 1 << 7) };
        let stopped = Stopped { stack_pointer: 0x2_0FF0 - Frame::BYTES, ..IN_ORDER };
        let found = fault(&overflowing, Some(Frame::fresh(0)), &stopped, &STACK);
        assert_eq!(found.cause, FaultCause::StackOverflow);
    }

    #[test]
    fn the_stack_pointer_before_the_frame_counts_all_that_is_in_it() {
        let mut frame = Frame::fresh(0);
        assert_eq!(IN_ORDER.before(&frame), 0x2_1800 + Frame::BYTES);
        frame.status |= IS_PADDED;
        let long = Stopped { exception_return: TO_THREAD & !IS_SHORT, ..IN_ORDER };
        assert_eq!(long.before(&frame), 0x2_1800 + Frame::BYTES + 72 + 4);
    }
}
