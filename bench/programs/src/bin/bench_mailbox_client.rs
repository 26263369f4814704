//! Asks a server by the synchronous mailbox, in the order in which the server serves. Buffers are allowed once, before
//! what is measured.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_programs::mailbox::{ENDS, Manner, PIECE, RESPONSE, SEND, SERVER, SIZES, buffers};
use bench_programs::{begin, finish, tell};
use pw_status::driver::SYNC_MAILBOX;
use pw_status::{Error, Result};
use userspace::allow::Allowed;
use userspace::syscall::{command, command_and_yield_wait_for, yield_wait_for};
use userspace::{ProcessId, process_entry, registry};

#[process_entry("client")]
fn entry() -> Result<()> {
    finish(measure())
}

fn measure() -> Result<()> {
    begin()?;
    tell("null command", |_| command(SYNC_MAILBOX, 0, 0, 0).map(|_| ()))?;
    let server = registry::wait_for(&SERVER).map_err(|_| Error::NotFound)?;
    let [first, second] = buffers().ok_or(Error::Internal)?;
    let mut request = Some(first);
    let mut response = Some(second);
    for manner in Manner::ALL {
        for (bytes, name) in SIZES.into_iter().zip(manner.names()) {
            let asked = request.take().ok_or(Error::Internal)?;
            asked.fill(PIECE);
            let refused = |_| Error::PermissionDenied;
            let shown = Allowed::read_only(SYNC_MAILBOX, 0, asked, bytes).map_err(refused)?;
            let room = response.take().ok_or(Error::Internal)?;
            room.fill(0);
            let lent = Allowed::read_write(SYNC_MAILBOX, 0, room).map_err(refused)?;
            match manner {
                Manner::Apart => tell(name, |_| ask(server, bytes))?,
                Manner::Together => tell(name, |_| ask_and_wait(server, bytes))?,
            }
            request = Some(shown.take());
            let answered = lent.take();
            if answered.iter().take(bytes).any(|byte| *byte != PIECE.wrapping_add(1)) {
                return Err(Error::DataLoss);
            }
            response = Some(answered);
        }
    }
    Ok(())
}

#[inline(always)]
fn ask(server: ProcessId, bytes: usize) -> Result<()> {
    let sent = command(SYNC_MAILBOX, SEND, server.word(), 0)?;
    if sent.failure.is_some() {
        return Err(Error::Unavailable);
    }
    let [status, length, _] =
        yield_wait_for(SYNC_MAILBOX, RESPONSE).map_err(|_| Error::Internal)?;
    if status == 0 && length == bytes { Ok(()) } else { Err(Error::DataLoss) }
}

/// As a client does that wants to know of the end of its server too.
#[inline(always)]
fn ask_and_wait(server: ProcessId, bytes: usize) -> Result<()> {
    let words = [SEND, server.word(), 0];
    let ended = command_and_yield_wait_for(SYNC_MAILBOX, words, ENDS);
    let ([status, length, _], number) = ended.map_err(|_| Error::Internal)?;
    let is_answer = number == RESPONSE && status == 0 && length == bytes;
    if is_answer { Ok(()) } else { Err(Error::DataLoss) }
}
