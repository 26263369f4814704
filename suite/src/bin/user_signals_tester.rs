//! Asserts what the signal does that each end of a channel raises on the other (WT-5).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result, StatusCode};
use suite::hostile::{WORDS, call_with};
use suite::report::{Case, Report};
use suite::robot::{Robot, Step, Until};
use suite::timing::{PATIENCE, SHORT, after, patience};
use suite_codegen::user_signals::tester::handle;
use suite_codegen::user_signals::tester::object::{
    CRASHER_CONTROL, CRASHER_IN, CRASHER_OUT, EXITER_CONTROL, EXITER_IN, EXITER_OUT, ROBOT_CONTROL,
    ROBOT_IN, ROBOT_OUT,
};
use userspace::channel::{Handler, Initiator};
use userspace::process_entry;
use userspace::raw::Syscall;
use userspace::syscall::{Signals, object_set_peer_user_signal, object_wait};
use userspace::time::Instant;

const ROBOT: Robot = Robot::new(ROBOT_CONTROL);

/// Waits for USER, for as long as it takes.
const WAIT_FOR_USER: Step =
    Step::Wait { mask: Signals::USER.bits(), until: Until::Milliseconds(10_000) };
/// Looks for any signal, without waiting for one.
const LOOK_FOR_ALL: Step = Step::Wait { mask: Signals::all().bits(), until: Until::Past };

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(18);
    raised_and_lowered(&mut report);
    waited_for(&mut report);
    undisturbed(&mut report);
    refused(&mut report);
    raiser_ends(&mut report);
    raised_on_who_ends(&mut report);
    report.shut_down()
}

/// What an end of the tester's shows now.
fn shown(handle: u32) -> Result<Signals> {
    match object_wait(handle, Signals::all(), Instant::MIN) {
        Ok(found) => Ok(found.pending_signals),
        Err(Error::DeadlineExceeded) => Ok(Signals::empty()),
        Err(error) => Err(error),
    }
}

/// What a robot's `IN` shows now.
fn shown_to_robot() -> Result<u64> {
    match ROBOT.run_to_end(&[LOOK_FOR_ALL])?.of(0) {
        Err(Error::DeadlineExceeded) => Ok(0),
        found => found,
    }
}

fn raised_and_lowered(report: &mut Report) {
    report.case("WT-5 an initiator raises and lowers USER on the handler's end", |case| {
        for set in [true, true, false, false, true, false] {
            ROBOT.run_to_end(&[Step::SignalOut(set)])?.of(0)?;
            let expected = if set { Signals::USER } else { Signals::empty() };
            case.equal(shown(handle::ROBOT_IN)?, expected);
        }
        Ok(())
    });
    report.case("WT-5 a handler raises and lowers USER on the initiator's end", |case| {
        for set in [true, true, false, false, true, false] {
            ROBOT.run_to_end(&[Step::SignalIn(set)])?.of(0)?;
            let expected = if set { Signals::USER } else { Signals::empty() };
            case.equal(shown(handle::ROBOT_OUT)?, expected | Signals::WRITEABLE);
        }
        Ok(())
    });
    report.case("WT-5 it shows on the peer's end, and on that channel, alone", |case| {
        ROBOT_OUT.set_peer_user_signal(true)?;
        ROBOT_IN.set_peer_user_signal(true)?;
        case.equal(shown_to_robot()?, Signals::USER.bits().into());
        case.equal(shown(handle::ROBOT_OUT)?, Signals::WRITEABLE);
        case.equal(shown(handle::ROBOT_IN)?, Signals::empty());
        case.equal(shown(handle::ROBOT_CONTROL)?, Signals::WRITEABLE);
        ROBOT_IN.set_peer_user_signal(false)?;
        case.equal(shown_to_robot()?, Signals::USER.bits().into());
        ROBOT_OUT.set_peer_user_signal(false)?;
        case.equal(shown_to_robot()?, 0);
        Ok(())
    });
    report.case("WT-5 WT-3 it is a level: a wait does not use it up", |case| {
        ROBOT.run_to_end(&[Step::SignalOut(true), Step::SignalIn(true)])?;
        for _ in 0..3 {
            let found = ROBOT_IN.wait(Signals::USER, patience())?;
            case.equal(found.pending_signals, Signals::USER);
            let found = ROBOT_OUT.wait(Signals::USER, patience())?;
            case.equal(found.pending_signals, Signals::USER | Signals::WRITEABLE);
        }
        ROBOT.run_to_end(&[Step::SignalOut(false), Step::SignalIn(false)]).map(|_| ())
    });
}

