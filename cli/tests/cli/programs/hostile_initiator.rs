//! Lets its peer go to sleep, and then does what a test puts in the place of a word below.
#![no_std]
#![no_main]

use userspace::time::{Duration, SystemClock, sleep_until};

#[userspace::process_entry("initiator")]
fn entry() -> pw_status::Result<()> {
    sleep_until(SystemClock::now() + Duration::from_millis(1))?;
    // SAFETY: none; the process is expected to fault, and only it.
    unsafe {
        core::arch::asm!("INSTRUCTIONS", in("r4") 0x10, options(noreturn));
    }
}
