//! Armv7-M's memory protection: PMSAv7.
//!
//! From the Armv7-M architecture's section "Protected Memory System Architecture, PMSAv7" and its
//! descriptions of MPU_RBAR and MPU_RASR: a region is a power of two of bytes, at least 32, aligned
//! to its size. One of 256 bytes or more consists of eight subregions of equal size that can be
//! disabled one by one; an address in a disabled one belongs to the next region that matches. Where
//! several regions match, the highest-numbered one decides.
//!
//! # How many regions a range takes
//! All subregions inside the range can as well be enabled, so what a region of some size at some
//! place can do for a range is one interval, and the question is how few intervals cover the range.
//! Taking again and again, among those that hold the first byte not yet covered, the one that
//! reaches furthest is optimal. There is one candidate for each size.
//!
//! The regions of a range may overlap. They say the same, so it does not matter which decides.
//!
//! # The nearest range
//! Let a longer range be covered, and drop from its cover all subregions that hold no byte of the
//! wanted range. What remains begins where a subregion begins that holds the wanted first byte, and
//! ends likewise, and takes no more regions. So the shortest range that works is among those whose
//! ends are the wanted ones rounded to sizes of subregions, and all of them are tried. Of two that
//! are equally short, the one with the later start is taken.
//!
//! Rejected: cutting a hole out of a large region by a higher-numbered one without permissions. It
//! would take fewer regions, and would also hide other ranges of the process that lie in the hole.

use super::arm::{DataAccess, MemoryKind};
use super::{AddressRange, Permissions, WallError};

/// The most regions that an Armv7-M wall can number.
pub const PMSAV7_REGIONS: usize = 16;

/// The smallest region has 2^5 bytes, the largest 2^32.
const LEAST_SIZE_BITS: u32 = 5;
const MOST_SIZE_BITS: u32 = 32;
/// From 2^8 bytes on, a region has 2^3 subregions.
const LEAST_DIVIDED_SIZE_BITS: u32 = 8;
const SUBREGION_BITS: u32 = 3;
const SUBREGIONS: u32 = 0xFF;

// MPU_RBAR: whether the word itself says which region it is for, and which.
const VALID: u32 = 1 << 4;
const LAST_NUMBER: u32 = 15;

// MPU_RASR. A process that may only read does not keep the kernel from writing: the kernel copies
// messages behind whatever wall stands.
const EXECUTE_NEVER: u32 = 1 << 28;
const ACCESS: u32 = 7 << 24;
const KERNEL_ONLY: u32 = 1 << 24;
const PROCESS_READ_ONLY: u32 = 2 << 24;
const ALL_READ_WRITE: u32 = 3 << 24;
/// TEX, S, C and B together.
const ATTRIBUTES: u32 = 0x3F << 16;
/// Normal memory, write-back with allocation on reads and writes, not shared: what RAM is to the
/// kernel, which sees it through the default map, so that both see one content.
const NORMAL: u32 = (1 << 19) | (1 << 17) | (1 << 16);
/// Shared device memory.
const DEVICE: u32 = (1 << 18) | (1 << 16);
const SUBREGION_DISABLE_SHIFT: u32 = 8;
const SIZE_SHIFT: u32 = 1;
const SIZE: u32 = 0x1F;
const ENABLE: u32 = 1 << 0;

/// One region: the values of its two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pmsav7Region {
    /// MPU_RBAR: the base, and the region's number if it has one.
    pub base: u32,
    /// MPU_RASR: permissions, kind of memory, disabled subregions, size and enable.
    pub attributes: u32,
}

/// The regions that together express one range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pmsav7Regions {
    regions: [Pmsav7Region; PMSAV7_REGIONS],
    count: usize,
}

impl Pmsav7Region {
    /// The region that matches nothing.
    pub const DISABLED: Pmsav7Region = Pmsav7Region { base: 0, attributes: 0 };

    /// Expresses a range by one region, as [`Pmsav7Regions::encode`] does with a limit of one, but without
    /// looking at every size. `None` if one region cannot, or permissions are none of an Arm region.
    ///
    /// The smallest size that holds both ends is the one with the smallest subregions, so if any will do,
    /// that one will; or, where it has no subregions, the smallest that has.
    pub(super) const fn one(
        range: AddressRange,
        permissions: Permissions,
        kind: MemoryKind,
    ) -> Option<Pmsav7Region> {
        let Ok(attributes) = attributes(permissions, kind) else {
            return None;
        };
        let differing = range.first ^ range.last;
        let least = MOST_SIZE_BITS.wrapping_sub(differing.leading_zeros());
        let whole = if least < LEAST_SIZE_BITS { LEAST_SIZE_BITS } else { least };
        let divided = if least < LEAST_DIVIDED_SIZE_BITS { LEAST_DIVIDED_SIZE_BITS } else { least };
        match Block::filling(range, whole) {
            Some(block) => Some(block.region(attributes)),
            None => match Block::filling(range, divided) {
                Some(block) => Some(block.region(attributes)),
                None => None,
            },
        }
    }

