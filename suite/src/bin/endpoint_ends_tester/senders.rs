//! The end of a sender's process, and its next life (EP-12, AB-6).

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{Give, Step};
use suite_codegen::endpoint_ends::tester::handle::FIRST_PROCESS;

use crate::cast::{FIRST, IN, SECOND, TO_TESTER, end, is_next, message, restart, settle, start};

/// A robot's send to the tester.
fn tell(way: Way, seed: u8) -> Step {
    Step::send(TO_TESTER, way, message(seed))
}

/// A robot's call of the tester.
fn ask(way: Way, seed: u8) -> Step {
    Step::call(TO_TESTER, way, message(seed))
}

fn is_empty(case: &mut Case, way: Way) {
    case.equal(way.try_receive(IN), Err(Error::Unavailable));
}

/// Checks that a right answers nothing.
fn is_void(case: &mut Case, way: Way, right: Option<u32>) -> Result<()> {
    let right = right.ok_or(Error::NotFound)?;
    case.equal(way.reply(right, message(66)), Err(Error::Unavailable));
    Ok(())
}

fn end_of_sender(case: &mut Case, way: Way) -> Result<()> {
    FIRST.begins(&[tell(way, 1), tell(way, 2), tell(way, 3), Step::Done])?;
    case.holds(!FIRST.is_done());
    end(case, FIRST_PROCESS)?;
    let one = is_next(case, way, FIRST, message(1))?;
    let two = is_next(case, way, FIRST, message(2))?;
    case.equal(one.sender, two.sender);
    is_empty(case, way);
    start(FIRST_PROCESS)?;
    is_empty(case, way);
    Ok(())
}

pub(crate) fn end_all(report: &mut Report) {
    each_way(
        report,
        "EP-12 a sender that ends leaves what it queued, and nothing that waited",
        end_of_sender,
    );
    each_way(report, "EP-12 its place in the line is the next one's", |case, way| {
        SECOND.does(case, &[tell(way, 1), tell(way, 2)])?;
        FIRST.begins(&[tell(way, 3), Step::Done])?;
        SECOND.begins(&[tell(way, 4), Step::Done])?;
        restart(case, FIRST_PROCESS)?;
        for seed in [1, 2, 4] {
            is_next(case, way, SECOND, message(seed))?;
        }
        is_empty(case, way);
        SECOND.outcomes().map(|_| ())
    });
}

pub(crate) fn lives(report: &mut Report) {
    each_way(
        report,
        "AB-6 EP-4 PR-1 another life has another incarnation, and the same badge",
        |case, way| {
            FIRST.does(case, &[tell(way, 1)])?;
            restart(case, FIRST_PROCESS)?;
            FIRST.does(case, &[tell(way, 2)])?;
            let before = is_next(case, way, FIRST, message(1))?.sender;
            let after = is_next(case, way, FIRST, message(2))?.sender;
            case.equal(before.badge, after.badge);
            case.equal(after.incarnation, before.incarnation + 1);
            // And so if somebody waits for it.
            restart(case, FIRST_PROCESS)?;
            FIRST.robot().run(&[Step::Sleep(20), tell(way, 3)])?;
            let found = way.receive(IN, suite::timing::patience())?;
            case.equal((found.seed, found.sender.incarnation), (3, before.incarnation + 2));
            Ok(())
        },
    );
}

pub(crate) fn callers(report: &mut Report) {
    each_way(report, "EP-12 EP-7 of a caller that ends the right is void", |case, way| {
        FIRST.begins(&[ask(way, 1), Step::Done])?;
        let right = is_next(case, way, FIRST, message(1))?.reply;
        end(case, FIRST_PROCESS)?;
        is_void(case, way, right)?;
        start(FIRST_PROCESS)?;
        FIRST.begins(&[ask(way, 2), Step::Done])?;
        let next = is_next(case, way, FIRST, message(2))?.reply;
        case.holds(next != right);
        is_void(case, way, right)?;
        settle()?;
        case.holds(!FIRST.is_done());
        way.reply(next.ok_or(Error::NotFound)?, Give { seed: 3, bytes: 8 })?;
        settle()?;
        case.holds(FIRST.is_done());
        Ok(())
    });
}

pub(crate) fn left_behind(report: &mut Report) {
    each_way(
        report,
        "EP-12 its message stays queued, and what waited for room does not",
        |case, way| {
            FIRST.begins(&[ask(way, 1), Step::Done])?;
            restart(case, FIRST_PROCESS)?;
            SECOND.does(case, &[tell(way, 2)])?;
            FIRST.begins(&[ask(way, 3), Step::Done])?;
            restart(case, FIRST_PROCESS)?;
            let right = is_next(case, way, FIRST, message(1))?.reply;
            is_void(case, way, right)?;
            is_next(case, way, SECOND, message(2))?;
            is_empty(case, way);
            Ok(())
        },
    );
}
