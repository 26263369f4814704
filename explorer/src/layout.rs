//! What a small process's memory looks like.
//!
//! The memory has gaps on purpose: before, between and after the regions lie bytes that belong to
//! nobody, and a test that looks at all of it sees every byte that lands where it must not.

use guichet_kernel::Region;

/// The address of the first byte that exists in a process, outside its regions.
pub const LOWEST: usize = 0x1000;
/// How many bytes exist.
pub const SPAN_BYTES: usize = 0xE0;

/// What a process may use. The first two touch, so that a buffer may run from one to the other.
pub static REGIONS: [Region; 3] = [
    Region { start: LOWEST + 0x10, end: LOWEST + 0x60, writable: true },
    Region { start: LOWEST + 0x60, end: LOWEST + 0xA0, writable: true },
    Region { start: LOWEST + 0xB0, end: LOWEST + 0xD4, writable: false },
];

/// Where a program keeps what it sends.
pub const OUT: usize = LOWEST + 0x10;
/// Where a program lets what it receives be put.
pub const IN: usize = LOWEST + 0x1A;
/// A slice table of what the program sends.
pub const OUT_TABLE: usize = LOWEST + 0x20;
/// A slice table of places for what the program receives; it runs from region to region.
pub const IN_TABLE: usize = LOWEST + 0x50;
/// The first piece of what is sent as a list, and the second.
pub const OUT_PIECES: [usize; 2] = [LOWEST + 0x80, LOWEST + 0x84];
/// The first piece of what is received as a list, and the second.
pub const IN_PIECES: [usize; 2] = [LOWEST + 0x90, LOWEST + 0x94];
/// Memory that exists and belongs to nobody.
pub const GAP: usize = LOWEST + 0xA4;
/// Memory that can be read only.
pub const READ_ONLY: usize = LOWEST + 0xB0;
/// A slice table in read-only memory whose second entry points into the gap.
pub const BAD_TABLE: usize = LOWEST + 0xB4;

/// How long the two pieces of a list are, in bytes.
pub const PIECE_BYTES: [usize; 2] = [2, 4];
/// The length of a long message, in bytes, flat or as a list.
pub const LONG_BYTES: usize = 6;
/// The length of a short message, in bytes.
pub const SHORT_BYTES: usize = 2;

/// Where a program keeps its longest message.
pub const WIDE_OUT: usize = LOWEST + 0x70;
/// Where a program lets the longest message be put.
pub const WIDE_IN: usize = LOWEST + 0x40;
/// The length of the longest message, in bytes: as much as fits into registers (EP-8).
pub const WIDE_BYTES: usize = 16;

const ENTRY_BYTES: usize = 2 * size_of::<usize>();

/// Where the regions of shared memory lie, one after the other, each with a gap behind it.
pub const SHARED: usize = 0x3000;
/// From the beginning of one region to that of the next.
pub const SHARED_STRIDE: usize = 0x40;
/// How many regions there can be.
pub const SHARED_REGIONS: usize = 6;
/// How long a region of shared memory usually is.
pub const SHARED_BYTES: usize = 0x20;
/// Where a program keeps what it sends, in the first region.
pub const SHARED_OUT: usize = SHARED + 0x02;
/// Where a program lets what it receives be put, in the first region.
pub const SHARED_IN: usize = SHARED + 0x1A;

const SHARED_SPAN: usize = SHARED_STRIDE * SHARED_REGIONS;

/// What a program has made of its slice tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tables {
    /// Two good pieces.
    #[default]
    Good,
    /// The second piece is shorter than it was.
    Shrunk,
    /// The second piece is longer than it was.
    Grown,
    /// The second piece lies in the gap.
    Outside,
    /// The second piece lies in memory that can be read only.
    ReadOnly,
    /// The same pieces in the other order.
    Swapped,
    /// The lengths wrap around.
    Wrapping,
    /// The second piece lies in the first region of shared memory.
    Shared,
}

