//! Guards of buffers that capsules use while the program goes on.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ptr::NonNull;
use core::sync::atomic::AtomicU8;

use guichet_abi::Error;

use super::Place;
use crate::syscall::CapsuleError;

/// A buffer that was not allowed.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub error: CapsuleError,
    /// The buffer, unused.
    pub buffer: &'static mut [u8],
}

/// A buffer that a driver uses. Dropping the guard takes it back, but the buffer is lost then;
/// [`Allowed::take`] gives it to the caller.
#[derive(Debug)]
#[must_use = "a buffer is taken back when its guard is dropped"]
pub struct Allowed {
    place: Place,
    /// Whose only owner is the guard.
    buffer: NonNull<[u8]>,
    on_main_thread: PhantomData<*mut ()>,
}

impl Allowed {
    /// Lets the driver read the first `length` bytes of `buffer`, as its buffer with this number
    /// (CP-1). Never blocks.
    ///
    /// # Errors
    /// `Failed(OutOfRange)` if the buffer is shorter; otherwise as [`super::with_read_only`].
    pub fn read_only(
        driver: u32,
        number: u32,
        buffer: &'static mut [u8],
        length: usize,
    ) -> Result<Allowed, Refused> {
        if length > buffer.len() {
            return Err(Refused { error: CapsuleError::Failed(Error::OutOfRange), buffer });
        }
        Allowed::new(Place { driver, number, is_writable: false }, buffer, length)
    }

    /// Lets the driver read and write `buffer`, as its buffer with this number (CP-1). Never blocks.
    ///
    /// # Errors
    /// As [`super::with_read_write`].
    pub fn read_write(
        driver: u32,
        number: u32,
        buffer: &'static mut [u8],
    ) -> Result<Allowed, Refused> {
        let length = buffer.len();
        Allowed::new(Place { driver, number, is_writable: true }, buffer, length)
    }

    fn new(place: Place, buffer: &'static mut [u8], length: usize) -> Result<Allowed, Refused> {
        let mut buffer = NonNull::from(buffer);
        // SAFETY: the buffer is the program's for ever, and from here on nobody has a reference to it.
        match unsafe { place.put(buffer.cast().as_ptr(), length) } {
            Ok(()) => Ok(Allowed { place, buffer, on_main_thread: PhantomData }),
            // SAFETY: the kernel has not taken it, and it was made of such a reference.
            Err(error) => Err(Refused { error, buffer: unsafe { buffer.as_mut() } }),
        }
    }

    /// The size of the buffer in bytes.
    pub fn buffer_len(&self) -> usize {
        self.buffer.len()
    }

    /// Takes the buffer back. Never blocks.
    pub fn take(self) -> &'static mut [u8] {
        let mut guard = ManuallyDrop::new(self);
        guard.place.empty();
        // SAFETY: the capsule has it no more, it was made of such a reference, and the guard is gone.
        unsafe { guard.buffer.as_mut() }
    }

    /// Gives the driver all of another buffer in place of this one, in one step, and takes this one
    /// back. Never blocks.
    ///
    /// # Errors
    /// `Refused(Invalid)` if the program may not use the other buffer so; nothing has changed then.
    pub fn swap(&mut self, buffer: &'static mut [u8]) -> Result<&'static mut [u8], Refused> {
        let mut buffer = NonNull::from(buffer);
        // SAFETY: the buffer is the program's for ever, and from here on nobody has a reference to it.
        // What is in the place is this guard's.
        match unsafe { self.place.swap(buffer.cast().as_ptr(), buffer.len()) } {
            Ok(_) => {
                mem::swap(&mut self.buffer, &mut buffer);
                // SAFETY: the capsule has it no more, and the guard has forgotten it.
                Ok(unsafe { buffer.as_mut() })
            }
            // SAFETY: the kernel has not taken it.
            Err(error) => Err(Refused { error, buffer: unsafe { buffer.as_mut() } }),
        }
    }
}

impl Drop for Allowed {
    fn drop(&mut self) {
        self.place.empty();
    }
}

/// Bytes that never change, or change by atomic stores only, and that a driver may read. Dropping the
/// guard takes them back.
#[derive(Debug)]
#[must_use = "a buffer is taken back when its guard is dropped"]
pub struct AllowedShared {
    place: Place,
    on_main_thread: PhantomData<*mut ()>,
}

impl AllowedShared {
    /// Lets the driver read `bytes`, as its buffer with this number (CP-1). Never blocks.
    ///
    /// # Errors
    /// As [`super::with_read_only`].
    pub fn new(
        driver: u32,
        number: u32,
        bytes: &'static [u8],
    ) -> Result<AllowedShared, CapsuleError> {
        // SAFETY: the bytes are the program's for ever, and nobody can ever write to them.
        unsafe { AllowedShared::from_parts(driver, number, bytes.as_ptr(), bytes.len()) }
    }

    /// # Safety
    /// The bytes are the program's for ever, and nobody changes them but by atomic stores.
    pub(crate) unsafe fn from_parts(
        driver: u32,
        number: u32,
        bytes: *const u8,
        length: usize,
    ) -> Result<AllowedShared, CapsuleError> {
        let place = Place { driver, number, is_writable: false };
        // SAFETY: the kernel only reads, and the caller vouches for the rest.
        unsafe { place.put(bytes.cast_mut(), length) }?;
        Ok(AllowedShared { place, on_main_thread: PhantomData })
    }
}

impl Drop for AllowedShared {
    fn drop(&mut self) {
        self.place.empty();
    }
}

/// Bytes that are used by atomic operations only, and that a driver may read and write meanwhile. Dropping the
/// guard takes them back.
#[derive(Debug)]
#[must_use = "a buffer is taken back when its guard is dropped"]
pub struct AllowedCells {
    place: Place,
    on_main_thread: PhantomData<*mut ()>,
}

impl AllowedCells {
    /// Lets the driver read and write `cells`, as its buffer with this number (CP-1). Never blocks.
    ///
    /// # Errors
    /// As [`super::with_read_write`].
    pub fn new(
        driver: u32,
        number: u32,
        cells: &'static [AtomicU8],
    ) -> Result<AllowedCells, CapsuleError> {
        let place = Place { driver, number, is_writable: true };
        let start = cells.as_ptr().cast_mut().cast();
        // SAFETY: the cells are the program's for ever, and whoever has a reference to them expects that others
        // change them.
        unsafe { place.put(start, cells.len()) }?;
        Ok(AllowedCells { place, on_main_thread: PhantomData })
    }
}

impl Drop for AllowedCells {
    fn drop(&mut self) {
        self.place.empty();
    }
}
