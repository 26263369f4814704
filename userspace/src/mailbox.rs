//! Requests and responses between processes that know each other by [`ProcessId`] (SM).
//!
//! The [`Client`] sends a request to a process and gets one response; the [`Server`] takes requests
//! from anybody, may hold several, and answers them in any order. The kernel copies each once, between
//! the buffers of the two, and stores nothing. A process may be both.
//!
//! ```ignore
//! let sensor = registry::wait_for(&SENSOR)?; // the client
//! let Response { len, .. } = mailbox::Client.call(sensor, b"read", &mut buffer)?;
//!
//! registry::register(&SENSOR)?; // the server
//! for message in mailbox::Server.requests::<16>() {
//!     let reading = read(message.bytes());
//!     let _ = message.request.respond(&reading);
//! }
//! ```
//!
//! - **no request waits**: [`Server::next`] blocks, [`Server::try_next`] does not.
//! - **a request is under way**: another of the same client is [`Busy`](MailboxError::Busy).
//! - **a buffer is short**: what fits is there, and [`Response::full_len`] or [`Request::full_len`]
//!   tells that it was cut.
//! - **the server ends**: the client gets [`ServerGone`](MailboxError::ServerGone), whether the
//!   request was taken or not.
//! - **the client ends or cancels**: the server learns it when it responds.
//! - **the server forgets a request**: the client waits as long as the server lives. The protocol has
//!   no refusal, and an empty response would be a lie; so a [`Request`] must be used, and who does not
//!   mean to answer says [`Request::ignore`]. A client that does not trust its server uses
//!   [`Client::call_until`].
//!
//! In a program driven by events, [`Client::start`] does not wait, and [`WAITING`] says that there is
//! a request to take.

mod client;
mod pending;
mod server;

pub use client::{Client, Response};
pub use pending::{Buffers, NotStarted, Pending, Progress};
pub use server::{Message, NotDelivered, Request, Requests, Server};

use guichet_abi::driver::SYNC_MAILBOX as DRIVER;
use guichet_abi::{Error, ErrorCode};

use crate::ProcessId;
use crate::allow::is_absent;
use crate::syscall::CapsuleError;
use crate::upcall::Source;

/// The event of a response that has come, for [`Pending::complete`].
pub const ANSWERED: Source = Source { driver: DRIVER, number: 0 };
/// The event of a request that has failed, for [`Pending::complete`].
pub const FAILED: Source = Source { driver: DRIVER, number: 1 };
/// The event of requests that wait: take them with [`Server::try_next`]. It comes as long as any waits.
pub const WAITING: Source = Source { driver: DRIVER, number: 2 };

/// Why a request or a response was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailboxError {
    /// The server has ended, or was never made known to this process: discover it anew.
    ServerGone,
    /// The client has ended; nobody needs the response.
    ClientGone,
    /// The client has cancelled the request, or sent another since; nobody needs the response.
    Withdrawn,
    /// The program has a request under way already, or its buffers are in use: wait for that to end, or
    /// cancel it.
    Busy,
    /// It is longer than `max_transfer_bytes` of system.json5: send less at a time.
    TooLong,
    /// The deadline passed first; the request is withdrawn, though the server may have seen it.
    DeadlineExceeded,
    /// The system has no mailbox: add "sync_mailbox" to the `capsules` of system.json5.
    NoMailbox,
    /// The capsule refuses, with a code that means nothing better here.
    Refused(ErrorCode),
    /// The kernel refuses: `FailedPrecondition` from a thread other than the main one.
    Failed(Error),
}

impl MailboxError {
    /// What an error means to a client that asks.
    fn of_client(error: CapsuleError) -> MailboxError {
        match error {
            CapsuleError::Refused(ErrorCode::NoDevice) => MailboxError::ServerGone,
            error => MailboxError::of_either(error),
        }
    }

    /// What an error means to a server that answers.
    fn of_server(error: CapsuleError) -> MailboxError {
        match error {
            CapsuleError::Refused(ErrorCode::NoDevice) => MailboxError::ClientGone,
            CapsuleError::Refused(ErrorCode::Cancel) => MailboxError::Withdrawn,
            error => MailboxError::of_either(error),
        }
    }

    /// What an error means when a buffer was to be allowed.
    fn of_buffer(error: CapsuleError) -> MailboxError {
        if is_absent(error) { MailboxError::NoMailbox } else { MailboxError::of_either(error) }
    }

    fn of_either(error: CapsuleError) -> MailboxError {
        match error {
            CapsuleError::Refused(ErrorCode::Busy) | CapsuleError::InUse => MailboxError::Busy,
            CapsuleError::Refused(ErrorCode::Size) => MailboxError::TooLong,
            CapsuleError::Refused(code) => MailboxError::Refused(code),
            CapsuleError::Failed(Error::DeadlineExceeded) => MailboxError::DeadlineExceeded,
            CapsuleError::Failed(error) => MailboxError::Failed(error),
        }
    }
}

/// The id in a word of the capsule, which gives none that is nobody's.
fn id(word: u32) -> Result<ProcessId, MailboxError> {
    ProcessId::from_word(word).ok_or(MailboxError::Failed(Error::Internal))
}
