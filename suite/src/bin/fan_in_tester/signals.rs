//! What the ends of a channel with several initiators show.

use pw_status::{Error, Result};
use suite::report::Report;
use suite::robot::{Robot, Step};
use suite::timing::patience;
use suite_codegen::fan_in::tester::handle;
use suite_codegen::fan_in::tester::object::{GROUP, SERVER_CONTROL};
use userspace::syscall::{Signals, WaitReturn, process_start, task_join, task_terminate};
use userspace::time::Instant;

use crate::asker::{Asker, FIRST, HIGH, SECOND};
use crate::{settle, shown};

/// Has a robot raise USER on the tester's handler, or lower it.
fn signals(asker: Asker, set: bool) -> Result<()> {
    asker.robot.run_to_end(&[Step::SignalOut(set)])?.of(0).map(|_| ())
}

pub(crate) fn shown_together(report: &mut Report) {
    report.case("CH-12 WT-5 a handler shows USER while any of its initiators raises it", |case| {
        for asker in [FIRST, HIGH] {
            signals(asker, true)?;
            case.equal(shown(handle::IN)?, Signals::USER);
        }
        signals(SECOND, false)?;
        signals(FIRST, false)?;
        case.equal(shown(handle::IN)?, Signals::USER);
        signals(HIGH, false)?;
        case.equal(shown(handle::IN)?, Signals::empty());
        Ok(())
    });
    report.case("CH-12 WT-5 what others raise stays when one of them ends", |case| {
        signals(FIRST, true)?;
        signals(HIGH, true)?;
        task_terminate(handle::FIRST_PROCESS)?;
        case.equal(shown(handle::IN)?, Signals::USER);
        signals(HIGH, false)?;
        case.equal(shown(handle::IN)?, Signals::empty());
        task_join(handle::FIRST_PROCESS)?;
        process_start(handle::FIRST_PROCESS)?;
        settle()
    });
    report.case("CH-12 WT-5 what a handler raises shows on all of its initiators", |case| {
        for set in [true, false] {
            let robot = Robot::new(SERVER_CONTROL);
            robot.run_to_end(&[Step::SignalIn(set)])?.of(0)?;
            let user = if set { Signals::USER } else { Signals::empty() };
            for end in [handle::A, handle::B, handle::C] {
                case.equal_for(end, shown(end)?, user | Signals::WRITEABLE);
            }
        }
        Ok(())
    });
}

pub(crate) fn grouped(report: &mut Report) {
    report.case("CH-12 WT-4 a group has it as a ready member while others wait", |case| {
        let ready = Ok(WaitReturn { user_data: 7, pending_signals: Signals::READABLE });
        GROUP.add(handle::IN, Signals::READABLE, 7)?;
        case.equal(GROUP.wait(Instant::MIN), Err(Error::DeadlineExceeded));
        FIRST.asks()?;
        HIGH.asks()?;
        case.equal(GROUP.wait(patience()), ready);
        HIGH.is_next(case);
        case.equal(GROUP.wait(Instant::MIN), ready);
        HIGH.is_answered(case)?;
        case.equal(GROUP.wait(Instant::MIN), ready);
        FIRST.is_next(case);
        case.equal(GROUP.wait(Instant::MIN), Err(Error::DeadlineExceeded));
        FIRST.is_answered(case)?;
        GROUP.remove(handle::IN)
    });
}
