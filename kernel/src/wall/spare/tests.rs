//! What is put into a place, against the hardware's rule and the encoders of the build.

use std::vec;

use proptest::prelude::*;

use super::*;
use crate::wall::pmp::{self, PmpEntries};
use crate::wall::pmsav7::{self, Pmsav7Regions};
use crate::wall::pmsav8;
use crate::wall::testing::{ATTEMPTS, Attempt, any_numbers, any_range, permits, probes, range};

type Words = [u32; WALL_WORDS];

/// A kind of wall, as its hardware sees it.
trait Kind: SpareWall {
    /// Decides an access to one byte, with nothing in the first four regions.
    fn allows(words: &Words, address: u32, attempt: Attempt) -> bool;

    /// What the words say of one place alone.
    fn of_place(words: &Words, place: usize) -> [u32; 2];

    /// The same of the encoder of the build, for a range that it expresses by one region.
    fn at_build_time(range: AddressRange, permissions: Permissions) -> Option<[u32; 2]>;
}

impl Kind for PmpSpares {
    fn allows(words: &Words, address: u32, attempt: Attempt) -> bool {
        // The entries before are off, with address registers that nobody must stumble over.
        let mut entries = vec![PmpEntry { address: 0x2AAA_AAAA, configuration: 0 }; 4];
        for (place, address) in (0..4).zip(*words) {
            let configuration = u8::try_from(words[4] >> (8 * place) & 0xFF).unwrap();
            entries.push(PmpEntry { address, configuration });
        }
        pmp::model::Unit { entries, grain: 0 }.allows(address, 1, attempt)
    }

    fn of_place(words: &Words, place: usize) -> [u32; 2] {
        [words[place], words[4] >> (8 * place) & 0xFF]
    }

    fn at_build_time(range: AddressRange, permissions: Permissions) -> Option<[u32; 2]> {
        // Hardware that is one step coarser has no entry for four bytes.
        match PmpEntries::encode(range, permissions, 1) {
            Ok(PmpEntries::One([entry])) => Some([entry.address, u32::from(entry.configuration)]),
            Ok(PmpEntries::Two(_)) | Err(_) => None,
        }
    }
}

impl Kind for Pmsav7Spares {
    fn allows(words: &Words, address: u32, attempt: Attempt) -> bool {
        let regions = words.chunks(2).zip(4..).map(|(pair, number)| {
            assert_eq!(pair[0] & 31, 16 + number, "a region writes its own number");
            Pmsav7Region { base: pair[0], attributes: pair[1] }
        });
        let mut all = vec![Pmsav7Region::DISABLED; 4];
        all.extend(regions);
        pmsav7::model::Unit { regions: all }.allows(address, attempt)
    }

    fn of_place(words: &Words, place: usize) -> [u32; 2] {
        [words[2 * place], words[2 * place + 1]]
    }

    fn at_build_time(range: AddressRange, permissions: Permissions) -> Option<[u32; 2]> {
        let found = Pmsav7Regions::encode(range, permissions, MemoryKind::Normal, 1).ok()?;
        let [region] = found.as_slice() else { panic!("one was asked for") };
        Some([region.base, region.attributes])
    }
}

impl Kind for Pmsav8Spares {
    fn allows(words: &Words, address: u32, attempt: Attempt) -> bool {
        let regions = words.chunks(2).map(|pair| Pmsav8Region { base: pair[0], limit: pair[1] });
        let mut all = vec![Pmsav8Region::DISABLED; 4];
        all.extend(regions);
        pmsav8::model::Unit { regions: all }.allows(address, attempt)
    }

    fn of_place(words: &Words, place: usize) -> [u32; 2] {
        [words[2 * place], words[2 * place + 1]]
    }

    fn at_build_time(range: AddressRange, permissions: Permissions) -> Option<[u32; 2]> {
        let region = Pmsav8Region::encode(range, permissions, MemoryKind::Normal).ok()?;
        Some([region.base, region.limit])
    }
}

/// What the kernel says of a range.
fn region(range: AddressRange, writable: bool) -> Region {
    let (start, last) = (range.first() as usize, range.last() as usize);
    Region { start, end: last + 1, writable }
}

