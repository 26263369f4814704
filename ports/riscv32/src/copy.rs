//! User memory, as raw words.
//!
//! A process's memory lies at its own addresses, which machine mode can reach as they are. A few
//! aligned words, which is what most messages are, are copied in line. The rest is one routine in
//! assembly, for two reasons: it moves 64 bytes in 35 instructions, and it gives back every register
//! as it was, so that the code around it is still one that calls nothing (`trap`).

use core::arch::{asm, global_asm};
use core::ptr;

const WORD_BYTES: usize = size_of::<usize>();

/// What is copied in line, in bytes: beyond this the routine is quicker.
const SHORT_BYTES: usize = 4 * WORD_BYTES;

/// Copies `length` bytes as `memmove` does.
///
/// # Safety
/// Both ranges are memory of processes.
#[inline(always)]
pub(crate) unsafe fn copy(source: usize, destination: usize, length: usize) {
    let is_whole_words = (source | destination | length) % WORD_BYTES == 0;
    // Copying forwards is wrong where the destination begins inside the source.
    let is_apart = destination.wrapping_sub(source) >= length;
    if !(is_whole_words && is_apart && length <= SHORT_BYTES) {
        // SAFETY: (copy-1) the caller vouches for both ranges. The routine takes its words from the
        // stack and keeps every register.
        return unsafe {
            asm!(
                "addi sp, sp, -48",
                "sw {source}, 0(sp)",
                "sw {destination}, 4(sp)",
                "sw {length}, 8(sp)",
                "sw t0, 12(sp)",
                "jal t0, guichet_copy",
                "lw t0, 12(sp)",
                "addi sp, sp, 48",
                source = in(reg) source,
                destination = in(reg) destination,
                length = in(reg) length,
            )
        };
    }
    let mut from = ptr::with_exposed_provenance::<usize>(source);
    let mut to = ptr::with_exposed_provenance_mut::<usize>(destination);
    let end = from.wrapping_byte_add(length);
    while from != end {
        // SAFETY: (copy-2) both are aligned, and inside the ranges for which the caller vouches.
        unsafe { to.write_volatile(from.read_volatile()) };
        from = from.wrapping_add(1);
        to = to.wrapping_add(1);
    }
}

// From, to and how many bytes stand on the stack; t0 is the way back. Blocks of sixteen words, then
// a jump into the middle of such a block for the words that are left, then up to three bytes.
global_asm!(
    ".pushsection .text.guichet_copy,\"ax\",@progbits",
    ".option push",
    // Each pair of instructions in the block has 8 bytes.
    ".option norvc",
    ".balign 4",
    "guichet_copy:",
    "sw t1, 16(sp)",
    "sw t2, 20(sp)",
    "sw t3, 24(sp)",
    "sw t4, 28(sp)",
    "sw t5, 32(sp)",
    "lw t1, 0(sp)",
    "lw t2, 4(sp)",
    "lw t3, 8(sp)",
    "or t4, t1, t2",
    "andi t4, t4, 3",
    "sub t5, t2, t1",
    "bnez t4, 5f",
    "bltu t5, t3, 5f",
    "j 2f",
    "1:",
    "lw t4, 0(t1)",
    "sw t4, 0(t2)",
    "lw t4, 4(t1)",
    "sw t4, 4(t2)",
    "lw t4, 8(t1)",
    "sw t4, 8(t2)",
    "lw t4, 12(t1)",
    "sw t4, 12(t2)",
    "lw t4, 16(t1)",
    "sw t4, 16(t2)",
    "lw t4, 20(t1)",
    "sw t4, 20(t2)",
    "lw t4, 24(t1)",
    "sw t4, 24(t2)",
    "lw t4, 28(t1)",
    "sw t4, 28(t2)",
    "lw t4, 32(t1)",
    "sw t4, 32(t2)",
    "lw t4, 36(t1)",
    "sw t4, 36(t2)",
    "lw t4, 40(t1)",
    "sw t4, 40(t2)",
    "lw t4, 44(t1)",
    "sw t4, 44(t2)",
    "lw t4, 48(t1)",
    "sw t4, 48(t2)",
    "lw t4, 52(t1)",
    "sw t4, 52(t2)",
    "lw t4, 56(t1)",
    "sw t4, 56(t2)",
    "lw t4, 60(t1)",
    "sw t4, 60(t2)",
    "addi t1, t1, 64",
    "addi t2, t2, 64",
    // After the last jump into the block nothing is left of the words.
    "bltz t3, 3f",
    "2:",
    "addi t3, t3, -64",
    "bgez t3, 1b",
    // What is left, less 64: back by that in both ranges, and forward by it in the block.
    "andi t4, t3, -4",
    "add t1, t1, t4",
    "add t2, t2, t4",
    "slli t4, t4, 1",
    "la t5, 1b",
    "sub t5, t5, t4",
    "jr t5",
    "3:",
    "andi t3, t3, 3",
    "beqz t3, 6f",
    "4:",
    "lbu t4, 0(t1)",
    "sb t4, 0(t2)",
    "addi t1, t1, 1",
    "addi t2, t2, 1",
    "addi t3, t3, -1",
    "bnez t3, 4b",
    "6:",
    "lw t1, 16(sp)",
    "lw t2, 20(sp)",
    "lw t3, 24(sp)",
    "lw t4, 28(sp)",
    "lw t5, 32(sp)",
    "jr t0",
    // Not aligned, or overlapping. Where the destination begins inside the source, from the end.
    "5:",
    "beqz t3, 6b",
    "sub t5, t2, t1",
    "bltu t5, t3, 8f",
    // As far as both are aligned alike, single bytes until they are aligned, and again.
    "xor t4, t1, t2",
    "andi t4, t4, 3",
    "bnez t4, 4b",
    "7:",
    "beqz t3, 6b",
    "lbu t4, 0(t1)",
    "sb t4, 0(t2)",
    "addi t1, t1, 1",
    "addi t2, t2, 1",
    "addi t3, t3, -1",
    "andi t4, t1, 3",
    "bnez t4, 7b",
    "j 2b",
    "8:",
    "add t1, t1, t3",
    "add t2, t2, t3",
    "9:",
    "addi t1, t1, -1",
    "addi t2, t2, -1",
    "lbu t4, 0(t1)",
    "sb t4, 0(t2)",
    "addi t3, t3, -1",
    "bnez t3, 9b",
    "j 6b",
    ".option pop",
    // What the compiler calls where the kernel copies something of its own: the library's way is
    // as long as all of this and, for a few words, slower.
    ".globl memcpy",
    ".type memcpy,@function",
    "memcpy:",
    "addi sp, sp, -48",
    "sw a1, 0(sp)",
    "sw a0, 4(sp)",
    "sw a2, 8(sp)",
    "jal t0, guichet_copy",
    "addi sp, sp, 48",
    "ret",
    ".popsection",
);
