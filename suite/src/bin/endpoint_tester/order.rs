//! Who gets which message, and whose message is next (EP-5).

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::Step;

use crate::cast::{EIGHT, FIRST, HIGH, ONE, Peer, SECOND, THIRD, message, settle};
use crate::workers::{A, B, C, D, Worker};

pub(crate) fn messages(report: &mut Report) {
    each_way(
        report,
        "EP-5 messages leave in the order in which they were accepted",
        |case, way| {
            let senders = [FIRST, HIGH, SECOND, FIRST, THIRD, SECOND, HIGH, FIRST];
            for (seed, peer) in (1..).zip(senders) {
                peer.does(case, &[EIGHT.try_send(way, seed)])?;
            }
            for (seed, peer) in (1..).zip(senders) {
                EIGHT.gives(case, way, peer, seed);
            }
            EIGHT.is_empty(case, way);
            Ok(())
        },
    );
}

pub(crate) fn waiting_on(report: &mut Report) {
    each_way(
        report,
        "EP-5 a message that was handed to a thread is its own before it runs",
        |case, way| {
            A.receives(ONE, way)?;
            // The worker is less important than the robot and this thread, and has not run when this does.
            FIRST.robot().run(&[ONE.send(way, 1), ONE.try_send(way, 2), Step::Done])?;
            FIRST.robot().done()?;
            case.holds(A.waits());
            ONE.gives(case, way, FIRST, 2);
            ONE.is_empty(case, way);
            case.equal(A.found(), Ok(FIRST.said(message(1))));
            case.equal(FIRST.outcomes()?.of(1), Ok(0));
            Ok(())
        },
    );
    each_way(
        report,
        "EP-5 EP-6 of two that wait one is served, and the other one waits on",
        |case, way| {
            A.receives(ONE, way)?;
            B.receives_within(ONE, way, 80)?;
            FIRST.does(case, &[ONE.send(way, 1)])?;
            case.equal(A.found(), Ok(FIRST.said(message(1))));
            case.holds(B.waits());
            case.equal(B.found(), Err(Error::DeadlineExceeded));
            ONE.is_empty(case, way);
            Ok(())
        },
    );
}

/// Has threads wait in this order, and be served in that one.
fn serves(case: &mut Case, way: Way, waiting: &[Worker], served: &[Worker]) -> Result<()> {
    for worker in waiting {
        worker.receives(EIGHT, way)?;
    }
    let sends = [1, 2, 3].map(|seed| EIGHT.send(way, seed));
    FIRST.does(case, &sends[..served.len()])?;
    for (seed, worker) in (1..).zip(served) {
        case.equal_for(seed, worker.found(), Ok(FIRST.said(message(seed))));
    }
    EIGHT.is_empty(case, way);
    Ok(())
}

pub(crate) fn receivers(report: &mut Report) {
    each_way(
        report,
        "EP-5 those who receive and are equally important are served as they came",
        |case, way| {
            for order in [[A, B, C], [C, A, B], [B, C, A]] {
                serves(case, way, &order, &order)?;
            }
            Ok(())
        },
    );
    each_way(
        report,
        "EP-5 the most important of those who receive is served first",
        |case, way| {
            for order in [[A, B, D], [B, D, A], [D, A, B]] {
                let equals = if order[0].is(D) { [A, B] } else { [order[0], second(order)] };
                serves(case, way, &order, &[D, equals[0], equals[1]])?;
            }
            Ok(())
        },
    );
}

/// The second of those in an order that are not the most important.
fn second(order: [Worker; 3]) -> Worker {
    if order[1].is(D) { order[2] } else { order[1] }
}

