//! Threads that receive while another one closes their endpoint (EP-10). They are the tester's own, which do
//! not open any more.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result, StatusCode};
use suite::endpoint::Way;
use suite::report::Report;
use suite::robot::Step;
use suite::timing::{LONG, after, patience};
use suite_codegen::endpoint_ends::tester::handle::{A, B, OTHER};
use userspace::syscall::{Signals, endpoint_close, object_wait, task_join, thread_exit};
use userspace::thread::{self, Stack};
use userspace::time::Instant;

use crate::cast::{FIRST, IN, TO_OTHER, message, settle, shown};

static STACKS: [Stack<1536>; 2] = [const { Stack::new() }; 2];
static STATUS: [AtomicU32; 2] = [const { AtomicU32::new(0) }; 2];
const WAYS: [Way; 2] = [Way::Flat, Way::Words];

extern "C" fn receives<const PLACE: usize>() -> ! {
    let found = WAYS[PLACE].receive(IN, patience());
    STATUS[PLACE].store(found.status_code(), Relaxed);
    thread_exit(0)
}

extern "C" fn watches() -> ! {
    let found = object_wait(OTHER, Signals::ERROR, after(LONG * 5));
    let signals = found.map_or(0, |found| found.pending_signals.bits());
    STATUS[1].store(signals, Relaxed);
    thread_exit(0)
}

/// What a thread has stored, when it has ended.
fn ended(handle: u32, place: usize) -> Result<u32> {
    object_wait(handle, Signals::JOINABLE, patience())?;
    task_join(handle)?;
    Ok(STATUS[place].load(Relaxed))
}

pub(crate) fn threads(report: &mut Report) {
    report.case("EP-10 EP-6 closing ends every wait to receive with Aborted", |case| {
        thread::start(A, &STACKS[0], receives::<0>)?;
        thread::start(B, &STACKS[1], receives::<1>)?;
        settle()?;
        case.equal(endpoint_close(IN), Ok(()));
        let aborted = Ok(Error::Aborted.status_code());
        case.equal((ended(A, 0), ended(B, 1)), (aborted, aborted));
        case.equal(shown(IN)?, Signals::ERROR);
        case.equal(endpoint_close(IN), Ok(()));
        for way in Way::ALL {
            case.equal(way.receive(IN, patience()), Err(Error::Aborted));
            case.equal(way.receive(IN, Instant::MIN), Err(Error::Aborted));
            case.equal(way.try_receive(IN), Err(Error::Aborted));
        }
        Ok(())
    });
}

pub(crate) fn watchers(report: &mut Report) {
    report.case(
        "EP-13 EP-10 who waits for ERROR learns it when the last message is gone",
        |case| {
            FIRST.does(case, &[Step::send(TO_OTHER, Way::Flat, message(1))])?;
            thread::start(B, &STACKS[1], watches)?;
            settle()?;
            endpoint_close(OTHER)?;
            settle()?;
            case.equal(shown(OTHER)?, Signals::READABLE);
            case.equal(
                object_wait(B, Signals::JOINABLE, Instant::MIN).err(),
                Some(Error::DeadlineExceeded),
            );
            case.equal(Way::Flat.try_receive(OTHER).map(|found| found.seed), Ok(1));
            case.equal(shown(OTHER)?, Signals::ERROR);
            case.equal(ended(B, 1), Ok(Signals::ERROR.bits()));
            Ok(())
        },
    );
}
