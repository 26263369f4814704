//! Transactions that end before they are answered, and what that is to the others.

use pw_status::{Error, Result};
use suite::report::Report;
use suite_codegen::fan_in::tester::handle;
use suite_codegen::fan_in::tester::object::IN;
use userspace::syscall::{ExitStatus, Signals, process_start, task_join, task_terminate};

use crate::asker::{FIRST, HIGH, SECOND, served};
use crate::{settle, shown};

pub(crate) fn withdrawn(report: &mut Report) {
    let orders = [
        (
            [FIRST, HIGH, SECOND],
            HIGH,
            [FIRST, SECOND],
            "CH-12 CH-5 the one that is next gives up, and the others are served",
        ),
        (
            [FIRST, SECOND, HIGH],
            FIRST,
            [HIGH, SECOND],
            "CH-12 CH-5 one in the middle gives up, and the others are served",
        ),
        (
            [FIRST, HIGH, SECOND],
            SECOND,
            [HIGH, FIRST],
            "CH-12 CH-5 the last one gives up, and the others are served",
        ),
    ];
    for (order, impatient, left, title) in orders {
        report.case(title, |case| {
            for asker in order {
                if asker.badge() == impatient.badge() {
                    asker.asks_for_a_while()?;
                } else {
                    asker.asks()?;
                }
            }
            impatient.gives_up(case)?;
            served(case, &left)
        });
    }
    report.case("CH-12 CH-5 the one that is served gives up, and the others are served", |case| {
        SECOND.asks_for_a_while()?;
        SECOND.is_next(case);
        FIRST.asks()?;
        HIGH.asks()?;
        SECOND.gives_up(case)?;
        case.equal(shown(handle::IN)?, Signals::READABLE);
        served(case, &[HIGH, FIRST])
    });
}

/// Ends a robot that asks, and starts it again.
fn end(process: u32) -> Result<ExitStatus> {
    task_terminate(process)?;
    let status = task_join(process)?;
    process_start(process)?;
    settle()?;
    Ok(status)
}

pub(crate) fn initiators(report: &mut Report) {
    report.case("CH-12 CH-9 one that waits ends, and the others are served", |case| {
        for asker in [FIRST, SECOND, HIGH] {
            asker.asks()?;
        }
        case.equal(end(handle::FIRST_PROCESS), Ok(ExitStatus::TerminatedBySyscall));
        case.equal(shown(handle::IN)?, Signals::READABLE | Signals::ERROR);
        case.equal(shown(handle::IN)?, Signals::READABLE);
        served(case, &[HIGH, SECOND])?;
        FIRST.asks()?;
        served(case, &[FIRST])
    });
    report.case("CH-12 CH-9 the one that is served ends, and the others are served", |case| {
        HIGH.asks()?;
        HIGH.is_next(case);
        FIRST.asks()?;
        SECOND.asks()?;
        case.equal(end(handle::HIGH_PROCESS), Ok(ExitStatus::TerminatedBySyscall));
        case.equal(IN.badge(), Err(Error::Unavailable));
        case.equal(IN.respond(&[0; 4]), Err(Error::Unavailable));
        case.equal(shown(handle::IN)?, Signals::READABLE | Signals::ERROR);
        served(case, &[FIRST, SECOND])?;
        HIGH.asks()?;
        served(case, &[HIGH])
    });
}