fn waited_for(report: &mut Report) {
    report.case("WT-5 WT-6 raising it ends a wait on the handler's end", |case| {
        ROBOT.run(&[Step::Sleep(50), Step::SignalOut(true)])?;
        let found = ROBOT_IN.wait(Signals::USER | Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::USER);
        ROBOT.run_to_end(&[Step::SignalOut(false)])?.of(0).map(|_| ())
    });
    report.case("WT-5 WT-6 raising it ends a wait on the initiator's end", |case| {
        ROBOT.run(&[Step::Sleep(50), Step::SignalIn(true)])?;
        let found = ROBOT_OUT.wait(Signals::USER, patience())?;
        case.equal(found.pending_signals, Signals::USER | Signals::WRITEABLE);
        ROBOT.run_to_end(&[Step::SignalIn(false)])?.of(0).map(|_| ())
    });
    report.case("WT-5 raising it does not end a wait for something else", |case| {
        ROBOT.run(&[Step::Sleep(20), Step::SignalOut(true), Step::SignalIn(true)])?;
        let found = ROBOT_IN.wait(Signals::READABLE | Signals::ERROR, after(SHORT * 3));
        case.equal(found, Err(Error::DeadlineExceeded));
        let found = ROBOT_OUT.wait(Signals::ERROR, after(SHORT));
        case.equal(found, Err(Error::DeadlineExceeded));
        ROBOT.run_to_end(&[Step::SignalOut(false), Step::SignalIn(false)]).map(|_| ())
    });
    report.case("WT-5 WT-2 a more important thread that waits for it runs at once", |case| {
        ROBOT.run(&[WAIT_FOR_USER, Step::SignalOut(true)])?;
        ROBOT_OUT.set_peer_user_signal(true)?;
        // The robot has run before the call came back: its own signal shows already.
        case.equal(shown(handle::ROBOT_IN)?, Signals::USER);
        ROBOT_OUT.set_peer_user_signal(false)?;
        case.equal(ROBOT.outcomes()?.of(0), Ok(Signals::USER.bits().into()));
        ROBOT.run_to_end(&[Step::SignalOut(false)])?.of(0).map(|_| ())
    });
}

fn undisturbed(report: &mut Report) {
    report.case("WT-5 a transaction that is answered disturbs it on neither end", |case| {
        ROBOT_OUT.set_peer_user_signal(true)?;
        let serves = [Step::WAIT, Step::READ_ALL, LOOK_FOR_ALL, Step::answer(1, 4), LOOK_FOR_ALL];
        ROBOT.run_to_end(&[Step::SignalIn(true)])?;
        ROBOT.run(&serves)?;
        case.equal(ROBOT_OUT.transact(&[1; 4], &mut [0; 4], patience()), Ok(4));
        case.equal(shown(handle::ROBOT_OUT)?, Signals::USER | Signals::WRITEABLE);
        let outcomes = ROBOT.outcomes()?;
        let user = u64::from(Signals::USER.bits());
        case.equal(outcomes.of(0), Ok(user | u64::from(Signals::READABLE.bits())));
        case.equal(outcomes.of(2), Ok(user));
        case.equal(outcomes.of(4), Ok(user));
        Ok(())
    });
    report.case("WT-5 CH-5 a transaction that is withdrawn disturbs it on neither end", |case| {
        ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Sleep(100), LOOK_FOR_ALL])?;
        let found = ROBOT_OUT.transact(&[1; 4], &mut [0; 4], after(SHORT));
        case.equal(found, Err(Error::DeadlineExceeded));
        case.equal(shown(handle::ROBOT_OUT)?, Signals::USER | Signals::WRITEABLE);
        case.equal(ROBOT.outcomes()?.of(3), Ok(Signals::USER.bits().into()));
        ROBOT_OUT.set_peer_user_signal(false)?;
        ROBOT.run_to_end(&[Step::SignalIn(false)])?.of(0).map(|_| ())
    });
    report.case("WT-5 CH-3 while a request waits it comes and goes beside READABLE", |case| {
        let asks = [Step::SignalOut(true), Step::request(3, 4, 4), Step::SignalOut(false)];
        ROBOT.run(&asks)?;
        case.equal(shown(handle::ROBOT_IN)?, Signals::USER | Signals::READABLE);
        ROBOT_IN.respond(&[0u8; 0])?;
        case.equal(ROBOT.outcomes()?.of(1), Ok(0));
        case.equal(shown(handle::ROBOT_IN)?, Signals::empty());
        Ok(())
    });
}

