//! Asks a handler again and again, from when it is told to begin until it is told to end.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::fan_in::second::handle;
use bench_programs::Message;
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::Instant;

#[process_entry("other")]
fn entry() -> Result<()> {
    loop {
        syscall::object_wait(handle::IPC, Signals::USER, Instant::MAX)?;
        let mut response = Message::<8>::ZERO;
        while response.served() != u32::MAX {
            let (request, room) = (&[0; 4], &mut response.0);
            syscall::channel_transact(handle::IPC, request, room, Instant::MAX)?;
        }
    }
}
