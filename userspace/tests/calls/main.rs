//! The calls, end to end, with a thread of the test in the place of the kernel.
//!
//! What is checked is what either side may rely on: where every argument lands, and what becomes of
//! the results.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod capsules;
mod harness;
mod shared_memory;
mod simulation;

use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::thread;

use guichet_abi::linux::{ATTENTION, PREEMPTED, RUNNING, TRAPPED};
use guichet_abi::{Error, LIST_FLAG, MAX_LOG_BYTES, RawSlice, Results, Syscall};
use harness::{Call, bytes, frame, header, run, set_state};
use userspace::channel::{AsyncBuffers, Handler, Initiator, Progress, StaticBuffer};
use userspace::syscall::{self, Signals};
use userspace::time::{Instant, SystemClock, sleep_until};
use userspace::{print, println, raw};

fn ok(value0: usize, value1: usize) -> impl Fn(&Call) -> Results + Send {
    move |_| Results { status: 0, value0, value1 }
}

fn refuse(error: Error) -> impl Fn(&Call) -> Results + Send {
    move |_| Results { status: error as u32, value0: 0, value1: 0 }
}

const DEADLINE: u64 = 0x1234_5678_9ABC_DEF0;
const DEADLINE_WORDS: [usize; 2] = [0x9ABC_DEF0, 0x1234_5678];

#[test]
fn transact_passes_both_buffers_and_the_deadline() {
    let mut receive = [0u8; 5];
    let kernel = |(_, arguments): &Call| {
        assert_eq!(bytes(arguments[1], arguments[2]), b"ping");
        bytes(arguments[3], arguments[4]).copy_from_slice(b"reply");
        Results { status: 0, value0: 5, value1: 0 }
    };
    let deadline = Instant::from_ticks(DEADLINE);
    let address = receive.as_ptr() as usize;
    let program = || Initiator::new(7).transact(b"ping", &mut receive, deadline);
    let (result, calls) = run(1, kernel, program);
    assert_eq!(result, Ok(5));
    assert_eq!(&receive, b"reply");
    let (number, [handle, _, send_length, receive_address, receive_length, low, high]) = calls[0];
    assert_eq!(number, Syscall::ChannelTransact as usize);
    assert_eq!((handle, send_length, receive_length), (7, 4, 5));
    assert_eq!(receive_address, address);
    assert_eq!([low, high], DEADLINE_WORDS);
}

#[test]
fn a_scattered_answer_lands_in_every_slice() {
    let (mut first, mut second) = ([0u8; 2], [0u8; 3]);
    let kernel = |(_, arguments): &Call| {
        assert_eq!(arguments[4], LIST_FLAG | 2);
        let table = ptr::with_exposed_provenance::<RawSlice>(arguments[3]);
        let mut next = 1..;
        for index in 0..2 {
            // SAFETY: the table has two entries and lives while the call is pending.
            let slice = unsafe { *table.add(index) };
            bytes(slice.address, slice.length).fill_with(|| next.next().unwrap());
        }
        Results { status: 0, value0: 5, value1: 0 }
    };
    let program = || {
        let mut receive: [&mut [u8]; 2] = [&mut first, &mut second];
        syscall::channel_transact(0, &[0u8; 0], &mut receive, Instant::MAX)
    };
    let (result, calls) = run(1, kernel, program);
    assert_eq!(result, Ok(5));
    assert_eq!((first, second), ([1, 2], [3, 4, 5]));
    assert_eq!(calls[0].1[5..], [0xFFFF_FFFF; 2], "for ever");
}

#[test]
fn the_handlers_calls_say_what_they_are() {
    let mut buffer = [0u8; 3];
    let address = buffer.as_ptr() as usize;
    let handler = Handler::new(2);
    let (result, calls) = run(1, ok(3, 0), || handler.read(9, &mut buffer));
    assert_eq!(result, Ok(3));
    assert_eq!(calls[0], (Syscall::ChannelRead as usize, [2, 9, address, 3, 0, 0, 0]));
    let (_, calls) = run(1, ok(3, 0), || handler.read_exact(0, &mut buffer));
    assert_eq!(calls[0], (Syscall::ChannelReadExact as usize, [2, 0, address, 3, 0, 0, 0]));
    let (result, calls) = run(1, refuse(Error::OutOfRange), || handler.respond(&buffer));
    assert_eq!(result, Err(Error::OutOfRange));
    assert_eq!(calls[0], (Syscall::ChannelRespond as usize, [2, address, 3, 0, 0, 0, 0]));
}

#[test]
fn a_badge_is_asked_for_by_the_handle_alone() {
    let (result, calls) = run(1, ok(0xCAFE_0B07, 9), || Handler::new(2).badge());
    assert_eq!(result, Ok(0xCAFE_0B07));
    assert_eq!(calls[0], (Syscall::ChannelBadge as usize, [2, 0, 0, 0, 0, 0, 0]));
    for error in [Error::Unavailable, Error::FailedPrecondition] {
        assert_eq!(run(1, refuse(error), || Handler::new(2).badge()).0, Err(error));
    }
}

