//! Asserts how processes and threads are started, watched, ended and restarted (PR-1 to PR-5, CH-8).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::tasks::Order;
use suite::timing::{SHORT, after, patience, sleep};
use suite_codegen::tasks::tester::handle::{
    CHILD, EAGER, ETERNAL, FLAKY, TO_CHILD as CHANNEL, WORKER,
};
use suite_codegen::tasks::tester::object::{TO_CHILD, TO_ETERNAL, TO_FLAKY};
use userspace::channel::Initiator;
use userspace::process_entry;
use userspace::syscall::{
    ExitStatus, FaultCause, Signals, object_wait, process_start, task_fault, task_join,
    task_terminate, thread_exit, thread_start,
};
use userspace::thread::{self, Stack};
use userspace::time::Instant;

static WORKER_STACK: Stack<2048> = Stack::new();
static EAGER_STACK: Stack<2048> = Stack::new();
/// What threads leave behind.
static TRACE: AtomicU32 = AtomicU32::new(0);

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(31);
    manual(&mut report);
    ends(&mut report);
    objects(&mut report);
    threads(&mut report);
    threads_of_others(&mut report);
    policy_on_fault(&mut report);
    policy_always(&mut report);
    report.shut_down()
}

/// Tells the process at the other end what to do; it answers only to some orders.
fn tell(channel: Initiator, order: Order) -> Result<u32> {
    let mut room = [0; 4];
    channel.transact(&[order as u8], &mut room, patience())?;
    Ok(u32::from_le_bytes(room))
}

/// Waits until a process or a thread has ended, and collects how.
fn joined(handle: u32) -> Result<ExitStatus> {
    object_wait(handle, Signals::JOINABLE, patience())?;
    task_join(handle)
}

/// Starts the child, ends it by an order, and collects how it ended.
fn ended_by(case: &mut Case, order: Order) -> Result<ExitStatus> {
    process_start(CHILD)?;
    case.equal(tell(TO_CHILD, order), Err(Error::Unavailable));
    joined(CHILD)
}

