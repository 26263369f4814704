//! Buffers, and how they become the two words in which a call takes them (AB-7).
//!
//! A flat buffer is its address and its length. A list of slices is the address of a table of
//! [`RawSlice`] and the number of its entries, marked by [`LIST_FLAG`]. The table is written out
//! on the stack of the call, because how Rust lays out a `&[u8]` in memory is Rust's own affair
//! and may change with any compiler; it lives as long as the call, whose closure receives its
//! address.
//!
//! The traits are sealed: what the kernel may write into must be plain bytes, and only these types
//! are known to be.

use guichet_abi::{LIST_FLAG, MAX_SLICES, RawSlice};

/// A buffer that the kernel reads from: `[u8]`, `[u8; N]`, or a list of up to eight slices of
/// bytes (AB-7).
pub trait SyscallBuffer: sealed::Words {}

/// A buffer that the kernel writes into: `[u8]`, `[u8; N]`, or a list of up to eight mutable
/// slices of bytes (AB-7).
pub trait SyscallBufferMut: sealed::WordsMut {}

pub(crate) mod sealed {
    /// A buffer as an address word and a length word, for reading.
    pub trait Words {
        /// Runs `call` with the two words; they are good until it returns.
        fn with_words<T>(&self, call: impl FnOnce(usize, usize) -> T) -> T;
    }

    /// A buffer as an address word and a length word, for writing.
    pub trait WordsMut {
        /// Runs `call` with the two words; they are good until it returns.
        fn with_words_mut<T>(&mut self, call: impl FnOnce(usize, usize) -> T) -> T;
    }
}

use sealed::{Words, WordsMut};

/// Writes the table of a list and runs `call` with the list's two words. Of a list that is too
/// long the table holds the beginning and the length word the truth: the kernel refuses it by its
/// length, before it looks at the table.
fn with_table<T>(
    slice_count: usize,
    slices: impl Iterator<Item = RawSlice>,
    call: impl FnOnce(usize, usize) -> T,
) -> T {
    let mut table = [RawSlice::default(); MAX_SLICES];
    for (entry, slice) in table.iter_mut().zip(slices) {
        *entry = slice;
    }
    // A slice takes two words, so no list is long enough to reach the flag's bit.
    call(table.as_ptr().expose_provenance(), LIST_FLAG | slice_count)
}

fn raw(slice: &[u8]) -> RawSlice {
    RawSlice { address: slice.as_ptr().expose_provenance(), length: slice.len() }
}

fn raw_mut(slice: &mut [u8]) -> RawSlice {
    RawSlice { address: slice.as_mut_ptr().expose_provenance(), length: slice.len() }
}

impl SyscallBuffer for [u8] {}
impl Words for [u8] {
    #[inline(always)]
    fn with_words<T>(&self, call: impl FnOnce(usize, usize) -> T) -> T {
        let RawSlice { address, length } = raw(self);
        call(address, length)
    }
}

impl SyscallBufferMut for [u8] {}
impl WordsMut for [u8] {
    #[inline(always)]
    fn with_words_mut<T>(&mut self, call: impl FnOnce(usize, usize) -> T) -> T {
        let RawSlice { address, length } = raw_mut(self);
        call(address, length)
    }
}

impl SyscallBuffer for [&[u8]] {}
impl Words for [&[u8]] {
    fn with_words<T>(&self, call: impl FnOnce(usize, usize) -> T) -> T {
        with_table(self.len(), self.iter().map(|slice| raw(slice)), call)
    }
}

impl SyscallBuffer for [&mut [u8]] {}
impl Words for [&mut [u8]] {
    fn with_words<T>(&self, call: impl FnOnce(usize, usize) -> T) -> T {
        with_table(self.len(), self.iter().map(|slice| raw(slice)), call)
    }
}

impl SyscallBufferMut for [&mut [u8]] {}
impl WordsMut for [&mut [u8]] {
    fn with_words_mut<T>(&mut self, call: impl FnOnce(usize, usize) -> T) -> T {
        with_table(self.len(), self.iter_mut().map(|slice| raw_mut(slice)), call)
    }
}

