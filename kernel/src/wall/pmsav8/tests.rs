//! The encoder against the hardware's rule.

use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::model::{Unit, attributes, shareability};
use super::*;
use crate::wall::testing::{
    ATTEMPTS, any_numbers, any_permissions, any_range, permits, probes, range,
};

#[test]
fn known_words() {
    use MemoryKind::{Device, Normal};
    let table = [
        (0x2000_0000, 0x2000_001F, Permissions::READ_WRITE, Normal, (0x2000_0003, 0x2000_0001)),
        (0x0000_8000, 0x0000_FFFF, Permissions::READ_EXECUTE, Normal, (0x8006, 0xFFE1)),
        (0x0000_8000, 0x0000_FFFF, Permissions::READ, Normal, (0x8007, 0xFFE1)),
        (0x4000_0000, 0x4000_0FFF, Permissions::READ_WRITE, Device, (0x4000_0003, 0x4000_0FE3)),
        (0, u32::MAX, Permissions::NONE, Normal, (0x0000_0001, 0xFFFF_FFE1)),
    ];
    for (first, last, permissions, kind, (base, limit)) in table {
        let found = Pmsav8Region::encode(range(first, last), permissions, kind);
        assert_eq!(found, Ok(Pmsav8Region { base, limit }), "{first:#x} to {last:#x}");
    }
}

#[test]
fn words_can_be_computed_at_build_time() {
    const RANGE: Result<AddressRange, WallError> = AddressRange::new(0x2000_0000, 0x2000_0100);
    const REGION: Result<Pmsav8Region, WallError> = match RANGE {
        Ok(range) => Pmsav8Region::encode(range, Permissions::READ, MemoryKind::Normal),
        Err(error) => Err(error),
    };
    assert_eq!(REGION, Ok(Pmsav8Region { base: 0x2000_0007, limit: 0x2000_00E1 }));
}

#[test]
fn the_attribute_register_says_what_the_regions_mean() {
    for (kind, expected) in [(MemoryKind::Normal, 0xFF), (MemoryKind::Device, 0x04)] {
        let region = Pmsav8Region::encode(range(0, 31), Permissions::READ_WRITE, kind).unwrap();
        assert_eq!(attributes(&region, PMSAV8_MAIR0, 0), expected, "{kind:?}");
        assert_eq!(shareability(&region), 0, "{kind:?}");
    }
}

#[test]
fn errors_exactly_where_no_words_of_the_hardware_would_do() {
    // All bases and limits of the first 256 bytes, as the model sees them.
    let mut matched: Vec<Vec<u32>> = Vec::new();
    for base in (0..256).step_by(32) {
        for limit in (0..256).step_by(32) {
            let region = Pmsav8Region { base: base | 3, limit: limit | 1 };
            let unit = Unit { regions: vec![region] };
            matched.push((0..512).filter(|byte| unit.allows(*byte, ATTEMPTS[0])).collect());
        }
    }
    for first in 0..256 {
        for last in first..256 {
            let bytes: Vec<u32> = (first..=last).collect();
            let found = Pmsav8Region::encode(
                range(first, last),
                Permissions::READ_WRITE,
                MemoryKind::Normal,
            );
            assert_eq!(found.is_ok(), matched.contains(&bytes), "{first} to {last}");
        }
    }
}

proptest! {
    #[test]
    fn a_range_means_itself(
        range in any_range(),
        permissions in any_permissions(),
        is_device in any::<bool>(),
        numbers in any_numbers(),
    ) {
        let kind = if is_device { MemoryKind::Device } else { MemoryKind::Normal };
        match Pmsav8Region::encode(range, permissions, kind) {
            Ok(region) => {
                prop_assert_eq!(region.range(), Some(range));
                prop_assert_eq!(region.permissions(), permissions);
                prop_assert_eq!(region.kind(), Some(kind));
                let unit = Unit { regions: vec![Pmsav8Region::DISABLED, region] };
                for address in probes(range, &numbers) {
                    for attempt in ATTEMPTS {
                        let expected = range.contains(address) && permits(permissions, attempt);
                        prop_assert_eq!(unit.allows(address, attempt), expected);
                    }
                }
            }
            Err(WallError::InexpressibleRange { nearest }) => {
                prop_assert!(nearest != range);
                let below = u64::from(range.first()) - u64::from(nearest.first());
                let above = u64::from(nearest.last()) - u64::from(range.last());
                prop_assert!(below < 32 && above < 32);
                prop_assert!(Pmsav8Region::encode(nearest, permissions, kind).is_ok());
            }
            Err(error) => {
                prop_assert_eq!(error, WallError::UnsupportedPermissions);
                let fetch_only = permissions.execute && (!permissions.read || is_device);
                prop_assert!(fetch_only || permissions.write && !permissions.read);
            }
        }
    }

    #[test]
    fn an_address_in_two_ranges_is_denied(
        places in prop::collection::vec((0u32..32, 0u32..16, any::<bool>()), 1..6),
        address in 0u32..0x700,
    ) {
        let ranges = places.iter().map(|(first_step, more_steps, write)| {
            let range = range(first_step * 32, (first_step + more_steps) * 32 + 31);
            (range, Permissions { write: *write, ..Permissions::READ_EXECUTE })
        });
        let ranges: Vec<(AddressRange, Permissions)> = ranges.collect();
        let regions = ranges.iter().map(|(range, permissions)| {
            Pmsav8Region::encode(*range, *permissions, MemoryKind::Normal).unwrap()
        });
        let unit = Unit { regions: regions.collect() };
        let holding: Vec<_> = ranges.iter().filter(|(range, _)| range.contains(address)).collect();
        for attempt in ATTEMPTS {
            let expected = holding.len() == 1 && permits(holding[0].1, attempt);
            prop_assert_eq!(unit.allows(address, attempt), expected);
        }
        if let [(one, _), (other, _), ..] = holding[..] {
            prop_assert!(one.overlaps(*other));
        }
    }

    #[test]
    fn any_words_can_be_decoded(
        base in any::<u32>(),
        limit in any::<u32>(),
        numbers in any_numbers(),
    ) {
        let region = Pmsav8Region { base, limit };
        let unit = Unit { regions: vec![region] };
        let permissions = region.permissions();
        let is_in = |address| region.range().is_some_and(|range| range.contains(address));
        for address in numbers {
            for attempt in ATTEMPTS {
                let expected = is_in(address) && permits(permissions, attempt);
                prop_assert_eq!(unit.allows(address, attempt), expected);
            }
        }
    }
}
