//! Putting ranges side by side so that a wall can express each of them.
//!
//! Where a wall takes any range, this is a matter of rounding. Armv7-M's takes powers of two and
//! eighths of them: a range that is rounded up blindly to a power of two wastes half of itself. So
//! there is a search, in two parts:
//!
//! - *One range below an address.* Its end is the address, or rounded down from there; its start is
//!   as far below as the range is long, or rounded down from there; each rounded to one of a few
//!   powers of two. Of all that the wall can express, the one with the highest start is taken:
//!   it leaves the most for the others.
//! - *In which order.* The largest range first keeps the addresses round for those that follow, but
//!   not always: as declared, and the smallest first, are tried too, and the best order taken.
//!
//! What a range is longer than was asked for belongs to its process. What lies between two ranges,
//! because the upper one's start was not round enough for the lower one's end, belongs to nobody.

use std::ops::Range;

use super::wall::WallKind;

/// What a range must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// How many bytes, at least.
    pub(super) bytes: u32,
    /// What its start must be a multiple of: a power of two.
    pub(super) alignment: u32,
    /// How many entries of the wall it may take.
    pub(super) entries: usize,
    /// The range must not be longer than the bytes.
    pub(super) is_exact: bool,
}

/// The exponent of the greatest power of two that ends are rounded to.
const LAST_BIT: u32 = 30;

/// Puts a range for each need below `end`, without overlaps, as high as it can; the ranges are
/// in the order of the needs. `None` if they would go below address 0.
pub(super) fn place(needs: &[Need], end: u32, wall: WallKind) -> Option<Vec<Range<u32>>> {
    let mut best: Option<Placed> = None;
    for order in orders(needs, wall) {
        let Some(placed) = Placed::new(needs, &order, end, wall) else { continue };
        if best.as_ref().is_none_or(|best| best.start < placed.start) {
            best = Some(placed);
        }
    }
    best.map(|best| best.ranges)
}

/// The orders that are tried, from the highest range to the lowest.
fn orders(needs: &[Need], wall: WallKind) -> Vec<Vec<usize>> {
    let declared: Vec<usize> = (0..needs.len()).rev().collect();
    match wall {
        // The order makes no difference that could not be made up.
        WallKind::Pmsav8 => vec![declared],
        WallKind::Pmp if needs.iter().all(|need| need.entries > 1) => vec![declared],
        WallKind::Pmp | WallKind::Pmsav7 => {
            let bytes = |number: &usize| needs.get(*number).map_or(0, |need| need.bytes);
            let mut rising = declared.clone();
            rising.sort_by_key(bytes);
            let falling = rising.iter().copied().rev().collect();
            vec![declared, falling, rising]
        }
    }
}

/// Ranges that have their places.
struct Placed {
    /// In the order of the needs.
    ranges: Vec<Range<u32>>,
    /// The lowest address of all.
    start: u32,
}

impl Placed {
    fn new(needs: &[Need], order: &[usize], end: u32, wall: WallKind) -> Option<Placed> {
        let mut ranges = vec![0..0; needs.len()];
        let mut start = end;
        for number in order {
            let range = below(start, *needs.get(*number)?, wall)?;
            start = range.start;
            *ranges.get_mut(*number)? = range;
        }
        Some(Placed { ranges, start })
    }
}

/// The range for `need` that begins highest among those that end at `end` or below.
fn below(end: u32, need: Need, wall: WallKind) -> Option<Range<u32>> {
    let bytes = need.bytes.max(1);
    let steps = || roundings(bytes, need.entries, wall).map(|bit| 1u32 << bit);
    let ends = steps().map(|step| end - end % step);
    let ranges = ends.flat_map(|end| {
        let starts = steps().filter_map(move |step| {
            let start = end.checked_sub(bytes)?;
            Some(start - start % step.max(need.alignment))
        });
        starts.map(move |start| start..end)
    });
    let fits = |range: &Range<u32>| !need.is_exact || range.end - range.start == bytes;
    let possible = ranges.filter(|range| fits(range) && wall.can_express(range, need.entries));
    // Of those that begin at the same address the shorter, so that nobody gets more than it needs.
    possible.max_by_key(|range| (range.start, std::cmp::Reverse(range.end)))
}

