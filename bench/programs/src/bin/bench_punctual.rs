//! Waits for a millisecond, at every phase of the timer, and says how late it was at worst.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::deadline::punctual::handle;
use bench_programs::{clock, finish};
use pw_status::{Error, Result};
use userspace::syscall::{Signals, object_wait, process_start, task_terminate};
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::{println, process_entry};

const MILLISECOND: Duration = Duration::from_millis(1);
const WAITS: u64 = 250;

#[process_entry("punctual")]
fn entry() -> Result<()> {
    finish(measure_all())
}

fn measure_all() -> Result<()> {
    clock();
    println!("late {} deadline in 1 ms, at worst late", latest()?);
    process_start(handle::BUSY)?;
    println!("late {} deadline in 1 ms while others work, at worst late", latest()?);
    task_terminate(handle::BUSY)
}

/// The most ticks between a deadline and the first that the thread sees of the clock afterwards.
///
/// # Errors
/// `Internal` if a wait ends early, or otherwise than with its deadline.
fn latest() -> Result<u64> {
    let mut latest = 0;
    for phase in 0..WAITS {
        // Not a multiple of anything that a timer may go by.
        sleep_until(Instant::from_ticks(SystemClock::now().ticks() + 1 + phase))?;
        let deadline = SystemClock::now() + MILLISECOND;
        let found = object_wait(handle::QUIET, Signals::READABLE, deadline);
        let late = SystemClock::now().ticks().checked_sub(deadline.ticks());
        match (found, late) {
            (Err(Error::DeadlineExceeded), Some(late)) => latest = late.max(latest),
            _ => return Err(Error::Internal),
        }
    }
    Ok(latest)
}
