//! Waits on groups with one ready member, and talks to a server that waits on a group.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use bench_codegen::wait_group::initiator::handle;
use bench_programs::{Message, begin, finish, tell};
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::Instant;

/// Members that do not become ready while nobody asks anything of anybody.
const QUIET: [(u32, Signals); 7] = [
    (handle::SECOND, Signals::READABLE),
    (handle::THIRD, Signals::READABLE),
    (handle::FOURTH, Signals::READABLE),
    (handle::FIFTH, Signals::READABLE),
    (handle::SIXTH, Signals::READABLE),
    (handle::SEVENTH, Signals::READABLE),
    (handle::HANDLER, Signals::JOINABLE),
];

#[process_entry("initiator")]
fn entry() -> Result<()> {
    finish(measure_all())
}

fn measure_all() -> Result<()> {
    begin()?;
    syscall::wait_group_add(handle::GROUP, handle::IPC, Signals::WRITEABLE, 1)?;
    tell("wait group, one member ready", wait)?;
    for (object, mask) in QUIET {
        syscall::wait_group_add(handle::GROUP, object, mask, 2)?;
    }
    tell("wait group of eight", wait)?;
    let mut response = Message::<8>::ZERO;
    let mut request = Message::<4>::ZERO;
    let mut round_trip = |number| {
        request.set_number(number);
        let (send, receive) = (&request.0, &mut response.0);
        let length = syscall::channel_transact(handle::IPC, send, receive, Instant::MAX)?;
        check(length == 8 && response.has_number(number))
    };
    round_trip(0)?;
    tell("wait on a group + read + respond 4/8", round_trip)
}

/// The one member that is ready shows WRITEABLE.
fn wait(_: u32) -> Result<()> {
    let found = syscall::object_wait(handle::GROUP, Signals::READABLE, Instant::MAX)?;
    check(found.user_data == 1)
}

fn check(is_right: bool) -> Result<()> {
    if is_right { Ok(()) } else { Err(Error::DataLoss) }
}
