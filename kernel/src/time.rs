//! Instants, in the board's own ticks (AB-4).
//!
//! The kernel compares instants, and adds a channel's default deadline to the present one; that is
//! all. It never divides, and it asks the port for the time only when a finite deadline is armed or
//! the timer has fired.

/// A point in time: ticks of the board's clock since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The deadline that never passes.
    pub const NEVER: Instant = Instant(u64::MAX);

    /// The instant `ticks` after boot.
    pub const fn from_ticks(ticks: u64) -> Self {
        Instant(ticks)
    }

    /// The ticks since boot.
    pub const fn ticks(self) -> u64 {
        self.0
    }

    /// The instant that two argument words stand for.
    #[inline(always)]
    pub const fn from_words(low: usize, high: usize) -> Self {
        Instant(guichet_abi::deadline_from_words(low, high))
    }

    /// The instant so many ticks later, [`Instant::NEVER`] at most.
    pub const fn saturating_add(self, ticks: u64) -> Self {
        Instant(self.0.saturating_add(ticks))
    }

    /// The earlier of two.
    #[inline(always)]
    pub fn min(self, other: Instant) -> Instant {
        if other < self { other } else { self }
    }

    /// Tells whether this deadline can ever pass.
    #[inline(always)]
    pub const fn is_finite(self) -> bool {
        self.0 != u64::MAX
    }
}
