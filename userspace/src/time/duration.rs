//! A length of time, in nanoseconds.

use core::ops::{Add, AddAssign, Mul, Sub, SubAssign};

use super::ticks::NANOSECONDS_PER_SEC;

const NANOSECONDS_PER_MILLI: u64 = 1_000_000;
const NANOSECONDS_PER_MICRO: u64 = 1_000;

/// A length of time, never negative, exact to the nanosecond and at most some 584 years (AB-4). All
/// its arithmetic and conversions saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    nanoseconds: u64,
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration::from_nanos(0);
    /// The longest duration.
    pub const MAX: Duration = Duration::from_nanos(u64::MAX);

    /// A duration of so many seconds.
    pub const fn from_secs(seconds: u64) -> Duration {
        Duration::from_nanos(seconds.saturating_mul(NANOSECONDS_PER_SEC))
    }

    /// A duration of so many milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Duration {
        Duration::from_nanos(milliseconds.saturating_mul(NANOSECONDS_PER_MILLI))
    }

    /// A duration of so many microseconds.
    pub const fn from_micros(microseconds: u64) -> Duration {
        Duration::from_nanos(microseconds.saturating_mul(NANOSECONDS_PER_MICRO))
    }

    /// A duration of so many nanoseconds.
    pub const fn from_nanos(nanoseconds: u64) -> Duration {
        Duration { nanoseconds }
    }

    /// The whole seconds in it.
    pub const fn as_secs(self) -> u64 {
        self.nanoseconds / NANOSECONDS_PER_SEC
    }

    /// The whole milliseconds in it.
    pub const fn as_millis(self) -> u64 {
        self.nanoseconds / NANOSECONDS_PER_MILLI
    }

    /// The whole microseconds in it.
    pub const fn as_micros(self) -> u64 {
        self.nanoseconds / NANOSECONDS_PER_MICRO
    }

    /// The nanoseconds in it.
    pub const fn as_nanos(self) -> u64 {
        self.nanoseconds
    }

    /// The sum, or `None` where `+` would saturate.
    pub const fn checked_add(self, other: Duration) -> Option<Duration> {
        match self.nanoseconds.checked_add(other.nanoseconds) {
            Some(nanoseconds) => Some(Duration { nanoseconds }),
            None => None,
        }
    }

    /// The difference, or `None` where `-` would saturate.
    pub const fn checked_sub(self, other: Duration) -> Option<Duration> {
        match self.nanoseconds.checked_sub(other.nanoseconds) {
            Some(nanoseconds) => Some(Duration { nanoseconds }),
            None => None,
        }
    }
}

impl Add for Duration {
    type Output = Duration;

    /// The sum, [`Duration::MAX`] at most.
    fn add(self, other: Duration) -> Duration {
        Duration::from_nanos(self.nanoseconds.saturating_add(other.nanoseconds))
    }
}

impl Sub for Duration {
    type Output = Duration;

    /// The difference, [`Duration::ZERO`] at least.
    fn sub(self, other: Duration) -> Duration {
        Duration::from_nanos(self.nanoseconds.saturating_sub(other.nanoseconds))
    }
}

impl Mul<u32> for Duration {
    type Output = Duration;

    /// The product, [`Duration::MAX`] at most.
    fn mul(self, factor: u32) -> Duration {
        Duration::from_nanos(self.nanoseconds.saturating_mul(u64::from(factor)))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl SubAssign for Duration {
    fn sub_assign(&mut self, other: Duration) {
        *self = *self - other;
    }
}

impl From<core::time::Duration> for Duration {
    /// The same length, [`Duration::MAX`] at most.
    fn from(duration: core::time::Duration) -> Duration {
        let nanoseconds = Duration::from_nanos(u64::from(duration.subsec_nanos()));
        Duration::from_secs(duration.as_secs()) + nanoseconds
    }
}

impl From<Duration> for core::time::Duration {
    /// The same length, exactly.
    fn from(duration: Duration) -> core::time::Duration {
        core::time::Duration::from_nanos(duration.nanoseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_convert_and_round_down() {
        let duration = Duration::from_nanos(1_999_999_999);
        assert_eq!(duration.as_secs(), 1);
        assert_eq!(duration.as_millis(), 1_999);
        assert_eq!(duration.as_micros(), 1_999_999);
        assert_eq!(duration.as_nanos(), 1_999_999_999);
        assert_eq!(Duration::from_secs(3), Duration::from_millis(3_000));
        assert_eq!(Duration::from_millis(3), Duration::from_micros(3_000));
        assert_eq!(Duration::from_micros(3), Duration::from_nanos(3_000));
    }

    #[test]
    fn what_does_not_fit_saturates() {
        assert_eq!(Duration::from_secs(u64::MAX), Duration::MAX);
        assert_eq!(Duration::from_millis(u64::MAX), Duration::MAX);
        assert_eq!(Duration::from_micros(u64::MAX), Duration::MAX);
        assert_eq!(Duration::MAX + Duration::from_nanos(1), Duration::MAX);
        assert_eq!(Duration::ZERO - Duration::from_nanos(1), Duration::ZERO);
        assert_eq!(Duration::MAX * 2, Duration::MAX);
        assert_eq!(Duration::MAX.checked_add(Duration::from_nanos(1)), None);
        assert_eq!(Duration::ZERO.checked_sub(Duration::from_nanos(1)), None);
    }

    #[test]
    fn arithmetic_that_fits_is_exact() {
        let mut duration = Duration::from_millis(5) * 3;
        duration += Duration::from_millis(2);
        duration -= Duration::from_millis(7);
        assert_eq!(duration, Duration::from_millis(10));
        assert_eq!(duration.checked_add(duration), Some(Duration::from_millis(20)));
        assert_eq!(duration.checked_sub(duration), Some(Duration::ZERO));
    }

    #[test]
    fn durations_of_core_convert_both_ways() {
        let ours = Duration::from_nanos(12_345_678_901);
        let theirs = core::time::Duration::from(ours);
        assert_eq!(theirs, core::time::Duration::new(12, 345_678_901));
        assert_eq!(Duration::from(theirs), ours);
        assert_eq!(Duration::from(core::time::Duration::MAX), Duration::MAX);
    }
}
