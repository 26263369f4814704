//! Somebody types when asked to.

use userspace::println;
use userspace::syscall::console_read;

/// No device is there.
pub(crate) const ADDRESS: usize = 0x4000_0000;
pub(crate) const BEYOND: usize = ADDRESS + 0x1000;

pub(crate) fn fire() {
    println!("type x");
}

pub(crate) fn serve() {
    while console_read(&mut [0; 8]).is_ok() {}
}
