//! Several that lend, and loans that go on (EP-7, CH-13).

use suite::endpoint::{Way, each_way};
use suite::report::Report;
use suite::robot::{EndpointStep, Right, Step};
use suite_codegen::endpoint_calls::{high, relay};

use crate::cast::{FIRST, HIGH, LOW, RELAY, REQUESTS, SECOND, message, outcomes, play};
use crate::loans::{WORK, reply};

/// An answer to the call received before the latest.
fn reply_before(way: Way) -> Step {
    Step::Endpoint(EndpointStep::Reply(Right::Before(1), way, message(8)))
}

pub(crate) fn several(report: &mut Report) {
    each_way(
        report,
        "EP-7 CH-13 of two calls the more important one lends, then the other",
        |case, way| {
            // The relay calls first, then the high one. When that is answered only the relay's call is open,
            // which is less than the first one, who works when it comes to that.
            let take = Step::take(REQUESTS, way);
            let serves =
                [take, take, Step::Stamp, reply(way), Step::Stamp, reply_before(way), Step::Done];
            LOW.robot().run(&serves)?;
            play(&[
                (RELAY.peer, &[RELAY.asks_low(way), Step::Stamp, Step::Done]),
                (HIGH.peer, &[Step::Sleep(30), HIGH.asks_low(way), Step::Stamp, Step::Done]),
                (
                    FIRST.peer,
                    &[Step::Sleep(30), Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done],
                ),
            ])?;
            let [low, relay, high, first] = outcomes([LOW, RELAY.peer, HIGH.peer, FIRST.peer])?;
            case.holds(low.of(2)? <= high.of(2)?);
            case.holds(high.of(2)? <= first.of(1)?);
            case.holds(first.of(3)? <= low.of(4)?);
            case.holds(low.of(4)? <= relay.of(1)?);
            Ok(())
        },
    );
}

pub(crate) fn importance_kept(report: &mut Report) {
    each_way(
        report,
        "EP-7 CH-13 who is answered first takes nothing from who waits",
        |case, way| {
            // The first one calls, then the high one. The high one is answered, and the first one's call
            // keeps the low one before the relay.
            let take = Step::take(REQUESTS, way);
            let serves = [
                take,
                take,
                reply(way),
                Step::Spin(60),
                reply_before(way),
                Step::Stamp,
                Step::Done,
            ];
            LOW.robot().run(&serves)?;
            let works = [Step::Sleep(50), Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done];
            play(&[
                (FIRST.peer, &[FIRST.asks_low(way), Step::Stamp, Step::Done]),
                (HIGH.peer, &[Step::Sleep(30), HIGH.asks_low(way), Step::Stamp, Step::Done]),
                (RELAY.peer, &works),
            ])?;
            LOW.robot().done()?;
            let [low, first, high, relay] = outcomes([LOW, FIRST.peer, HIGH.peer, RELAY.peer])?;
            case.holds(high.of(2)? <= first.of(1)?);
            case.holds(first.of(1)? <= relay.of(1)?);
            case.holds(relay.of(3)? <= low.of(5)?);
            Ok(())
        },
    );
}

pub(crate) fn chains(report: &mut Report) {
    each_way(report, "EP-7 CH-13 what is lent goes on to whom the answerer calls", |case, way| {
        let serves = [Step::take(REQUESTS, way), reply(way), Step::Stamp, Step::Done];
        let take = Step::take(relay::handle::REQUESTS, way);
        let relays = [take, RELAY.asks_low(way), reply(way), Step::Stamp, Step::Done];
        let asks = [Step::call(high::handle::RELAY, way, message(1)), Step::Stamp, Step::Done];
        LOW.robot().run(&serves)?;
        RELAY.peer.begins(&relays)?;
        play(&[(SECOND.peer, &WORK), (HIGH.peer, &asks)])?;
        RELAY.peer.robot().done()?;
        LOW.robot().done()?;
        let [low, relay, second, high] = outcomes([LOW, RELAY.peer, SECOND.peer, HIGH.peer])?;
        case.holds(high.of(1)? <= second.of(0)?);
        case.holds(second.of(2)? <= relay.of(3)?);
        case.holds(relay.of(3)? <= low.of(2)?);
        Ok(())
    });
}

pub(crate) fn mixed_chains(report: &mut Report) {
    each_way(report, "EP-7 CH-13 from a channel to an endpoint it goes on as well", |case, way| {
        let serves = [Step::take(REQUESTS, way), reply(way), Step::Stamp, Step::Done];
        let receive = Step::Receive { room_bytes: 8 };
        let relays = [receive, RELAY.asks_low(way), Step::answer(1, 1), Step::Stamp, Step::Done];
        LOW.begins(&serves)?;
        RELAY.peer.begins(&relays)?;
        let asks = [Step::request(1, 1, 1), Step::Stamp, Step::Done];
        play(&[(SECOND.peer, &WORK), (HIGH.peer, &asks)])?;
        RELAY.peer.robot().done()?;
        LOW.robot().done()?;
        let [low, relay, second, high] = outcomes([LOW, RELAY.peer, SECOND.peer, HIGH.peer])?;
        case.equal(high.of(0), Ok(1));
        case.holds(high.of(1)? <= second.of(0)?);
        case.holds(second.of(2)? <= relay.of(3)?);
        case.holds(relay.of(3)? <= low.of(2)?);
        Ok(())
    });
}
