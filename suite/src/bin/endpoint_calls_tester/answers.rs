//! Answers, and that each reaches the one who asked (EP-7, EP-8).

use pw_status::{Error, Result};
use suite::endpoint::{Answer, Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{EndpointStep, Give, Right, Step, Until};
use suite::timing::patience;
use suite_codegen::endpoint_calls::tester::handle::OUT;

use crate::cast::{
    FIRST, HIGH, IN, LOW, REQUESTS, SECOND, answer, is_empty, message, receive, settle,
};

pub(crate) fn arrive(report: &mut Report) {
    each_way(
        report,
        "EP-7 EP-6 a caller waits until it is answered, and no longer",
        |case, way| {
            let right = FIRST.is_served(case, way)?;
            settle()?;
            case.holds(!FIRST.peer.is_done());
            way.reply(right, message(99))?;
            FIRST.came_to(case, Ok(message(99)))?;
            is_empty(case, way);
            Ok(())
        },
    );
    each_way(report, "EP-7 a call goes to who waits for a message", |case, way| {
        FIRST.peer.robot().run(&[Step::Sleep(20), FIRST.asks(way), Step::Done])?;
        let found = receive(way)?;
        let right = FIRST.has_said(case, found)?;
        way.reply(right, message(98))?;
        settle()?;
        let found = FIRST.peer.outcomes()?.of(1);
        case.equal(found.map(Answer::from_value), Ok(answer(message(98))));
        Ok(())
    });
}

pub(crate) fn each_way_round(report: &mut Report) {
    each_way(report, "EP-7 who is called may wait for that, or come later", |case, way| {
        for wait in [Step::Stamp, Step::Sleep(30)] {
            let reply = Step::reply(Right::LATEST, way, message(97));
            LOW.robot().run(&[wait, Step::take(REQUESTS, way), reply])?;
            if wait == Step::Stamp {
                settle()?;
            }
            let found = way.call(OUT, message(5), 16, patience());
            case.equal(found, Ok(answer(message(97))));
            case.equal(LOW.outcomes()?.of(2), Ok(0));
        }
        Ok(())
    });
    report.case("EP-8 EP-7 question, receipt and answer may each go any way", |case| {
        for from in Way::ALL {
            for to in Way::ALL {
                for back in Way::ALL {
                    for bytes in [0, 4, 16] {
                        round(case, [from, to, back], bytes)?;
                    }
                }
            }
        }
        Ok(())
    });
}

/// One call of so many bytes, with an answer of as many.
fn round(case: &mut Case, [from, to, back]: [Way; 3], bytes: u16) -> Result<()> {
    let question = Give { seed: 41, bytes };
    FIRST.peer.begins(&[FIRST.call(from, question), Step::Done])?;
    let found = to.try_receive(IN)?;
    let mut said = FIRST.peer.said(question);
    said.reply = found.reply;
    case.equal_for((from, to, bytes), found, said);
    back.reply(found.reply.ok_or(Error::NotFound)?, Give { seed: 42, bytes })?;
    FIRST.came_to(case, Ok(Give { seed: 42, bytes }))
}

pub(crate) fn several(report: &mut Report) {
    each_way(report, "EP-7 calls that are open at once are answered in any order", |case, way| {
        let askers = [FIRST, SECOND, HIGH];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut rights = [0; 3];
            for (right, asker) in rights.iter_mut().zip(askers) {
                *right = asker.is_served(case, way)?;
            }
            for (place, asker) in order.map(|place: usize| (place, askers[place])) {
                case.holds(!asker.peer.is_done());
                let own = message(!asker.peer.seed());
                way.reply(rights[place], own)?;
                asker.came_to(case, Ok(own))?;
            }
        }
        Ok(())
    });
    each_way(
        report,
        "EP-7 EP-5 calls and messages stand in one queue, which has places",
        |case, way| {
            SECOND.peer.does(case, &[SECOND.send(way, 1)])?;
            FIRST.begins(case, way)?;
            HIGH.begins(case, way)?;
            let refused = Step::Endpoint(EndpointStep::TrySend(SECOND.end(), way, message(2)));
            case.equal(SECOND.peer.tries(refused), Err(Error::ResourceExhausted));
            case.equal(way.try_receive(IN), Ok(SECOND.peer.said(message(1))));
            // The high one has its place now.
            case.equal(SECOND.peer.tries(refused), Err(Error::ResourceExhausted));
            let first = FIRST.is_next(case, way)?;
            let high = HIGH.is_next(case, way)?;
            is_empty(case, way);
            way.reply(high, message(3))?;
            way.reply(first, message(4))?;
            HIGH.came_to(case, Ok(message(3)))?;
            FIRST.came_to(case, Ok(message(4)))
        },
    );
}

