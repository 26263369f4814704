//! The side that asks, and blocks.

use guichet_abi::ErrorCode;

use super::{ANSWERED, Buffers, DRIVER, FAILED, MailboxError, NotStarted, Pending};
use crate::ProcessId;
use crate::allow::{with_read_only, with_read_write};
use crate::syscall::{command_and_yield_wait_for, command_values};
use crate::time::Instant;
use crate::upcall::{Event, Source, Upcalls, try_any};

/// The client's buffer with the request, which is read only.
pub(super) const REQUEST: u32 = 0;
/// The client's buffer for the response.
pub(super) const RESPONSE: u32 = 0;

const SEND: u32 = 1;
const CANCEL: u32 = 2;

/// The side of the mailbox that asks. A process has one, with one request under way at a time (SM-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client;

/// A response that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Response {
    /// How many bytes of it are in the buffer.
    pub len: usize,
    /// How many there were (SM-6).
    pub full_len: usize,
}

impl Response {
    /// Tells whether the buffer was too short for all of it.
    pub const fn was_cut(&self) -> bool {
        self.full_len > self.len
    }
}

impl Client {
    /// Sends a request, and blocks until its response is in `response`. Functions that other parts of the
    /// program have subscribed are not called meanwhile, and events are left to it.
    ///
    /// # Errors
    /// `ServerGone` if the server has ended, or ends before it has responded; `Busy` if a request of
    /// this program is under way; `TooLong`, `NoMailbox`. Nothing is under way then.
    pub fn call(
        self,
        server: ProcessId,
        request: &[u8],
        response: &mut [u8],
    ) -> Result<Response, MailboxError> {
        self.call_by(request, response, || send_and_wait(server))
    }

    /// As [`Client::call`], until the deadline. `upcalls` is the process's object of that type.
    ///
    /// # Errors
    /// As [`Client::call`]; `DeadlineExceeded` if the deadline passed first.
    pub fn call_until(
        self,
        server: ProcessId,
        request: &[u8],
        response: &mut [u8],
        upcalls: Upcalls,
        deadline: Instant,
    ) -> Result<Response, MailboxError> {
        self.call_by(request, response, || {
            send(server)?;
            let event = upcalls.wait_for_any([ANSWERED, FAILED], deadline);
            event.or_else(|error| withdrawn().ok_or(MailboxError::of_either(error)))
        })
    }

    /// Sends the first `length` bytes of `buffers.request` and goes on. An event of [`ANSWERED`] or
    /// [`FAILED`] says that it has ended; listen to both. Never blocks.
    ///
    /// # Errors
    /// As [`Client::call`]; the buffers come back.
    pub fn start(
        self,
        server: ProcessId,
        buffers: Buffers,
        length: usize,
    ) -> Result<Pending, NotStarted> {
        Pending::start(server, buffers, length)
    }

    fn call_by(
        self,
        request: &[u8],
        response: &mut [u8],
        end: impl Fn() -> Result<Event, MailboxError>,
    ) -> Result<Response, MailboxError> {
        let room = response.len();
        let exchange = || outcome(&end()?, room);
        let with_response = || with_read_write(DRIVER, RESPONSE, response, exchange);
        let exchanged = with_read_only(DRIVER, REQUEST, request, with_response);
        exchanged.flatten().map_err(MailboxError::of_buffer)?
    }
}

/// What an event of [`ANSWERED`] or [`FAILED`] says about a request with that much room for its
/// response.
pub(super) fn outcome(event: &Event, room: usize) -> Result<Response, MailboxError> {
    let [code, full, _] = event.arguments;
    if event.source == FAILED {
        let code = u32::try_from(code).ok().and_then(ErrorCode::from_number);
        return Err(MailboxError::of_client(code.unwrap_or(ErrorCode::Fail).into()));
    }
    Ok(Response { len: full.min(room), full_len: full })
}

/// Sends the request that is allowed, and blocks until it has ended, in one call.
fn send_and_wait(server: ProcessId) -> Result<Event, MailboxError> {
    let either = 1 << ANSWERED.number | 1 << FAILED.number;
    let ended = command_and_yield_wait_for(DRIVER, [SEND, server.word(), 0], either);
    let (arguments, number) = ended.map_err(MailboxError::of_client)?;
    Ok(Event { source: Source { driver: DRIVER, number }, arguments })
}

/// Sends the request that is allowed.
pub(super) fn send(server: ProcessId) -> Result<(), MailboxError> {
    let sent = command_values(DRIVER, SEND, server.word(), 0);
    sent.map(|_| ()).map_err(MailboxError::of_client)
}

/// Withdraws the request that is under way, unless it has ended meanwhile: then this is how.
pub(super) fn withdrawn() -> Option<Event> {
    match command_values(DRIVER, CANCEL, 0, 0) {
        Ok(_) => None,
        Err(_) => try_any([ANSWERED, FAILED]).ok().flatten(),
    }
}
