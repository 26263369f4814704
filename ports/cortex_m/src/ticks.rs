//! A count of 64 bits from a counter of fewer, and how long a timer must run.
//!
//! A counter is read at least once in each round that it makes, because the timer never runs for
//! longer than half a round: that is all the periodic work there is (WT-2).

use guichet_kernel::Instant;

/// A count that goes on where its counter begins again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    /// The counter's greatest value: a power of two, less one.
    mask: u32,
    /// Where the counter stood the last time.
    last: u32,
    total: u64,
}

impl Ticks {
    /// A count from zero, of a counter with this greatest value that stands at `counter` now.
    pub(crate) const fn new(mask: u32, counter: u32) -> Ticks {
        Ticks { mask, last: counter, total: 0 }
    }

    /// The count when the counter stands at `counter`, less than one round after the last time.
    pub(crate) fn advance(&mut self, counter: u32) -> Instant {
        let passed = counter.wrapping_sub(self.last) & self.mask;
        self.last = counter;
        self.total = self.total.wrapping_add(u64::from(passed));
        Instant::from_ticks(self.total)
    }

    /// How many ticks, at least one, the timer must run from `now` to ring at `at`, or early, so that
    /// no round of the counter is missed.
    pub(crate) fn until(&self, now: Instant, at: Instant) -> u32 {
        let longest = self.mask >> 1;
        let wanted = at.ticks().saturating_sub(now.ticks());
        u32::try_from(wanted).unwrap_or(longest).min(longest).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTHS: [u32; 2] = [0xFF_FFFF, u32::MAX];

    #[test]
    fn the_count_never_goes_back_and_misses_nothing() {
        for mask in WIDTHS {
            let start = 5;
            let mut ticks = Ticks::new(mask, start);
            let mut expected = 0;
            for step in [0, 1, 1000, u64::from(mask), u64::from(mask >> 1), 3, u64::from(mask)] {
                expected += step;
                let counter = (expected + u64::from(start)) & u64::from(mask);
                let counter = u32::try_from(counter).expect("masked");
                assert_eq!(ticks.advance(counter).ticks(), expected, "{mask:#x} {step}");
            }
        }
    }

    #[test]
    fn a_timer_rings_in_time_or_early_and_at_least_once_in_half_a_round() {
        for mask in WIDTHS {
            let ticks = Ticks::new(mask, 0);
            let longest = mask >> 1;
            let table = [
                (100, 0, 1),
                (100, 100, 1),
                (100, 101, 1),
                (100, 105, 5),
                (100, 100 + u64::from(longest), longest),
                (100, 101 + u64::from(longest), longest),
                (100, 100 + (1 << 33), longest),
                (100, u64::MAX, longest),
                (u64::MAX, u64::MAX, 1),
            ];
            for (now, at, expected) in table {
                let found = ticks.until(Instant::from_ticks(now), Instant::from_ticks(at));
                assert_eq!(found, expected, "{mask:#x} {now} {at}");
            }
        }
    }
}
