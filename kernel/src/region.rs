//! Pieces of the address space and what a process may do there.
//!
//! All arithmetic here is free of wrapping: a range that would pass the end of the address space
//! is inside no region.

/// What a buffer is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Bytes are taken from it.
    Read,
    /// Bytes are put into it.
    Write,
}

/// A piece of memory that a process may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// The address of the first byte.
    pub start: usize,
    /// The address after the last byte.
    pub end: usize,
    /// Whether the process may write there; it may read every region it has.
    pub writable: bool,
}

impl Region {
    /// Tells whether the process may use this region so.
    #[inline(always)]
    pub const fn allows(&self, access: Access) -> bool {
        match access {
            Access::Read => true,
            Access::Write => self.writable,
        }
    }
}

/// A piece of memory that a process may read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The address of the first byte.
    pub start: usize,
    /// The address after the last byte.
    pub end: usize,
}

impl Span {
    /// The largest piece of `regions` that can be written; of nothing if there is none.
    pub const fn own(regions: &[Region]) -> Span {
        let mut own = Span { start: 0, end: 0 };
        let mut rest = regions;
        while let [region, others @ ..] = rest {
            if region.writable && region.end - region.start > own.end - own.start {
                own = Span { start: region.start, end: region.end };
            }
            rest = others;
        }
        own
    }

    /// Tells whether the `length` bytes at `address` lie wholly in here.
    #[inline(always)]
    pub(crate) fn holds(&self, address: usize, length: usize) -> bool {
        let end = address.wrapping_add(length);
        self.start <= address && address <= end && end <= self.end
    }
}

/// Tells whether the `length` bytes at `address` lie wholly in one of the regions.
#[inline(always)]
pub(crate) fn is_readable(regions: &[Region], address: usize, length: usize) -> bool {
    let is_in =
        |region: &Region| Span { start: region.start, end: region.end }.holds(address, length);
    regions.iter().any(is_in)
}

/// Tells whether the `length` bytes at `address` lie wholly in regions that allow `access`.
///
/// A range may run from one region into the next if nothing lies between. An empty range is always
/// fine (AB-1).
#[inline(never)]
pub(crate) fn covers(regions: &[Region], address: usize, length: usize, access: Access) -> bool {
    let Some(end) = address.checked_add(length) else {
        return length == 0;
    };
    let mut covered = address;
    while covered < end {
        let region = regions.iter().find(|region| region.start <= covered && covered < region.end);
        match region {
            Some(region) if region.allows(access) => covered = region.end,
            Some(_) | None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGIONS: [Region; 3] = [
        Region { start: 200, end: 300, writable: true },
        Region { start: 100, end: 200, writable: false },
        Region { start: 400, end: 500, writable: true },
    ];

    #[test]
    fn ranges_against_regions() {
        use Access::{Read, Write};
        let table = [
            // address, length, access, allowed
            (100, 1, Read, true),
            (100, 1, Write, false),
            (99, 1, Read, false),
            (99, 2, Read, false),
            (100, 200, Read, true), // from one region into its neighbour
            (100, 201, Read, false),
            (150, 100, Write, false), // the first half is not writable
            (200, 100, Write, true),
            (200, 101, Write, false),
            (299, 1, Write, true),
            (300, 1, Read, false),
            (299, 102, Read, false), // across a gap
            (400, 100, Write, true),
            (500, 1, Read, false),
            (0, 0, Write, true), // empty ranges are fine anywhere
            (usize::MAX, 0, Write, true),
            (usize::MAX, 1, Read, false),
            (450, usize::MAX, Write, false),
            (450, usize::MAX - 449, Read, false), // ends exactly at the wrap
        ];
        for (address, length, access, allowed) in table {
            let found = covers(&REGIONS, address, length, access);
            assert_eq!(found, allowed, "{address} + {length} {access:?}");
            assert!(found || access == Write || !is_readable(&REGIONS, address, length));
        }
    }

    #[test]
    fn agrees_with_asking_byte_by_byte() {
        for address in 95..505 {
            for length in 1..120 {
                for access in [Access::Read, Access::Write] {
                    let every_byte = (address..address + length).all(|byte| {
                        REGIONS.iter().any(|r| r.start <= byte && byte < r.end && r.allows(access))
                    });
                    assert_eq!(covers(&REGIONS, address, length, access), every_byte);
                    let own = Span::own(&REGIONS).holds(address, length);
                    assert_eq!(own, 200 <= address && address + length <= 300);
                    let in_one =
                        REGIONS.iter().any(|r| r.start <= address && address + length <= r.end);
                    assert_eq!(is_readable(&REGIONS, address, length), in_one);
                }
            }
        }
    }
}
