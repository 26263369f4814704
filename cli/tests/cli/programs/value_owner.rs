//! Says a number to a capsule that only it may say it to, and after a while ends the run with an error's status.
#![no_std]
#![no_main]

use pw_status::{Error, Result};
use userspace::time::{Duration, SystemClock, sleep_until};
use userspace::{println, process_entry, syscall};

#[process_entry("initiator")]
fn entry() -> Result<()> {
    let said = syscall::command(0xA_0000, 1, 42, 0)?;
    let kept = syscall::command(0xA_0000, 2, 0, 0)?;
    println!("failure {:?}, kept {}", said.failure, kept.values[0]);
    sleep_until(SystemClock::now() + Duration::from_millis(50))?;
    syscall::debug_shutdown(Err(Error::OutOfRange))
}
