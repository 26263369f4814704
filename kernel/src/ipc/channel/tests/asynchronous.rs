//! Transactions that nobody blocks in (CH-6): the rows of the table and what can come between. Thread 0
//! (or 0 and 1) initiates; the next one handles.

use guichet_abi::{Error, LIST_FLAG, Signals, Syscall};

use super::{EVERYTHING, NEVER, signals};
use crate::testing::{Machine, OTHER_PROCESS, base, machine, timed_machine, writable};

const FOR_EVER: [usize; 2] = [usize::MAX, usize::MAX];

fn start(machine: &mut Machine, thread: usize, request: usize, room: usize) -> Result<(), Error> {
    let arguments = [0, base(0), request, writable(0), room];
    machine.now(thread, Syscall::ChannelAsyncTransact, &arguments).map(|_| ())
}

fn complete(machine: &mut Machine, thread: usize) -> Result<usize, Error> {
    let found = machine.now(thread, Syscall::ChannelAsyncTransactComplete, &[0]);
    found.map(|(length, _)| length)
}

fn cancel(machine: &mut Machine, thread: usize) -> Result<(), Error> {
    machine.now(thread, Syscall::ChannelAsyncCancel, &[0]).map(|_| ())
}

/// What the caller's end shows now.
fn shown(machine: &mut Machine, thread: usize) -> Signals {
    machine.wait(thread, EVERYTHING, 0);
    match machine.returned(thread) {
        Some(Err(Error::DeadlineExceeded)) => Signals::empty(),
        returned => signals(returned),
    }
}

fn sleep(machine: &mut Machine, thread: usize) {
    machine.call(thread, Syscall::SleepUntil, &FOR_EVER);
}

/// The initiator has started a transaction of 4 bytes with room for 8 and sleeps until `wake`; the handler
/// runs.
fn started(wake: usize) -> Machine {
    let mut machine = machine(&[15], &[15]);
    machine.port.bytes(0, base(0), 4).copy_from_slice(b"ping");
    machine.port.bytes(1, base(1), 4).copy_from_slice(b"pong");
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
    machine.call(0, Syscall::SleepUntil, &[wake, 0]);
    machine
}

/// As [`started`], and the handler has answered and sleeps; the initiator runs.
fn answered() -> Machine {
    let mut machine = started(5);
    assert_eq!(machine.respond(1, 4), Ok(()));
    sleep(&mut machine, 1);
    machine.pass(5);
    machine
}

#[test]
fn a_round_trip_without_blocking() {
    let mut machine = started(5);
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(signals(machine.returned(1)), Signals::READABLE); // CH-3
    assert_eq!(machine.read(1, 0, 16), Ok(4));
    assert_eq!(machine.port.bytes(1, writable(1), 4), b"ping");
    assert_eq!(machine.respond(1, 4), Ok(())); // CH-4
    assert_eq!(machine.respond(1, 4), Err(Error::Unavailable)); // exactly one
    sleep(&mut machine, 1);
    machine.pass(5);
    assert_eq!(machine.port.bytes(0, writable(0), 5), b"pong\0");
    assert_eq!(shown(&mut machine, 0), Signals::READABLE); // CH-7
    assert_eq!(complete(&mut machine, 0), Ok(4)); // CH-6
    assert_eq!(complete(&mut machine, 0), Err(Error::Unavailable)); // once
    assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE);
}

#[test]
fn while_it_is_pending_nothing_shows_and_nothing_else_starts() {
    let mut machine = machine(&[15], &[10]);
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
    assert_eq!(shown(&mut machine, 0), Signals::empty()); // CH-7
    assert_eq!(complete(&mut machine, 0), Err(Error::Unavailable)); // CH-6
    assert_eq!(start(&mut machine, 0, 4, 8), Err(Error::ResourceExhausted)); // CH-2
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(0), Some(Err(Error::ResourceExhausted)));
}

#[test]
fn what_is_not_collected_is_in_the_way_of_the_next() {
    let mut machine = answered();
    assert_eq!(start(&mut machine, 0, 4, 8), Err(Error::ResourceExhausted));
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(0), Some(Err(Error::ResourceExhausted)));
    assert_eq!(complete(&mut machine, 0), Ok(4), "it is still there");
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
}

#[test]
fn an_answer_wakes_who_waits_for_it() {
    let mut machine = machine(&[20, 20], &[15]);
    machine.start_thread(1);
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
    machine.wait(0, Signals::READABLE, NEVER);
    machine.wait(1, Signals::WRITEABLE, NEVER);
    machine.call(2, Syscall::ChannelRespond, &[0, base(1), 4]);
    assert_eq!(signals(machine.returned(0)), Signals::READABLE); // WT-2: at once
    assert_eq!(machine.returned(1), None);
    assert_eq!(complete(&mut machine, 0), Ok(4));
    sleep(&mut machine, 0);
    assert_eq!(signals(machine.returned(1)), Signals::WRITEABLE); // WT-3
}