/// The exponents of the powers of two that the ends of a range are rounded to.
fn roundings(bytes: u32, entries: usize, wall: WallKind) -> std::ops::RangeInclusive<u32> {
    let least = wall.grain().trailing_zeros();
    match wall {
        WallKind::Pmsav8 => least..=least,
        WallKind::Pmp if entries > 1 => least..=least,
        // Up to the power of two that would hold it by itself.
        WallKind::Pmp | WallKind::Pmsav7 => {
            least..=(u32::BITS - (bytes - 1).leading_zeros()).clamp(least, LAST_BIT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WALLS: [WallKind; 3] = [WallKind::Pmp, WallKind::Pmsav7, WallKind::Pmsav8];
    const END: u32 = 0x2001_0000;

    fn any_needs() -> impl Strategy<Value = Vec<Need>> {
        let need = (1u32..20_000, 2u32..7).prop_map(|(bytes, bit)| Need {
            bytes,
            alignment: 1 << bit,
            entries: 2,
            is_exact: false,
        });
        prop::collection::vec(need, 0..9)
    }

    proptest! {
        #[test]
        fn everybody_gets_a_range_that_the_wall_can_express(needs in any_needs()) {
            for wall in WALLS {
                let ranges = place(&needs, END, wall).expect("there is room");
                prop_assert_eq!(ranges.len(), needs.len());
                for (range, need) in ranges.iter().zip(&needs) {
                    prop_assert!(range.end <= END && range.end - range.start >= need.bytes);
                    prop_assert_eq!(range.start % need.alignment, 0);
                    prop_assert!(wall.can_express(range, need.entries));
                }
                let mut sorted = ranges;
                sorted.sort_by_key(|range| range.start);
                prop_assert!(sorted.windows(2).all(|pair| pair[0].end <= pair[1].start));
            }
        }

        #[test]
        fn little_is_wasted(needs in any_needs()) {
            let all: u32 = needs.iter().map(|need| need.bytes.next_multiple_of(32)).sum();
            for (wall, eighths) in [(WallKind::Pmp, 0), (WallKind::Pmsav8, 0), (WallKind::Pmsav7, 1)] {
                let ranges = place(&needs, END, wall).expect("there is room");
                let start = ranges.iter().map(|range| range.start).min().unwrap_or(END);
                let alignments = 64 * u32::try_from(needs.len()).expect("few");
                prop_assert!(END - start <= all + all / 8 * eighths + alignments, "{ranges:?}");
            }
        }
    }

    /// The highest start of any range that would do, by trying them all.
    fn best_start(end: u32, need: Need, wall: WallKind) -> u32 {
        let ends = (0..64).map(|step| end - step * 32);
        let starts = ends.filter_map(|end| {
            let starts = (0..64).map(|step| (end - need.bytes) / 32 * 32 - step * 32);
            let mut possible =
                starts.filter(|start| wall.can_express(&(*start..end), need.entries));
            possible.find(|start| start % need.alignment == 0)
        });
        starts.max().expect("a wall can express something")
    }

    #[test]
    fn a_range_begins_as_high_as_any_that_the_wall_can_express() {
        for end in (END - 0x400..=END).step_by(96) {
            for bytes in (1..1100).step_by(41) {
                for alignment in [4, 64] {
                    let need = Need { bytes, alignment, entries: 2, is_exact: false };
                    let found = below(end, need, WallKind::Pmsav7).expect("there is one").start;
                    assert_eq!(found, best_start(end, need, WallKind::Pmsav7), "{need:?} {end:#x}");
                }
            }
        }
    }

    #[test]
    fn below_address_0_there_is_nothing() {
        let need = |bytes| Need { bytes, alignment: 4, entries: 2, is_exact: false };
        for wall in WALLS {
            assert_eq!(place(&[need(64), need(u32::MAX)], 0x1000, wall), None);
            assert_eq!(place(&[need(0xFE0)], 0x1000, wall).map(|ranges| ranges.len()), Some(1));
            assert_eq!(place(&[], 0x1000, wall), Some(Vec::new()));
        }
    }

    proptest! {
        #[test]
        fn what_may_not_be_longer_is_not(needs in any_needs(), sizes in prop::collection::vec(4u32..15, 1..4)) {
            for wall in WALLS {
                let exact = sizes.iter().enumerate().map(|(number, bit)| {
                    let eighths = [4, 5, 6, 7][number];
                    let bytes = match wall {
                        WallKind::Pmp => 1 << bit,
                        WallKind::Pmsav7 => (64 << bit) / 8 * eighths,
                        WallKind::Pmsav8 => 32 * bit,
                    };
                    Need { bytes, alignment: 1, entries: 1, is_exact: true }
                });
                let all: Vec<Need> = needs.iter().copied().chain(exact).collect();
                let ranges = place(&all, END + 0x0200_0000, wall).expect("there is room");
                for (range, need) in ranges.iter().zip(&all).skip(needs.len()) {
                    prop_assert_eq!(range.end - range.start, need.bytes);
                    prop_assert!(wall.can_express(range, 1), "{:?} {:?}", wall, range);
                }
                let mut sorted = ranges;
                sorted.sort_by_key(|range| range.start);
                prop_assert!(sorted.windows(2).all(|pair| pair[0].end <= pair[1].start));
            }
        }
    }

    #[test]
    fn one_entry_is_enough_where_there_is_no_more() {
        for wall in [WallKind::Pmp, WallKind::Pmsav7] {
            let need = |bytes| Need { bytes, alignment: 4, entries: 1, is_exact: false };
            let needs = [0x123, 0x800, 0x1001].map(need);
            let ranges = place(&needs, END, wall).expect("there is room");
            for (range, need) in ranges.iter().zip(&needs) {
                assert!(wall.can_express(range, 1), "{range:?}");
                assert!(range.end - range.start >= need.bytes, "{range:?}");
            }
        }
    }
}
