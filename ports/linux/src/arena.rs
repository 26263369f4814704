//! The arena: the memory that programs share with one another.
//!
//! One sealed memory file holds all regions of shared memory, one after the other, and behind them what each
//! program has of its own to share (NO-2). The supervisor has all of it mapped; a program has of it what the
//! kernel says, at the same address as every other. A program that changes bytes while the supervisor copies
//! them gets torn bytes and nothing more: there is never a reference to them.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::ptr::NonNull;

use guichet_abi::linux::{PAGE_BYTES, SHARED_ADDRESS};
use guichet_kernel::Span;

use crate::memory_file::{Mapping, sealed_file};

/// The largest arena, in bytes: far more than a machine has, far less than there are addresses.
const MAX_BYTES: usize = 1 << 40;

/// The memory that programs share.
pub(crate) struct Arena {
    file: File,
    mapping: Mapping,
    length: usize,
}

impl Arena {
    /// Makes an arena of this length, all zeroes.
    pub(crate) fn create(length: usize) -> io::Result<Arena> {
        let file = sealed_file(c"guichet-shared", length)?;
        let mapping = Mapping::of_file(file.as_fd(), length)?;
        Ok(Arena { file, mapping, length })
    }

    /// The descriptor, to be given to the programs that share something.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// The length in bytes.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Where the supervisor finds these bytes of any program, if they all lie in the arena. Good for
    /// as long as self lives.
    pub(crate) fn bytes(&self, address: usize, length: usize) -> Option<NonNull<u8>> {
        let offset = address.checked_sub(SHARED_ADDRESS)?;
        if offset.checked_add(length)? > self.length {
            return None;
        }
        // SAFETY: (arena-1) within the mapping, as was just compared.
        Some(unsafe { self.mapping.start().byte_add(offset) }.cast())
    }

    /// Makes every byte zero. No program runs that shares it.
    pub(crate) fn clear(&self) {
        self.clear_span(Span { start: SHARED_ADDRESS, end: SHARED_ADDRESS + self.length });
    }

    /// Makes every byte of a span zero, if it lies in the arena. No program runs that has it mapped.
    pub(crate) fn clear_span(&self, Span { start, end }: Span) {
        let length = end.saturating_sub(start);
        if let Some(bytes) = self.bytes(start, length) {
            // SAFETY: (arena-2) within the mapping, of which nobody has a reference; who shared it has
            // ended.
            unsafe { bytes.write_bytes(0, length) };
        }
    }
}

/// How long the arena must be for these spans: from its beginning to the end of the last. The first that
/// does not lie behind the one before it, in whole pages, is an error.
pub(crate) fn length(spans: impl Iterator<Item = Span>) -> Result<usize, (usize, Span)> {
    let mut end = SHARED_ADDRESS;
    for (number, span) in spans.enumerate() {
        let is_paged = [span.start, span.end].iter().all(|end| end.is_multiple_of(PAGE_BYTES));
        let fits = end <= span.start && span.start < span.end;
        if !is_paged || !fits || span.end - SHARED_ADDRESS > MAX_BYTES {
            return Err((number, span));
        }
        end = span.end;
    }
    Ok(end - SHARED_ADDRESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(spans: &[(usize, usize)]) -> Result<usize, usize> {
        let spans = spans.iter().map(|&(start, end)| Span { start, end });
        length(spans).map_err(|(number, _)| number)
    }

    #[test]
    fn regions_lie_one_after_the_other_in_whole_pages() {
        const AT: usize = SHARED_ADDRESS;
        assert_eq!(lengths(&[]), Ok(0));
        assert_eq!(lengths(&[(AT, AT + 4096), (AT + 4096, AT + 12288)]), Ok(12288));
        assert_eq!(lengths(&[(AT + 4096, AT + 8192)]), Ok(8192));
        let good = (AT, AT + 8192);
        for bad in [
            (AT + 4096, AT + 12288),
            (AT + 8192, AT + 8192),
            (AT + 8192, AT + 12289),
            (AT + 8193, AT + 12288),
            (AT + 12288, AT + 8192),
            (0, 4096),
            (AT - 4096, AT),
            (AT + 8192, AT + 8192 + MAX_BYTES),
            (AT + 8192, usize::MAX & !4095),
        ] {
            assert_eq!(lengths(&[good, bad]), Err(1), "{bad:x?}");
        }
    }

    #[test]
    fn bytes_in_the_arena_are_found_and_no_others() {
        let arena = Arena::create(8192).expect("an arena");
        let start = arena.mapping.start().as_ptr() as usize;
        let found = |address, length| {
            arena.bytes(address, length).map(|byte| byte.as_ptr() as usize - start)
        };
        assert_eq!(found(SHARED_ADDRESS, 8192), Some(0));
        assert_eq!(found(SHARED_ADDRESS + 8190, 2), Some(8190));
        assert_eq!(found(SHARED_ADDRESS + 8190, 3), None);
        assert_eq!(found(SHARED_ADDRESS - 1, 1), None);
        assert_eq!(found(SHARED_ADDRESS + 1, usize::MAX), None);
        arena.file.set_len(4096).expect_err("the file is sealed");
        let byte = arena.bytes(SHARED_ADDRESS + 5000, 1).expect("in the arena");
        // SAFETY: within the mapping; nobody else has it.
        unsafe { byte.write(7) };
        arena.clear();
        // SAFETY: as above.
        assert_eq!(unsafe { byte.read() }, 0);
    }
}
