//! Works when it is signalled to, for as long as it was ordered to.
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
    let mut spins = 0;
    loop {
        let mask = Signals::READABLE | Signals::USER;
        let found = syscall::object_wait(handle::WORK, mask, Instant::MAX)?;
        if found.pending_signals.contains(Signals::READABLE) {
            spins = take_order()?;
        } else {
            for spin in 0..spins {
                black_box(spin);
            }
        }
    }
}

/// Takes an order and says so, with nothing.
fn take_order() -> Result<u32> {
    let mut words = [0; 4];
    syscall::channel_read(handle::WORK, 0, &mut words)?;
    syscall::channel_respond(handle::WORK, &[0; 0])?;
    Ok(u32::from_le_bytes(words))
}
