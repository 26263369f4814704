//! Transactions that nobody blocks in (CH-6), in safe hands.
//!
//! While such a transaction is pending the kernel may use its buffers at any time, and the program runs. So
//! the buffers go away with the start and come back with the end: an [`AsyncTransaction`] keeps them
//! where nobody can touch them, as addresses and not as references. They live for ever, so that
//! it does no harm if a transaction is forgotten; one that is dropped is cancelled.
//!
//! ```ignore
//! static SEND: StaticBuffer<16> = StaticBuffer::new();
//! static RECEIVE: StaticBuffer<64> = StaticBuffer::new();
//!
//! let buffers = AsyncBuffers { send: SEND.take()?, receive: RECEIVE.take()? };
//! let transaction = object::SENSOR.start(buffers, 16)?;
//! // Something else, and then:
//! transaction.wait(deadline)?;
//! if let Progress::Ended { result, buffers } = transaction.complete() { .. }
//! ```
//!
//! Why this is sound: an initiator has one transaction at a time, and the kernel touches the buffers of
//! that one alone. A transaction's buffers come back only when the kernel has said, after its start,
//! that this initiator's transaction is collected, that it is cancelled, or that none is pending. If
//! another part of the program was quicker with the plain calls, then what is collected or cancelled here
//! may be another's; but this one's is over all the same.

use core::cell::UnsafeCell;
use core::mem;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, Ordering};

use guichet_abi::{Error, Result, Signals};

use super::Initiator;
use crate::syscall;
use crate::time::Instant;

/// The buffers of a transaction that nobody blocks in.
#[derive(Debug)]
pub struct AsyncBuffers {
    /// What is sent, or begins so.
    pub send: &'static mut [u8],
    /// Where the answer goes.
    pub receive: &'static mut [u8],
}

/// A transaction that was not started.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub error: Error,
    /// The buffers, unused.
    pub buffers: AsyncBuffers,
}

/// How a transaction that nobody blocks in is getting on.
#[derive(Debug)]
pub enum Progress {
    /// It is not complete yet.
    Pending(AsyncTransaction),
    /// It has ended.
    Ended {
        /// The answer's length in bytes, which stands at the beginning of `buffers.receive`. `Unavailable`
        /// if the handler's process has ended, or somebody else has collected or cancelled it.
        result: Result<usize>,
        /// The buffers.
        buffers: AsyncBuffers,
    },
}

/// A transaction under way that nobody blocks in (CH-6). Dropping it cancels it, and its buffers are
/// gone; [`AsyncTransaction::cancel`] gives them back.
#[derive(Debug)]
#[must_use = "a transaction that is dropped is cancelled"]
pub struct AsyncTransaction {
    initiator: Initiator,
    send: NonNull<[u8]>,
    receive: NonNull<[u8]>,
}

// SAFETY: it is the only one that knows its buffers, which any thread may have.
unsafe impl Send for AsyncTransaction {}
// SAFETY: nothing can be done to the buffers by a shared reference.
unsafe impl Sync for AsyncTransaction {}

impl AsyncTransaction {
    pub(super) fn start(
        initiator: Initiator,
        buffers: AsyncBuffers,
        length: usize,
    ) -> core::result::Result<AsyncTransaction, Refused> {
        if length > buffers.send.len() {
            return Err(Refused { error: Error::OutOfRange, buffers });
        }
        let AsyncBuffers { send, receive } = buffers;
        let (send, receive) = (NonNull::from(send), NonNull::from(receive));
        let mut transaction = mem::ManuallyDrop::new(AsyncTransaction { initiator, send, receive });
        let (from, to) = (send.cast().as_ptr(), receive.cast().as_ptr());
        let room = receive.len();
        // SAFETY: both are the program's for ever, borrowed by nobody from here on, and plain bytes.
        let started =
            unsafe { syscall::channel_async_transact(initiator.handle(), from, length, to, room) };
        match started {
            Ok(()) => Ok(mem::ManuallyDrop::into_inner(transaction)),
            // SAFETY: the kernel has not taken the buffers.
            Err(error) => Err(Refused { error, buffers: unsafe { transaction.buffers() } }),
        }
    }

    /// The initiator that it is under way on.
    pub fn initiator(&self) -> Initiator {
        self.initiator
    }

    /// Blocks until it has ended or the deadline passes. To wait for several things at once, make the
    /// initiator a member of a wait group, with READABLE and ERROR as its mask.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first.
    pub fn wait(&self, deadline: Instant) -> Result<()> {
        let ended = Signals::READABLE | Signals::ERROR | Signals::WRITEABLE;
        self.initiator.wait(ended, deadline).map(|_| ())
    }

    /// Collects what it has ended with, if it has. Never blocks.
    pub fn complete(self) -> Progress {
        let result = syscall::channel_async_transact_complete(self.initiator.handle());
        // WRITEABLE says that none is pending on the initiator.
        if result == Err(Error::Unavailable)
            && self.initiator.wait(Signals::WRITEABLE, Instant::MIN).is_err()
        {
            return Progress::Pending(self);
        }
        // SAFETY: the kernel has said that none is pending any more.
        let buffers = unsafe { mem::ManuallyDrop::new(self).buffers() };
        Progress::Ended { result, buffers }
    }

    /// Withdraws it, or drops its answer, and gives the buffers back. Never blocks.
    pub fn cancel(self) -> AsyncBuffers {
        let mut transaction = mem::ManuallyDrop::new(self);
        transaction.end();
        // SAFETY: the kernel has said that none is pending any more.
        unsafe { transaction.buffers() }
    }

    /// Makes sure that none is pending on the initiator.
    fn end(&self) {
        match syscall::channel_async_cancel(self.initiator.handle()) {
            Ok(()) | Err(Error::Unavailable) => {}
            Err(error) => panic!("an initiator that could start cannot cancel: {error:?}"),
        }
    }

    /// # Safety
    /// The kernel uses the buffers no more, and nobody asks for them a second time.
    unsafe fn buffers(&mut self) -> AsyncBuffers {
        // SAFETY: they were made of such references, which nobody has now.
        unsafe { AsyncBuffers { send: self.send.as_mut(), receive: self.receive.as_mut() } }
    }
}

impl Drop for AsyncTransaction {
    fn drop(&mut self) {
        self.end();
    }
}

/// A place for `BYTES` bytes that live for ever, for whoever takes them first.
#[derive(Debug)]
pub struct StaticBuffer<const BYTES: usize> {
    bytes: UnsafeCell<[u8; BYTES]>,
    is_taken: AtomicBool,
}

// SAFETY: the bytes are given away once, and then are that one's alone.
unsafe impl<const BYTES: usize> Sync for StaticBuffer<BYTES> {}

impl<const BYTES: usize> StaticBuffer<BYTES> {
    /// Zeroes that nobody has taken.
    pub const fn new() -> Self {
        StaticBuffer { bytes: UnsafeCell::new([0; BYTES]), is_taken: AtomicBool::new(false) }
    }

    /// The bytes, the first time.
    #[expect(clippy::mut_from_ref, reason = "they are given away once")]
    pub fn take(&'static self) -> Option<&'static mut [u8]> {
        if self.is_taken.swap(true, Ordering::AcqRel) {
            return None;
        }
        // SAFETY: nobody else comes this far.
        Some(unsafe { &mut *self.bytes.get() })
    }
}

impl<const BYTES: usize> Default for StaticBuffer<BYTES> {
    fn default() -> Self {
        StaticBuffer::new()
    }
}
