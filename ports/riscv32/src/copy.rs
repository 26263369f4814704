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
    // With these registers, each instruction of the block has 2 bytes: a pair has 4, as a word has.
    ".option rvc",
    ".balign 4",
    "guichet_copy:",
    "sw a1, 16(sp)",
    "sw a2, 20(sp)",
    "sw a3, 24(sp)",
    "sw a4, 28(sp)",
    "sw a5, 32(sp)",
    "lw a1, 0(sp)",
    "lw a2, 4(sp)",
    "lw a3, 8(sp)",
    "or a4, a1, a2",
    "andi a4, a4, 3",
    "sub a5, a2, a1",
    "bnez a4, 5f",
    "bltu a5, a3, 5f",
    "j 2f",
    "1:",
    "c.lw a4, 0(a1)",
    "c.sw a4, 0(a2)",
    "c.lw a4, 4(a1)",
    "c.sw a4, 4(a2)",
    "c.lw a4, 8(a1)",
    "c.sw a4, 8(a2)",
    "c.lw a4, 12(a1)",
    "c.sw a4, 12(a2)",
    "c.lw a4, 16(a1)",
    "c.sw a4, 16(a2)",
    "c.lw a4, 20(a1)",
    "c.sw a4, 20(a2)",
    "c.lw a4, 24(a1)",
    "c.sw a4, 24(a2)",
    "c.lw a4, 28(a1)",
    "c.sw a4, 28(a2)",
    "c.lw a4, 32(a1)",
    "c.sw a4, 32(a2)",
    "c.lw a4, 36(a1)",
    "c.sw a4, 36(a2)",
    "c.lw a4, 40(a1)",
    "c.sw a4, 40(a2)",
    "c.lw a4, 44(a1)",
    "c.sw a4, 44(a2)",
    "c.lw a4, 48(a1)",
    "c.sw a4, 48(a2)",
    "c.lw a4, 52(a1)",
    "c.sw a4, 52(a2)",
    "c.lw a4, 56(a1)",
    "c.sw a4, 56(a2)",
    "c.lw a4, 60(a1)",
    "c.sw a4, 60(a2)",
    "addi a1, a1, 64",
    "addi a2, a2, 64",
    // After the last jump into the block nothing is left of the words.
    "bltz a3, 3f",
    "2:",
    "addi a3, a3, -64",
    "bgez a3, 1b",
    // What is left, less 64: back by that in both ranges, and forward by it in the block.
    "andi a4, a3, -4",
    "add a1, a1, a4",
    "add a2, a2, a4",
    "la a5, 1b",
    "sub a5, a5, a4",
    "jr a5",
    "3:",
    "andi a3, a3, 3",
    "beqz a3, 6f",
    "4:",
    "lbu a4, 0(a1)",
    "sb a4, 0(a2)",
    "addi a1, a1, 1",
    "addi a2, a2, 1",
    "addi a3, a3, -1",
    "bnez a3, 4b",
    "6:",
    "lw a1, 16(sp)",
    "lw a2, 20(sp)",
    "lw a3, 24(sp)",
    "lw a4, 28(sp)",
    "lw a5, 32(sp)",
    "jr t0",
    // Not aligned, or overlapping. Where the destination begins inside the source, from the end.
    "5:",
    "beqz a3, 6b",
    "sub a5, a2, a1",
    "bltu a5, a3, 8f",
    // As far as both are aligned alike, single bytes until they are aligned, and again.
    "xor a4, a1, a2",
    "andi a4, a4, 3",
    "bnez a4, 4b",
    "7:",
    "beqz a3, 6b",
    "lbu a4, 0(a1)",
    "sb a4, 0(a2)",
    "addi a1, a1, 1",
    "addi a2, a2, 1",
    "addi a3, a3, -1",
    "andi a4, a1, 3",
    "bnez a4, 7b",
    "j 2b",
    "8:",
    "add a1, a1, a3",
    "add a2, a2, a3",
    "9:",
    "addi a1, a1, -1",
    "addi a2, a2, -1",
    "lbu a4, 0(a1)",
    "sb a4, 0(a2)",
    "addi a3, a3, -1",
    "bnez a3, 9b",
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