    /// The same region with its number in MPU_RBAR, so that writing both words needs no write of
    /// MPU_RNR before. UnknownRegion above 15.
    pub const fn numbered(self, number: u32) -> Result<Pmsav7Region, WallError> {
        if LAST_NUMBER < number {
            return Err(WallError::UnknownRegion);
        }
        let address = self.base & !(VALID | LAST_NUMBER);
        Ok(Pmsav7Region { base: address | VALID | number, attributes: self.attributes })
    }

    /// The range that the region matches; `None` if it matches nothing, has a hole, or has a size or
    /// a base that the architecture does not define.
    pub const fn range(self) -> Option<AddressRange> {
        let size_bits = ((self.attributes >> SIZE_SHIFT) & SIZE).wrapping_add(1);
        let first = self.base & !(VALID | LAST_NUMBER);
        let span = span(size_bits);
        if self.attributes & ENABLE == 0 || size_bits < LEAST_SIZE_BITS || first & span != 0 {
            return None;
        }
        let disabled = (self.attributes >> SUBREGION_DISABLE_SHIFT) & SUBREGIONS;
        if disabled == 0 {
            return Some(AddressRange { first, last: first | span });
        }
        let enabled = disabled ^ SUBREGIONS;
        let skipped = enabled.trailing_zeros();
        let run = enabled.wrapping_shr(skipped);
        if size_bits < LEAST_DIVIDED_SIZE_BITS || enabled == 0 || run & run.wrapping_add(1) != 0 {
            return None;
        }
        let grain_bits = size_bits.wrapping_sub(SUBREGION_BITS);
        let length_bytes = run.trailing_ones().wrapping_shl(grain_bits);
        let first = first.wrapping_add(skipped.wrapping_shl(grain_bits));
        Some(AddressRange { first, last: first.wrapping_add(length_bytes.wrapping_sub(1)) })
    }

    /// What the region allows to a process.
    pub const fn permissions(self) -> Permissions {
        let access = match self.attributes & ACCESS {
            ALL_READ_WRITE => DataAccess::ReadWrite,
            PROCESS_READ_ONLY => DataAccess::ReadOnly,
            _kernel_only => DataAccess::Nothing,
        };
        access.permissions(self.attributes & EXECUTE_NEVER != 0)
    }

    /// The kind of memory that the region is; `None` for attributes that no region of ours has.
    pub const fn kind(self) -> Option<MemoryKind> {
        match self.attributes & ATTRIBUTES {
            NORMAL => Some(MemoryKind::Normal),
            DEVICE => Some(MemoryKind::Device),
            _other => None,
        }
    }
}

impl Pmsav7Regions {
    /// Expresses a range by as few regions as possible, and by at most `limit` of them
    /// ([`PMSAV7_REGIONS`] if it is more). Which numbers they get does not matter.
    ///
    /// InexpressibleRange if the range takes more regions, or an end of it is no multiple of 32;
    /// NoRegionLeft if the limit is 0; UnsupportedPermissions for writing or executing without
    /// reading, and for executing a device.
    pub const fn encode(
        range: AddressRange,
        permissions: Permissions,
        kind: MemoryKind,
        limit: usize,
    ) -> Result<Pmsav7Regions, WallError> {
        let attributes = match attributes(permissions, kind) {
            Ok(attributes) => attributes,
            Err(error) => return Err(error),
        };
        let limit = if limit < PMSAV7_REGIONS { limit } else { PMSAV7_REGIONS };
        match Self::cover(range, attributes, limit) {
            Some(regions) => Ok(regions),
            None => Err(inexpressible(range, limit)),
        }
    }

    /// The regions.
    pub const fn as_slice(&self) -> &[Pmsav7Region] {
        match self.regions.split_at_checked(self.count) {
            Some((used, _)) => used,
            None => &self.regions,
        }
    }

    const fn cover(range: AddressRange, attributes: u32, limit: usize) -> Option<Pmsav7Regions> {
        let mut regions = [Pmsav7Region::DISABLED; PMSAV7_REGIONS];
        let mut free = regions.as_mut_slice();
        let mut count: usize = 0;
        let mut position = range.first;
        while count < limit {
            let Some(block) = Block::furthest(range, position) else {
                return None;
            };
            let Some((place, rest)) = free.split_first_mut() else {
                return None;
            };
            *place = block.region(attributes);
            free = rest;
            count = count.wrapping_add(1);
            if block.last == range.last {
                return Some(Pmsav7Regions { regions, count });
            }
            position = block.last.wrapping_add(1);
        }
        None
    }
}

/// A region that is to match from the subregion of some byte up to another byte.
#[derive(Clone, Copy)]
struct Block {
    size_bits: u32,
    first: u32,
    last: u32,
}

