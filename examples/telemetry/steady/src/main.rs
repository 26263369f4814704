//! A sensor that is read at a steady rate. Every reading matters, so it waits while the log's queue is full: the
//! log's pace becomes its own.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use steady_codegen::object::LOG;
use userspace::process_entry;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

/// How many readings there are.
const READINGS: u32 = 60;
/// How often the sensor is read.
const PERIOD: Duration = Duration::from_millis(6);

#[process_entry("steady")]
fn entry() -> Result<()> {
    for number in 0..READINGS {
        // A record: its number, how many before it were dropped, for how many it stands, and if more come.
        let is_last = number + 1 == READINGS;
        LOG.send_words([number, 0, 1, u32::from(is_last)], Instant::MAX)?;
        sleep_until(SystemClock::now() + PERIOD)?;
    }
    Ok(())
}
