//! Asserts who may end the run, and what with (PR-7). This process may not; its robot does.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result, StatusCode};
use suite::hostile::call_with;
use suite::report::Report;
use suite::robot::{Robot, Step};
use suite_codegen::may_shutdown::tester::object::ROBOT;
use userspace::process_entry;
use userspace::raw::Syscall;
use userspace::syscall::debug_shutdown;

#[process_entry("tester")]
fn entry() -> Result<()> {
    let mut report = Report::plan(3);
    report.equal(
        "PR-7 a process that may not end the run cannot end it well",
        debug_shutdown(Ok(())),
        Err(Error::PermissionDenied),
    );
    report.case("PR-7 a process that may not end the run cannot end it with an error", |case| {
        for error in Error::ALL {
            case.equal_for(error, debug_shutdown(Err(error)), Err(Error::PermissionDenied));
        }
        Ok(())
    });
    report.case("PR-7 AB-3 what is no status is refused as such", |case| {
        let expected = Error::InvalidArgument.status_code();
        for word in [17, 255, 256, 0x1_0000, 0xFFFF_FFFF, usize::MAX, usize::MAX / 2 + 1] {
            let found = call_with(Syscall::DebugShutdown, [word]).status;
            case.equal_for(word, found, expected);
        }
        Ok(())
    });
    // Only if all is well the run ends as the harness expects.
    report.result()?;
    Robot::new(ROBOT).run(&[Step::Shutdown(Error::ResourceExhausted.status_code())])
}
