//! Sleeps until it is signalled, and then for ever.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::signal::woken::handle;
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::{Instant, sleep_until};

#[process_entry("woken")]
fn entry() -> Result<()> {
    syscall::object_wait(handle::IN, Signals::USER, Instant::MAX)?;
    sleep_until(Instant::MAX)
}
