//! What protection hardware can express, and the words that express it.
//!
//! A wall is a list of ranges with permissions; the hardware takes register words, and has its own
//! ideas of which ranges there are: powers of two, multiples of 32, eight subregions. Kernels of
//! this kind have had most of their holes here, in a range that was silently rounded to one the
//! hardware can take. So this is arithmetic and nothing else, on a host as on a board: each kind of
//! wall is a constant function from a range and its permissions to words, and a range that cannot be
//! expressed exactly is an error that carries the nearest one that can. The caller decides whether
//! to use that one; nothing here ever does.
//!
//! The words of a process's own memory are meant to be computed at build time and stored beside the
//! process. A switch then copies words, and no arithmetic runs on a board. Only what comes and goes
//! beside that memory is expressed when it comes: by one region for each range, so that there is
//! nothing to search for ([`spare`]).
//!
//! Addresses are those of 32-bit machines, and a range is kept by its first and its last byte. The
//! address after the last byte would not fit where a range ends with the address space.
//!
//! Beside each encoder stands, for its tests, a model of how the hardware matches an address,
//! written from the architecture's manual bit by bit and not from the encoder.

pub(crate) mod arm;
pub(crate) mod pmp;
pub(crate) mod pmsav7;
pub(crate) mod pmsav8;
pub(crate) mod spare;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

/// How many words the protection hardware of any machine takes for a process.
pub const WALL_WORDS: usize = 8;

/// What a process may do in a range of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions {
    /// Data may be loaded from it.
    pub read: bool,
    /// Data may be stored to it.
    pub write: bool,
    /// Instructions may be fetched from it.
    pub execute: bool,
}

impl Permissions {
    /// Nothing is allowed: a guard.
    pub const NONE: Permissions = Permissions { read: false, write: false, execute: false };
    /// Constants.
    pub const READ: Permissions = Permissions { read: true, write: false, execute: false };
    /// Variables, stacks, devices.
    pub const READ_WRITE: Permissions = Permissions { read: true, write: true, execute: false };
    /// Code with its constants.
    pub const READ_EXECUTE: Permissions = Permissions { read: true, write: false, execute: true };
}

/// Why a wall has no words for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WallError {
    /// The range ends before it begins, or holds no byte.
    EmptyRange,
    /// The hardware cannot express this range exactly.
    InexpressibleRange {
        /// The shortest range that holds the whole of the one asked for and can be expressed.
        nearest: AddressRange,
    },
    /// The hardware cannot tell these permissions apart from others, for this kind of memory.
    UnsupportedPermissions,
    /// No hardware has a grain as coarse as this.
    UnsupportedGrain,
    /// No region may be used, so nothing can be expressed.
    NoRegionLeft,
    /// No hardware has a region of this number.
    UnknownRegion,
}

/// At least one byte of a 32-bit address space, without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressRange {
    first: u32,
    last: u32,
}

impl AddressRange {
    /// The bytes from `start` up to but without `end`. EmptyRange unless `start` is below `end`.
    ///
    /// A range that ends with the address space is made by [`AddressRange::from_first_and_last`].
    pub const fn new(start: u32, end: u32) -> Result<AddressRange, WallError> {
        match end.checked_sub(1) {
            Some(last) => Self::from_first_and_last(start, last),
            None => Err(WallError::EmptyRange),
        }
    }

    /// The bytes from `first` to `last`, both among them. EmptyRange if `last` is below `first`.
    pub const fn from_first_and_last(first: u32, last: u32) -> Result<AddressRange, WallError> {
        if last < first {
            return Err(WallError::EmptyRange);
        }
        Ok(AddressRange { first, last })
    }

    /// The address of the first byte.
    pub const fn first(self) -> u32 {
        self.first
    }

    /// The address of the last byte, which belongs to the range.
    pub const fn last(self) -> u32 {
        self.last
    }

    /// The length in bytes, from 1 to 2^32.
    pub const fn length_bytes(self) -> u64 {
        (self.last.wrapping_sub(self.first) as u64).wrapping_add(1)
    }

    /// Tells whether the byte at an address belongs to the range.
    pub const fn contains(self, address: u32) -> bool {
        self.first <= address && address <= self.last
    }

    /// Tells whether a byte belongs to both ranges.
    pub const fn overlaps(self, other: AddressRange) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The shortest range around this one that begins at a multiple of `below + 1` and ends at one
    /// of `above + 1`; both are powers of two less one.
    const fn widened(self, below: u32, above: u32) -> AddressRange {
        AddressRange { first: self.first & !below, last: self.last | above }
    }

    /// Lets a range through whose ends are multiples of `mask + 1`, a power of two.
    /// InexpressibleRange for others.
    const fn check_grain(self, mask: u32) -> Result<(), WallError> {
        let nearest = self.widened(mask, mask);
        if nearest.first == self.first && nearest.last == self.last {
            return Ok(());
        }
        Err(WallError::InexpressibleRange { nearest })
    }
}