fn permissions(writable: bool) -> Permissions {
    if writable { Permissions::READ_WRITE } else { Permissions::READ }
}

/// Ranges of which each kind of wall can express many: anything, powers of two, and eighths of them.
fn any_wanted() -> impl Strategy<Value = AddressRange> {
    let block = (any::<u32>(), 0u32..32).prop_map(|(address, size_bits)| {
        let mask = (1u32 << size_bits) - 1;
        range(address & !mask, address | mask)
    });
    let eighths =
        (any::<u32>(), 5u32..29, 0u32..8, 0u32..8).prop_map(|(address, grain_bits, one, other)| {
            let block = address & !((1u32 << grain_bits << 3).wrapping_sub(1));
            let (first, last) = (one.min(other), one.max(other));
            let last = block + (last << grain_bits) + ((1u32 << grain_bits) - 1);
            range(block + (first << grain_bits), last)
        });
    prop_oneof![any_range(), block, eighths]
}

/// One range, in one place: everything that must hold of it.
fn one_place<K: Kind>(
    range: AddressRange,
    writable: bool,
    place: usize,
    numbers: &[u32; 10],
) -> Result<(), TestCaseError> {
    let mut words = K::NOTHING;
    let found = K::put(&mut words, place, Some(region(range, writable)));
    let expected = K::at_build_time(range, permissions(writable));
    // A region of the kernel's ends before the address space does.
    let expected = expected.filter(|_| range.last() != u32::MAX);
    prop_assert_eq!(found.is_ok(), expected.is_some());
    let Some(mut expected) = expected else {
        prop_assert_eq!(words, K::NOTHING);
        return Ok(());
    };
    expected[0] |= K::of_place(&K::NOTHING, place)[0];
    prop_assert_eq!(K::of_place(&words, place), expected);
    prop_assert!(!K::is_empty(&words));
    for address in probes(range, numbers) {
        for attempt in ATTEMPTS {
            let expected = range.contains(address) && permits(permissions(writable), attempt);
            prop_assert_eq!(K::allows(&words, address, attempt), expected, "{:#x}", address);
        }
    }
    // Less can be done there, and nothing.
    prop_assert_eq!(K::put(&mut words, place, Some(region(range, false))), Ok(()));
    prop_assert!(!K::allows(&words, range.first(), Attempt::Write));
    prop_assert_eq!(K::put(&mut words, place, None), Ok(()));
    prop_assert!(K::is_empty(&words));
    for address in probes(range, numbers) {
        prop_assert!(ATTEMPTS.iter().all(|attempt| !K::allows(&words, address, *attempt)));
    }
    Ok(())
}

/// Any words, and what is put among them: the other places are as before, whatever was in them.
fn other_places<K: Kind>(
    before: Words,
    place: usize,
    wanted: Option<Region>,
) -> Result<(), TestCaseError> {
    let mut words = before;
    let found = K::put(&mut words, place, wanted);
    prop_assert!(found.is_ok() || words == before);
    for other in (0..4).filter(|other| *other != place) {
        prop_assert_eq!(K::of_place(&words, other), K::of_place(&before, other));
    }
    Ok(())
}

/// What the places hold after some steps is let through, each as it was put last, and nothing else.
fn many_steps<K: Kind>(
    steps: &[(usize, u32, Option<bool>)],
    addresses: &[u32],
) -> Result<(), TestCaseError> {
    let mut words = K::NOTHING;
    let mut held: [Option<(AddressRange, bool)>; 4] = [None; 4];
    for &(place, block, writable) in steps {
        // Each place has blocks of its own, so that nothing overlaps.
        let first = 0x2000_0000 + (u32::try_from(place).unwrap() * 4 + block) * 0x1000;
        let range = range(first, first + 0xFFF);
        let wanted = writable.map(|writable| region(range, writable));
        prop_assert_eq!(K::put(&mut words, place, wanted), Ok(()));
        held[place] = writable.map(|writable| (range, writable));
        prop_assert_eq!(K::is_empty(&words), held.iter().all(Option::is_none));
    }
    for address in addresses.iter().map(|address| 0x2000_0000 + address) {
        let holding = held.iter().flatten().find(|(range, _)| range.contains(address));
        for attempt in ATTEMPTS {
            let expected = holding.is_some_and(|(_, write)| permits(permissions(*write), attempt));
            prop_assert_eq!(K::allows(&words, address, attempt), expected, "{:#x}", address);
        }
    }
    Ok(())
}

