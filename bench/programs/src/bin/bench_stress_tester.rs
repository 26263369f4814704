//! Goes the rare ways through the kernel, and makes sure that each was gone.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::stress::tester::handle;
use bench_programs::{Fate, PIECES, finish, pieces_mut};
use pw_status::{Error, MAX_LOG_BYTES, Result};
use userspace::time::{Duration, SystemClock, sleep_until};
use userspace::{println, process_entry, syscall};

/// Long enough for anything that answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until a request that nobody answers is withdrawn.
const IMPATIENCE: Duration = Duration::from_millis(3);
/// Until all naps are over.
const REST: Duration = Duration::from_millis(300);

#[process_entry("tester")]
fn entry() -> Result<()> {
    finish(stress())
}

fn stress() -> Result<()> {
    for _ in 0..3 {
        end(handle::PATIENT, Fate::Stall, IMPATIENCE, Error::DeadlineExceeded)?;
    }
    end(handle::PANICKER, Fate::Panic, PATIENCE, Error::Unavailable)?;
    end(handle::OVERFLOWER, Fate::Overflow, PATIENCE, Error::Unavailable)?;
    end(handle::LEAVER, Fate::Leave, PATIENCE, Error::Unavailable)?;
    // The dead are not waited for.
    end(handle::LEAVER, Fate::Answer, PATIENCE, Error::Unavailable)?;
    // Every byte of this is told in four characters.
    syscall::debug_log(&[0x1b; MAX_LOG_BYTES])?;
    println!();
    sleep_until(SystemClock::now() + REST)?;
    stress_with_lists()
}

/// From here on there are lists of slices, which cost more. The bench knows this function by its name,
/// and tells what comes after its first instruction from what came before.
#[inline(never)]
fn stress_with_lists() -> Result<()> {
    for _ in 0..3 {
        talk_in_pieces()?;
        end(handle::PATIENT, Fate::Stall, IMPATIENCE, Error::DeadlineExceeded)?;
    }
    Ok(())
}

/// A round trip with as many slices as there may be, everywhere.
fn talk_in_pieces() -> Result<()> {
    let mut request = [Fate::Answer as u8; PIECES * 3];
    for (place, byte) in (1..).zip(&mut request[1..]) {
        *byte = place;
    }
    let sent = request;
    let pieces = pieces_mut(&mut request);
    let pieces = pieces.each_ref().map(|piece| &piece[..]);
    let mut response = [0; PIECES * 3];
    let mut room = pieces_mut(&mut response);
    let deadline = SystemClock::now() + PATIENCE;
    syscall::channel_transact(handle::PATIENT, &pieces, &mut room, deadline)?;
    if response == sent { Ok(()) } else { Err(Error::DataLoss) }
}

/// Asks for an end, which must come to this side as that error.
fn end(initiator: u32, fate: Fate, patience: Duration, expected: Error) -> Result<()> {
    let deadline = SystemClock::now() + patience;
    match syscall::channel_transact(initiator, &[fate as u8], &mut [0; 4], deadline) {
        Err(error) if error == expected => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(Error::Internal),
    }
}
