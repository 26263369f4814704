//! Publishes a speed every 5 ms. After twenty of them it breaks down, and is restarted.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall::command;
use userspace::time::{Duration, SystemClock, sleep_until};

/// The capsule's number, and its command to publish.
const LATEST_VALUE: u32 = 0xA_0000;
const PUBLISH: u32 = 1;

#[process_entry("sensor")]
fn entry() -> Result<()> {
    let mut at = SystemClock::now();
    for speed in 0..20 {
        let published = command(LATEST_VALUE, PUBLISH, 100 + speed, 0)?;
        if published.failure.is_some() {
            return Err(Error::PermissionDenied);
        }
        at += Duration::from_millis(5);
        sleep_until(at)?;
    }
    Ok(())
}
