//! On Linux: the kernel has the input, and gives it to whoever has its interrupt.

use userspace::syscall::console_read;

pub(crate) struct Device {
    bytes: [u8; 64],
    /// Which of them have not been read yet.
    left: core::ops::Range<usize>,
}

impl Device {
    pub(crate) fn start() -> Device {
        Device { bytes: [0; 64], left: 0..0 }
    }

    /// A byte, if there is one.
    pub(crate) fn read(&mut self) -> Option<u8> {
        if self.left.is_empty() {
            self.left = 0..console_read(&mut self.bytes).unwrap_or(0);
        }
        self.left.next().map(|place| self.bytes[place])
    }
}
