//! The end that sends.

use core::marker::PhantomData;

use guichet_abi::{Result, Signals};

use crate::syscall::{self, AnswerWords, WaitReturn};
use crate::time::Instant;
use crate::{SyscallBuffer, SyscallBufferMut};

/// The right `send` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaySend {}

/// The right `call` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayCall {}

/// Both rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaySendAndCall {}

/// Rights with `send` among them.
pub trait CanSend {}
impl CanSend for MaySend {}
impl CanSend for MaySendAndCall {}

/// Rights with `call` among them.
pub trait CanCall {}
impl CanCall for MayCall {}
impl CanCall for MaySendAndCall {}

/// An end of an endpoint that sends, with the rights that its declaration gives it (EP-2). The kernel
/// checks each use; the type spares a program the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender<const MAX: usize, Rights = MaySendAndCall> {
    handle: u32,
    rights: PhantomData<Rights>,
}

/// An end that may only call.
pub type Caller<const MAX: usize> = Sender<MAX, MayCall>;

impl<const MAX: usize, Rights> Sender<MAX, Rights> {
    /// Names the end with this handle number. Whether there is one, each call tells.
    pub const fn new(handle: u32) -> Self {
        Sender { handle, rights: PhantomData }
    }

    /// The handle number.
    pub const fn handle(&self) -> u32 {
        self.handle
    }

    /// Blocks until a signal of `mask` is active on this end or the deadline passes (WT-2): WRITEABLE while
    /// there is room, ERROR while the endpoint is closed or its process does not run (EP-13). See
    /// [`syscall::object_wait`] for the errors.
    #[inline]
    pub fn wait(&self, mask: Signals, deadline: Instant) -> Result<WaitReturn> {
        syscall::object_wait(self.handle, mask, deadline)
    }
}

impl<const MAX: usize, Rights: CanSend> Sender<MAX, Rights> {
    /// Sends a message; blocks while the queue is full (EP-3). See [`syscall::endpoint_send`] for the
    /// errors.
    #[inline]
    pub fn send<B>(&self, message: &B, deadline: Instant) -> Result<()>
    where
        B: SyscallBuffer + ?Sized,
    {
        syscall::endpoint_send(self.handle, message, deadline)
    }

    /// Sends a message if there is room (EP-3). Never blocks. See [`syscall::endpoint_try_send`] for the
    /// errors.
    #[inline]
    pub fn try_send<B>(&self, message: &B) -> Result<()>
    where
        B: SyscallBuffer + ?Sized,
    {
        syscall::endpoint_try_send(self.handle, message)
    }

    /// As [`Sender::send`], with at most four words (EP-8).
    #[inline]
    pub fn send_words<const N: usize>(&self, words: [u32; N], deadline: Instant) -> Result<()> {
        syscall::endpoint_send_words(self.handle, words, deadline)
    }

    /// As [`Sender::try_send`], with at most four words (EP-8). Never blocks.
    #[inline]
    pub fn try_send_words<const N: usize>(&self, words: [u32; N]) -> Result<()> {
        syscall::endpoint_try_send_words(self.handle, words)
    }
}

impl<const MAX: usize, Rights: CanCall> Sender<MAX, Rights> {
    /// Sends a message, blocks until its answer is in `receive`, and returns the answer's length in bytes
    /// (EP-7). See [`syscall::endpoint_call`] for the errors.
    #[inline]
    pub fn call<S, R>(&self, message: &S, receive: &mut R, deadline: Instant) -> Result<usize>
    where
        S: SyscallBuffer + ?Sized,
        R: SyscallBufferMut + ?Sized,
    {
        syscall::endpoint_call(self.handle, message, receive, deadline)
    }

    /// As [`Sender::call`], with at most four words both ways (EP-8).
    #[inline]
    pub fn call_words<const N: usize>(
        &self,
        words: [u32; N],
        deadline: Instant,
    ) -> Result<AnswerWords> {
        syscall::endpoint_call_words(self.handle, words, deadline)
    }
}
