//! The encoder against the hardware's rule, and its counts against looking at all possibilities.

use std::collections::HashSet;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::model::{Unit, matches};
use super::*;
use crate::wall::testing::{
    ATTEMPTS, any_numbers, any_permissions, any_range, permits, probes, range,
};

fn encode(range: AddressRange, limit: usize) -> Result<Pmsav7Regions, WallError> {
    Pmsav7Regions::encode(range, Permissions::READ_WRITE, MemoryKind::Normal, limit)
}

fn encodable(permissions: Permissions, kind: MemoryKind) -> bool {
    let data = permissions.read || !permissions.write;
    let fetch = !permissions.execute || (permissions.read && kind == MemoryKind::Normal);
    data && fetch
}

#[test]
fn known_words() {
    use MemoryKind::{Device, Normal};
    let table: [(_, _, _, _, &[(u32, u32)]); 6] = [
        // one whole region of 32 bytes, of 32 KiB, of everything
        (0x2000_0020, 0x2000_003F, Permissions::READ_WRITE, Normal, &[(0x2000_0020, 0x130B_0009)]),
        (0x0000_8000, 0x0000_FFFF, Permissions::READ_EXECUTE, Normal, &[(0x8000, 0x020B_001D)]),
        (0, u32::MAX, Permissions::NONE, Normal, &[(0, 0x110B_003F)]),
        // a device
        (0x4000_0000, 0x4000_0FFF, Permissions::READ_WRITE, Device, &[(0x4000_0000, 0x1305_0017)]),
        // five eighths of 256 bytes: the last three subregions are disabled
        (0x2000_0000, 0x2000_009F, Permissions::READ, Normal, &[(0x2000_0000, 0x120B_E00F)]),
        // the last five eighths of 1 KiB, then the first five of 256 bytes
        (
            0x2000_0180,
            0x2000_049F,
            Permissions::READ,
            Normal,
            &[(0x2000_0000, 0x120B_0713), (0x2000_0400, 0x120B_E00F)],
        ),
    ];
    for (first, last, permissions, kind, words) in table {
        let found = Pmsav7Regions::encode(range(first, last), permissions, kind, 8).unwrap();
        let found = found.as_slice().iter().map(|region| (region.base, region.attributes));
        assert_eq!(found.collect::<Vec<_>>(), words, "{first:#x} to {last:#x}");
    }
}

#[test]
fn words_can_be_computed_at_build_time() {
    const RANGE: Result<AddressRange, WallError> = AddressRange::new(0x2000_0000, 0x2000_0100);
    const REGIONS: Result<Pmsav7Regions, WallError> = match RANGE {
        Ok(range) => Pmsav7Regions::encode(range, Permissions::READ, MemoryKind::Normal, 1),
        Err(error) => Err(error),
    };
    let region = Pmsav7Region { base: 0x2000_0000, attributes: 0x120B_000F };
    assert_eq!(REGIONS.unwrap().as_slice(), [region]);
}

#[test]
fn a_number_goes_into_the_word_that_selects_by_it() {
    let region = Pmsav7Region { base: 0x2000_0020, attributes: 0x130B_0009 };
    assert_eq!(region.numbered(0).unwrap().base, 0x2000_0030);
    assert_eq!(region.numbered(15).unwrap().base, 0x2000_003F);
    assert_eq!(region.numbered(15).unwrap().numbered(6).unwrap().base, 0x2000_0036);
    assert_eq!(region.numbered(15).unwrap().range(), region.range());
    assert_eq!(region.numbered(16), Err(WallError::UnknownRegion));
    assert_eq!(region.numbered(u32::MAX), Err(WallError::UnknownRegion));
}

#[test]
fn without_a_region_nothing_can_be_expressed() {
    for range in [range(0, 31), range(0, u32::MAX), range(1, 2)] {
        assert_eq!(encode(range, 0), Err(WallError::NoRegionLeft));
    }
}

