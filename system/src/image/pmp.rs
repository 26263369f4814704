//! The words of RISC-V's physical memory protection for a process.
//!
//! Regions are given to the machine as pairs of entries in "top of range" mode: the first entry
//! holds the start and matches nothing itself, the second holds the end. So a region may begin and
//! end at any multiple of four.

use std::ops::Range;

/// Entries' permissions.
const READ: u32 = 1;
const WRITE: u32 = 1 << 1;
const EXECUTE: u32 = 1 << 2;
/// An entry that matches from the address of the entry before up to its own.
const TOP_OF_RANGE: u32 = 1 << 3;

/// What is written into the first four entries when a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The address registers.
    pub addresses: [u32; 4],
    /// The configuration of the four entries, a byte each.
    pub configuration: u32,
}

/// The words that let user mode read and execute `flash`, read and write `ram`, and nothing else;
/// `None` if a bound is no multiple of four, or a range is backwards.
pub fn words(flash: &Range<u32>, ram: &Range<u32>) -> Option<Words> {
    let bounds = [flash.start, flash.end, ram.start, ram.end];
    let is_sound = bounds.iter().all(|bound| bound.is_multiple_of(4))
        && flash.start <= flash.end
        && ram.start <= ram.end;
    let flash = (TOP_OF_RANGE | READ | EXECUTE) << 8;
    let ram = (TOP_OF_RANGE | READ | WRITE) << 24;
    is_sound
        .then(|| Words { addresses: bounds.map(|bound| bound >> 2), configuration: flash | ram })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the machine's manual says of one access of user mode to the word at `address`: the
    /// lowest entry that matches decides, and without one the access fails.
    fn allows(words: &Words, address: u32, permission: u32) -> bool {
        for entry in 0..4 {
            let configuration = words.configuration >> (8 * entry) & 0xFF;
            let below = if entry == 0 { 0 } else { words.addresses[entry - 1] };
            let is_match = configuration >> 3 & 3 == 1
                && (below..words.addresses[entry]).contains(&(address >> 2));
            if is_match {
                return configuration & permission == permission;
            }
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
            let [a, b, c, d] = bounds.map(|bound| bound * 4);
            for (flash, ram) in [(a..b, c..d), (c..d, a..b)] {
                let words = words(&flash, &ram).expect("aligned and in order");
                for bound in [a, b, c, d] {
                    let address = bound.wrapping_add(offset).wrapping_sub(8);
                    let (code, data) = (flash.contains(&address), ram.contains(&address));
                    prop_assert_eq!(allows(&words, address, READ), code || data);
                    prop_assert_eq!(allows(&words, address, WRITE), data);
                    prop_assert_eq!(allows(&words, address, EXECUTE), code);
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
