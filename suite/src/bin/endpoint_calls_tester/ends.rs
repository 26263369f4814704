//! Calls that are not answered (EP-7, EP-12); those whose processes end are in `endpoint_ends`.

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{EndpointStep, Give, Step, Until};
use suite_codegen::endpoint_calls::tester::handle::OUT;
use userspace::endpoint::{Receiver, Reply};
use userspace::syscall::endpoint_drop_reply;
use userspace::time::{Duration, Instant};

use crate::cast::{FIRST, IN, LOW, REQUESTS, SECOND, is_empty, message, settle};

const RECEIVER: Receiver<16> = Receiver::new(IN);

/// Checks that the first one, who called for 60 milliseconds, waited so long and gave up.
fn gave_up(case: &mut Case) -> Result<()> {
    FIRST.peer.robot().done()?;
    let outcomes = FIRST.peer.outcomes()?;
    case.equal(outcomes.of(1), Err(Error::DeadlineExceeded));
    let took = Instant::from_ticks(outcomes.of(2)?) - Instant::from_ticks(outcomes.of(0)?);
    case.holds(took >= Duration::from_millis(60));
    Ok(())
}

fn calls_for_a_while(way: Way) -> [Step; 4] {
    [Step::Stamp, FIRST.asks_within(way, 60), Step::Stamp, Step::Done]
}

/// Checks that a right answers nothing, and that its holder goes on to the next caller.
fn is_void(case: &mut Case, way: Way, right: u32) {
    case.equal(way.reply(right, message(66)), Err(Error::Unavailable));
    case.equal(endpoint_drop_reply(right), Err(Error::Unavailable));
}

pub(crate) fn deadlines(report: &mut Report) {
    each_way(
        report,
        "EP-7 EP-6 a caller whose answer is late has given up, and the right is void",
        |case, way| {
            FIRST.peer.begins(&calls_for_a_while(way))?;
            let right = FIRST.is_next(case, way)?;
            gave_up(case)?;
            is_void(case, way, right);
            let next = FIRST.is_served(case, way)?;
            is_void(case, way, right);
            way.reply(next, message(2))?;
            FIRST.came_to(case, Ok(message(2)))
        },
    );
    each_way(
        report,
        "EP-12 EP-7 a caller that gives up leaves its message, with a void right",
        |case, way| {
            FIRST.peer.begins(&calls_for_a_while(way))?;
            gave_up(case)?;
            let right = FIRST.is_next(case, way)?;
            is_void(case, way, right);
            is_empty(case, way);
            Ok(())
        },
    );
}

pub(crate) fn before_receipt(report: &mut Report) {
    each_way(
        report,
        "EP-7 AB-5 a caller that gives up before there was room has sent nothing",
        |case, way| {
            SECOND.peer.does(case, &[SECOND.send(way, 1), SECOND.send(way, 2)])?;
            FIRST.peer.begins(&calls_for_a_while(way))?;
            gave_up(case)?;
            for seed in [1, 2] {
                case.equal(way.try_receive(IN), Ok(SECOND.peer.said(message(seed))));
            }
            is_empty(case, way);
            Ok(())
        },
    );
    each_way(
        report,
        "EP-7 AB-4 AB-5 with a deadline that is past nothing is called",
        |case, way| {
            let past = EndpointStep::Call(FIRST.end(), way, message(1), 16, Until::Past);
            case.equal(FIRST.peer.tries(Step::Endpoint(past)), Err(Error::DeadlineExceeded));
            is_empty(case, way);
            // Nor if somebody waits for it.
            LOW.begins(&[Step::take_within(REQUESTS, way, 80), Step::try_take(REQUESTS, way)])?;
            let found = way.call(OUT, message(1), 16, Instant::MIN);
            case.equal(found, Err(Error::DeadlineExceeded));
            let outcomes = LOW.outcomes()?;
            case.equal(outcomes.of(0), Err(Error::DeadlineExceeded));
            case.equal(outcomes.of(1), Err(Error::Unavailable));
            Ok(())
        },
    );
}

pub(crate) fn dropped(report: &mut Report) {
    each_way(
        report,
        "EP-7 EP-6 a right that is given back ends the call with Aborted",
        |case, way| {
            let right = FIRST.is_served(case, way)?;
            case.equal(endpoint_drop_reply(right), Ok(()));
            is_void(case, way, right);
            FIRST.came_to(case, Err(Error::Aborted))
        },
    );
    each_way(
        report,
        "EP-7 a message that is forgotten with its right does the same",
        |case, way| {
            FIRST.begins(case, way)?;
            let received = RECEIVER.try_receive()?;
            case.holds(received.reply.is_some());
            settle()?;
            case.holds(!FIRST.peer.is_done());
            drop(received);
            FIRST.came_to(case, Err(Error::Aborted))
        },
    );
}

pub(crate) fn forgotten(report: &mut Report) {
    each_way(
        report,
        "EP-7 a right comes back from an answer that is too long, and no more from others",
        |case, way| {
            FIRST.begins(case, way)?;
            let received = RECEIVER.try_receive()?;
            let reply: Reply = received.reply.ok_or(Error::NotFound)?;
            let refused = reply.send(&[1; 20]).err();
            case.equal(refused.as_ref().map(|refused| refused.error), Some(Error::OutOfRange));
            let reply = refused.and_then(|refused| refused.reply).ok_or(Error::NotFound)?;
            case.holds(reply.send_words([]).is_ok());
            FIRST.came_to(case, Ok(Give { seed: 0, bytes: 0 }))
        },
    );
    each_way(report, "EP-7 one that gives up does not disturb the other calls", |case, way| {
        let second = SECOND.is_served(case, way)?;
        FIRST.peer.begins(&calls_for_a_while(way))?;
        let first = FIRST.is_next(case, way)?;
        gave_up(case)?;
        is_void(case, way, first);
        case.holds(!SECOND.peer.is_done());
        way.reply(second, message(3))?;
        SECOND.came_to(case, Ok(message(3)))
    });
}
