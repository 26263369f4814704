//! Asserts what becomes of transactions that nobody blocks in (CH-6).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pw_status::{Error, Result, StatusCode};
use suite::hostile::{ARENA, call_with};
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot::{Robot, Step};
use suite::timing::{LONG, SHORT, after, patience, sleep};
use suite_codegen::asynchronous::tester::handle;
use suite_codegen::asynchronous::tester::object::{
    EXITER_CONTROL, EXITER_OUT, GROUP, IN, OUT, ROBOT_CONTROL,
};
use userspace::channel::{AsyncBuffers, AsyncTransaction, Initiator, Progress, StaticBuffer};
use userspace::process_entry;
use userspace::raw::Syscall;
use userspace::syscall::{
    ExitStatus, Signals, channel_async_cancel, channel_async_transact_complete, object_wait,
    process_start, task_join, thread_exit,
};
use userspace::thread::{self, Stack};
use userspace::time::Instant;

const ROBOT: Robot = Robot::new(ROBOT_CONTROL);
const EXITER: Robot = Robot::new(EXITER_CONTROL);

/// How long requests and answers are.
const BYTES: usize = 16;
/// Enough that every case can take buffers of its own, even if it loses them.
const POOL_BUFFERS: usize = 64;

static POOL: [StaticBuffer<BYTES>; POOL_BUFFERS] = [const { StaticBuffer::new() }; POOL_BUFFERS];
static WORKER_STACK: Stack<2048> = Stack::new();
/// The status of what the worker did.
static STATUS: AtomicU32 = AtomicU32::new(u32::MAX);

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(23);
    round_trips(&mut report);
    one_at_a_time(&mut report);
    waited_for(&mut report);
    cancelled(&mut report);
    threads(&mut report);
    buffers_of_all_kinds(&mut report);
    ends(&mut report);
    report.shut_down()
}

fn take() -> Result<&'static mut [u8]> {
    POOL.iter().find_map(StaticBuffer::take).ok_or(Error::ResourceExhausted)
}

/// Starts a transaction with the pattern `seed`.
fn start(initiator: Initiator, seed: u8) -> Result<AsyncTransaction> {
    let buffers = AsyncBuffers { send: take()?, receive: take()? };
    pattern::fill(buffers.send, seed);
    initiator.start(buffers, BYTES).map_err(|refused| refused.error)
}

/// What a transaction has ended with: the answer's length, and whether it is the pattern `seed`.
fn ended(transaction: AsyncTransaction, seed: u8) -> Result<(usize, bool)> {
    match transaction.complete() {
        Progress::Pending(_) => Err(Error::Internal),
        Progress::Ended { result, buffers } => {
            let length = result?;
            let answer = buffers.receive.get(..length).ok_or(Error::OutOfRange)?;
            Ok((length, pattern::is(answer, seed)))
        }
    }
}

/// What an end of the tester's shows now.
fn shown(handle: u32) -> Result<Signals> {
    match object_wait(handle, Signals::all(), Instant::MIN) {
        Ok(found) => Ok(found.pending_signals),
        Err(Error::DeadlineExceeded) => Ok(Signals::empty()),
        Err(error) => Err(error),
    }
}

fn round_trips(report: &mut Report) {
    report.case("CH-6 a round trip that nobody blocks in carries both messages", |case| {
        let script = [Step::WAIT, Step::READ_ALL, Step::Recognise { seed: 1 }, Step::answer(2, 9)];
        ROBOT.run(&script)?;
        let transaction = start(OUT, 1)?;
        case.equal(ended(transaction, 2), Ok((9, true)));
        let outcomes = ROBOT.outcomes()?;
        case.equal((outcomes.of(1), outcomes.of(2)), (Ok(BYTES as u64), Ok(1)));
        Ok(())
    });
    report.case("CH-6 CH-10 a handler that receives is given it", |case| {
        let receive = Step::Receive { room_bytes: 16 };
        ROBOT.run(&[receive, Step::Recognise { seed: 3 }, Step::answer(4, 5)])?;
        let transaction = start(OUT, 3)?;
        case.equal(ended(transaction, 4), Ok((5, true)));
        case.equal(ROBOT.outcomes()?.of(1), Ok(1));
        Ok(())
    });
    served_in_pieces(report);
}

