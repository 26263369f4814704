//! What an end may do (EP-2).

use pw_status::{Error, Result};
use suite::endpoint::{Answer, Found, Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{Right, Step};
use suite::timing::patience;
use suite_codegen::endpoint::first::handle::IN;
use suite_codegen::endpoint::tester::handle::{CALLS, OUT, SENDS};
use userspace::syscall::SenderId;

use crate::cast::{FIRST, message, settle};

/// What the first robot receives of the tester's messages.
fn found(badge: u32, seed: u8) -> Found {
    let sender = SenderId { badge, incarnation: 1 };
    Found { len: 8, seed, sender, reply: None }
}

/// Checks that an end without the right `send` has none, whatever else is the case.
fn cannot_send(case: &mut Case, way: Way) {
    let denied = Err(Error::PermissionDenied);
    case.equal(way.send(CALLS, message(1), patience()), denied);
    case.equal(way.try_send(CALLS, message(1)), denied);
}

fn cannot_call(case: &mut Case, way: Way) {
    let found = way.call(SENDS, message(1), 16, patience());
    case.equal(found, Err(Error::PermissionDenied));
}

/// Makes the check while somebody waits to receive, nobody does, and the queue is full; nothing of
/// it arrives.
fn always(case: &mut Case, way: Way, check: fn(&mut Case, Way)) -> Result<()> {
    FIRST.begins(&[Step::take(IN, way), Step::try_take(IN, way)])?;
    check(case, way);
    settle()?;
    way.send(OUT, message(5), patience())?;
    let outcomes = FIRST.outcomes()?;
    case.equal(outcomes.of(0).map(Found::from_value), Ok(found(0x21, 5)));
    case.equal(outcomes.of(1), Err(Error::Unavailable));
    check(case, way);
    way.try_send(OUT, message(6))?;
    way.try_send(OUT, message(7))?;
    check(case, way);
    let outcomes = FIRST.robot().run_to_end(&[Step::try_take(IN, way); 3])?;
    case.equal(outcomes.of(0).map(Found::from_value), Ok(found(0x21, 6)));
    case.equal(outcomes.of(1).map(Found::from_value), Ok(found(0x21, 7)));
    case.equal(outcomes.of(2), Err(Error::Unavailable));
    Ok(())
}

/// Receives a message, and then a call, which it answers.
fn serves(way: Way) -> [Step; 3] {
    let take = Step::take(IN, way);
    [take, take, Step::reply(Right::LATEST, way, message(9))]
}

pub(crate) fn ends(report: &mut Report) {
    each_way(
        report,
        "EP-2 an end with the right to call cannot send, and nothing comes",
        |case, way| always(case, way, cannot_send),
    );
    each_way(
        report,
        "EP-2 an end with the right to send cannot call, and nothing comes",
        |case, way| always(case, way, cannot_call),
    );
}

pub(crate) fn allowed(report: &mut Report) {
    each_way(report, "EP-2 an end with one right may do that", |case, way| {
        FIRST.robot().run(&serves(way))?;
        way.send(SENDS, message(1), patience())?;
        let answer = way.call(CALLS, message(2), 16, patience());
        case.equal(answer, Ok(Answer { len: 8, seed: 9 }));
        let outcomes = FIRST.outcomes()?;
        case.equal(outcomes.of(0).map(Found::from_value), Ok(found(0x22, 1)));
        let call = outcomes.of(1).map(Found::from_value)?;
        case.equal((call.seed, call.sender.badge), (2, 0x23));
        case.holds(call.reply.is_some());
        Ok(())
    });
    each_way(report, "EP-2 an end that names no rights has both", |case, way| {
        FIRST.robot().run(&serves(way))?;
        way.send(OUT, message(1), patience())?;
        let answer = way.call(OUT, message(2), 16, patience());
        case.equal(answer, Ok(Answer { len: 8, seed: 9 }));
        FIRST.outcomes().map(|_| ())
    });
}
