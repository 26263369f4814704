//! Buffers that this machine can share with other processes (NO-2).
//!
//! A wall lets through ranges of its own grain, and what a process shares must be expressed by the wall of
//! another exactly. [`shared_buffer!`](macro@crate::shared_buffer) makes a static of which that is true: on a board it
//! is aligned to its size; on Linux it lies in memory that is made to be shared, on pages of its own.
//!
//! ```ignore
//! let buffer = shared_buffer!(64);
//! buffer.write(0, b"Guvf vf n grfg");
//! ```
//!
//! Another process may read and write it at any time while it has it. So nobody has references to plain bytes
//! here: each byte is an atomic of its own, and bytes are copied in and out. What two processes do at the same
//! time may come out mixed, byte by byte; to say whose turn it is they have [`crate::notify`].

use core::sync::atomic::{AtomicU8, Ordering};

/// A buffer that can be shared, in memory of this process's own. It is a name of the bytes, and is copied as
/// one.
#[derive(Clone, Copy, Debug)]
pub struct SharedBuffer {
    bytes: &'static [AtomicU8],
}

/// Makes a static buffer of so many bytes, a power of two from 32 to 65536 written as a number, that can be
/// shared with other processes, and gives its [`SharedBuffer`]. It begins as zeros with each life of the process.
#[macro_export]
macro_rules! shared_buffer {
    ($bytes:tt) => {{
        #[cfg_attr(target_os = "none", repr(C, align($bytes)))]
        #[cfg_attr(not(target_os = "none"), repr(C, align(4096)))]
        struct Aligned($crate::private::SharedBytes<$bytes>);
        #[cfg_attr(target_os = "linux", unsafe(link_section = "guichet_shared"))]
        static BYTES: Aligned = Aligned($crate::private::SharedBytes::new());
        $crate::private::shared_buffer(&BYTES.0)
    }};
}

/// The bytes of a buffer, where the program's linker has put them.
#[derive(Debug)]
pub struct SharedBytes<const N: usize>([AtomicU8; N]);

impl<const N: usize> SharedBytes<N> {
    /// Zeros.
    ///
    /// # Panics
    /// Unless `N` is a power of two from 32 to 65536; in a static, that is a compile error.
    #[allow(clippy::new_without_default, reason = "it makes a static, which takes a const")]
    pub const fn new() -> Self {
        assert!(
            N.is_power_of_two() && 32 <= N && N <= 65536,
            "a shared buffer has a power of two of bytes, from 32 to 65536"
        );
        SharedBytes([const { AtomicU8::new(0) }; N])
    }
}

/// The buffer that the process has for these bytes, on this machine.
pub fn shared_buffer<const N: usize>(bytes: &'static SharedBytes<N>) -> SharedBuffer {
    SharedBuffer { bytes: crate::machine::shared_bytes(&bytes.0) }
}

#[allow(clippy::len_without_is_empty, reason = "no buffer is empty")]
impl SharedBuffer {
    /// How long it is in bytes.
    pub const fn len(self) -> usize {
        self.bytes.len()
    }

    /// Its bytes, for atomic operations.
    pub const fn cells(self) -> &'static [AtomicU8] {
        self.bytes
    }

    /// Copies bytes into it, from `offset` on, and tells how many found room.
    pub fn write(self, offset: usize, bytes: &[u8]) -> usize {
        write(self.bytes, offset, bytes)
    }

    /// Copies bytes out of it, from `offset` on, and tells how many there were.
    pub fn read(self, offset: usize, bytes: &mut [u8]) -> usize {
        read(self.bytes, offset, bytes)
    }
}

/// Copies bytes into cells, as many as find room from `offset` on.
pub(crate) fn write(cells: &[AtomicU8], offset: usize, bytes: &[u8]) -> usize {
    let cells = cells.get(offset..).unwrap_or(&[]).iter();
    cells.zip(bytes).map(|(cell, byte)| cell.store(*byte, Ordering::Relaxed)).count()
}

/// Copies bytes out of cells, as many as there are from `offset` on.
pub(crate) fn read(cells: &[AtomicU8], offset: usize, bytes: &mut [u8]) -> usize {
    let cells = cells.get(offset..).unwrap_or(&[]).iter();
    cells.zip(bytes).map(|(cell, byte)| *byte = cell.load(Ordering::Relaxed)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    static BYTES: SharedBytes<32> = SharedBytes::new();

    #[test]
    fn bytes_go_in_and_out_as_far_as_there_is_room() {
        let buffer = SharedBuffer { bytes: &BYTES.0 };
        assert_eq!((buffer.len(), buffer.write(30, b"abc")), (32, 2));
        let mut bytes = *b"....";
        assert_eq!((buffer.read(29, &mut bytes), &bytes), (3, b"\0ab."));
        assert_eq!((buffer.write(32, b"x"), buffer.read(usize::MAX, &mut bytes)), (0, 0));
    }
}
