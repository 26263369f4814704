//! Messages that nobody answers, from processes that are on a list (AM).
//!
//! An [`Inbox`] has two buffers: the capsule fills one while the program reads the other, and
//! [`Inbox::take`] swaps them in one step, so that none is lost. [`send`] puts a message into
//! another's inbox, whole or not at all.
//!
//! ```ignore
//! static FIRST: StaticBuffer<256> = StaticBuffer::new();
//! static SECOND: StaticBuffer<256> = StaticBuffer::new();
//! static FRIENDS: Allowlist<4> = Allowlist::new();
//!
//! let mut inbox = Inbox::open([FIRST.take()?, SECOND.take()?], &FRIENDS)?;
//! loop {
//!     match inbox.wait()? {
//!         Notice::Messages { .. } => inbox.take()?.for_each(|message| read(message.bytes)),
//!         Notice::Ended(id) => drop(FRIENDS.remove(id)),
//!     }
//! }
//! ```
//!
//! - **nothing came**: [`Inbox::wait`] blocks, [`Inbox::take`] gives no messages.
//! - **full**: the sender gets [`Full`](SendError::Full), and [`Inbox::lost`] counts it.
//! - **closed, or not on the list**: the sender is told, and the receiver is not.
//! - **a process on the list ends**: [`Notice::Ended`], once.
//!
//! In a program driven by events, listen to [`MESSAGES`] and [`ENDED`], and let [`Inbox::notice`] read
//! them.

mod allowlist;
mod send;
mod stream;

pub use allowlist::Allowlist;
pub use send::{SendError, send};
pub use stream::{HEADER_BYTES, MESSAGE_HEADER_BYTES, Message, Messages};

use core::mem;

use guichet_abi::driver::ASYNC_MAILBOX as DRIVER;
use guichet_abi::{Error, ErrorCode};

use crate::ProcessId;
use crate::allow::{Allowed, AllowedShared, Refused};
use crate::syscall::{CapsuleError, command_values};
use crate::time::Instant;
use crate::upcall::{self, Event, Source, Upcalls};

/// The event of messages that have come, for [`Inbox::notice`].
pub const MESSAGES: Source = Source { driver: DRIVER, number: 0 };
/// The event of a process on the list that has ended, for [`Inbox::notice`].
pub const ENDED: Source = Source { driver: DRIVER, number: 1 };

const STREAM: u32 = 0;
const ENABLE: u32 = 1;
const DISABLE: u32 = 2;

/// Why an inbox cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InboxError {
    /// The program has an inbox already: close that first.
    AlreadyOpen,
    /// A buffer has no room for any message: it takes [`HEADER_BYTES`], and for each message
    /// [`MESSAGE_HEADER_BYTES`] and its own.
    BufferTooShort,
    /// The deadline passed first.
    DeadlineExceeded,
    /// The system has no such mailbox: add "async_mailbox" to the `capsules` of system.json5.
    NoMailbox,
    /// The capsule refuses, with a code that means nothing better here.
    Refused(ErrorCode),
    /// The kernel refuses: `FailedPrecondition` from a thread other than the main one.
    Failed(Error),
}

impl From<CapsuleError> for InboxError {
    fn from(error: CapsuleError) -> InboxError {
        match error {
            CapsuleError::InUse => InboxError::AlreadyOpen,
            CapsuleError::Refused(ErrorCode::NoDevice) => InboxError::NoMailbox,
            CapsuleError::Refused(code) => InboxError::Refused(code),
            CapsuleError::Failed(Error::DeadlineExceeded) => InboxError::DeadlineExceeded,
            CapsuleError::Failed(error) => InboxError::Failed(error),
        }
    }
}

/// An inbox that was not opened.
#[derive(Debug)]
pub struct NotOpened {
    /// Why.
    pub error: InboxError,
    /// The buffers, which may have been written to.
    pub buffers: [&'static mut [u8]; 2],
}

/// What there is to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// Messages have come, or found no room, since the last such notice. Those that have been taken
    /// since are counted too.
    Messages {
        /// How many came.
        count: usize,
        /// How many bytes they have.
        bytes: usize,
        /// How many found no room.
        refused: usize,
    },
    /// This process on the list has ended; its id is nobody's from now on.
    Ended(ProcessId),
}

