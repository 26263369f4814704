//! A stretch of memory that the kernel may be asked to write in any way.

use core::ops::Range;
use core::sync::atomic::{AtomicU8, Ordering};

use pw_status::{LIST_FLAG, MAX_SLICES, RawSlice};

/// The length of the arena in bytes.
pub const ARENA_BYTES: usize = 8 * 1024;

const WORD_BYTES: usize = size_of::<usize>();

/// The arena of the process. Its words are aligned from its beginning on.
pub static ARENA: Arena = Arena([const { AtomicU8::new(0) }; ARENA_BYTES]);

/// Bytes that may change at any time: whoever looks sees what is there.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct Arena([AtomicU8; ARENA_BYTES]);

impl Arena {
    /// The address of the byte at `offset`, which a call may be given.
    pub fn at(&self, offset: usize) -> usize {
        self.0.as_ptr().expose_provenance().wrapping_add(offset)
    }

    /// Makes every byte `value`.
    pub fn fill(&self, value: u8) {
        for byte in &self.0 {
            byte.store(value, Ordering::Relaxed);
        }
    }

    /// Puts the bytes at `offset`; what would lie beyond the arena is left out.
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        for (place, value) in self.0.iter().skip(offset).zip(bytes) {
            place.store(*value, Ordering::Relaxed);
        }
    }

    /// Copies the bytes from `offset` on; what would lie beyond the arena comes as zero.
    pub fn read<const N: usize>(&self, offset: usize) -> [u8; N] {
        let mut bytes = [0; N];
        for (byte, place) in bytes.iter_mut().zip(self.0.iter().skip(offset)) {
            *byte = place.load(Ordering::Relaxed);
        }
        bytes
    }

    /// Tells whether every byte of the range is `value`.
    pub fn is_filled(&self, range: Range<usize>, value: u8) -> bool {
        let places = self.0.get(range);
        places
            .is_some_and(|places| places.iter().all(|place| place.load(Ordering::Relaxed) == value))
    }

    /// Puts a table of slices at `offset`, each an address and a length, and gives the two words by
    /// which a call takes it.
    pub fn write_table(&self, offset: usize, slices: &[(usize, usize)]) -> [usize; 2] {
        for (index, (address, length)) in slices.iter().enumerate() {
            let place = offset + index * size_of::<RawSlice>();
            self.write(place, &address.to_ne_bytes());
            self.write(place + WORD_BYTES, &length.to_ne_bytes());
        }
        [self.at(offset), LIST_FLAG | slices.len()]
    }

    /// Tells whether the buffer that these two words name lies wholly in the arena: the bytes, or
    /// the table and everything that it names.
    pub(super) fn holds(&self, address: usize, length_word: usize) -> bool {
        if length_word & LIST_FLAG == 0 {
            return self.holds_bytes(address, length_word);
        }
        let slices = length_word & !LIST_FLAG;
        slices <= MAX_SLICES
            && self.holds_bytes(address, slices * size_of::<RawSlice>())
            && (0..slices).all(|index| self.holds_slice(address + index * size_of::<RawSlice>()))
    }

    fn holds_slice(&self, entry: usize) -> bool {
        let offset = entry.wrapping_sub(self.at(0));
        let word = |offset| usize::from_ne_bytes(self.read(offset));
        self.holds_bytes(word(offset), word(offset + WORD_BYTES))
    }

    fn holds_bytes(&self, address: usize, length: usize) -> bool {
        let offset = address.wrapping_sub(self.at(0));
        let fits = |end| end <= ARENA_BYTES;
        length == 0 || (offset < ARENA_BYTES && offset.checked_add(length).is_some_and(fits))
    }
}
