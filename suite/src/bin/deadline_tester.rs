//! Asserts what happens when something is late, on both ends of a channel (CH-5, CH-5a, CH-11, WT-2,
//! AB-4).
//!
//! That a deadline came is asserted; how long after its time it came is not, so that a slow machine
//! is not a wrong one.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot::{Outcomes, Robot, Step};
use suite::timing::{SHORT, after, patience, sleep};
use suite_codegen::deadline::tester::object::{self, IN, OUT, TIMED};
use userspace::process_entry;
use userspace::syscall::Signals;
use userspace::time::{Duration, Instant, SystemClock};

const ROBOT: Robot = Robot::new(object::ROBOT);
/// The robot at the other end of the channel that declares a default deadline.
const TIMED_ROBOT: Robot = Robot::new(object::TIMED_ROBOT);
/// That default, as the system's file has it.
const DEFAULT: Duration = Duration::from_millis(80);
/// When transactions here are given up, in milliseconds after they begin.
const SOON: u32 = 80;
/// When they have been given up for sure, in milliseconds.
const LATER: u32 = 200;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(26);
    waits(&mut report);
    waits_that_succeed(&mut report);
    initiators(&mut report);
    answers_in_time(&mut report);
    defaults(&mut report);
    late_handlers(&mut report);
    stale(&mut report);
    not_stale(&mut report);
    never_served(&mut report);
    report.shut_down()
}

