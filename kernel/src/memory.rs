//! From an allegation to a grant.
//!
//! What a program says of its memory is an *allegation*: two words, either of which may be
//! anything. The kernel checks it against the process's memory (`memories.rs`), keeps it as a [`Buffer`]
//! while the call is pending, and gets a [`Grant`] when bytes are about to move. Only a port can
//! turn a grant into bytes.
//!
//! A flat buffer in a process's own memory is checked once, when its call starts: that memory does not
//! change during its life. What it has mapped besides comes and goes, and a list of slices stays in user
//! memory, so both are checked at every use (`transfer.rs`).

use guichet_abi::LIST_FLAG;

use crate::id::ProcessIndex;

/// A range of one process's memory that was found good. Handed to the port, which alone can turn
/// it into bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    process: ProcessIndex,
    address: usize,
    length: usize,
}

impl Grant {
    /// The grant of nothing.
    pub const EMPTY: Grant = Grant { process: ProcessIndex::NONE, address: 0, length: 0 };

    /// A range that a process may use: whoever makes this has checked that.
    #[inline(always)]
    pub(crate) fn new(process: ProcessIndex, address: usize, length: usize) -> Grant {
        Grant { process, address, length }
    }

    /// The process whose memory it is.
    #[inline(always)]
    pub fn process(&self) -> ProcessIndex {
        self.process
    }

    /// The address of the first byte in that process.
    #[inline(always)]
    pub fn address(&self) -> usize {
        self.address
    }

    /// The length in bytes.
    #[inline(always)]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The first `length` bytes, if there are so many.
    #[inline(always)]
    pub(crate) fn first(self, length: usize) -> Option<Grant> {
        if length <= self.length { Some(Grant { length, ..self }) } else { None }
    }

    /// The part that starts `offset` bytes in and is `length` bytes long, cut to what there is.
    #[inline(always)]
    pub fn part(self, offset: usize, length: usize) -> Grant {
        let offset = offset.min(self.length);
        Grant {
            process: self.process,
            address: self.address.wrapping_add(offset),
            length: length.min(self.length.wrapping_sub(offset)),
        }
    }
}

/// A buffer that was good when its call started: flat, or a list of slices (AB-7).
///
/// It is two words, as a call has it, because it is copied often: the length of a list shares its
/// word with the number of slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Buffer {
    /// The address of the bytes, or of the slice table.
    address: usize,
    /// The length in bytes; of a list, with the flag and the number of slices above it; of bytes that are
    /// mapped, with the flag and [`Buffer::MAPPED`] there.
    length_word: usize,
}

impl Buffer {
    /// Where the number of slices of a list stands, below the flag.
    const SLICES_SHIFT: u32 = usize::BITS - 5;
    /// The length of a list, and the greatest: all that any machine can hold.
    const LENGTH_MASK: usize = (1 << Self::SLICES_SHIFT) - 1;

    /// More slices than any list has: the bytes lie where the process has mapped something, and are one
    /// piece.
    const MAPPED: u8 = 14;

    /// The buffer of nothing.
    pub const EMPTY: Buffer = Buffer { address: 0, length_word: 0 };

    /// A list of at most eight slices whose lengths sum up to `length`. Its entries are checked at
    /// every use. A list that is longer than any transfer can be counts as shorter.
    pub(crate) fn list(address: usize, slices: u8, length: usize) -> Buffer {
        let slices = usize::from(slices) << Self::SLICES_SHIFT;
        Buffer { address, length_word: LIST_FLAG | slices | length.min(Self::LENGTH_MASK) }
    }

    /// Bytes in what the process has mapped beside its own memory, to be checked at every use.
    pub(crate) fn mapped(grant: Grant) -> Buffer {
        Buffer::list(grant.address, Self::MAPPED, grant.length)
    }

    /// No list has so long a word: what it says is turned round, so that it is one instruction to see.
    const FIRST_REGISTERS: usize = !63;
    /// In such a word: the registers are guarded.
    const GUARD: usize = 32;

