//! Notifications, and buffers that are shared with them: Tock's classic driver (NO).
//!
//! A [`Client`] finds a service by the name of its process, shares a buffer with it, and notifies it; the
//! [`Service`] is told who has notified it and where the buffer is, works on it in place, and notifies back. Who is
//! who is a matter of the moment: a process may be a service and a client of several others.
//!
//! ```ignore
//! let mut rot13 = notify::Client::of("rot13")?; // the client
//! let buffer = shared_buffer!(64);
//! buffer.write(0, b"hello");
//! rot13.share(buffer)?;
//! rot13.call()?;
//!
//! let mut service = notify::Service::open("rot13")?; // the service, by its own name
//! loop {
//!     let notice = service.wait()?;
//!     if let Some(bytes) = notice.shared() { rotate(bytes) }
//!     let _ = notice.notify_back();
//! }
//! ```
//!
//! - **nobody is notified yet**: [`Service::wait`] and [`Client::wait`] block; `wait_until` has a
//!   deadline.
//! - **two notifications before one is taken** are one: it says that there is something, not how often.
//! - **the other has ended**: [`NotifyError::Gone`] with the next notification; [`Client::find_again`] finds its
//!   next life. Nobody is told without asking, so a wait that must end has a deadline.
//! - **it has no room** for another peer or another mapping: [`NotifyError::NoRoom`], and nothing has changed.
//! - **a buffer is taken back while the other uses it**: that one's next access ends it as a fault. So a client takes
//!   a buffer back, or shares another, when it was notified that the other is done; and a service that must outlive
//!   clients of bad manners has [`crate::mailbox`], where the kernel copies.
//!
//! The numbers beneath are those of the driver, for [`discover`], [`notify_service`] and [`notify_client`], which
//! programs may use that were written for it.

mod client;
mod service;

pub use client::Client;
pub use service::{Notice, Service};

use core::marker::PhantomData;
use core::ptr::with_exposed_provenance;
use core::sync::atomic::AtomicU8;

use guichet_abi::driver::NOTIFY as DRIVER;
use guichet_abi::{Error, ErrorCode};

use crate::allow::with_read_only;
use crate::shared_buffer;
use crate::syscall::{CapsuleError, command_values};
use crate::upcall::Source;

/// How many numbers a process has for others and for itself.
pub const NUMBERS: u32 = 8;

const NAME: u32 = 0;
const DISCOVER: u32 = 1;
const SERVICE: u32 = 2;
const CLIENT: u32 = 3;

/// The number by which this process knows the one of this name from now on, which runs. Never blocks.
///
/// # Errors
/// `Refused(NoDevice)` if there is none, or the system has no such driver; `Refused(NoMemory)` if all numbers are
/// those of others.
pub fn discover(name: &str) -> Result<u32, CapsuleError> {
    let ask = || command_values(DRIVER, DISCOVER, 0, 0);
    with_read_only(DRIVER, NAME, name.as_bytes(), ask)?.map(|[number, ..]| number)
}

/// Notifies the service with this number, which sees what is allowed under the number mapped. Never blocks.
///
/// # Errors
/// `Refused(Invalid)` if the number is nobody's or one's own, or the buffer cannot be shared; `Refused(NoDevice)` if
/// the process has ended; `Refused(NoMemory)` if it has no room.
pub fn notify_service(number: u32) -> Result<(), CapsuleError> {
    command_values(DRIVER, SERVICE, number, 0).map(|_| ())
}

/// Notifies the client with this number, as [`notify_service`] does a service.
///
/// # Errors
/// As [`notify_service`].
pub fn notify_client(number: u32) -> Result<(), CapsuleError> {
    command_values(DRIVER, CLIENT, number, 0).map(|_| ())
}

/// The upcall of a number: of one's own, that a client has notified one's service; of another's, that this service
/// has notified one as its client. With it come the sender's number, and the length and the address of what it
/// shares.
pub const fn upcall_of(number: u32) -> Source {
    Source { driver: DRIVER, number }
}

/// Why somebody was not found, or not notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotifyError {
    /// No process of this name runs.
    NotFound,
    /// The process has ended since it was found.
    Gone,
    /// All numbers are those of living processes, here or there; or the other has no place left for the buffer.
    NoRoom,
    /// The other's wall cannot let the buffer through: use [`shared_buffer!`](macro@crate::shared_buffer).
    CannotBeShared,
    /// Another part of the program shares a buffer with this process.
    InUse,
    /// The deadline passed first.
    DeadlineExceeded,
    /// The system has no such driver: add "notify" to the `capsules` of system.json5.
    NoDriver,
    /// The driver refuses, with a code that means nothing better here.
    Refused(ErrorCode),
    /// The kernel refuses: `FailedPrecondition` from a thread other than the main one.
    Failed(Error),
}

impl NotifyError {
    /// What a call means whose NODEVICE means this.
    fn of(error: CapsuleError, absent: NotifyError) -> NotifyError {
        match error {
            CapsuleError::InUse => NotifyError::InUse,
            CapsuleError::Refused(ErrorCode::NoDevice) if is_there() => absent,
            CapsuleError::Refused(ErrorCode::NoDevice) => NotifyError::NoDriver,
            CapsuleError::Refused(ErrorCode::NoMemory) => NotifyError::NoRoom,
            CapsuleError::Refused(ErrorCode::Invalid) => NotifyError::CannotBeShared,
            CapsuleError::Refused(code) => NotifyError::Refused(code),
            CapsuleError::Failed(Error::DeadlineExceeded) => NotifyError::DeadlineExceeded,
            CapsuleError::Failed(error) => NotifyError::Failed(error),
        }
    }
}

/// Tells whether the system has the driver.
fn is_there() -> bool {
    command_values(DRIVER, 0, 0, 0).is_ok()
}

/// Bytes of another process's, as long as it shares them: an access that comes too late ends this process as a
/// fault, and reaches nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Shared<'n> {
    cells: &'n [AtomicU8],
    of_notice: PhantomData<&'n ()>,
}

impl<'n> Shared<'n> {
    /// What the words of an upcall name; nothing for nothing.
    ///
    /// # Safety
    /// The words came with an upcall of the driver's, in this order.
    unsafe fn of_words([_, length, address]: [usize; 3]) -> Option<Shared<'n>> {
        if length == 0 {
            return None;
        }
        let start = with_exposed_provenance::<AtomicU8>(address);
        // SAFETY: the kernel says that another process's memory is mapped there, so long, of which this program has
        // no other object and never will: addresses are of one process each. It may be unmapped at any time, when
        // an access ends the process; and changed at any time, which atomics stand.
        let cells = unsafe { core::slice::from_raw_parts(start, length) };
        Some(Shared { cells, of_notice: PhantomData })
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Never: nothing shared is no bytes shared.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The bytes, for atomic operations.
    pub fn cells(&self) -> &'n [AtomicU8] {
        self.cells
    }

    /// Copies bytes out of it, from `offset` on, and tells how many there were.
    pub fn read(&self, offset: usize, bytes: &mut [u8]) -> usize {
        shared_buffer::read(self.cells, offset, bytes)
    }

    /// Copies bytes into it, from `offset` on, and tells how many found room.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> usize {
        shared_buffer::write(self.cells, offset, bytes)
    }
}