#[test]
fn an_answer_makes_a_member_of_a_group_ready() {
    let mut machine = machine(&[15], &[15]);
    let group = 3;
    let readable = Signals::READABLE.bits() as usize;
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
    let joined = machine.now(0, Syscall::WaitGroupAdd, &[group, 0, readable, 77]);
    assert_eq!(joined, Ok((0, 0)));
    machine.call(0, Syscall::ObjectWait, &[group, readable, FOR_EVER[0], FOR_EVER[1]]);
    assert_eq!(machine.respond(1, 4), Ok(()));
    sleep(&mut machine, 1);
    assert_eq!(machine.returned(0), Some(Ok((77, readable)))); // WT-4
}

#[test]
fn who_receives_is_given_it() {
    let mut machine = machine(&[15], &[20]);
    let receive = [0, writable(1), 8, FOR_EVER[0], FOR_EVER[1]];
    machine.call(1, Syscall::ChannelReceive, &receive);
    machine.call(0, Syscall::ChannelAsyncTransact, &[0, base(0), 4, writable(0), 8]);
    assert_eq!(machine.returned(1), Some(Ok((4, 7)))); // CH-10
    let respond = [0, base(1), 4, writable(1), 8, FOR_EVER[0], FOR_EVER[1]];
    machine.call(1, Syscall::ChannelRespondAndReceive, &respond);
    assert_eq!(machine.returned(0), Some(Ok((0, 0))), "its start");
    assert_eq!(complete(&mut machine, 0), Ok(4));
    machine.call(0, Syscall::ChannelAsyncTransact, &[0, base(0), 3, writable(0), 8]);
    assert_eq!(machine.returned(1), Some(Ok((3, 7))));
}

#[test]
fn who_comes_to_receive_takes_what_waits() {
    let mut machine = started(5);
    let receive = [0, writable(1), 8, 0, 0];
    assert_eq!(machine.now(1, Syscall::ChannelReceive, &receive), Ok((4, 7))); // CH-10
    assert_eq!(machine.respond(1, 9), Err(Error::OutOfRange)); // CH-4
    let respond = [0, base(1), 4, writable(1), 8, 0, 0];
    let none = machine.now(1, Syscall::ChannelRespondAndReceive, &respond);
    assert_eq!(none, Err(Error::DeadlineExceeded));
    machine.pass(5);
    sleep(&mut machine, 1);
    assert_eq!(complete(&mut machine, 0), Ok(4));
}

#[test]
fn cancel_withdraws_and_the_late_answer_is_refused_once() {
    let mut machine = started(5);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.call(1, Syscall::SleepUntil, &[10, 0]);
    machine.pass(5);
    assert_eq!(cancel(&mut machine, 0), Ok(())); // CH-6
    assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE);
    assert_eq!(complete(&mut machine, 0), Err(Error::Unavailable));
    assert_eq!(cancel(&mut machine, 0), Err(Error::Unavailable));
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(())); // a newer request
    machine.pass(10);
    sleep(&mut machine, 0);
    assert_eq!(machine.respond(1, 4), Err(Error::Unavailable)); // CH-5a
    assert_eq!(machine.respond(1, 4), Ok(()));
}

#[test]
fn cancel_drops_an_answer() {
    let mut machine = answered();
    assert_eq!(cancel(&mut machine, 0), Ok(())); // CH-6
    assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE);
    assert_eq!(complete(&mut machine, 0), Err(Error::Unavailable));
    assert_eq!(cancel(&mut machine, 0), Err(Error::Unavailable));
}

#[test]
fn cancel_ends_what_another_thread_blocks_in() {
    let mut machine = machine(&[15, 15], &[10]);
    machine.start_thread(1);
    machine.transact(0, 4, 8, 500);
    assert_eq!(complete(&mut machine, 1), Err(Error::Unavailable));
    assert_eq!(cancel(&mut machine, 1), Ok(())); // CH-6
    assert_eq!(cancel(&mut machine, 1), Err(Error::Unavailable));
    sleep(&mut machine, 1);
    assert_eq!(machine.returned(0), Some(Err(Error::Cancelled))); // AB-1
    sleep(&mut machine, 0);
    assert_eq!(machine.read(2, 0, 4), Err(Error::Unavailable));
    sleep(&mut machine, 2);
    assert_eq!(machine.port.alarm, None, "its deadline went with it");
}

#[test]
fn it_outlives_the_thread_that_started_it() {
    let mut machine = machine(&[15, 15], &[15]);
    machine.start_thread(1);
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
    machine.call(0, Syscall::ThreadExit, &[0]);
    assert_eq!(machine.respond(2, 4), Ok(()));
    machine.call(2, Syscall::SleepUntil, &[4, 0]);
    machine.call(1, Syscall::SleepUntil, &[5, 0]);
    machine.pass(4);
    sleep(&mut machine, 2);
    machine.pass(5);
    assert_eq!(complete(&mut machine, 1), Ok(4)); // CH-6
}

