//! User memory, as raw bytes.
//!
//! A process's memory lies at its own addresses, which the kernel can reach as they are. It is
//! never kept in a reference: it is not Rust's, and its owner writes there at will (though not
//! while the kernel runs).

use core::ptr;

const WORD_BYTES: usize = size_of::<usize>();

/// Reads words from user memory that need not be aligned.
///
/// # Safety
/// The memory from `source` on is a process's, for as many words.
pub(crate) unsafe fn read_words(source: usize, words: &mut [usize]) {
    let from = ptr::with_exposed_provenance::<u8>(source);
    let length = words.len().wrapping_mul(WORD_BYTES);
    // SAFETY: (memory-1) the caller vouches for the source; the kernel's words are not there.
    unsafe { ptr::copy_nonoverlapping(from, words.as_mut_ptr().cast(), length) }
}

/// Hands text of user memory to `take`.
///
/// # Safety
/// The memory from `source` on is a process's, for `length` bytes, and nobody writes there before
/// `take` returns.
pub(crate) unsafe fn with_text<T>(
    source: usize,
    length: usize,
    take: impl FnOnce(&[u8]) -> T,
) -> T {
    if length == 0 {
        return take(&[]);
    }
    let from = ptr::with_exposed_provenance::<u8>(source);
    // SAFETY: (memory-2) the caller vouches for the memory and that it stands still; any byte is a
    // u8.
    take(unsafe { core::slice::from_raw_parts(from, length) })
}