#[test]
fn a_range_may_take_more_regions_than_can_be_numbered() {
    // Eight up to the widest subregions, one of those, and eight down to the last 32 bytes.
    let most = range(0x20, 0xFFFF_FFDF);
    // Either end could go 32 bytes further; the start stays.
    let nearest = range(0x20, u32::MAX);
    for limit in [16, 17, usize::MAX] {
        assert_eq!(encode(most, limit), Err(WallError::InexpressibleRange { nearest }));
    }
    assert_eq!(encode(nearest, 16).unwrap().as_slice().len(), 9);
    // With the last of those eight left out, sixteen are enough, and fifteen are not.
    let fewer = range(0x20, 0xFFFF_FEFF);
    assert_eq!(encode(fewer, usize::MAX).unwrap().as_slice().len(), PMSAV7_REGIONS);
    assert!(encode(fewer, 15).is_err());
}

#[test]
fn a_refusal_can_be_computed_at_build_time() {
    const RANGE: Result<AddressRange, WallError> = AddressRange::new(0x20, 0xFFFF_FFE0);
    const REFUSED: Result<Pmsav7Regions, WallError> = match RANGE {
        Ok(range) => Pmsav7Regions::encode(range, Permissions::READ, MemoryKind::Normal, 8),
        Err(error) => Err(error),
    };
    assert_eq!(REFUSED, encode(range(0x20, 0xFFFF_FFDF), 8));
}

#[test]
fn odd_ends_are_refused_with_the_range_around_them() {
    let table =
        [(0x2000_0001, 0x2000_003F), (0x2000_0000, 0x2000_0038), (0x2000_0004, 0x2000_003B)];
    for (first, last) in table {
        let nearest = range(0x2000_0000, 0x2000_003F);
        let found = encode(range(first, last), PMSAV7_REGIONS);
        assert_eq!(found, Err(WallError::InexpressibleRange { nearest }));
    }
}

#[test]
fn one_region_is_found_at_once_wherever_it_is_found_by_looking() {
    let words = super::attributes(Permissions::READ, MemoryKind::Normal).unwrap();
    // All ranges of whole steps in 4 KiB, in the middle of the address space and at its end.
    for base in [0x2000_0800, 0xFFFF_F000] {
        for first in (0u32..0x1000).step_by(32) {
            for last in (first + 31..0x1000).step_by(32) {
                let range = range(base + first, base + last);
                let looked = Pmsav7Regions::cover(range, words, 1);
                let found = Pmsav7Region::one(range, Permissions::READ, MemoryKind::Normal);
                let looked = looked.map(|regions| regions.as_slice().to_vec());
                assert_eq!(found.map(|region| vec![region]), looked, "{range:?}");
            }
        }
    }
    assert_eq!(
        Pmsav7Region::one(
            range(0, 31),
            Permissions { write: true, ..Permissions::NONE },
            MemoryKind::Normal
        ),
        None
    );
}

#[test]
fn a_region_that_would_leave_the_range_is_no_candidate() {
    let odd = range(0x100, 0x128);
    for (position, size_bits, last) in [
        (0x100, 5, Some(0x11F)),
        (0x120, 5, None), // the range ends inside the region
        (0x120, 8, None), // and inside the subregion
        (0x100, 8, Some(0x11F)),
        (0x100, 9, None), // the subregion is too long
        (0x100, 32, None),
    ] {
        let found = Block::reaching(odd, position, size_bits).map(|block| block.last);
        assert_eq!(found, last, "{position:#x}, 2^{size_bits}");
    }
}

/// The bytes of a window of 1 KiB in steps of 32, a bit each.
const STEPS: u32 = 32;
/// Some multiple of the window's size.
const WINDOW: u32 = 0x2000_0400;

/// What every region that the registers can hold matches in the window, if nothing outside.
fn all_masks() -> Vec<u32> {
    let mut masks = HashSet::new();
    for size_bits in 5..=14u32 {
        let disabled = if size_bits < 8 { 0..1 } else { 0..256u32 };
        let area = 0x2000_0000..0x2000_4000u32;
        for base in area.step_by(1 << size_bits) {
            for disabled in disabled.clone() {
                let attributes = disabled << 8 | (size_bits - 1) << 1 | 1;
                let region = Pmsav7Region { base, attributes };
                let is_inside = |step: &u32| (32..64).contains(step);
                let mut steps = (0..512).filter(|step| matches(&region, 0x2000_0000 + step * 32));
                let matched: Vec<u32> = steps.by_ref().take_while(is_inside).collect();
                if steps.next().is_none() && !matched.is_empty() {
                    masks.insert(matched.iter().fold(0, |mask, step| mask | 1 << (step - 32)));
                }
            }
        }
    }
    masks.into_iter().collect()
}

