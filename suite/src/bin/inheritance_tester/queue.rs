//! Several that wait at one handler, and those that wait for each other.

use pw_status::Error;
use suite::report::Report;
use suite::robot::Step;

use crate::cast::{ANSWER, ASK, HIGH, LOW, MIDDLE, OTHER, RECEIVE, RELAY, WORK, outcomes, play};

/// The work of the middle one, when the others have asked.
const WORK_LATER: [Step; 5] =
    [Step::Sleep(60), Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done];

pub(crate) fn several(report: &mut Report) {
    report.case("CH-13 CH-12 the most important of those that wait lends to who serves", |case| {
        let serves = [RECEIVE, Step::Spin(150), ANSWER, RECEIVE, ANSWER, Step::Stamp, Step::Done];
        let asks_later = [Step::Sleep(30), ASK, Step::Stamp, Step::Done];
        let asks = [ASK, Step::Done];
        play(&[(LOW, &serves), (RELAY, &asks), (MIDDLE, &WORK_LATER), (OTHER, &asks_later)])?;
        let [low, relay, middle, other] = outcomes([LOW, RELAY, MIDDLE, OTHER])?;
        case.equal((relay.of(0), other.of(1)), (Ok(1), Ok(1)));
        case.holds(other.of(2)? <= middle.of(1)?);
        case.holds(middle.of(3)? <= low.of(5)?);
        Ok(())
    });
    report.case("CH-13 CH-12 when it gives up the others lend what they have", |case| {
        let serves = [RECEIVE, Step::Spin(300), Step::Stamp, ANSWER, Step::Done];
        let asks_in_vain = [Step::Sleep(30), Step::request_within(1, 60), Step::Stamp, Step::Done];
        let asks = [ASK, Step::Done];
        play(&[(LOW, &serves), (RELAY, &asks), (MIDDLE, &WORK_LATER), (OTHER, &asks_in_vain)])?;
        let [low, relay, middle, other] = outcomes([LOW, RELAY, MIDDLE, OTHER])?;
        case.equal((relay.of(0), other.of(1)), (Ok(1), Err(Error::DeadlineExceeded)));
        case.holds(other.of(2)? <= middle.of(1)?);
        case.holds(middle.of(3)? <= low.of(2)?);
        Ok(())
    });
}

pub(crate) fn circle(report: &mut Report) {
    report.case("CH-13 those that ask each other wait until they give up, as others do", |case| {
        let asks = [Step::request_within(1, 100), Step::Done];
        let asks_too = [Step::request_within(2, 40), Step::Done];
        play(&[(LOW, &asks), (RELAY, &asks), (HIGH, &asks_too)])?;
        for outcomes in outcomes([LOW, RELAY, HIGH])? {
            case.equal(outcomes.of(0), Err(Error::DeadlineExceeded));
        }
        Ok(())
    });
    report.case("CH-13 and then none of them has anything that was lent", |case| {
        let stamps = [Step::Stamp, Step::Done];
        play(&[(LOW, &stamps), (RELAY, &stamps), (MIDDLE, &WORK)])?;
        let [low, relay, middle] = outcomes([LOW, RELAY, MIDDLE])?;
        case.holds(middle.of(2)? <= relay.of(0)?);
        case.holds(relay.of(0)? <= low.of(0)?);
        Ok(())
    });
}