    /// The registers of the thread that made the call, of which the first `length` bytes count, at most 16
    /// (EP-8).
    #[inline(always)]
    pub(crate) const fn registers(length: usize) -> Buffer {
        Buffer { address: 0, length_word: !length }
    }

    /// The same, where the door must not put anything: only the general way asks who may.
    pub(crate) fn guarded(self) -> Buffer {
        Buffer { length_word: self.length_word & !Self::GUARD, ..self }
    }

    /// Tells whether the bytes are in a thread's registers.
    #[inline(always)]
    pub(crate) fn is_registers(&self) -> bool {
        self.length_word >= Self::FIRST_REGISTERS
    }

    /// Tells whether they are in registers, so many, and not guarded.
    #[inline(always)]
    pub(crate) fn is_open_registers(&self, length: usize) -> bool {
        self.length_word == !length
    }

    /// The length in bytes of a message or of the room for one, wherever it is.
    pub(crate) fn message_length(&self) -> usize {
        if self.is_registers() { !self.length_word & !Self::GUARD } else { self.length() }
    }

    /// A flat buffer that was granted.
    #[inline(always)]
    pub(crate) fn flat(grant: Grant) -> Buffer {
        Buffer { address: grant.address, length_word: grant.length }
    }

    #[inline(always)]
    fn is_list(&self) -> bool {
        self.length_word & LIST_FLAG != 0
    }

    /// The length in bytes, all slices together, fixed when the call started.
    #[inline(always)]
    pub fn length(&self) -> usize {
        if self.is_list() { self.length_word & Self::LENGTH_MASK } else { self.length_word }
    }

    /// The address and the number of entries of the slice table, unless the buffer is one piece.
    #[inline(always)]
    pub fn table(&self) -> Option<(usize, u8)> {
        self.unsettled().filter(|(_, slices)| *slices != Self::MAPPED)
    }

    /// Tells whether the bytes are one piece of what the process has mapped.
    pub(crate) fn is_mapped(&self) -> bool {
        self.unsettled().is_some_and(|(_, slices)| slices == Self::MAPPED)
    }

    /// The address of the bytes, or of their slice table.
    pub(crate) fn address(&self) -> usize {
        self.address
    }

    /// What must be checked at every use: an address, and the number of slices or [`Buffer::MAPPED`].
    #[inline(always)]
    fn unsettled(&self) -> Option<(usize, u8)> {
        let slices = (self.length_word & !LIST_FLAG) >> Self::SLICES_SHIFT;
        if self.is_list() { Some((self.address, u8::try_from(slices).ok()?)) } else { None }
    }

    /// The grant of a flat buffer, which is `process`'s, without a second check; of what must be checked at
    /// every use, none.
    #[inline(always)]
    pub(crate) fn flat_grant(&self, process: ProcessIndex) -> Option<Grant> {
        if self.is_list() {
            return None;
        }
        Some(Grant { process, address: self.address, length: self.length_word })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_table_and_its_length() {
        for slices in 0..=8 {
            for length in [0, 1, 4096, Buffer::LENGTH_MASK] {
                let buffer = Buffer::list(0x1234, slices, length);
                assert_eq!(buffer.table(), Some((0x1234, slices)));
                assert_eq!(buffer.length(), length);
                assert_eq!(buffer.flat_grant(ProcessIndex::new(0)), None);
            }
        }
        assert_eq!(Buffer::list(0, 8, usize::MAX).length(), Buffer::LENGTH_MASK);
    }

    #[test]
    fn registers_are_no_memory() {
        let buffer = Buffer::registers(12);
        assert!(buffer.is_registers() && buffer.message_length() == 12);
        assert!(buffer.is_open_registers(12) && !buffer.is_open_registers(8));
        let guarded = buffer.guarded();
        assert!(guarded.is_registers() && guarded.message_length() == 12);
        assert!(!guarded.is_open_registers(12));
        assert_eq!(buffer.flat_grant(ProcessIndex::new(0)), None);
        assert!(!Buffer::list(0, 8, Buffer::LENGTH_MASK).is_registers());
        assert!(!Buffer::EMPTY.is_registers());
    }
}
