//! What a board's walls are made of.

use std::ops::Range;

use guichet_kernel::{AddressRange, WALL_WORDS, WallError};

use super::{pmp, pmsav7, pmsav8};

/// The kind of protection hardware that a board has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallKind {
    /// RISC-V's physical memory protection: any range of words.
    Pmp,
    /// Armv7-M's memory protection unit: powers of two and eighths of them.
    Pmsav7,
    /// Armv8-M's memory protection unit: any range in steps of 32 bytes.
    Pmsav8,
}

impl WallKind {
    /// What every range begins and ends with a multiple of, in bytes: what the hardware wants, and
    /// at least what a stack is aligned to.
    pub(super) const fn grain(self) -> u32 {
        match self {
            WallKind::Pmp => 16,
            WallKind::Pmsav7 | WallKind::Pmsav8 => 32,
        }
    }

    /// How many entries a process has in the wall: register pairs of Arm's regions, or RISC-V's entries.
    /// A switch writes them all, so there are no more than most processes need.
    pub const ENTRIES: usize = 4;
    /// How many of them devices can have, when flash and RAM have one each.
    pub const DEVICE_ENTRIES: usize = 2;

    /// How many entries a device's registers take there; the nearest range that can be expressed, if
    /// there is one, for those that cannot.
    pub fn device_entries(self, range: &Range<u32>) -> Result<usize, Option<AddressRange>> {
        match self {
            WallKind::Pmp => pmp::device_entries(range),
            WallKind::Pmsav7 => pmsav7::device_entries(range),
            WallKind::Pmsav8 => pmsav8::device_entries(range),
        }
    }

    /// How many entries flash and RAM may take each of a process with these devices.
    pub(super) fn memory_entries(self, devices: &[Range<u32>]) -> [usize; 2] {
        let taken: usize =
            devices.iter().map(|range| self.device_entries(range).unwrap_or(1)).sum();
        match Self::ENTRIES.saturating_sub(taken) {
            Self::ENTRIES.. => [2, 2],
            // RAM is what is scarce.
            3 => [1, 2],
            _ => [1, 1],
        }
    }

    /// Tells whether a process can be given exactly this range of flash or of RAM, by at most so many
    /// entries.
    pub(super) fn can_express(self, range: &Range<u32>, entries: usize) -> bool {
        let grain = self.grain();
        let is_rounded = range.start < range.end && (range.start | range.end) & (grain - 1) == 0;
        match self {
            WallKind::Pmp => is_rounded && pmp::can_express(range, entries),
            WallKind::Pmsav8 => is_rounded,
            WallKind::Pmsav7 => pmsav7::can_express(range, entries),
        }
    }

    /// The register words that let a process read and execute `flash`, read and write `ram` and the
    /// registers of `devices`, and nothing else, in the order in which its port writes them; `None` if
    /// the hardware cannot express one of them exactly, or not all of them.
    pub fn words(
        self,
        flash: &Range<u32>,
        ram: &Range<u32>,
        devices: &[Range<u32>],
    ) -> Option<[u32; WALL_WORDS]> {
        match self {
            WallKind::Pmp => pmp::words(flash, ram, devices).map(|words| {
                let [a, b, c, d] = words.addresses;
                [a, b, c, d, words.configuration, 0, 0, 0]
            }),
            WallKind::Pmsav7 => pmsav7::words(flash, ram, devices)
                .map(|words| pairs(words.map(|region| [region.base, region.attributes]))),
            WallKind::Pmsav8 => pmsav8::words(flash, ram, devices)
                .map(|words| pairs(words.map(|region| [region.base, region.limit]))),
        }
    }
}

/// The nearest range that could be expressed instead, if there is one.
pub(super) fn nearest(error: WallError) -> Option<AddressRange> {
    match error {
        WallError::InexpressibleRange { nearest } => Some(nearest),
        WallError::EmptyRange
        | WallError::UnsupportedPermissions
        | WallError::UnsupportedGrain
        | WallError::NoRegionLeft
        | WallError::UnknownRegion => None,
    }
}

/// The words of four regions, one after the other.
fn pairs(regions: [[u32; 2]; 4]) -> [u32; WALL_WORDS] {
    let [[a, b], [c, d], [e, f], [g, h]] = regions;
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_the_order_in_which_they_are_written() {
        let words = |wall: WallKind| {
            wall.words(&(0x20..0x40), &(0x2000_0000..0x2000_0020), &[]).expect("aligned")
        };
        let pmsav7 = [0x30, 0x020B_0009, 0x11, 0, 0x2000_0012, 0x130B_0009, 0x13, 0];
        assert_eq!(words(WallKind::Pmsav7), pmsav7);
        assert_eq!(words(WallKind::Pmsav8), [0x26, 0x21, 0x2000_0003, 0x2000_0001, 0, 0, 0, 0]);
        let pmp = pmp::words(&(0x20..0x40), &(0x2000_0000..0x2000_0020), &[]).expect("aligned");
        assert_eq!(words(WallKind::Pmp)[..4], pmp.addresses);
        assert_eq!(words(WallKind::Pmp)[4..], [pmp.configuration, 0, 0, 0]);
    }
}
