//! The most important of three: asks the least important one, once while nobody else has work to do,
//! and once while the one between them has.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::priorities::high::handle;
use bench_programs::{begin, finish, tell};
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall;
use userspace::time::Instant;

/// How often the one between them goes round its loop.
const SPINS: u32 = 1_000;

#[process_entry("high")]
fn entry() -> Result<()> {
    finish(measure_all())
}

fn measure_all() -> Result<()> {
    begin()?;
    order(0)?;
    for (spins, name) in [
        (0, "initiator above a middle without work"),
        (SPINS, "initiator above a middle with work"),
    ] {
        ask(spins)?;
        tell(name, |_| ask(spins))?;
    }
    Ok(())
}

/// The one between them has work as soon as it can run, and the least important one is asked. Then
/// the one between them is told how long its next work is.
fn ask(spins: u32) -> Result<()> {
    syscall::object_set_peer_user_signal(handle::MIDDLE, true)?;
    syscall::channel_transact(handle::LOW, &[0; 4], &mut [0; 8], Instant::MAX)?;
    syscall::object_set_peer_user_signal(handle::MIDDLE, false)?;
    order(spins)
}

/// The one between them takes an order when it has done its work.
fn order(spins: u32) -> Result<()> {
    let words = spins.to_le_bytes();
    syscall::channel_transact(handle::MIDDLE, &words, &mut [0; 0], Instant::MAX).map(|_| ())
}