#[test]
fn the_handlers_death_shows_until_the_next_start() {
    let mut machine = started(5);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.kill(1);
    machine.pass(5);
    assert_eq!(shown(&mut machine, 0), Signals::ERROR | Signals::WRITEABLE); // CH-7, CH-8
    assert_eq!(complete(&mut machine, 0), Err(Error::Unavailable)); // CH-8
    assert_eq!(cancel(&mut machine, 0), Err(Error::Unavailable));
    assert_eq!(start(&mut machine, 0, 4, 8), Err(Error::Unavailable)); // at once
    assert_eq!(shown(&mut machine, 0), Signals::ERROR | Signals::WRITEABLE); // AB-5
    assert_eq!(machine.now(0, Syscall::ProcessStart, &[OTHER_PROCESS]), Ok((0, 0)));
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
    assert_eq!(shown(&mut machine, 0), Signals::empty()); // CH-7: it fell
}

#[test]
fn an_answer_outlives_the_handler() {
    let mut machine = answered();
    machine.kill(1);
    assert_eq!(shown(&mut machine, 0), Signals::READABLE);
    assert_eq!(complete(&mut machine, 0), Ok(4));
    assert_eq!(start(&mut machine, 0, 4, 8), Err(Error::Unavailable)); // CH-8
}

#[test]
fn the_initiators_death_withdraws_it() {
    let mut machine = started(5);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.kill(0);
    assert_eq!(machine.respond(1, 4), Err(Error::Unavailable)); // CH-5a
    machine.wait(1, EVERYTHING, 0);
    assert_eq!(signals(machine.returned(1)), Signals::ERROR); // CH-9
}

#[test]
fn an_answer_that_nobody_collects_ends_with_its_process() {
    let mut machine = started(5);
    assert_eq!(machine.respond(1, 4), Ok(()));
    machine.kill(0);
    machine.wait(1, EVERYTHING, 0);
    assert_eq!(machine.returned(1), Some(Err(Error::DeadlineExceeded))); // CH-9: none was pending
}

#[test]
fn memory_that_goes_bad_is_what_is_collected() {
    let mut machine = machine(&[15], &[15]);
    let table = base(0) + 96;
    let set = |machine: &mut Machine, address: usize| {
        let words = [address, 8].map(usize::to_ne_bytes).concat();
        machine.port.bytes(0, table, words.len()).copy_from_slice(&words);
    };
    set(&mut machine, writable(0));
    let arguments = [0, base(0), 4, table, LIST_FLAG | 1];
    assert_eq!(machine.now(0, Syscall::ChannelAsyncTransact, &arguments), Ok((0, 0)));
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    set(&mut machine, base(0)); // no longer writable
    assert_eq!(machine.respond(1, 4), Err(Error::Unavailable)); // AB-8: as if withdrawn
    sleep(&mut machine, 1);
    machine.pass(5);
    assert_eq!(shown(&mut machine, 0), Signals::READABLE);
    let found = complete(&mut machine, 0);
    assert_eq!(found, Err(Error::PermissionDenied)); // AB-8
    assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE);
}

#[test]
fn a_default_deadline_does_not_concern_it() {
    let mut machine = timed_machine(&[15], &[15], 100);
    assert_eq!(start(&mut machine, 0, 4, 8), Ok(()));
    sleep(&mut machine, 0);
    machine.wait(1, Signals::ERROR, NEVER);
    assert!(machine.is_idle());
    assert_eq!(machine.port.alarm, None); // CH-11
}

#[test]
fn starts_that_are_refused_start_nothing() {
    let mut machine = machine(&[20], &[15]);
    let table = [
        // send, length, receive, length, result (AB-1, AB-3, AB-10)
        (0, 4, writable(0), 8, Error::PermissionDenied),
        (base(0), 4, base(0), 8, Error::PermissionDenied), // not writable
        (base(0), 129, writable(0), 8, Error::OutOfRange),
        (base(0), usize::MAX, writable(0), 8, Error::OutOfRange), // a list too long
    ];
    for (send, send_length, receive, receive_length, error) in table {
        let arguments = [0, send, send_length, receive, receive_length];
        let found = machine.now(0, Syscall::ChannelAsyncTransact, &arguments);
        assert_eq!(found, Err(error), "{send} {send_length} {receive} {receive_length}");
    }
    for call in [
        Syscall::ChannelAsyncTransact,
        Syscall::ChannelAsyncTransactComplete,
        Syscall::ChannelAsyncCancel,
    ] {
        let mut with = |handle| machine.now(0, call, &[handle, base(0), 4, writable(0), 8]);
        assert_eq!(with(1), Err(Error::InvalidArgument));
        assert_eq!(with(99), Err(Error::OutOfRange));
    }
    assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE); // AB-5
    sleep(&mut machine, 0);
    assert_eq!(cancel(&mut machine, 1), Err(Error::InvalidArgument)); // it handles
}
