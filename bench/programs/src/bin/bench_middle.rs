//! Works when it is told to, for as long as it was ordered to.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::hint::black_box;

use bench_codegen::priorities::middle::handle;
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::Instant;

#[process_entry("middle")]
fn entry() -> Result<()> {
    loop {
        let spins = take_order()?;
        syscall::object_wait(handle::WORK, Signals::USER, Instant::MAX)?;
        for spin in 0..spins {
            black_box(spin);
        }
    }
}

/// Takes an order and says so, with nothing.
fn take_order() -> Result<u32> {
    let mut words = [0; 4];
    syscall::channel_receive(handle::WORK, &mut words, Instant::MAX)?;
    syscall::channel_respond(handle::WORK, &[0; 0])?;
    Ok(u32::from_le_bytes(words))
}
