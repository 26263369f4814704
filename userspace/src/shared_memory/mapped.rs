//! Regions that several processes use at the same time.

use core::ops::Range;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU32, Ordering};

use guichet_abi::{Error, Result};

use super::Rights;
use super::usage::Mapping;
use crate::syscall;

const WORD_BYTES: usize = size_of::<u32>();

/// A region that is mapped while others use it too. Any byte may change at any moment, so there are no
/// slices of it, but words that are read and written each in one piece. Dropping it unmaps it.
///
/// While another process holds the region, touching it is a fault, which ends this process: whoever
/// lends regions does not use them so.
#[derive(Debug)]
pub struct Mapped {
    words: NonNull<[AtomicU32]>,
    may_write: bool,
    mapping: Mapping,
}

// SAFETY: the words are atomics, which all threads may use.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    pub(super) fn new(mapping: Mapping, rights: Rights) -> Result<Mapped> {
        // SAFETY: `mapping` says that there is no guard.
        let (address, length) =
            unsafe { syscall::shared_memory_map(mapping.region().handle(), rights) }?;
        let first = core::ptr::with_exposed_provenance_mut::<AtomicU32>(address);
        let first =
            NonNull::new(first).filter(|first| first.is_aligned()).ok_or(Error::Internal)?;
        let words = NonNull::slice_from_raw_parts(first, length / WORD_BYTES);
        Ok(Mapped { words, may_write: rights.may_write(), mapping })
    }

    /// The words of the region, if it is mapped for reading and writing. The last bytes are not among
    /// them if the region's size is no multiple of four.
    ///
    /// # Errors
    /// `PermissionDenied` if it is mapped for reading.
    pub fn words(&self) -> Result<&[AtomicU32]> {
        if self.may_write { Ok(self.all()) } else { Err(Error::PermissionDenied) }
    }

    /// The word with this index, counted from the beginning of the region; `None` if it has not so many,
    /// or is mapped for reading.
    pub fn atomic_u32(&self, index: usize) -> Option<&AtomicU32> {
        self.words().ok()?.get(index)
    }

    /// What the word with this index is now.
    pub fn load(&self, index: usize, order: Ordering) -> Option<u32> {
        self.all().get(index).map(|word| word.load(order))
    }

    /// Copies bytes out of the region, word by word, from the byte at `offset` on. Others may write
    /// meanwhile: then some words are old and some new.
    ///
    /// # Errors
    /// `OutOfRange` if it has not so many bytes; nothing was copied then.
    pub fn read(&self, offset: usize, bytes: &mut [u8]) -> Result<()> {
        let mut rest = bytes;
        for (word, inside) in pieces(self.all(), offset, rest.len())? {
            let (piece, behind) = rest.split_at_mut(inside.len());
            let found = word.load(Ordering::Relaxed).to_ne_bytes();
            piece.copy_from_slice(&found[inside]);
            rest = behind;
        }
        Ok(())
    }

    /// Copies bytes into the region, word by word, from the byte at `offset` on. Of a word that is written
    /// in part the rest stays as it is, whatever others do.
    ///
    /// # Errors
    /// `OutOfRange` if it has not so many bytes, `PermissionDenied` if it is mapped for reading; nothing
    /// was copied then.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        for (word, inside) in pieces(self.words()?, offset, bytes.len())? {
            let (piece, behind) = rest.split_at(inside.len());
            store(word, inside, piece);
            rest = behind;
        }
        Ok(())
    }

    fn all(&self) -> &[AtomicU32] {
        // SAFETY: the words are mapped until the end of this value, nobody has a slice of their bytes
        // meanwhile (`usage.rs`), and whatever others write there is a value.
        unsafe { self.words.as_ref() }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        let _ = syscall::shared_memory_unmap(self.mapping.region().handle());
    }
}

/// Puts a piece into a word.
fn store(word: &AtomicU32, inside: Range<usize>, piece: &[u8]) {
    if let Ok(whole) = <[u8; WORD_BYTES]>::try_from(piece) {
        word.store(u32::from_ne_bytes(whole), Ordering::Relaxed);
        return;
    }
    let change = |before: u32| {
        let mut bytes = before.to_ne_bytes();
        bytes[inside.clone()].copy_from_slice(piece);
        Some(u32::from_ne_bytes(bytes))
    };
    // It is told to change the word in any case.
    let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
}

/// The words with `length` bytes from `offset` on, and which bytes of each these are.
fn pieces(
    words: &[AtomicU32],
    offset: usize,
    length: usize,
) -> Result<impl Iterator<Item = (&AtomicU32, Range<usize>)>> {
    let end = offset.checked_add(length).ok_or(Error::OutOfRange)?;
    if end > words.len() * WORD_BYTES {
        return Err(Error::OutOfRange);
    }
    let first = offset / WORD_BYTES;
    let touched = words.get(first..end.div_ceil(WORD_BYTES)).unwrap_or(&[]);
    Ok(touched.iter().zip(first..).filter_map(move |(word, index)| {
        let start = index * WORD_BYTES;
        let inside = offset.saturating_sub(start)..(end - start).min(WORD_BYTES);
        (!inside.is_empty()).then_some((word, inside))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn words(count: usize) -> Vec<AtomicU32> {
        (0..count).map(|_| AtomicU32::new(u32::from_ne_bytes([0xEE; 4]))).collect()
    }

    fn bytes(words: &[AtomicU32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes()).collect()
    }

    #[test]
    fn every_stretch_is_cut_into_its_pieces() {
        for offset in 0..=12 {
            for length in 0..=12 - offset {
                let words = words(3);
                let written: Vec<u8> = (1..).take(length).collect();
                let mut rest = &written[..];
                for (word, inside) in pieces(&words, offset, length).unwrap() {
                    let (piece, behind) = rest.split_at(inside.len());
                    store(word, inside, piece);
                    rest = behind;
                }
                assert!(rest.is_empty());
                let mut expected = vec![0xEE; 12];
                expected[offset..offset + length].copy_from_slice(&written);
                assert_eq!(bytes(&words), expected, "{offset} {length}");
            }
        }
    }

    #[test]
    fn what_lies_beyond_is_refused() {
        let words = words(3);
        for (offset, length) in [(13, 0), (12, 1), (0, 13), (usize::MAX, 2), (1, usize::MAX)] {
            assert!(pieces(&words, offset, length).is_err(), "{offset} {length}");
        }
    }
}
