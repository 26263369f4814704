//! The end of a receiver's process, for good (EP-12, EP-13).

use pw_status::{Error, Result};
use suite::endpoint::{Answer, Found, Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{Right, Step};
use suite::timing::patience;
use suite_codegen::endpoint_ends::tester::handle::{SERVER as OUT, SERVER_PROCESS};
use userspace::syscall::{ExitStatus, Signals, object_wait, task_join};
use userspace::time::Instant;

use crate::cast::{
    FIRST, SECOND, SERVER, TO_SERVER, call, came_to, end, message, restart, send, settle, shown,
    start, take, try_take,
};

/// Checks that nobody can send or call any more.
fn is_gone(case: &mut Case, way: Way) {
    case.equal(way.send(OUT, message(1), patience()), Err(Error::Unavailable));
    case.equal(way.send(OUT, message(1), Instant::MAX), Err(Error::Unavailable));
    case.equal(way.try_send(OUT, message(1)), Err(Error::Unavailable));
    let found = way.call(OUT, message(1), 16, Instant::MAX);
    case.equal(found, Err(Error::Unavailable));
}

fn end_of_all(case: &mut Case, way: Way) -> Result<()> {
    SERVER.begins(&[take(way)])?;
    SECOND.begins(&[call(way, 1), Step::Done])?;
    FIRST.begins(&[send(way, 2), send(way, 3), send(way, 4), Step::Done])?;
    case.holds(!FIRST.is_done() && !SECOND.is_done());
    end(case, SERVER_PROCESS)?;
    came_to(case, FIRST, 2, Err(Error::Unavailable))?;
    came_to(case, SECOND, 0, Err(Error::Unavailable))?;
    is_gone(case, way);
    case.equal(shown(OUT)?, Signals::ERROR);
    start(SERVER_PROCESS)?;
    case.equal(shown(OUT)?, Signals::WRITEABLE);
    case.equal(SERVER.tries(try_take(way)), Err(Error::Unavailable));
    Ok(())
}

pub(crate) fn end_all(report: &mut Report) {
    each_way(
        report,
        "EP-12 EP-6 PR-4 who waits at a receiver that ends gets Unavailable, and its queue is gone",
        end_of_all,
    );
    each_way(
        report,
        "EP-12 calls that nobody has received yet are Unavailable too",
        |case, way| {
            FIRST.begins(&[call(way, 1), Step::Done])?;
            way.send(OUT, message(2), patience())?;
            SECOND.begins(&[call(way, 3), Step::Done])?;
            end(case, SERVER_PROCESS)?;
            came_to(case, FIRST, 0, Err(Error::Unavailable))?;
            came_to(case, SECOND, 0, Err(Error::Unavailable))?;
            start(SERVER_PROCESS)?;
            case.equal(SERVER.tries(try_take(way)), Err(Error::Unavailable));
            Ok(())
        },
    );
}

pub(crate) fn other_ends(report: &mut Report) {
    each_way(report, "EP-12 PR-5 an exit is an end like others", |case, way| {
        SERVER.begins(&[take(way), Step::Exit(0)])?;
        let found = way.call(OUT, message(1), 16, patience());
        case.equal(found, Err(Error::Unavailable));
        is_gone(case, way);
        case.equal(task_join(SERVER_PROCESS), Ok(ExitStatus::Success(0)));
        start(SERVER_PROCESS)
    });
    each_way(
        report,
        "EP-13 WT-2 the end of the receiver ends a wait for ERROR",
        |case, way: Way| {
            FIRST.begins(&[Step::watch(TO_SERVER, Signals::ERROR), Step::Done])?;
            SERVER.robot().run(&[try_take(way), Step::Sleep(30), Step::Exit(0)])?;
            case.holds(!FIRST.is_done());
            let found = object_wait(OUT, Signals::ERROR, patience())?;
            case.equal(found.pending_signals, Signals::ERROR);
            came_to(case, FIRST, 0, Ok(Signals::ERROR.bits().into()))?;
            case.equal(task_join(SERVER_PROCESS), Ok(ExitStatus::Success(0)));
            start(SERVER_PROCESS)
        },
    );
}

pub(crate) fn rights(report: &mut Report) {
    each_way(
        report,
        "EP-7 EP-12 a right is good in the life that got it, and no other",
        |case, way| {
            SERVER.begins(&[take(way)])?;
            FIRST.begins(&[call(way, 1), call(way, 2), Step::Done])?;
            let old = SERVER.outcomes()?.of(0).map(Found::from_value)?;
            let old = old.reply.ok_or(Error::NotFound)?;
            restart(case, SERVER_PROCESS)?;
            // The first call is Unavailable by now, and the second one waits.
            let late = Step::reply(Right::Number(old), way, message(66));
            let new = Step::reply(Right::LATEST, way, message(5));
            let outcomes = SERVER.robot().run_to_end(&[late, take(way), late, new])?;
            case.equal(outcomes.of(0), Err(Error::Unavailable));
            case.equal(outcomes.of(2), Err(Error::Unavailable));
            settle()?;
            case.holds(FIRST.is_done());
            let calls = FIRST.outcomes()?;
            case.equal(calls.of(0), Err(Error::Unavailable));

            case.equal(calls.of(1).map(Answer::from_value), Ok(Answer { len: 8, seed: 5 }));
            Ok(())
        },
    );
}