impl Tables {
    /// Everything that a program without shared memory may make of its tables.
    pub const ALL: [Tables; 7] = [
        Tables::Good,
        Tables::Shrunk,
        Tables::Grown,
        Tables::Outside,
        Tables::ReadOnly,
        Tables::Swapped,
        Tables::Wrapping,
    ];

    fn entries(self, pieces: [usize; 2]) -> [(usize, usize); 2] {
        let [first, second] = pieces;
        let [short, long] = PIECE_BYTES;
        match self {
            Tables::Good => [(first, short), (second, long)],
            Tables::Shrunk => [(first, short), (second, 1)],
            Tables::Grown => [(first, short), (second, long + 2)],
            Tables::Outside => [(first, short), (GAP, long)],
            Tables::ReadOnly => [(first, short), (READ_ONLY, long)],
            Tables::Swapped => [(second, long), (first, short)],
            Tables::Wrapping => [(first, usize::MAX), (second, long)],
            Tables::Shared => [(first, short), (SHARED_IN, long)],
        }
    }
}

/// A process's memory, gaps included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Memory([u8; SPAN_BYTES]);

impl Memory {
    /// Memory full of one byte.
    pub fn filled(byte: u8) -> Memory {
        Memory([byte; SPAN_BYTES])
    }

    /// What a program keeps in its memory while nobody writes to it: its messages, marked with
    /// `voice` (0 to 15) in the upper half of every byte, and its tables. All else is a byte that tells whose memory it is.
    pub fn of_program(process: usize, voice: u8, tables: Tables) -> Memory {
        let mut memory = Memory::filled(0xC0 | process.to_le_bytes()[0]);
        memory.speak((OUT, LONG_BYTES), voice, 0);
        memory.speak((OUT_PIECES[0], PIECE_BYTES[0]), voice, 0);
        memory.speak((OUT_PIECES[1], PIECE_BYTES[1] + 2), voice, 8);
        memory.speak((WIDE_OUT, WIDE_BYTES), voice, 0);
        memory.put_table(OUT_TABLE, tables.entries(OUT_PIECES));
        memory.put_table(IN_TABLE, tables.entries(IN_PIECES));
        memory.put_table(BAD_TABLE, [(OUT, SHORT_BYTES), (GAP, SHORT_BYTES)]);
        memory
    }

    /// The byte at an address, where there is one.
    pub fn byte(&self, address: usize) -> Option<u8> {
        self.0.get(address.checked_sub(LOWEST)?).copied()
    }

    /// Changes the byte at an address, where there is one.
    pub fn set(&mut self, address: usize, byte: u8) {
        if let Some(place) = address.checked_sub(LOWEST).and_then(|at| self.0.get_mut(at)) {
            *place = byte;
        }
    }

    /// The word at an address, in the machine's own order; bytes that do not exist read as zero.
    pub fn word(&self, address: usize) -> usize {
        let bytes = core::array::from_fn(|at| self.byte(address.wrapping_add(at)).unwrap_or(0));
        usize::from_ne_bytes(bytes)
    }

    /// Writes a word at an address.
    pub fn set_word(&mut self, address: usize, word: usize) {
        for (at, byte) in word.to_ne_bytes().into_iter().enumerate() {
            self.set(address.wrapping_add(at), byte);
        }
    }

    /// The addresses at which two memories differ.
    pub fn differences(&self, other: &Memory) -> Vec<usize> {
        if self == other {
            return Vec::new();
        }
        let pairs = self.0.iter().zip(&other.0).enumerate();
        pairs.filter(|(_, (one, other))| one != other).map(|(at, _)| LOWEST + at).collect()
    }

    /// Fills a range with bytes whose upper half is the voice and whose lower half counts.
    fn speak(&mut self, (address, length): (usize, usize), voice: u8, first: u8) {
        for (at, number) in (first..).take(length).enumerate() {
            self.set(address + at, voice << 4 | number);
        }
    }

