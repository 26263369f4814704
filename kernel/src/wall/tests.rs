//! Ranges at the ends of the address space, where arithmetic would wrap.

use super::testing::range;
use super::*;

#[test]
fn ranges_are_given_by_either_end() {
    let table = [
        // start, end, first and last
        (0, 1, Some((0, 0))),
        (0x1000, 0x2000, Some((0x1000, 0x1FFF))),
        (0, u32::MAX, Some((0, u32::MAX - 1))),
        (0, 0, None),
        (5, 5, None),
        (6, 5, None),
        (u32::MAX, 0, None), // no wrapping round
        (u32::MAX, u32::MAX, None),
    ];
    for (start, end, ends) in table {
        let found = AddressRange::new(start, end);
        let expected = ends.map(|(first, last)| range(first, last)).ok_or(WallError::EmptyRange);
        assert_eq!(found, expected, "{start:#x}..{end:#x}");
    }
    assert_eq!(AddressRange::from_first_and_last(1, 0), Err(WallError::EmptyRange));
    assert_eq!(AddressRange::from_first_and_last(u32::MAX, 0), Err(WallError::EmptyRange));
}

#[test]
fn lengths_reach_the_whole_address_space() {
    assert_eq!(range(7, 7).length_bytes(), 1);
    assert_eq!(range(0x2000_0000, 0x2000_7FFF).length_bytes(), 0x8000);
    assert_eq!(range(0, u32::MAX).length_bytes(), 1 << 32);
}

#[test]
fn membership_and_overlap_agree_with_looking_at_every_byte() {
    let ends = |first: u32| (first..10).map(move |last| range(first, last));
    let ranges = || (0..10).flat_map(ends);
    for one in ranges() {
        for address in 0..12 {
            let found = one.contains(address);
            assert_eq!(found, (one.first()..=one.last()).any(|byte| byte == address));
        }
        for other in ranges() {
            let shared = (0..12).any(|byte| one.contains(byte) && other.contains(byte));
            assert_eq!(one.overlaps(other), shared, "{one:?} {other:?}");
        }
    }
}
