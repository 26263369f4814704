//! Serves seven channels through a wait group; every response begins with its request.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::wait_group::handler::handle;
use bench_programs::Message;
use pw_status::Result;
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::Instant;

const CHANNELS: [u32; 7] = [
    handle::IPC,
    handle::SECOND,
    handle::THIRD,
    handle::FOURTH,
    handle::FIFTH,
    handle::SIXTH,
    handle::SEVENTH,
];

#[process_entry("handler")]
fn entry() -> Result<()> {
    for (number, channel) in CHANNELS.iter().enumerate() {
        syscall::wait_group_add(handle::GROUP, *channel, Signals::READABLE, number)?;
    }
    let mut message = Message::<8>::patterned(1);
    loop {
        let found = syscall::object_wait(handle::GROUP, Signals::READABLE, Instant::MAX)?;
        let Some(channel) = CHANNELS.get(found.user_data) else { continue };
        syscall::channel_read(*channel, 0, &mut message.0[..4])?;
        syscall::channel_respond(*channel, &message.0)?;
    }
}
