//! Points in time that the cases are about.
//!
//! A case may only rely on what a slow machine keeps too: that something did not happen before its
//! deadline, and that of two things one came first. How long after a deadline something came is
//! never asserted, so the times here are chosen for the order that they put things into.

use userspace::time::{Duration, Instant, SystemClock, sleep_until};

/// Long enough that whatever is due at once has happened on any board.
pub const SHORT: Duration = Duration::from_millis(20);
/// Long enough that something may take several [`SHORT`] times before.
pub const LONG: Duration = Duration::from_millis(100);
/// Far beyond anything that happens when all is well: a case that fails must not hang.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The instant `duration` from now.
pub fn after(duration: Duration) -> Instant {
    SystemClock::now() + duration
}

/// The instant that a call is given up at which ought to end long before.
pub fn patience() -> Instant {
    after(PATIENCE)
}

/// Blocks for `duration`.
pub fn sleep(duration: Duration) {
    // A sleep has no way to fail; if it came back early, the case that needed it shows that.
    let _ = sleep_until(after(duration));
}

/// Keeps the processor busy until `end`, without giving it up.
pub fn spin_until(end: Instant) {
    while SystemClock::now() < end {
        core::hint::spin_loop();
    }
}
