//! Who works for somebody important is as important (EP-7, CH-13).

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{EndpointStep, Outcomes, Right, Step};
use suite::timing::{LONG, sleep};
use suite_codegen::endpoint_calls::tester::handle::HIGH_PROCESS;
use userspace::syscall::{ExitStatus, process_start, task_join, task_terminate};
use userspace::time::SystemClock;

use crate::cast::{FIRST, HIGH, LOW, REQUESTS, message, outcomes, play, settle};

/// The work of one that is in the way: in its outcomes it began at 0 and ended at 2.
pub(crate) const WORK: [Step; 4] = [Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done];
/// The same when the others have begun: it began at 1 and ended at 3.
const WORK_LATER: [Step; 5] =
    [Step::Sleep(50), Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done];
/// Gives the latest call back.
const DROP: Step = Step::Endpoint(EndpointStep::Drop(Right::LATEST));

pub(crate) fn reply(way: Way) -> Step {
    Step::reply(Right::LATEST, way, message(9))
}

/// Checks that the low one did what the high one waited for before the first one worked, and what came
/// then after that. The steps are those of the high one's and the low one's stamps.
fn is_lent(case: &mut Case, all: &[Outcomes; 3], high: usize, low: usize) -> Result<()> {
    let [server, middle, caller] = all;
    case.holds(caller.of(high)? <= middle.of(0)?);
    case.holds(middle.of(2)? <= server.of(low)?);
    Ok(())
}

pub(crate) fn calls(report: &mut Report) {
    each_way(
        report,
        "EP-7 CH-13 who answers somebody important comes before others, and then after",
        |case, way| {
            LOW.begins(&[Step::take(REQUESTS, way), reply(way), Step::Stamp, Step::Done])?;
            FIRST.peer.robot().run(&WORK)?;
            play(&[(HIGH.peer, &[HIGH.asks_low(way), Step::Stamp, Step::Done])])?;
            LOW.robot().done()?;
            FIRST.peer.robot().done()?;
            let all = outcomes([LOW, FIRST.peer, HIGH.peer])?;
            is_lent(case, &all, 1, 2)
        },
    );
    each_way(report, "EP-7 CH-13 it does so until it gives the call back", |case, way| {
        LOW.begins(&[Step::take(REQUESTS, way), DROP, Step::Stamp, Step::Done])?;
        FIRST.peer.robot().run(&WORK)?;
        play(&[(HIGH.peer, &[HIGH.asks_low(way), Step::Stamp, Step::Done])])?;
        LOW.robot().done()?;
        FIRST.peer.robot().done()?;
        let all = outcomes([LOW, FIRST.peer, HIGH.peer])?;
        case.equal(all[2].of(0), Err(Error::Aborted));
        is_lent(case, &all, 1, 2)
    });
}

pub(crate) fn queued(report: &mut Report) {
    each_way(report, "EP-7 a call that nobody has received lends nothing", |case, way| {
        let serves = [Step::Stamp, Step::take(REQUESTS, way), reply(way), Step::Done];
        let asks = [HIGH.asks_low(way), Step::Stamp, Step::Done];
        play(&[(LOW, &serves), (FIRST.peer, &WORK), (HIGH.peer, &asks)])?;
        let [low, first, high] = outcomes([LOW, FIRST.peer, HIGH.peer])?;
        case.holds(first.of(2)? <= low.of(0)?);
        case.holds(low.of(0)? <= high.of(1)?);
        Ok(())
    });
    each_way(
        report,
        "EP-7 CH-13 one that is taken from the queue lends from then on",
        |case, way| {
            let spin = Step::Spin(100);
            let serves = [Step::take(REQUESTS, way), spin, reply(way), Step::Stamp, Step::Done];
            let asks = [HIGH.asks_low(way), Step::Stamp, Step::Done];
            play(&[(LOW, &serves), (FIRST.peer, &WORK_LATER), (HIGH.peer, &asks)])?;
            let [low, first, high] = outcomes([LOW, FIRST.peer, HIGH.peer])?;
            case.holds(high.of(1)? <= first.of(1)?);
            case.holds(first.of(3)? <= low.of(3)?);
            Ok(())
        },
    );
    each_way(report, "EP-7 a message that asks nothing lends nothing", |case, way| {
        LOW.begins(&[Step::take(REQUESTS, way), Step::Stamp, Step::Done])?;
        let tells = [HIGH.tells_low(way), Step::Done];
        play(&[(FIRST.peer, &WORK), (HIGH.peer, &tells)])?;
        LOW.robot().done()?;
        let [low, first] = outcomes([LOW, FIRST.peer])?;
        case.holds(first.of(2)? <= low.of(1)?);
        Ok(())
    });
}

pub(crate) fn ends(report: &mut Report) {
    each_way(report, "EP-7 CH-13 it is over when the caller gives up", |case, way| {
        let serves = [Step::take(REQUESTS, way), Step::Spin(200), Step::Stamp, Step::Done];
        let asks = [HIGH.asks_low_within(way, 100), Step::Stamp, Step::Done];
        LOW.robot().run(&serves)?;
        play(&[(FIRST.peer, &WORK_LATER), (HIGH.peer, &asks)])?;
        LOW.robot().done()?;
        let [low, first, high] = outcomes([LOW, FIRST.peer, HIGH.peer])?;
        case.equal(high.of(0), Err(Error::DeadlineExceeded));
        case.holds(high.of(1)? <= first.of(1)?);
        case.holds(first.of(3)? <= low.of(2)?);
        Ok(())
    });
}

pub(crate) fn deaths(report: &mut Report) {
    each_way(report, "EP-12 EP-7 it is over when the caller's process ends", |case, way| {
        let serves =
            [Step::take(REQUESTS, way), Step::Spin(300), Step::Stamp, reply(way), Step::Done];
        LOW.robot().run(&serves)?;
        FIRST.peer.robot().run(&WORK_LATER)?;
        HIGH.peer.robot().run(&[HIGH.asks_low(way)])?;
        sleep(LONG);
        let end = SystemClock::now().ticks();
        task_terminate(HIGH_PROCESS)?;
        FIRST.peer.robot().done()?;
        LOW.robot().done()?;
        let [low, first] = outcomes([LOW, FIRST.peer])?;
        case.holds(end <= first.of(1)?);
        case.holds(first.of(3)? <= low.of(2)?);
        case.equal(low.of(3), Err(Error::Unavailable));
        case.equal(task_join(HIGH_PROCESS), Ok(ExitStatus::TerminatedBySyscall));
        process_start(HIGH_PROCESS)?;
        settle()
    });
}
