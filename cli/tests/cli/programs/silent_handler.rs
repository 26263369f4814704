//! Sees that it is asked something, says so, and never answers.
#![no_std]
#![no_main]

use handler_codegen::handle;
use userspace::syscall::{self, Signals};
use userspace::time::{Instant, sleep_until};
use userspace::{println, process_entry};

#[process_entry("handler")]
fn entry() -> pw_status::Result<()> {
    syscall::object_wait(handle::IPC, Signals::READABLE, Instant::MAX)?;
    println!("asked");
    loop {
        let _ = sleep_until(Instant::MAX);
    }
}
