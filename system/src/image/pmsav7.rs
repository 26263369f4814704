//! The words of Armv7-M's memory protection unit for a process.
//!
//! A process has two ranges, its flash and its RAM, and each has two regions of the unit, whether it
//! needs them (the second is disabled then) or not. So a process's words are always the same
//! eight, each says itself which region it is for, and a switch stores them in one run through the
//! unit's alias registers. Two regions a range, because with one a range would have to be eighths
//! of a power of two, which wastes much more of a small memory; a process with devices pays just that,
//! because their registers take regions too.

use std::ops::Range;

use guichet_kernel::{
    AddressRange, MemoryKind, Permissions, Pmsav7Region, Pmsav7Regions, WallError,
};

use super::wall::{WallKind, nearest};

/// How many regions one range of a process has.
const REGIONS_A_RANGE: usize = 2;

/// What is written into the regions 0 to 3 when a process runs: MPU_RBAR, with the region's number
/// and the bit that makes it count, and MPU_RASR.
pub type Words = [Pmsav7Region; WallKind::ENTRIES];

/// Tells whether a range takes at most so many regions.
pub(super) fn can_express(range: &Range<u32>, regions: usize) -> bool {
    encode(range, Permissions::READ, MemoryKind::Normal, regions).is_ok()
}

/// How many regions a device's registers take.
pub(super) fn device_entries(range: &Range<u32>) -> Result<usize, Option<AddressRange>> {
    let device = |limit| encode(range, Permissions::READ_WRITE, MemoryKind::Device, limit);
    match device(WallKind::DEVICE_ENTRIES) {
        Ok(regions) => Ok(regions.as_slice().len()),
        // One that takes a single region is what people mean.
        Err(error) => Err(nearest(device(1).err().unwrap_or(error))),
    }
}

/// The words that let a process read and execute `flash`, read and write `ram` and `devices`, and
/// nothing else; `None` if one of them is empty or backwards, or takes more regions than are left.
pub fn words(flash: &Range<u32>, ram: &Range<u32>, devices: &[Range<u32>]) -> Option<Words> {
    let mut words = Vec::new();
    for (range, permissions) in [(flash, Permissions::READ_EXECUTE), (ram, Permissions::READ_WRITE)]
    {
        let regions = encode(range, permissions, MemoryKind::Normal, REGIONS_A_RANGE).ok()?;
        words.extend_from_slice(regions.as_slice());
        if devices.is_empty() && regions.as_slice().len() < REGIONS_A_RANGE {
            words.push(Pmsav7Region::DISABLED);
        }
    }
    for range in devices {
        let limit = WallKind::DEVICE_ENTRIES;
        let regions = encode(range, Permissions::READ_WRITE, MemoryKind::Device, limit).ok()?;
        words.extend_from_slice(regions.as_slice());
    }
    if words.len() > WallKind::ENTRIES {
        return None;
    }
    words.resize(WallKind::ENTRIES, Pmsav7Region::DISABLED);
    let mut words: Words = words.try_into().ok()?;
    for (number, word) in (0..).zip(&mut words) {
        *word = word.numbered(number).ok()?;
    }
    Some(words)
}

fn encode(
    range: &Range<u32>,
    permissions: Permissions,
    kind: MemoryKind,
    limit: usize,
) -> Result<Pmsav7Regions, WallError> {
    let range = AddressRange::new(range.start, range.end)?;
    Pmsav7Regions::encode(range, permissions, kind, limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the process may do at `address`: the highest-numbered region that matches decides.
    fn permissions(words: &Words, address: u32) -> Permissions {
        let matches =
            |region: &&Pmsav7Region| region.range().is_some_and(|range| range.contains(address));
        let decisive = words.iter().rev().find(matches);
        decisive.map_or(Permissions::NONE, |region| region.permissions())
    }

    proptest! {
        #[test]
        fn the_machine_allows_what_was_meant(
            mut bounds in proptest::array::uniform4(0u32..0x400),
            base in 0u32..0x10_0000,
            offset in 0u32..64,
        ) {
            bounds.sort_unstable();
            prop_assume!(bounds[0] < bounds[1] && bounds[2] < bounds[3]);
            let [a, b, c, d] = bounds.map(|bound| (base + bound) * 32);
            for (flash, ram) in [(a..b, c..d), (c..d, a..b)] {
                let Some(words) = words(&flash, &ram, &[]) else {
                    prop_assert!(!can_express(&flash, 2) || !can_express(&ram, 2));
                    continue;
                };
                for bound in [a, b, c, d] {
                    let address = bound.wrapping_add(offset).wrapping_sub(32);
                    let expected = match (flash.contains(&address), ram.contains(&address)) {
                        (true, _) => Permissions::READ_EXECUTE,
                        (false, true) => Permissions::READ_WRITE,
                        (false, false) => Permissions::NONE,
                    };
                    prop_assert_eq!(permissions(&words, address), expected);
                }
            }
        }
    }

    #[test]
    fn every_word_is_for_its_own_region_and_what_is_not_needed_is_off() {
        let words = words(&(0..0x400), &(0x2000_0180..0x2000_04A0), &[]).expect("1 and 2 regions");
        let numbers = words.map(|word| word.base & 0x1F);
        assert_eq!(numbers, [0x10, 0x11, 0x12, 0x13], "each with the bit that makes it count");
        assert_eq!(words.map(|word| word.attributes & 1), [1, 0, 1, 1]);
    }

    #[test]
    fn what_cannot_be_expressed_is_refused() {
        let ram = 0x2000_0000..0x2000_0400;
        assert!(words(&(0..32), &ram, &[]).is_some());
        assert_eq!(words(&(0..33), &ram, &[]), None);
        assert_eq!(words(&(0x20..0x20), &ram, &[]), None);
        assert_eq!(words(&(0x20..0x7FE0), &ram, &[]), None, "that takes more than two regions");
        assert_eq!(words(&Range { start: 64, end: 32 }, &ram, &[]), None);
    }

    #[test]
    fn devices_are_regions_of_device_memory_that_nobody_executes() {
        let (flash, ram) = (0..0x400, 0x2000_0000..0x2000_0400);
        let devices = [0x4000_4000..0x4000_5000, 0x4000_1000..0x4000_2000];
        let words = words(&flash, &ram, &devices).expect("one region each");
        for device in &devices {
            for address in [device.start, device.end - 1] {
                assert_eq!(permissions(&words, address), Permissions::READ_WRITE);
            }
            assert_eq!(permissions(&words, device.end), Permissions::NONE);
        }
        let kinds = words.map(|region| region.kind());
        let [normal, device] = [Some(MemoryKind::Normal), Some(MemoryKind::Device)];
        assert_eq!(kinds, [normal, normal, device, device]);
        assert_eq!(words.map(|word| word.base & 0x1F), [0x10, 0x11, 0x12, 0x13]);
        assert_eq!(super::words(&(0..0x460), &ram, &devices), None, "five regions");
        let one = [devices[0].clone()];
        assert!(super::words(&(0..0x460), &ram, &one).is_some(), "four");
    }
}