/// Has robots wait for room in this order, and be served in that one. The seeds of their messages are
/// their badges.
fn admits(case: &mut Case, way: Way, waiting: &[Peer], served: &[Peer]) -> Result<()> {
    FIRST.does(case, &[ONE.send(way, 1)])?;
    for peer in waiting {
        peer.begins(&[ONE.send(way, peer.seed()), Step::Done])?;
    }
    ONE.gives(case, way, FIRST, 1);
    for peer in served {
        ONE.gives(case, way, *peer, peer.seed());
    }
    ONE.is_empty(case, way);
    for peer in served {
        case.equal(peer.outcomes()?.of(0), Ok(0));
    }
    Ok(())
}

pub(crate) fn senders(report: &mut Report) {
    each_way(
        report,
        "EP-5 those who send and are equally important are served as they came",
        |case, way| {
            for order in [[FIRST, SECOND, THIRD], [THIRD, FIRST, SECOND], [SECOND, THIRD, FIRST]] {
                admits(case, way, &order, &order)?;
            }
            Ok(())
        },
    );
    each_way(report, "EP-5 the most important of those who send is served first", |case, way| {
        admits(case, way, &[FIRST, SECOND, HIGH], &[HIGH, FIRST, SECOND])?;
        admits(case, way, &[THIRD, HIGH, SECOND], &[HIGH, THIRD, SECOND])?;
        admits(case, way, &[HIGH, SECOND, FIRST], &[HIGH, SECOND, FIRST])
    });
}

pub(crate) fn places(report: &mut Report) {
    each_way(
        report,
        "EP-5 a freed place goes to who waits for it, whoever tries meanwhile",
        |case, way| {
            FIRST.begins(&[ONE.send(way, 1), ONE.send(way, 2), Step::Done])?;
            ONE.gives(case, way, FIRST, 1);
            // The first one has not run since, and this one is more important.
            HIGH.robot().run(&[ONE.try_send(way, 3), Step::Done])?;
            HIGH.robot().done()?;
            case.holds(!FIRST.is_done());
            case.equal(HIGH.outcomes()?.of(0), Err(Error::ResourceExhausted));
            ONE.gives(case, way, FIRST, 2);
            ONE.is_empty(case, way);
            settle()?;
            case.equal(FIRST.outcomes()?.of(1), Ok(0));
            Ok(())
        },
    );
}

pub(crate) fn leavers(report: &mut Report) {
    each_way(report, "EP-5 EP-3 a sender that gives up makes way for the next one", |case, way| {
        FIRST.does(case, &[ONE.send(way, 1)])?;
        let gives_up = Step::send_within(ONE.theirs, way, message(2), 60);
        SECOND.begins(&[gives_up, Step::Done])?;
        THIRD.begins(&[ONE.send(way, 3), Step::Done])?;
        SECOND.robot().done()?;
        case.equal(SECOND.outcomes()?.of(0), Err(Error::DeadlineExceeded));
        ONE.gives(case, way, FIRST, 1);
        ONE.gives(case, way, THIRD, 3);
        ONE.is_empty(case, way);
        THIRD.outcomes().map(|_| ())
    });
    each_way(
        report,
        "EP-5 EP-4 a receiver that gives up makes way for the next one",
        |case, way| {
            A.receives_within(ONE, way, 60)?;
            B.receives(ONE, way)?;
            case.equal(A.found(), Err(Error::DeadlineExceeded));
            FIRST.does(case, &[ONE.send(way, 1)])?;
            case.equal(B.found(), Ok(FIRST.said(message(1))));
            Ok(())
        },
    );
}

pub(crate) fn ended(report: &mut Report) {
    each_way(
        report,
        "EP-5 PR-5 a receiver that has ended takes no message with it",
        |case, way| {
            A.receives(ONE, way)?;
            B.receives(ONE, way)?;
            A.end()?;
            FIRST.does(case, &[ONE.send(way, 1)])?;
            case.equal(B.found(), Ok(FIRST.said(message(1))));
            B.receives(ONE, way)?;
            B.end()?;
            FIRST.does(case, &[ONE.send(way, 2)])?;
            ONE.gives(case, way, FIRST, 2);
            Ok(())
        },
    );
}
