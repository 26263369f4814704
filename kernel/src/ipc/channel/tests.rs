//! The decision table, row by row. Thread 0 initiates; thread 1 (or 1 and 2) handles.

use guichet_abi::{Error, Signals, Syscall};

use crate::testing::{FIRST_THREAD, Machine, OTHER_PROCESS, base, machine, writable};

mod asynchronous;
mod default_deadline;
mod inherit;
mod queue;
mod receive;
mod user;

const NEVER: u64 = u64::MAX;
const EVERYTHING: Signals = Signals::all();

fn signals(result: Option<Result<(usize, usize), Error>>) -> Signals {
    let (user_data, signals) = result.expect("still waiting").expect("the wait failed");
    assert_eq!(user_data, 0);
    Signals::from_bits(u32::try_from(signals).unwrap()).unwrap()
}

/// The handler waits, the initiator has sent `request` bytes and offers `room`.
fn rendezvous(request: usize, room: usize, deadline: u64) -> Machine {
    let mut machine = machine(&[15], &[15]);
    for (number, byte) in (0u8..).zip(machine.port.bytes(0, base(0), 64)) {
        *byte = number;
    }
    for (number, byte) in (100u8..).zip(machine.port.bytes(1, base(1), 64)) {
        *byte = number;
    }
    machine.transact(0, request, room, deadline);
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(signals(machine.returned(1)), Signals::READABLE);
    machine
}

#[test]
fn a_round_trip_carries_both_messages() {
    let mut machine = rendezvous(4, 8, NEVER);
    assert_eq!(machine.read(1, 0, 16), Ok(4)); // CH-3
    assert_eq!(machine.port.bytes(1, writable(1), 5), [0, 1, 2, 3, 0]);
    assert_eq!(machine.respond(1, 8), Ok(())); // CH-4
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(machine.returned(0), Some(Ok((8, 0)))); // CH-2
    assert_eq!(
        machine.port.bytes(0, writable(0), 9)[..8],
        [100, 101, 102, 103, 104, 105, 106, 107]
    );
}

#[test]
fn a_waiting_handler_is_switched_to_directly() {
    let mut machine = machine(&[15], &[15]);
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    machine.wait(1, Signals::READABLE, NEVER);
    assert!(machine.is_idle());
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.running(), 1);
    assert_eq!(signals(machine.returned(1)), Signals::READABLE);
}

#[test]
fn read_by_offset_as_often_as_wanted() {
    let mut machine = rendezvous(10, 8, NEVER);
    let table = [
        // offset, buffer, result (CH-3)
        (0, 4, Ok(4)),
        (0, 4, Ok(4)),
        (4, 4, Ok(4)),
        (8, 4, Ok(2)),
        (10, 4, Ok(0)),
        (10, 0, Ok(0)),
        (11, 4, Err(Error::OutOfRange)),
        (usize::MAX, 4, Err(Error::OutOfRange)),
    ];
    for (offset, length, result) in table {
        assert_eq!(machine.read(1, offset, length), result, "{offset} {length}");
    }
}

#[test]
fn read_exact_wants_a_full_buffer() {
    let mut machine = rendezvous(10, 8, NEVER);
    let table = [
        (0, 10, Ok(10)),
        (0, 11, Err(Error::OutOfRange)),
        (6, 4, Ok(4)),
        (7, 4, Err(Error::OutOfRange)),
    ];
    for (offset, length, result) in table {
        let arguments = [0, offset, writable(1), length];
        let found = machine.now(1, Syscall::ChannelReadExact, &arguments);
        assert_eq!(found.map(|(length, _)| length), result, "{offset} {length}");
    }
}

#[test]
fn a_response_that_does_not_fit_leaves_the_transaction_pending() {
    let mut machine = rendezvous(4, 8, NEVER);
    assert_eq!(machine.respond(1, 9), Err(Error::OutOfRange)); // CH-4
    assert_eq!(machine.respond(1, 7), Ok(()));
    assert_eq!(machine.respond(1, 7), Err(Error::Unavailable)); // exactly one respond
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(machine.returned(0), Some(Ok((7, 0))));
}

