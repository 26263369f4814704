//! Asserts who runs when (WT-8, WT-2).
//!
//! The robots take the time of what they do on the one clock that all processes share, so their times
//! tell who ran first. They are given a moment in the future to begin at, so that all of them have
//! their scripts before any of them runs.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use suite::report::Report;
use suite::robot::{Robot, Step};
use suite::timing::{LONG, SHORT, after, patience, sleep, spin_until};
use suite_codegen::scheduling::tester::object;
use userspace::process_entry;
use userspace::time::{Duration, Instant, SystemClock};

const LOW: Robot = Robot::new(object::LOW);
const MIDDLE: Robot = Robot::new(object::MIDDLE);
const TWIN: Robot = Robot::new(object::TWIN);
const HIGH: Robot = Robot::new(object::HIGH);
const PEER: Robot = Robot::new(object::PEER);

/// When the robots' work begins, counted from the beginning of a case.
const HEAD_START: Duration = Duration::from_millis(200);

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(9);
    priorities(&mut report);
    equals(&mut report);
    preemption(&mut report);
    wakes(&mut report);
    report.shut_down()
}

/// From when to when a robot worked, in ticks.
#[derive(Clone, Copy, Debug)]
struct Work {
    begin: u64,
    end: u64,
}

/// Has a robot work for some milliseconds from an instant on.
fn work(robot: Robot, from: Instant, milliseconds: u32) -> Result<()> {
    let begins = Step::SleepUntil(from.ticks());
    robot.run(&[begins, Step::Stamp, Step::Spin(milliseconds), Step::Stamp, Step::Done])
}

/// When a robot worked. It does so in its own turn, so it is not asked before (CH-13).
fn worked(robot: Robot) -> Result<Work> {
    robot.done()?;
    let done = robot.outcomes()?;
    Ok(Work { begin: done.of(1)?, end: done.of(3)? })
}

/// Lets the robots begin to sleep, and then keeps the processor until all that is due at `begin` and
/// shortly after is ready.
fn keep_busy(begin: Instant) {
    sleep(LONG);
    spin_until(begin + SHORT + SHORT);
}

fn priorities(report: &mut Report) {
    report.case("WT-8 of several ready threads the most important runs first", |case| {
        let begin = after(HEAD_START);
        for robot in [LOW, MIDDLE, HIGH] {
            work(robot, begin, 5)?;
        }
        let (low, middle, high) = (worked(LOW)?, worked(MIDDLE)?, worked(HIGH)?);
        case.holds(high.end <= middle.begin);
        case.holds(middle.end <= low.begin);
        Ok(())
    });
    report.case(
        "WT-8 it does not matter who was ready first if another is more important",
        |case| {
            let begin = after(HEAD_START);
            work(LOW, begin, 5)?;
            work(HIGH, begin + SHORT, 5)?;
            keep_busy(begin);
            let (low, high) = (worked(LOW)?, worked(HIGH)?);
            case.holds(high.end <= low.begin);
            Ok(())
        },
    );
}

fn equals(report: &mut Report) {
    let orders = [
        (MIDDLE, TWIN, "WT-8 equal threads run in the order in which they became ready"),
        (TWIN, MIDDLE, "WT-8 a process that declares no priority is an equal of one with 15"),
    ];
    for (first, second, title) in orders {
        report.case(title, |case| {
            let begin = after(HEAD_START);
            work(second, begin + SHORT, 5)?;
            work(first, begin, 5)?;
            keep_busy(begin);
            let (first, second) = (worked(first)?, worked(second)?);
            case.holds(first.end <= second.begin);
            Ok(())
        });
    }
    report.case("WT-8 an equal thread gets no slice of a busy one's time", |case| {
        let begin = after(HEAD_START);
        work(MIDDLE, begin, 80)?;
        work(TWIN, begin + SHORT, 5)?;
        let (middle, twin) = (worked(MIDDLE)?, worked(TWIN)?);
        case.holds(middle.end <= twin.begin);
        Ok(())
    });
    report.case("WT-8 a thread that was preempted goes on before its equals", |case| {
        let begin = after(HEAD_START);
        work(MIDDLE, begin, 300)?;
        work(TWIN, begin + SHORT, 5)?;
        work(HIGH, begin + LONG, 5)?;
        let (middle, twin, high) = (worked(MIDDLE)?, worked(TWIN)?, worked(HIGH)?);
        case.holds(middle.begin <= high.begin && high.end <= middle.end);
        case.holds(middle.end <= twin.begin);
        Ok(())
    });
}

fn preemption(report: &mut Report) {
    report.case(
        "WT-8 WT-2 a busy thread is preempted when a more important one's time comes",
        |case| {
            let begin = after(HEAD_START);
            work(LOW, begin, 300)?;
            work(HIGH, begin + LONG, 5)?;
            let (low, high) = (worked(LOW)?, worked(HIGH)?);
            case.holds(low.begin <= high.begin);
            case.holds(high.end <= low.end);
            Ok(())
        },
    );
}

fn wakes(report: &mut Report) {
    report.case("WT-2 the wake of a more important thread preempts at once", |case| {
        LOW.run(&[Step::WAIT, Step::answer(1, 1), Step::Stamp])?;
        object::LOW_IN.transact(&[1], &mut [0; 1], patience())?;
        let here = SystemClock::now().ticks();
        case.holds(here <= LOW.outcomes()?.of(2)?);
        Ok(())
    });
    report.case("WT-2 the wake of an equal thread does not preempt", |case| {
        PEER.run(&[Step::WAIT, Step::answer(1, 1), Step::Stamp])?;
        object::PEER_IN.transact(&[1], &mut [0; 1], patience())?;
        let here = SystemClock::now().ticks();
        case.holds(PEER.outcomes()?.of(2)? <= here);
        Ok(())
    });
}
