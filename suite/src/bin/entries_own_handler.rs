//! A program with a panic handler of its own (PR-6): it exits where others fault.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::panic::PanicInfo;

use userspace::entry;
use userspace::syscall::process_exit;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    process_exit(12)
}

#[entry]
fn start() -> u32 {
    panic!("nobody reads this")
}
