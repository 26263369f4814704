//! Asserts what a wait group is: who may join, and what a wait on it gives (WT-4).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result, StatusCode};
use suite::hostile::call_with;
use suite::report::Report;
use suite::robot::{Robot, Step};
use suite::timing::{SHORT, after, patience};
use suite_codegen::wait_group::tester::handle;
use suite_codegen::wait_group::tester::object::{self, FIRST, GROUP, OTHER_GROUP, OUT, SECOND};
use userspace::process_entry;
use userspace::raw::Syscall;
use userspace::syscall::{ExitStatus, Signals, WaitReturn, object_wait, task_join, task_terminate};
use userspace::time::Instant;
use userspace::wait_group::WaitGroup;

const FIRST_ROBOT: Robot = Robot::new(object::FIRST_ROBOT);
const SECOND_ROBOT: Robot = Robot::new(object::SECOND_ROBOT);

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(15);
    refusals(&mut report);
    single(&mut report);
    turns(&mut report);
    ends(&mut report);
    report.shut_down()
}

/// What a look at the group gives.
fn look(group: WaitGroup) -> Result<WaitReturn> {
    group.wait(Instant::MIN)
}

fn found(user_data: usize, pending_signals: Signals) -> Result<WaitReturn> {
    Ok(WaitReturn { user_data, pending_signals })
}

fn refusals(report: &mut Report) {
    report.case("WT-4 an empty group cannot be waited on", |case| {
        for deadline in [Instant::MIN, Instant::MAX] {
            case.equal(GROUP.wait(deadline), Err(Error::InvalidArgument));
        }
        Ok(())
    });
    report.case("WT-4 no group joins a group", |case| {
        for group in [GROUP, OTHER_GROUP] {
            let found = GROUP.add(group.handle(), Signals::READABLE, 0);
            case.equal(found, Err(Error::InvalidArgument));
        }
        Ok(())
    });
    report.case("WT-4 AB-1 only a group has members, and only objects join", |case| {
        let no_group = WaitGroup::new(handle::FIRST);
        case.equal(no_group.add(handle::SECOND, Signals::READABLE, 0), Err(Error::InvalidArgument));
        case.equal(no_group.remove(handle::SECOND), Err(Error::InvalidArgument));
        case.equal(GROUP.add(99, Signals::READABLE, 0), Err(Error::OutOfRange));
        case.equal(GROUP.remove(99), Err(Error::OutOfRange));
        Ok(())
    });
    report.case("WT-4 WT-1 a mask with undefined bits is refused", |case| {
        let words = [handle::GROUP as usize, handle::FIRST as usize, 1 << 31 | 1, 0];
        let found = call_with(Syscall::WaitGroupAdd, words).status;
        case.equal(found, Error::InvalidArgument.status_code());
        case.equal(GROUP.remove(handle::FIRST), Err(Error::NotFound));
        Ok(())
    });
    report.case("WT-4 an object is in one group at most, once", |case| {
        GROUP.add(handle::FIRST, Signals::READABLE, 0)?;
        for group in [GROUP, OTHER_GROUP] {
            let found = group.add(handle::FIRST, Signals::READABLE, 0);
            case.equal(found, Err(Error::ResourceExhausted));
        }
        case.equal(OTHER_GROUP.remove(handle::FIRST), Err(Error::NotFound));
        case.equal(GROUP.remove(handle::FIRST), Ok(()));
        case.equal(GROUP.remove(handle::FIRST), Err(Error::NotFound));
        case.equal(OTHER_GROUP.add(handle::FIRST, Signals::READABLE, 0), Ok(()));
        OTHER_GROUP.remove(handle::FIRST)
    });
}

