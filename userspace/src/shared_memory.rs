//! Shared memory in safe hands (SH-1 to SH-6): large data without copies.
//!
//! A region of memory that several processes share can be used in three ways.
//!
//! - **Held by one at a time.** [`SharedMemory::claim`] makes the region this process's alone, and gives
//!   its bytes as an ordinary slice: [`Held`]. [`Held::lend`] passes it on, and the bytes with it; the
//!   [`Lent`] waits until it comes back. The borrower gets it by [`SharedMemory::wait_for_loan`], or to
//!   read it only, by [`SharedMemory::wait_for_read_loan`].
//! - **By all at once.** [`SharedMemory::map`] gives its words as atomics: [`Mapped`]. A [`ring`] of
//!   messages is made of these.
//! - **Without mapping it.** [`SharedMemory::read`] and [`SharedMemory::write`] have the kernel copy.
//!
//! ```no_run
//! # extern crate guichet_abi as pw_status;
//! use pw_status::Result;
//! use userspace::shared_memory::{Rights, SharedMemory};
//! use userspace::time::Instant;
//!
//! fn produce(frames: SharedMemory, consumer: u32) -> Result<()> {
//!     let mut frame = frames.claim()?;
//!     loop {
//!         frame.fill(0x55);
//!         let lent = frame.lend(consumer, Rights::Read)?;
//!         frame = lent.wait(Instant::MAX)?.held;
//!     }
//! }
//! ```
//!
//! What happens when …
//! - **the borrower dies**: the region comes back, and [`Back::is_orphaned`] says so.
//! - **the lender dies**: the region is nobody's. Whoever touches a slice of it faults, which ends that
//!   process: the wall was closed before its next instruction, and stays closed until it maps the
//!   region anew. A borrower that wants to outlive its lenders copies by the kernel instead.
//! - **the region is another's**: `PermissionDenied`; **another part of the program uses it**:
//!   `AlreadyExists`.
//! - **no place is left** to map it: `ResourceExhausted`; copying works on.
//!
//! Why this is sound: a slice exists only while the kernel says that this process holds the region, and
//! for the one guard that has it. Within the process the guard's mark (`usage.rs`) keeps every other
//! use of the region out; the raw calls that could change who holds it are unsafe. Against other
//! processes the wall does: while this one holds the region for reading and writing, no other touches it,
//! and while it holds it for reading, no other writes, by itself or through the kernel. A borrower's guard
//! is made by mapping the region and *then* asking whether it is held, because an end of the lender
//! unmaps what was mapped before, and nothing but this guard maps it again: so from the mapping on, bytes either
//! are as the guard left them, or cannot be reached. An access that the wall stops ends the process, so
//! that nobody sees what is behind it. A guard that is forgotten keeps its mark, and the region, for ever.

mod held;
mod mapped;
pub mod ring;
mod usage;

pub use guichet_abi::MemoryRights as Rights;
pub use held::{Back, Held, HeldToRead, Lent, NotBack, NotLent};
pub use mapped::Mapped;

use guichet_abi::{Error, Result, Signals};

use crate::syscall::{self, WaitReturn};
use crate::time::Instant;
use crate::{SyscallBuffer, SyscallBufferMut};
use usage::{Copying, Holding, Mapping};

/// A region of memory that the process shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SharedMemory {
    handle: u32,
}

impl SharedMemory {
    /// The region with this handle. Whether there is one, each call tells.
    pub const fn new(handle: u32) -> Self {
        SharedMemory { handle }
    }

    /// The handle number.
    pub const fn handle(self) -> u32 {
        self.handle
    }

    /// Makes the region this process's alone, for reading and writing, and maps it. Never blocks.
    ///
    /// # Errors
    /// `PermissionDenied` if another process holds it, or this one may not write to it; `AlreadyExists`
    /// if this one has it or has lent it, or uses it in another way; `ResourceExhausted` if there is no
    /// place to map it in.
    pub fn claim(self) -> Result<Held> {
        Held::claim(Holding::begin(self)?)
    }

