//! Comes to the end that the tester asks for, while it serves.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::hint::black_box;

use bench_codegen::stress::patient::handle;
use bench_programs::{Fate, PIECES, pieces_mut};
use pw_status::{Error, Result};
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::{process_entry, syscall, syscall::Signals};

const LONGER_THAN_THE_TESTER: Duration = Duration::from_millis(10);

#[process_entry("victim")]
fn entry() -> Result<()> {
    loop {
        syscall::object_wait(handle::IN, Signals::READABLE, Instant::MAX)?;
        let mut fate = [0];
        syscall::channel_read_exact(handle::IN, 0, &mut fate)?;
        match Fate::from_byte(fate[0])? {
            Fate::Answer => answer()?,
            Fate::Stall => stall()?,
            Fate::Panic => panic!("as it was asked to"),
            Fate::Overflow => {
                return Err(if overflow(1) == 0 { Error::Internal } else { Error::Unknown });
            }
            Fate::Leave => return Ok(()),
        }
    }
}

/// Reads and answers in as many pieces as there may be.
fn answer() -> Result<()> {
    let mut bytes = [0; PIECES * 3];
    let mut pieces = pieces_mut(&mut bytes);
    syscall::channel_read(handle::IN, 0, &mut pieces)?;
    let pieces = pieces.each_ref().map(|piece| &piece[..]);
    syscall::channel_respond(handle::IN, &pieces)
}

/// Sleeps until the request is withdrawn; the next call says so, once (CH-5a).
fn stall() -> Result<()> {
    sleep_until(SystemClock::now() + LONGER_THAN_THE_TESTER)?;
    match syscall::channel_read(handle::IN, 0, &mut [0]) {
        Err(Error::Unavailable) => Ok(()),
        _ => Err(Error::Internal),
    }
}

/// Needs more stack than there is.
fn overflow(depth: u32) -> u32 {
    let mut frame = [depth; 16];
    if black_box(&mut frame)[0] != 0 {
        return overflow(depth + 1) + frame[1];
    }
    frame[2]
}