pub(crate) fn in_line(report: &mut Report) {
    each_way(
        report,
        "EP-7 EP-5 callers wait for room by importance, then as they came",
        |case, way| {
            SECOND.peer.does(case, &[SECOND.send(way, 1), SECOND.send(way, 2)])?;
            for asker in [FIRST, SECOND, HIGH] {
                asker.begins(case, way)?;
            }
            for seed in [1, 2] {
                case.equal(way.try_receive(IN), Ok(SECOND.peer.said(message(seed))));
            }
            for asker in [HIGH, FIRST, SECOND] {
                let right = asker.is_next(case, way)?;
                way.reply(right, message(asker.peer.seed()))?;
                asker.came_to(case, Ok(message(asker.peer.seed())))?;
            }
            Ok(())
        },
    );
}

/// A call with a room of so many bytes.
fn with_room(way: Way, bytes: u8) -> [Step; 2] {
    let call = EndpointStep::Call(FIRST.end(), way, message(0x11), bytes, Until::Forever);
    [Step::Endpoint(call), Step::Done]
}

pub(crate) fn rooms(report: &mut Report) {
    each_way(
        report,
        "EP-7 an answer that is too long is refused, and a shorter one may follow",
        |case, way| {
            // Words have room for 16 bytes.
            let (room, by) = if way == Way::Words { (16, Way::Flat) } else { (8, way) };
            FIRST.peer.begins(&with_room(way, 8))?;
            let right = FIRST.is_next(case, way)?;
            for bytes in [room + 4, 20, 100] {
                let found = by.reply(right, Give { seed: 1, bytes });
                case.equal(found, Err(Error::OutOfRange));
            }
            settle()?;
            case.holds(!FIRST.peer.is_done());
            let fits = Give { seed: 2, bytes: room };
            case.equal(way.reply(right, fits), Ok(()));
            FIRST.came_to(case, Ok(fits))
        },
    );
}

pub(crate) fn short(report: &mut Report) {
    report.case("EP-7 EP-8 three words are too long for 8 bytes, and two are not", |case| {
        FIRST.peer.begins(&with_room(Way::Flat, 8))?;
        let right = FIRST.is_next(case, Way::Words)?;
        let found = Way::Words.reply(right, Give { seed: 1, bytes: 12 });
        case.equal(found, Err(Error::OutOfRange));
        Way::Words.reply(right, message(2))?;
        FIRST.came_to(case, Ok(message(2)))
    });
    each_way(report, "EP-7 a caller without room may be answered with nothing", |case, way| {
        FIRST.peer.begins(&with_room(way, 0))?;
        let right = FIRST.is_next(case, way)?;
        let nothing = Give { seed: 0, bytes: 0 };
        way.reply(right, nothing)?;
        FIRST.came_to(case, Ok(nothing))
    });
    each_way(report, "EP-7 AB-8 a short answer leaves the rest of the room alone", |case, way| {
        let right = FIRST.is_served(case, way)?;
        way.reply(right, Give { seed: 9, bytes: 4 })?;
        FIRST.came_to(case, Ok(Give { seed: 9, bytes: 4 }))
    });
}