fn waits(report: &mut Report) {
    report.case("WT-2 AB-4 a wait ends at its deadline, and not before", |case| {
        let deadline = after(SHORT);
        let found = IN.wait(Signals::READABLE, deadline);
        case.equal(found, Err(Error::DeadlineExceeded));
        case.holds(SystemClock::now() >= deadline);
        Ok(())
    });
    report.case("AB-4 a wait whose deadline is past ends at once", |case| {
        case.equal(IN.wait(Signals::READABLE, Instant::MIN), Err(Error::DeadlineExceeded));
        let now = SystemClock::now();
        case.equal(IN.wait(Signals::READABLE, now), Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("AB-4 WT-2 what can be done at once is done though the deadline is past", |case| {
        let found = OUT.wait(Signals::WRITEABLE, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        Ok(())
    });
}

fn waits_that_succeed(report: &mut Report) {
    report.case("WT-2 a signal ends a wait before its deadline", |case| {
        let deadline = patience();
        ROBOT.run(&[Step::Sleep(20), Step::request(1, 1, 1)])?;
        let found = IN.wait(Signals::READABLE, deadline)?;
        case.equal(found.pending_signals, Signals::READABLE);
        case.holds(SystemClock::now() < deadline);
        IN.respond(&[0u8; 0])
    });
    report.case("AB-4 a wait for ever ends when its signal comes", |case| {
        ROBOT.run(&[Step::Sleep(20), Step::request(1, 1, 1)])?;
        let found = IN.wait(Signals::READABLE, Instant::MAX)?;
        case.equal(found.pending_signals, Signals::READABLE);
        IN.respond(&[0u8; 0])
    });
}

/// Transacts with a handler that does nothing until the deadline; then `found` is what the robot made
/// of its script.
fn give_up(case: &mut Case, script: &[Step]) -> Result<Outcomes> {
    ROBOT.run(script)?;
    let deadline = after(Duration::from_millis(SOON.into()));
    let mut room = [0; 16];
    let found = OUT.transact(&pattern::array::<16>(1), &mut room, deadline);
    case.equal(found, Err(Error::DeadlineExceeded));
    case.holds(SystemClock::now() >= deadline);
    let outcomes = ROBOT.outcomes()?;
    case.equal(room, [0; 16]);
    Ok(outcomes)
}

fn initiators(report: &mut Report) {
    report.case("CH-5 a transaction that nobody serves ends at its deadline", |case| {
        give_up(case, &[Step::Sleep(LATER)]).map(|_| ())
    });
    report.case("CH-5 AB-5 READABLE falls on the handler with the deadline", |case| {
        let done = give_up(case, &[Step::WAIT, Step::Sleep(LATER), Step::LOOK])?;
        case.equal(done.of(0), Ok(Signals::READABLE.bits().into()));
        case.equal(done.of(2), Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("CH-5 CH-7 after a deadline the initiator is free again", |case| {
        give_up(case, &[Step::Sleep(LATER)])?;
        let found = OUT.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        let mut room = [0; 4];
        ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
        case.equal(OUT.transact(&[1, 2, 3, 4], &mut room, patience()), Ok(4));
        case.equal(room, [1, 2, 3, 4]);
        Ok(())
    });
}

fn answers_in_time(report: &mut Report) {
    report.case("CH-5 an answer before the deadline counts", |case| {
        ROBOT.run(&[Step::WAIT, Step::Sleep(20), Step::answer(3, 4)])?;
        case.equal(OUT.transact(&[1], &mut [0; 4], patience()), Ok(4));
        case.equal(ROBOT.outcomes()?.of(2), Ok(0));
        Ok(())
    });
    report.case("AB-4 a transaction without a deadline waits for its answer", |case| {
        ROBOT.run(&[Step::WAIT, Step::Sleep(100), Step::answer(3, 4)])?;
        case.equal(OUT.transact(&[1], &mut [0; 4], Instant::MAX), Ok(4));
        Ok(())
    });
    report.case("CH-5 both sides agree about the end, wherever the deadline falls", |case| {
        for milliseconds in 1..20 {
            ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Spin(10), Step::answer(3, 4)])?;
            let deadline = after(Duration::from_millis(milliseconds));
            let found = OUT.transact(&[1], &mut [0; 4], deadline).map(|_| ());
            let answered = ROBOT.outcomes()?.of(3).map(|_| ());
            let agreed = match answered {
                Ok(()) => Ok(()),
                Err(Error::Unavailable) => Err(Error::DeadlineExceeded),
                Err(other) => Err(other),
            };
            case.equal_for(milliseconds, found, agreed);
        }
        Ok(())
    });
}

/// Transacts without a deadline, in vain, where there is a default.
fn wait_for_the_default(case: &mut Case) {
    let start = SystemClock::now();
    let found = TIMED.transact(&[1, 2, 3, 4], &mut [0; 4], Instant::MAX);
    case.equal(found, Err(Error::DeadlineExceeded));
    case.holds(SystemClock::now() >= start + DEFAULT);
}

fn defaults(report: &mut Report) {
    report.case(
        "CH-11 a transaction without a deadline ends after the channel's default",
        |case| {
            TIMED_ROBOT.run(&[Step::Sleep(LATER)])?;
            wait_for_the_default(case);
            Ok(())
        },
    );
    report.case("CH-11 CH-5a a handler that received is late after the default", |case| {
        let receive = Step::Receive { room_bytes: 16 };
        TIMED_ROBOT.run(&[receive, Step::Sleep(LATER), Step::answer(3, 4)])?;
        sleep(SHORT);
        wait_for_the_default(case);
        let done = TIMED_ROBOT.outcomes()?;
        case.equal(done.of(0), Ok(4));
        case.equal(done.of(2), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-11 a deadline of its own lets a transaction outlast the default", |case| {
        TIMED_ROBOT.run(&[Step::WAIT, Step::Sleep(LATER), Step::answer(3, 4)])?;
        let mut room = [0; 4];
        case.equal(TIMED.transact(&[1], &mut room, patience()), Ok(4));
        case.equal(room, pattern::array(3));
        Ok(())
    });
    report.case("CH-11 WT-2 a wait on a channel with a default has none", |case| {
        let deadline = after(Duration::from_millis(LATER.into()));
        let found = TIMED.wait(Signals::READABLE, deadline);
        case.equal(found, Err(Error::DeadlineExceeded));
        case.holds(SystemClock::now() >= deadline);
        Ok(())
    });
}

fn late_handlers(report: &mut Report) {
    report.case("CH-5a CH-5 a late answer gets Unavailable, and reaches nobody", |case| {
        let script = [Step::WAIT, Step::READ_ALL, Step::Sleep(LATER), Step::answer(9, 8)];
        let done = give_up(case, &script)?;
        case.equal(done.of(1), Ok(16));
        case.equal(done.of(3), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-5a a late read gets Unavailable", |case| {
        let script =
            [Step::WAIT, Step::READ_ALL, Step::Sleep(LATER), Step::READ_ALL, Step::READ_ALL];
        let done = give_up(case, &script)?;
        case.equal(done.of(3), Err(Error::Unavailable));
        case.equal(done.of(4), Err(Error::Unavailable));
        Ok(())
    });
    report.case("AB-5 CH-5 what was read before the deadline stays read", |case| {
        let recognise = Step::Recognise { seed: 1 };
        let done = give_up(case, &[Step::WAIT, Step::READ_ALL, Step::Sleep(LATER), recognise])?;
        case.equal(done.of(1), Ok(16));
        case.equal(done.of(3), Ok(1));
        Ok(())
    });
}

/// Has the robot start a transaction that ends by its deadline after this process has read it, and
/// then another one, which waits when this returns.
fn overtake(case: &mut Case) -> Result<()> {
    ROBOT.run(&[Step::request_within(1, SOON), Step::request(2, 8, 16)])?;
    IN.wait(Signals::READABLE, patience())?;
    case.equal(IN.read(0, &mut [0; 16]), Ok(16));
    let_pass();
    Ok(())
}

/// Waits until what was due [`SOON`] is over.
fn let_pass() {
    sleep(Duration::from_millis(LATER.into()));
}

/// What the robot made of its two transactions.
fn overtaken(case: &mut Case, second: Result<u64>) -> Result<()> {
    let done = ROBOT.outcomes()?;
    case.equal(done.of(0), Err(Error::DeadlineExceeded));
    case.equal(done.of(1), second);
    Ok(())
}

fn stale(report: &mut Report) {
    report.case("CH-5a an answer to an old request never completes a newer one", |case| {
        overtake(case)?;
        case.equal(IN.respond(&[1; 5]), Err(Error::Unavailable));
        let mut buffer = [0; 16];
        case.equal(IN.read(0, &mut buffer), Ok(8));
        case.holds(pattern::is(&buffer[..8], 2));
        IN.respond(&[2; 6])?;
        overtaken(case, Ok(6))
    });
    report.case("CH-5a a handler is told once that it is late: the next answer counts", |case| {
        overtake(case)?;
        case.equal(IN.respond(&[1; 5]), Err(Error::Unavailable));
        case.equal(IN.respond(&[2; 6]), Ok(()));
        overtaken(case, Ok(6))
    });
    report.case("CH-5a a late read does not give the newer request", |case| {
        overtake(case)?;
        let mut buffer = [0xC5; 16];
        case.equal(IN.read(0, &mut buffer), Err(Error::Unavailable));
        case.equal(buffer, [0xC5; 16]);
        case.equal(IN.read(0, &mut buffer), Ok(8));
        case.holds(pattern::is(&buffer[..8], 2));
        IN.respond(&[0u8; 0])?;
        overtaken(case, Ok(0))
    });
    report.case("CH-5a a late exact read does not give the newer request", |case| {
        overtake(case)?;
        case.equal(IN.read_exact(0, &mut [0; 8]), Err(Error::Unavailable));
        case.equal(IN.read_exact(0, &mut [0; 8]), Ok(8));
        IN.respond(&[0u8; 0])?;
        overtaken(case, Ok(0))
    });
}

fn not_stale(report: &mut Report) {
    report.case("CH-5a a wait leaves the old request behind", |case| {
        overtake(case)?;
        let found = IN.wait(Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        case.equal(IN.respond(&[2; 6]), Ok(()));
        overtaken(case, Ok(6))
    });
    report.case("CH-5a a wait that finds nothing leaves the old request behind too", |case| {
        ROBOT.run(&[Step::request_within(1, SOON), Step::Sleep(350), Step::request(2, 8, 16)])?;
        IN.wait(Signals::READABLE, patience())?;
        case.equal(IN.read(0, &mut [0; 16]), Ok(16));
        let_pass();
        case.equal(IN.wait(Signals::READABLE, Instant::MIN), Err(Error::DeadlineExceeded));
        // Without a wait of its own, so that only the one above can have helped.
        let_pass();
        let_pass();
        case.equal(IN.respond(&[2; 6]), Ok(()));
        let done = ROBOT.outcomes()?;
        case.equal(done.of(0), Err(Error::DeadlineExceeded));
        case.equal(done.of(2), Ok(6));
        Ok(())
    });
}

fn never_served(report: &mut Report) {
    report.case("CH-5a CH-5 a request that was withdrawn unread makes nobody late", |case| {
        ROBOT.run(&[Step::request_within(1, SOON), Step::request(2, 8, 16)])?;
        IN.wait(Signals::READABLE, patience())?;
        let_pass();
        let mut buffer = [0; 16];
        case.equal(IN.read(0, &mut buffer), Ok(8));
        case.holds(pattern::is(&buffer[..8], 2));
        IN.respond(&[0u8; 0])?;
        overtaken(case, Ok(0))
    });
    report.case("CH-5a a request that was refused a long answer is late like any other", |case| {
        ROBOT.run(&[Step::request_within(1, SOON), Step::request(2, 8, 16)])?;
        IN.wait(Signals::READABLE, patience())?;
        case.equal(IN.read(0, &mut [0; 16]), Ok(16));
        case.equal(IN.respond(&[0; 17]), Err(Error::OutOfRange));
        let_pass();
        case.equal(IN.respond(&[0; 16]), Err(Error::Unavailable));
        IN.respond(&[0u8; 0])?;
        overtaken(case, Ok(0))
    });
}