fn async_buffers() -> AsyncBuffers {
    let send: &'static mut [u8] = Box::leak(Box::new(*b"ping"));
    AsyncBuffers { send, receive: Box::leak(Box::new([0; 8])) }
}

fn leak_start(handle: u32) -> userspace::channel::AsyncTransaction {
    Initiator::new(handle).start(async_buffers(), 3).expect("the kernel said yes")
}

#[test]
fn a_transaction_that_nobody_blocks_in_names_its_buffers() {
    let (transaction, calls) = run(1, ok(0, 0), || leak_start(7));
    let (number, [handle, send, send_length, receive, receive_length, ..]) = calls[0];
    assert_eq!(number, Syscall::ChannelAsyncTransact as usize);
    assert_eq!((handle, send_length, receive_length), (7, 3, 8));
    assert_eq!(bytes(send, send_length), b"pin");
    bytes(receive, 5).copy_from_slice(b"reply");
    let (progress, calls) = run(1, ok(5, 0), || transaction.complete());
    let Progress::Ended { result, buffers } = progress else { panic!("it has ended") };
    assert_eq!(result, Ok(5));
    assert_eq!((&*buffers.send, &*buffers.receive), (&b"ping"[..], &b"reply\0\0\0"[..]));
    assert_eq!(calls, [(Syscall::ChannelAsyncTransactComplete as usize, [7, 0, 0, 0, 0, 0, 0])]);
}

#[test]
fn buffers_come_back_when_none_is_pending_and_no_sooner() {
    let (transaction, _) = run(1, ok(0, 0), || leak_start(7));
    let complete = Syscall::ChannelAsyncTransactComplete as usize;
    let pending = |(number, _): &Call| {
        let error = if *number == complete { Error::Unavailable } else { Error::DeadlineExceeded };
        Results { status: error as u32, value0: 0, value1: 0 }
    };
    let (progress, calls) = run(2, pending, || transaction.complete());
    let Progress::Pending(transaction) = progress else { panic!("it is pending") };
    let writeable = Signals::WRITEABLE.bits() as usize;
    assert_eq!(calls[1], (Syscall::ObjectWait as usize, [7, writeable, 0, 0, 0, 0, 0]));
    let lost = |(number, _): &Call| {
        let error = if *number == complete { Error::Unavailable as u32 } else { 0 };
        Results { status: error, value0: 0, value1: 6 }
    };
    let (progress, _) = run(2, lost, || transaction.complete());
    let Progress::Ended { result, buffers } = progress else { panic!("it is lost") };
    assert_eq!(result, Err(Error::Unavailable));
    assert_eq!((buffers.send.len(), buffers.receive.len()), (4, 8));
}

#[test]
fn a_transaction_that_is_dropped_is_cancelled() {
    let cancel = (Syscall::ChannelAsyncCancel as usize, [7, 0, 0, 0, 0, 0, 0]);
    let (_, calls) = run(2, ok(0, 0), || drop(leak_start(7)));
    assert_eq!(calls[1], cancel);
    for answer in [0, Error::Unavailable as u32] {
        let kernel = move |(number, _): &Call| {
            let status = if *number == cancel.0 { answer } else { 0 };
            Results { status, value0: 0, value1: 0 }
        };
        let (buffers, calls) = run(2, kernel, || leak_start(7).cancel());
        assert_eq!(calls[1], cancel);
        assert_eq!((buffers.send.len(), buffers.receive.len()), (4, 8));
    }
}

#[test]
fn a_start_that_is_refused_gives_the_buffers_back() {
    let program = || Initiator::new(7).start(async_buffers(), 4);
    let (refused, calls) = run(1, refuse(Error::ResourceExhausted), program);
    let refused = refused.expect_err("the kernel said no");
    assert_eq!(refused.error, Error::ResourceExhausted);
    assert_eq!((refused.buffers.send.len(), calls.len()), (4, 1), "and nothing is cancelled");
    let refused = Initiator::new(7).start(refused.buffers, 5).expect_err("there are no 5 bytes");
    assert_eq!(refused.error, Error::OutOfRange);
}

#[test]
fn a_static_buffer_is_given_away_once() {
    static BUFFER: StaticBuffer<5> = StaticBuffer::new();
    assert_eq!(BUFFER.take().map(|bytes| bytes.to_vec()), Some(vec![0; 5]));
    assert!(BUFFER.take().is_none());
}

#[test]
fn a_wait_tells_all_signals_that_it_knows() {
    let mask = Signals::READABLE | Signals::ERROR;
    let deadline = Instant::from_ticks(DEADLINE);
    let program = || Handler::new(4).wait(mask, deadline);
    let (result, calls) = run(1, ok(11, 0x8000_0005), program);
    let found = result.expect("the kernel said yes");
    assert_eq!((found.user_data, found.pending_signals), (11, mask));
    let [low, high] = DEADLINE_WORDS;
    assert_eq!(calls[0], (Syscall::ObjectWait as usize, [4, 5, low, high, 0, 0, 0]));
    let program = || Initiator::new(4).wait(mask, deadline);
    assert_eq!(run(1, refuse(Error::DeadlineExceeded), program).0, Err(Error::DeadlineExceeded));
}