fn manual(report: &mut Report) {
    report.case("PR-3 PR-5 a manual process does not start by itself", |case| {
        case.equal(task_join(CHILD), Err(Error::Unavailable));
        case.equal(task_terminate(CHILD), Err(Error::Unavailable));
        let found = object_wait(CHILD, Signals::JOINABLE, Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("CH-8 a transaction with a process that was never started waits", |case| {
        let found = TO_CHILD.transact(&[0], &mut [0; 4], after(SHORT));
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("PR-5 process_start starts it, once", |case| {
        case.equal(process_start(CHILD), Ok(()));
        case.equal(process_start(CHILD), Err(Error::AlreadyExists));
        case.equal(tell(TO_CHILD, Order::Count), Ok(1_000));
        case.equal(tell(TO_CHILD, Order::Count), Ok(1_002));
        Ok(())
    });
}

fn ends(report: &mut Report) {
    report.case("PR-5 CH-8 an exit is collected once, with its status", |case| {
        case.equal(tell(TO_CHILD, Order::Exit), Err(Error::Unavailable));
        case.equal(joined(CHILD), Ok(ExitStatus::Success(3)));
        case.equal(task_join(CHILD), Err(Error::Unavailable));
        case.equal(task_fault(CHILD), Err(Error::Unavailable));
        Ok(())
    });
    report.case("PR-3 a new life begins from clean memory", |case| {
        process_start(CHILD)?;
        case.equal(tell(TO_CHILD, Order::Count), Ok(1_000));
        Ok(())
    });
    report.case("PR-5 a terminated process has stopped", |case| {
        case.equal(task_terminate(CHILD), Ok(()));
        case.equal(task_terminate(CHILD), Err(Error::Unavailable));
        case.equal(joined(CHILD), Ok(ExitStatus::TerminatedBySyscall));
        Ok(())
    });
    report.case("PR-2 PR-5 a panic is an unhandled exception", |case| {
        let found = ended_by(case, Order::Panic);
        case.equal(found, Ok(ExitStatus::UnhandledException(0)));
        case.equal(task_fault(CHILD)?.cause, FaultCause::Panic);
        Ok(())
    });
    report.case("PR-2 PR-5 a fault is told with its cause and place", |case| {
        let found = ended_by(case, Order::Crash);
        case.equal(found, Ok(ExitStatus::UnhandledException(0)));
        let fault = task_fault(CHILD)?;
        case.equal(fault.cause, FaultCause::IllegalInstruction);
        case.holds(fault.pc != 0);
        Ok(())
    });
    report.case("PR-5 a start needs no join before it, and forgets no status", |case| {
        process_start(CHILD)?;
        case.equal(tell(TO_CHILD, Order::Exit), Err(Error::Unavailable));
        process_start(CHILD)?;
        case.equal(tell(TO_CHILD, Order::Count), Ok(1_000));
        let found = object_wait(CHILD, Signals::JOINABLE, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::JOINABLE);
        case.equal(task_join(CHILD), Ok(ExitStatus::Success(3)));
        task_terminate(CHILD)?;
        case.equal(task_join(CHILD), Ok(ExitStatus::TerminatedBySyscall));
        Ok(())
    });
}

fn objects(report: &mut Report) {
    report.case("AB-1 PR-5 calls about processes and threads want such objects", |case| {
        for call in [process_start, task_terminate, |handle| task_join(handle).map(|_| ())] {
            case.equal(call(CHANNEL), Err(Error::InvalidArgument));
            case.equal(call(99), Err(Error::OutOfRange));
        }
        case.equal(process_start(WORKER), Err(Error::InvalidArgument));
        case.equal(task_fault(WORKER), Err(Error::InvalidArgument));
        let stack = &mut [0u8; 64];
        let end = stack.as_mut_ptr_range().end as usize;
        case.equal(thread_start(CHILD, entry_of(exits), end), Err(Error::InvalidArgument));
        case.equal(thread_start(99, entry_of(exits), end), Err(Error::OutOfRange));
        Ok(())
    });
}

fn entry_of(entry: extern "C" fn() -> !) -> usize {
    entry as *const () as usize
}

extern "C" fn exits() -> ! {
    TRACE.fetch_add(1, Relaxed);
    thread_exit(5)
}

extern "C" fn asks() -> ! {
    let answer = TO_CHILD.transact(&[Order::Count as u8], &mut [0; 4], Instant::MAX);
    TRACE.store(answer.map_or(7, |_| 8), Relaxed);
    thread_exit(0)
}

extern "C" fn asks_in_vain() -> ! {
    let _ = TO_CHILD.transact(&[Order::Keep as u8], &mut [0; 4], Instant::MAX);
    thread_exit(0)
}

extern "C" fn spins() -> ! {
    loop {
        TRACE.fetch_add(1, Relaxed);
    }
}

fn threads(report: &mut Report) {
    report.case("PR-5 a thread runs in its turn, and its code is collected once", |case| {
        TRACE.store(0, Relaxed);
        case.equal(task_join(WORKER), Err(Error::Unavailable));
        thread::start(WORKER, &WORKER_STACK, exits)?;
        case.equal(TRACE.load(Relaxed), 0);
        case.equal(joined(WORKER), Ok(ExitStatus::Success(5)));
        case.equal(TRACE.load(Relaxed), 1);
        case.equal(task_join(WORKER), Err(Error::Unavailable));
        Ok(())
    });
    report.case("WT-2 PR-5 a more important thread runs at once", |case| {
        TRACE.store(0, Relaxed);
        thread::start(EAGER, &EAGER_STACK, exits)?;
        case.equal(TRACE.load(Relaxed), 1);
        case.equal(task_join(EAGER), Ok(ExitStatus::Success(5)));
        Ok(())
    });
    report.case("PR-5 a thread can be started again and again", |case| {
        TRACE.store(0, Relaxed);
        for _ in 0..100 {
            thread::start(EAGER, &EAGER_STACK, exits)?;
        }
        case.equal(TRACE.load(Relaxed), 100);
        case.equal(task_join(EAGER), Ok(ExitStatus::Success(5)));
        Ok(())
    });
    report.case("PR-5 a stack belongs to one thread", |case| {
        let found = thread::start(EAGER, &WORKER_STACK, exits);
        case.equal(found, Err(Error::FailedPrecondition));
        Ok(())
    });
    report.case("AB-3 PR-5 a stack must be memory of one's own", |case| {
        for stack_pointer in [0, 1, 8, usize::MAX, usize::MAX & !0xF] {
            let found = thread_start(WORKER, entry_of(exits), stack_pointer);
            case.equal_for(stack_pointer, found, Err(Error::PermissionDenied));
        }
        Ok(())
    });
    report.case("PR-5 a thread that lives is not started again", |case| {
        thread::start(WORKER, &WORKER_STACK, spins)?;
        let again = thread::start(WORKER, &WORKER_STACK, spins);
        case.equal(again, Err(Error::AlreadyExists));
        task_terminate(WORKER)
    });
    report.case("PR-5 a terminated thread never runs again", |case| {
        case.equal(task_join(WORKER), Ok(ExitStatus::TerminatedBySyscall));
        let trace = TRACE.load(Relaxed);
        sleep(SHORT);
        case.equal(TRACE.load(Relaxed), trace);
        Ok(())
    });
    interrupted(report);
    withdrawn(report);
}

fn interrupted(report: &mut Report) {
    report.case("PR-5 WT-2 a thread that is interrupted goes on where it was", |case| {
        TRACE.store(0, Relaxed);
        thread::start(WORKER, &WORKER_STACK, spins)?;
        let mut last = 0;
        for _ in 0..5 {
            sleep(SHORT);
            let now = TRACE.load(Relaxed);
            case.holds(now > last);
            last = now;
        }
        task_terminate(WORKER)?;
        task_join(WORKER).map(|_| ())
    });
}

fn withdrawn(report: &mut Report) {
    report.case("PR-5 CH-5 a thread's end withdraws the transaction that it blocks in", |case| {
        process_start(CHILD)?;
        thread::start(EAGER, &EAGER_STACK, asks_in_vain)?;
        let found = object_wait(CHANNEL, Signals::WRITEABLE, Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        task_terminate(EAGER)?;
        let found = object_wait(CHANNEL, Signals::WRITEABLE, Instant::MIN)?;
        case.equal(found.pending_signals, Signals::WRITEABLE);
        task_terminate(CHILD)?;
        task_join(CHILD)?;
        task_join(EAGER).map(|_| ())
    });
    report.case("PR-5 two threads of a process ask each for itself", |case| {
        TRACE.store(0, Relaxed);
        process_start(CHILD)?;
        thread::start(WORKER, &WORKER_STACK, asks)?;
        case.equal(joined(WORKER), Ok(ExitStatus::Success(0)));
        case.equal(TRACE.load(Relaxed), 8);
        case.equal(tell(TO_CHILD, Order::Count), Ok(1_002));
        task_terminate(CHILD)?;
        task_join(CHILD).map(|_| ())
    });
}

fn threads_of_others(report: &mut Report) {
    report.case("PR-5 a thread that returns from its entry faults", |case| {
        let found = ended_by(case, Order::ReturnFromThread);
        case.equal(found, Ok(ExitStatus::UnhandledException(0)));
        Ok(())
    });
    report.case("PR-5 the end of the main thread alone ends nothing", |case| {
        process_start(CHILD)?;
        let mut room = [0; 8];
        // The request is served by the thread that ends, so it is served anew by the other one.
        let found = TO_CHILD.transact(&[Order::LeaveMain as u8], &mut room, patience());
        case.equal(found, Ok(5));
        case.equal(&room[..5], b"go on");
        let found = object_wait(CHILD, Signals::JOINABLE, Instant::MIN);
        case.equal(found, Err(Error::DeadlineExceeded));
        Ok(())
    });
    report.case("PR-5 the code of the last thread is the process's status", |case| {
        case.equal(TO_CHILD.transact(&[Order::Exit as u8], &mut [0; 8], patience()), Ok(5));
        case.equal(joined(CHILD), Ok(ExitStatus::Success(44)));
        Ok(())
    });
}

fn policy_on_fault(report: &mut Report) {
    report.case("PR-3 CH-8 the transaction that a handler dies in is Unavailable", |case| {
        case.equal(tell(TO_FLAKY, Order::Count), Ok(1_000));
        case.equal(tell(TO_FLAKY, Order::Crash), Err(Error::Unavailable));
        Ok(())
    });
    report.case("PR-3 CH-8 one that starts before the restart waits for it", |case| {
        let found = TO_FLAKY.transact(&[0], &mut [0; 4], after(SHORT));
        case.equal(found, Err(Error::DeadlineExceeded));
        case.equal(tell(TO_FLAKY, Order::Count), Ok(1_000));
        Ok(())
    });
    report.case("PR-5 the status of a restarted process is there to collect", |case| {
        case.equal(task_join(FLAKY), Ok(ExitStatus::UnhandledException(0)));
        case.equal(task_fault(FLAKY)?.cause, FaultCause::IllegalInstruction);
        case.equal(process_start(FLAKY), Err(Error::AlreadyExists));
        Ok(())
    });
    report.case("PR-3 after the last restart a process stays as it is", |case| {
        case.equal(tell(TO_FLAKY, Order::Panic), Err(Error::Unavailable));
        case.equal(tell(TO_FLAKY, Order::Count), Ok(1_000));
        case.equal(tell(TO_FLAKY, Order::Panic), Err(Error::Unavailable));
        let found = TO_FLAKY.transact(&[0], &mut [0; 4], Instant::MAX);
        case.equal(found, Err(Error::Unavailable));
        Ok(())
    });
    report.case("PR-5 PR-3 a start by hand counts the restarts anew", |case| {
        process_start(FLAKY)?;
        case.equal(tell(TO_FLAKY, Order::Panic), Err(Error::Unavailable));
        case.equal(tell(TO_FLAKY, Order::Count), Ok(1_000));
        Ok(())
    });
    report.case("PR-3 a process that exits has no restart on_fault", |case| {
        case.equal(tell(TO_FLAKY, Order::Exit), Err(Error::Unavailable));
        case.equal(tell(TO_FLAKY, Order::Count), Err(Error::Unavailable));
        Ok(())
    });
}

fn policy_always(report: &mut Report) {
    report.case("PR-3 a process that is always restarted comes back from an exit", |case| {
        for _ in 0..5 {
            case.equal(tell(TO_ETERNAL, Order::Exit), Err(Error::Unavailable));
            case.equal(tell(TO_ETERNAL, Order::Count), Ok(1_000));
        }
        Ok(())
    });
    report.case("PR-3 no policy applies to a termination", |case| {
        task_terminate(ETERNAL)?;
        sleep(SHORT);
        case.equal(tell(TO_ETERNAL, Order::Count), Err(Error::Unavailable));
        case.equal(task_join(ETERNAL), Ok(ExitStatus::TerminatedBySyscall));
        Ok(())
    });
}
