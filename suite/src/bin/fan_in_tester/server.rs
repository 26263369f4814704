//! The tester as several initiators of one handler: transactions that nobody blocks in, and the
//! handler's end.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result, StatusCode};
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot::{Robot, Step, Until};
use suite::timing::patience;
use suite_codegen::fan_in::tester::handle;
use suite_codegen::fan_in::tester::object::{A, B, C, IN, SERVER_CONTROL};
use userspace::channel::{AsyncBuffers, AsyncTransaction, Initiator, Progress, StaticBuffer};
use userspace::syscall::{Signals, object_wait, task_join, task_terminate, thread_exit};
use userspace::thread;
use userspace::time::Instant;

use crate::asker::{FIRST, HIGH, SECOND, served};
use crate::threads::WORKER_STACK;
use crate::{settle, shown};

const SERVER: Robot = Robot::new(SERVER_CONTROL);
/// How long requests and answers are.
const BYTES: usize = 16;
/// Enough that every case can take buffers of its own, even if it loses them.
const POOL_BUFFERS: usize = 64;
const RECEIVE: Step = Step::Receive { room_bytes: 16 };

static POOL: [StaticBuffer<BYTES>; POOL_BUFFERS] = [const { StaticBuffer::new() }; POOL_BUFFERS];
/// The status of what the worker did.
static STATUS: AtomicU32 = AtomicU32::new(0);

fn take() -> Result<&'static mut [u8]> {
    POOL.iter().find_map(StaticBuffer::take).ok_or(Error::ResourceExhausted)
}

/// Starts a transaction with the pattern `seed`.
fn start(initiator: Initiator, seed: u8) -> Result<AsyncTransaction> {
    let buffers = AsyncBuffers { send: take()?, receive: take()? };
    pattern::fill(buffers.send, seed);
    initiator.start(buffers, BYTES).map_err(|refused| refused.error)
}

/// What a transaction has ended with: whether its answer is the pattern `seed`.
fn ended(transaction: AsyncTransaction, seed: u8) -> Result<bool> {
    match transaction.complete() {
        Progress::Pending(_) => Err(Error::Internal),
        Progress::Ended { result, buffers } => {
            let answer = buffers.receive.get(..result?).ok_or(Error::OutOfRange)?;
            Ok(answer.len() == BYTES && pattern::is(answer, seed))
        }
    }
}

/// Has the server answer the requests with these patterns, in this order and no others.
fn serves(case: &mut Case, seeds: &[u8]) -> Result<()> {
    for seed in seeds {
        let script = [RECEIVE, Step::Recognise { seed: *seed }, Step::answer(!*seed, 16)];
        let outcomes = SERVER.run_to_end(&script)?;
        let found = (outcomes.of(0), outcomes.of(1), outcomes.of(2));
        case.equal_for(seed, found, (Ok(16), Ok(1), Ok(0)));
    }
    case.equal(SERVER.run_to_end(&[Step::LOOK])?.of(0), Err(Error::DeadlineExceeded));
    Ok(())
}

