//! What is sent to a process that does not run, and will (EP-3, EP-12, CH-8).

use pw_status::{Error, Result};
use suite::endpoint::{Answer, Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{Right, Step};
use suite::timing::{SHORT, after, patience};
use suite_codegen::endpoint_ends::tester::handle::{MANUAL as TO, MANUAL_PROCESS, SERVER as OUT};
use userspace::syscall::{Signals, object_wait};
use userspace::time::Instant;

use crate::cast::{
    FIRST, MANUAL, SECOND, SERVER, TO_MANUAL, call, came_to, message, received, settle, shown,
    start, take, try_take,
};

pub(crate) fn unstarted(report: &mut Report) {
    report.case("EP-13 one that has not started shows ERROR, and room", |case| {
        case.equal(shown(TO)?, Signals::ERROR | Signals::WRITEABLE);
        Ok(())
    });
    report.case("EP-3 CH-8 what is sent to one that has not started waits for it", |case| {
        let to_manual = |way, seed| Step::send(TO_MANUAL, way, message(seed));
        FIRST.does(case, &[to_manual(Way::Flat, 1)])?;
        case.equal(Way::Words.try_send(TO, message(2)), Ok(()));
        case.equal(Way::Words.try_send(TO, message(3)), Err(Error::ResourceExhausted));
        let found = Way::List.send(TO, message(3), after(SHORT));
        case.equal(found, Err(Error::DeadlineExceeded));
        FIRST.begins(&[Step::call(TO_MANUAL, Way::List, message(4)), Step::Done])?;
        SECOND.begins(&[to_manual(Way::Words, 5), Step::Done])?;
        case.holds(!FIRST.is_done() && !SECOND.is_done());
        start(MANUAL_PROCESS)?;
        case.equal(shown(TO)?, Signals::empty());
        let reply = Step::reply(Right::LATEST, Way::Flat, message(6));
        let script = [take(Way::List), take(Way::Flat), take(Way::Words), reply, take(Way::Flat)];
        let outcomes = MANUAL.robot().run_to_end(&script)?;
        for (step, said) in [(0, (0x11, 1)), (1, (0x21, 2)), (2, (0x11, 4)), (4, (0x12, 5))] {
            case.equal_for(step, received(outcomes.of(step)), Ok(said));
        }
        settle()?;
        let answer = FIRST.outcomes()?.of(0).map(Answer::from_value);
        case.equal(answer, Ok(Answer { len: 8, seed: 6 }));
        case.equal(shown(TO)?, Signals::WRITEABLE);
        came_to(case, SECOND, 0, Ok(0))
    });
}

/// Has the server crash, and comes back when it has.
fn crash() -> Result<()> {
    SERVER.robot().run(&[Step::Crash])?;
    object_wait(OUT, Signals::ERROR, patience()).map(|_| ())
}

fn served(case: &mut Case, way: Way) -> Result<()> {
    let reply = Step::reply(Right::LATEST, way, message(3));
    let script = [take(way), take(way), reply, try_take(way)];
    let outcomes = SERVER.robot().run_to_end(&script)?;
    case.equal(received(outcomes.of(0)), Ok((0x21, 1)));
    case.equal(received(outcomes.of(1)), Ok((0x11, 2)));
    case.equal(outcomes.of(3), Err(Error::Unavailable));
    Ok(())
}

pub(crate) fn restarted(report: &mut Report) {
    each_way(report, "EP-12 EP-3 PR-3 what is sent before a restart waits for it", |case, way| {
        crash()?;
        case.equal(way.send(OUT, message(1), Instant::MIN), Ok(()));
        case.equal(shown(OUT)?, Signals::ERROR | Signals::WRITEABLE);
        FIRST.begins(&[call(way, 2), Step::Done])?;
        served(case, way)?;
        settle()?;
        let answer = FIRST.outcomes()?.of(0).map(Answer::from_value);
        case.equal(answer, Ok(Answer { len: 8, seed: 3 }));
        case.equal(shown(OUT)?, Signals::WRITEABLE);
        Ok(())
    });
    each_way(
        report,
        "EP-12 what was sent before the end is dropped, restart or not",
        |case, way| {
            case.equal(way.send(OUT, message(8), patience()), Ok(()));
            FIRST.begins(&[call(way, 9), Step::Done])?;
            SECOND.begins(&[call(way, 9), Step::Done])?;
            crash()?;
            came_to(case, FIRST, 0, Err(Error::Unavailable))?;
            came_to(case, SECOND, 0, Err(Error::Unavailable))?;
            case.equal(SERVER.tries(try_take(way)), Err(Error::Unavailable));
            Ok(())
        },
    );
}
