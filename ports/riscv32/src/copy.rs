//! User memory, as raw bytes.
//!
//! A process's memory lies at its own addresses, which machine mode can reach as they are. It is
//! never referred to by a reference: it is not Rust's, and its owner writes there at will (though
//! not while the kernel runs).

use core::ptr;

const WORD_BYTES: usize = size_of::<usize>();

/// Copies `length` bytes as `memmove` does.
///
/// # Safety
/// Both ranges are memory of processes.
#[inline(always)]
pub(crate) unsafe fn copy(source: usize, destination: usize, length: usize) {
    let from = ptr::with_exposed_provenance::<u8>(source);
    let to = ptr::with_exposed_provenance_mut::<u8>(destination);
    // SAFETY: (copy-1) the caller vouches for both ranges, and only this hart runs, here.
    unsafe { ptr::copy(from, to, length) }
}

/// Reads words from user memory that need not be aligned.
///
/// # Safety
/// The memory from `source` on is a process's, for as many words.
pub(crate) unsafe fn read_words(source: usize, words: &mut [usize]) {
    let from = ptr::with_exposed_provenance::<u8>(source);
    let length = words.len().wrapping_mul(WORD_BYTES);
    // SAFETY: (copy-2) the caller vouches for the source; the kernel's words are not there.
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
    // SAFETY: (copy-3) the caller vouches for the memory and that it stands still; any byte is a
    // u8.
    take(unsafe { core::slice::from_raw_parts(from, length) })
}
