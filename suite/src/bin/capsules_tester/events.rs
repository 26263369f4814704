//! The object `upcalls` (CP-6).

use pw_status::{Error, Result};
use suite::capsule::{MAILBOX, Party, Step, What, must};
use suite::report::{Case, Report};
use suite::robot;
use suite::timing::{SHORT, after, patience};
use suite_codegen::capsules::tester::handle;
use suite_codegen::capsules::tester::object::{EVENTS, FIRST_CONTROL, GROUP};
use userspace::syscall::{
    Signals, WaitReturn, object_set_peer_user_signal, object_wait, thread_exit,
};
use userspace::thread;
use userspace::time::Instant;
use userspace::upcall;

use crate::cast::{
    DISCOVERED, FIRST, REGISTERED, WAITING, begin, clear, make_discovered, make_registered, meets,
    shown,
};
use crate::threads::{STACK, join};

/// Checks whether the object is READABLE.
#[track_caller]
fn shows(case: &mut Case, is_readable: bool) {
    let expected = if is_readable { Signals::READABLE } else { Signals::empty() };
    case.equal(shown(EVENTS.handle()), Ok(expected));
}

fn listen(source: upcall::Source) -> Result<()> {
    upcall::listen(source).map_err(|_| Error::Aborted)
}

fn ignore(source: upcall::Source) -> Result<()> {
    upcall::ignore(source).map_err(|_| Error::Aborted)
}

fn shown_when_due(case: &mut Case, own: &mut Party) -> Result<()> {
    clear(own);
    shows(case, false);
    make_registered()?;
    shows(case, false);
    listen(REGISTERED)?;
    shows(case, true);
    ignore(REGISTERED)?;
    shows(case, false);
    listen(REGISTERED)?;
    make_discovered()?;
    shows(case, true);
    case.equal(upcall::next().map(|event| event.map(|event| event.source)), Ok(Some(REGISTERED)));
    // The other is not subscribed.
    shows(case, false);
    listen(DISCOVERED)?;
    shows(case, true);
    // What is withdrawn is not due.
    must(case, own.does(Step::new(What::CancelFind)))?;
    shows(case, false);
    ignore(DISCOVERED)?;
    ignore(REGISTERED)
}

pub(crate) fn shows_when_due(report: &mut Report, own: &mut Party) {
    report.case("CP-6 it is READABLE while an upcall that is subscribed is pending", |case| {
        shown_when_due(case, own)
    });
    report.case("CP-6 CP-2 it stays READABLE as long as more is due", |case| {
        let tester = meets(case, own, FIRST)?;
        FIRST.must(case, begin(tester, 1))?;
        listen(WAITING)?;
        for _ in 0..3 {
            shows(case, true);
            case.equal(upcall::next().map(|event| event.is_some()), Ok(true));
        }
        FIRST.must(case, Step::new(What::Withdraw))?;
        shows(case, false);
        case.equal(upcall::next(), Ok(None));
        ignore(WAITING)
    });
    report.case("CP-6 AB-1 it is no channel, and nobody signals through it", |case| {
        let handle = EVENTS.handle();
        case.equal(object_set_peer_user_signal(handle, true), Err(Error::InvalidArgument));
        case.equal(GROUP.remove(handle), Err(Error::NotFound));
        Ok(())
    });
}

/// The other thread: waits on the object, and tells whether it was READABLE in time.
extern "C" fn watches() -> ! {
    let found = object_wait(EVENTS.handle(), Signals::READABLE, patience());
    thread_exit(u32::from(found.is_err()))
}

fn ended_well() -> Result<bool> {
    object_wait(handle::WORKER, Signals::JOINABLE, patience())?;
    let status = userspace::syscall::task_join(handle::WORKER)?;
    Ok(status == userspace::syscall::ExitStatus::Success(0))
}

