//! The least important of three: answers whatever it is asked, until it is to ask for its orders
//! itself.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::priorities::low::handle;
use bench_programs::{CHANGE_MANNER, Message};
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall;
use userspace::time::Instant;

#[process_entry("low")]
fn entry() -> Result<()> {
    let mut request = Message::<4>::ZERO;
    let mut response = Message::<8>::ZERO;
    syscall::channel_receive(handle::IPC, &mut request.0, Instant::MAX)?;
    while !request.has_number(CHANGE_MANNER) {
        response.0[..4].copy_from_slice(&request.0);
        let room = &mut request.0;
        syscall::channel_respond_and_receive(handle::IPC, &response.0, room, Instant::MAX)?;
    }
    syscall::channel_respond(handle::IPC, &response.0)?;
    loop {
        let room = &mut request.0;
        syscall::channel_transact(handle::ORDERS, &response.0, room, Instant::MAX)?;
        response.0[..4].copy_from_slice(&request.0);
    }
}