#[test]
fn respond_with_nothing_served_answers_the_head() {
    let mut machine = rendezvous(4, 8, NEVER);
    assert_eq!(machine.respond(1, 0), Ok(())); // CH-5a
}

#[test]
fn nothing_pending_is_unavailable() {
    let mut machine = machine(&[15], &[15]);
    machine.call(0, Syscall::SleepUntil, &[u32::MAX as usize, u32::MAX as usize]);
    assert_eq!(machine.read(1, 0, 4), Err(Error::Unavailable)); // CH-3
    assert_eq!(machine.respond(1, 4), Err(Error::Unavailable)); // CH-4
}

#[test]
fn one_transaction_at_a_time() {
    let mut machine = machine(&[15, 15], &[15]);
    machine.start_thread(1);
    machine.transact(0, 4, 8, NEVER);
    machine.wait(2, Signals::ERROR, NEVER);
    machine.transact(1, 4, 8, NEVER);
    assert_eq!(machine.returned(1), Some(Err(Error::ResourceExhausted))); // CH-2
}

#[test]
fn a_deadline_withdraws_and_the_late_answer_is_refused_once() {
    let mut machine = rendezvous(4, 8, 100);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.pass(100);
    machine.call(1, Syscall::SleepUntil, &[200, 0]);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded))); // CH-5
    machine.transact(0, 4, 8, NEVER); // a newer request
    machine.pass(200);
    assert_eq!(machine.respond(1, 8), Err(Error::Unavailable)); // CH-5a: late, told once
    assert_eq!(machine.respond(1, 8), Ok(())); // now it means the newer one
}

#[test]
fn a_wait_ends_staleness() {
    let mut machine = rendezvous(4, 8, 100);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.pass(100);
    machine.wait(1, Signals::READABLE, NEVER);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.respond(1, 8), Ok(())); // CH-5a
}

#[test]
fn a_handler_that_waits_already_does_not_become_stale() {
    let mut machine = rendezvous(4, 8, 100);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.wait(1, Signals::READABLE, NEVER); // goes back to wait without an answer
    machine.pass(100);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)));
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.read(1, 0, 4), Ok(4)); // not told of a request it has left behind
}

#[test]
fn another_threads_read_does_not_use_up_the_mark_of_the_late_one() {
    let mut machine = machine(&[15], &[15, 15]);
    machine.start_thread(2);
    machine.transact(0, 4, 8, 100);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.call(1, Syscall::SleepUntil, &[300, 0]);
    assert_eq!(machine.read(2, 0, 4), Err(Error::FailedPrecondition)); // CH-5a
    assert_eq!(machine.respond(2, 4), Err(Error::FailedPrecondition));
    machine.pass(100);
    machine.call(2, Syscall::SleepUntil, &[200, 0]);
    machine.transact(0, 4, 8, NEVER); // a newer request
    machine.pass(200);
    assert_eq!(machine.read(2, 0, 4), Ok(4));
    machine.call(2, Syscall::SleepUntil, &[400, 0]);
    machine.pass(300);
    assert_eq!(machine.respond(1, 8), Err(Error::Unavailable)); // its own is gone
    assert_eq!(machine.respond(1, 8), Err(Error::FailedPrecondition)); // thread 2 serves
}

#[test]
fn a_deadline_already_past_starts_nothing() {
    let mut machine = machine(&[20], &[15]);
    machine.port.now = 50;
    machine.transact(0, 4, 8, 50);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded))); // AB-4
    machine.call(0, Syscall::SleepUntil, &[60, 0]);
    assert_eq!(machine.read(1, 0, 4), Err(Error::Unavailable));
}

#[test]
fn the_handlers_death_wakes_the_initiator() {
    let mut machine = rendezvous(4, 8, NEVER);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.kill(1);
    assert_eq!(machine.returned(0), Some(Err(Error::Unavailable))); // CH-8
    machine.wait(0, EVERYTHING, NEVER);
    assert_eq!(signals(machine.returned(0)), Signals::ERROR | Signals::WRITEABLE); // CH-7
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(0), Some(Err(Error::Unavailable))); // CH-8: at once
}

