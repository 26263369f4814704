//! That it ends when the transaction does, however.

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::robot::{Outcomes, Step};
use suite::timing::{LONG, sleep};
use suite_codegen::inheritance::tester::handle;
use userspace::syscall::{ExitStatus, process_start, task_join, task_terminate};
use userspace::time::SystemClock;

use crate::cast::{ASK, HIGH, LOW, MIDDLE, RECEIVE, RELAY, WORK, outcomes, play, settle};

/// Serves a request for too long: the time when it has gone on for itself is in its outcome 2.
const SERVE_LONG: [Step; 4] = [RECEIVE, Step::Spin(300), Step::Stamp, Step::Done];

/// Checks that the middle one worked as soon as the transaction had ended, and the handler went on only
/// when it had.
fn is_over(case: &mut Case, end: u64, middle: &Outcomes, handler: &Outcomes) -> Result<()> {
    case.holds(end <= middle.of(0)?);
    case.holds(middle.of(2)? <= handler.of(2)?);
    Ok(())
}

pub(crate) fn given_up(report: &mut Report) {
    report.case("CH-13 CH-5 it is over when the deadline has passed", |case| {
        let asks = [Step::request_within(1, 50), Step::Stamp, Step::Done];
        play(&[(RELAY, &SERVE_LONG), (MIDDLE, &WORK), (HIGH, &asks)])?;
        let [relay, middle, high] = outcomes([RELAY, MIDDLE, HIGH])?;
        case.equal(high.of(0), Err(Error::DeadlineExceeded));
        is_over(case, high.of(1)?, &middle, &relay)
    });
    cancelled(report);
    report.case("CH-13 CH-5 it is over all along the way", |case| {
        let asks = [Step::request_within(1, 50), Step::Stamp, Step::Done];
        let relays = [RECEIVE, Step::request_within(2, 200), Step::Stamp, Step::Done];
        let cast: &[_] =
            &[(LOW, &SERVE_LONG[..]), (RELAY, &relays), (MIDDLE, &WORK), (HIGH, &asks)];
        play(cast)?;
        let [low, relay, middle, high] = outcomes([LOW, RELAY, MIDDLE, HIGH])?;
        case.equal(high.of(0), Err(Error::DeadlineExceeded));
        case.equal(relay.of(1), Err(Error::DeadlineExceeded));
        is_over(case, high.of(1)?, &middle, &low)
    });
}

fn cancelled(report: &mut Report) {
    report.case(
        "CH-13 CH-6 it is over when the transaction was cancelled, and no sooner",
        |case| {
            // The handler wakes while the middle one works.
            let serves = [RECEIVE, Step::Sleep(150), Step::Stamp, Step::Done];
            let works = [Step::Sleep(80), Step::Stamp, Step::Spin(150), Step::Stamp, Step::Done];
            for (sooner, is_over) in [(40, true), (400, false)] {
                let asks = [Step::Begin, Step::Sleep(sooner), Step::Cancel, Step::Done];
                play(&[(RELAY, &serves), (MIDDLE, &works), (HIGH, &asks)])?;
                let [relay, middle, high] = outcomes([RELAY, MIDDLE, HIGH])?;
                case.equal((high.of(0), high.of(2)), (Ok(0), Ok(0)));
                case.holds(middle.of(1)? <= relay.of(2)?);
                case.equal_for(sooner, middle.of(3)? <= relay.of(2)?, is_over);
            }
            Ok(())
        },
    );
}

pub(crate) fn deaths(report: &mut Report) {
    report.case("CH-13 CH-9 it is over when the initiator's process has ended", |case| {
        RELAY.run(&SERVE_LONG)?;
        MIDDLE.run(&WORK)?;
        HIGH.run(&[ASK])?;
        sleep(LONG);
        let end = SystemClock::now().ticks();
        task_terminate(handle::HIGH_PROCESS)?;
        MIDDLE.done()?;
        RELAY.done()?;
        let [relay, middle] = outcomes([RELAY, MIDDLE])?;
        is_over(case, end, &middle, &relay)?;
        case.equal(task_join(handle::HIGH_PROCESS), Ok(ExitStatus::TerminatedBySyscall));
        process_start(handle::HIGH_PROCESS)?;
        settle()
    });
    report.case("CH-13 CH-8 it is over for those behind a handler that has ended", |case| {
        LOW.run(&SERVE_LONG)?;
        RELAY.run(&[RECEIVE, ASK])?;
        MIDDLE.run(&WORK)?;
        HIGH.run(&[ASK, Step::Stamp, Step::Done])?;
        sleep(LONG);
        let end = SystemClock::now().ticks();
        task_terminate(handle::RELAY_PROCESS)?;
        HIGH.done()?;
        MIDDLE.done()?;
        LOW.done()?;
        let [low, middle, high] = outcomes([LOW, MIDDLE, HIGH])?;
        case.equal(high.of(0), Err(Error::Unavailable));
        is_over(case, end, &middle, &low)
    });
    report.case(
        "CH-13 PR-3 a handler that ended with a loan has none when it starts again",
        |case| {
            case.equal(task_join(handle::RELAY_PROCESS), Ok(ExitStatus::TerminatedBySyscall));
            process_start(handle::RELAY_PROCESS)?;
            settle()?;
            play(&[(RELAY, &[Step::Stamp, Step::Done]), (MIDDLE, &WORK)])?;
            let [relay, middle] = outcomes([RELAY, MIDDLE])?;
            case.holds(middle.of(2)? <= relay.of(0)?);
            Ok(())
        },
    );
}
