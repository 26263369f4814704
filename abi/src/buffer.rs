//! How a buffer travels in registers: flat, or as a list of slices (AB-7).

/// Set in a length word: the address is that of a table of [`RawSlice`], and the rest of the word
/// is the number of its entries. No real buffer is that long, so the bit is free.
pub const LIST_FLAG: usize = 1 << (usize::BITS - 1);

/// The most slices that a list may have (AB-7).
pub const MAX_SLICES: usize = 8;

/// One entry of a slice table in user memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct RawSlice {
    /// The address of the first byte.
    pub address: usize,
    /// The length in bytes.
    pub length: usize,
}