/// An array behaves as the slice of all its elements.
macro_rules! arrays_as_slices {
    ($($element:ty: $($trait:ident)+;)+) => {$($(
        arrays_as_slices!(@ $trait $element);
    )+)+};
    (@ read $element:ty) => {
        impl<const N: usize> SyscallBuffer for [$element; N] {}
        impl<const N: usize> Words for [$element; N] {
            #[inline(always)]
            fn with_words<T>(&self, call: impl FnOnce(usize, usize) -> T) -> T {
                self.as_slice().with_words(call)
            }
        }
    };
    (@ write $element:ty) => {
        impl<const N: usize> SyscallBufferMut for [$element; N] {}
        impl<const N: usize> WordsMut for [$element; N] {
            #[inline(always)]
            fn with_words_mut<T>(&mut self, call: impl FnOnce(usize, usize) -> T) -> T {
                self.as_mut_slice().with_words_mut(call)
            }
        }
    };
}

arrays_as_slices! {
    u8: read write;
    &[u8]: read;
    &mut [u8]: read write;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Reads the table back as the kernel would.
    fn table(address: usize, length: usize) -> Vec<RawSlice> {
        let count = (length & !LIST_FLAG).min(MAX_SLICES);
        let entries = core::ptr::with_exposed_provenance::<RawSlice>(address);
        // SAFETY: called inside `with_words`, while the table of MAX_SLICES entries lives.
        unsafe { core::slice::from_raw_parts(entries, count) }.to_vec()
    }

    #[test]
    fn a_flat_buffer_is_its_address_and_length() {
        let mut bytes = [1u8, 2, 3];
        let address = bytes.as_ptr() as usize;
        assert_eq!(bytes.with_words(|a, l| (a, l)), (address, 3));
        assert_eq!(bytes[..2].with_words(|a, l| (a, l)), (address, 2));
        assert_eq!(bytes.with_words_mut(|a, l| (a, l)), (address, 3));
        assert_eq!(bytes[1..].with_words_mut(|a, l| (a, l)), (address + 1, 2));
        assert_eq!([0u8; 0].with_words(|_, l| l), 0);
    }

    #[test]
    fn a_list_is_a_table_of_its_slices() {
        let (first, second) = ([1u8; 4], [2u8; 9]);
        let expected = [raw(&first), raw(&second)];
        let list: [&[u8]; 2] = [&first, &second];
        list.with_words(|address, length| {
            assert_eq!(length, LIST_FLAG | 2);
            assert_eq!(table(address, length), expected);
        });
        list[1..].with_words(|address, length| {
            assert_eq!(table(address, length), expected[1..]);
        });
    }

    #[test]
    fn a_mutable_list_serves_both_ways() {
        let (mut first, mut second) = ([1u8; 4], [2u8; 9]);
        let expected = [raw(&first), raw(&second)];
        let mut list: [&mut [u8]; 2] = [&mut first, &mut second];
        list.with_words(|a, l| assert_eq!(table(a, l), expected));
        list.with_words_mut(|a, l| assert_eq!(table(a, l), expected));
        list[..1].with_words_mut(|a, l| assert_eq!(table(a, l), expected[..1]));
    }

    #[test]
    fn a_list_too_long_says_so_and_one_of_eight_fits() {
        let byte = [0u8; 1];
        let list: [&[u8]; MAX_SLICES + 1] = [&byte; MAX_SLICES + 1];
        list.with_words(|_, length| assert_eq!(length, LIST_FLAG | (MAX_SLICES + 1)));
        list[..MAX_SLICES].with_words(|address, length| {
            assert_eq!(length, LIST_FLAG | MAX_SLICES);
            assert_eq!(table(address, length), [raw(&byte); MAX_SLICES]);
        });
    }

    #[test]
    fn an_empty_list_is_a_list_of_nothing() {
        let list: [&[u8]; 0] = [];
        list.with_words(|_, length| assert_eq!(length, LIST_FLAG));
    }
}
