//! Registers of devices, for drivers.
//!
//! A driver finds its device in the range of addresses that system.json5 maps for it, and speaks to it by
//! loads and stores that must happen once each, in the order of the program. This is the one place
//! that makes them, so that a driver is safe code: the generated code has a [`Mapping`] for each mapping
//! of the process, and a register cannot lie outside of its mapping.
//!
//! What a device does by itself no type can know. One that moves data in memory could be told to
//! overwrite the program's own, and the wall does not bind it: whoever maps such a device vouches for
//! its driver.

use core::marker::PhantomData;

/// The registers of a device that the process maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    start_address: usize,
    size_bytes: usize,
}

/// A register of a device, of the size of `T`.
#[derive(Debug)]
pub struct Register<T> {
    address: usize,
    size: PhantomData<fn() -> T>,
}

/// A size of register, each bit pattern of which is a value.
pub trait Word: Copy + sealed::Word {}

impl Word for u8 {}
impl Word for u16 {}
impl Word for u32 {}

mod sealed {
    pub trait Word {}
    impl Word for u8 {}
    impl Word for u16 {}
    impl Word for u32 {}
}

impl Mapping {
    /// The mapping that system.json5 declares so. For generated code only: the range must be one that
    /// is mapped for the process, and no memory of it.
    pub(crate) const fn declared(start_address: usize, size_bytes: usize) -> Mapping {
        Mapping { start_address, size_bytes }
    }

    /// Where it begins.
    #[must_use]
    pub const fn start_address(self) -> usize {
        self.start_address
    }

    /// Its size in bytes.
    #[must_use]
    pub const fn size_bytes(self) -> usize {
        self.size_bytes
    }

    /// The register that lies `offset` bytes behind the start. As the value of a constant it is checked
    /// when the program is built.
    ///
    /// # Panics
    /// Where the mapping does not have all of it, or it is not aligned.
    #[must_use]
    pub const fn register<T: Word>(self, offset: usize) -> Register<T> {
        let bytes = size_of::<T>();
        assert!(offset < self.size_bytes, "the register lies beyond the mapping");
        assert!(bytes <= self.size_bytes - offset, "the register reaches beyond the mapping");
        assert!((self.start_address + offset).is_multiple_of(bytes), "the register is not aligned");
        Register { address: self.start_address + offset, size: PhantomData }
    }
}

impl<T: Word> Register<T> {
    /// Reads the register. A device may do something because of it.
    #[inline(always)]
    pub fn read(&self) -> T {
        let address = core::ptr::without_provenance::<T>(self.address);
        // SAFETY: the register lies in a mapping of the process, which is no memory; it is aligned, and
        // whatever is read is a value.
        unsafe { address.read_volatile() }
    }

    /// Writes the register.
    #[inline(always)]
    pub fn write(&self, value: T) {
        let address = core::ptr::without_provenance_mut::<T>(self.address);
        // SAFETY: as for reading. What the device does then is its mapping's business.
        unsafe { address.write_volatile(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_lies_in_its_mapping() {
        let mapping = Mapping::declared(0x4000_4000, 32);
        assert_eq!(mapping.register::<u32>(28).address, 0x4000_401C);
        assert_eq!(mapping.register::<u8>(31).address, 0x4000_401F);
        for offset in [30, 32, 0x1000, usize::MAX] {
            let register = std::panic::catch_unwind(|| mapping.register::<u32>(offset));
            assert!(register.is_err(), "{offset}");
        }
    }
}
