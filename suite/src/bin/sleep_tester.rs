//! Asserts what time is, in a process without objects (AB-4, WT-7).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Error;
use suite::report::Report;
use suite::timing::{LONG, SHORT, after};
use userspace::process_entry;
use userspace::syscall::{self, Signals};
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(10);
    clock(&mut report);
    sleeping(&mut report);
    arithmetic(&mut report);
    saturation(&mut report);
    report.shut_down()
}

fn clock(report: &mut Report) {
    report.case("AB-4 the clock never goes back", |case| {
        let mut last = SystemClock::now();
        for _ in 0..200 {
            let now = SystemClock::now();
            case.holds(now >= last);
            last = now;
        }
        Ok(())
    });
    report.case("AB-4 the clock goes on while a process keeps busy", |case| {
        let begin = SystemClock::now();
        suite::timing::spin_until(begin + SHORT);
        case.holds(SystemClock::now() - begin >= SHORT);
        Ok(())
    });
}

fn sleeping(report: &mut Report) {
    report.case("WT-7 a sleep does not end before its time", |case| {
        for duration in [Duration::from_nanos(1), Duration::from_micros(300), SHORT, LONG] {
            let end = after(duration);
            sleep_until(end)?;
            case.holds(SystemClock::now() >= end);
        }
        Ok(())
    });
    report.case("WT-7 AB-4 a sleep whose time is past ends at once", |case| {
        case.equal(sleep_until(Instant::MIN), Ok(()));
        case.equal(sleep_until(SystemClock::now()), Ok(()));
        Ok(())
    });
    report.equal(
        "WT-7 AB-1 a process without objects has no handle",
        syscall::object_wait(0, Signals::READABLE, Instant::MIN).map(|_| ()),
        Err(Error::OutOfRange),
    );
}

fn arithmetic(report: &mut Report) {
    report.case("AB-4 a second has as many ticks as the board's constant says", |case| {
        let second = Instant::MIN + Duration::from_secs(1);
        case.equal(second.ticks(), SystemClock::TICKS_PER_SEC);
        Ok(())
    });
    report.case("AB-4 durations convert between their units", |case| {
        let duration = Duration::from_nanos(1_234_567_890);
        case.equal(duration.as_secs(), 1);
        case.equal(duration.as_millis(), 1_234);
        case.equal(duration.as_micros(), 1_234_567);
        case.equal(Duration::from_secs(2), Duration::from_millis(2_000));
        case.equal(Duration::from_millis(3), Duration::from_micros(3_000));
        case.equal(Duration::from_micros(3), Duration::from_nanos(3_000));
        Ok(())
    });
}

fn saturation(report: &mut Report) {
    report.case("AB-4 durations that do not fit are the longest one", |case| {
        case.equal(Duration::from_secs(u64::MAX), Duration::MAX);
        case.equal(Duration::from_millis(u64::MAX), Duration::MAX);
        case.equal(Duration::from_micros(u64::MAX), Duration::MAX);
        Ok(())
    });
    report.case("AB-4 instants that do not fit are the last or the first one", |case| {
        case.equal(Instant::MAX + Duration::from_secs(1), Instant::MAX);
        case.equal(Instant::MIN - Duration::from_secs(1), Instant::MIN);
        case.equal(Instant::MIN - Instant::MAX, Duration::ZERO);
        Ok(())
    });
    report.case("AB-4 a deadline is never earlier than the time that it was made of", |case| {
        let begin = Instant::from_ticks(12_345);
        for nanoseconds in [0, 1, 99, 1_000, 30_518, 1_000_000_007] {
            let duration = Duration::from_nanos(nanoseconds);
            case.equal_for(nanoseconds, (begin + duration) - begin >= duration, true);
        }
        Ok(())
    });
}
