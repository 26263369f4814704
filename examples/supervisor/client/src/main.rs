//! Asks for squares, whatever becomes of the process that answers.
//!
//! When the worker dies over a number, this process hears of it at once. It tries again, in case it was
//! another client's number, and then goes on without that one. Clients that have heard of the same death
//! wait for different times, or one's bad number would be the end of the other's good one again.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use first_codegen::object::WORKER;
use pw_status::{Error, Result};
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::{println, process_entry};

/// How many numbers are asked for.
const NUMBERS: u32 = 20;
/// How often for each, if nobody is there to answer.
const ATTEMPTS: u32 = 6;
/// How long to wait at least for a worker that is not there.
const PAUSE: Duration = Duration::from_millis(20);
/// How many milliseconds longer at most.
const SPREAD: u64 = 61;

/// Waits for a worker that is not there. How long, nobody can foresee, not even another client.
fn pause() -> Result<()> {
    let now = SystemClock::now();
    let more = Duration::from_millis(now.ticks() % SPREAD);
    sleep_until(now + PAUSE + more)
}

/// The square of a number; `Unavailable` if it cost the worker its life.
fn square(number: u32) -> Result<u32> {
    let mut answer = [0; 4];
    for _ in 0..ATTEMPTS {
        match WORKER.transact(&number.to_le_bytes(), &mut answer, Instant::MAX) {
            Ok(_) => return Ok(u32::from_le_bytes(answer)),
            Err(Error::Unavailable) => pause()?,
            Err(error) => return Err(error),
        }
    }
    Err(Error::Unavailable)
}

#[process_entry("client")]
fn entry() -> Result<()> {
    let mut given_up = 0;
    for number in 0..NUMBERS {
        match square(number) {
            Ok(square) if square == number * number => {}
            Ok(_) => return Err(Error::DataLoss),
            Err(Error::Unavailable) => given_up += 1,
            Err(error) => return Err(error),
        }
    }
    println!("{} squares, and {given_up} numbers that nobody survives", NUMBERS - given_up);
    Ok(())
}
