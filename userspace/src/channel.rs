//! Channels by typed handles: the two ends cannot be mixed up.
//!
//! A channel is a rendezvous: the [`Initiator`] sends a request and sleeps, the [`Handler`] reads
//! it and answers. The kernel stores nothing in between. On the wire both ends are plain handle
//! numbers; here each is a type that has only the operations which its end understands. The
//! numbers come from the process's generated `handle` module.

mod asynchronous;

pub use asynchronous::{AsyncBuffers, AsyncTransaction, Progress, Refused, StaticBuffer};

use guichet_abi::{Result, Signals};

use crate::syscall::{self, Received, WaitReturn};
use crate::time::Instant;
use crate::{SyscallBuffer, SyscallBufferMut};

/// The end of a channel that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Initiator(u32);

impl Initiator {
    /// Names the initiator with this handle number. Whether there is one, each call tells.
    pub const fn new(handle: u32) -> Self {
        Initiator(handle)
    }

    /// The handle number.
    pub const fn handle(self) -> u32 {
        self.0
    }

    /// Sends `send`, blocks until the answer is in `receive` or the deadline passes, and returns
    /// the answer's length in bytes (CH-2). With [`Instant::MAX`] the channel's default deadline
    /// counts, if it declares one (CH-11). See [`syscall::channel_transact`] for the errors.
    #[inline]
    pub fn transact<S, R>(self, send: &S, receive: &mut R, deadline: Instant) -> Result<usize>
    where
        S: SyscallBuffer + ?Sized,
        R: SyscallBufferMut + ?Sized,
    {
        syscall::channel_transact(self.0, send, receive, deadline)
    }

    /// Starts a transaction with the first `length` bytes of `buffers.send` and goes on (CH-6). The
    /// buffers come back with its end, or at once if it is refused. Never blocks.
    ///
    /// # Errors
    /// `OutOfRange` if `buffers.send` is shorter; otherwise those of
    /// [`syscall::channel_async_transact`].
    #[inline]
    pub fn start(
        self,
        buffers: AsyncBuffers,
        length: usize,
    ) -> core::result::Result<AsyncTransaction, Refused> {
        AsyncTransaction::start(self, buffers, length)
    }

    /// Raises USER on the handler's end of this channel, or lowers it (WT-5). Never blocks. See
    /// [`syscall::object_set_peer_user_signal`].
    #[inline]
    pub fn set_peer_user_signal(self, set: bool) -> Result<()> {
        syscall::object_set_peer_user_signal(self.0, set)
    }

    /// Blocks until a signal of `mask` is active on this end or the deadline passes (WT-2). See
    /// [`syscall::object_wait`] for the errors.
    #[inline]
    pub fn wait(self, mask: Signals, deadline: Instant) -> Result<WaitReturn> {
        syscall::object_wait(self.0, mask, deadline)
    }
}

/// The end of a channel that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler(u32);

impl Handler {
    /// Names the handler with this handle number. Whether there is one, each call tells.
    pub const fn new(handle: u32) -> Self {
        Handler(handle)
    }

    /// The handle number.
    pub const fn handle(self) -> u32 {
        self.0
    }

    /// Raises USER on the initiator's end of this channel, or lowers it (WT-5). Never blocks. See
    /// [`syscall::object_set_peer_user_signal`].
    #[inline]
    pub fn set_peer_user_signal(self, set: bool) -> Result<()> {
        syscall::object_set_peer_user_signal(self.0, set)
    }

    /// Blocks until a signal of `mask` is active on this end or the deadline passes (WT-2);
    /// READABLE says that a request waits (CH-3). See [`syscall::object_wait`] for the errors.
    #[inline]
    pub fn wait(self, mask: Signals, deadline: Instant) -> Result<WaitReturn> {
        syscall::object_wait(self.0, mask, deadline)
    }

    /// Copies from the pending request, starting `offset` bytes into it, and returns how many bytes
    /// came (CH-3). Never blocks. See [`syscall::channel_read`] for the errors.
    #[inline]
    pub fn read<B>(self, offset: usize, buffer: &mut B) -> Result<usize>
    where
        B: SyscallBufferMut + ?Sized,
    {
        syscall::channel_read(self.0, offset, buffer)
    }

    /// As [`Handler::read`], but the request must fill the buffer (CH-3). Never blocks. See
    /// [`syscall::channel_read_exact`] for the errors.
    #[inline]
    pub fn read_exact<B>(self, offset: usize, buffer: &mut B) -> Result<usize>
    where
        B: SyscallBufferMut + ?Sized,
    {
        syscall::channel_read_exact(self.0, offset, buffer)
    }

    /// The badge of the request that the caller serves (CH-12). Never blocks. See
    /// [`syscall::channel_badge`] for the errors.
    #[inline]
    pub fn badge(self) -> Result<u32> {
        syscall::channel_badge(self.0)
    }

    /// Answers the pending request and wakes its initiator (CH-4). Never blocks. See
    /// [`syscall::channel_respond`] for the errors.
    #[inline]
    pub fn respond<B>(self, buffer: &B) -> Result<()>
    where
        B: SyscallBuffer + ?Sized,
    {
        syscall::channel_respond(self.0, buffer)
    }

    /// Blocks until a request waits, begins to serve it, and copies what fits of it (CH-10). See
    /// [`syscall::channel_receive`] for the errors.
    #[inline]
    pub fn receive<B>(self, buffer: &mut B, deadline: Instant) -> Result<Received>
    where
        B: SyscallBufferMut + ?Sized,
    {
        syscall::channel_receive(self.0, buffer, deadline)
    }

    /// Answers the request that is served and blocks until the next one, as [`Handler::receive`]
    /// (CH-10). See [`syscall::channel_respond_and_receive`] for the errors.
    #[inline]
    pub fn respond_and_receive<S, B>(
        self,
        response: &S,
        buffer: &mut B,
        deadline: Instant,
    ) -> Result<Received>
    where
        S: SyscallBuffer + ?Sized,
        B: SyscallBufferMut + ?Sized,
    {
        syscall::channel_respond_and_receive(self.0, response, buffer, deadline)
    }
}