#[test]
fn one_or_two_regions_suffice_exactly_where_some_words_of_the_hardware_would_do() {
    let masks = all_masks();
    let by_one: HashSet<u32> = masks.iter().copied().collect();
    let by_two: HashSet<u32> =
        masks.iter().flat_map(|one| masks.iter().map(move |other| one | other)).collect();
    for first in 0..STEPS {
        for last in first..STEPS {
            let mask = (first..=last).fold(0, |mask, step| mask | 1 << step);
            let range = range(WINDOW + first * 32, WINDOW + last * 32 + 31);
            assert_eq!(encode(range, 1).is_ok(), by_one.contains(&mask), "{range:?} by one");
            assert_eq!(encode(range, 2).is_ok(), by_two.contains(&mask), "{range:?} by two");
        }
    }
}

/// The steps of a window of 2 KiB that a region or a run of its subregions can match.
fn all_runs() -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    for size_steps in [1, 2, 4, 8, 16, 32, 64usize] {
        let parts = if size_steps < 8 { 1 } else { 8 };
        let part_steps = size_steps / parts;
        for base in (0..64).step_by(size_steps) {
            for from in 0..parts {
                let ends = (from + 1..=parts).map(|to| base + to * part_steps);
                runs.extend(ends.map(|end| (base + from * part_steps, end)));
            }
        }
    }
    runs
}

/// How few runs cover the steps from `start` up to each end, by trying them all.
fn fewest(runs: &[(usize, usize)], start: usize) -> [usize; 65] {
    let mut fewest = [usize::MAX; 65];
    fewest[start] = 0;
    for end in start + 1..=64 {
        let ending = runs.iter().filter(|(from, to)| *to == end && *from >= start);
        let before = ending.filter_map(|(from, _)| fewest[*from..end].iter().min());
        fewest[end] = before.min().map_or(usize::MAX, |count| count.saturating_add(1));
    }
    fewest
}

/// The shortest range of steps around another that a limit of regions covers, by trying them all.
fn shortest(counts: &[[usize; 65]], start: usize, end: usize, limit: usize) -> usize {
    let starts = (0..=start).flat_map(|from| (end..=64).map(move |to| (from, to)));
    let works = starts.filter(|(from, to)| counts[*from][*to] <= limit);
    works.map(|(from, to)| to - from).min().unwrap()
}

