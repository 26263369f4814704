//! Asserts that no call can harm the one who makes it, whatever its words are (AB-1, AB-3, AB-5).
//!
//! Every call is made with numbers, handles, addresses and lengths that a program has no business
//! with. It must be refused with the error that says why, and nothing may have changed: neither this
//! process's memory, nor what the process at the other end of its channels can see.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod memory;
mod refusals;

use pw_status::{Error, ErrorCode};
use suite::hostile::{ARENA, ARENA_BYTES, WORDS, call, call_with};
use suite::report::Report;
use suite::robot::{Robot, Step};
use suite::timing::{SHORT, after, patience};
use suite_codegen::calling::tester::object::{self, IN, OUT};
use userspace::process_entry;
use userspace::raw::{Arguments, Results, Syscall};
use userspace::syscall::{Signals, debug_nop};
use userspace::time::Instant;

pub(crate) const ROBOT: Robot = Robot::new(object::ROBOT);
pub(crate) const CANARY: u8 = 0xC5;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(30);
    ARENA.fill(CANARY);
    unknown(&mut report);
    every_word(&mut report);
    without_capsules(&mut report);
    refusals::handles(&mut report);
    refusals::texts(&mut report);
    memory::addresses(&mut report);
    memory::edges(&mut report);
    memory::freshness(&mut report);
    unharmed(&mut report);
    report.shut_down()
}

/// A call's results when it fails with `error`.
pub(crate) fn refused(error: Error) -> Results {
    Results { status: error as u32, value0: 0, value1: 0 }
}

fn unknown(report: &mut Report) {
    let unimplemented = refused(Error::Unimplemented);
    report.case("AB-3 every number up to 128 that is no call is Unimplemented", |case| {
        for number in (0..=128).filter(|number| Syscall::from_number(*number).is_none()) {
            case.equal_for(number, call(number, [0; 7]), unimplemented);
            case.equal_for(number, call(number, [usize::MAX; 7]), unimplemented);
        }
        Ok(())
    });
    report.case("AB-3 wild numbers are Unimplemented", |case| {
        let wild = [129, 255, 256, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
        let halves = [usize::MAX / 2, usize::MAX / 2 + 1, usize::MAX - 1, usize::MAX];
        for number in wild.into_iter().chain(halves) {
            case.equal_for(number, call(number, [0; 7]), unimplemented);
            case.equal_for(number, call(number, [usize::MAX / 2; 7]), unimplemented);
        }
        Ok(())
    });
    report.case("AB-3 a known number with high bits is not that call", |case| {
        for known in Syscall::ALL {
            for bit in 8..usize::BITS {
                let number = known as usize | 1 << bit;
                case.equal_for(number, call(number, [0; 7]), unimplemented);
            }
        }
        Ok(())
    });
}

/// Calls that come back at once, with words that are refused, or do nothing, as they stand.
fn harmless() -> [(Syscall, Arguments); 10] {
    let (asking, answering) = (OUT.handle() as usize, IN.handle() as usize);
    let here = ARENA.at(0);
    [
        (Syscall::ChannelTransact, [asking, here, 16, here, 16, 0, 0]),
        (Syscall::ChannelRead, [answering, 0, here, 16, 0, 0, 0]),
        (Syscall::ChannelReadExact, [answering, 0, here, 16, 0, 0, 0]),
        (Syscall::ChannelRespond, [answering, here, 16, 0, 0, 0, 0]),
        (Syscall::ObjectWait, [answering, 1, 0, 0, 0, 0, 0]),
        (Syscall::ObjectSetPeerUserSignal, [asking, 0, 0, 0, 0, 0, 0]),
        (Syscall::ChannelBadge, [answering, 0, 0, 0, 0, 0, 0]),
        (Syscall::SleepUntil, [0; 7]),
        (Syscall::ClockNow, [0; 7]),
        (Syscall::DebugNop, [0; 7]),
    ]
}

/// Tells whether a wild word in this place would make the call wait for a far time, as it should.
fn is_deadline(syscall: Syscall, place: usize) -> bool {
    match syscall {
        Syscall::ChannelTransact => place >= 5,
        Syscall::ObjectWait => place == 2 || place == 3,
        Syscall::SleepUntil => place < 2,
        _ => false,
    }
}

fn every_word(report: &mut Report) {
    report.case("AB-3 AB-5 every call survives every wild word in every place", |case| {
        // The robot waits meanwhile, and would be woken by a request however short it lived (WT-6).
        ROBOT.run(&[Step::WAIT_IN_VAIN])?;
        for (syscall, arguments) in harmless() {
            for place in (0..7).filter(|place| !is_deadline(syscall, *place)) {
                for word in WORDS {
                    let mut arguments = arguments;
                    arguments[place] = word;
                    let results = call(syscall as usize, arguments);
                    let what = (syscall, place, word);
                    let is_known =
                        results.status == 0 || Error::from_status(results.status).is_some();
                    case.equal_for(what, is_known, true);
                    let is_silent =
                        results.status == 0 || (results.value0, results.value1) == (0, 0);
                    case.equal_for(what, is_silent, true);
                }
            }
        }
        case.holds(ARENA.is_filled(0..ARENA_BYTES, CANARY));
        case.equal(ROBOT.outcomes()?.of(0), Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("AB-3 words that a call does not use do not matter", |case| {
        case.equal(call_with(Syscall::DebugNop, [usize::MAX; 7]).status, 0);
        case.equal(call_with(Syscall::ClockNow, [usize::MAX; 7]).status, 0);
        case.equal(call_with(Syscall::SleepUntil, [0, 0, usize::MAX, usize::MAX]).status, 0);
        Ok(())
    });
}

/// The other half of what the system `capsules` asserts.
fn without_capsules(report: &mut Report) {
    report.case("CP-1 AB-3 in a system without capsules every driver is absent", |case| {
        let absent = Results { status: ErrorCode::NoDevice.status(), value0: 0, value1: 0 };
        let naming = [
            Syscall::Command,
            Syscall::AllowReadOnly,
            Syscall::AllowReadWrite,
            Syscall::Subscribe,
            Syscall::YieldWaitFor,
        ];
        for syscall in naming {
            for driver in WORDS.into_iter().chain([0x9_0000, 0x9_0001, 0x9_0002]) {
                let found = call_with(syscall, [driver, 0, ARENA.at(0), 4]);
                case.equal_for((syscall, driver), found, absent);
            }
        }
        let nothing = call_with(Syscall::YieldNoWait, [0; 7]);
        case.equal(nothing, Results { status: 0, value0: 0, value1: 0 });
        Ok(())
    });
}

fn unharmed(report: &mut Report) {
    report.case("AB-5 nothing of all this was seen at the other end", |case| {
        let done = ROBOT.run_to_end(&[Step::LOOK, Step::READ_ALL])?;
        case.equal(done.of(0), Err(Error::DeadlineExceeded));
        case.equal(done.of(1), Err(Error::Unavailable));
        let found = OUT.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        case.equal(IN.wait(Signals::all(), after(SHORT)), Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("AB-3 the process is well after all this", |case| {
        case.equal(debug_nop(), Ok(()));
        ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
        let mut room = [0; 4];
        case.equal(OUT.transact(&[1, 2, 3, 4], &mut room, patience()), Ok(4));
        case.equal(room, [1, 2, 3, 4]);
        Ok(())
    });
}