pub(crate) fn asynchronous(report: &mut Report) {
    report.case("CH-12 CH-2 each initiator has one pending at most", |case| {
        let first = start(A, 1)?;
        case.equal(start(A, 2).err(), Some(Error::ResourceExhausted));
        let blocking = A.transact(&[0; 4], &mut [0; 4], patience());
        case.equal(blocking, Err(Error::ResourceExhausted));
        let second = start(B, 3)?;
        serves(case, &[1, 3])?;
        case.equal((ended(first, !1), ended(second, !3)), (Ok(true), Ok(true)));
        Ok(())
    });
    report.case("CH-12 CH-6 one that is cancelled leaves the others in their order", |case| {
        for cancelled in 0..3 {
            let all = [start(A, 0)?, start(B, 1)?, start(C, 2)?];
            let mut left = [0, 1, 2].into_iter().filter(|seed| *seed != cancelled);
            let left = [left.next().unwrap_or(9), left.next().unwrap_or(9)];
            let mut kept = [const { None }; 3];
            for (seed, transaction) in (0..).zip(all) {
                if seed == cancelled {
                    transaction.cancel();
                } else {
                    kept[usize::from(seed)] = Some(transaction);
                }
            }
            serves(case, &left)?;
            for (seed, transaction) in (0..).zip(kept) {
                let found = transaction.map(|transaction| ended(transaction, !seed));
                case.equal_for(seed, found.unwrap_or(Ok(true)), Ok(true));
            }
        }
        Ok(())
    });
    report.case("CH-12 CH-6 one that nobody blocks in waits among those of others", |case| {
        FIRST.asks()?;
        HIGH.robot.run(&[Step::Begin, Step::Done])?;
        HIGH.robot.done()?;
        SECOND.asks()?;
        let found = IN.receive(&mut [0; 16], Instant::MIN)?;
        case.equal((found.len, found.badge), (0, HIGH.badge()));
        IN.respond(&[0u8; 0])?;
        served(case, &[FIRST, SECOND])?;
        HIGH.robot.run_to_end(&[Step::Cancel])?.of(0).map(|_| ())
    });
}

/// Blocks in a transaction with the server.
extern "C" fn asks() -> ! {
    let found = C.transact(&[3], &mut [0; 4], patience());
    STATUS.store(found.status_code(), Relaxed);
    thread_exit(0)
}

/// Checks that a transaction was lost with its handler.
fn is_lost(case: &mut Case, transaction: AsyncTransaction) -> Result<()> {
    let handle = transaction.initiator().handle();
    case.equal_for(handle, shown(handle)?, Signals::WRITEABLE | Signals::ERROR);
    case.equal_for(handle, ended(transaction, 0), Err(Error::Unavailable));
    Ok(())
}

/// Waits for USER, for as long as it takes.
const WAIT_FOR_USER: Step =
    Step::Wait { mask: Signals::USER.bits(), until: Until::Milliseconds(10_000) };

pub(crate) fn ends(report: &mut Report) {
    report.case("CH-12 CH-8 a handler that ends is Unavailable to all that wait", |case| {
        SERVER.run(&[RECEIVE, WAIT_FOR_USER, Step::Crash])?;
        let (first, second) = (start(A, 1)?, start(B, 2)?);
        STATUS.store(0, Relaxed);
        thread::start(handle::WORKER, &WORKER_STACK, asks)?;
        settle()?;
        case.equal((shown(handle::A)?, shown(handle::B)?), Default::default());
        A.set_peer_user_signal(true)?;
        object_wait(handle::WORKER, Signals::JOINABLE, patience())?;
        task_join(handle::WORKER)?;
        case.equal(STATUS.load(Relaxed), Error::Unavailable.status_code());
        is_lost(case, first)?;
        is_lost(case, second)?;
        A.set_peer_user_signal(false)
    });
    report.case("CH-12 CH-8 PR-3 those that ask before it has restarted are served then", |case| {
        let all = [start(A, 1)?, start(B, 2)?, start(C, 3)?];
        serves(case, &[1, 2, 3])?;
        for (seed, transaction) in (1u8..).zip(all) {
            case.equal_for(seed, ended(transaction, !seed), Ok(true));
        }
        Ok(())
    });
    report.case("CH-12 CH-8 a handler that was ended for good is Unavailable to all", |case| {
        let (first, second) = (start(A, 1)?, start(B, 2)?);
        task_terminate(handle::SERVER_PROCESS)?;
        is_lost(case, first)?;
        is_lost(case, second)?;
        for initiator in [A, B, C] {
            let found = initiator.transact(&[0; 4], &mut [0; 4], Instant::MAX);
            case.equal_for(initiator, found, Err(Error::Unavailable));
        }
        Ok(())
    });
}
