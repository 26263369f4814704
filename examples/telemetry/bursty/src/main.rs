//! A source of many records at once. Old ones matter more than new ones, and time matters more than either: what
//! finds no room is dropped, and counted.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bursty_codegen::object::LOG;
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

/// How many bursts there are, and of how many records each.
const BURSTS: u32 = 6;
const RECORDS: u32 = 15;
/// What lies between two bursts.
const PERIOD: Duration = Duration::from_millis(40);

#[process_entry("bursty")]
fn entry() -> Result<()> {
    let (mut number, mut dropped) = (0, 0);
    for _ in 0..BURSTS {
        for _ in 0..RECORDS {
            match LOG.try_send_words([number, dropped, 1, 0]) {
                Ok(()) => {}
                Err(Error::ResourceExhausted) => dropped += 1,
                Err(error) => return Err(error),
            }
            number += 1;
        }
        sleep_until(SystemClock::now() + PERIOD)?;
    }
    // The last word is for everybody to hear.
    LOG.send_words([number, dropped, 1, 1], Instant::MAX)
}
