//! Asserts what an initiator gets when its handler's process ends (CH-8, CH-7, PR-4).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::robot::{Robot, Step};
use suite::timing::{SHORT, patience, sleep};
use suite_codegen::handler_death::tester::object::{
    CRASHER, CRASHER_CONTROL, EARLY, EARLY_CONTROL, EXITER, EXITER_CONTROL, PANICKER,
    PANICKER_CONTROL, QUITTER, QUITTER_CONTROL, READER, READER_CONTROL, SURVIVOR, SURVIVOR_CONTROL,
};
use userspace::channel::Initiator;
use userspace::process_entry;
use userspace::syscall::Signals;
use userspace::time::{Instant, SystemClock};

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(15);
    blocked(&mut report);
    serving(&mut report);
    before(&mut report);
    afterwards(&mut report);
    later_calls(&mut report);
    bystanders(&mut report);
    report.shut_down()
}

/// Blocks in a transaction while the handler carries out a script that ends it.
fn outlive(case: &mut Case, control: Initiator, channel: Initiator, script: &[Step]) -> Result<()> {
    Robot::new(control).run(script)?;
    let mut room = [0xC5; 4];
    case.equal(channel.transact(&[1, 2], &mut room, patience()), Err(Error::Unavailable));
    case.equal(room, [0xC5; 4]);
    Ok(())
}

fn blocked(report: &mut Report) {
    report.case(
        "CH-8 PR-4 a handler that exits with a request waiting wakes its initiator",
        |case| {
            let script = [Step::WAIT, Step::Sleep(20), Step::Exit(3)];
            outlive(case, EXITER_CONTROL, EXITER, &script)
        },
    );
    report.case(
        "CH-8 PR-4 a handler that crashes with a request waiting wakes its initiator",
        |case| {
            let script = [Step::WAIT, Step::Crash];
            outlive(case, CRASHER_CONTROL, CRASHER, &script)
        },
    );
    report.case(
        "CH-8 PR-4 PR-7 a handler that panics while it serves wakes its initiator",
        |case| {
            let script = [Step::WAIT, Step::READ_ALL, Step::Panic];
            outlive(case, PANICKER_CONTROL, PANICKER, &script)
        },
    );
}

fn serving(report: &mut Report) {
    report.case("CH-8 PR-4 a handler that exits while it serves wakes its initiator", |case| {
        let script = [Step::WAIT, Step::READ_ALL, Step::Sleep(20), Step::Exit(0)];
        outlive(case, READER_CONTROL, READER, &script)
    });
    report.case(
        "CH-8 a handler that ends long before the deadline is what ends the call",
        |case| {
            let deadline = patience();
            Robot::new(QUITTER_CONTROL).run(&[Step::WAIT, Step::Exit(1)])?;
            let found = QUITTER.transact(&[1], &mut [0; 4], deadline);
            case.equal(found, Err(Error::Unavailable));
            case.holds(SystemClock::now() < deadline);
            Ok(())
        },
    );
}

fn before(report: &mut Report) {
    report.case("CH-8 a handler that ended before the call makes it Unavailable at once", |case| {
        Robot::new(EARLY_CONTROL).run(&[Step::Exit(7)])?;
        sleep(SHORT);
        for deadline in [Instant::MAX, patience(), Instant::MIN] {
            let found = EARLY.transact(&[1], &mut [0; 4], deadline);
            case.equal(found, Err(Error::Unavailable));
        }
        Ok(())
    });
    report.case("CH-7 an initiator that had nothing pending shows no ERROR", |case| {
        let found = EARLY.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        Ok(())
    });
}

fn afterwards(report: &mut Report) {
    let lost = [
        (EXITER, "CH-7 WT-2 ERROR shows after an exit, beside WRITEABLE"),
        (CRASHER, "CH-7 WT-2 ERROR shows after a crash, beside WRITEABLE"),
        (PANICKER, "CH-7 WT-2 ERROR shows after a panic, beside WRITEABLE"),
    ];
    for (channel, title) in lost {
        report.case(title, |case| {
            // All signals come, although the mask names one.
            let found = channel.wait(Signals::ERROR, Instant::MIN)?;
            case.equal(found.pending_signals, Signals::ERROR | Signals::WRITEABLE);
            Ok(())
        });
    }
    report.case("CH-7 WT-3 a wait does not take an initiator's ERROR away", |case| {
        for _ in 0..2 {
            let found = EXITER.wait(Signals::ERROR, Instant::MIN)?;
            case.holds(found.pending_signals.contains(Signals::ERROR));
        }
        Ok(())
    });
}

fn later_calls(report: &mut Report) {
    report.case("CH-8 every later call is Unavailable at once", |case| {
        for channel in [EXITER, CRASHER, PANICKER, READER, QUITTER] {
            for deadline in [Instant::MAX, Instant::MIN] {
                let found = channel.transact(&[1], &mut [0; 4], deadline);
                case.equal_for(channel, found, Err(Error::Unavailable));
            }
        }
        Ok(())
    });
    report.case("AB-5 CH-7 a start that is refused leaves ERROR as it is", |case| {
        let found = EXITER.transact(&[1], &mut [0; 4], patience());
        case.equal(found, Err(Error::Unavailable));
        let found = EXITER.wait(Signals::ERROR, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::ERROR | Signals::WRITEABLE);
        Ok(())
    });
}

fn bystanders(report: &mut Report) {
    report.case("PR-4 every channel of a process ends with it", |case| {
        for control in [EXITER_CONTROL, CRASHER_CONTROL, PANICKER_CONTROL] {
            let found = control.transact(&[0u8; 0], &mut [0u8; 0], patience());
            case.equal_for(control, found, Err(Error::Unavailable));
        }
        Ok(())
    });
    report.case("PR-2 PR-4 the others' channels are as they were", |case| {
        let robot = Robot::new(SURVIVOR_CONTROL);
        robot.run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
        let mut room = [0; 4];
        case.equal(SURVIVOR.transact(&[1, 2, 3], &mut room, patience()), Ok(3));
        case.equal(room, [1, 2, 3, 0]);
        let found = SURVIVOR.wait(Signals::all(), Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        Ok(())
    });
}
