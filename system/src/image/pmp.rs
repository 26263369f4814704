//! The words of RISC-V's physical memory protection for a process.
//!
//! A process has four entries of the wall, so that a switch writes no more than those. Its flash and
//! its RAM have two each, whether they need them (their bounds are in two entries then) or not. What
//! devices a process has must fit in beside: then its flash, and if need be its RAM too, lies in an
//! aligned power of two, which takes one entry.

use std::ops::Range;

use guichet_kernel::{
    AddressRange, Permissions, PmpEntries, PmpEntry, WallError, pmp_configuration_word,
};

use super::wall::{WallKind, nearest};

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

/// The words that let user mode read and execute `flash`, read and write `ram` and `devices`, and
/// nothing else; `None` if a bound is no multiple of four, a range is empty or backwards, or all of them
/// take more than the four entries.
pub fn words(flash: &Range<u32>, ram: &Range<u32>, devices: &[Range<u32>]) -> Option<Words> {
    let mut entries = Vec::new();
    for (range, permissions) in [(flash, Permissions::READ_EXECUTE), (ram, Permissions::READ_WRITE)]
    {
        let encoded = encode(range, permissions).ok()?;
        if devices.is_empty() && encoded.as_slice().len() == 1 {
            entries.push(PmpEntry::OFF);
        }
        entries.extend_from_slice(encoded.as_slice());
    }
    for range in devices {
        entries.extend_from_slice(encode(range, Permissions::READ_WRITE).ok()?.as_slice());
    }
    if entries.len() > WallKind::ENTRIES {
        return None;
    }
    entries.resize(WallKind::ENTRIES, PmpEntry::OFF);
    let entries: [PmpEntry; WallKind::ENTRIES] = entries.try_into().ok()?;
    Some(Words {
        addresses: entries.map(|entry| entry.address),
        configuration: pmp_configuration_word(entries),
    })
}

/// Tells whether a range takes at most so many entries.
pub(super) fn can_express(range: &Range<u32>, entries: usize) -> bool {
    encode(range, Permissions::READ).is_ok_and(|encoded| encoded.as_slice().len() <= entries)
}

/// How many entries a device's registers take.
pub(super) fn device_entries(range: &Range<u32>) -> Result<usize, Option<AddressRange>> {
    match encode(range, Permissions::READ_WRITE) {
        Ok(entries) => Ok(entries.as_slice().len()),
        Err(error) => Err(nearest(error)),
    }
}

fn encode(range: &Range<u32>, permissions: Permissions) -> Result<PmpEntries, WallError> {
    let range = AddressRange::new(range.start, range.end)?;
    PmpEntries::encode(range, permissions, GRAIN)
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
                let words = words(&flash, &ram, &[]).expect("aligned and in order");
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
        assert!(words(&(0..8), &(8..16), &[]).is_some());
        assert_eq!(words(&(2..8), &(8..16), &[]), None);
        assert_eq!(words(&(0..8), &(8..17), &[]), None);
        let backwards = Range { start: 8, end: 0 };
        assert_eq!(words(&backwards, &(8..16), &[]), None);
    }

    #[test]
    fn devices_stand_beside_what_leaves_them_room() {
        let (flash, ram) = (0x8000_0000..0x8000_1000, 0x8010_0000..0x8010_0800);
        let uart = 0x1000_0000..0x1000_0100;
        let odd = 0x1000_1000..0x1000_1018;
        let both = words(&flash, &ram, &[uart.clone(), 0x10_1000..0x10_1020]).expect("one each");
        let all = words(&flash, &ram, std::slice::from_ref(&odd)).expect("one, one and two");
        for (words, devices) in [(both, vec![uart.clone(), 0x10_1000..0x10_1020]), (all, vec![odd])]
        {
            for device in devices {
                for address in [device.start, device.end - 4] {
                    assert!(allows(&words, address, |may| may.read && may.write && !may.execute));
                }
                for address in [device.start - 4, device.end] {
                    assert!(!allows(&words, address, |may| may.read || may.write));
                }
            }
            assert!(allows(&words, 0x8000_0FFC, |may| may.execute && !may.write));
            assert!(allows(&words, 0x8010_07FC, |may| may.write && !may.execute));
        }
        assert!(words(&flash, &ram, &[uart.clone(), 0..0x18]).is_none(), "five entries");
        assert!(words(&(0x8000_0000..0x8000_1800), &ram, std::slice::from_ref(&uart)).is_some());
        let more = [uart, 0x10_1000..0x10_1020];
        assert!(words(&(0x8000_0000..0x8000_1800), &ram, &more).is_none());
    }
}
