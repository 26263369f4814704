//! Another thread than the main one (CP-1).

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result};
use suite::hostile::{ARENA, call};
use suite::report::Report;
use suite::timing::patience;
use suite_codegen::capsules::tester::handle::WORKER;
use userspace::raw::Syscall;
use userspace::registry::{self, Name, RegistryError};
use userspace::syscall::{Signals, object_wait, task_join, thread_exit};
use userspace::thread::{self, Stack};
use userspace::upcall;

use crate::cast::{REGISTRY, failed};

pub(crate) static STACK: Stack<2048> = Stack::new();
/// Which of its calls were not refused as they should, a bit for each.
static WRONG: AtomicU32 = AtomicU32::new(u32::MAX);

const CALLS: [Syscall; 8] = [
    Syscall::Command,
    Syscall::AllowReadOnly,
    Syscall::AllowReadWrite,
    Syscall::Subscribe,
    Syscall::YieldWait,
    Syscall::YieldNoWait,
    Syscall::YieldWaitFor,
    Syscall::CommandAndYieldWaitFor,
];

extern "C" fn tries() -> ! {
    let mut wrong = 0;
    for (bit, syscall) in CALLS.into_iter().enumerate() {
        for driver in [REGISTRY as usize, 0] {
            let found = call(syscall as usize, [driver, 0, ARENA.at(0), 4, 1, 0, 0]);
            wrong |= u32::from(found != failed(Error::FailedPrecondition)) << bit;
        }
    }
    let name = Name::new("a name");
    let refused = RegistryError::Failed(Error::FailedPrecondition);
    let safe = [
        registry::discover(&name).err() == Some(refused),
        registry::register(&name) == Err(refused),
        registry::cancel() == Err(refused),
        upcall::next() == Err(Error::FailedPrecondition),
        upcall::wait() == Err(Error::FailedPrecondition),
        upcall::listen(registry::DISCOVERED).is_err(),
    ];
    for (bit, is_refused) in safe.into_iter().enumerate() {
        wrong |= u32::from(!is_refused) << (16 + bit);
    }
    WRONG.store(wrong, Relaxed);
    thread_exit(0)
}

/// Blocks until the other thread has ended.
pub(crate) fn join() -> Result<()> {
    object_wait(WORKER, Signals::JOINABLE, patience())?;
    task_join(WORKER).map(|_| ())
}

pub(crate) fn refused(report: &mut Report) {
    report.case("CP-1 AB-5 every call is FailedPrecondition from another thread", |case| {
        thread::start(WORKER, &STACK, tries)?;
        join()?;
        case.equal(WRONG.load(Relaxed), 0);
        // Nothing was allowed.
        let words = [REGISTRY as usize, 0, 0, 0, 0, 0, 0];
        let found = call(Syscall::AllowReadOnly as usize, words);
        case.equal((found.status, found.value0, found.value1), (0, 0, 0));
        Ok(())
    });
}
