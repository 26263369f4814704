//! A program whose entry does not return (PR-6).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use userspace::process_entry;
use userspace::syscall::process_exit;

#[process_entry("never")]
fn the_name_is_free() -> ! {
    process_exit(9)
}
