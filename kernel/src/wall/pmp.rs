//! RISC-V's physical memory protection, for 32-bit machines.
//!
//! From the privileged architecture's section "Physical Memory Protection": an entry is an address
//! register, which counts in words of four bytes, and a configuration byte; four of those bytes make
//! one configuration register. The lowest-numbered entry that matches any byte of an access decides,
//! and denies the access unless it matches all of it.
//!
//! A range is expressed
//! - by one entry, if it is a power of two of bytes, aligned to its size: "NA4" for four bytes,
//!   "NAPOT" from eight bytes on, where the address register's trailing ones tell the size;
//! - else by two, "TOR": the second entry matches from the first one's address up to its own. The
//!   first matches nothing; only its address register is used, and the two must be neighbours.
//!
//! An implementation may be coarser than four bytes: its grain G says that the ends of every range
//! are multiples of 2^(G + 2) bytes. Nothing else makes a range inexpressible. Writing without
//! reading is reserved by the architecture.
//!
//! Rejected: sharing an address register between a range and the one that ends where it begins. It
//! saves an entry, and ties the entries of one range to those of another.

use super::{AddressRange, Permissions, WallError};

// Section "PMP configuration register format".
const READ: u8 = 1 << 0;
const WRITE: u8 = 1 << 1;
const EXECUTE: u8 = 1 << 2;
/// The two bits that say how the address register is read.
const MATCHING: u8 = 3 << 3;
const TOP_OF_RANGE: u8 = 1 << 3;
const FOUR_BYTES: u8 = 2 << 3;
const POWER_OF_TWO: u8 = 3 << 3;

/// The last word of a 32-bit address space; the address registers go four times as far.
const LAST_WORD: u32 = u32::MAX >> 2;

/// The coarsest grain, with which only the whole address space is left.
const COARSEST_GRAIN: u32 = 30;

/// One entry: the values of its address register and of its configuration byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PmpEntry {
    /// The address register, in words of four bytes.
    pub address: u32,
    /// The configuration byte: R, W, X and A. The lock bit is never set.
    pub configuration: u8,
}

/// The entries that express one range, in the order in which they must be numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PmpEntries {
    /// The range is an aligned power of two.
    One([PmpEntry; 1]),
    /// Any other range: its start, then its end.
    Two([PmpEntry; 2]),
}

impl PmpEntry {
    /// The entry that matches nothing.
    pub const OFF: PmpEntry = PmpEntry { address: 0, configuration: 0 };

    /// Expresses a range by one entry that needs nothing of the one before it, on the finest hardware.
    /// `None` unless the range is an aligned power of two, of eight bytes at least: the entry for four
    /// exists on the finest hardware only.
    pub(super) const fn power_of_two(
        range: AddressRange,
        permissions: Permissions,
    ) -> Option<PmpEntry> {
        match PmpEntries::encode(range, permissions, 0) {
            Ok(PmpEntries::One([entry])) if entry.configuration & MATCHING == POWER_OF_TWO => {
                Some(entry)
            }
            Ok(PmpEntries::One(_) | PmpEntries::Two(_)) | Err(_) => None,
        }
    }

    /// What the entry allows where it matches.
    pub const fn permissions(self) -> Permissions {
        Permissions {
            read: self.configuration & READ != 0,
            write: self.configuration & WRITE != 0,
            execute: self.configuration & EXECUTE != 0,
        }
    }

    /// The range that the entry matches; `None` if it matches nothing, or more than a 32-bit address
    /// space has. `previous_address` is the address register of the entry before it, 0 of the first.
    pub const fn range(self, previous_address: u32) -> Option<AddressRange> {
        match self.configuration & MATCHING {
            TOP_OF_RANGE => match self.address.checked_sub(1) {
                Some(last_word) => words(previous_address, last_word),
                None => None,
            },
            FOUR_BYTES => words(self.address, self.address),
            POWER_OF_TWO => {
                // The trailing ones and the zero before them.
                let span = self.address ^ self.address.wrapping_add(1);
                words(self.address & !span, self.address | span)
            }
            _off => None,
        }
    }
}

impl PmpEntries {
    /// Expresses a range by as few entries as possible, on hardware of this grain (G in the
    /// architecture's text; 0 means four bytes).
    ///
    /// InexpressibleRange if an end of the range is no multiple of the grain; UnsupportedPermissions
    /// for writing without reading; UnsupportedGrain above 30.
    pub const fn encode(
        range: AddressRange,
        permissions: Permissions,
        grain: u32,
    ) -> Result<PmpEntries, WallError> {
        let Some(unused_bits) = COARSEST_GRAIN.checked_sub(grain) else {
            return Err(WallError::UnsupportedGrain);
        };
        if permissions.write && !permissions.read {
            return Err(WallError::UnsupportedPermissions);
        }
        match range.check_grain(u32::MAX.wrapping_shr(unused_bits)) {
            Ok(()) => Ok(Self::of(range, permission_bits(permissions))),
            Err(error) => Err(error),
        }
    }

    /// Expresses a range of whole words.
    const fn of(range: AddressRange, permission_bits: u8) -> PmpEntries {
        let first_word = range.first >> 2;
        let span = range.last.wrapping_sub(range.first);
        let is_power_of_two = span & span.wrapping_add(1) == 0;
        if !is_power_of_two || range.first & span != 0 {
            let start = PmpEntry { address: first_word, configuration: 0 };
            let end = PmpEntry {
                address: (range.last >> 2).wrapping_add(1),
                configuration: permission_bits | TOP_OF_RANGE,
            };
            return PmpEntries::Two([start, end]);
        }
        let matching = if span < 4 { FOUR_BYTES } else { POWER_OF_TWO };
        // One trailing one fewer than the size has bits in words: the zero above them counts too.
        let address = first_word | (span >> 3);
        PmpEntries::One([PmpEntry { address, configuration: permission_bits | matching }])
    }

    /// The entries, one or two.
    pub const fn as_slice(&self) -> &[PmpEntry] {
        match self {
            PmpEntries::One(entries) => entries,
            PmpEntries::Two(entries) => entries,
        }
    }
}

/// The value of the configuration register that belongs to four entries, the lowest-numbered first.
pub const fn pmp_configuration_word(entries: [PmpEntry; 4]) -> u32 {
    let [first, second, third, fourth] = entries;
    // The lowest-numbered entry has the lowest byte, whatever the order of bytes in memory.
    u32::from_le_bytes([
        first.configuration,
        second.configuration,
        third.configuration,
        fourth.configuration,
    ])
}

const fn permission_bits(permissions: Permissions) -> u8 {
    let read = if permissions.read { READ } else { 0 };
    let write = if permissions.write { WRITE } else { 0 };
    let execute = if permissions.execute { EXECUTE } else { 0 };
    read | write | execute
}

/// The bytes of some words, the last one among them; `None` if there are no such.
const fn words(first_word: u32, last_word: u32) -> Option<AddressRange> {
    if last_word < first_word || LAST_WORD < last_word {
        return None;
    }
    Some(AddressRange { first: first_word << 2, last: (last_word << 2) | 3 })
}

#[cfg(test)]
pub(super) mod model;
#[cfg(test)]
mod tests;
