//! What the ends show (EP-13); what they show when one is closed or ends is in `endpoint_ends`.

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::Step;
use suite::timing::{LONG as A_WHILE, after, patience};
use suite_codegen::endpoint::first::handle::IN;
use suite_codegen::endpoint::tester::handle::{GROUP, OUT};
use userspace::syscall::{Signals, object_wait, wait_group_add, wait_group_remove};
use userspace::time::Instant;

use crate::cast::{EIGHT, FIRST, HIGH, ONE, SECOND, message, receive, settle, shown};
use crate::workers::A;

pub(crate) fn levels(report: &mut Report) {
    each_way(report, "EP-13 READABLE shows while there is a message", |case, way| {
        case.equal(shown(EIGHT.own)?, Signals::empty());
        FIRST.does(case, &[EIGHT.send(way, 1), EIGHT.send(way, 2)])?;
        for seed in [1, 2] {
            case.equal(shown(EIGHT.own)?, Signals::READABLE);
            case.equal(shown(EIGHT.own)?, Signals::READABLE);
            EIGHT.gives(case, way, FIRST, seed);
        }
        case.equal(shown(EIGHT.own)?, Signals::empty());
        Ok(())
    });
    each_way(report, "EP-13 WRITEABLE shows while there is room", |case, way| {
        case.equal(shown(OUT)?, Signals::WRITEABLE);
        way.send(OUT, message(1), patience())?;
        case.equal(shown(OUT)?, Signals::WRITEABLE);
        way.send(OUT, message(2), patience())?;
        case.equal(shown(OUT)?, Signals::empty());
        case.equal(way.try_send(OUT, message(3)), Err(Error::ResourceExhausted));
        FIRST.does(case, &[Step::take(IN, way)])?;
        case.equal(shown(OUT)?, Signals::WRITEABLE);
        FIRST.does(case, &[Step::take(IN, way)])?;
        case.equal(shown(OUT)?, Signals::WRITEABLE);
        Ok(())
    });
}

pub(crate) fn unseen(report: &mut Report) {
    each_way(
        report,
        "EP-13 nothing shows of a message that goes to who waits for it",
        |case, way| {
            A.receives(ONE, way)?;
            FIRST.robot().run(&[ONE.send(way, 1), Step::Done])?;
            FIRST.robot().done()?;
            case.equal(shown(ONE.own)?, Signals::empty());
            case.equal(A.found(), Ok(FIRST.said(message(1))));
            Ok(())
        },
    );
}

pub(crate) fn woken(report: &mut Report) {
    each_way(report, "EP-13 WT-2 a message ends a wait for READABLE", |case, way| {
        FIRST.robot().run(&[Step::Sleep(30), ONE.send(way, 1)])?;
        let found = object_wait(ONE.own, Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        case.equal(receive(way, ONE), Ok(FIRST.said(message(1))));
        case.equal(
            object_wait(ONE.own, Signals::ERROR, after(A_WHILE)).err(),
            Some(Error::DeadlineExceeded),
        );
        Ok(())
    });
    each_way(
        report,
        "EP-13 WT-3 what came between a look and a wait ends the wait at once",
        |case, way| {
            ONE.is_empty(case, way);
            FIRST.does(case, &[ONE.send(way, 1)])?;
            let found = object_wait(ONE.own, Signals::READABLE, Instant::MIN)?;
            case.equal(found.pending_signals, Signals::READABLE);
            ONE.gives(case, way, FIRST, 1);
            Ok(())
        },
    );
}

pub(crate) fn kept_waiting(report: &mut Report) {
    each_way(report, "EP-13 WT-2 room ends a wait for WRITEABLE", |case, way| {
        way.send(OUT, message(1), patience())?;
        way.send(OUT, message(2), patience())?;
        FIRST.robot().run(&[Step::Sleep(30), Step::take(IN, way), Step::take(IN, way)])?;
        let found = object_wait(OUT, Signals::WRITEABLE, patience())?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        FIRST.outcomes().map(|_| ())
    });
    each_way(
        report,
        "EP-13 a place that the next message takes ends nobody's wait",
        |case, way| {
            FIRST.begins(&[ONE.send(way, 1), ONE.send(way, 2), Step::Done])?;
            SECOND.begins(&[Step::watch(ONE.theirs, Signals::WRITEABLE), Step::Done])?;
            ONE.gives(case, way, FIRST, 1);
            settle()?;
            case.holds(FIRST.is_done() && !SECOND.is_done());
            ONE.gives(case, way, FIRST, 2);
            settle()?;
            case.holds(SECOND.is_done());
            case.equal(SECOND.outcomes()?.of(0), Ok(Signals::WRITEABLE.bits().into()));
            Ok(())
        },
    );
    each_way(report, "EP-13 WT-4 both ends in a group", grouped);
}

fn grouped(case: &mut Case, way: Way) -> Result<()> {
    let ready = |deadline| object_wait(GROUP, Signals::READABLE, deadline);
    for _ in 0..2 {
        way.send(OUT, message(1), patience())?;
    }
    wait_group_add(GROUP, ONE.own, Signals::READABLE, 1)?;
    wait_group_add(GROUP, OUT, Signals::WRITEABLE, 2)?;
    case.equal(ready(Instant::MIN).err(), Some(Error::DeadlineExceeded));
    FIRST.robot().run(&[Step::Sleep(30), ONE.send(way, 3)])?;
    let found = ready(patience())?;
    case.equal((found.user_data, found.pending_signals), (1, Signals::READABLE));
    ONE.gives(case, way, FIRST, 3);
    FIRST.robot().run(&[Step::Sleep(30), Step::take(IN, way), Step::take(IN, way)])?;
    let found = ready(patience())?;
    case.equal((found.user_data, found.pending_signals), (2, Signals::WRITEABLE));
    FIRST.outcomes()?;
    wait_group_remove(GROUP, ONE.own)?;
    wait_group_remove(GROUP, OUT)
}

pub(crate) fn no_claim(report: &mut Report) {
    each_way(report, "EP-13 who has seen a message may find it gone", |case, way| {
        FIRST.does(case, &[ONE.send(way, 1)])?;
        let found = object_wait(ONE.own, Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        A.receives(ONE, way)?;
        case.equal(A.found(), Ok(FIRST.said(message(1))));
        ONE.is_empty(case, way);
        Ok(())
    });
    each_way(report, "EP-13 who has seen room may find it taken", |case, way| {
        let watch = Step::watch(ONE.theirs, Signals::WRITEABLE);
        FIRST.does(case, &[ONE.send(way, 1)])?;
        SECOND.begins(&[watch, ONE.try_send(way, 2), Step::Done])?;
        HIGH.begins(&[watch, ONE.try_send(way, 3), Step::Done])?;
        ONE.gives(case, way, FIRST, 1);
        settle()?;
        let (second, high) = (SECOND.outcomes()?, HIGH.outcomes()?);
        let writeable = Ok(Signals::WRITEABLE.bits().into());
        case.equal((second.of(0), high.of(0)), (writeable, writeable));
        case.equal((second.of(1), high.of(1)), (Err(Error::ResourceExhausted), Ok(0)));
        ONE.gives(case, way, HIGH, 3);
        Ok(())
    });
}
