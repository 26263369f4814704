//! How the hardware decides, from the Armv7-M architecture's section "Protected Memory System
//! Architecture, PMSAv7" and the descriptions of MPU_RBAR and MPU_RASR.

use std::vec::Vec;

use crate::wall::pmsav7::Pmsav7Region;
use crate::wall::testing::Attempt;

/// A unit with some regions, asked on behalf of unprivileged code; no background map.
pub(in crate::wall) struct Unit {
    pub(in crate::wall) regions: Vec<Pmsav7Region>,
}

fn field(word: u32, high: u32, low: u32) -> u32 {
    (low..=high).map(|place| (word >> place & 1) << (place - low)).sum()
}

impl Unit {
    /// Decides an access to one byte. What is larger and aligned never leaves a region.
    pub(in crate::wall) fn allows(&self, address: u32, attempt: Attempt) -> bool {
        let decisive = self.regions.iter().rev().find(|region| matches(region, address));
        decisive.is_some_and(|region| has_permission(region, attempt))
    }
}

/// Tells whether an address is in a region, and in none of its disabled subregions.
pub(in crate::wall) fn matches(region: &Pmsav7Region, address: u32) -> bool {
    let is_enabled = field(region.attributes, 0, 0) == 1;
    // SIZE is one less than the number of address bits inside the region.
    let inner_bits = field(region.attributes, 5, 1) + 1;
    if !is_enabled {
        return false;
    }
    assert!(inner_bits >= 5, "a region of fewer than 32 bytes is unpredictable");
    for place in 5..inner_bits {
        assert_eq!(field(region.base, place, place), 0, "an unaligned base is unpredictable");
    }
    let outer_agrees = (inner_bits..32)
        .all(|place| field(region.base, place, place) == field(address, place, place));
    if inner_bits < 8 {
        assert_eq!(field(region.attributes, 15, 8), 0, "small regions have no subregions");
        return outer_agrees;
    }
    let subregion = field(address, inner_bits - 1, inner_bits - 3);
    let is_disabled = field(region.attributes, 8 + subregion, 8 + subregion) == 1;
    outer_agrees && !is_disabled
}

/// Unprivileged access by the AP field, and XN.
fn has_permission(region: &Pmsav7Region, attempt: Attempt) -> bool {
    let (read, write) = match field(region.attributes, 26, 24) {
        0b000 | 0b001 | 0b101 => (false, false),
        0b010 | 0b110 | 0b111 => (true, false),
        0b011 => (true, true),
        reserved => panic!("AP = {reserved:#b} is unpredictable"),
    };
    match attempt {
        Attempt::Read => read,
        Attempt::Write => write,
        Attempt::Execute => read && field(region.attributes, 28, 28) == 0,
    }
}
