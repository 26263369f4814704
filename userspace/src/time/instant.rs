//! A point in time, in the board's own ticks since boot.

use core::ops::{Add, AddAssign, Sub, SubAssign};

use super::ticks::{nanoseconds_rounded_down, ticks_rounded_down, ticks_rounded_up};
use super::{Duration, SystemClock};

/// A point in time: ticks of [`SystemClock`] since boot (AB-4). As a deadline, [`Instant::MAX`]
/// means for ever.
///
/// Adding and subtracting saturate, and where the exact result lies between two ticks it is the
/// later one, so that a deadline never comes too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    ticks: u64,
}

impl Instant {
    /// The last instant; a deadline that never passes (AB-4).
    pub const MAX: Instant = Instant::from_ticks(u64::MAX);
    /// The first instant, at boot; a deadline that is always past.
    pub const MIN: Instant = Instant::from_ticks(0);

    /// The instant so many ticks after boot.
    pub const fn from_ticks(ticks: u64) -> Instant {
        Instant { ticks }
    }

    /// The ticks since boot.
    pub const fn ticks(self) -> u64 {
        self.ticks
    }

    /// The instant `duration` later, or `None` where `+` would saturate.
    pub const fn checked_add(self, duration: Duration) -> Option<Instant> {
        let Some(ticks) = ticks_rounded_up(duration.as_nanos(), SystemClock::RATE) else {
            return None;
        };
        match self.ticks.checked_add(ticks) {
            Some(ticks) => Some(Instant { ticks }),
            None => None,
        }
    }

    /// The instant `duration` earlier, or `None` where `-` would saturate.
    pub const fn checked_sub(self, duration: Duration) -> Option<Instant> {
        let Some(ticks) = ticks_rounded_down(duration.as_nanos(), SystemClock::RATE) else {
            return None;
        };
        match self.ticks.checked_sub(ticks) {
            Some(ticks) => Some(Instant { ticks }),
            None => None,
        }
    }

    /// The time from `earlier` to this instant, rounded down to a nanosecond, or `None` if
    /// `earlier` is the later one.
    pub const fn checked_duration_since(self, earlier: Instant) -> Option<Duration> {
        match self.ticks.checked_sub(earlier.ticks) {
            Some(ticks) => {
                let nanoseconds = nanoseconds_rounded_down(ticks, SystemClock::RATE);
                Some(Duration::from_nanos(nanoseconds))
            }
            None => None,
        }
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    /// The instant `duration` later, [`Instant::MAX`] at most.
    fn add(self, duration: Duration) -> Instant {
        self.checked_add(duration).unwrap_or(Instant::MAX)
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    /// The instant `duration` earlier, [`Instant::MIN`] at least.
    fn sub(self, duration: Duration) -> Instant {
        self.checked_sub(duration).unwrap_or(Instant::MIN)
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// The time from `earlier` to this instant, zero if `earlier` is the later one.
    fn sub(self, earlier: Instant) -> Duration {
        self.checked_duration_since(earlier).unwrap_or(Duration::ZERO)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_the_clocks_ticks() {
        let later = Instant::from_ticks(7) + Duration::from_secs(2);
        assert_eq!(later.ticks(), 7 + 2 * SystemClock::TICKS_PER_SEC);
        assert_eq!(later - Duration::from_secs(2), Instant::from_ticks(7));
        assert_eq!(later - Instant::from_ticks(7), Duration::from_secs(2));
    }

    #[test]
    fn instants_saturate_at_both_ends() {
        assert_eq!(Instant::MAX + Duration::from_secs(1), Instant::MAX);
        assert_eq!(Instant::MIN - Duration::from_secs(1), Instant::MIN);
        assert_eq!(Instant::MIN - Instant::MAX, Duration::ZERO);
        assert_eq!(Instant::MAX.checked_add(Duration::from_secs(1)), None);
        assert_eq!(Instant::MIN.checked_sub(Duration::from_secs(1)), None);
        assert_eq!(Instant::MIN.checked_duration_since(Instant::MAX), None);
    }

    #[test]
    fn assignments_do_as_the_operators() {
        let mut instant = Instant::from_ticks(1_000);
        instant += Duration::from_millis(5);
        assert_eq!(instant, Instant::from_ticks(1_000) + Duration::from_millis(5));
        instant -= Duration::from_millis(5);
        assert_eq!(instant, Instant::from_ticks(1_000));
        assert!(Instant::MIN < instant && instant < Instant::MAX);
    }
}