#[test]
fn either_end_signals_its_peer() {
    let number = Syscall::ObjectSetPeerUserSignal as usize;
    let (result, calls) = run(1, ok(0, 0), || Initiator::new(4).set_peer_user_signal(true));
    assert_eq!(result, Ok(()));
    assert_eq!(calls[0], (number, [4, 1, 0, 0, 0, 0, 0]));
    let program = || Handler::new(5).set_peer_user_signal(false);
    let (result, calls) = run(1, refuse(Error::OutOfRange), program);
    assert_eq!(result, Err(Error::OutOfRange));
    assert_eq!(calls[0], (number, [5, 0, 0, 0, 0, 0, 0]));
}

#[test]
fn time_travels_in_two_words() {
    let [low, high] = DEADLINE_WORDS;
    let (now, _) = run(1, ok(low, high), SystemClock::now);
    assert_eq!(now.ticks(), DEADLINE);
    let (result, calls) = run(1, ok(0, 0), || sleep_until(Instant::from_ticks(DEADLINE)));
    assert_eq!(result, Ok(()));
    assert_eq!(calls[0], (Syscall::SleepUntil as usize, [low, high, 0, 0, 0, 0, 0]));
}

#[test]
fn debug_calls_carry_their_words() {
    let (_, calls) = run(1, ok(0, 0), || syscall::debug_putc('é'));
    assert_eq!(calls[0], (Syscall::DebugPutCharacter as usize, [0xE9, 0, 0, 0, 0, 0, 0]));
    let (result, calls) = run(1, ok(0, 0), || syscall::debug_shutdown(Err(Error::DataLoss)));
    assert_eq!(result, Ok(()));
    assert_eq!(calls[0], (Syscall::DebugShutdown as usize, [15, 0, 0, 0, 0, 0, 0]));
    let program = || syscall::debug_shutdown(Ok(()));
    let (result, calls) = run(1, refuse(Error::PermissionDenied), program);
    assert_eq!(result, Err(Error::PermissionDenied));
    assert_eq!(calls[0].1, [0; 7]);
    let (_, calls) = run(1, ok(0, 0), syscall::debug_nop);
    assert_eq!(calls[0], (Syscall::DebugNop as usize, [0; 7]));
}

#[test]
fn printed_text_arrives_whole_in_pieces() {
    let console = Mutex::new(Vec::new());
    let kernel = |(number, arguments): &Call| {
        assert_eq!(*number, Syscall::DebugLog as usize);
        assert!(arguments[1] <= MAX_LOG_BYTES);
        let piece = String::from_utf8(bytes(arguments[0], arguments[1]).to_vec());
        console.lock().unwrap().push(piece.expect("a piece should be whole characters"));
        // The console may refuse; a program that prints does not care.
        Results { status: Error::ResourceExhausted as u32, value0: 0, value1: 0 }
    };
    let long = "ä".repeat(100);
    let program = || {
        print!("");
        print!("{}-", 1);
        println!("{long}");
        println!();
    };
    run(4, kernel, program);
    let expected = ["1-".into(), "ä".repeat(64), "ä".repeat(36) + "\n", "\n".into()];
    assert_eq!(console.into_inner().unwrap(), expected);
}

#[test]
fn raw_calls_pass_every_word_and_status() {
    let words = [usize::MAX, 1, 2, 3, 4, 5, 6];
    let strange = Results { status: 0xFFFF_FFFF, value0: usize::MAX, value1: 1 };
    // SAFETY: the kernel of this test touches nothing.
    let program = || unsafe { raw::syscall(usize::MAX - 1, words) };
    let (results, calls) = run(1, move |_| strange, program);
    assert_eq!(results, strange);
    assert_eq!(calls[0], (usize::MAX - 1, words));
}

#[test]
fn only_running_ends_a_call() {
    let kernel = |_: &Call| {
        for state in [TRAPPED | ATTENTION, PREEMPTED, PREEMPTED | ATTENTION, TRAPPED] {
            frame().status.store(Error::Internal as usize, Ordering::Relaxed);
            set_state(state);
            thread::yield_now();
        }
        frame().status.store(0, Ordering::Relaxed);
        set_state(TRAPPED | ATTENTION);
        Results { status: Error::Aborted as u32, value0: 0, value1: 0 }
    };
    for _ in 0..1_000 {
        assert_eq!(run(1, kernel, syscall::debug_nop).0, Err(Error::Aborted));
    }
}

#[test]
fn attention_beside_running_lets_the_program_run() {
    let kernel = |_: &Call| {
        frame().status.store(0, Ordering::Relaxed);
        header().state.store(RUNNING | ATTENTION, Ordering::Release);
        Results::default()
    };
    assert_eq!(run(1, kernel, syscall::debug_nop).0, Ok(()));
}
