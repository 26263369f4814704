//! Two threads of the handler's process.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result};
use suite::pattern;
use suite::report::Report;
use suite::robot::Step;
use suite::timing::{LONG, SHORT, patience, sleep};
use suite_codegen::fan_in::tester::handle;
use suite_codegen::fan_in::tester::object::IN;
use userspace::syscall::{
    ExitStatus, Signals, object_wait, task_join, task_terminate, thread_exit,
};
use userspace::thread::{self, Stack};
use userspace::time::{Duration, Instant, SystemClock, sleep_until};

use crate::asker::{FIRST, HIGH, SECOND, served};
use crate::{settle, shown};

pub(crate) static WORKER_STACK: Stack<2048> = Stack::new();
static SLOW_STACK: Stack<2048> = Stack::new();
/// The badge of what the other thread serves.
static SERVED: AtomicU32 = AtomicU32::new(0);

/// Receives, and keeps what it has received.
extern "C" fn keeps() -> ! {
    let found = IN.receive(&mut [0; 16], patience());
    SERVED.store(found.map_or(0, |received| received.badge), Relaxed);
    let _ = sleep_until(Instant::MAX);
    thread_exit(1)
}

/// Receives, and answers after a while as the one that is served expects it.
extern "C" fn answers_later() -> ! {
    let found = IN.receive(&mut [0; 16], patience());
    let badge = found.map_or(0, |received| received.badge);
    SERVED.store(badge, Relaxed);
    sleep(SHORT);
    let [seed, ..] = badge.to_le_bytes();
    thread_exit(u32::from(IN.respond(&pattern::array::<16>(!seed)).is_err()))
}

/// As [`answers_later`], and then tells how long that took, in milliseconds.
extern "C" fn answers_late() -> ! {
    let begin = SystemClock::now();
    let found = IN.receive(&mut [0; 16], patience());
    let [seed, ..] = found.map_or(0, |received| received.badge).to_le_bytes();
    sleep(WAKES);
    let took = SystemClock::now() - begin;
    let _ = IN.respond(&pattern::array::<16>(!seed));
    thread_exit(u32::from(took < WAKES + LONG))
}

/// Starts the other thread, and comes back when it waits to serve.
fn start(entry: extern "C" fn() -> !) -> Result<()> {
    thread::start(handle::WORKER, &WORKER_STACK, entry)?;
    settle()
}

/// Ends the other thread.
fn end() -> Result<ExitStatus> {
    task_terminate(handle::WORKER)?;
    task_join(handle::WORKER)
}

/// When a thread that serves goes on, after it has received: in the middle of what a robot works that
/// is as important as its initiator.
const WAKES: Duration = Duration::from_millis(200);

/// Lets one thread serve, another one wait for the next request, and that come from somebody more important.
pub(crate) fn lent(report: &mut Report) {
    report.case("CH-12 CH-13 who serves is lent what waits, whoever else could serve it", |case| {
        thread::start(handle::SLOW, &SLOW_STACK, answers_late)?;
        settle()?;
        FIRST.robot.run(&[Step::request(0x11, 16, 16), Step::Done])?;
        HIGH.robot.run(&[Step::Sleep(50), Step::request(0x13, 16, 16), Step::Done])?;
        SECOND.robot.run(&[Step::Sleep(100), Step::Spin(400), Step::Done])?;
        // This thread is who waited last, and is woken.
        let found = IN.wait(Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        case.equal(IN.read(0, &mut [0; 16]), Err(Error::FailedPrecondition));
        object_wait(handle::SLOW, Signals::JOINABLE, patience())?;
        // It was not kept waiting by the second robot, which is as important as the first.
        case.equal(task_join(handle::SLOW), Ok(ExitStatus::Success(1)));
        HIGH.is_next(case);
        IN.respond(&[0; 16])?;
        SECOND.robot.done()
    });
}

pub(crate) fn two(report: &mut Report) {
    report.case("CH-12 CH-5a another thread's transaction has no badge for this one", |case| {
        start(keeps)?;
        FIRST.asks()?;
        case.equal(SERVED.load(Relaxed), FIRST.badge());
        SECOND.asks()?;
        case.equal(IN.badge(), Err(Error::FailedPrecondition));
        case.equal(IN.read(0, &mut [0; 16]), Err(Error::FailedPrecondition));
        case.equal(IN.respond(&[0; 16]), Err(Error::FailedPrecondition));
        case.equal(shown(handle::IN)?, Signals::READABLE);
        Ok(())
    });
    report.case(
        "CH-12 CH-5a a thread that ends leaves it to be served before its equals",
        |case| {
            case.equal(end(), Ok(ExitStatus::TerminatedBySyscall));
            case.equal(IN.badge(), Err(Error::Unavailable));
            HIGH.asks()?;
            served(case, &[HIGH, FIRST, SECOND])
        },
    );
    report.case("CH-12 CH-10 while one thread serves another one waits for the next", |case| {
        start(answers_later)?;
        FIRST.asks()?;
        SECOND.asks()?;
        let found = IN.receive(&mut [0; 16], Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        let mut buffer = [0; 16];
        case.equal(IN.receive(&mut buffer, patience()), SECOND.received());
        case.equal(buffer, SECOND.request());
        case.equal(SERVED.load(Relaxed), FIRST.badge());
        FIRST.has_its_answer(case)?;
        object_wait(handle::WORKER, Signals::JOINABLE, patience())?;
        case.equal(task_join(handle::WORKER), Ok(ExitStatus::Success(0)));
        SECOND.is_answered(case)
    });
    report.case("CH-12 CH-5a who receives is given what a thread that ends has left", |case| {
        start(keeps)?;
        FIRST.asks()?;
        case.equal(end(), Ok(ExitStatus::TerminatedBySyscall));
        served(case, &[FIRST])
    });
}
