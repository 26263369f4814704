//! What programs do with shared memory (SH-1 to SH-6).

use guichet_abi::{Arguments, MemoryRights, Syscall};

use super::{Message, Room, Until, deadline_words, message_words, padded, room_words};
use crate::declared::{Declared, Waitable};

/// The word of a call that says that bytes may be read.
pub const READ: usize = MemoryRights::Read.word();
/// The word of a call that says that they may be written, too.
pub const READ_WRITE: usize = MemoryRights::ReadWrite.word();

/// A move on one's part in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Share {
    /// Maps it, with rights as this word says (SH-2).
    Map(usize),
    /// Ends the mapping (SH-2).
    Unmap,
    /// Lends it to the process with this number, with rights as this word says (SH-3).
    Lend(usize, usize),
    /// Gives it back (SH-3).
    Return,
    /// Has bytes from an offset on copied out of it (SH-4).
    Read(usize, Room),
    /// Has bytes copied into it from an offset on (SH-4).
    Write(usize, Message),
    /// Waits for any of these signals (SH-6).
    Wait(u32, Until),
}

/// The handle of a process's part in a region.
pub(super) fn handle_of(declared: &Declared, process: usize, region: usize) -> usize {
    let part = declared.part_of(process, region);
    let handle = part.and_then(|part| declared.handle_of(process, Waitable::Part(part)));
    handle.unwrap_or(usize::MAX)
}

impl Share {
    /// The deadline of the move, where it has one.
    pub(super) fn until(self) -> Option<Until> {
        match self {
            Share::Wait(_, until) => Some(until),
            Share::Map(_)
            | Share::Unmap
            | Share::Lend(..)
            | Share::Return
            | Share::Read(..)
            | Share::Write(..) => None,
        }
    }

    /// The call, with this handle, when the clock shows so many ticks.
    pub(super) fn words(self, handle: usize, clock: u8) -> (Syscall, Arguments) {
        match self {
            Share::Map(rights) => (Syscall::SharedMemoryMap, padded([handle, rights])),
            Share::Unmap => (Syscall::SharedMemoryUnmap, padded([handle])),
            Share::Lend(process, rights) => (Syscall::ShareLend, padded([handle, process, rights])),
            Share::Return => (Syscall::ShareReturn, padded([handle])),
            Share::Read(offset, room) => {
                let (address, length) = room_words(room);
                (Syscall::SharedMemoryRead, padded([handle, offset, address, length]))
            }
            Share::Write(offset, message) => {
                let (address, length) = message_words(message);
                (Syscall::SharedMemoryWrite, padded([handle, offset, address, length]))
            }
            Share::Wait(mask, until) => {
                let (low, high) = deadline_words(until, clock);
                (Syscall::ObjectWait, padded([handle, mask as usize, low, high]))
            }
        }
    }
}
