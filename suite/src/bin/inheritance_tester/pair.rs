//! Who answers for a request that nobody serves yet.

use pw_status::{Error, Result};
use suite::race::{Race, Waits, finished};
use suite::report::Report;
use suite::robot::Step;
use suite::timing::{after, patience};
use suite_codegen::inheritance::tester::object::{PAIR, PAIR_IN};
use userspace::channel::AsyncBuffers;
use userspace::time::{Duration, sleep_until};

use crate::cast::MIDDLE;

/// How long before a race it is given out.
const HEAD_START: Duration = Duration::from_millis(300);

/// How long before a race the tester asks: when both threads have waited as they should.
const LOAN: Duration = Duration::from_millis(50);

/// Has a race run, for which all three are due at once, with a request of the tester's waiting. Gives
/// when the main thread ran, when the other one did, and when the middle robot worked.
fn race(waits: Waits) -> Result<(u64, u64, [u64; 2])> {
    let begin = after(HEAD_START);
    PAIR.transact(&Race { waits, begin }.to_bytes(), &mut [0; 0], patience())?;
    let begins = Step::SleepUntil(begin.ticks());
    MIDDLE.run(&[begins, Step::Stamp, Step::Spin(20), Step::Stamp, Step::Done])?;
    sleep_until(begin - LOAN)?;
    let nothing = AsyncBuffers { send: &mut [], receive: &mut [] };
    let loan = PAIR_IN.start(nothing, 0).map_err(|refused| refused.error)?;
    MIDDLE.done()?;
    loan.cancel();
    let mut found = [0; 16];
    if PAIR.transact(&[0; 0], &mut found, patience())? != found.len() {
        return Err(Error::OutOfRange);
    }
    let (main, worker) = finished(found);
    let worked = MIDDLE.outcomes()?;
    Ok((main, worker, [worked.of(1)?, worked.of(3)?]))
}

pub(crate) fn before_serving(report: &mut Report) {
    report.case("CH-13 at first it is the main thread that is lent the priority", |case| {
        let (main, worker, [begin, end]) = race(Waits::Nobody)?;
        case.holds(main <= begin);
        case.holds(end <= worker);
        Ok(())
    });
    report.case("CH-13 then it is another thread that has waited on the handler", |case| {
        let (main, worker, [begin, end]) = race(Waits::WorkerLast)?;
        case.holds(worker <= begin);
        case.holds(end <= main);
        Ok(())
    });
    report.case("CH-13 or the main thread, if that has waited last", |case| {
        let (main, worker, [begin, end]) = race(Waits::MainLast)?;
        case.holds(main <= begin);
        case.holds(end <= worker);
        Ok(())
    });
}