/// One range of steps, with every limit.
fn check_counts(counts: &[[usize; 65]], window: u32, start: usize, end: usize) {
    let address = |step: usize| window + u32::try_from(step).unwrap() * 32;
    let wanted = range(address(start), address(end - 1) + 31);
    let expected = counts[start][end];
    for limit in 1..=4 {
        match encode(wanted, limit) {
            Ok(regions) => assert_eq!(regions.as_slice().len(), expected, "{wanted:?}"),
            Err(WallError::InexpressibleRange { nearest }) => {
                assert!(expected > limit, "{wanted:?} takes {expected}");
                assert!(nearest.first() <= wanted.first() && wanted.last() <= nearest.last());
                let length = shortest(counts, start, end, limit);
                assert_eq!(nearest.length_bytes(), length as u64 * 32, "{wanted:?} by {limit}");
                assert!(encode(nearest, limit).is_ok());
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn counts_and_nearest_ranges_are_the_best_there_are() {
    let runs = all_runs();
    let counts: Vec<[usize; 65]> = (0..64).map(|start| fewest(&runs, start)).collect();
    for window in [0, 0x2000_0000, 0xFFFF_F800] {
        for start in 0..64 {
            for end in start + 1..=64 {
                check_counts(&counts, window, start, end);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_range_means_itself(
        range in any_range(),
        permissions in any_permissions(),
        is_device in any::<bool>(),
        limit in 1usize..=PMSAV7_REGIONS,
        numbers in any_numbers(),
    ) {
        let kind = if is_device { MemoryKind::Device } else { MemoryKind::Normal };
        match Pmsav7Regions::encode(range, permissions, kind, limit) {
            Ok(regions) => {
                prop_assert!(regions.as_slice().len() <= limit);
                for region in regions.as_slice() {
                    prop_assert_eq!(region.permissions(), permissions);
                    prop_assert_eq!(region.kind(), Some(kind));
                }
                let unit = Unit { regions: regions.as_slice().to_vec() };
                for address in probes(range, &numbers) {
                    for attempt in ATTEMPTS {
                        let expected = range.contains(address) && permits(permissions, attempt);
                        prop_assert_eq!(unit.allows(address, attempt), expected);
                    }
                }
            }
            Err(WallError::InexpressibleRange { nearest }) => {
                prop_assert!(nearest != range);
                prop_assert!(nearest.contains(range.first()) && nearest.contains(range.last()));
                let again = Pmsav7Regions::encode(nearest, permissions, kind, limit);
                prop_assert!(again.is_ok());
            }
            Err(error) => {
                prop_assert_eq!(error, WallError::UnsupportedPermissions);
                prop_assert!(!encodable(permissions, kind));
            }
        }
    }

    #[test]
    fn the_regions_of_a_range_say_together_what_each_says_alone(range in any_range()) {
        if let Ok(regions) = encode(range, PMSAV7_REGIONS) {
            let mut next = u64::from(range.first());
            for region in regions.as_slice() {
                let part = region.range().unwrap();
                // Each goes on where the one before ends, or begins inside it, and none is in vain.
                prop_assert!(u64::from(part.first()) <= next && next <= u64::from(part.last()));
                prop_assert!(range.first() <= part.first() && part.last() <= range.last());
                next = u64::from(part.last()) + 1;
            }
            prop_assert_eq!(next, u64::from(range.last()) + 1);
        }
    }

    #[test]
    fn the_highest_numbered_range_decides(
        places in prop::collection::vec((0u32..64, 0u32..64, any_permissions()), 1..6),
        address in 0u32..0x1100,
    ) {
        let mut ranges = Vec::new();
        let mut regions = Vec::new();
        for (first_step, more_steps, permissions) in places {
            let range = range(first_step * 32, (first_step + more_steps) * 32 + 31);
            let kind = MemoryKind::Normal;
            if let Ok(found) = Pmsav7Regions::encode(range, permissions, kind, PMSAV7_REGIONS) {
                regions.extend_from_slice(found.as_slice());
                ranges.push((range, permissions));
            }
        }
        let unit = Unit { regions };
        let decisive = ranges.iter().rev().find(|(range, _)| range.contains(address));
        for attempt in ATTEMPTS {
            let expected = decisive.is_some_and(|(_, permissions)| permits(*permissions, attempt));
            prop_assert_eq!(unit.allows(address, attempt), expected);
        }
    }

    #[test]
    fn any_region_can_be_decoded(
        random_base in any::<u32>(),
        size_bits in 5u32..=32,
        disabled in 0u32..256,
        is_enabled in prop::bool::weighted(0.9),
        numbers in any_numbers(),
    ) {
        let mask = u32::MAX >> (32 - size_bits);
        let disabled = if size_bits < 8 { 0 } else { disabled };
        let attributes = disabled << 8 | (size_bits - 1) << 1 | u32::from(is_enabled);
        let region = Pmsav7Region { base: random_base & !mask, attributes };
        if let Some(range) = region.range() {
            for address in probes(range, &numbers) {
                prop_assert_eq!(matches(&region, address), range.contains(address));
            }
        } else {
            // Disabled as a whole or in every part, or with a hole between two enabled parts.
            let step = (mask >> 3) + 1;
            let parts = (0..8u32).filter(|part| {
                let address = (random_base & !mask).wrapping_add(part.wrapping_mul(step));
                matches(&region, address)
            });
            let parts: Vec<u32> = parts.collect();
            let is_run = parts.windows(2).all(|pair| pair[1] == pair[0] + 1);
            prop_assert!(parts.is_empty() || !is_run);
        }
    }

    #[test]
    fn any_words_can_be_decoded(base in any::<u32>(), attributes in any::<u32>()) {
        let region = Pmsav7Region { base, attributes };
        let permissions = region.permissions();
        prop_assert!(permissions.read || !(permissions.write || permissions.execute));
        if let Some(range) = region.range() {
            prop_assert!(range.first() <= range.last());
        }
    }
}
