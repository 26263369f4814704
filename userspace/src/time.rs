//! Time: instants, durations, the board's clock.
//!
//! An [`Instant`] counts the board's own ticks, because deadlines travel to the kernel in ticks and
//! the kernel never divides (AB-4). A [`Duration`] counts nanoseconds, so that a program means the
//! same on every board and `from_nanos(n).as_nanos()` is `n` on all of them. The conversion
//! between the two happens where they meet, in the program, in 64-bit arithmetic, with a tick rate
//! that the compiler knows.
//!
//! Two rules hold throughout. Nothing overflows: what does not fit becomes the largest or the
//! smallest value. And a deadline never comes too early: where an instant falls between two ticks,
//! it is the later one.
//!
//! `core::time::Duration` is not used in its place because its arithmetic panics where ours
//! saturates; it converts in both directions.

mod clock;
mod duration;
mod instant;
mod ticks;

pub use clock::{Clock, SystemClock};
pub use duration::Duration;
pub use instant::Instant;

use guichet_abi::Result;

use crate::syscall;

/// Blocks until `deadline`; at once if it is past, and for ever if it is [`Instant::MAX`]. Works in
/// a process without objects (WT-7).
///
/// # Errors
/// None that a program can cause; a later kernel may let another thread cancel a sleep.
#[inline]
pub fn sleep_until(deadline: Instant) -> Result<()> {
    syscall::sleep_until(deadline)
}
