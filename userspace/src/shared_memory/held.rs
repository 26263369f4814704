//! Regions that this process holds, and those that it has lent.

use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use guichet_abi::{Error, Result, Signals};

use super::usage::Holding;
use super::{Rights, SharedMemory};
use crate::syscall::{self, Borrower};
use crate::time::Instant;

/// A region that this process holds: its bytes are in its hands alone. Dropping it gives it back to its
/// lender, or if it was claimed, lets go of it; it stays mapped, so that the next time is quick.
#[derive(Debug)]
#[must_use = "a region that is dropped is given back"]
pub struct Held(Loan);

/// As [`Held`], of a region that nobody may write to meanwhile.
#[derive(Debug)]
#[must_use = "a region that is dropped is given back"]
pub struct HeldToRead(Loan);

impl Held {
    /// Makes it the process's alone.
    pub(super) fn claim(holding: Holding) -> Result<Held> {
        let region = holding.region();
        // SAFETY: `holding` says that there is no other guard, and no reference of one.
        unsafe { syscall::share_lend(region.handle(), Borrower::Own, Rights::ReadWrite) }?;
        match Loan::map(holding, Rights::ReadWrite, true) {
            Ok(loan) => Ok(Held(loan)),
            Err((error, _holding)) => {
                // SAFETY: as above; it is not held in vain.
                let _ = unsafe { syscall::share_return(region.handle()) };
                Err(error)
            }
        }
    }

    /// Takes what was lent to the process.
    pub(super) fn accept(holding: Holding) -> Result<Held> {
        Loan::accept(holding, Rights::ReadWrite).map(Held).map_err(|(error, _)| error)
    }

    /// Lends the region to the process with this number, which the generated `peer` module has, as far as `rights` go. Never blocks.
    ///
    /// # Errors
    /// `InvalidArgument` if it does not share the region, `PermissionDenied` if it may do less there,
    /// `Unavailable` if it does not run, `AlreadyExists` if this process has it from that one. The region
    /// is as it was then, and comes with the error.
    pub fn lend(self, peer: u32, rights: Rights) -> core::result::Result<Lent, NotLent<Held>> {
        self.0.lend(peer, rights).map_err(|(error, loan)| NotLent { error, held: Held(loan) })
    }

    /// Gives it back to its lender, or lets go of it; dropping it does the same. Never blocks.
    pub fn give_back(self) {}
}

impl HeldToRead {
    /// Takes what was lent to the process.
    pub(super) fn accept(holding: Holding) -> Result<HeldToRead> {
        Loan::accept(holding, Rights::Read).map(HeldToRead).map_err(|(error, _)| error)
    }

    /// As [`Held::lend`], to be read.
    ///
    /// # Errors
    /// As [`Held::lend`].
    pub fn lend(self, peer: u32) -> core::result::Result<Lent, NotLent<HeldToRead>> {
        let lent = self.0.lend(peer, Rights::Read);
        lent.map_err(|(error, loan)| NotLent { error, held: HeldToRead(loan) })
    }

    /// Gives it back to its lender; dropping it does the same. Never blocks.
    pub fn give_back(self) {}
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.bytes()
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: the process may write to the bytes, nobody else touches them, and whoever has a
        // reference to them has borrowed this guard.
        unsafe { self.0.bytes.as_mut() }
    }
}

impl Deref for HeldToRead {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.bytes()
    }
}

/// A region that was not lent.
#[derive(Debug)]
pub struct NotLent<H> {
    /// Why.
    pub error: Error,
    /// The region, as it was.
    pub held: H,
}

impl<H> From<NotLent<H>> for Error {
    fn from(not_lent: NotLent<H>) -> Error {
        not_lent.error
    }
}

/// A region that this process has lent to another. Dropped, it comes back all the same, to whoever
/// [waits for a loan](SharedMemory::wait_for_loan).
#[derive(Debug)]
#[must_use = "wait for it, or it comes back to nobody"]
pub struct Lent {
    bytes: NonNull<[u8]>,
    is_first: bool,
    holding: Holding,
}

// SAFETY: it does nothing to its bytes until it is a `Loan` again.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

/// A region that has come back.
#[derive(Debug)]
pub struct Back {
    /// The region.
    pub held: Held,
    /// Whether a process that used it has ended since the process last looked: what is in the region may
    /// be half done.
    pub is_orphaned: bool,
}

/// A region that has not come back.
#[derive(Debug)]
pub struct NotBack {
    /// Why.
    pub error: Error,
    /// The region, to wait for it again.
    pub lent: Lent,
}

impl From<NotBack> for Error {
    fn from(not_back: NotBack) -> Error {
        not_back.error
    }
}

impl Lent {
    /// The region.
    pub fn region(&self) -> SharedMemory {
        self.holding.region()
    }

