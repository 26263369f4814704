//! Answering and receiving in one call (EP-7).

use pw_status::{Error, StatusCode};
use suite::endpoint::{Answer, Way, each_way};
use suite::hostile::{ARENA, call_with};
use suite::report::Report;
use suite::robot::{Give, Step};
use userspace::raw::Syscall;

use crate::cast::{FIRST, HIGH, IN, SECOND, answer, is_empty, message, settle};

pub(crate) fn together(report: &mut Report) {
    each_way(report, "EP-7 one call answers a caller and receives the next one", |case, way| {
        let first = FIRST.is_served(case, way)?;
        SECOND.begins(case, way)?;
        let found = way.reply_and_receive(IN, first, message(1))?;
        let second = SECOND.has_said(case, found)?;
        FIRST.came_to(case, Ok(message(1)))?;
        case.holds(!SECOND.peer.is_done());
        way.reply(second, message(2))?;
        SECOND.came_to(case, Ok(message(2)))
    });
    each_way(
        report,
        "EP-7 it waits for the next one, and the caller is answered meanwhile",
        |case, way| {
            let first = FIRST.is_served(case, way)?;
            HIGH.peer.robot().run(&[Step::Sleep(30), HIGH.asks(way), Step::Done])?;
            let found = way.reply_and_receive(IN, first, message(3))?;
            let high = HIGH.has_said(case, found)?;
            FIRST.came_to(case, Ok(message(3)))?;
            way.reply(high, message(4))?;
            settle()?;
            let found = HIGH.peer.outcomes()?.of(1).map(Answer::from_value);
            case.equal(found, Ok(answer(message(4))));
            Ok(())
        },
    );
}

pub(crate) fn whoever(report: &mut Report) {
    each_way(report, "EP-7 the next message may be nobody's call", |case, way| {
        let first = FIRST.is_served(case, way)?;
        SECOND.peer.does(case, &[SECOND.send(way, 7)])?;
        let found = way.reply_and_receive(IN, first, message(5));
        case.equal(found, Ok(SECOND.peer.said(message(7))));
        FIRST.came_to(case, Ok(message(5)))
    });
    each_way(report, "EP-7 the caller that was answered may be the next one", |case, way| {
        FIRST.peer.begins(&[FIRST.asks(way), FIRST.asks(way), Step::Done])?;
        let first = FIRST.is_next(case, way)?;
        let found = way.reply_and_receive(IN, first, message(6))?;
        let again = FIRST.has_said(case, found)?;
        case.holds(again != first);
        way.reply(again, message(8))?;
        settle()?;
        let outcomes = FIRST.peer.outcomes()?;
        for (step, seed) in [(0, 6), (1, 8)] {
            let found = outcomes.of(step).map(Answer::from_value);
            case.equal(found, Ok(answer(message(seed))));
        }
        Ok(())
    });
}

pub(crate) fn refused(report: &mut Report) {
    each_way(report, "EP-7 if the answer is refused nothing is received", |case, way| {
        let first = FIRST.is_served(case, way)?;
        SECOND.begins(case, way)?;
        let by = if way == Way::Words { Way::Flat } else { way };
        let found = by.reply_and_receive(IN, first, Give { seed: 1, bytes: 20 });
        case.equal(found, Err(Error::OutOfRange));
        settle()?;
        case.holds(!FIRST.peer.is_done());
        way.reply(first, message(1))?;
        let found = way.reply_and_receive(IN, first, message(1));
        case.equal(found, Err(Error::Unavailable));
        let second = SECOND.is_next(case, way)?;
        way.reply(second, message(2))?;
        FIRST.came_to(case, Ok(message(1)))?;
        SECOND.came_to(case, Ok(message(2)))
    });
}

pub(crate) fn refused_room(report: &mut Report) {
    report.case("EP-7 EP-4 AB-5 if the room is refused nobody is answered", |case| {
        let first = FIRST.is_served(case, Way::Flat)?;
        SECOND.begins(case, Way::Flat)?;
        let (here, right) = (ARENA.at(0), first as usize);
        let short = [IN as usize, right, here, 8, here, 15];
        let wild = [IN as usize, right, here, 8, usize::MAX - 64, 16];
        let rooms = [(short, Error::OutOfRange), (wild, Error::PermissionDenied)];
        for (words, error) in rooms {
            let found = call_with(Syscall::EndpointReplyAndReceive, words).status;
            case.equal(found, error.status_code());
        }
        settle()?;
        case.holds(!FIRST.peer.is_done());
        let second = SECOND.is_next(case, Way::Flat)?;
        is_empty(case, Way::Flat);
        Way::Flat.reply(second, message(2))?;
        Way::Flat.reply(first, message(1))?;
        FIRST.came_to(case, Ok(message(1)))?;
        SECOND.came_to(case, Ok(message(2)))
    });
}
