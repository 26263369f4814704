//! The end that receives, and what it gives.

use core::mem;

use guichet_abi::{Error, Result, Signals};

use crate::SyscallBuffer;
use crate::syscall::{self, ReceivedMessage, SenderId, WaitReturn};
use crate::time::Instant;

/// The end of an endpoint that receives; `MAX` is the longest message in bytes (EP-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver<const MAX: usize>(u32);

impl<const MAX: usize> Receiver<MAX> {
    /// Names the end with this handle number. Whether there is one, each call tells.
    pub const fn new(handle: u32) -> Self {
        Receiver(handle)
    }

    /// The handle number.
    pub const fn handle(&self) -> u32 {
        self.0
    }

    /// Takes the oldest message; blocks while there is none (EP-4).
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first, `Aborted` if the endpoint is closed and empty.
    #[inline]
    pub fn receive(&self, deadline: Instant) -> Result<Message<MAX>> {
        Message::fill(|bytes| syscall::endpoint_receive(self.0, bytes, deadline))
    }

    /// Takes the oldest message, if there is one (EP-4). Never blocks.
    ///
    /// # Errors
    /// `Unavailable` if there is none, `Aborted` if the endpoint is closed and empty.
    #[inline]
    pub fn try_receive(&self) -> Result<Message<MAX>> {
        Message::fill(|bytes| syscall::endpoint_try_receive(self.0, bytes))
    }

    /// Answers a call and takes the next message, in one step and for as long as it takes (EP-7): what a server
    /// does all day.
    ///
    /// # Errors
    /// Those of [`Reply::send`]; nothing was received then. `Aborted`: the answer was delivered, and the
    /// endpoint is closed and empty.
    pub fn reply_and_receive<B>(
        &self,
        reply: Reply,
        answer: &B,
    ) -> core::result::Result<Message<MAX>, Refused>
    where
        B: SyscallBuffer + ?Sized,
    {
        let mut message = Err(Error::Internal);
        let received = |bytes: &mut [u8; MAX]| {
            syscall::endpoint_reply_and_receive(self.0, reply.right, answer, bytes)
        };
        let result = Message::fill(received).map(|received| message = Ok(received));
        reply.used(result)?;
        message.map_err(|error| Refused { error, reply: None })
    }

    /// The messages from now on, each as [`Receiver::receive`] gives it, until the endpoint is closed and
    /// empty: a loop over them ends then, and only then.
    #[inline]
    pub fn messages(&self) -> Messages<MAX> {
        Messages { receiver: *self, waits: true }
    }

    /// The messages that are queued, until there is none. Never blocks.
    #[inline]
    pub fn queued(&self) -> Messages<MAX> {
        Messages { receiver: *self, waits: false }
    }

    /// Lets only the process with this number of the generated `peer` module send (EP-9). Never blocks.
    /// See [`syscall::endpoint_bind`] for the errors.
    pub fn bind(&self, peer: u32) -> Result<()> {
        syscall::endpoint_bind(self.0, peer)
    }

    /// Closes the endpoint until the process restarts (EP-10). Never blocks. See
    /// [`syscall::endpoint_close`].
    pub fn close(&self) -> Result<()> {
        syscall::endpoint_close(self.0)
    }

    /// Blocks until a signal of `mask` is active on this end or the deadline passes (WT-2): READABLE while
    /// there is a message, ERROR when the endpoint is closed and empty (EP-13). See
    /// [`syscall::object_wait`] for the errors.
    #[inline]
    pub fn wait(&self, mask: Signals, deadline: Instant) -> Result<WaitReturn> {
        syscall::object_wait(self.0, mask, deadline)
    }
}

/// A message that was received, with room for the longest.
#[derive(Debug)]
pub struct Message<const MAX: usize> {
    bytes: [u8; MAX],
    len: usize,
    /// Whose it is (AB-6).
    pub sender: SenderId,
    /// The right to answer, if the sender waits for an answer. Dropped with the message, it tells the
    /// sender that there is none.
    pub reply: Option<Reply>,
}

impl<const MAX: usize> Message<MAX> {
    #[inline]
    fn fill(receive: impl FnOnce(&mut [u8; MAX]) -> Result<ReceivedMessage>) -> Result<Self> {
        let mut bytes = [0; MAX];
        let ReceivedMessage { len, sender, reply, .. } = receive(&mut bytes)?;
        Ok(Message { bytes, len, sender, reply: reply.map(|right| Reply { right }) })
    }

    /// The bytes of the message.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&self.bytes)
    }
}

/// The messages of an endpoint, one after another; see [`Receiver::messages`] and [`Receiver::queued`].
#[derive(Clone, Copy, Debug)]
pub struct Messages<const MAX: usize> {
    receiver: Receiver<MAX>,
    waits: bool,
}

impl<const MAX: usize> Iterator for Messages<MAX> {
    type Item = Message<MAX>;

    fn next(&mut self) -> Option<Message<MAX>> {
        match self.waits {
            true => self.receiver.receive(Instant::MAX).ok(),
            false => self.receiver.try_receive().ok(),
        }
    }
}

/// The right to answer one call, once (EP-7). Dropping it unused gives the caller `Aborted`, so that nobody
/// waits for an answer that was forgotten.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a reply right that is dropped tells its caller that there is no answer"]
pub struct Reply {
    right: u32,
}

/// An answer that was not delivered.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub error: Error,
    /// The right, if it is still good: for a shorter answer, say.
    pub reply: Option<Reply>,
}

impl Reply {
    /// Takes over a right that a call of [`crate::syscall`] gave, by its number.
    pub const fn new(right: u32) -> Reply {
        Reply { right }
    }

    /// Answers. Never blocks.
    ///
    /// # Errors
    /// `OutOfRange` if the answer is longer than the caller has room for, `PermissionDenied` for a buffer
    /// that is not this process's to read: the right comes back. `Unavailable` if the caller does not wait
    /// any more.
    pub fn send<B>(self, answer: &B) -> core::result::Result<(), Refused>
    where
        B: SyscallBuffer + ?Sized,
    {
        let result = syscall::endpoint_reply(self.right, answer);
        self.used(result)
    }

    /// Answers with at most four words (EP-8). Never blocks.
    ///
    /// # Errors
    /// As [`Reply::send`].
    pub fn send_words<const N: usize>(self, words: [u32; N]) -> core::result::Result<(), Refused> {
        let result = syscall::endpoint_reply_words(self.right, words);
        self.used(result)
    }

    /// The number, for calls of [`crate::syscall`]; whoever takes it must use it up.
    pub fn into_right(self) -> u32 {
        let right = self.right;
        mem::forget(self);
        right
    }

    fn used(self, result: Result<()>) -> core::result::Result<(), Refused> {
        let error = match result {
            Ok(()) => {
                mem::forget(self);
                return Ok(());
            }
            Err(error) => error,
        };
        let is_good = matches!(error, Error::OutOfRange | Error::PermissionDenied);
        let reply = if is_good {
            Some(self)
        } else {
            mem::forget(self);
            None
        };
        Err(Refused { error, reply })
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        // The caller may have given up meanwhile; then there is nobody to be told.
        let _ = syscall::endpoint_drop_reply(self.right);
    }
}
