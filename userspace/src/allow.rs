//! Buffers that capsules use, in safe hands (CP-3).
//!
//! A buffer that is allowed to a driver is the driver's until it is swapped out. For the time of one
//! call, [`with_read_only`] and [`with_read_write`] lend a buffer of any kind and take it back. For
//! longer, [`Allowed`] keeps a buffer that lives for ever, where nobody can touch it; it comes back by
//! [`Allowed::take`], or with the end of the guard is taken back and lost. [`AllowedShared`] is for
//! what never changes, [`AllowedCells`] for what is only ever used by atomic operations.
//!
//! Why this is sound: each place of a driver is one buffer's. A guard begins by a swap, and if that
//! brings to light another's buffer, puts it back and gives up ([`CapsuleError::InUse`]). So nobody
//! but the guard takes its buffer out, and when it has done so the capsule has none. A guard that is
//! forgotten keeps its place and its buffer for ever, which the buffer's lifetime allows. A guard
//! stays on the main thread, where it was made, because the kernel would not let another take the
//! buffer back.

mod guard;

pub use guard::{Allowed, AllowedCells, AllowedShared, Refused};

use guichet_abi::ErrorCode;

use crate::syscall::{CapsuleError, allow_read_only, allow_read_write};

/// Lets the driver read `buffer`, as its buffer with this number, while `body` runs (CP-1).
///
/// # Errors
/// `Refused(NoDevice)` if there is no such driver, `Refused(NoSupport)` if it has no such buffer,
/// `InUse` if another part of the program has a buffer there, `Failed(FailedPrecondition)` from a
/// thread other than the main one. `body` has not run then.
pub fn with_read_only<T>(
    driver: u32,
    number: u32,
    buffer: &[u8],
    body: impl FnOnce() -> T,
) -> Result<T, CapsuleError> {
    let place = Place { driver, number, is_writable: false };
    // SAFETY: `buffer` is borrowed until this function returns, and `_lent` ends before that.
    unsafe { place.put(buffer.as_ptr().cast_mut(), buffer.len()) }?;
    let _lent = Lent(place);
    Ok(body())
}

/// As [`with_read_only`], for a buffer that the driver also writes to. What it wrote is there
/// afterwards.
///
/// # Errors
/// As [`with_read_only`].
pub fn with_read_write<T>(
    driver: u32,
    number: u32,
    buffer: &mut [u8],
    body: impl FnOnce() -> T,
) -> Result<T, CapsuleError> {
    let place = Place { driver, number, is_writable: true };
    // SAFETY: `buffer` is borrowed mutably until this function returns, and `_lent` ends before that.
    unsafe { place.put(buffer.as_mut_ptr(), buffer.len()) }?;
    let _lent = Lent(place);
    Ok(body())
}

/// A place for a buffer in a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    driver: u32,
    number: u32,
    is_writable: bool,
}

/// Takes the buffer of a place back at its end. Nobody gets hold of one to forget it.
struct Lent(Place);

impl Drop for Lent {
    fn drop(&mut self) {
        self.0.empty();
    }
}

impl Place {
    /// Puts a buffer into the place, which must be empty.
    ///
    /// # Safety
    /// The buffer is the kernel's until [`Place::empty`]: to read, and if the place is writable, to
    /// write. Nobody uses it in another way meanwhile.
    unsafe fn put(self, buffer: *mut u8, length: usize) -> Result<(), CapsuleError> {
        // SAFETY: the caller leaves the buffer to the kernel.
        let (address, another) = unsafe { self.swap(buffer, length) }?;
        if another == 0 {
            return Ok(());
        }
        // SAFETY: that buffer was there before, and is put back as it was.
        let put_back =
            unsafe { self.swap(core::ptr::with_exposed_provenance_mut(address), another) };
        self.must(put_back);
        Err(CapsuleError::InUse)
    }

    /// Takes out what is in the place.
    fn empty(self) {
        // SAFETY: an empty buffer gives the kernel nothing. What is there is the caller's: all others
        // found the place taken.
        let taken = unsafe { self.swap(core::ptr::null_mut(), 0) };
        self.must(taken);
    }

    /// # Safety
    /// As for [`allow_read_only`] or [`allow_read_write`].
    unsafe fn swap(self, buffer: *mut u8, length: usize) -> Result<(usize, usize), CapsuleError> {
        let Place { driver, number, is_writable } = self;
        // SAFETY: the caller vouches for the buffer.
        unsafe {
            match is_writable {
                true => allow_read_write(driver, number, buffer, length),
                false => allow_read_only(driver, number, buffer, length),
            }
        }
    }

    /// Ends the process if a buffer cannot be taken back: it must not be used as if it had been.
    fn must(self, swapped: Result<(usize, usize), CapsuleError>) {
        if let Err(error) = swapped {
            panic!("driver {:#x} keeps buffer {}: {error:?}", self.driver, self.number);
        }
    }
}

/// Whether a driver refused a buffer because there is no such driver.
pub(crate) fn is_absent(error: CapsuleError) -> bool {
    error == CapsuleError::Refused(ErrorCode::NoDevice)
}
