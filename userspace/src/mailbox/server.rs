//! The side that answers.

use core::iter::FusedIterator;

use guichet_abi::ErrorCode;

use super::{DRIVER, MailboxError, WAITING, id};
use crate::ProcessId;
use crate::allow::{with_read_only, with_read_write};
use crate::syscall::{CapsuleError, command_values, yield_wait_for};
use crate::time::Instant;
use crate::upcall::Upcalls;

/// The server's buffer with a response, which is read only.
const RESPONSE: u32 = 1;
/// The server's buffer for a request.
const REQUEST: u32 = 1;

const TAKE: u32 = 3;
const TAKE_FROM: u32 = 4;
const RESPOND: u32 = 5;

/// The side of the mailbox that answers. A process has one; it may hold several requests (SM-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server;

impl Server {
    /// Takes the oldest request, with its beginning in `buffer`; blocks while none waits (SM-3). No
    /// function is called meanwhile.
    ///
    /// # Errors
    /// `NoMailbox`; `Busy` if another part of the program is taking a request.
    pub fn next(self, buffer: &mut [u8]) -> Result<Request, MailboxError> {
        taking(buffer, |room| {
            loop {
                if let Some(request) = take(TAKE, 0, room)? {
                    return Ok(request);
                }
                // Perhaps it has been withdrawn again by now.
                yield_wait_for(DRIVER, WAITING.number).map_err(MailboxError::of_either)?;
            }
        })
    }

    /// As [`Server::next`], until the deadline. `upcalls` is the process's object of that type.
    ///
    /// # Errors
    /// As [`Server::next`]; `DeadlineExceeded` if the deadline passed first.
    pub fn next_until(
        self,
        buffer: &mut [u8],
        upcalls: Upcalls,
        deadline: Instant,
    ) -> Result<Request, MailboxError> {
        taking(buffer, |room| {
            loop {
                if let Some(request) = take(TAKE, 0, room)? {
                    return Ok(request);
                }
                let waited = upcalls.wait_for_any([WAITING], deadline);
                waited.map_err(MailboxError::of_either)?;
            }
        })
    }

    /// As [`Server::next`], and `None` if no request waits. Never blocks.
    ///
    /// # Errors
    /// As [`Server::next`].
    pub fn try_next(self, buffer: &mut [u8]) -> Result<Option<Request>, MailboxError> {
        taking(buffer, |room| take(TAKE, 0, room))
    }

    /// As [`Server::try_next`], of this client only.
    ///
    /// # Errors
    /// As [`Server::next`].
    pub fn try_next_from(
        self,
        client: ProcessId,
        buffer: &mut [u8],
    ) -> Result<Option<Request>, MailboxError> {
        taking(buffer, |room| take(TAKE_FROM, client.word(), room))
    }

    /// The requests from now on, each as [`Server::next`] gives it, with room for `MAX` bytes. It ends
    /// with the first error, which only the system's making can cause.
    pub fn requests<const MAX: usize>(self) -> Requests<MAX> {
        Requests { has_failed: false }
    }
}

/// A request that was taken, and waits for its response. Dropped, it keeps its client waiting for as
/// long as this process lives: the protocol has no refusal. [`Request::ignore`] says that this is
/// meant.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "its client waits for a response; `ignore` it if there is to be none"]
pub struct Request {
    /// Whose it is (AB-6).
    pub from: ProcessId,
    /// How many bytes of it are in the buffer.
    pub len: usize,
    /// How many there were (SM-6).
    pub full_len: usize,
    serial: u32,
}

/// A response that was not delivered.
#[derive(Debug)]
pub struct NotDelivered {
    /// Why.
    pub error: MailboxError,
    /// The request, if it can still be answered: with a shorter response, say.
    pub request: Option<Request>,
}

impl Request {
    /// Tells whether the buffer was too short for all of it.
    pub const fn was_cut(&self) -> bool {
        self.full_len > self.len
    }

    /// Which request of its client it is; the next one has another.
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// Responds. Never blocks (SM-7).
    ///
    /// # Errors
    /// `ClientGone` or `Withdrawn` if nobody waits for it any more. `TooLong`, or `Busy` if another
    /// part of the program is responding: the request comes back.
    pub fn respond(self, response: &[u8]) -> Result<(), NotDelivered> {
        let body = || command_values(DRIVER, RESPOND, self.from.word(), self.serial);
        let error = match with_read_only(DRIVER, RESPONSE, response, body) {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => MailboxError::of_server(error),
            Err(error) => MailboxError::of_buffer(error),
        };
        let is_over = matches!(error, MailboxError::ClientGone | MailboxError::Withdrawn);
        Err(NotDelivered { error, request: (!is_over).then_some(self) })
    }

    /// Leaves the request without a response. Its client waits until it cancels, or this process ends.
    pub fn ignore(self) {}
}

/// A request with its bytes, of which there is room for `MAX`.
#[derive(Debug)]
pub struct Message<const MAX: usize> {
    /// The request.
    pub request: Request,
    buffer: [u8; MAX],
}

impl<const MAX: usize> Message<MAX> {
    /// The bytes of the request, as far as there was room.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.request.len).unwrap_or(&self.buffer)
    }
}

/// The requests of a server, one after another; see [`Server::requests`].
#[derive(Debug)]
pub struct Requests<const MAX: usize> {
    has_failed: bool,
}

impl<const MAX: usize> Iterator for Requests<MAX> {
    type Item = Message<MAX>;

    fn next(&mut self) -> Option<Message<MAX>> {
        if self.has_failed {
            return None;
        }
        let mut buffer = [0; MAX];
        match Server.next(&mut buffer) {
            Ok(request) => Some(Message { request, buffer }),
            Err(_) => {
                self.has_failed = true;
                None
            }
        }
    }
}

impl<const MAX: usize> FusedIterator for Requests<MAX> {}

/// Runs `body`, which knows how much room there is, while the buffer is where requests go.
fn taking<T>(
    buffer: &mut [u8],
    body: impl FnOnce(usize) -> Result<T, MailboxError>,
) -> Result<T, MailboxError> {
    let room = buffer.len();
    with_read_write(DRIVER, REQUEST, buffer, || body(room)).map_err(MailboxError::of_buffer)?
}

fn take(command: u32, client: u32, room: usize) -> Result<Option<Request>, MailboxError> {
    match command_values(DRIVER, command, client, 0) {
        Ok([from, full, serial]) => {
            let full_len = full as usize;
            Ok(Some(Request { from: id(from)?, len: full_len.min(room), full_len, serial }))
        }
        Err(CapsuleError::Refused(ErrorCode::NoDevice)) => Ok(None),
        Err(error) => Err(MailboxError::of_either(error)),
    }
}