    fn put_table(&mut self, address: usize, entries: [(usize, usize); 2]) {
        for (number, (start, length)) in entries.into_iter().enumerate() {
            self.set_word(address + number * ENTRY_BYTES, start);
            self.set_word(address + number * ENTRY_BYTES + ENTRY_BYTES / 2, length);
        }
    }
}

/// The bytes of all regions of shared memory, and of the gaps between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shared([u8; SHARED_SPAN]);

impl Shared {
    /// What programs keep there. To whoever looks at the voice these bytes answer anything.
    pub fn of_programs() -> Shared {
        let mut bytes = [0; SHARED_SPAN];
        for (byte, number) in bytes.iter_mut().zip((0u8..32).cycle()) {
            *byte = 0x80 | (number & 0x0F) ^ (number >> 4);
        }
        Shared(bytes)
    }

    /// The byte at an address, where there is one.
    pub fn byte(&self, address: usize) -> Option<u8> {
        self.0.get(address.checked_sub(SHARED)?).copied()
    }

    /// Changes the byte at an address, and tells whether there is one.
    pub fn set(&mut self, address: usize, byte: u8) -> bool {
        let place = address.checked_sub(SHARED).and_then(|at| self.0.get_mut(at));
        let is_there = place.is_some();
        if let Some(place) = place {
            *place = byte;
        }
        is_there
    }

    /// The addresses at which two differ.
    pub fn differences(&self, other: &Shared) -> Vec<usize> {
        let pairs = self.0.iter().zip(&other.0).enumerate();
        pairs.filter(|(_, (one, other))| one != other).map(|(at, _)| SHARED + at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own(address: usize, length: usize, to_write: bool) -> bool {
        (address..address + length).all(|byte| {
            REGIONS.iter().any(|region| {
                (region.writable || !to_write) && (region.start..region.end).contains(&byte)
            })
        })
    }

    #[test]
    fn buffers_lie_where_their_names_say() {
        let table_bytes = 2 * ENTRY_BYTES;
        for (address, length) in [
            (OUT, LONG_BYTES),
            (IN, LONG_BYTES),
            (WIDE_OUT, WIDE_BYTES),
            (WIDE_IN, WIDE_BYTES),
            (OUT_TABLE, table_bytes),
            (IN_TABLE, table_bytes),
            (OUT_PIECES[1], PIECE_BYTES[1] + 2),
            (IN_PIECES[1], PIECE_BYTES[1] + 2),
        ] {
            assert!(is_own(address, length, true), "{address:#x}");
        }
        assert!(is_own(BAD_TABLE, table_bytes, false));
        assert!(!is_own(READ_ONLY, 1, true));
        assert!((GAP..GAP + LONG_BYTES).all(|byte| !is_own(byte, 1, false)));
    }

    #[test]
    fn buffers_do_not_overlap() {
        let mut buffers = [
            (OUT, LONG_BYTES),
            (IN, LONG_BYTES),
            (WIDE_OUT, WIDE_BYTES),
            (WIDE_IN, WIDE_BYTES),
            (OUT_TABLE, 2 * ENTRY_BYTES),
            (IN_TABLE, 2 * ENTRY_BYTES),
            (OUT_PIECES[0], PIECE_BYTES[0]),
            (OUT_PIECES[1], PIECE_BYTES[1] + 2),
            (IN_PIECES[0], PIECE_BYTES[0]),
            (IN_PIECES[1], PIECE_BYTES[1] + 2),
        ];
        buffers.sort_unstable();
        for pair in buffers.windows(2) {
            assert!(pair[0].0 + pair[0].1 <= pair[1].0, "{pair:x?}");
        }
    }

    #[test]
    fn words_are_read_as_they_were_written() {
        let mut memory = Memory::filled(0);
        memory.set_word(OUT_TABLE, usize::MAX - 5);
        assert_eq!(memory.word(OUT_TABLE), usize::MAX - 5);
        memory.set_word(usize::MAX - 3, 7);
        assert_eq!(memory.byte(LOWEST - 1), None);
    }
}
