//! Where a message goes, and how long its sender waits (EP-3, EP-6).

use pw_status::{Error, Result};
use suite::endpoint::{Found, Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{EndpointStep, Step, Until};
use suite::timing::{PATIENCE, patience};
use suite_codegen::endpoint::first::handle::IN;
use suite_codegen::endpoint::tester::handle::OUT;
use userspace::time::{Duration, Instant};

use crate::cast::{FIRST, ONE, SECOND, THIRD, message, settle};

/// Checks that the first robot has received the tester's message.
fn arrived(case: &mut Case, step: usize, seed: u8) -> Result<()> {
    let found = FIRST.outcomes()?.of(step).map(Found::from_value);
    let what = found.map(|found| (found.len, found.seed, found.sender.badge, found.reply));
    case.equal_for(seed, what, Ok((8, seed, 0x21, None)));
    Ok(())
}

pub(crate) fn room(report: &mut Report) {
    each_way(report, "EP-3 AB-4 a message goes to who waits for it, at once", |case, way| {
        FIRST.begins(&[Step::take(IN, way)])?;
        case.equal(way.send(OUT, message(1), Instant::MIN), Ok(()));
        arrived(case, 0, 1)?;
        FIRST.begins(&[Step::take(IN, way)])?;
        case.equal(way.try_send(OUT, message(2)), Ok(()));
        arrived(case, 0, 2)
    });
    each_way(report, "EP-3 AB-4 where nobody waits it is queued, at once", |case, way| {
        case.equal(way.send(OUT, message(1), Instant::MIN), Ok(()));
        case.equal(way.try_send(OUT, message(2)), Ok(()));
        FIRST.begins(&[Step::take(IN, way), Step::take(IN, way)])?;
        arrived(case, 0, 1)?;
        arrived(case, 1, 2)
    });
    each_way(
        report,
        "EP-3 EP-6 a sender waits while the queue is full, and no longer",
        |case, way| {
            FIRST.begins(&[ONE.send(way, 1), ONE.send(way, 2), Step::Done])?;
            case.holds(!FIRST.is_done());
            ONE.gives(case, way, FIRST, 1);
            settle()?;
            case.holds(FIRST.is_done());
            let outcomes = FIRST.outcomes()?;
            case.equal((outcomes.of(0), outcomes.of(1)), (Ok(0), Ok(0)));
            ONE.gives(case, way, FIRST, 2);
            ONE.is_empty(case, way);
            Ok(())
        },
    );
}

pub(crate) fn waits(report: &mut Report) {
    each_way(report, "EP-6 a sender whose place another one got goes on waiting", |case, way| {
        FIRST.begins(&[ONE.send(way, 1), ONE.send(way, 2), Step::Done])?;
        SECOND.begins(&[ONE.send(way, 3), Step::Done])?;
        THIRD.begins(&[ONE.send(way, 4), Step::Done])?;
        for (peer, seed) in [(FIRST, 1), (FIRST, 2), (SECOND, 3)] {
            case.holds(!THIRD.is_done());
            ONE.gives(case, way, peer, seed);
            settle()?;
        }
        for peer in [FIRST, SECOND, THIRD] {
            case.holds(peer.is_done());
            case.equal(peer.outcomes()?.of(0), Ok(0));
        }
        ONE.gives(case, way, THIRD, 4);
        ONE.is_empty(case, way);
        Ok(())
    });
}

pub(crate) fn patience_ends(report: &mut Report) {
    each_way(
        report,
        "EP-3 AB-4 a deadline that is past ends a send to a full queue at once",
        |case, way| {
            let send = EndpointStep::Send(ONE.theirs as u8, way, message(2), Until::Past);
            FIRST.does(case, &[ONE.send(way, 1)])?;
            case.equal(FIRST.tries(Step::Endpoint(send)), Err(Error::DeadlineExceeded));
            ONE.gives(case, way, FIRST, 1);
            ONE.is_empty(case, way);
            Ok(())
        },
    );
    each_way(
        report,
        "EP-3 EP-6 AB-5 a sender waits until its deadline, and has sent nothing",
        |case, way| {
            let gives_up = Step::send_within(ONE.theirs, way, message(2), 50);
            let script = [ONE.send(way, 1), Step::Stamp, gives_up, Step::Stamp];
            let outcomes = FIRST.robot().run_to_end(&script)?;
            case.equal(outcomes.of(2), Err(Error::DeadlineExceeded));
            is_within(case, outcomes.of(1)?, outcomes.of(3)?);
            ONE.gives(case, way, FIRST, 1);
            ONE.is_empty(case, way);
            Ok(())
        },
    );
}

pub(crate) fn receiver_gives_up(report: &mut Report) {
    each_way(
        report,
        "EP-6 a receiver that nothing is sent to waits until its deadline",
        |case, way: Way| {
            let script = [Step::Stamp, Step::take_within(IN, way, 50), Step::Stamp];
            let outcomes = FIRST.robot().run_to_end(&script)?;
            case.equal(outcomes.of(1), Err(Error::DeadlineExceeded));
            is_within(case, outcomes.of(0)?, outcomes.of(2)?);
            // Nobody is taken for a receiver who has given up.
            way.send(OUT, message(4), patience())?;
            FIRST.begins(&[Step::try_take(IN, way)])?;
            arrived(case, 0, 4)
        },
    );
}

/// Checks that something took the 50 milliseconds that it was given, and that it came to an end by
/// itself.
fn is_within(case: &mut Case, begin: u64, end: u64) {
    let took = Instant::from_ticks(end) - Instant::from_ticks(begin);
    case.holds(took >= Duration::from_millis(50));
    case.holds(took < PATIENCE);
}
