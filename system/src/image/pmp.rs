//! The words of RISC-V's physical memory protection for a process.
//!
//! A process has two regions, its flash and its RAM, and each has two entries of the wall, whether
//! the region needs them (its bounds are in two entries then) or not: so a process's words
//! are always the same four, and a switch writes no more than those.

use std::ops::Range;

use guichet_kernel::{AddressRange, Permissions, PmpEntries, PmpEntry, pmp_configuration_word};

/// The machine matches down to single words.
const GRAIN: u32 = 0;

/// What is written into the first four entries when a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The address registers.
    pub addresses: [u32; 4],
    /// The configuration of the four entries, a byte each.
    pub configuration: u32,
}

/// The words that let user mode read and execute `flash`, read and write `ram`, and nothing else;
/// `None` if a bound is no multiple of four, or a range is empty or backwards.
pub fn words(flash: &Range<u32>, ram: &Range<u32>) -> Option<Words> {
    let [flash_start, flash_end] = pair(flash, Permissions::READ_EXECUTE)?;
    let [ram_start, ram_end] = pair(ram, Permissions::READ_WRITE)?;
    let entries = [flash_start, flash_end, ram_start, ram_end];
    Some(Words {
        addresses: entries.map(|entry| entry.address),
        configuration: pmp_configuration_word(entries),
    })
}

/// The entries of one region; the first is off where one would do.
fn pair(range: &Range<u32>, permissions: Permissions) -> Option<[PmpEntry; 2]> {
    let range = AddressRange::new(range.start, range.end).ok()?;
    match PmpEntries::encode(range, permissions, GRAIN).ok()? {
        PmpEntries::One([entry]) => Some([PmpEntry::OFF, entry]),
        PmpEntries::Two(entries) => Some(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tells whether the process may use `address` so: the lowest entry that matches decides.
    fn allows(words: &Words, address: u32, wanted: fn(Permissions) -> bool) -> bool {
        let mut previous = 0;
        for (place, register) in words.addresses.into_iter().enumerate() {
            let configuration = words.configuration.to_le_bytes()[place];
            let entry = PmpEntry { address: register, configuration };
            if entry.range(previous).is_some_and(|range| range.contains(address)) {
                return wanted(entry.permissions());
            }
            previous = register;
        }
        false
    }

    proptest! {
        #[test]
        fn the_machine_allows_what_was_meant(
            mut bounds in proptest::array::uniform4(0u32..0x4000_0000),
            offset in 0u32..16,
        ) {
            bounds.sort_unstable();
            prop_assume!(bounds[0] < bounds[1] && bounds[2] < bounds[3]);
            let [a, b, c, d] = bounds.map(|bound| bound * 4);
            for (flash, ram) in [(a..b, c..d), (c..d, a..b)] {
                let words = words(&flash, &ram).expect("aligned and in order");
                for bound in [a, b, c, d] {
                    let address = bound.wrapping_add(offset).wrapping_sub(8);
                    let (code, data) = (flash.contains(&address), ram.contains(&address));
                    prop_assert_eq!(allows(&words, address, |may| may.read), code || data);
                    prop_assert_eq!(allows(&words, address, |may| may.write), data);
                    prop_assert_eq!(allows(&words, address, |may| may.execute), code);
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_expressed_is_refused() {
        assert!(words(&(0..8), &(8..16)).is_some());
        assert_eq!(words(&(2..8), &(8..16)), None);
        assert_eq!(words(&(0..8), &(8..17)), None);
        let backwards = Range { start: 8, end: 0 };
        assert_eq!(words(&backwards, &(8..16)), None);
    }
}
