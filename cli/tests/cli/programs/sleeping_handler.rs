//! Sleeps for longer than its peer lives, and ends the run.
#![no_std]
#![no_main]

use userspace::time::{Duration, SystemClock, sleep_until};
use userspace::{println, syscall};

#[userspace::process_entry("handler")]
fn entry() -> pw_status::Result<()> {
    sleep_until(SystemClock::now() + Duration::from_millis(50))?;
    println!("slept");
    syscall::debug_shutdown(Ok(()))
}
