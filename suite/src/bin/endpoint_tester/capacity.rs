//! How many messages are queued, and how long they may be (EP-1).

use pw_status::{Error, Result};
use suite::endpoint::{Way, each_way};
use suite::report::{Case, Report};
use suite::robot::{EndpointStep, Give, Step, Until};

use crate::cast::{EIGHT, FIRST, LONG, ONE, Queue, TWO, message};

/// The most messages that a queue holds.
const MOST: usize = 8;

/// Has the first robot send messages with the seeds from 1 to `count`.
fn fill(queue: Queue, way: Way, count: u8) -> [Step; MOST] {
    let mut seeds = (1..=count).cycle();
    core::array::from_fn(|_| queue.try_send(way, seeds.next().unwrap_or(0)))
}

/// Fills a queue and one more, and takes all.
fn is_exact(case: &mut Case, way: Way, queue: Queue) -> Result<()> {
    let capacity = usize::from(queue.capacity);
    FIRST.does(case, &fill(queue, way, queue.capacity)[..capacity])?;
    for _ in 0..2 {
        let more = FIRST.tries(queue.try_send(way, 99));
        case.equal_for(capacity, more, Err(Error::ResourceExhausted));
    }
    for seed in 1..=queue.capacity {
        queue.gives(case, way, FIRST, seed);
    }
    queue.is_empty(case, way);
    Ok(())
}

pub(crate) fn queues(report: &mut Report) {
    each_way(report, "EP-1 EP-3 a queue for 1 message holds 1", |case, way| {
        is_exact(case, way, ONE)
    });
    each_way(report, "EP-1 EP-3 a queue for 2 messages holds 2", |case, way| {
        is_exact(case, way, TWO)
    });
    each_way(report, "EP-1 EP-3 a queue for 8 messages holds 8", |case, way| {
        is_exact(case, way, EIGHT)
    });
    report.case("EP-1 EP-3 a queue for 3 long messages holds 3", |case| {
        is_exact(case, Way::Flat, LONG)?;
        is_exact(case, Way::List, LONG)
    });
}

pub(crate) fn round(report: &mut Report) {
    each_way(
        report,
        "EP-1 EP-5 a queue that goes round keeps them apart and in order",
        |case, way| {
            let full = |seed| Step::try_send(EIGHT.theirs, way, Give { seed, bytes: 16 });
            FIRST.does(case, &core::array::from_fn::<_, 7, _>(|place| full(place as u8)))?;
            for round in 0..12 {
                EIGHT.gives_all_of(case, way, FIRST, Give { seed: round, bytes: 16 });
                FIRST.does(case, &[full(round + 7)])?;
            }
            for round in 12..19 {
                EIGHT.gives_all_of(case, way, FIRST, Give { seed: round, bytes: 16 });
            }
            EIGHT.is_empty(case, way);
            Ok(())
        },
    );
}

/// The three calls that carry a message of this length.
fn calls(handle: u32, way: Way, give: Give) -> [Step; 3] {
    let end = handle as u8;
    [
        Step::try_send(handle, way, give),
        Step::Endpoint(EndpointStep::Send(end, way, give, Until::Past)),
        Step::Endpoint(EndpointStep::Call(end, way, give, 16, Until::Past)),
    ]
}

/// Checks that a message of so many bytes is too long for everybody.
fn is_too_long(case: &mut Case, handle: u32, way: Way, give: Give) -> Result<()> {
    let outcomes = FIRST.robot().run_to_end(&calls(handle, way, give))?;
    for step in 0..3 {
        case.equal_for((way, step), outcomes.of(step), Err(Error::OutOfRange));
    }
    Ok(())
}

pub(crate) fn lengths(report: &mut Report) {
    report.case("EP-1 EP-3 a message of 99 bytes is as long as one may be", |case| {
        for way in [Way::Flat, Way::List] {
            let most = Give { seed: 7, bytes: 99 };
            is_too_long(case, LONG.theirs, way, Give { seed: 6, bytes: 100 })?;
            for _ in 0..3 {
                case.equal(FIRST.tries(Step::try_send(LONG.theirs, way, most)), Ok(0));
            }
            // A full queue does not matter to what is wrong by itself.
            is_too_long(case, LONG.theirs, way, Give { seed: 6, bytes: 100 })?;
            for _ in 0..3 {
                LONG.gives_all_of(case, way, FIRST, most);
            }
            LONG.is_empty(case, way);
        }
        Ok(())
    });
    each_way(report, "EP-1 EP-8 two words, and no more, where 8 bytes are", |case, way| {
        let more = Give { seed: 6, bytes: 12 };
        is_too_long(case, TWO.theirs, way, more)?;
        FIRST.does(case, &[TWO.send(way, 1), TWO.send(way, 2)])?;
        is_too_long(case, TWO.theirs, way, more)?;
        TWO.gives(case, way, FIRST, 1);
        TWO.gives(case, way, FIRST, 2);
        TWO.is_empty(case, way);
        Ok(())
    });
}

pub(crate) fn short_ones(report: &mut Report) {
    each_way(report, "EP-1 an empty message is one, and takes a place", |case, way| {
        let empty = Give { seed: 0, bytes: 0 };
        FIRST.does(case, &[Step::send(ONE.theirs, way, empty)])?;
        case.equal(FIRST.tries(ONE.try_send(way, 1)), Err(Error::ResourceExhausted));
        ONE.gives_all_of(case, way, FIRST, empty);
        ONE.is_empty(case, way);
        Ok(())
    });
    each_way(report, "EP-1 long and short messages follow each other", |case, way| {
        let lengths = [16, 0, 4, 16, 8, 12];
        for (seed, bytes) in (1..).zip(lengths) {
            let give = Give { seed, bytes };
            FIRST.does(case, &[Step::try_send(EIGHT.theirs, way, give)])?;
        }
        for (seed, bytes) in (1..).zip(lengths) {
            EIGHT.gives_all_of(case, way, FIRST, Give { seed, bytes });
        }
        case.equal(message(1).bytes, 8);
        Ok(())
    });
}
