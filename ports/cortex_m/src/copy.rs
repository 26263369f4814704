//! User memory, as raw bytes.
//!
//! Short messages of whole words are copied on the spot, a word at a time; longer ones by blocks
//! of eight words, which the processor moves in two instructions; everything else by the library.

use core::arch::asm;
use core::ptr;

/// What is copied on the spot at most.
const SHORT_BYTES: usize = 32;
/// What is copied by two instructions.
const BLOCK_BYTES: usize = 32;
const WORD_BYTES: usize = 4;

/// Copies `length` bytes as `memmove` does.
///
/// # Safety
/// Both ranges are memory of processes.
#[inline(always)]
pub(crate) unsafe fn copy(source: usize, destination: usize, length: usize) {
    // SAFETY: (copy-1) the caller vouches for both ranges; what is copied by words is aligned.
    unsafe {
        if length <= SHORT_BYTES && (source | destination | length) % WORD_BYTES == 0 {
            // All words are taken before one is put down only if they do not overlap, or go down.
            if destination.wrapping_sub(source) >= length {
                return copy_words(source, destination, length);
            }
        }
        copy_long(source, destination, length);
    }
}

/// Copies whole words, upwards.
///
/// # Safety
/// As for [`copy`]; addresses and length are multiples of a word.
#[inline(always)]
unsafe fn copy_words(source: usize, destination: usize, length: usize) {
    let from = ptr::with_exposed_provenance::<u32>(source);
    let to = ptr::with_exposed_provenance_mut::<u32>(destination);
    let mut offset = 0;
    while offset != length {
        // SAFETY: (copy-2) the word lies in both ranges. Volatile, lest it becomes a call again.
        unsafe { to.byte_add(offset).write_volatile(from.byte_add(offset).read_volatile()) };
        offset = offset.wrapping_add(WORD_BYTES);
    }
}

/// # Safety
/// As for [`copy`].
#[inline(never)]
unsafe fn copy_long(source: usize, destination: usize, length: usize) {
    let is_aligned = (source | destination) % WORD_BYTES == 0;
    // SAFETY: (copy-3) the caller vouches for both ranges, and only this processor runs, here.
    unsafe {
        if !is_aligned || destination.wrapping_sub(source) < length {
            let from = ptr::with_exposed_provenance::<u8>(source);
            let to = ptr::with_exposed_provenance_mut::<u8>(destination);
            return ptr::copy(from, to, length);
        }
        let blocks = length / BLOCK_BYTES * BLOCK_BYTES;
        copy_blocks(source, destination, blocks);
        let (source, destination) = (source.wrapping_add(blocks), destination.wrapping_add(blocks));
        let words = length % BLOCK_BYTES / WORD_BYTES * WORD_BYTES;
        copy_words(source, destination, words);
        for offset in words..length % BLOCK_BYTES {
            let from = ptr::with_exposed_provenance::<u8>(source.wrapping_add(offset));
            let to = ptr::with_exposed_provenance_mut::<u8>(destination.wrapping_add(offset));
            to.write_volatile(from.read_volatile());
        }
    }
}

/// Copies whole blocks, upwards.
///
/// # Safety
/// As for [`copy`]; addresses are multiples of a word and the length is one of a block.
unsafe fn copy_blocks(source: usize, destination: usize, length: usize) {
    // SAFETY: (copy-4) the block lies in both ranges.
    unsafe {
        asm!(
            "2:",
            "cmp {from}, {end}",
            "beq 3f",
            "ldm {from}!, {{r3, r4, r5, r8}}",
            "stm {to}!, {{r3, r4, r5, r8}}",
            "ldm {from}!, {{r3, r4, r5, r8}}",
            "stm {to}!, {{r3, r4, r5, r8}}",
            "b 2b",
            "3:",
            from = inout(reg) source => _,
            to = inout(reg) destination => _,
            end = in(reg) source.wrapping_add(length),
            out("r3") _,
            out("r4") _,
            out("r5") _,
            out("r8") _,
            options(nostack),
        );
    }
}
