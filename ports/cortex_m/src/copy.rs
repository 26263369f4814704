//! User memory, as raw words.
//!
//! A process's memory lies at its own addresses, which the kernel can reach as they are. A few
//! aligned words, which is what most messages are, are copied in line. The rest is one routine in
//! assembly, for two reasons: it moves eight words in two instructions, and it gives back every
//! register as it was, so that the code around it is still one that calls nothing (`trap`).

use core::arch::{asm, global_asm};
use core::ptr;

const WORD_BYTES: usize = 4;

/// What is copied in line, in bytes: beyond this the routine is quicker.
const SHORT_BYTES: usize = 8 * WORD_BYTES;

/// Copies `length` bytes as `memmove` does.
///
/// # Safety
/// Both ranges are memory of processes.
#[inline(always)]
pub(crate) unsafe fn copy(source: usize, destination: usize, length: usize) {
    let is_whole_words = (source | destination | length) % WORD_BYTES == 0;
    // Copying upwards is wrong where the destination begins inside the source.
    let is_apart = destination.wrapping_sub(source) >= length;
    if !(is_whole_words && is_apart && length <= SHORT_BYTES) {
        // SAFETY: (copy-1) the caller vouches for both ranges. The routine takes its words from the
        // stack and keeps every register.
        return unsafe {
            asm!(
                "sub sp, sp, #16",
                "str {source}, [sp]",
                "str {destination}, [sp, #4]",
                "str {length}, [sp, #8]",
                "str lr, [sp, #12]",
                "bl guichet_copy",
                "ldr lr, [sp, #12]",
                "add sp, sp, #16",
                source = in(reg) source,
                destination = in(reg) destination,
                length = in(reg) length,
            )
        };
    }
    let mut from = ptr::with_exposed_provenance::<u32>(source);
    let mut to = ptr::with_exposed_provenance_mut::<u32>(destination);
    let end = from.wrapping_byte_add(length);
    while from != end {
        // SAFETY: (copy-2) both are aligned, and inside the ranges for which the caller vouches.
        // Volatile, lest the loop becomes a call again.
        unsafe { to.write_volatile(from.read_volatile()) };
        from = from.wrapping_add(1);
        to = to.wrapping_add(1);
    }
}

// From, to and how many bytes stand on the stack. Blocks of eight words, then words, then bytes.
global_asm!(
    ".syntax unified",
    ".pushsection .text.guichet_copy,\"ax\",%progbits",
    ".balign 4",
    ".type guichet_copy,%function",
    ".thumb_func",
    "guichet_copy:",
    "push {{r0-r6, r8-r12, lr}}",
    "ldrd r0, r1, [sp, #52]",
    "ldr r2, [sp, #60]",
    "orr r3, r0, r1",
    "tst r3, #3",
    "bne 5f",
    "sub r3, r1, r0",
    "cmp r3, r2",
    "blo 5f",
    "b 2f",
    "1:",
    "ldm r0!, {{r3-r6, r8-r11}}",
    "stm r1!, {{r3-r6, r8-r11}}",
    "2:",
    "subs r2, #32",
    "bhs 1b",
    "adds r2, #28",
    "bmi 4f",
    "3:",
    "ldr r3, [r0], #4",
    "str r3, [r1], #4",
    "subs r2, #4",
    "bpl 3b",
    "4:",
    "adds r2, #4",
    "beq 7f",
    "6:",
    "ldrb r3, [r0], #1",
    "strb r3, [r1], #1",
    "subs r2, #1",
    "bne 6b",
    "7:",
    "pop {{r0-r6, r8-r12, pc}}",
    // Not aligned, or overlapping. Where the destination begins inside the source, from the end.
    "5:",
    "cmp r2, #0",
    "beq 7b",
    "subs r3, r1, r0",
    "cmp r3, r2",
    "blo 8f",
    // As far as both are aligned alike, single bytes until they are aligned, and again.
    "tst r3, #3",
    "bne 6b",
    "9:",
    "cmp r2, #0",
    "beq 7b",
    "ldrb r3, [r0], #1",
    "strb r3, [r1], #1",
    "subs r2, #1",
    "tst r0, #3",
    "bne 9b",
    "b 2b",
    "8:",
    "subs r2, #1",
    "ldrb r3, [r0, r2]",
    "strb r3, [r1, r2]",
    "bne 8b",
    "b 7b",
    // What the compiler calls where the kernel copies something of its own: the library's way is
    // longer than all of this and, for a few words, slower.
    ".globl memcpy, __aeabi_memcpy, __aeabi_memcpy4, __aeabi_memcpy8",
    ".type memcpy,%function",
    ".type __aeabi_memcpy,%function",
    ".type __aeabi_memcpy4,%function",
    ".type __aeabi_memcpy8,%function",
    ".thumb_func",
    "memcpy:",
    ".thumb_func",
    "__aeabi_memcpy:",
    ".thumb_func",
    "__aeabi_memcpy4:",
    ".thumb_func",
    "__aeabi_memcpy8:",
    "mov r3, r2",
    "mov r2, r0",
    "push {{r1, r2, r3, lr}}",
    "bl guichet_copy",
    "pop {{r1, r2, r3, pc}}",
    ".popsection",
);
