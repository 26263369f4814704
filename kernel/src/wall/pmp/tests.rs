//! The encoder against the hardware's rule.

use std::collections::HashSet;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::model::Unit;
use super::*;
use crate::wall::testing::{
    ATTEMPTS, Attempt, any_numbers, any_permissions, any_range, permits, probes, range,
};

const ALL: Permissions = Permissions { read: true, write: true, execute: true };

/// An entry that is off, with an address register that a neighbour must not stumble over.
const NEIGHBOUR: PmpEntry = PmpEntry { address: 0x2AAA_AAAA, configuration: 0 };

fn encode(range: AddressRange, permissions: Permissions) -> PmpEntries {
    PmpEntries::encode(range, permissions, 0).unwrap()
}

/// A unit with these entries somewhere in the middle.
fn unit(entries: &PmpEntries, grain: u32) -> Unit {
    let mut all = vec![NEIGHBOUR; 2];
    all.extend_from_slice(entries.as_slice());
    all.push(NEIGHBOUR);
    Unit { entries: all, grain }
}

/// The range and permissions that entries stand for.
fn decode(entries: &PmpEntries) -> (Option<AddressRange>, Permissions) {
    match entries {
        PmpEntries::One([entry]) => (entry.range(NEIGHBOUR.address), entry.permissions()),
        PmpEntries::Two([start, end]) => {
            assert_eq!(start.range(NEIGHBOUR.address), None);
            (end.range(start.address), end.permissions())
        }
    }
}

#[test]
fn known_words() {
    let one = |address, configuration| Ok(PmpEntries::One([PmpEntry { address, configuration }]));
    let two = |start, end, configuration| {
        let start = PmpEntry { address: start, configuration: 0 };
        Ok(PmpEntries::Two([start, PmpEntry { address: end, configuration }]))
    };
    let table = [
        (0x8000_0000, 0x8000_0003, Permissions::READ, one(0x2000_0000, 0x11)),
        (0x8000_0000, 0x8000_0007, ALL, one(0x2000_0000, 0x1F)),
        (0x8000_0008, 0x8000_000F, Permissions::READ_WRITE, one(0x2000_0002, 0x1B)),
        (0x8000_0000, 0x8000_FFFF, Permissions::READ_EXECUTE, one(0x2000_1FFF, 0x1D)),
        (0, u32::MAX, Permissions::NONE, one(0x1FFF_FFFF, 0x18)),
        (0x8000_0004, 0x8000_000B, Permissions::READ, two(0x2000_0001, 0x2000_0003, 0x09)),
        (0xFFFF_FFF4, u32::MAX, Permissions::READ, two(0x3FFF_FFFD, 0x4000_0000, 0x09)),
    ];
    for (first, last, permissions, expected) in table {
        let found = PmpEntries::encode(range(first, last), permissions, 0);
        assert_eq!(found, expected, "{first:#x} to {last:#x}");
    }
}

#[test]
fn words_can_be_computed_at_build_time() {
    const RANGE: Result<AddressRange, WallError> = AddressRange::new(0x8000_0000, 0x8000_1000);
    const ENTRIES: Result<PmpEntries, WallError> = match RANGE {
        Ok(range) => PmpEntries::encode(range, Permissions::READ, 0),
        Err(error) => Err(error),
    };
    let entry = PmpEntry { address: 0x2000_01FF, configuration: 0x19 };
    assert_eq!(ENTRIES, Ok(PmpEntries::One([entry])));
}

#[test]
fn the_lowest_numbered_entry_has_the_lowest_byte() {
    let entry = |configuration| PmpEntry { address: 0, configuration };
    let entries = [entry(0x19), entry(0x00), entry(0x0B), entry(0x1D)];
    assert_eq!(pmp_configuration_word(entries), 0x1D0B_0019);
}

#[test]
fn what_the_architecture_lacks_is_refused() {
    let page = range(0x1000, 0x1FFF);
    for execute in [false, true] {
        let permissions = Permissions { read: false, write: true, execute };
        let found = PmpEntries::encode(page, permissions, 0);
        assert_eq!(found, Err(WallError::UnsupportedPermissions));
    }
    for grain in [31, 32, 33, u32::MAX] {
        let found = PmpEntries::encode(page, ALL, grain);
        assert_eq!(found, Err(WallError::UnsupportedGrain));
    }
    let whole = range(0, u32::MAX);
    let nearest = WallError::InexpressibleRange { nearest: whole };
    assert_eq!(PmpEntries::encode(page, ALL, 30), Err(nearest));
    assert!(PmpEntries::encode(whole, ALL, 30).is_ok());
}

/// Every range that hardware with these registers can match, in the first 48 bytes, by one entry
/// alone or by two of which the first matches nothing.
fn all_matched(grain: u32) -> HashSet<(bool, Vec<u64>)> {
    // A register keeps only the bits that its mode and the grain leave it.
    let addresses = || (0..16u32).map(move |words| words >> grain << grain);
    let modes = if grain == 0 { vec![FOUR_BYTES, POWER_OF_TWO] } else { vec![POWER_OF_TWO] };
    let mut units = Vec::new();
    for address in 0..16 {
        for &configuration in &modes {
            units.push(vec![NEIGHBOUR, PmpEntry { address, configuration }]);
        }
        for bottom in addresses() {
            let start = PmpEntry { address: bottom, configuration: 0 };
            let top = PmpEntry { address: address >> grain << grain, configuration: TOP_OF_RANGE };
            units.push(vec![NEIGHBOUR, start, top]);
        }
    }
    let matched = units.into_iter().map(|entries| {
        let number = entries.len() - 1;
        let unit = Unit { entries, grain };
        let is_single = number == 1;
        (is_single, (0..96).filter(|byte| unit.matches(number, *byte)).collect())
    });
    matched.collect()
}

