//! The side that asks, and goes on.

use super::client::{REQUEST, RESPONSE, outcome, send, withdrawn};
use super::{ANSWERED, DRIVER, FAILED, MailboxError, Response};
use crate::ProcessId;
use crate::allow::{Allowed, Refused};
use crate::upcall::Event;

/// The buffers of a request that nobody blocks in;
/// [`StaticBuffer`](crate::channel::StaticBuffer) makes them.
#[derive(Debug)]
pub struct Buffers {
    /// What is sent, or begins so.
    pub request: &'static mut [u8],
    /// Where the response goes.
    pub response: &'static mut [u8],
}

/// A request that was not started.
#[derive(Debug)]
pub struct NotStarted {
    /// Why.
    pub error: MailboxError,
    /// The buffers, unused.
    pub buffers: Buffers,
}

/// How a request that nobody blocks in is getting on.
#[derive(Debug)]
pub enum Progress {
    /// It has not ended yet.
    Pending(Pending),
    /// It has ended.
    Ended {
        /// What came of it; the response stands at the beginning of `buffers.response`.
        result: Result<Response, MailboxError>,
        /// The buffers.
        buffers: Buffers,
    },
}

/// A request under way that nobody blocks in. Dropping it withdraws it, and its buffers are lost;
/// [`Pending::cancel`] gives them back.
#[derive(Debug)]
#[must_use = "a request that is dropped is withdrawn"]
pub struct Pending {
    /// There until its end.
    guards: Option<(Allowed, Allowed)>,
}

impl Pending {
    pub(super) fn start(
        server: ProcessId,
        Buffers { request, response }: Buffers,
        length: usize,
    ) -> Result<Pending, NotStarted> {
        let not_started =
            |error, request, response| NotStarted { error, buffers: Buffers { request, response } };
        let request = match Allowed::read_only(DRIVER, REQUEST, request, length) {
            Ok(guard) => guard,
            Err(Refused { error, buffer }) => {
                return Err(not_started(MailboxError::of_buffer(error), buffer, response));
            }
        };
        let response = match Allowed::read_write(DRIVER, RESPONSE, response) {
            Ok(guard) => guard,
            Err(Refused { error, buffer }) => {
                return Err(not_started(MailboxError::of_buffer(error), request.take(), buffer));
            }
        };
        match send(server) {
            Ok(()) => Ok(Pending { guards: Some((request, response)) }),
            Err(error) => Err(not_started(error, request.take(), response.take())),
        }
    }

    /// Ends it, if the event says that it has ended: the first of [`ANSWERED`] or [`FAILED`] that came
    /// since it was started. Any other event leaves it pending. Never blocks.
    pub fn complete(self, event: &Event) -> Progress {
        if ![ANSWERED, FAILED].contains(&event.source) {
            return Progress::Pending(self);
        }
        let buffers = self.into_buffers();
        let result = outcome(event, buffers.response.len());
        Progress::Ended { result, buffers }
    }

    /// Withdraws it, whether it has been answered or not, and gives the buffers back (SM-7). No event
    /// of it comes any more. Never blocks.
    pub fn cancel(self) -> Buffers {
        let _ = withdrawn();
        self.into_buffers()
    }

    fn into_buffers(mut self) -> Buffers {
        match self.guards.take() {
            Some((request, response)) => {
                Buffers { request: request.take(), response: response.take() }
            }
            None => Buffers { request: &mut [], response: &mut [] },
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.guards.is_some() {
            let _ = withdrawn();
        }
    }
}
