//! What is lent, and how far it goes.

use suite::report::Report;
use suite::robot::Step;

use crate::cast::{ANSWER, ASK, HIGH, LOW, MIDDLE, RECEIVE, RELAY, WORK, outcomes, play, settle};

/// Serves one request, and takes the time when that is done.
const SERVE: [Step; 4] = [RECEIVE, ANSWER, Step::Stamp, Step::Done];

pub(crate) fn one(report: &mut Report) {
    report.case("CH-13 a handler that works for somebody important comes before others", |case| {
        RELAY.run(&SERVE)?;
        settle()?;
        let asks = [ASK, Step::Stamp, Step::Done];
        MIDDLE.run(&WORK)?;
        play(&[(HIGH, &asks)])?;
        RELAY.done()?;
        MIDDLE.done()?;
        let [relay, middle, high] = outcomes([RELAY, MIDDLE, HIGH])?;
        case.equal(high.of(0), Ok(1));
        case.holds(high.of(1)? <= middle.of(0)?);
        case.holds(middle.of(2)? <= relay.of(2)?);
        Ok(())
    });
    report.case("CH-13 a handler that nobody has let run yet comes before others too", |case| {
        play(&[(RELAY, &SERVE), (MIDDLE, &WORK), (HIGH, &[ASK, Step::Stamp, Step::Done])])?;
        let [relay, middle, high] = outcomes([RELAY, MIDDLE, HIGH])?;
        case.equal(high.of(0), Ok(1));
        case.holds(high.of(1)? <= middle.of(0)?);
        case.holds(middle.of(2)? <= relay.of(2)?);
        Ok(())
    });
    report.case("CH-13 WT-2 it comes before one that works already", |case| {
        let asks = [Step::Sleep(50), ASK, Step::Stamp, Step::Done];
        let works = [Step::Stamp, Step::Spin(150), Step::Stamp, Step::Done];
        play(&[(RELAY, &SERVE), (MIDDLE, &works), (HIGH, &asks)])?;
        let [relay, middle, high] = outcomes([RELAY, MIDDLE, HIGH])?;
        case.equal(high.of(1), Ok(1));
        case.holds(middle.of(0)? <= high.of(2)?);
        case.holds(high.of(2)? <= middle.of(2)?);
        case.holds(middle.of(2)? <= relay.of(2)?);
        Ok(())
    });
    report.case(
        "CH-13 CH-6 a transaction that nobody blocks in lends what it began with",
        |case| {
            let asks = [Step::Begin, Step::Sleep(100), Step::Cancel, Step::Done];
            let serves = [RECEIVE, Step::Stamp, Step::answer(0, 0), Step::Stamp, Step::Done];
            play(&[(RELAY, &serves), (MIDDLE, &WORK), (HIGH, &asks)])?;
            let [relay, middle, high] = outcomes([RELAY, MIDDLE, HIGH])?;
            case.equal((high.of(0), high.of(2)), (Ok(0), Ok(0)));
            case.holds(relay.of(1)? <= middle.of(0)?);
            case.holds(middle.of(2)? <= relay.of(3)?);
            Ok(())
        },
    );
    report.case("CH-13 who is less important lends nothing", |case| {
        let serves = [RECEIVE, Step::Stamp, ANSWER, Step::Stamp, Step::Done];
        let asks = [ASK, Step::Stamp, Step::Done];
        RELAY.run(&serves)?;
        settle()?;
        play(&[(LOW, &asks), (MIDDLE, &WORK)])?;
        RELAY.done()?;
        let [low, relay, middle] = outcomes([LOW, RELAY, MIDDLE])?;
        case.equal(low.of(0), Ok(1));
        case.holds(middle.of(2)? <= relay.of(1)?);
        case.holds(relay.of(3)? <= low.of(1)?);
        Ok(())
    });
}

pub(crate) fn chain(report: &mut Report) {
    report.case("CH-13 what is lent goes on to whom the handler asks", |case| {
        let relays = [RECEIVE, ASK, ANSWER, Step::Stamp, Step::Done];
        let asks = [ASK, Step::Stamp, Step::Done];
        play(&[(LOW, &SERVE), (RELAY, &relays), (MIDDLE, &WORK), (HIGH, &asks)])?;
        let [low, relay, middle, high] = outcomes([LOW, RELAY, MIDDLE, HIGH])?;
        case.equal((relay.of(1), high.of(0)), (Ok(1), Ok(1)));
        case.holds(high.of(1)? <= middle.of(0)?);
        case.holds(middle.of(2)? <= relay.of(3)?);
        case.holds(relay.of(3)? <= low.of(2)?);
        Ok(())
    });
    report.case("CH-13 it goes on to whom the handler has asked before", |case| {
        let serves = [RECEIVE, Step::Spin(100), ANSWER, Step::Stamp, Step::Done];
        let relays = [ASK, RECEIVE, ANSWER, Step::Stamp, Step::Done];
        let asks = [Step::Sleep(30), ASK, Step::Stamp, Step::Done];
        let works = [Step::Sleep(50), Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done];
        play(&[(LOW, &serves), (RELAY, &relays), (MIDDLE, &works), (HIGH, &asks)])?;
        let [low, relay, middle, high] = outcomes([LOW, RELAY, MIDDLE, HIGH])?;
        case.equal((relay.of(0), high.of(1)), (Ok(1), Ok(1)));
        case.holds(high.of(2)? <= middle.of(1)?);
        case.holds(middle.of(3)? <= relay.of(3)?);
        case.holds(relay.of(3)? <= low.of(3)?);
        Ok(())
    });
}
