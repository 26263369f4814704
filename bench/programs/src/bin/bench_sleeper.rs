//! Is there, and blocked for ever: what it costs the others is what is measured.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::process_entry;
use userspace::time::{Instant, sleep_until};

#[process_entry("sleeper")]
fn entry() -> Result<()> {
    sleep_until(Instant::MAX)
}
