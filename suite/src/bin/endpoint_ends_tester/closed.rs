//! An endpoint that its owner has closed, seen by others (EP-10, EP-13).

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{EndpointStep, Right, Step};
use suite::timing::patience;
use suite_codegen::endpoint_ends::tester::handle::{SERVER as OUT, SERVER_PROCESS};
use userspace::syscall::{Signals, object_wait};
use userspace::time::Instant;

use crate::cast::{
    FIRST, SECOND, SERVER, SERVER_IN, TO_SERVER, call, came_to, message, received, restart, send,
    settle, shown, take, try_take,
};

const CLOSE: Step = Step::close(SERVER_IN);

/// Checks that nobody can send or call.
fn is_closed(case: &mut Case, way: Way) -> Result<()> {
    case.equal(way.send(OUT, message(1), patience()), Err(Error::Aborted));
    case.equal(way.send(OUT, message(1), Instant::MIN), Err(Error::Aborted));
    case.equal(way.try_send(OUT, message(1)), Err(Error::Aborted));
    let found = way.call(OUT, message(1), 16, patience());
    case.equal(found, Err(Error::Aborted));
    case.equal(shown(OUT)?, Signals::ERROR);
    Ok(())
}

pub(crate) fn senders(report: &mut Report) {
    each_way(report, "EP-10 EP-13 nobody can send to an endpoint that is closed", |case, way| {
        SERVER.does(case, &[CLOSE])?;
        is_closed(case, way)?;
        SERVER.does(case, &[CLOSE, CLOSE])?;
        is_closed(case, way)?;
        restart(case, SERVER_PROCESS)
    });
    each_way(report, "EP-10 EP-6 closing ends the waits for room with Aborted", |case, way| {
        FIRST.begins(&[send(way, 1), send(way, 2), send(way, 3), Step::Done])?;
        SECOND.begins(&[send(way, 4), Step::Done])?;
        case.holds(!FIRST.is_done() && !SECOND.is_done());
        SERVER.does(case, &[CLOSE])?;
        came_to(case, FIRST, 2, Err(Error::Aborted))?;
        came_to(case, SECOND, 0, Err(Error::Aborted))?;
        restart(case, SERVER_PROCESS)
    });
    each_way(report, "EP-13 EP-10 closing ends a wait for ERROR", |case, way| {
        FIRST.begins(&[Step::watch(TO_SERVER, Signals::ERROR), Step::Done])?;
        case.holds(!FIRST.is_done());
        SERVER.robot().run(&[try_take(way), Step::Sleep(30), CLOSE])?;
        let found = object_wait(OUT, Signals::ERROR, patience())?;
        case.equal(found.pending_signals, Signals::ERROR);
        came_to(case, FIRST, 0, Ok(Signals::ERROR.bits().into()))?;
        restart(case, SERVER_PROCESS)
    });
}

pub(crate) fn callers(report: &mut Report) {
    each_way(
        report,
        "EP-10 EP-7 closing ends a call that was received, and its right",
        |case, way| {
            SERVER.begins(&[take(way)])?;
            FIRST.begins(&[call(way, 1), Step::Done])?;
            SERVER.does(case, &[CLOSE])?;
            came_to(case, FIRST, 0, Err(Error::Aborted))?;
            let late = Step::reply(Right::LATEST, way, message(2));
            case.equal(SERVER.tries(late), Err(Error::Unavailable));
            restart(case, SERVER_PROCESS)
        },
    );
    each_way(report, "EP-10 EP-7 it ends calls that are queued or wait for room", |case, way| {
        way.send(OUT, message(1), patience())?;
        FIRST.begins(&[call(way, 2), Step::Done])?;
        SECOND.begins(&[call(way, 3), Step::Done])?;
        case.equal(way.try_send(OUT, message(4)), Err(Error::ResourceExhausted));
        SERVER.does(case, &[CLOSE])?;
        came_to(case, FIRST, 0, Err(Error::Aborted))?;
        came_to(case, SECOND, 0, Err(Error::Aborted))?;
        restart(case, SERVER_PROCESS)
    });
}

pub(crate) fn queued(report: &mut Report) {
    each_way(
        report,
        "EP-10 what is queued can be received, and then receiving is Aborted",
        |case, way| {
            way.send(OUT, message(1), patience())?;
            FIRST.begins(&[call(way, 2), Step::Done])?;
            let late = Step::reply(Right::LATEST, way, message(3));
            let script = [CLOSE, take(way), try_take(way), late, try_take(way), take(way)];
            let outcomes = SERVER.robot().run_to_end(&script)?;
            case.equal(received(outcomes.of(1)), Ok((0x21, 1)));
            case.equal(received(outcomes.of(2)), Ok((0x11, 2)));
            case.equal(outcomes.of(3), Err(Error::Unavailable));
            case.equal(outcomes.of(4), Err(Error::Aborted));
            case.equal(outcomes.of(5), Err(Error::Aborted));
            came_to(case, FIRST, 0, Err(Error::Aborted))?;
            restart(case, SERVER_PROCESS)
        },
    );
}

pub(crate) fn answers(report: &mut Report) {
    each_way(
        report,
        "EP-13 EP-10 its own end shows ERROR when it is closed and empty",
        |case, way| {
            way.send(OUT, message(1), patience())?;
            let all = Signals::READABLE | Signals::ERROR;
            let watch = Step::watch(SERVER_IN, all);
            let outcomes = SERVER.robot().run_to_end(&[watch, CLOSE, watch, take(way), watch])?;
            case.equal(outcomes.of(0), Ok(Signals::READABLE.bits().into()));
            case.equal(outcomes.of(2), Ok(Signals::READABLE.bits().into()));
            case.equal(outcomes.of(4), Ok(Signals::ERROR.bits().into()));
            restart(case, SERVER_PROCESS)
        },
    );
    each_way(
        report,
        "EP-10 EP-7 an answer that comes with the next receive is late too",
        |case, way| {
            SERVER.begins(&[take(way)])?;
            FIRST.begins(&[call(way, 1), Step::Done])?;
            way.send(OUT, message(2), patience())?;
            let both =
                EndpointStep::ReplyAndReceive(SERVER_IN as u8, Right::LATEST, way, message(3));
            let script = [CLOSE, Step::Endpoint(both), take(way)];
            let outcomes = SERVER.robot().run_to_end(&script)?;
            case.equal(outcomes.of(1), Err(Error::Unavailable));
            case.equal(received(outcomes.of(2)), Ok((0x21, 2)));
            came_to(case, FIRST, 0, Err(Error::Aborted))?;
            restart(case, SERVER_PROCESS)
        },
    );
}

pub(crate) fn open(report: &mut Report) {
    each_way(
        report,
        "EP-10 PR-3 it is open and empty when its process has started again",
        |case, way| {
            way.send(OUT, message(1), patience())?;
            SERVER.does(case, &[CLOSE])?;
            is_closed(case, way)?;
            restart(case, SERVER_PROCESS)?;
            case.equal(shown(OUT)?, Signals::WRITEABLE);
            case.equal(SERVER.tries(try_take(way)), Err(Error::Unavailable));
            SERVER.begins(&[take(way), take(way)])?;
            way.send(OUT, message(2), Instant::MIN)?;
            way.send(OUT, message(3), Instant::MIN)?;
            settle()?;
            let outcomes = SERVER.outcomes()?;
            case.equal(received(outcomes.of(0)), Ok((0x21, 2)));
            case.equal(received(outcomes.of(1)), Ok((0x21, 3)));
            Ok(())
        },
    );
}