#[test]
fn errors_exactly_where_no_words_of_the_hardware_would_do() {
    for grain in 0..4 {
        let matched = all_matched(grain);
        for first in 0..48 {
            for last in first..48 {
                let bytes: Vec<u64> = (u64::from(first)..=u64::from(last)).collect();
                let by_one = matched.contains(&(true, bytes.clone()));
                let by_two = matched.contains(&(false, bytes));
                let found = PmpEntries::encode(range(first, last), ALL, grain);
                let is_as_short = match found {
                    Ok(entries) if by_one => entries.as_slice().len() == 1,
                    Ok(entries) => by_two && entries.as_slice().len() == 2,
                    Err(_) => !by_one && !by_two,
                };
                assert!(is_as_short, "{first} to {last}, grain {grain}: {found:?}");
            }
        }
    }
}

#[test]
fn an_access_across_two_ranges_is_denied_though_each_byte_is_allowed() {
    let entries = [encode(range(0x100, 0x1FF), ALL), encode(range(0x200, 0x27F), ALL)];
    let entries = entries.iter().flat_map(|entries| entries.as_slice().to_vec()).collect();
    let unit = Unit { entries, grain: 0 };
    for (address, width_bytes, allowed) in
        [(0x1FC, 4, true), (0x200, 4, true), (0x1FE, 4, false), (0x1FF, 1, true), (0x1FF, 2, false)]
    {
        let found = unit.allows(address, width_bytes, Attempt::Read);
        assert_eq!(found, allowed, "{address:#x}");
    }
}

/// What the lowest-numbered of some ranges says that has a byte of the access.
fn naive(
    ranges: &[(AddressRange, Permissions)],
    address: u32,
    width_bytes: u32,
    attempt: Attempt,
) -> bool {
    let bytes = || (0..width_bytes).map(|offset| address.wrapping_add(offset));
    let decisive = ranges.iter().find(|(range, _)| bytes().any(|byte| range.contains(byte)));
    decisive.is_some_and(|(range, permissions)| {
        bytes().all(|byte| range.contains(byte)) && permits(*permissions, attempt)
    })
}

proptest! {
    #[test]
    fn a_range_means_itself(
        range in any_range(),
        permissions in any_permissions(),
        grain in 0u32..=30,
        numbers in any_numbers(),
    ) {
        match PmpEntries::encode(range, permissions, grain) {
            Ok(entries) => {
                prop_assert_eq!(decode(&entries), (Some(range), permissions));
                let unit = unit(&entries, grain);
                for address in probes(range, &numbers) {
                    for attempt in ATTEMPTS {
                        let expected = range.contains(address) && permits(permissions, attempt);
                        prop_assert_eq!(unit.allows(address, 1, attempt), expected);
                    }
                }
            }
            Err(WallError::InexpressibleRange { nearest }) => {
                prop_assert!(nearest != range);
                let grain_bytes = 4u64 << grain;
                let below = u64::from(range.first()) - u64::from(nearest.first());
                let above = u64::from(nearest.last()) - u64::from(range.last());
                prop_assert!(below < grain_bytes && above < grain_bytes);
                prop_assert!(PmpEntries::encode(nearest, permissions, grain).is_ok());
            }
            Err(error) => {
                prop_assert_eq!(error, WallError::UnsupportedPermissions);
                prop_assert!(permissions.write && !permissions.read);
            }
        }
    }

    #[test]
    fn the_lowest_numbered_range_decides(
        places in prop::collection::vec((0u32..64, 0u32..24, any_permissions()), 1..6),
        address in 0u32..400,
        width_bytes in prop::sample::select(vec![1u32, 2, 4, 8]),
    ) {
        let mut ranges = Vec::new();
        for (first_word, more_words, permissions) in places {
            let range = range(first_word * 4, (first_word + more_words) * 4 + 3);
            let write = permissions.write && permissions.read;
            ranges.push((range, Permissions { write, ..permissions }));
        }
        let entries = ranges.iter().flat_map(|(range, permissions)| {
            encode(*range, *permissions).as_slice().to_vec()
        });
        let unit = Unit { entries: entries.collect(), grain: 0 };
        for attempt in ATTEMPTS {
            let expected = naive(&ranges, address, width_bytes, attempt);
            prop_assert_eq!(unit.allows(address, width_bytes, attempt), expected);
        }
    }

    #[test]
    fn any_entry_can_be_decoded(
        address in any::<u32>(),
        configuration in any::<u8>(),
        previous_address in any::<u32>(),
        numbers in any_numbers(),
    ) {
        let previous = PmpEntry { address: previous_address, configuration: 0 };
        // Without the reserved permissions, which say nothing of the range.
        let entry = PmpEntry { address, configuration: configuration & !WRITE };
        let unit = Unit { entries: vec![previous, entry], grain: 0 };
        if let Some(range) = entry.range(previous_address) {
            for address in probes(range, &numbers) {
                prop_assert_eq!(unit.matches(1, u64::from(address)), range.contains(address));
            }
        } else {
            // It matches nothing, or bytes that 32 bits do not reach; its last byte is one of these.
            let words = [address.wrapping_sub(1), address, address | address.wrapping_add(1)];
            let bytes = words.map(|word| u64::from(word) << 2 | 3);
            let matched: Vec<u64> =
                bytes.into_iter().filter(|byte| unit.matches(1, *byte)).collect();
            prop_assert!(matched.is_empty() || matched.iter().any(|byte| byte >> 32 != 0));
        }
    }
}
