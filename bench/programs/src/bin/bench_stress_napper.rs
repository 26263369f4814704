//! Sleeps again and again, to the same instants as its namesakes: their deadlines pass together.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::process_entry;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

const NAPS: u32 = 8;
const NAP: Duration = Duration::from_millis(20);

#[process_entry("napper")]
fn entry() -> Result<()> {
    let mut instant = Instant::from_ticks(0);
    for _ in 0..NAPS {
        let now = SystemClock::now();
        while instant <= now {
            instant += NAP;
        }
        sleep_until(instant)?;
    }
    sleep_until(Instant::MAX)
}
