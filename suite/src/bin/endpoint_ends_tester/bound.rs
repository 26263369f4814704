//! An endpoint that is bound to one peer (EP-9).

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::Step;
use suite::timing::patience;
use suite_codegen::endpoint_ends::server::peer as server_peer;
use suite_codegen::endpoint_ends::tester::handle::{
    FIRST_PROCESS, SECOND_PROCESS, SERVER as OUT, SERVER_PROCESS,
};
use suite_codegen::endpoint_ends::tester::peer;
use userspace::syscall::endpoint_bind;
use userspace::time::Instant;

use crate::cast::{
    FIRST, IN, Peer, SECOND, SERVER, SERVER_IN, TO_TESTER, call, came_to, end, is_next, message,
    received, restart, send, start, take, try_take,
};

/// The three ways to send something to the tester.
fn tries(way: Way) -> [Step; 3] {
    [
        Step::try_send(TO_TESTER, way, message(1)),
        Step::send(TO_TESTER, way, message(1)),
        Step::call(TO_TESTER, way, message(1)),
    ]
}

/// Checks that a robot may not send to the tester.
fn is_denied(case: &mut Case, way: Way, peer: Peer) -> Result<()> {
    let outcomes = peer.robot().run_to_end(&tries(way))?;
    for step in 0..3 {
        case.equal_for(step, outcomes.of(step), Err(Error::PermissionDenied));
    }
    Ok(())
}

pub(crate) fn peers(report: &mut Report) {
    each_way(
        report,
        "EP-9 of a bound endpoint others are denied, and the peer is not",
        |case, way| {
            SECOND.does(case, &[tries(way)[0]])?;
            endpoint_bind(IN, peer::FIRST)?;
            is_denied(case, way, SECOND)?;
            FIRST.does(case, &[Step::send(TO_TESTER, way, message(2))])?;
            // What was queued before stays.
            is_next(case, way, SECOND, message(1))?;
            is_next(case, way, FIRST, message(2))?;
            case.equal(way.try_receive(IN), Err(Error::Unavailable));
            restart(case, FIRST_PROCESS)
        },
    );
    each_way(report, "EP-9 a second bind is refused, whoever is the peer", |case, way| {
        endpoint_bind(IN, peer::FIRST)?;
        case.equal(endpoint_bind(IN, peer::SECOND), Err(Error::AlreadyExists));
        case.equal(endpoint_bind(IN, peer::FIRST), Err(Error::AlreadyExists));
        is_denied(case, way, SECOND)?;
        restart(case, FIRST_PROCESS)
    });
}

pub(crate) fn unbound(report: &mut Report) {
    each_way(
        report,
        "EP-9 when the peer ends it is bound to nobody, and may be again",
        |case, way| {
            endpoint_bind(IN, peer::FIRST)?;
            is_denied(case, way, SECOND)?;
            end(case, FIRST_PROCESS)?;
            SECOND.does(case, &[tries(way)[0]])?;
            is_next(case, way, SECOND, message(1))?;
            start(FIRST_PROCESS)?;
            endpoint_bind(IN, peer::SECOND)?;
            is_denied(case, way, FIRST)?;
            restart(case, SECOND_PROCESS)?;
            FIRST.does(case, &[tries(way)[0]])?;
            is_next(case, way, FIRST, message(1)).map(|_| ())
        },
    );
}

pub(crate) fn waiting(report: &mut Report) {
    each_way(
        report,
        "EP-9 EP-2 who is not the peer is denied even if somebody waits",
        |case, way| {
            let bind = Step::bind(SERVER_IN, server_peer::FIRST as u8);
            SERVER.begins(&[bind, take(way), try_take(way)])?;
            case.equal(way.try_send(OUT, message(1)), Err(Error::PermissionDenied));
            case.equal(way.send(OUT, message(1), patience()), Err(Error::PermissionDenied));
            let called = way.call(OUT, message(1), 16, patience());
            case.equal(called, Err(Error::PermissionDenied));
            FIRST.does(case, &[send(way, 2)])?;
            let outcomes = SERVER.outcomes()?;
            case.equal(outcomes.of(0), Ok(0));
            case.equal(received(outcomes.of(1)), Ok((0x11, 2)));
            case.equal(outcomes.of(2), Err(Error::Unavailable));
            restart(case, SERVER_PROCESS)
        },
    );
}

pub(crate) fn waiting_for_room(report: &mut Report) {
    each_way(report, "EP-9 PR-3 a receiver that starts again is bound to nobody", |case, way| {
        SERVER.does(case, &[Step::bind(SERVER_IN, server_peer::FIRST as u8)])?;
        case.equal(way.try_send(OUT, message(3)), Err(Error::PermissionDenied));
        restart(case, SERVER_PROCESS)?;
        case.equal(way.send(OUT, message(3), Instant::MIN), Ok(()));
        case.equal(received(SERVER.tries(take(way))), Ok((0x21, 3)));
        restart(case, SERVER_PROCESS)
    });
    each_way(report, "EP-9 EP-6 who waits for room and is not the peer is denied", |case, way| {
        FIRST.does(case, &[send(way, 1), send(way, 2)])?;
        SECOND.begins(&[call(way, 3), Step::Done])?;
        case.holds(!SECOND.is_done());
        FIRST.begins(&[send(way, 4), Step::Done])?;
        let bind = Step::bind(SERVER_IN, server_peer::FIRST as u8);
        SERVER.does(case, &[bind])?;
        came_to(case, SECOND, 0, Err(Error::PermissionDenied))?;
        case.holds(!FIRST.is_done());
        let outcomes = SERVER.robot().run_to_end(&[take(way), take(way), take(way)])?;
        for (step, seed) in [(0, 1), (1, 2), (2, 4)] {
            case.equal(received(outcomes.of(step)), Ok((0x11, seed)));
        }
        restart(case, SERVER_PROCESS)
    });
}

pub(crate) fn refused(report: &mut Report) {
    report.case("EP-9 AB-1 who has no end that sends here is no peer", |case| {
        for number in [0, 1, 6, 7, 255, 0x1_0000, u32::MAX] {
            case.equal_for(number, endpoint_bind(IN, number), Err(Error::NotFound));
        }
        Ok(())
    });
    each_way(
        report,
        "EP-9 AB-5 a peer that does not run is Unavailable, and nobody is bound",
        |case, way| {
            end(case, FIRST_PROCESS)?;
            case.equal(endpoint_bind(IN, peer::FIRST), Err(Error::Unavailable));
            SECOND.does(case, &[tries(way)[0]])?;
            is_next(case, way, SECOND, message(1))?;
            start(FIRST_PROCESS)
        },
    );
}
