//! Says a number to a capsule of which it is no owner, and then nothing more.
#![no_std]
#![no_main]

use pw_status::Result;
use userspace::time::{Duration, SystemClock, sleep_until};
use userspace::{println, process_entry, syscall};

#[process_entry("handler")]
fn entry() -> Result<()> {
    let said = syscall::command(0xA_0000, 1, 43, 0)?;
    println!("failure {:?}", said.failure);
    sleep_until(SystemClock::now() + Duration::from_secs(600))
}
