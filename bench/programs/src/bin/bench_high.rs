//! The most important of three: asks the least important one, while nobody else has work to do and
//! while the one between them has, and measures how long it waits for its answer.
//!
//! It never waits for the one between them in a round, so what that one's work adds is what it is kept
//! waiting by it. In the second half the least important one asks for its orders and brings their
//! results, so that the kernel cannot know who waits for whom, and lends nothing (CH-13).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::priorities::high::handle;
use bench_programs::{CHANGE_MANNER, Message, begin, finish, tell};
use pw_status::{Error, Result};
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
    for (spins, name) in [
        (0, "initiator above a middle without work"),
        (SPINS, "initiator above a middle with work"),
    ] {
        order(spins)?;
        ask(0)?;
        tell(name, ask)?;
    }
    transact(CHANGE_MANNER)?;
    // The first thing that it brings is no result.
    syscall::channel_receive(handle::ORDERS, &mut [0; 8], Instant::MAX)?;
    for (spins, name) in [
        (0, "nothing lent, above a middle without work"),
        (SPINS, "nothing lent, above a middle with work"),
    ] {
        order(spins)?;
        hand_out(0)?;
        tell(name, hand_out)?;
    }
    Ok(())
}

/// The one between them is to work as long in each round.
fn order(spins: u32) -> Result<()> {
    let words = spins.to_le_bytes();
    syscall::channel_transact(handle::MIDDLE, &words, &mut [0; 0], Instant::MAX).map(|_| ())
}

/// The one between them has work as soon as it can run, once: the end of a wait is not taken back (WT-6).
#[inline(always)]
fn give_work() -> Result<()> {
    syscall::object_set_peer_user_signal(handle::MIDDLE, true)?;
    syscall::object_set_peer_user_signal(handle::MIDDLE, false)
}

/// Asks the least important one, while there is work for the one between them.
fn ask(number: u32) -> Result<()> {
    give_work()?;
    transact(number)
}

fn transact(number: u32) -> Result<()> {
    let (mut request, mut response) = (Message::<4>::ZERO, Message::<8>::ZERO);
    request.set_number(number);
    let room = &mut response.0;
    syscall::channel_transact(handle::LOW, &request.0, room, Instant::MAX)?;
    check(number == CHANGE_MANNER || response.has_number(number))
}

/// As [`ask`], but the least important one has asked for it, and brings the result when it asks again.
fn hand_out(number: u32) -> Result<()> {
    give_work()?;
    let (mut request, mut response) = (Message::<4>::ZERO, Message::<8>::ZERO);
    request.set_number(number);
    let room = &mut response.0;
    syscall::channel_respond_and_receive(handle::ORDERS, &request.0, room, Instant::MAX)?;
    check(response.has_number(number))
}

fn check(is_right: bool) -> Result<()> {
    if is_right { Ok(()) } else { Err(Error::DataLoss) }
}
