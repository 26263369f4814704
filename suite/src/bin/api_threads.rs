//! Asserts threads by the plain calls of the channel API (PR-5).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result};
use suite::hostile::{ARENA, ARENA_BYTES};
use suite::report::Report;
use suite::timing::patience;
use suite_codegen::channel_api::threader::{constants, handle};
use userspace::process_entry;
use userspace::syscall::{
    ExitStatus, Signals, object_wait, process_exit, task_join, task_terminate, thread_exit,
    thread_start,
};
use userspace::time::{Instant, sleep_until};

/// What the worker leaves behind.
static TRACE: AtomicU32 = AtomicU32::new(0);

#[process_entry("threader")]
fn run() {
    let mut report = Report::plan(4);
    report.case("PR-5 thread_start runs a thread at an address, on a stack", |case| {
        start(exits)?;
        object_wait(handle::WORKER, Signals::JOINABLE, patience())?;
        case.equal(TRACE.load(Relaxed), 1);
        Ok(())
    });
    report.case("PR-5 task_join gives the code of thread_exit, once", |case| {
        case.equal(task_join(handle::WORKER), Ok(ExitStatus::Success(23)));
        case.equal(task_join(handle::WORKER), Err(Error::Unavailable));
        Ok(())
    });
    report.case(
        "PR-5 thread_start refuses a thread that lives, and task_join waits for none",
        |case| {
            start(sleeps)?;
            case.equal(start(sleeps), Err(Error::AlreadyExists));
            case.equal(task_join(handle::WORKER), Err(Error::Unavailable));
            Ok(())
        },
    );
    report.case("PR-5 task_terminate ends a thread", |case| {
        case.equal(task_terminate(handle::WORKER), Ok(()));
        case.equal(task_join(handle::WORKER), Ok(ExitStatus::TerminatedBySyscall));
        Ok(())
    });
    process_exit(if report.result().is_ok() { constants::EXIT_CODE } else { 1 })
}

/// Starts the worker on a stack that ends where the arena does.
fn start(entry: extern "C" fn() -> !) -> Result<()> {
    thread_start(handle::WORKER, entry as *const () as usize, ARENA.at(ARENA_BYTES))
}

extern "C" fn exits() -> ! {
    TRACE.fetch_add(1, Relaxed);
    thread_exit(23)
}

extern "C" fn sleeps() -> ! {
    let woken = sleep_until(Instant::MAX);
    panic!("an endless sleep ended: {woken:?}")
}