fn served_in_pieces(report: &mut Report) {
    report.case("CH-6 CH-4 an answer that is too long leaves it pending", |case| {
        ROBOT.run(&[Step::WAIT, Step::answer(5, 17), Step::Sleep(50), Step::answer(6, 16)])?;
        let transaction = start(OUT, 5)?;
        case.equal(shown(handle::OUT)?, Signals::empty());
        transaction.wait(patience())?;
        case.equal(ended(transaction, 6), Ok((16, true)));
        case.equal(ROBOT.outcomes()?.of(1), Err(Error::OutOfRange));
        Ok(())
    });
    report.case("CH-6 CH-1 what is sent is read from the sender's memory when it is", |case| {
        let transaction = start(OUT, 7)?;
        let script = [Step::READ_ALL, Step::Read { offset: 15, room_bytes: 4 }, Step::answer(0, 0)];
        let outcomes = ROBOT.run_to_end(&script)?;
        case.equal((outcomes.of(0), outcomes.of(1)), (Ok(16), Ok(1)));
        case.equal(ended(transaction, 0), Ok((0, true)));
        Ok(())
    });
}

fn one_at_a_time(report: &mut Report) {
    report.case("CH-6 CH-7 while it is pending nothing shows, and there is no answer", |case| {
        let transaction = start(OUT, 1)?;
        case.equal(shown(handle::OUT)?, Signals::empty());
        case.equal(channel_async_transact_complete(handle::OUT), Err(Error::Unavailable));
        let Progress::Pending(transaction) = transaction.complete() else {
            return Err(Error::Internal);
        };
        case.equal(start(OUT, 2).err(), Some(Error::ResourceExhausted));
        let blocking = OUT.transact(&[0; 4], &mut [0; 4], patience());
        case.equal(blocking, Err(Error::ResourceExhausted));
        ROBOT.run_to_end(&[Step::answer(3, 3)])?.of(0)?;
        case.equal(ended(transaction, 3), Ok((3, true)));
        Ok(())
    });
    uncollected(report);
}