/// Has the robot send a request in a while, when the tester waits.
fn asks_soon(tester: u32) -> Result<()> {
    let steps = [robot::Step::Sleep(5), robot::Step::Capsule(begin(tester, 1))];
    FIRST.peer().robot().run(&steps)
}

fn in_time(case: &mut Case, own: &mut Party) -> Result<()> {
    clear(own);
    listen(REGISTERED)?;
    for deadline in [Instant::MIN, after(SHORT)] {
        let late = object_wait(EVENTS.handle(), Signals::READABLE, deadline);
        case.equal(late, Err(Error::DeadlineExceeded));
        case.equal(EVENTS.wait(deadline), Err(Error::DeadlineExceeded));
    }
    make_registered()?;
    // With a deadline that is past, what is there is given.
    case.equal(EVENTS.wait(Instant::MIN).map(|event| event.source), Ok(REGISTERED));
    ignore(REGISTERED)
}

fn goes_on(case: &mut Case, own: &mut Party) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    listen(WAITING)?;
    asks_soon(tester)?;
    case.equal(EVENTS.wait(patience()).map(|event| event.source), Ok(WAITING));
    FIRST.must(case, Step::new(What::Withdraw))?;
    asks_soon(tester)?;
    let found = object_wait(EVENTS.handle(), Signals::READABLE, patience());
    case.equal(found.map(|found| found.pending_signals), Ok(Signals::READABLE));
    FIRST.must(case, Step::new(What::Withdraw))?;
    ignore(WAITING)
}

fn in_a_group(case: &mut Case, own: &mut Party) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    listen(WAITING)?;
    GROUP.add(EVENTS.handle(), Signals::READABLE, 7)?;
    GROUP.add(handle::WORKER, Signals::JOINABLE, 8)?;
    case.equal(GROUP.wait(after(SHORT)), Err(Error::DeadlineExceeded));
    asks_soon(tester)?;
    let ready = WaitReturn { user_data: 7, pending_signals: Signals::READABLE };
    case.equal(GROUP.wait(patience()), Ok(ready));
    case.equal(GROUP.wait(Instant::MIN), Ok(ready));
    FIRST.must(case, Step::new(What::Withdraw))?;
    case.equal(GROUP.wait(Instant::MIN), Err(Error::DeadlineExceeded));
    GROUP.remove(EVENTS.handle())?;
    GROUP.remove(handle::WORKER)?;
    ignore(WAITING)
}

fn by_another_thread(case: &mut Case, own: &mut Party) -> Result<()> {
    clear(own);
    make_registered()?;
    thread::start(handle::WORKER, &STACK, watches)?;
    FIRST.peer().settle()?;
    listen(REGISTERED)?;
    case.equal(ended_well(), Ok(true));
    // It has taken nothing.
    case.equal(upcall::next().map(|event| event.map(|event| event.source)), Ok(Some(REGISTERED)));
    ignore(REGISTERED)?;
    // A request wakes it as well.
    let tester = meets(case, own, FIRST)?;
    listen(WAITING)?;
    thread::start(handle::WORKER, &STACK, watches)?;
    FIRST.must(case, begin(tester, 1))?;
    join()?;
    FIRST.must(case, Step::new(What::Withdraw))?;
    case.equal(own.does(Step::new(What::Look).at(MAILBOX).of(2)), Ok(0));
    case.equal(FIRST_CONTROL.wait(Signals::ERROR, Instant::MIN), Err(Error::DeadlineExceeded));
    ignore(WAITING)
}

pub(crate) fn waited_for(report: &mut Report, own: &mut Party) {
    report.case("CP-6 AB-4 a wait for upcalls has a deadline", |case| in_time(case, own));
    report.case("CP-6 who waits on it goes on when an upcall comes", |case| goes_on(case, own));
    report.case("CP-6 WT-4 it is a member of a wait group like any object", |case| {
        in_a_group(case, own)
    });
    report
        .case("CP-6 CP-2 subscribing to what is pending wakes a thread that waits on it", |case| {
            by_another_thread(case, own)
        });
}