    /// Blocks until it has come back: it was given back, or the borrower has ended.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first. `Unavailable` if a process that used the region
    /// has ended, and it has not come back: another borrower behind may have it still, so wait
    /// again; but if it was who had lent it to this process, it never comes. `PermissionDenied` if this
    /// process may not write to it.
    pub fn wait(self, deadline: Instant) -> core::result::Result<Back, NotBack> {
        let (loan, is_orphaned) = self.wait_for(Rights::ReadWrite, deadline)?;
        Ok(Back { held: Held(loan), is_orphaned })
    }

    /// As [`Lent::wait`], of a region that this process may read.
    ///
    /// # Errors
    /// As [`Lent::wait`].
    pub fn wait_to_read(self, deadline: Instant) -> core::result::Result<HeldToRead, NotBack> {
        self.wait_for(Rights::Read, deadline).map(|(loan, _)| HeldToRead(loan))
    }

    fn wait_for(
        self,
        rights: Rights,
        deadline: Instant,
    ) -> core::result::Result<(Loan, bool), NotBack> {
        let waited = self.region().wait(Signals::READABLE | Signals::ERROR, deadline);
        let signals = match waited {
            Ok(found) => found.pending_signals,
            Err(error) => return Err(NotBack { error, lent: self }),
        };
        if !signals.contains(Signals::READABLE) {
            return Err(NotBack { error: Error::Unavailable, lent: self });
        }
        let Lent { bytes, is_first, holding } = self;
        let loan = match is_first {
            // Nobody but this process could end its chain, so it is mapped still.
            true => Ok(Loan { bytes, is_first, holding: Some(holding) }),
            false => Loan::accept(holding, rights),
        };
        match loan {
            Ok(loan) => Ok((loan, signals.contains(Signals::ERROR))),
            Err((error, holding)) => {
                Err(NotBack { error, lent: Lent { bytes, is_first, holding } })
            }
        }
    }
}

/// A region that the process holds and has mapped.
#[derive(Debug)]
struct Loan {
    bytes: NonNull<[u8]>,
    /// The process has it from nobody, for reading and writing.
    is_first: bool,
    /// There until it is lent on.
    holding: Option<Holding>,
}

// SAFETY: it is the only one that knows its bytes, which any thread may have.
unsafe impl Send for Loan {}
// SAFETY: a shared reference only reads them.
unsafe impl Sync for Loan {}

impl Loan {
    /// Takes what was lent to the process. An end of its lender unmaps it, and only this maps it again: so the
    /// kernel is asked afterwards whether it is held, and what is mapped for a holder is there for nobody else.
    fn accept(holding: Holding, rights: Rights) -> core::result::Result<Loan, (Error, Holding)> {
        let mut loan = Loan::map(holding, rights, false)?;
        let Some(holding) = loan.holding.take() else { return Ok(loan) };
        match holding.region().check_held(rights) {
            Ok(()) => {
                loan.holding = Some(holding);
                Ok(loan)
            }
            Err(error) => Err((error, holding)),
        }
    }

    /// Maps what the process holds.
    fn map(
        holding: Holding,
        rights: Rights,
        is_first: bool,
    ) -> core::result::Result<Loan, (Error, Holding)> {
        // SAFETY: `holding` says that there is no guard but the one that this makes.
        let mapped = unsafe { syscall::shared_memory_map(holding.region().handle(), rights) };
        let bytes = mapped.and_then(|(address, length)| {
            let first = NonNull::new(core::ptr::with_exposed_provenance_mut::<u8>(address));
            Ok(NonNull::slice_from_raw_parts(first.ok_or(Error::Internal)?, length))
        });
        match bytes {
            Ok(bytes) => Ok(Loan { bytes, is_first, holding: Some(holding) }),
            Err(error) => Err((error, holding)),
        }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the process may read the bytes, nobody writes to them, and whoever has a reference to
        // them has borrowed this guard.
        unsafe { self.bytes.as_ref() }
    }

    fn lend(mut self, peer: u32, rights: Rights) -> core::result::Result<Lent, (Error, Loan)> {
        let Some(holding) = self.holding.take() else { return Err((Error::Internal, self)) };
        let handle = holding.region().handle();
        // SAFETY: the only guard is here, and nobody has borrowed it.
        match unsafe { syscall::share_lend(handle, Borrower::Peer(peer), rights) } {
            Ok(()) => Ok(Lent { bytes: self.bytes, is_first: self.is_first, holding }),
            Err(error) => {
                self.holding = Some(holding);
                Err((error, self))
            }
        }
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(holding) = &self.holding {
            // SAFETY: this was the only guard. It is held no more only if the lender has ended.
            let _ = unsafe { syscall::share_return(holding.region().handle()) };
        }
    }
}
