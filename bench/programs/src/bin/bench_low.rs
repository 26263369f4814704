//! The least important of three: answers whatever it is asked.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::priorities::low::handle;
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall;
use userspace::time::Instant;

#[process_entry("low")]
fn entry() -> Result<()> {
    let mut request = [0; 4];
    syscall::channel_receive(handle::IPC, &mut request, Instant::MAX)?;
    loop {
        syscall::channel_respond_and_receive(handle::IPC, &[0; 8], &mut request, Instant::MAX)?;
    }
}