fn uncollected(report: &mut Report) {
    report.case("CH-6 CH-7 READABLE shows until the answer is collected, once", |case| {
        let transaction = start(OUT, 1)?;
        ROBOT.run_to_end(&[Step::answer(2, 3), Step::answer(2, 3)])?.of(0)?;
        for _ in 0..3 {
            case.equal(shown(handle::OUT)?, Signals::READABLE);
        }
        case.equal(ended(transaction, 2), Ok((3, true)));
        case.equal(shown(handle::OUT)?, Signals::WRITEABLE);
        case.equal(channel_async_transact_complete(handle::OUT), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-6 CH-2 an answer that is not collected is in the way of the next", |case| {
        let transaction = start(OUT, 1)?;
        ROBOT.run_to_end(&[Step::answer(2, 3)])?.of(0)?;
        case.equal(start(OUT, 2).err(), Some(Error::ResourceExhausted));
        let blocking = OUT.transact(&[0; 4], &mut [0; 4], patience());
        case.equal(blocking, Err(Error::ResourceExhausted));
        case.equal(ended(transaction, 2), Ok((3, true)));
        Ok(())
    });
}

fn waited_for(report: &mut Report) {
    report.case("CH-6 WT-6 its end wakes who waits for READABLE", |case| {
        ROBOT.run(&[Step::Sleep(50), Step::answer(2, 3)])?;
        let transaction = start(OUT, 1)?;
        let found = OUT.wait(Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        case.equal(ended(transaction, 2), Ok((3, true)));
        Ok(())
    });
    report.case("CH-6 WT-4 several are waited for by one group, as they end", |case| {
        EXITER.run(&[Step::Sleep(150), Step::answer(4, 4)])?;
        ROBOT.run(&[Step::Sleep(50), Step::answer(2, 2)])?;
        GROUP.add(handle::OUT, Signals::READABLE, 1)?;
        GROUP.add(handle::EXITER_OUT, Signals::READABLE, 2)?;
        let (first, second) = (start(OUT, 1)?, start(EXITER_OUT, 3)?);
        let found = GROUP.wait(patience())?;
        case.equal((found.user_data, found.pending_signals), (1, Signals::READABLE));
        case.equal(ended(first, 2), Ok((2, true)));
        let found = GROUP.wait(patience())?;
        case.equal((found.user_data, found.pending_signals), (2, Signals::READABLE));
        case.equal(ended(second, 4), Ok((4, true)));
        GROUP.remove(handle::OUT)?;
        GROUP.remove(handle::EXITER_OUT)
    });
    without_deadline(report);
}

fn without_deadline(report: &mut Report) {
    report.case("CH-6 CH-11 a default deadline is not for it", |case| {
        let transaction = start(EXITER_OUT, 1)?;
        sleep(LONG);
        case.equal(shown(handle::EXITER_OUT)?, Signals::empty());
        EXITER.run_to_end(&[Step::answer(2, 2)])?.of(0)?;
        case.equal(ended(transaction, 2), Ok((2, true)));
        Ok(())
    });
}

fn cancelled(report: &mut Report) {
    report.case("CH-6 CH-5 a cancel withdraws it", |case| {
        let transaction = start(OUT, 1)?;
        case.equal(ROBOT.run_to_end(&[Step::LOOK])?.of(0), Ok(Signals::READABLE.bits().into()));
        let buffers = transaction.cancel();
        case.equal((buffers.send.len(), buffers.receive.len()), (BYTES, BYTES));
        case.equal(shown(handle::OUT)?, Signals::WRITEABLE);
        let outcomes = ROBOT.run_to_end(&[Step::LOOK, Step::READ_ALL])?;
        case.equal(outcomes.of(0), Err(Error::DeadlineExceeded));
        case.equal(outcomes.of(1), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-6 CH-5a a late answer is refused, and completes no newer one", |case| {
        drop(start(OUT, 1)?);
        let transaction = start(OUT, 2)?;
        case.equal(ROBOT.run_to_end(&[Step::READ_ALL])?.of(0), Ok(16));
        drop(transaction);
        let transaction = start(OUT, 3)?;
        let outcomes = ROBOT.run_to_end(&[Step::answer(4, 4), Step::answer(5, 5)])?;
        case.equal(outcomes.of(0), Err(Error::Unavailable));
        case.equal(outcomes.of(1), Ok(0));
        case.equal(ended(transaction, 5), Ok((5, true)));
        Ok(())
    });
    cancelled_late(report);
}

fn cancelled_late(report: &mut Report) {
    report.case("CH-6 a cancel of one that was answered drops the answer", |case| {
        let transaction = start(OUT, 1)?;
        ROBOT.run_to_end(&[Step::answer(2, 2)])?.of(0)?;
        case.equal(channel_async_cancel(handle::OUT), Ok(()));
        case.equal(shown(handle::OUT)?, Signals::WRITEABLE);
        case.equal(ended(transaction, 2), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-6 with none, cancel and complete are Unavailable", |case| {
        case.equal(channel_async_cancel(handle::OUT), Err(Error::Unavailable));
        case.equal(channel_async_transact_complete(handle::OUT), Err(Error::Unavailable));
        case.equal(shown(handle::OUT)?, Signals::WRITEABLE);
        Ok(())
    });
}

/// Blocks in a transaction.
extern "C" fn asks() -> ! {
    let result = OUT.transact(&[1; 4], &mut [0; 4], Instant::MAX);
    STATUS.store(result.status_code(), Relaxed);
    thread_exit(0)
}

/// Starts a transaction and ends.
extern "C" fn starts() -> ! {
    let started = start(OUT, 1).map(core::mem::forget);
    STATUS.store(started.status_code(), Relaxed);
    thread_exit(0)
}

fn threads(report: &mut Report) {
    report.case("CH-6 AB-1 a cancel ends what another thread blocks in: Cancelled", |case| {
        thread::start(handle::WORKER, &WORKER_STACK, asks)?;
        case.equal(channel_async_transact_complete(handle::OUT), Err(Error::Unavailable));
        case.equal(channel_async_cancel(handle::OUT), Ok(()));
        // The worker is more important and has run.
        case.equal(STATUS.load(Relaxed), Error::Cancelled as u32);
        case.equal(channel_async_cancel(handle::OUT), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-6 it outlives the thread that started it", |case| {
        thread::start(handle::WORKER, &WORKER_STACK, starts)?;
        object_wait(handle::WORKER, Signals::JOINABLE, patience())?;
        case.equal(STATUS.load(Relaxed), 0);
        ROBOT.run_to_end(&[Step::READ_ALL, Step::answer(2, 7)])?.of(1)?;
        case.equal(shown(handle::OUT)?, Signals::READABLE);
        case.equal(channel_async_transact_complete(handle::OUT), Ok(7));
        Ok(())
    });
}

/// Starts a transaction with these words.
fn raw(send: [usize; 2], receive: [usize; 2]) -> u32 {
    let [out, send, receive] = [[handle::OUT as usize, 0], send, receive];
    let words = [out[0], send[0], send[1], receive[0], receive[1]];
    call_with(Syscall::ChannelAsyncTransact, words).status
}

fn buffers_of_all_kinds(report: &mut Report) {
    let here = [ARENA.at(0), 4];
    report.case("CH-6 AB-1 AB-3 AB-10 what is wrong with a start is told at once", |case| {
        let denied = Error::PermissionDenied as u32;
        case.equal(raw([8, 4], here), denied);
        case.equal(raw(here, [8, 4]), denied);
        case.equal(raw([ARENA.at(0), 4097], here), Error::OutOfRange as u32);
        for call in [
            Syscall::ChannelAsyncTransact,
            Syscall::ChannelAsyncTransactComplete,
            Syscall::ChannelAsyncCancel,
        ] {
            let with = |handle| call_with(call, [handle, here[0], 4, here[0], 4]).status;
            case.equal_for(call, with(handle::IN as usize), Error::InvalidArgument as u32);
            case.equal_for(call, with(99), Error::OutOfRange as u32);
        }
        case.equal(shown(handle::OUT)?, Signals::WRITEABLE);
        Ok(())
    });
    lists(report);
}

fn lists(report: &mut Report) {
    let here = [ARENA.at(0), 4];
    report.case("CH-6 AB-7 its buffers may be lists", |case| {
        ARENA.fill(0);
        ARENA.write(1024, &pattern::array::<16>(1));
        let send = ARENA.write_table(0, &[(ARENA.at(1024), 5), (ARENA.at(1029), 11)]);
        let receive = ARENA.write_table(256, &[(ARENA.at(2048), 3), (ARENA.at(3072), 13)]);
        case.equal(raw(send, receive), 0);
        let script = [Step::READ_ALL, Step::Recognise { seed: 1 }, Step::answer(2, 16)];
        case.equal(ROBOT.run_to_end(&script)?.of(1), Ok(1));
        case.equal(channel_async_transact_complete(handle::OUT), Ok(16));
        case.holds(pattern::is(&ARENA.read::<3>(2048), 2));
        case.holds(pattern::is_from(&ARENA.read::<13>(3072), 2, 3));
        Ok(())
    });
    report.case("CH-6 AB-8 memory that goes bad meanwhile is what it ends with", |case| {
        let receive = ARENA.write_table(256, &[(ARENA.at(2048), 16)]);
        case.equal(raw(here, receive), 0);
        ARENA.write_table(256, &[(8, 16)]);
        let outcomes = ROBOT.run_to_end(&[Step::READ_ALL, Step::answer(2, 16)])?;
        case.equal(outcomes.of(0), Ok(4));
        case.equal(outcomes.of(1), Err(Error::Unavailable));
        case.equal(shown(handle::OUT)?, Signals::READABLE);
        let found = channel_async_transact_complete(handle::OUT);
        case.equal(found, Err(Error::PermissionDenied));
        case.equal(shown(handle::OUT)?, Signals::WRITEABLE);
        Ok(())
    });
}

/// An answer that arrived before its sender ended.
fn outlives(case: &mut Case) -> Result<()> {
    EXITER.run(&[Step::WAIT, Step::answer(2, 2), Step::Exit(0)])?;
    let transaction = start(EXITER_OUT, 1)?;
    object_wait(handle::EXITER, Signals::JOINABLE, patience())?;
    case.equal(shown(handle::EXITER_OUT)?, Signals::READABLE);
    case.equal(ended(transaction, 2), Ok((2, true)));
    case.equal(start(EXITER_OUT, 1).err(), Some(Error::Unavailable));
    Ok(())
}

fn ends(report: &mut Report) {
    report.case("CH-8 CH-6 CH-7 the handler's end shows as ERROR, with no answer", |case| {
        EXITER.run(&[Step::WAIT, Step::READ_ALL, Step::Exit(0)])?;
        let transaction = start(EXITER_OUT, 1)?;
        transaction.wait(patience())?;
        object_wait(handle::EXITER, Signals::JOINABLE, patience())?;
        case.equal(task_join(handle::EXITER), Ok(ExitStatus::Success(0)));
        case.equal(shown(handle::EXITER_OUT)?, Signals::ERROR | Signals::WRITEABLE);
        let found = channel_async_transact_complete(handle::EXITER_OUT);
        case.equal(found, Err(Error::Unavailable));
        case.equal(ended(transaction, 2), Err(Error::Unavailable));
        case.equal(start(EXITER_OUT, 1).err(), Some(Error::Unavailable));
        case.equal(shown(handle::EXITER_OUT)?, Signals::ERROR | Signals::WRITEABLE);
        Ok(())
    });
    report.case("CH-7 CH-6 CH-8 ERROR falls at the next start, when it runs again", |case| {
        process_start(handle::EXITER)?;
        let transaction = start(EXITER_OUT, 3)?;
        case.equal(shown(handle::EXITER_OUT)?, Signals::empty());
        case.equal(EXITER.run_to_end(&[Step::answer(4, 4)])?.of(0), Ok(0));
        case.equal(ended(transaction, 4), Ok((4, true)));
        Ok(())
    });
    report.case("CH-6 CH-8 an answer outlives the handler's process", outlives);
    report.case("CH-9 CH-6 the initiator's end withdraws it, and shows as ERROR", |case| {
        ROBOT.run(&[Step::Start { seed: 5 }, Step::Sleep(50), Step::Exit(0)])?;
        let found = IN.wait(Signals::READABLE, patience())?;
        case.equal(found.pending_signals, Signals::READABLE);
        let mut room = [0; BYTES];
        case.equal(IN.read(0, &mut room), Ok(BYTES));
        case.holds(pattern::is(&room, 5));
        let found = IN.wait(Signals::ERROR, patience())?;
        case.equal(found.pending_signals, Signals::ERROR);
        case.equal(IN.read(0, &mut room), Err(Error::Unavailable));
        case.equal(IN.wait(Signals::all(), after(SHORT)), Err(Error::DeadlineExceeded));
        Ok(())
    });
}