fn refused(report: &mut Report) {
    let status = |handle: usize, word: usize| {
        call_with(Syscall::ObjectSetPeerUserSignal, [handle, word]).status
    };
    report.case("WT-5 AB-1 AB-5 a word that is neither 0 nor 1 changes nothing", |case| {
        for word in WORDS.into_iter().chain([2]).filter(|word| *word > 1) {
            for handle in [handle::ROBOT_OUT, handle::ROBOT_IN] {
                let expected = Error::InvalidArgument.status_code();
                case.equal_for((handle, word), status(handle as usize, word), expected);
            }
        }
        case.equal(shown_to_robot()?, 0);
        Ok(())
    });
    report.case("WT-5 AB-1 a thread has no peer", |case| {
        for word in [0, 1] {
            let found = object_set_peer_user_signal(handle::MAIN, word == 1);
            case.equal(found, Err(Error::InvalidArgument));
        }
        Ok(())
    });
    report.case("WT-5 AB-1 a handle that is not declared is OutOfRange", |case| {
        let undeclared = handle::MAIN as usize + 1;
        for handle in [undeclared, undeclared + 1, usize::MAX / 2, usize::MAX] {
            case.equal_for(handle, status(handle, 1), Error::OutOfRange.status_code());
        }
        Ok(())
    });
}

/// Lets a robot raise USER on both of its channels and then end.
fn outlive(
    case: &mut Case,
    (control, outgoing, incoming): (Initiator, Initiator, Handler),
    last: Step,
) -> Result<()> {
    let robot = Robot::new(control);
    robot.run_to_end(&[Step::SignalIn(true), Step::SignalOut(true)])?;
    case.equal(shown(outgoing.handle())?, Signals::USER | Signals::WRITEABLE);
    case.equal(shown(incoming.handle())?, Signals::USER);
    robot.run(&[last])?;
    // It is Unavailable from the moment of the robot's end on.
    let found = control.transact(&[0u8; 0], &mut [0u8; 0], after(PATIENCE));
    case.equal(found, Err(Error::Unavailable));
    case.equal(shown(outgoing.handle())?, Signals::WRITEABLE);
    case.equal(shown(incoming.handle())?, Signals::empty());
    Ok(())
}

fn raiser_ends(report: &mut Report) {
    report.case("WT-5 PR-4 the kernel lowers it when its raiser exits", |case| {
        let exiter = (EXITER_CONTROL, EXITER_OUT, EXITER_IN);
        outlive(case, exiter, Step::Exit(0))
    });
    report.case("WT-5 PR-4 the kernel lowers it when its raiser crashes", |case| {
        let crasher = (CRASHER_CONTROL, CRASHER_OUT, CRASHER_IN);
        outlive(case, crasher, Step::Crash)
    });
}

fn raised_on_who_ends(report: &mut Report) {
    report.case("WT-5 it may be raised and lowered on a process that has ended", |case| {
        for set in [true, true, false, true] {
            case.equal(EXITER_OUT.set_peer_user_signal(set), Ok(()));
            case.equal(CRASHER_IN.set_peer_user_signal(set), Ok(()));
        }
        Ok(())
    });
    report.case("WT-5 the others' signals are as they were", |case| {
        case.equal(shown_to_robot()?, 0);
        case.equal(shown(handle::ROBOT_OUT)?, Signals::WRITEABLE);
        case.equal(shown(handle::ROBOT_IN)?, Signals::empty());
        Ok(())
    });
}