fn refusals<K: Kind>() {
    let good = Region { start: 0x2000_0000, end: 0x2000_1000, writable: true };
    let mut words = K::NOTHING;
    assert!(K::is_empty(&words));
    let nothing = Region { end: good.start, ..good };
    let backwards = Region { end: good.start - 0x1000, ..good };
    for bad in [nothing, backwards, Region { end: good.end - 1, ..good }] {
        assert_eq!(K::put(&mut words, 1, Some(bad)), Err(Inexpressible), "{bad:x?}");
    }
    // An address that would be another one in 32 bits; the host of a test may have such.
    #[cfg(target_pointer_width = "64")]
    for beyond in [1 << 32, 1 << 33, 1 << 63] {
        let far = Region { start: good.start + beyond, end: good.end + beyond, ..good };
        assert_eq!(K::put(&mut words, 1, Some(far)), Err(Inexpressible), "{far:x?}");
        let long = Region { end: good.end + beyond, ..good };
        assert_eq!(K::put(&mut words, 1, Some(long)), Err(Inexpressible), "{long:x?}");
    }
    for place in [4, 5, 8, usize::MAX] {
        assert_eq!(K::put(&mut words, place, Some(good)), Err(Inexpressible), "{place}");
        assert_eq!(K::put(&mut words, place, None), Err(Inexpressible), "{place}");
    }
    assert_eq!(words, K::NOTHING);
    assert!(!K::keeps_kernel_out(&words, 0, usize::MAX));
}

#[test]
fn what_is_no_range_and_what_is_no_place_is_refused() {
    refusals::<PmpSpares>();
    refusals::<Pmsav7Spares>();
    refusals::<Pmsav8Spares>();
}

#[test]
fn known_words() {
    let read = Region { start: 0x8000_0000, end: 0x8001_0000, writable: false };
    let write = Region { start: 0x9000_0000, end: 0x9000_0100, writable: true };
    fn both<K: Kind>(read: Region, write: Region) -> Words {
        let mut words = K::NOTHING;
        assert_eq!(K::put(&mut words, 1, Some(read)), Ok(()));
        assert_eq!(K::put(&mut words, 3, Some(write)), Ok(()));
        words
    }
    assert_eq!(
        both::<PmpSpares>(read, write),
        [0, 0x2000_1FFF, 0, 0x2400_001F, 0x1B00_1900, 0, 0, 0]
    );
    assert_eq!(
        both::<Pmsav7Spares>(read, write),
        [0x14, 0, 0x8000_0015, 0x120B_001F, 0x16, 0, 0x9000_0017, 0x130B_000F]
    );
    assert_eq!(
        both::<Pmsav8Spares>(read, write),
        [0, 0, 0x8000_0007, 0x8000_FFE1, 0, 0, 0x9000_0003, 0x9000_00E1]
    );
}

#[test]
fn eighths_of_a_region_are_expressed_where_there_are_subregions() {
    // Three quarters of 128 bytes take the subregions of 256.
    for (start, end, by_pmp, by_pmsav7, by_pmsav8) in [
        (0x2000_0000, 0x2000_0060, false, true, true),
        (0x2000_0020, 0x2000_0120, false, false, true),
        (0x2000_0000, 0x2000_1400, false, true, true),
        (0x2000_0000, 0x2000_1200, false, false, true),
        (0x2000_0000, 0x2000_0010, true, false, false),
        (0x2000_0008, 0x2000_0010, true, false, false),
        (0x2000_0008, 0x2000_0018, false, false, false),
        (0x2000_0000, 0x2000_0004, false, false, false),
    ] {
        let wanted = Some(Region { start, end, writable: true });
        let found = [
            PmpSpares::put(&mut PmpSpares::NOTHING.clone(), 0, wanted),
            Pmsav7Spares::put(&mut Pmsav7Spares::NOTHING.clone(), 0, wanted),
            Pmsav8Spares::put(&mut Pmsav8Spares::NOTHING.clone(), 0, wanted),
        ];
        let expected = [by_pmp, by_pmsav7, by_pmsav8];
        assert_eq!(found.map(|each| each.is_ok()), expected, "{start:#x}..{end:#x}");
    }
}

