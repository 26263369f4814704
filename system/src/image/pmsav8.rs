//! The words of Armv8-M's memory protection unit for a process.
//!
//! A process has two ranges, its flash and its RAM, and each is one region. Four regions are written
//! nevertheless, the other two as disabled or with the registers of devices: the unit shows four at
//! once through its alias registers, so a switch stores them in one run.

use std::ops::Range;

use guichet_kernel::{AddressRange, MemoryKind, Permissions, Pmsav8Region};

use super::wall::{WallKind, nearest};

/// What is written into the regions 0 to 3 when a process runs: MPU_RBAR and MPU_RLAR.
pub type Words = [Pmsav8Region; WallKind::ENTRIES];

/// The words that let a process read and execute `flash`, read and write `ram` and `devices`, and
/// nothing else; `None` if a bound is no multiple of 32, if a range is empty or backwards, if there are
/// more than four, or if two overlap, which would close to it what they have in common.
pub fn words(flash: &Range<u32>, ram: &Range<u32>, devices: &[Range<u32>]) -> Option<Words> {
    let memory = [
        (flash, Permissions::READ_EXECUTE, MemoryKind::Normal),
        (ram, Permissions::READ_WRITE, MemoryKind::Normal),
    ];
    let devices = devices.iter().map(|range| (range, Permissions::READ_WRITE, MemoryKind::Device));
    let mut words = [Pmsav8Region::DISABLED; WallKind::ENTRIES];
    let mut free = words.iter_mut();
    let mut taken: Vec<AddressRange> = Vec::new();
    for (range, permissions, kind) in memory.into_iter().chain(devices) {
        let range = AddressRange::new(range.start, range.end).ok()?;
        if taken.iter().any(|other| other.overlaps(range)) {
            return None;
        }
        taken.push(range);
        *free.next()? = Pmsav8Region::encode(range, permissions, kind).ok()?;
    }
    Some(words)
}

/// How many regions a device's registers take.
pub(super) fn device_entries(range: &Range<u32>) -> Result<usize, Option<AddressRange>> {
    let range = AddressRange::new(range.start, range.end).map_err(|_| None)?;
    match Pmsav8Region::encode(range, Permissions::READ_WRITE, MemoryKind::Device) {
        Ok(_) => Ok(1),
        Err(error) => Err(nearest(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the process may do at `address`: exactly one region must match.
    fn permissions(words: &Words, address: u32) -> Permissions {
        let matches =
            |region: &&Pmsav8Region| region.range().is_some_and(|range| range.contains(address));
        let mut matching = words.iter().filter(matches);
        match (matching.next(), matching.next()) {
            (Some(region), None) => region.permissions(),
            (None, _) | (Some(_), Some(_)) => Permissions::NONE,
        }
    }

    proptest! {
        #[test]
        fn the_machine_allows_what_was_meant(
            mut bounds in proptest::array::uniform4(0u32..0x0800_0000),
            offset in 0u32..64,
        ) {
            bounds.sort_unstable();
            prop_assume!(bounds[0] < bounds[1] && bounds[2] < bounds[3]);
            let [a, b, c, d] = bounds.map(|bound| bound * 32);
            for (flash, ram) in [(a..b, c..d), (c..d, a..b)] {
                let words = words(&flash, &ram, &[]).expect("aligned, in order, and apart");
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
    fn what_cannot_be_expressed_is_refused() {
        let ram = 0x3800_0000..0x3800_0020;
        assert!(words(&(0..32), &ram, &[]).is_some());
        assert_eq!(words(&(0..48), &ram, &[]), None);
        assert_eq!(words(&ram, &ram, &[]), None, "where both match, nothing is allowed");
        assert_eq!(words(&Range { start: 64, end: 32 }, &ram, &[]), None);
    }

    #[test]
    fn devices_are_regions_of_device_memory_that_nobody_executes() {
        let (flash, ram) = (0x1000_0000..0x1000_0420, 0x3800_0000..0x3800_0020);
        let devices = [0x4020_0000..0x4020_1000, 0x4000_1000..0x4000_2000];
        let words = super::words(&flash, &ram, &devices).expect("one region each");
        for device in &devices {
            assert_eq!(permissions(&words, device.start), Permissions::READ_WRITE);
            assert_eq!(permissions(&words, device.end), Permissions::NONE);
        }
        assert_eq!(words[3].kind(), Some(MemoryKind::Device));
        let [a, b] = devices.clone();
        assert_eq!(super::words(&flash, &ram, &[a.clone(), b, 0x20..0x40]), None, "five regions");
        assert_eq!(super::words(&flash, &ram, &[a.clone(), a]), None, "where both match");
    }
}
