//! Asks a handler that others ask as well, at first alone. Who is equally important gets its turn, so
//! that in a round of this one each of the others has one too.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::fan_in::first::handle;
use bench_programs::{
    BEGIN_OTHERS, CHANGE_MANNER, END_OTHERS, Message, begin, finish, tell, tell_shared,
};
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall;
use userspace::time::Instant;

/// How many ask in turn.
const INITIATORS: u32 = 3;

#[process_entry("first")]
fn entry() -> Result<()> {
    finish(measure_all())
}

fn measure_all() -> Result<()> {
    begin()?;
    let mut served = ask(0)?;
    tell("fan-in, one asks, respond and receive 4/8", |number| turn(number, &mut served, 1))?;
    ask(BEGIN_OTHERS)?;
    ask(0)?;
    for (name, change) in [
        ("fan-in, three ask, respond and receive 4/8", CHANGE_MANNER),
        ("fan-in, three ask, wait + read + respond 4/8", END_OTHERS),
    ] {
        ask(0)?;
        served = ask(0)?;
        tell_shared(name, INITIATORS, |number| turn(number, &mut served, INITIATORS))?;
        ask(change)?;
    }
    Ok(())
}

/// Asks, and checks that so many have been served since the last time: this one, and each of the others.
#[inline(always)]
fn turn(number: u32, served: &mut u32, initiators: u32) -> Result<()> {
    let now = ask(number)?;
    let before = core::mem::replace(served, now);
    if now.wrapping_sub(before) == initiators { Ok(()) } else { Err(Error::OutOfRange) }
}

/// Asks, and gives how many have been served.
#[inline(always)]
fn ask(number: u32) -> Result<u32> {
    let (mut request, mut response) = (Message::<4>::ZERO, Message::<8>::ZERO);
    request.set_number(number);
    let room = &mut response.0;
    let length = syscall::channel_transact(handle::IPC, &request.0, room, Instant::MAX)?;
    if length == 8 && response.has_number(number) {
        Ok(response.served())
    } else {
        Err(Error::DataLoss)
    }
}
