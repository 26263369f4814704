//! Asserts what a handler sees when its initiator's process ends (CH-9, PR-4).
//!
//! A process that blocks in a transaction cannot end itself, so a line `end NAME` asks whoever runs the
//! system to do it. Where nobody can, those cases are left out.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::machine::HAS_OUTSIDE;
use suite::report::{Case, Report};
use suite::robot::{Robot, Step};
use suite::timing::{SHORT, after, patience};
use suite_codegen::initiator_death::tester::object::{
    IDLE, IDLE_CONTROL, LATE, LATE_CONTROL, SERVED, SERVED_CONTROL, SURVIVOR, SURVIVOR_CONTROL,
    WAITING, WAITING_CONTROL,
};
use userspace::channel::{Handler, Initiator};
use userspace::syscall::Signals;
use userspace::time::{Instant, SystemClock};
use userspace::{println, process_entry};

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(10);
    waiting(&mut report);
    served(&mut report);
    late(&mut report);
    idle(&mut report);
    survivor(&mut report);
    report.shut_down()
}

/// Lets a robot start a transaction, and comes back when its request waits.
fn be_asked(control: Initiator, channel: Handler) -> Result<()> {
    Robot::new(control).run(&[Step::request(5, 16, 16)])?;
    channel.wait(Signals::READABLE, patience()).map(|_| ())
}

/// Makes a case that needs an initiator to be ended while it blocks, or says why it cannot be made.
fn case(report: &mut Report, title: &'static str, body: fn(&mut Case) -> Result<()>) {
    if HAS_OUTSIDE {
        report.case(title, body);
    } else {
        report.leave_out(title, "nobody here can end a process that blocks");
    }
}

/// Has a process ended from outside, and comes back when it has ended: then its control channel is
/// Unavailable.
fn end(name: &str, control: Initiator) -> Result<()> {
    println!("end {name}");
    let deadline = patience();
    while SystemClock::now() < deadline {
        match control.transact(&[0u8; 0], &mut [0; 256], after(SHORT)) {
            Err(Error::Unavailable) => return Ok(()),
            // It still answers, or it blocks and does not: it lives.
            Ok(_) | Err(Error::DeadlineExceeded) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::DeadlineExceeded)
}

fn waiting(report: &mut Report) {
    case(
        report,
        "CH-9 PR-4 a wait on the handler ends with ERROR when the initiator does",
        |case| {
            be_asked(WAITING_CONTROL, WAITING)?;
            println!("end waiting");
            let found = WAITING.wait(Signals::ERROR, patience())?;
            case.equal(found.pending_signals, Signals::ERROR);
            Ok(())
        },
    );
    case(report, "CH-9 ERROR falls when a wait that it ended has returned it", |case| {
        case.equal(WAITING.wait(Signals::all(), Instant::MIN), Err(Error::DeadlineExceeded));
        Ok(())
    });
    case(report, "CH-9 the transaction of an initiator that ended is withdrawn", |case| {
        case.equal(WAITING.read(0, &mut [0; 16]), Err(Error::Unavailable));
        case.equal(WAITING.respond(&[0; 16]), Err(Error::Unavailable));
        Ok(())
    });
}

fn served(report: &mut Report) {
    case(report, "CH-9 CH-5a an answer to an initiator that ended gets Unavailable", |case| {
        be_asked(SERVED_CONTROL, SERVED)?;
        case.equal(SERVED.read(0, &mut [0; 16]), Ok(16));
        end("served", SERVED_CONTROL)?;
        case.equal(SERVED.respond(&[0; 16]), Err(Error::Unavailable));
        Ok(())
    });
    case(report, "CH-9 WT-3 ERROR waits for the wait that returns it", |case| {
        let found = SERVED.wait(Signals::READABLE | Signals::ERROR, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::ERROR);
        case.equal(SERVED.wait(Signals::all(), Instant::MIN), Err(Error::DeadlineExceeded));
        Ok(())
    });
}

fn late(report: &mut Report) {
    case(report, "CH-9 a wait that does not return ERROR does not take it away", |case| {
        be_asked(LATE_CONTROL, LATE)?;
        end("late", LATE_CONTROL)?;
        case.equal(LATE.wait(Signals::READABLE, Instant::MIN), Err(Error::DeadlineExceeded));
        let found = LATE.wait(Signals::ERROR, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::ERROR);
        Ok(())
    });
    case(report, "CH-9 WT-3 a wait that returned at once has taken ERROR away", |case| {
        case.equal(LATE.wait(Signals::all(), Instant::MIN), Err(Error::DeadlineExceeded));
        Ok(())
    });
}

fn idle(report: &mut Report) {
    report.case("CH-9 an initiator that ends with nothing pending raises no ERROR", |case| {
        Robot::new(IDLE_CONTROL).run(&[Step::Exit(0)])?;
        let found = IDLE_CONTROL.transact(&[0u8; 0], &mut [0; 256], patience());
        case.equal(found, Err(Error::Unavailable));
        case.equal(IDLE.wait(Signals::all(), Instant::MIN), Err(Error::DeadlineExceeded));
        case.equal(IDLE.read(0, &mut [0; 16]), Err(Error::Unavailable));
        Ok(())
    });
}

fn survivor(report: &mut Report) {
    report.case("PR-2 CH-9 the others' transactions are as they were", |case| {
        be_asked(SURVIVOR_CONTROL, SURVIVOR)?;
        let found = SURVIVOR.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::READABLE);
        case.equal(SURVIVOR.read(0, &mut [0; 16]), Ok(16));
        SURVIVOR.respond(&[1; 3])?;
        case.equal(Robot::new(SURVIVOR_CONTROL).outcomes()?.of(0), Ok(3));
        Ok(())
    });
    report.case("CH-8 PR-4 a process that was ended answers nobody", |case| {
        let from_outside = [WAITING_CONTROL, SERVED_CONTROL, LATE_CONTROL];
        let from_outside = from_outside.into_iter().filter(|_| HAS_OUTSIDE);
        for control in from_outside.chain([IDLE_CONTROL]) {
            let found = control.transact(&[0u8; 0], &mut [0u8; 0], patience());
            case.equal_for(control, found, Err(Error::Unavailable));
        }
        Ok(())
    });
}
