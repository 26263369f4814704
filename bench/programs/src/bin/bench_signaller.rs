//! Signals a more important thread, which has gone to sleep before this one first runs.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::signal::signaller::handle;
use bench_programs::finish;
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall;

#[process_entry("signaller")]
fn entry() -> Result<()> {
    finish(raise_signal())
}

/// The bench looks at what the kernel does after the beginning of this.
#[inline(never)]
fn raise_signal() -> Result<()> {
    syscall::object_set_peer_user_signal(handle::OUT, true)
}
