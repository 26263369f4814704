//! From what the hart says of an exception to the kernel's words for it (PR-2).

use core::ops::Range;

use guichet_kernel::{Fault, FaultCause};
use guichet_port_bare_metal::is_overflow;

/// Set in mcause for an interrupt.
pub(crate) const INTERRUPT: usize = 1 << (usize::BITS - 1);
/// What mcause says of the machine timer's interrupt.
pub(crate) const TIMER: usize = INTERRUPT | 7;
/// What mcause says of an external interrupt.
pub(crate) const EXTERNAL: usize = INTERRUPT | 11;

/// The fault for the exception `cause` with the trap value `value`, of a thread that was stopped
/// with these registers and has this stack.
pub(crate) fn fault(
    cause: usize,
    value: usize,
    pc: usize,
    stack_pointer: usize,
    stack: &Range<usize>,
) -> Fault {
    let (cause, address) = match cause {
        0 | 4 | 6 => (FaultCause::Misaligned, value),
        1 => (FaultCause::MemoryAccess, value),
        // What could not be executed stands at the pc; the trap value is the instruction itself.
        2 => (FaultCause::IllegalInstruction, 0),
        3 => (FaultCause::Breakpoint, 0),
        5 | 7 if is_overflow(value, stack_pointer, stack) => (FaultCause::StackOverflow, value),
        5 | 7 => (FaultCause::MemoryAccess, value),
        _ => (FaultCause::Unknown, value),
    };
    Fault { cause, pc, address }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: Range<usize> = 0x2_1000..0x2_2000;

    #[test]
    fn every_exception_has_its_cause_and_address() {
        let table = [
            (0, 0x11, FaultCause::Misaligned, 0x11),
            (1, 0x4000, FaultCause::MemoryAccess, 0x4000),
            (2, 0xC000_1073, FaultCause::IllegalInstruction, 0),
            (3, 0x8000, FaultCause::Breakpoint, 0),
            (4, 3, FaultCause::Misaligned, 3),
            (5, 0, FaultCause::MemoryAccess, 0),
            (7, usize::MAX, FaultCause::MemoryAccess, usize::MAX),
            (12, 5, FaultCause::Unknown, 5),
        ];
        for (number, value, cause, address) in table {
            let found = fault(number, value, 0x8000, 0x2_1800, &STACK);
            assert_eq!(found, Fault { cause, pc: 0x8000, address }, "{number}");
        }
    }

    #[test]
    fn an_access_past_the_end_of_the_stack_is_an_overflow() {
        for (number, expected) in [(5, true), (7, true), (1, false)] {
            let found = fault(number, 0x2_0FFC, 0, 0x2_0FF0, &STACK);
            assert_eq!(found.cause == FaultCause::StackOverflow, expected, "{number}");
        }
    }
}
