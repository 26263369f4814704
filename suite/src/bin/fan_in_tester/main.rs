//! Asserts what becomes of the transactions of several initiators at one handler (CH-12).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod asker;
mod ends;
mod order;
mod server;
mod signals;
mod threads;

use pw_status::{Error, Result};
use suite::report::Report;
use suite::robot::{Robot, Step};
use suite_codegen::fan_in::tester::object::LAST_CONTROL;
use userspace::process_entry;
use userspace::syscall::{Signals, object_wait};
use userspace::time::Instant;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(33);
    order::waiting(&mut report);
    order::priorities(&mut report);
    order::badges(&mut report);
    ends::withdrawn(&mut report);
    ends::initiators(&mut report);
    threads::two(&mut report);
    threads::lent(&mut report);
    signals::shown_together(&mut report);
    signals::grouped(&mut report);
    server::asynchronous(&mut report);
    server::ends(&mut report);
    report.shut_down()
}

/// Blocks until everybody else has nothing to do. The last robot is the least important of all, and not
/// asked anything meanwhile.
fn settle() -> Result<()> {
    let last = Robot::new(LAST_CONTROL);
    last.run(&[Step::Done])?;
    last.done()
}

/// What an end of the tester's shows now.
fn shown(handle: u32) -> Result<Signals> {
    match object_wait(handle, Signals::all(), Instant::MIN) {
        Ok(found) => Ok(found.pending_signals),
        Err(Error::DeadlineExceeded) => Ok(Signals::empty()),
        Err(error) => Err(error),
    }
}