/// The messages that come to this process. It has one inbox; dropping it closes it, and its buffers
/// are lost.
#[derive(Debug)]
#[must_use = "an inbox that is dropped is closed"]
pub struct Inbox {
    /// The buffer that the capsule fills; there until the inbox is closed.
    filling: Option<Allowed>,
    /// The other one.
    spare: &'static mut [u8],
    _allowlist: AllowedShared,
    lost: usize,
}

impl Inbox {
    /// Takes messages of those on the list from now on. Never blocks.
    ///
    /// # Errors
    /// `AlreadyOpen`, `BufferTooShort`, `NoMailbox`; the buffers come back.
    pub fn open<const N: usize>(
        [first, second]: [&'static mut [u8]; 2],
        allowlist: &'static Allowlist<N>,
    ) -> Result<Inbox, NotOpened> {
        let refuse = |error, first, second| NotOpened { error, buffers: [first, second] };
        if first.len().min(second.len()) < HEADER_BYTES + MESSAGE_HEADER_BYTES {
            return Err(refuse(InboxError::BufferTooShort, first, second));
        }
        stream::clear(first);
        let filling = match Allowed::read_write(DRIVER, STREAM, first) {
            Ok(filling) => filling,
            Err(Refused { error, buffer }) => return Err(refuse(error.into(), buffer, second)),
        };
        let enable = || command_values(DRIVER, ENABLE, 0, 0).map_err(InboxError::from);
        match allowlist.allow().and_then(|allowed| enable().map(|_| allowed)) {
            Ok(allowed) => {
                Ok(Inbox { filling: Some(filling), spare: second, _allowlist: allowed, lost: 0 })
            }
            Err(error) => Err(refuse(error, filling.take(), second)),
        }
    }

    /// Blocks until there is something to know. Functions that other parts of the program have
    /// subscribed are called meanwhile; events of others are left to them.
    ///
    /// # Errors
    /// `Failed`, which only the system's making can cause.
    pub fn wait(&mut self) -> Result<Notice, InboxError> {
        let event = upcall::wait_for_any([MESSAGES, ENDED])?;
        self.notice(&event).ok_or(InboxError::Failed(Error::Internal))
    }

    /// As [`Inbox::wait`], until the deadline. `upcalls` is the process's object of that type.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first.
    pub fn wait_until(
        &mut self,
        upcalls: Upcalls,
        deadline: Instant,
    ) -> Result<Notice, InboxError> {
        let event = upcalls.wait_for_any([MESSAGES, ENDED], deadline)?;
        self.notice(&event).ok_or(InboxError::Failed(Error::Internal))
    }

    /// What an event says: nothing if it is neither [`MESSAGES`] nor [`ENDED`].
    pub fn notice(&mut self, event: &Event) -> Option<Notice> {
        let [first, bytes, refused] = event.arguments;
        match event.source {
            MESSAGES => {
                self.lost = self.lost.saturating_add(refused);
                Some(Notice::Messages { count: first, bytes, refused })
            }
            ENDED => ProcessId::from_argument(first).map(Notice::Ended),
            _other => None,
        }
    }

    /// Takes the messages that have come, and goes on with the other buffer. Never blocks.
    ///
    /// # Errors
    /// `Refused` or `Failed`, which only the system's making can cause.
    pub fn take(&mut self) -> Result<Messages<'_>, InboxError> {
        stream::clear(self.spare);
        let Some(filling) = &mut self.filling else { return Ok(Messages::of(&[])) };
        match filling.swap(mem::take(&mut self.spare)) {
            Ok(full) => {
                self.spare = full;
                Ok(Messages::of(self.spare))
            }
            Err(Refused { error, buffer }) => {
                self.spare = buffer;
                Err(error.into())
            }
        }
    }

    /// How many messages found no room, as far as notices have told.
    pub fn lost(&self) -> usize {
        self.lost
    }

    /// Takes no more messages, and gives the buffers back. What has not been taken is lost, but a
    /// notice of it may still come. Never blocks.
    pub fn close(mut self) -> [&'static mut [u8]; 2] {
        self.disable();
        let filling = self.filling.take().map_or([].as_mut_slice(), Allowed::take);
        [filling, mem::take(&mut self.spare)]
    }

    fn disable(&self) {
        // It is the one call that an open inbox cannot be refused; the buffer goes in any case.
        let _ = command_values(DRIVER, DISABLE, 0, 0);
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        if self.filling.is_some() {
            self.disable();
        }
    }
}