fn single(report: &mut Report) {
    report.case("WT-4 the mask of a wait on a group must hold READABLE", |case| {
        GROUP.add(handle::OUT, Signals::WRITEABLE, usize::MAX)?;
        let mask = Signals::all() - Signals::READABLE;
        let refused = object_wait(handle::GROUP, mask, Instant::MIN);
        case.equal(refused, Err(Error::InvalidArgument));
        Ok(())
    });
    report.case("WT-4 WT-2 a ready member gives its user data and its signals", |case| {
        case.equal(look(GROUP), found(usize::MAX, Signals::WRITEABLE));
        case.equal(look(GROUP), found(usize::MAX, Signals::WRITEABLE));
        GROUP.remove(handle::OUT)
    });
    report.case("WT-4 AB-4 a group of which no member is ready waits for its deadline", |case| {
        GROUP.add(handle::OUT, Signals::READABLE, 1)?;
        case.equal(look(GROUP), Err(Error::DeadlineExceeded));
        case.equal(GROUP.wait(after(SHORT)), Err(Error::DeadlineExceeded));
        GROUP.remove(handle::OUT)
    });
    report.case("WT-4 a member that becomes ready ends a wait that has begun", |case| {
        GROUP.add(handle::FIRST, Signals::READABLE, 7)?;
        FIRST_ROBOT.run(&[Step::Sleep(20), Step::request(1, 1, 1)])?;
        case.equal(GROUP.wait(patience()), found(7, Signals::READABLE));
        FIRST.respond(&[0u8; 0])
    });
    report.case("WT-4 WT-3 what became ready before the wait is not lost", |case| {
        FIRST_ROBOT.run(&[Step::request(1, 1, 1)])?;
        case.equal(GROUP.wait(patience()), found(7, Signals::READABLE));
        case.equal(look(GROUP), found(7, Signals::READABLE));
        FIRST.respond(&[0u8; 0])?;
        case.equal(look(GROUP), Err(Error::DeadlineExceeded));
        Ok(())
    });
}

fn turns(report: &mut Report) {
    report.case("WT-4 members that are ready together take turns", |case| {
        GROUP.add(handle::SECOND, Signals::READABLE, 8)?;
        FIRST_ROBOT.run(&[Step::request(1, 1, 1)])?;
        SECOND_ROBOT.run(&[Step::request(1, 1, 1)])?;
        let first = look(GROUP)?.user_data;
        for round in 1..6 {
            let expected = if round % 2 == 0 { first } else { 15 - first };
            case.equal(look(GROUP), found(expected, Signals::READABLE));
        }
        FIRST.respond(&[0u8; 0])?;
        SECOND.respond(&[0u8; 0])
    });
    report.case("WT-4 a busy member starves no other", |case| {
        GROUP.add(handle::OUT, Signals::WRITEABLE, 9)?;
        SECOND_ROBOT.run(&[Step::request(1, 1, 1)])?;
        let mut seen = [look(GROUP)?.user_data, look(GROUP)?.user_data];
        seen.sort_unstable();
        case.equal(seen, [8, 9]);
        SECOND.respond(&[0u8; 0])?;
        GROUP.remove(handle::OUT)
    });
    report.case("WT-4 a member that was removed is not found any more", |case| {
        SECOND_ROBOT.run(&[Step::request(1, 1, 1)])?;
        case.equal(look(GROUP), found(8, Signals::READABLE));
        GROUP.remove(handle::SECOND)?;
        case.equal(look(GROUP), Err(Error::DeadlineExceeded));
        SECOND.respond(&[0u8; 0])
    });
}

fn ends(report: &mut Report) {
    report.case("WT-4 CH-9 an ERROR falls when a wait on the group has returned it", |case| {
        GROUP.add(handle::SECOND, Signals::READABLE | Signals::ERROR, 8)?;
        SECOND_ROBOT.run(&[Step::request(1, 1, 1)])?;
        case.equal(GROUP.wait(patience()), found(8, Signals::READABLE));
        task_terminate(handle::SECOND_PROCESS)?;
        case.equal(look(GROUP), found(8, Signals::ERROR));
        case.equal(look(GROUP), Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("WT-4 PR-5 a process that has ended is a ready member", |case| {
        GROUP.add(handle::SECOND_PROCESS, Signals::JOINABLE, 10)?;
        case.equal(look(GROUP), found(10, Signals::JOINABLE));
        case.equal(task_join(handle::SECOND_PROCESS), Ok(ExitStatus::TerminatedBySyscall));
        case.equal(look(GROUP), Err(Error::DeadlineExceeded));
        // The robot that is left knows nothing of all this.
        FIRST_ROBOT.run(&[Step::WAIT, Step::READ_ALL, Step::Echo])?;
        case.equal(OUT.transact(&[5], &mut [0; 1], patience()), Ok(1));
        Ok(())
    });
}
