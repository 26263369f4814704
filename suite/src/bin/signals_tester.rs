//! Asserts what signals are, and what a wait gives (WT-1 to WT-3, WT-6, CH-3, CH-7).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result, StatusCode};
use suite::hostile::call_with;
use suite::report::Report;
use suite::robot::{Robot, Step};
use suite::timing::{SHORT, after, patience, sleep};
use suite_codegen::signals::tester::object::{self, IN, OUT};
use userspace::process_entry;
use userspace::raw::Syscall;
use userspace::syscall::{Signals, WaitReturn};
use userspace::time::Instant;

const ROBOT: Robot = Robot::new(object::ROBOT);

/// The bits that no signal has.
const UNDEFINED: [u32; 12] = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 31];

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(14);
    masks(&mut report);
    unmasked(&mut report);
    levels(&mut report);
    not_waited_for(&mut report);
    wakes(&mut report);
    report.shut_down()
}

/// The status of a wait on `IN` with this mask word, at a deadline that is past.
fn status_of_mask(word: usize) -> u32 {
    call_with(Syscall::ObjectWait, [IN.handle() as usize, word, 0, 0]).status
}

fn masks(report: &mut Report) {
    report.case("WT-1 every signal has its bit", |case| {
        case.equal(Signals::READABLE.bits(), 1);
        case.equal(Signals::WRITEABLE.bits(), 1 << 1);
        case.equal(Signals::ERROR.bits(), 1 << 2);
        case.equal(Signals::JOINABLE.bits(), 1 << 3);
        case.equal(Signals::USER.bits(), 1 << 15);
        case.equal(Signals::INTERRUPT_A.bits(), 1 << 16);
        case.equal(Signals::INTERRUPT_O.bits(), 1 << 30);
        Ok(())
    });
    report.case("WT-1 every defined bit may be waited for", |case| {
        for bit in (0..32).filter(|bit| !UNDEFINED.contains(bit)) {
            let expected = Error::DeadlineExceeded.status_code();
            case.equal_for(bit, status_of_mask(1 << bit), expected);
        }
        Ok(())
    });
    report.case("WT-1 AB-1 an undefined bit in a mask is refused", |case| {
        for bit in UNDEFINED {
            let expected = Error::InvalidArgument.status_code();
            case.equal_for(bit, status_of_mask(1 << bit), expected);
            case.equal_for(bit, status_of_mask(1 << bit | 1), expected);
        }
        // On machines of 32 bits this is bit 31 once more.
        let expected = Error::InvalidArgument.status_code();
        case.equal(status_of_mask(1 << (usize::BITS - 1)), expected);
        Ok(())
    });
}

fn unmasked(report: &mut Report) {
    report.case("WT-2 an empty mask waits for nothing but its deadline", |case| {
        let found = OUT.wait(Signals::empty(), after(SHORT));
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("WT-2 a plain object has no user data", |case| {
        case.equal(OUT.wait(Signals::WRITEABLE, Instant::MIN)?.user_data, 0);
        Ok(())
    });
}

fn levels(report: &mut Report) {
    report.case("WT-3 a signal that rose before the wait is not lost", |case| {
        ROBOT.run(&[Step::request(1, 1, 1)])?;
        sleep(SHORT);
        let found = IN.wait(Signals::READABLE, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::READABLE);
        IN.respond(&[0u8; 0])
    });
    report.case("WT-3 a wait does not use a level up", |case| {
        ROBOT.run(&[Step::request(1, 1, 1)])?;
        for _ in 0..3 {
            let found = IN.wait(Signals::READABLE, patience())?;
            case.equal(found.pending_signals, Signals::READABLE);
        }
        IN.respond(&[0u8; 0])
    });
    report.case("WT-3 CH-3 a level falls with its reason", |case| {
        ROBOT.run(&[Step::request(1, 1, 1)])?;
        IN.wait(Signals::READABLE, patience())?;
        IN.respond(&[0u8; 0])?;
        case.equal(IN.wait(Signals::all(), Instant::MIN), Err(Error::DeadlineExceeded));
        Ok(())
    });
}

fn not_waited_for(report: &mut Report) {
    report.case("WT-2 a signal outside of the mask does not end a wait", |case| {
        ROBOT.run(&[Step::request(1, 1, 1)])?;
        IN.wait(Signals::READABLE, patience())?;
        let others = [Signals::ERROR, Signals::WRITEABLE, Signals::USER, Signals::JOINABLE];
        for mask in others {
            let found = IN.wait(mask, after(SHORT));
            case.equal_for(mask, found, Err(Error::DeadlineExceeded));
        }
        IN.respond(&[0u8; 0])
    });
    report.case("CH-3 a handler shows neither WRITEABLE nor ERROR while all is well", |case| {
        case.equal(IN.wait(Signals::all(), Instant::MIN), Err(Error::DeadlineExceeded));
        Ok(())
    });
}

/// Waits for a request of the robot's, which comes and goes while the robot keeps this process from
/// running: when the wait returns, the request is gone.
fn wait_past_a_request() -> Result<WaitReturn> {
    ROBOT.run(&[Step::Sleep(50), Step::Begin, Step::Cancel])?;
    IN.wait(Signals::READABLE, patience())
}

fn wakes(report: &mut Report) {
    report.case("WT-2 a signal ends a wait that has begun", |case| {
        ROBOT.run(&[Step::Sleep(20), Step::request(1, 1, 1)])?;
        let found = IN.wait(Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        IN.respond(&[0u8; 0])
    });
    report.case("WT-6 a fall after the end of a wait does not take it back", |case| {
        let found = wait_past_a_request()?;
        case.equal(found.pending_signals, Signals::READABLE);
        let outcomes = ROBOT.outcomes()?;
        case.equal((outcomes.of(1), outcomes.of(2)), (Ok(0), Ok(0)));
        Ok(())
    });
    report.case("WT-6 after such a wait there may be nothing left to read", |case| {
        wait_past_a_request()?;
        case.equal(IN.read(0, &mut [0; 4]), Err(Error::Unavailable));
        case.equal(IN.wait(Signals::READABLE, Instant::MIN), Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case(
        "WT-2 WT-6 a wait that its deadline has ended is not ended by a signal too",
        |case| {
            ROBOT.run(&[Step::Sleep(200), Step::request(1, 1, 1)])?;
            case.equal(IN.wait(Signals::READABLE, after(SHORT)), Err(Error::DeadlineExceeded));
            let found = IN.wait(Signals::READABLE, patience())?;
            case.equal(found.pending_signals, Signals::READABLE);
            IN.respond(&[0u8; 0])
        },
    );
}
