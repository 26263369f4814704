//! Asserts that a deadline one millisecond away ends a call with DeadlineExceeded, and never early (WT-2,
//! AB-4). How late it may be is the bench's to measure, in instructions.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::timing::{after, spin_until};
use suite_codegen::one_millisecond::tester::handle;
use suite_codegen::one_millisecond::tester::object::{GROUP, IN, OUT};
use userspace::process_entry;
use userspace::syscall::Signals;
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

const MILLISECOND: Duration = Duration::from_millis(1);
/// How often each is waited for.
const ROUNDS: u32 = 100;
/// By how many ticks each round begins later than the one before, so that the timer is met at all its
/// phases.
const STEP_TICKS: u64 = 7;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(6);
    report.case("AB-4 WT-7 a sleep of a millisecond ends with it, and never early", |case| {
        each(case, Ok(()), sleep_until)
    });
    report.case("AB-4 WT-2 so does a wait on an object, with DeadlineExceeded", |case| {
        each(case, Err(Error::DeadlineExceeded), |deadline| {
            IN.wait(Signals::READABLE, deadline).map(|_| ())
        })
    });
    report.case("AB-4 WT-4 a wait on a group", |case| {
        GROUP.add(handle::IN, Signals::READABLE, 0)?;
        each(case, Err(Error::DeadlineExceeded), |deadline| GROUP.wait(deadline).map(|_| ()))
    });
    report.case("AB-4 CH-10 a receive", |case| {
        each(case, Err(Error::DeadlineExceeded), |deadline| {
            IN.receive(&mut [0; 4], deadline).map(|_| ())
        })
    });
    report.case("AB-4 CH-5 a transaction that nobody serves", |case| {
        each(case, Err(Error::DeadlineExceeded), |deadline| {
            OUT.transact(&[1, 2, 3], &mut [0; 4], deadline).map(|_| ())
        })
    });
    report.case("AB-4 WT-2 and none of these has left anything pending", |case| {
        let found = OUT.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        let found = IN.wait(Signals::all(), Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.shut_down()
}

/// Waits for a millisecond, again and again, and checks what the wait says and what the clock then shows.
fn each(case: &mut Case, says: Result<()>, wait: impl Fn(Instant) -> Result<()>) -> Result<()> {
    for round in 0..ROUNDS {
        let step = u64::from(round) * STEP_TICKS;
        spin_until(Instant::from_ticks(SystemClock::now().ticks() + step));
        let deadline = after(MILLISECOND);
        case.equal_for(round, wait(deadline), says);
        let now = SystemClock::now();
        if now < deadline {
            case.equal_for(round, deadline - now, Duration::ZERO);
        }
    }
    Ok(())
}
