//! From an allegation to a grant.
//!
//! What a program says of its memory is an *allegation*: two words, either of which may be
//! anything. The kernel checks it against the process's [`MemoryMap`], keeps it as a [`Buffer`]
//! while the call is pending, and gets a [`Grant`] when bytes are about to move. Only a port can
//! turn a grant into bytes, and only this file can make one.
//!
//! A flat buffer is checked once, when its call starts: the map of a process does not change
//! during its life. A list of slices stays in user memory, so it is checked at every use
//! (`transfer.rs`).

use guichet_abi::{Error, LIST_FLAG};

use crate::id::ProcessIndex;
use crate::region::{Access, Region, covers, is_within_one};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Buffer {
    /// The address of the bytes, or of the slice table.
    address: usize,
    /// The length in bytes, all slices together.
    length: usize,
    /// The number of entries of the slice table; [`Buffer::FLAT`] when there is none. A whole word,
    /// because padding makes copies of buffers slow.
    slices: usize,
}

impl Buffer {
    const FLAT: usize = usize::MAX;

    /// The buffer of nothing.
    pub const EMPTY: Buffer = Buffer { address: 0, length: 0, slices: Self::FLAT };

    /// A list of slices whose lengths sum up to `length`. Its entries are checked at every use.
    pub(crate) fn list(address: usize, slices: u8, length: usize) -> Buffer {
        Buffer { address, length, slices: usize::from(slices) }
    }

    /// The length in bytes, fixed when the call started.
    #[inline(always)]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The address and the number of entries of the slice table, unless the buffer is flat.
    #[inline(always)]
    pub fn table(&self) -> Option<(usize, u8)> {
        u8::try_from(self.slices).ok().map(|slices| (self.address, slices))
    }

    /// The grant of a flat buffer, which is `process`'s, without a second check; of a list, none.
    #[inline(always)]
    pub(crate) fn flat_grant(&self, process: ProcessIndex) -> Option<Grant> {
        if self.slices != Self::FLAT {
            return None;
        }
        Some(Grant { process, address: self.address, length: self.length })
    }
}

/// One process's memory: whose it is and where.
#[derive(Clone, Copy, Debug)]
pub struct MemoryMap<'s> {
    process: ProcessIndex,
    regions: &'s [Region],
}

impl<'s> MemoryMap<'s> {
    /// The memory of `process`; `regions` does not overlap.
    #[inline(always)]
    pub fn new(process: ProcessIndex, regions: &'s [Region]) -> Self {
        MemoryMap { process, regions }
    }

    /// Checks one range (AB-1, AB-3): PermissionDenied for memory that the process may not use so,
    /// InvalidArgument for a list where only a flat buffer will do (AB-7).
    #[inline(always)]
    pub fn grant(&self, address: usize, length: usize, access: Access) -> Result<Grant, Error> {
        if length & LIST_FLAG != 0 {
            return Err(Error::InvalidArgument);
        }
        if !covers(self.regions, address, length, access) {
            return Err(Error::PermissionDenied);
        }
        Ok(Grant { process: self.process, address, length })
    }

    /// Checks one range and keeps it as a flat buffer. Errors as [`MemoryMap::grant`]; at the door
    /// also for a range that runs through several regions.
    #[inline(always)]
    pub(crate) fn flat<const DOOR: bool>(
        &self,
        address: usize,
        length: usize,
        access: Access,
    ) -> Result<Buffer, Error> {
        let is_good = if DOOR {
            is_within_one(self.regions, address, length, access)
        } else {
            covers(self.regions, address, length, access)
        };
        if !is_good {
            return Err(Error::PermissionDenied);
        }
        Ok(Buffer { address, length, slices: Buffer::FLAT })
    }
}
