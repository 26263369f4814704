//! Whether it was a stack that grew too long.

use core::ops::Range;

/// How far past the end of its stack a stack pointer may be and still come from there; a frame is
/// smaller than this. One that is farther away was made up.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// Tells whether an access comes from a stack that has grown too long (PR-2). Below a stack lies
/// memory of somebody else, so the address alone does not tell: the stack pointer must have passed
/// the end too, and the access must be in the frame above it.
pub fn is_overflow(address: usize, stack_pointer: usize, stack: &Range<usize>) -> bool {
    let lowest = stack.start.saturating_sub(MAX_FRAME_BYTES);
    lowest <= stack_pointer && stack_pointer <= address && address < stack.start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overflow_is_one_of_the_stack_and_not_of_a_pointer() {
        let table = [
            (0x2_0FFC, 0x2_0FF0, true),
            (0x2_0FF0, 0x2_0FF0, true),
            (0x2_0FEC, 0x2_0FF0, false), // below the stack pointer
            (0x2_0FFC, 0x2_1010, false), // the stack itself is in order
            (0x2_2000, 0x2_0FF0, false), // above the stack
            (0x2_0FFC, 0x1_0FFC, false), // no frame is that large
        ];
        for (address, stack_pointer, expected) in table {
            let found = is_overflow(address, stack_pointer, &(0x2_1000..0x2_2000));
            assert_eq!(found, expected, "{address:#x}");
        }
    }
}
