//! Adds up the numbers that it is sent, and answers each with the sum so far.
//!
//! A number is four bytes, little end first. Whatever else comes is answered with nothing: every
//! request gets one answer, because somebody is waiting for it.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use handler_codegen::handle;
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::Instant;

/// Takes the number that waits, adds it to `sum`, and answers.
fn serve_one(sum: &mut u32) -> Result<()> {
    // One byte more than a number has, so that a longer request shows.
    let mut request = [0; size_of::<u32>() + 1];
    let length = syscall::channel_read(handle::IPC, 0, &mut request)?;
    match <[u8; 4]>::try_from(&request[..length]) {
        Ok(number) => {
            *sum = sum.wrapping_add(u32::from_le_bytes(number));
            syscall::channel_respond(handle::IPC, &sum.to_le_bytes())
        }
        Err(_) => syscall::channel_respond(handle::IPC, &[0u8; 0]),
    }
}

#[process_entry("handler")]
fn entry() -> Result<()> {
    let mut sum = 0;
    loop {
        syscall::object_wait(handle::IPC, Signals::READABLE, Instant::MAX)?;
        match serve_one(&mut sum) {
            // The initiator gave up meanwhile; the next request may do better.
            Ok(()) | Err(Error::Unavailable) => {}
            // Its buffer has no room for a sum; nothing always fits.
            Err(Error::OutOfRange) => syscall::channel_respond(handle::IPC, &[0u8; 0])?,
            Err(error) => return Err(error),
        }
    }
}
