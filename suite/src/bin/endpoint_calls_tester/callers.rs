//! Threads of one process that call, and that answer.

use core::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result, StatusCode};
use suite::endpoint::{Found, Way, each_way};
use suite::report::Report;
use suite::robot::{Right, Step};
use suite::timing::patience;
use suite_codegen::endpoint_calls::tester::handle::{A, B, OUT};
use userspace::syscall::{Signals, object_wait, task_join, task_terminate, thread_exit};
use userspace::thread::{self, Stack};

use crate::cast::{FIRST, IN, LOW, REQUESTS, message, settle};

static STACKS: [Stack<1536>; 2] = [const { Stack::new() }; 2];
static WAY: AtomicU8 = AtomicU8::new(0);
/// The status of each thread's call, and the seed of its answer above that; or the right that it was given.
static FOUND: [AtomicU32; 2] = [const { AtomicU32::new(0) }; 2];

fn way() -> Way {
    Way::ALL[usize::from(WAY.load(Relaxed)) % Way::ALL.len()]
}

/// Calls the low robot.
extern "C" fn calls<const PLACE: usize>() -> ! {
    let found = way().call(OUT, message(PLACE as u8 + 1), 16, patience());
    let seed = found.map_or(0, |answer| answer.seed);
    FOUND[PLACE].store(found.status_code() | u32::from(seed) << 8, Relaxed);
    thread_exit(0)
}

/// Receives a call, and leaves the answer to others.
extern "C" fn receives() -> ! {
    let found = way().receive(IN, patience());
    FOUND[0].store(found.ok().and_then(|found| found.reply).unwrap_or(0), Relaxed);
    thread_exit(0)
}

/// Starts both threads, which call.
fn both_call(way: Way) -> Result<()> {
    WAY.store(way as u8, Relaxed);
    thread::start(A, &STACKS[0], calls::<0>)?;
    settle()?;
    thread::start(B, &STACKS[1], calls::<1>)?;
    settle()
}

/// What a thread has stored, when it has ended.
fn ended(handle: u32, place: usize) -> Result<u32> {
    object_wait(handle, Signals::JOINABLE, patience())?;
    task_join(handle)?;
    Ok(FOUND[place].load(Relaxed))
}

/// What a thread that calls stores about an answer with this seed.
fn answered(seed: u8) -> u32 {
    u32::from(seed) << 8
}

pub(crate) fn threads(report: &mut Report) {
    each_way(
        report,
        "EP-7 two threads of one process have a call each, and an answer each",
        |case, way| {
            both_call(way)?;
            let take = Step::take(REQUESTS, way);
            let answers = [(1, 31), (0, 32)]
                .map(|(before, seed)| Step::reply(Right::Before(before), way, message(seed)));
            // The one that came last is answered first.
            let script = [take, take, answers[1], answers[0]];
            let outcomes = LOW.robot().run_to_end(&script)?;
            let found = [0, 1].map(|step| outcomes.of(step).map(Found::from_value));
            case.equal(found.map(|found| found.map(|found| found.seed)), [Ok(1), Ok(2)]);
            case.holds(found[0] != found[1]);
            case.equal((outcomes.of(2), outcomes.of(3)), (Ok(0), Ok(0)));
            case.equal((ended(A, 0), ended(B, 1)), (Ok(answered(31)), Ok(answered(32))));
            Ok(())
        },
    );
}

pub(crate) fn left_behind(report: &mut Report) {
    each_way(
        report,
        "EP-12 PR-5 a thread that ends in its call leaves a void right, and no other",
        |case, way| {
            both_call(way)?;
            LOW.does(case, &[Step::take(REQUESTS, way)])?;
            task_terminate(A)?;
            task_join(A)?;
            let take = Step::take(REQUESTS, way);
            let late = Step::reply(Right::Before(1), way, message(33));
            let script = [take, late, Step::reply(Right::LATEST, way, message(34))];
            let outcomes = LOW.robot().run_to_end(&script)?;
            case.equal((outcomes.of(1), outcomes.of(2)), (Err(Error::Unavailable), Ok(0)));
            case.equal(ended(B, 1), Ok(answered(34)));
            Ok(())
        },
    );
    each_way(
        report,
        "EP-7 PR-5 what a thread that ends has received another one may answer",
        |case, way| {
            WAY.store(way as u8, Relaxed);
            thread::start(A, &STACKS[0], receives)?;
            settle()?;
            FIRST.begins(case, way)?;
            let right = ended(A, 0)?;
            case.holds(!FIRST.peer.is_done());
            way.reply(right, message(35))?;
            FIRST.came_to(case, Ok(message(35)))
        },
    );
}
