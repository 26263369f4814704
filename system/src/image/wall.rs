//! What a board's walls are made of.

use std::ops::Range;

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

/// The register words of one process's wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallWords {
    /// For [`WallKind::Pmp`].
    Pmp(pmp::Words),
    /// For [`WallKind::Pmsav7`].
    Pmsav7(pmsav7::Words),
    /// For [`WallKind::Pmsav8`].
    Pmsav8(pmsav8::Words),
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

    /// Tells whether a process can be given exactly this range of flash or of RAM.
    pub(super) fn can_express(self, range: &Range<u32>) -> bool {
        match self {
            WallKind::Pmp | WallKind::Pmsav8 => {
                let grain = self.grain();
                range.start < range.end && (range.start | range.end) & (grain - 1) == 0
            }
            WallKind::Pmsav7 => pmsav7::can_express(range),
        }
    }

    /// The words that let a process read and execute `flash`, read and write `ram`, and nothing
    /// else; `None` if the hardware cannot express one of the two exactly.
    pub fn words(self, flash: &Range<u32>, ram: &Range<u32>) -> Option<WallWords> {
        match self {
            WallKind::Pmp => pmp::words(flash, ram).map(WallWords::Pmp),
            WallKind::Pmsav7 => pmsav7::words(flash, ram).map(WallWords::Pmsav7),
            WallKind::Pmsav8 => pmsav8::words(flash, ram).map(WallWords::Pmsav8),
        }
    }
}
