//! Answers with what a frame looks like, with two words that a test puts in, then sleeps.
#![no_std]
#![no_main]

use handler_codegen::object;
use userspace::syscall::Signals;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::{println, syscall};

#[userspace::process_entry("handler")]
fn entry() -> pw_status::Result<()> {
    object::IPC.wait(Signals::READABLE, Instant::MAX)?;
    let words: [u32; 8] = [0, 0, 0, 0, 0, 0, PC_WORD, STATUS_WORD];
    let mut answer = [0; 32];
    for (bytes, word) in answer.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    object::IPC.respond(&answer)?;
    sleep_until(SystemClock::now() + Duration::from_millis(50))?;
    println!("slept");
    syscall::debug_shutdown(Ok(()))
}
