//! Asks, and ends the run with the error that it gets instead of an answer.
#![no_std]
#![no_main]

use initiator_codegen::object;
use userspace::time::Instant;
use userspace::{println, syscall};

#[userspace::process_entry("initiator")]
fn entry() -> pw_status::Result<()> {
    let answer = object::IPC.transact(b"?", &mut [0u8; 4], Instant::MAX).map(|_| ());
    if let Err(error) = answer {
        println!("{error:?}");
    }
    syscall::debug_shutdown(answer)
}
