//! Asserts console, clock and time by the plain calls of the channel API (PR-7, AB-4).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result, StatusCode};
use suite::report::Report;
use suite_codegen::channel_api::talker::constants;
use userspace::process_entry;
use userspace::syscall::{debug_clock_now, debug_log, debug_nop, debug_putc, process_exit};
use userspace::time::{Clock, Duration, Instant, SystemClock, sleep_until};

#[process_entry("talker")]
fn talk() -> Result<()> {
    let mut report = Report::plan(6);
    report.case("PR-7 debug_putc and debug_log write to the console", |_| {
        "put\n".chars().try_for_each(debug_putc)?;
        debug_log("logged as text\n")?;
        debug_log(b"logged as bytes\n")
    });
    report.equal("AB-3 debug_nop does nothing", debug_nop(), Ok(()));
    report.case("AB-4 debug_clock_now is the time of SystemClock, and does not go back", |case| {
        let times = [debug_clock_now(), SystemClock::now(), <SystemClock as Clock>::now()];
        case.holds(times.is_sorted());
        case.equal(<SystemClock as Clock>::TICKS_PER_SEC, SystemClock::TICKS_PER_SEC);
        Ok(())
    });
    report.case("AB-4 WT-7 sleep_until ends at an instant or later", |case| {
        let end = SystemClock::now() + Duration::from_millis(2);
        sleep_until(end)?;
        case.holds(SystemClock::now() >= end);
        Ok(())
    });
    report.case("AB-4 instants and durations are ticks and nanoseconds", |case| {
        let second = Instant::from_ticks(SystemClock::TICKS_PER_SEC);
        case.equal(Instant::MIN + Duration::from_secs(1), second);
        case.equal(second - Duration::from_millis(1_000), Instant::MIN);
        case.equal((second - Instant::MIN).as_micros(), 1_000_000);
        case.equal(Duration::from_micros(3).as_nanos(), Duration::from_nanos(3_000).as_nanos());
        case.equal((Duration::from_millis(2_500).as_secs(), second.ticks() > 0), (2, true));
        case.equal(Instant::MAX + Duration::from_secs(1), Instant::MAX);
        Ok(())
    });
    report.case(
        "AB-1 CF-1 errors have their codes, and constants come from system.json5",
        |case| {
            case.equal(Err::<(), _>(Error::DeadlineExceeded).status_code(), 4);
            case.equal((constants::EXIT_CODE, constants::IS_DECLARED), (42u32, true));
            Ok(())
        },
    );
    report.result()?;
    process_exit(constants::EXIT_CODE)
}
