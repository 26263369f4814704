//! Ticks into nanoseconds and back, for any rate, without overflow and without 128-bit division.
//!
//! Whole seconds and the rest are converted apart: the rest is below one second, so that its
//! product with the other unit's rate still fits 64 bits.

use core::num::NonZeroU64;

/// Nanoseconds in a second.
pub(super) const NANOSECONDS_PER_SEC: u64 = 1_000_000_000;

/// The finest clock that can be converted, in ticks per second.
pub(super) const MAX_TICKS_PER_SEC: u64 = u64::MAX / NANOSECONDS_PER_SEC;

/// The ticks in `nanoseconds`, rounded up; `None` if 64 bits do not hold them. `rate` is in ticks
/// per second, at most [`MAX_TICKS_PER_SEC`].
pub(super) const fn ticks_rounded_up(nanoseconds: u64, rate: NonZeroU64) -> Option<u64> {
    let Some(whole) = (nanoseconds / NANOSECONDS_PER_SEC).checked_mul(rate.get()) else {
        return None;
    };
    let rest = (nanoseconds % NANOSECONDS_PER_SEC) * rate.get();
    whole.checked_add(rest.div_ceil(NANOSECONDS_PER_SEC))
}

/// As [`ticks_rounded_up`], but rounded down.
pub(super) const fn ticks_rounded_down(nanoseconds: u64, rate: NonZeroU64) -> Option<u64> {
    let Some(whole) = (nanoseconds / NANOSECONDS_PER_SEC).checked_mul(rate.get()) else {
        return None;
    };
    let rest = (nanoseconds % NANOSECONDS_PER_SEC) * rate.get();
    whole.checked_add(rest / NANOSECONDS_PER_SEC)
}

/// The nanoseconds in `ticks`, rounded down; the largest value if 64 bits do not hold them. `rate`
/// is in ticks per second, at most [`MAX_TICKS_PER_SEC`].
pub(super) const fn nanoseconds_rounded_down(ticks: u64, rate: NonZeroU64) -> u64 {
    let whole = (ticks / rate.get()).saturating_mul(NANOSECONDS_PER_SEC);
    let rest = (ticks % rate.get()) * NANOSECONDS_PER_SEC / rate.get();
    whole.saturating_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [u64; 7] =
        [1, 32_768, 1_000_000, 10_000_000, 25_000_000, NANOSECONDS_PER_SEC, MAX_TICKS_PER_SEC];

    fn rate(ticks_per_sec: u64) -> NonZeroU64 {
        NonZeroU64::new(ticks_per_sec).unwrap()
    }

    #[test]
    fn ticks_round_to_either_side() {
        let slow = rate(32_768);
        assert_eq!(ticks_rounded_up(0, slow), Some(0));
        assert_eq!(ticks_rounded_up(1, slow), Some(1));
        assert_eq!(ticks_rounded_down(1, slow), Some(0));
        assert_eq!(ticks_rounded_up(30_517, slow), Some(1));
        assert_eq!(ticks_rounded_up(30_518, slow), Some(2));
        assert_eq!(ticks_rounded_down(30_518, slow), Some(1));
        assert_eq!(ticks_rounded_up(2 * NANOSECONDS_PER_SEC, slow), Some(65_536));
    }

    #[test]
    fn conversions_agree_with_wide_arithmetic() {
        let values = [0, 1, 999, 30_517, NANOSECONDS_PER_SEC - 1, 86_400_000_000_123, u64::MAX];
        for ticks_per_sec in RATES {
            for value in values {
                let product = u128::from(value) * u128::from(ticks_per_sec);
                let second = u128::from(NANOSECONDS_PER_SEC);
                let up = u64::try_from(product.div_ceil(second)).ok();
                let down = u64::try_from(product / second).ok();
                assert_eq!(ticks_rounded_up(value, rate(ticks_per_sec)), up);
                assert_eq!(ticks_rounded_down(value, rate(ticks_per_sec)), down);
                let back = u128::from(value) * second / u128::from(ticks_per_sec);
                let back = u64::try_from(back).unwrap_or(u64::MAX);
                assert_eq!(nanoseconds_rounded_down(value, rate(ticks_per_sec)), back);
            }
        }
    }

    #[test]
    fn ticks_survive_the_way_through_nanoseconds() {
        for ticks_per_sec in RATES.into_iter().filter(|rate| *rate <= NANOSECONDS_PER_SEC) {
            for ticks in [0, 1, 2, 3, 7, 32_767, 1_000_003, 9_999_999_999] {
                let nanoseconds = nanoseconds_rounded_down(ticks, rate(ticks_per_sec));
                let expected = (nanoseconds != u64::MAX).then_some(ticks);
                let found = ticks_rounded_up(nanoseconds, rate(ticks_per_sec));
                assert_eq!(found.filter(|_| nanoseconds != u64::MAX), expected);
            }
        }
    }
}
