//! How the hardware decides, from the Armv8-M architecture's chapter on the memory protection unit
//! and the descriptions of MPU_RBAR, MPU_RLAR and MPU_MAIR0.

use std::vec::Vec;

use crate::wall::pmsav8::Pmsav8Region;
use crate::wall::testing::Attempt;

/// A unit with some regions, asked on behalf of unprivileged code; no background map.
pub(in crate::wall) struct Unit {
    pub(in crate::wall) regions: Vec<Pmsav8Region>,
}

impl Unit {
    /// Decides an access to one byte. What is larger and aligned never leaves a region.
    pub(in crate::wall) fn allows(&self, address: u32, attempt: Attempt) -> bool {
        let mut matching = self.regions.iter().filter(|region| matches(region, address));
        match (matching.next(), matching.next()) {
            (Some(region), None) => has_permission(region, attempt),
            (None, _) | (Some(_), Some(_)) => false,
        }
    }
}

/// Base bits below 5 count as zeros, limit bits below 5 as ones, and both ends belong to the region.
fn matches(region: &Pmsav8Region, address: u32) -> bool {
    let is_enabled = region.limit % 2 == 1;
    let base = region.base / 32 * 32;
    let limit = region.limit / 32 * 32 + 31;
    is_enabled && address >= base && address <= limit
}

/// The byte of the attribute registers that a region refers to.
pub(in crate::wall) fn attributes(region: &Pmsav8Region, mair0: u32, mair1: u32) -> u32 {
    let index = region.limit / 2 % 8;
    let register = if index < 4 { mair0 } else { mair1 };
    register >> (index % 4 * 8) & 0xFF
}

/// The shareability field.
pub(in crate::wall) fn shareability(region: &Pmsav8Region) -> u32 {
    region.base / 8 % 4
}

/// Unprivileged access: AP's low bit opens the region to it, the high bit makes it read-only.
fn has_permission(region: &Pmsav8Region, attempt: Attempt) -> bool {
    let is_execute_never = region.base % 2 == 1;
    let is_open = region.base / 2 % 2 == 1;
    let is_read_only = region.base / 4 % 2 == 1;
    match attempt {
        Attempt::Read => is_open,
        Attempt::Write => is_open && !is_read_only,
        Attempt::Execute => is_open && !is_execute_never,
    }
}
