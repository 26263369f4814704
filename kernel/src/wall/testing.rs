//! What the tests of all walls share: arbitrary ranges, and the addresses worth asking about.

use std::vec::Vec;

use proptest::prelude::*;

use super::{AddressRange, Permissions};

/// What a process tries to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    Read,
    Write,
    Execute,
}

pub(super) const ATTEMPTS: [Attempt; 3] = [Attempt::Read, Attempt::Write, Attempt::Execute];

/// What permissions say of an attempt.
pub(super) fn permits(permissions: Permissions, attempt: Attempt) -> bool {
    match attempt {
        Attempt::Read => permissions.read,
        Attempt::Write => permissions.write,
        Attempt::Execute => permissions.execute,
    }
}

/// A range given by its ends.
pub(super) fn range(first: u32, last: u32) -> AddressRange {
    AddressRange::from_first_and_last(first, last).unwrap()
}

/// All eight.
pub(super) fn any_permissions() -> impl Strategy<Value = Permissions> {
    any::<(bool, bool, bool)>().prop_map(|(read, write, execute)| Permissions {
        read,
        write,
        execute,
    })
}

/// Long and short ranges anywhere, of every alignment, often at the ends of the address space.
pub(super) fn any_range() -> impl Strategy<Value = AddressRange> {
    let start = prop_oneof![4 => any::<u32>(), 1 => Just(0), 1 => 0u32..0x1000];
    let short = (any::<u32>(), 0u32..0x2000).prop_map(|(start, more)| (start, more));
    let long = (start, any::<u32>());
    let to_the_end = (0u32..0x2000).prop_map(|more| (u32::MAX - more, more));
    let ends = prop_oneof![3 => short, 3 => long, 1 => to_the_end];
    (ends, 0u32..31).prop_map(|((first, more), alignment_bits)| {
        let mask = (1u32 << alignment_bits) - 1;
        range(first & !mask, first.saturating_add(more) | mask)
    })
}

/// The addresses around both ends of a range, those that differ from an end in one bit, and for
/// each of `random` itself and an address inside the range.
pub(super) fn probes(range: AddressRange, random: &[u32]) -> Vec<u32> {
    let (first, last) = (range.first(), range.last());
    let mut addresses: Vec<u32> = Vec::new();
    for end in [first, last] {
        addresses.extend((0..=8).map(|offset| end.wrapping_sub(4).wrapping_add(offset)));
        addresses.extend((0..32).map(|bit| end ^ (1 << bit)));
    }
    for &number in random {
        let offset = u64::from(number) % range.length_bytes();
        addresses.extend([number, first + u32::try_from(offset).unwrap()]);
    }
    addresses
}

/// Ten random numbers for [`probes`].
pub(super) fn any_numbers() -> impl Strategy<Value = [u32; 10]> {
    any::<[u32; 10]>()
}