impl Block {
    /// Of all regions that match the byte at `position` and nothing outside the range, one that
    /// reaches furthest, and of those the smallest. `None` if there is none.
    const fn furthest(range: AddressRange, position: u32) -> Option<Block> {
        let mut furthest: Option<Block> = None;
        let mut size_bits = LEAST_SIZE_BITS;
        while size_bits <= MOST_SIZE_BITS {
            furthest = match (furthest, Block::reaching(range, position, size_bits)) {
                (Some(block), Some(other)) if block.last < other.last => Some(other),
                (None, found) => found,
                (Some(block), _) => Some(block),
            };
            size_bits = size_bits.wrapping_add(1);
        }
        furthest
    }

    /// The region of one size that does so. `None` if it would match a byte outside the range.
    const fn reaching(range: AddressRange, position: u32, size_bits: u32) -> Option<Block> {
        let grain = grain_span(size_bits);
        let first = position & !grain;
        let block_last = position | span(size_bits);
        let last = if block_last <= range.last {
            block_last
        } else {
            // Back to the end of the last subregion that ends inside the range. Nothing wraps
            // upwards: here the range ends before the block.
            (range.last.wrapping_add(1) & !grain).wrapping_sub(1)
        };
        // If not even the first subregion fits, that has gone back to before it, or round below 0.
        let has_room = position <= last && last <= range.last;
        if range.first <= first && has_room { Some(Block { size_bits, first, last }) } else { None }
    }

    /// The region of one size that matches the whole range and nothing else.
    const fn filling(range: AddressRange, size_bits: u32) -> Option<Block> {
        match Block::reaching(range, range.first, size_bits) {
            Some(block) if block.last == range.last => Some(block),
            Some(_) | None => None,
        }
    }

    const fn region(self, attributes: u32) -> Pmsav7Region {
        let size = self.size_bits.wrapping_sub(1).wrapping_shl(SIZE_SHIFT);
        let disabled = self.disabled_subregions().wrapping_shl(SUBREGION_DISABLE_SHIFT);
        Pmsav7Region {
            base: self.first & !span(self.size_bits),
            attributes: attributes | disabled | size | ENABLE,
        }
    }

    const fn disabled_subregions(self) -> u32 {
        if self.size_bits < LEAST_DIVIDED_SIZE_BITS {
            return 0;
        }
        let grain_bits = self.size_bits.wrapping_sub(SUBREGION_BITS);
        let first = self.first.wrapping_shr(grain_bits) & 7;
        let last = self.last.wrapping_shr(grain_bits) & 7;
        let from_first = SUBREGIONS.wrapping_shl(first);
        let up_to_last = SUBREGIONS.wrapping_shr(7u32.wrapping_sub(last));
        !(from_first & up_to_last) & SUBREGIONS
    }
}

/// The size of a region of 2^`size_bits` bytes, from 2^1 to 2^32, less one.
const fn span(size_bits: u32) -> u32 {
    u32::MAX.wrapping_shr(MOST_SIZE_BITS.wrapping_sub(size_bits))
}

/// The size less one of the smallest part of a region that can be disabled.
const fn grain_span(size_bits: u32) -> u32 {
    if size_bits < LEAST_DIVIDED_SIZE_BITS {
        span(size_bits)
    } else {
        span(size_bits.wrapping_sub(SUBREGION_BITS))
    }
}

const fn attributes(permissions: Permissions, kind: MemoryKind) -> Result<u32, WallError> {
    let access = match DataAccess::of(permissions, kind) {
        Ok(DataAccess::Nothing) => KERNEL_ONLY,
        Ok(DataAccess::ReadOnly) => PROCESS_READ_ONLY,
        Ok(DataAccess::ReadWrite) => ALL_READ_WRITE,
        Err(error) => return Err(error),
    };
    let execute_never = if permissions.execute { 0 } else { EXECUTE_NEVER };
    let kind = match kind {
        MemoryKind::Normal => NORMAL,
        MemoryKind::Device => DEVICE,
    };
    Ok(access | execute_never | kind)
}

/// Why a range cannot be expressed by so many regions, with the nearest one that can.
const fn inexpressible(range: AddressRange, limit: usize) -> WallError {
    let mut shortest: Option<AddressRange> = None;
    let mut below_bits = LEAST_SIZE_BITS;
    while below_bits <= MOST_SIZE_BITS.wrapping_sub(SUBREGION_BITS) {
        let mut above_bits = LEAST_SIZE_BITS;
        while above_bits <= MOST_SIZE_BITS.wrapping_sub(SUBREGION_BITS) {
            let wider = range.widened(span(below_bits), span(above_bits));
            let is_shorter = match shortest {
                Some(range) => wider.length_bytes() < range.length_bytes(),
                None => true,
            };
            if is_shorter && Pmsav7Regions::cover(wider, 0, limit).is_some() {
                shortest = Some(wider);
            }
            above_bits = above_bits.wrapping_add(1);
        }
        below_bits = below_bits.wrapping_add(1);
    }
    match shortest {
        Some(nearest) => WallError::InexpressibleRange { nearest },
        None => WallError::NoRegionLeft,
    }
}

#[cfg(test)]
pub(super) mod model;
#[cfg(test)]
mod tests;