    /// Blocks until the region has been lent to this process, for reading and writing, and maps it.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first; `PermissionDenied` if it was lent to be read
    /// only, or its lender has ended meanwhile; `AlreadyExists` if another part of the program uses it;
    /// `ResourceExhausted` if there is no place to map it in: [`SharedMemory::give_back`] it then, or
    /// copy.
    pub fn wait_for_loan(self, deadline: Instant) -> Result<Held> {
        let holding = Holding::begin(self)?;
        self.wait(Signals::READABLE, deadline)?;
        Held::accept(holding)
    }

    /// As [`SharedMemory::wait_for_loan`], to read it, whatever it was lent for.
    ///
    /// # Errors
    /// As [`SharedMemory::wait_for_loan`].
    pub fn wait_for_read_loan(self, deadline: Instant) -> Result<HeldToRead> {
        let holding = Holding::begin(self)?;
        self.wait(Signals::READABLE, deadline)?;
        HeldToRead::accept(holding)
    }

    /// Gives the region back without having mapped it. Never blocks. Guards do it by themselves.
    ///
    /// # Errors
    /// `Unavailable` if this process does not hold it, `AlreadyExists` if a guard does.
    pub fn give_back(self) -> Result<()> {
        let _holding = Holding::begin(self)?;
        // SAFETY: there is no other guard, and this one gives no reference.
        unsafe { syscall::share_return(self.handle) }
    }

    /// Maps the region to use it beside others, as far as they let it. Never blocks.
    ///
    /// # Errors
    /// `PermissionDenied` if less is declared or lent, or another process holds it; `AlreadyExists` if this
    /// process uses it so already, or has a guard; `ResourceExhausted` if there is no place left.
    pub fn map(self, rights: Rights) -> Result<Mapped> {
        Mapped::new(Mapping::begin(self)?, rights)
    }

    /// Ends a mapping that a guard has left, so that another region can have its place. Never blocks.
    ///
    /// # Errors
    /// `Unavailable` if there is none, `AlreadyExists` if the process uses it.
    pub fn unmap(self) -> Result<()> {
        let _holding = Holding::begin(self)?;
        syscall::shared_memory_unmap(self.handle)
    }

    /// Has the kernel copy out of the region, from `offset` on, mapped or not (SH-4). Returns how many
    /// bytes came, which is all of them. Never blocks.
    ///
    /// # Errors
    /// `PermissionDenied` if another process holds it and may write, `OutOfRange` if it has not so many
    /// bytes or they are too many for a transfer, `AlreadyExists` if this process has a guard.
    pub fn read<B>(self, offset: usize, buffer: &mut B) -> Result<usize>
    where
        B: SyscallBufferMut + ?Sized,
    {
        let _copying = Copying::begin(self)?;
        // SAFETY: there is no guard until the end, and nobody else has references to the region.
        unsafe { syscall::shared_memory_read(self.handle, offset, buffer) }
    }

    /// Has the kernel copy into the region, from `offset` on, mapped or not (SH-4). Returns how many
    /// bytes went, which is all of them. Never blocks.
    ///
    /// # Errors
    /// As [`SharedMemory::read`]; also `PermissionDenied` if this process may not write.
    pub fn write<B>(self, offset: usize, buffer: &B) -> Result<usize>
    where
        B: SyscallBuffer + ?Sized,
    {
        let _copying = Copying::begin(self)?;
        // SAFETY: there is no guard until the end; others have references to atomics only.
        unsafe { syscall::shared_memory_write(self.handle, offset, buffer) }
    }

    /// Blocks until the region shows a signal of `mask` or the deadline passes (WT-2): READABLE while
    /// this process holds it, WRITEABLE beside it if it may write, ERROR when another that used it has
    /// ended (SH-6). See [`syscall::object_wait`] for the errors.
    pub fn wait(self, mask: Signals, deadline: Instant) -> Result<WaitReturn> {
        syscall::object_wait(self.handle, mask, deadline)
    }

    /// Checks that the process holds the region now, as far as `rights` go.
    fn check_held(self, rights: Rights) -> Result<()> {
        let signal = if rights.may_write() { Signals::WRITEABLE } else { Signals::READABLE };
        match self.wait(signal, Instant::MIN) {
            Err(Error::DeadlineExceeded) => Err(Error::PermissionDenied),
            other => other.map(|_| ()),
        }
    }
}
