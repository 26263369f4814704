//! Asserts that a crash is the end of one process and of nothing else (PR-2, PR-4).
//!
//! What the kernel says of each crash stands in the system's expected.txt.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::hostile::Crash;
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot::{Robot, Step};
use suite::timing::patience;
use suite_codegen::faults::tester::object::{self, ROBOT, SURVIVOR};
use userspace::channel::Initiator;
use userspace::process_entry;

/// Every crash, whose it is, and what is to be shown.
const CRASHES: [(Crash, Initiator, &str); 9] = [
    (Crash::ReadNull, object::READ_NULL, "PR-2 a read of null ends its process alone"),
    (Crash::ReadWild, object::READ_WILD, "PR-2 a read of nobody's memory ends its process alone"),
    (
        Crash::WriteConstant,
        object::WRITE_CONSTANT,
        "PR-2 a write to a constant ends its process alone",
    ),
    (Crash::WriteCode, object::WRITE_CODE, "PR-2 a write to code ends its process alone"),
    (Crash::RunData, object::RUN_DATA, "PR-2 a jump into data ends its process alone"),
    (Crash::OverflowStack, object::OVERFLOW_STACK, "PR-2 a stack overflow ends its process alone"),
    (
        Crash::IllegalInstruction,
        object::ILLEGAL_INSTRUCTION,
        "PR-2 an illegal instruction ends its process alone",
    ),
    (Crash::DivideByZero, object::DIVIDE_BY_ZERO, "PR-2 a division by zero ends its process alone"),
    (Crash::Breakpoint, object::BREAKPOINT, "PR-2 a breakpoint ends its process alone"),
];

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(10);
    for (crash, control, title) in CRASHES {
        report.case(title, |case| {
            Robot::new(control).run(&[Step::Crash(crash)])?;
            // The robot took the script and crashes: this waits until it has.
            let found = control.transact(&[0u8; 0], &mut [0; 256], patience());
            case.equal(found, Err(Error::Unavailable));
            round_trip(case, crash as u8)
        });
    }
    report.case("PR-2 PR-4 after all crashes the others are as they were", |case| {
        (0..20).try_for_each(|seed| round_trip(case, seed))
    });
    report.shut_down()
}

/// Shows that two processes that did not crash can still talk.
fn round_trip(case: &mut Case, seed: u8) -> Result<()> {
    Robot::new(ROBOT).run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
    let mut room = [0; 64];
    let request = pattern::array::<64>(seed);
    case.equal(SURVIVOR.transact(&request, &mut room, patience()), Ok(64));
    case.equal(room, request);
    Ok(())
}
