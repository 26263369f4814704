//! Takes a request, and then more stack than it has.
#![no_std]
#![no_main]

use core::hint::black_box;

use handler_codegen::object;
use userspace::syscall::Signals;
use userspace::time::Instant;

/// Uses more stack the greater the number is.
#[inline(never)]
fn descend(depth: u32) -> u32 {
    let frame = black_box([depth; 16]);
    if depth == 0 { frame[0] } else { descend(depth - 1) + black_box(frame)[1] }
}

#[userspace::process_entry("handler")]
fn entry() -> u32 {
    let waited = object::IPC.wait(Signals::READABLE, Instant::MAX);
    if waited.is_ok() { descend(black_box(u32::MAX)) } else { 1 }
}