#[test]
fn the_kernel_is_kept_out_from_the_first_byte_to_the_last() {
    let mut words = Pmsav8Spares::NOTHING;
    let read = Region { start: 0x2000_1000, end: 0x2000_2000, writable: false };
    assert_eq!(Pmsav8Spares::put(&mut words, 2, Some(read)), Ok(()));
    for (address, length, expected) in [
        (0x2000_0FFF, 1, false),
        (0x2000_0FFF, 2, true),
        (0x2000_1FFF, 1, true),
        (0x2000_2000, 1, false),
        (0x2000_1800, 0, false),
        (0, 0xFFFF_FFFF, true),
    ] {
        let found = Pmsav8Spares::keeps_kernel_out(&words, address, length);
        assert_eq!(found, expected, "{address:#x} + {length:#x}");
    }
    let write = Region { writable: true, ..read };
    assert_eq!(Pmsav8Spares::put(&mut words, 2, Some(write)), Ok(()));
    assert!(!Pmsav8Spares::keeps_kernel_out(&words, read.start, 1));
}

proptest! {
    #[test]
    fn a_place_lets_through_its_range_and_nothing_else(
        range in any_wanted(),
        writable in any::<bool>(),
        place in 0usize..4,
        numbers in any_numbers(),
    ) {
        one_place::<PmpSpares>(range, writable, place, &numbers)?;
        one_place::<Pmsav7Spares>(range, writable, place, &numbers)?;
        one_place::<Pmsav8Spares>(range, writable, place, &numbers)?;
    }

    #[test]
    fn the_other_places_stay_as_they_are(
        before in any::<Words>(),
        place in 0usize..4,
        wanted in prop::option::of((any_wanted(), any::<bool>())),
    ) {
        let wanted = wanted.map(|(range, writable)| region(range, writable));
        other_places::<PmpSpares>(before, place, wanted)?;
        other_places::<Pmsav7Spares>(before, place, wanted)?;
        other_places::<Pmsav8Spares>(before, place, wanted)?;
    }

    #[test]
    fn places_come_and_go_by_themselves(
        steps in prop::collection::vec((0usize..4, 0u32..4, any::<Option<bool>>()), 1..12),
        addresses in prop::collection::vec(0u32..0x1_1000, 1..40),
    ) {
        many_steps::<PmpSpares>(&steps, &addresses)?;
        many_steps::<Pmsav7Spares>(&steps, &addresses)?;
        many_steps::<Pmsav8Spares>(&steps, &addresses)?;
    }

    /// The access permissions' high bit makes a region read-only to privileged code too, and its low bit
    /// opens it to others; where no region is, privileged code may write.
    #[test]
    fn the_kernel_is_kept_out_where_armv8_says_so(
        places in prop::collection::vec((0u32..4, 0u32..4, any::<bool>()), 0..4),
        address in 0usize..0x1200,
        length in 0usize..0x500,
    ) {
        let mut words = Pmsav8Spares::NOTHING;
        for (place, (first, more, writable)) in places.iter().enumerate() {
            let first = u32::try_from(place).unwrap() * 0x400 + first * 0x40;
            let range = range(first, first + more * 0x40 + 0x3F);
            prop_assert_eq!(
                Pmsav8Spares::put(&mut words, place, Some(region(range, *writable))),
                Ok(())
            );
        }
        let is_closed = |byte: usize| {
            words.chunks(2).any(|pair| {
                let (base, limit) = (pair[0] as usize, pair[1] as usize);
                let is_in = base & !31 <= byte && byte <= limit | 31;
                limit & 1 == 1 && is_in && base & 4 != 0
            })
        };
        let expected = (address..address + length).any(is_closed);
        prop_assert_eq!(Pmsav8Spares::keeps_kernel_out(&words, address, length), expected);
        prop_assert!(!PmpSpares::keeps_kernel_out(&words, address, length));
        prop_assert!(!Pmsav7Spares::keeps_kernel_out(&words, address, length));
    }
}
