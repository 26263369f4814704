//! Asserts processes by the plain calls of the channel API, and has the programs of its other themes run
//! (PR-5, PR-7).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::timing::patience;
use suite_codegen::channel_api::tester::{constants, handle};
use userspace::process_entry;
use userspace::syscall::{
    ExitStatus, Signals, debug_shutdown, object_wait, process_start, task_join, task_terminate,
};

#[process_entry("tester")]
fn entry() -> Result<()> {
    let mut report = Report::plan(6);
    report.case("PR-5 process_start, process_exit, task_join: the end that asks", |case| {
        runs(case, handle::ASKER)
    });
    report.case("PR-5 the same with an entry that returns its code: signals", |case| {
        runs(case, handle::WAITER)
    });
    report.case("PR-5 the same: threads", |case| runs(case, handle::THREADER));
    report.case("PR-5 the same: console and clock", |case| runs(case, handle::TALKER));
    report.case("PR-5 process_start refuses one that runs", |case| {
        case.equal(process_start(handle::ANSWERER), Err(Error::AlreadyExists));
        case.equal(task_join(handle::ANSWERER), Err(Error::Unavailable));
        Ok(())
    });
    report.case("PR-5 task_terminate ends it, and task_join says so", |case| {
        case.equal(task_terminate(handle::ANSWERER), Ok(()));
        case.equal(task_join(handle::ANSWERER), Ok(ExitStatus::TerminatedBySyscall));
        Ok(())
    });
    debug_shutdown(report.result())
}

/// Starts a process of which every case must go well, and collects how it ended.
fn runs(case: &mut Case, process: u32) -> Result<()> {
    case.equal(task_join(process), Err(Error::Unavailable));
    case.equal(process_start(process), Ok(()));
    object_wait(process, Signals::JOINABLE, patience())?;
    case.equal(task_join(process), Ok(ExitStatus::Success(constants::EXIT_CODE)));
    Ok(())
}
