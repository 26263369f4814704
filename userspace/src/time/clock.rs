//! The board's clock (AB-4).

use core::num::NonZeroU64;

use super::Instant;
use super::ticks::MAX_TICKS_PER_SEC;
use crate::machine;
use crate::syscall;

/// A clock that tells instants in ticks of a fixed rate (AB-4).
pub trait Clock {
    /// How many ticks a second has.
    const TICKS_PER_SEC: u64;

    /// The time now. Never blocks, never goes back.
    fn now() -> Instant;
}

/// The clock by which the kernel keeps deadlines (AB-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemClock;

impl SystemClock {
    /// How many ticks a second has on this board.
    pub const TICKS_PER_SEC: u64 = machine::TICKS_PER_SEC;

    /// The rate in the form that conversions divide by.
    pub(super) const RATE: NonZeroU64 = match NonZeroU64::new(Self::TICKS_PER_SEC) {
        Some(rate) if rate.get() <= MAX_TICKS_PER_SEC => rate,
        _ => panic!("the board's clock must tick, and in no finer steps than can be converted"),
    };

    /// The time now (AB-4). Never blocks, never goes back.
    #[must_use]
    #[inline]
    pub fn now() -> Instant {
        syscall::debug_clock_now()
    }
}

impl Clock for SystemClock {
    const TICKS_PER_SEC: u64 = Self::TICKS_PER_SEC;

    fn now() -> Instant {
        Self::now()
    }
}
