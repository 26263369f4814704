//! The words of Armv8-M's memory protection unit for a process.
//!
//! A process has two ranges, its flash and its RAM, and each is one region. Four regions are written
//! nevertheless, the other two as disabled: the unit shows four at once through its alias registers,
//! so a switch stores them in one run.

use std::ops::Range;

use guichet_kernel::{AddressRange, MemoryKind, Permissions, Pmsav8Region};

/// What is written into the regions 0 to 3 when a process runs: MPU_RBAR and MPU_RLAR.
pub type Words = [Pmsav8Region; 4];

/// The words that let a process read and execute `flash`, read and write `ram`, and nothing else;
/// `None` if a bound is no multiple of 32, if a range is empty or backwards, or if the two overlap,
/// which would close to it what they have in common.
pub fn words(flash: &Range<u32>, ram: &Range<u32>) -> Option<Words> {
    let [flash, ram] = [flash, ram].map(|range| AddressRange::new(range.start, range.end).ok());
    let (flash, ram) = (flash?, ram?);
    if flash.overlaps(ram) {
        return None;
    }
    let code = Pmsav8Region::encode(flash, Permissions::READ_EXECUTE, MemoryKind::Normal).ok()?;
    let data = Pmsav8Region::encode(ram, Permissions::READ_WRITE, MemoryKind::Normal).ok()?;
    Some([code, data, Pmsav8Region::DISABLED, Pmsav8Region::DISABLED])
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
                let words = words(&flash, &ram).expect("aligned, in order, and apart");
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
        assert!(words(&(0..32), &ram).is_some());
        assert_eq!(words(&(0..48), &ram), None);
        assert_eq!(words(&ram, &ram), None, "where both match, nothing is allowed");
        assert_eq!(words(&Range { start: 64, end: 32 }, &ram), None);
    }
}
