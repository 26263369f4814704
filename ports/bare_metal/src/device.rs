//! One register of a device.
//!
//! A device is told things by volatile stores to fixed addresses; this is the one place that makes
//! them.

/// A device register of the size of `T` at a fixed address.
#[derive(Clone, Copy, Debug)]
pub struct Register<T> {
    address: *mut T,
}

impl<T: Copy> Register<T> {
    /// The register at `address`.
    ///
    /// # Safety
    /// There is a device register of this size, which the port owns, and whose use cannot harm
    /// memory.
    pub const unsafe fn new(address: usize) -> Self {
        Register { address: core::ptr::without_provenance_mut(address) }
    }

    /// Reads the register.
    #[inline(always)]
    pub fn read(self) -> T {
        // SAFETY: (device-1) `new` was told that the register is there.
        unsafe { self.address.read_volatile() }
    }

    /// Writes the register.
    #[inline(always)]
    pub fn write(self, value: T) {
        // SAFETY: (device-2) `new` was told that the register is there.
        unsafe { self.address.write_volatile(value) }
    }
}
