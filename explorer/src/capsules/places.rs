//! Where the programs keep what they allow to capsules.
//!
//! All but the streams and the list is the same again after every step: nobody looks at what was received
//! longer than it takes to compare it.

use guichet_abi::NAME_BYTES;

use crate::layout::{LOWEST, Memory};

/// A range that a program may allow, or may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Where it begins.
    pub address: usize,
    /// How long it is, in bytes.
    pub length: usize,
}

const fn place(offset: usize, length: usize) -> Place {
    Place { address: LOWEST + offset, length }
}

/// Nothing.
pub const NOTHING: Place = Place { address: 0, length: 0 };
/// The name `a`, in memory that can only be read.
pub const NAME_A: Place = place(0xB0, NAME_BYTES);
/// The name `b`.
pub const NAME_B: Place = place(0x10, NAME_BYTES);
/// A name of zeros: it lies in the list while that is empty.
pub const NAME_ZERO: Place = place(0x84, NAME_BYTES);
/// A name that is too short.
pub const NAME_SHORT: Place = place(0x10, NAME_BYTES - 1);
/// A request or a message.
pub const REQUEST: Place = place(0x24, 4);
/// A longer one, in memory that can only be read.
pub const REQUEST_LONG: Place = place(0xC6, 6);
/// More than a transfer may have.
pub const TOO_LONG: Place = place(0xB0, 36);
/// A response.
pub const RESPONSE: Place = place(0x2A, 4);
/// Room for a request.
pub const REQUEST_ROOM: Place = place(0x30, 6);
/// Room for a response, and another.
pub const RESPONSE_ROOM: Place = place(0x38, 4);
/// The other.
pub const RESPONSE_ROOM_2: Place = place(0x3E, 2);
/// Where messages come: room for two short ones. It runs from one region into the next.
pub const STREAM: Place = place(0x44, 8 + 2 * (8 + 4));
/// Room for one.
pub const STREAM_2: Place = place(0x66, 8 + 8 + 6);
/// The list of those from whom messages are taken.
pub const LIST: Place = place(0x84, 20);
/// Memory that is not the program's.
pub const FOREIGN: Place = place(0xA4, 4);
/// Memory that can only be read, where room is wanted.
pub const READ_ONLY: Place = place(0xB0, 4);

/// What a process may share: as much as a wall has in one piece, and another.
pub const BUFFER: Place = place(0x10, 16);
/// The other.
pub const BUFFER_2: Place = place(0x60, 32);
/// What no wall can let through.
pub const BUFFER_ODD: Place = place(0x10, 10);

/// What a program of this process keeps in its memory while nobody writes to it.
pub fn fresh(process: usize) -> Memory {
    let [voice, ..] = process.to_le_bytes();
    let mut memory = Memory::filled(0xE0 | voice);
    fill(&mut memory, NAME_A, |_| b'a');
    fill(&mut memory, NAME_B, |_| b'b');
    fill(&mut memory, REQUEST, |at| 0x10 + (voice << 5) + at);
    fill(&mut memory, REQUEST_LONG, |at| 0x18 + (voice << 5) + at);
    fill(&mut memory, RESPONSE, |at| 0x90 + (voice << 3) + at);
    for kept in [STREAM, STREAM_2, LIST] {
        fill(&mut memory, kept, |_| 0);
    }
    memory
}

/// Puts all back that nobody will look at, and leaves the streams and the list.
pub fn tidied(process: usize, memory: &Memory) -> Memory {
    let mut tidy = fresh(process);
    for kept in [STREAM, STREAM_2, LIST] {
        for address in kept.address..kept.address + kept.length {
            tidy.set(address, memory.byte(address).unwrap_or(0));
        }
    }
    tidy
}

/// Writes bytes from the start of a place, and zeros behind them.
pub fn write(memory: &mut Memory, place: Place, bytes: &[u8]) {
    for at in 0..place.length {
        memory.set(place.address + at, bytes.get(at).copied().unwrap_or(0));
    }
}

fn fill(memory: &mut Memory, place: Place, byte: impl Fn(u8) -> u8) {
    for (at, number) in (0..place.length).zip(0u8..) {
        memory.set(place.address + at, byte(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_at_once_does_not_overlap() {
        let mut places = [
            NAME_B,
            REQUEST,
            RESPONSE,
            REQUEST_ROOM,
            RESPONSE_ROOM,
            RESPONSE_ROOM_2,
            STREAM,
            STREAM_2,
            LIST,
            FOREIGN,
            NAME_A,
            REQUEST_LONG,
        ];
        places.sort_unstable_by_key(|place| place.address);
        for pair in places.windows(2) {
            assert!(pair[0].address + pair[0].length <= pair[1].address, "{pair:x?}");
        }
    }
}
