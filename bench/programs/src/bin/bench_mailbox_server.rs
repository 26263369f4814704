//! Answers requests of the synchronous mailbox with as many bytes. Buffers are allowed once, before what is
//! measured.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_programs::ROUNDS;
use bench_programs::mailbox::{
    Manner, PIECE, REQUEST, RESPOND, SERVER, SIZES, TAKE, TAKEN, buffers,
};
use pw_status::driver::SYNC_MAILBOX;
use pw_status::{Error, Result};
use userspace::allow::Allowed;
use userspace::syscall::{command, command_and_yield_wait_for, yield_wait_for};
use userspace::time::{Instant, sleep_until};
use userspace::{process_entry, registry};

#[process_entry("server")]
fn entry() -> Result<()> {
    let [room, answer] = buffers().ok_or(Error::Internal)?;
    let refused = |_| Error::PermissionDenied;
    let _request = Allowed::read_write(SYNC_MAILBOX, 1, room).map_err(refused)?;
    answer.fill(PIECE.wrapping_add(1));
    registry::register(&SERVER).map_err(|_| Error::AlreadyExists)?;
    let mut response = Some(answer);
    for manner in Manner::ALL {
        for bytes in SIZES {
            let answer = response.take().ok_or(Error::Internal)?;
            let shown = Allowed::read_only(SYNC_MAILBOX, 1, answer, bytes).map_err(refused)?;
            match manner {
                Manner::Apart => serve(bytes)?,
                Manner::Together => serve_and_wait(bytes)?,
            }
            response = Some(shown.take());
        }
    }
    sleep_until(Instant::MAX)
}

fn serve(bytes: usize) -> Result<()> {
    for _ in 0..ROUNDS {
        wait()?;
        let (client, serial) = take(bytes)?;
        respond(client, serial)?;
    }
    Ok(())
}

fn serve_and_wait(bytes: usize) -> Result<()> {
    let mut request = yield_wait_for(SYNC_MAILBOX, TAKEN).map_err(|_| Error::Internal)?;
    for _ in 1..ROUNDS {
        let (client, serial) = taken(request, bytes)?;
        let words = [RESPOND, client, serial];
        let next = command_and_yield_wait_for(SYNC_MAILBOX, words, 1 << TAKEN);
        (request, _) = next.map_err(|_| Error::Unavailable)?;
    }
    let (client, serial) = taken(request, bytes)?;
    respond(client, serial)
}

/// Whose request of so many bytes this is, and which.
#[inline(always)]
fn taken([client, length, serial]: [usize; 3], bytes: usize) -> Result<(u32, u32)> {
    if length != bytes {
        return Err(Error::DataLoss);
    }
    let word = |word| u32::try_from(word).map_err(|_| Error::DataLoss);
    Ok((word(client)?, word(serial)?))
}

#[inline(always)]
fn wait() -> Result<()> {
    yield_wait_for(SYNC_MAILBOX, REQUEST).map(|_| ()).map_err(|_| Error::Internal)
}

/// Takes a request of so many bytes; gives whose it is and which.
#[inline(always)]
fn take(bytes: usize) -> Result<(u32, u32)> {
    let taken = command(SYNC_MAILBOX, TAKE, 0, 0)?;
    let [client, length, serial] = taken.values;
    let is_right = taken.failure.is_none() && usize::try_from(length) == Ok(bytes);
    if is_right { Ok((client, serial)) } else { Err(Error::DataLoss) }
}

#[inline(always)]
fn respond(client: u32, serial: u32) -> Result<()> {
    let answered = command(SYNC_MAILBOX, RESPOND, client, serial)?;
    if answered.failure.is_some() { Err(Error::Unavailable) } else { Ok(()) }
}
