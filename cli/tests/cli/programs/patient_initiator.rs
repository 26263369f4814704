//! Asks the handler something, waits for ever, and ends the run with what came of it.
#![no_std]
#![no_main]

use initiator_codegen::handle;
use userspace::time::Instant;
use userspace::{println, process_entry, syscall};

#[process_entry("initiator")]
fn entry() -> pw_status::Result<()> {
    let mut answer = [0; 8];
    let result = syscall::channel_transact(handle::IPC, &[1u8, 2, 3], &mut answer, Instant::MAX);
    println!("the answer is {result:?}");
    syscall::debug_shutdown(result.map(|_| ()))
}