#[test]
fn the_initiators_death_shows_once() {
    let mut machine = rendezvous(4, 8, NEVER);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.kill(0);
    machine.wait(1, EVERYTHING, NEVER);
    assert_eq!(signals(machine.returned(1)), Signals::ERROR); // CH-9
    machine.wait(1, EVERYTHING, NEVER);
    assert!(machine.is_idle()); // it fell
}

#[test]
fn the_initiators_death_wakes_a_waiting_handler() {
    let mut machine = rendezvous(4, 8, NEVER);
    machine.wait(1, Signals::ERROR, NEVER);
    assert!(machine.is_idle());
    machine.kill(0);
    assert_eq!(signals(machine.returned(1)), Signals::ERROR); // CH-9
    assert_eq!(machine.read(1, 0, 4), Err(Error::Unavailable));
}

#[test]
fn an_idle_initiators_death_shows_nothing() {
    let mut machine = machine(&[15], &[15]);
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    machine.kill(0);
    machine.wait(1, EVERYTHING, NEVER);
    assert!(machine.is_idle()); // CH-9: none was pending
}

#[test]
fn what_an_ended_thread_served_is_served_anew() {
    let mut machine = machine(&[15], &[15, 15]);
    machine.start_thread(2);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.call(1, Syscall::ThreadExit, &[0]);
    machine.wait(2, Signals::READABLE, NEVER);
    assert_eq!(signals(machine.returned(2)), Signals::READABLE); // CH-5a
    assert_eq!(machine.respond(2, 8), Ok(()));
}

#[test]
fn wrong_objects_and_handles() {
    let mut machine = machine(&[20], &[15]);
    let transact = |handle| [handle, base(0), 4, writable(0), 8, 0, 0];
    let mut call = |syscall, handle| machine.now(0, syscall, &transact(handle)).map(|_| ());
    assert_eq!(call(Syscall::ChannelRead, 0), Err(Error::InvalidArgument)); // it initiates
    assert_eq!(call(Syscall::ChannelRespond, 0), Err(Error::InvalidArgument));
    for other in [OTHER_PROCESS, FIRST_THREAD] {
        assert_eq!(call(Syscall::ChannelTransact, other), Err(Error::InvalidArgument));
    }
    assert_eq!(call(Syscall::ChannelTransact, 4), Err(Error::OutOfRange)); // not declared
    assert_eq!(call(Syscall::ChannelTransact, usize::MAX), Err(Error::OutOfRange));
}

#[test]
fn buffers_that_are_not_the_callers() {
    let mut machine = machine(&[20], &[15]);
    let denied = Err(Error::PermissionDenied);
    let table = [
        // send, length, receive, length, result (AB-1, AB-3, AB-10)
        (0, 4, writable(0), 8, denied),
        (base(0) + 255, 2, writable(0), 8, denied),
        (base(1), 4, writable(0), 8, denied),
        (usize::MAX, 4, writable(0), 8, denied),
        (base(0), 4, base(0), 8, denied), // not writable
        (base(0), 4, usize::MAX - 3, 8, denied),
        (base(0), 129, writable(0), 8, Err(Error::OutOfRange)),
        (base(0), usize::MAX >> 1, writable(0), 8, Err(Error::OutOfRange)),
        (base(0), 4, writable(0), usize::MAX >> 1, denied),
        (base(0), usize::MAX, writable(0), 8, Err(Error::OutOfRange)), // a list too long
    ];
    for (send, send_length, receive, receive_length, result) in table {
        let arguments = [0, send, send_length, receive, receive_length, usize::MAX, usize::MAX];
        let found = machine.now(0, Syscall::ChannelTransact, &arguments);
        assert_eq!(found.map(|_| ()), result, "{send} {send_length} {receive} {receive_length}");
    }
    machine.call(0, Syscall::SleepUntil, &[60, 0]);
    assert_eq!(machine.read(1, 0, 4), Err(Error::Unavailable)); // AB-5: nothing was started
}
