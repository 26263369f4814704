//! Receive, and respond and receive (CH-10): the rows of the table and what can come between. Thread
//! 0 initiates; thread 1 (or 1 and 2) handles.

use guichet_abi::{Error, LIST_FLAG, Signals, Syscall, deadline_to_words};

use super::{EVERYTHING, NEVER, signals};
use crate::id::ThreadIndex;
use crate::testing::{Machine, base, machine, writable};
use crate::thread::Priority;

/// The badge of the initiator in the systems of these tests.
const BADGE: usize = 7;

type Answer = Option<Result<(usize, usize), Error>>;

fn given(length: usize) -> Answer {
    Some(Ok((length, BADGE)))
}

fn refused(error: Error) -> Answer {
    Some(Err(error))
}

/// Receives into this room; gives what the call has returned, if it has.
fn receive_into(
    machine: &mut Machine,
    thread: usize,
    (address, length): (usize, usize),
    deadline: u64,
) -> Answer {
    let (low, high) = deadline_to_words(deadline);
    machine.call(thread, Syscall::ChannelReceive, &[0, address, length, low, high]);
    machine.returned(thread)
}

fn receive(machine: &mut Machine, thread: usize, deadline: u64) -> Answer {
    receive_into(machine, thread, (writable(1), 8), deadline)
}

/// Responds with `response` and receives into `room`.
fn turn(
    machine: &mut Machine,
    thread: usize,
    response: (usize, usize),
    room: (usize, usize),
    deadline: u64,
) -> Answer {
    let (low, high) = deadline_to_words(deadline);
    let arguments = [0, response.0, response.1, room.0, room.1, low, high];
    machine.call(thread, Syscall::ChannelRespondAndReceive, &arguments);
    machine.returned(thread)
}

/// Responds with 4 bytes and receives up to 8.
fn respond_and_receive(machine: &mut Machine, thread: usize, deadline: u64) -> Answer {
    turn(machine, thread, (base(1), 4), (writable(1), 8), deadline)
}

fn sleep(machine: &mut Machine, thread: usize, until: usize) {
    machine.call(thread, Syscall::SleepUntil, &[until, 0]);
}

/// A machine whose initiator sleeps until tick 5, so that the handler comes first.
fn handler_first(handler: &[u8]) -> Machine {
    let mut machine = machine(&[15], handler);
    for thread in 2..=handler.len() {
        machine.start_thread(thread);
    }
    for (number, byte) in (0u8..).zip(machine.port.bytes(0, base(0), 64)) {
        *byte = number;
    }
    sleep(&mut machine, 0, 5);
    machine
}

/// Writes a slice table into a process's writable memory and gives it as a buffer.
fn list(machine: &mut Machine, process: usize, slices: &[(usize, usize)]) -> (usize, usize) {
    let table = writable(process) + 96;
    let words = slices.iter().flat_map(|(address, length)| [*address, *length]);
    for (number, word) in words.enumerate() {
        let size = size_of::<usize>();
        let bytes = machine.port.bytes(process, table + number * size, size);
        bytes.copy_from_slice(&word.to_ne_bytes());
    }
    (table, LIST_FLAG | slices.len())
}

/// A handler that serves a request of 4 bytes which it has received; the initiator has 8 for the
/// answer.
fn served(deadline: u64) -> Machine {
    let mut machine = handler_first(&[15]);
    assert_eq!(receive(&mut machine, 1, NEVER), None);
    machine.pass(5);
    machine.transact(0, 4, 8, deadline);
    assert_eq!(machine.returned(1), given(4));
    machine
}

#[test]
fn whoever_comes_first_the_request_is_given_with_its_full_length_and_badge() {
    for receives_first in [true, false] {
        let mut machine = handler_first(&[15]);
        if receives_first {
            assert_eq!(receive_into(&mut machine, 1, (writable(1), 4), NEVER), None);
            machine.pass(5);
            machine.transact(0, 10, 8, NEVER);
        } else {
            sleep(&mut machine, 1, 6);
            machine.pass(5);
            machine.transact(0, 10, 8, NEVER);
            machine.pass(6);
            machine.call(1, Syscall::ChannelReceive, &[0, writable(1), 4, 0, 0]); // AB-4
        }
        assert_eq!(machine.running(), 1);
        assert_eq!(machine.returned(1), given(10));
        assert_eq!(machine.port.bytes(1, writable(1), 5), [0, 1, 2, 3, 0]); // what fits
        assert_eq!(machine.read(1, 4, 16), Ok(6)); // the rest
        assert_eq!(machine.respond(1, 8), Ok(()));
    }
}

#[test]
fn a_round_trip_is_two_entries() {
    let mut machine = served(NEVER);
    for length in [3, 8, 0] {
        assert_eq!(respond_and_receive(&mut machine, 1, NEVER), None);
        assert_eq!(machine.running(), 0);
        assert_eq!(machine.returned(0), Some(Ok((4, 0)))); // CH-2
        machine.transact(0, length, 8, NEVER);
        assert_eq!(machine.running(), 1);
        assert_eq!(machine.returned(1), given(length));
    }
}

#[test]
fn receive_by_who_serves_is_out_of_turn_but_other_errors_come_first() {
    let mut machine = served(NEVER);
    let table = [
        // handle, buffer, length, result
        (0, writable(1), 8, Error::FailedPrecondition),
        (0, 0, 0, Error::FailedPrecondition),
        (0, base(1), 8, Error::PermissionDenied), // read only
        (0, base(0), 8, Error::PermissionDenied),
        (0, usize::MAX, 8, Error::PermissionDenied),
        (0, writable(1), LIST_FLAG | 9, Error::OutOfRange), // AB-7
        (1, writable(1), 8, Error::InvalidArgument),
        (9, writable(1), 8, Error::OutOfRange),
        (usize::MAX, writable(1), 8, Error::OutOfRange),
    ];
    for (handle, address, length, error) in table {
        let arguments = [handle, address, length, usize::MAX, usize::MAX];
        let found = machine.now(1, Syscall::ChannelReceive, &arguments);
        assert_eq!(found, Err(error), "{handle} {address} {length}");
    }
    assert_eq!(machine.respond(1, 4), Ok(())); // AB-5: it serves as before
}

#[test]
fn the_initiators_end_cannot_receive() {
    let mut machine = machine(&[15], &[15]);
    let arguments = [0, writable(0), 8, writable(0), 8, usize::MAX, usize::MAX];
    for syscall in [Syscall::ChannelReceive, Syscall::ChannelRespondAndReceive] {
        assert_eq!(machine.now(0, syscall, &arguments), Err(Error::InvalidArgument));
    }
}

#[test]
fn a_response_that_cannot_be_delivered_is_told_and_nothing_is_received() {
    let mut machine = served(NEVER);
    let (good, room) = ((base(1), 4), (writable(1), 8));
    let table = [
        // response, room, result
        ((base(1), 9), room, Error::OutOfRange), // longer than the initiator's place
        ((base(1), 129), room, Error::OutOfRange), // AB-10
        ((base(0), 4), room, Error::PermissionDenied),
        (good, (base(1), 8), Error::PermissionDenied), // both are checked first
        (good, (base(0), 8), Error::PermissionDenied),
        (good, (writable(1), LIST_FLAG | 9), Error::OutOfRange),
    ];
    for (response, room, error) in table {
        let found = turn(&mut machine, 1, response, room, NEVER);
        assert_eq!(found, refused(error), "{response:?} {room:?}");
    }
    assert_eq!(respond_and_receive(&mut machine, 1, NEVER), None); // still pending till now
    assert_eq!(machine.returned(0), Some(Ok((4, 0))));
}

#[test]
fn respond_and_receive_with_nothing_to_answer() {
    let mut machine = handler_first(&[15, 15]);
    let nothing = refused(Error::Unavailable);
    assert_eq!(respond_and_receive(&mut machine, 1, NEVER), nothing);
    assert_eq!(receive(&mut machine, 1, NEVER), None);
    machine.pass(5);
    sleep(&mut machine, 2, 9);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(1), given(4));
    sleep(&mut machine, 1, 20);
    machine.pass(9);
    let another = refused(Error::FailedPrecondition);
    assert_eq!(respond_and_receive(&mut machine, 2, NEVER), another); // thread 1 serves
}

#[test]
fn a_transaction_that_a_receiver_takes_wakes_nobody_else() {
    let mut machine = handler_first(&[15, 15]);
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(receive(&mut machine, 2, NEVER), None);
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.running(), 2);
    assert_eq!(machine.returned(2), given(4));
    sleep(&mut machine, 2, 9);
    assert!(machine.is_idle()); // thread 1 waits on
}

#[test]
fn receivers_are_served_in_the_order_in_which_they_came() {
    let mut machine = handler_first(&[10, 20]);
    sleep(&mut machine, 2, 4);
    assert_eq!(receive(&mut machine, 1, NEVER), None);
    machine.pass(4);
    assert_eq!(receive(&mut machine, 2, NEVER), None);
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(1), given(4));
    assert_eq!(machine.returned(2), None);
}

#[test]
fn the_initiator_is_answered_at_once_but_runs_when_it_is_its_turn() {
    let mut machine = machine(&[10], &[20, 15]);
    assert_eq!(receive(&mut machine, 1, NEVER), None);
    machine.start_thread(2);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.running(), 1); // WT-8: the receiver is the most important
    assert_eq!(respond_and_receive(&mut machine, 1, NEVER), None);
    assert_eq!(machine.running(), 2);
    sleep(&mut machine, 2, 5);
    assert_eq!(machine.running(), 0);
    assert_eq!(machine.returned(0), Some(Ok((4, 0))));
}

#[test]
fn who_receives_while_another_serves_is_next_when_that_one_ends() {
    let mut machine = handler_first(&[15, 15]);
    assert_eq!(receive(&mut machine, 1, NEVER), None);
    sleep(&mut machine, 2, 9);
    machine.pass(5);
    machine.transact(0, 6, 8, NEVER);
    assert_eq!(machine.returned(1), given(6));
    sleep(&mut machine, 1, 10);
    machine.pass(9);
    assert_eq!(receive_into(&mut machine, 2, (writable(1) + 32, 8), NEVER), None); // blocks
    machine.pass(10);
    machine.call(1, Syscall::ThreadExit, &[0]); // CH-5a: unserved again
    assert_eq!(machine.running(), 2);
    assert_eq!(machine.returned(2), given(6));
    assert_eq!(machine.port.bytes(1, writable(1) + 32, 7), [0, 1, 2, 3, 4, 5, 0]);
    assert_eq!(machine.respond(2, 1), Ok(()));
}

#[test]
fn a_receive_ends_with_its_deadline_and_is_given_nothing_afterwards() {
    let mut machine = handler_first(&[15]);
    assert_eq!(receive(&mut machine, 1, 3), None);
    assert_eq!(machine.port.alarm.map(crate::Instant::ticks), Some(3));
    machine.pass(3);
    assert_eq!(machine.returned(1), refused(Error::DeadlineExceeded));
    sleep(&mut machine, 1, 9);
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    assert!(machine.is_idle());
    machine.pass(9);
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(signals(machine.returned(1)), Signals::READABLE); // it shows, unserved
}

#[test]
fn a_request_takes_the_receivers_deadline_away() {
    let mut machine = handler_first(&[15]);
    assert_eq!(receive(&mut machine, 1, 50), None);
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(1), given(4));
    sleep(&mut machine, 1, 90);
    assert_eq!(machine.port.alarm.map(crate::Instant::ticks), Some(90)); // WT-2: idle, so exact
}

#[test]
fn a_deadline_past_at_entry_takes_what_is_there_and_answers_all_the_same() {
    let mut machine = handler_first(&[15]);
    assert_eq!(receive(&mut machine, 1, 0), refused(Error::DeadlineExceeded)); // AB-4
    sleep(&mut machine, 1, 6);
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    machine.pass(6);
    assert_eq!(receive(&mut machine, 1, 6), given(4));
    let late = refused(Error::DeadlineExceeded);
    assert_eq!(respond_and_receive(&mut machine, 1, 6), late);
    sleep(&mut machine, 1, 9);
    assert_eq!(machine.returned(0), Some(Ok((4, 0)))); // it was answered
}

#[test]
fn who_received_a_request_that_is_withdrawn_is_stale() {
    let mut machine = served(100);
    machine.pass(100);
    sleep(&mut machine, 1, 200);
    assert_eq!(machine.returned(0), refused(Error::DeadlineExceeded)); // CH-5
    machine.transact(0, 4, 8, NEVER); // a newer request
    machine.pass(200);
    let told = refused(Error::Unavailable);
    assert_eq!(respond_and_receive(&mut machine, 1, NEVER), told); // CH-5a: once
    assert_eq!(receive(&mut machine, 1, NEVER), given(4)); // and nothing was received by that
    assert_eq!(machine.respond(1, 4), Ok(()));
}

#[test]
fn a_receive_ends_staleness_at_once_when_it_blocks_and_when_it_is_late() {
    for (deadline, answer) in [(NEVER, None), (100, refused(Error::DeadlineExceeded))] {
        let mut machine = served(100);
        machine.pass(100);
        assert_eq!(receive(&mut machine, 1, deadline), answer);
        if answer.is_some() {
            machine.wait(1, Signals::ERROR, 300);
            machine.transact(0, 4, 8, NEVER);
            machine.pass(300);
        } else {
            machine.transact(0, 4, 8, NEVER);
        }
        assert_eq!(machine.respond(1, 4), Ok(())); // CH-5a
    }
}

#[test]
fn the_initiators_death_withdraws_what_was_received() {
    let mut machine = served(NEVER);
    machine.kill(0);
    let told = refused(Error::Unavailable);
    assert_eq!(respond_and_receive(&mut machine, 1, NEVER), told); // CH-5a
    machine.wait(1, EVERYTHING, NEVER);
    assert_eq!(signals(machine.returned(1)), Signals::ERROR); // CH-9
}

#[test]
fn a_receive_does_not_end_with_an_error_signal() {
    let mut machine = handler_first(&[15, 15]);
    assert_eq!(receive(&mut machine, 1, NEVER), None);
    assert_eq!(receive(&mut machine, 2, NEVER), None);
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    machine.kill(0);
    machine.wait(1, Signals::ERROR, NEVER);
    assert_eq!(signals(machine.returned(1)), Signals::ERROR); // CH-9
    sleep(&mut machine, 1, 9);
    assert!(machine.is_idle()); // thread 2 receives on
}

#[test]
fn the_handlers_death_ends_what_was_received_and_takes_its_receivers_away() {
    for is_served in [true, false] {
        let mut machine = served(NEVER);
        if !is_served {
            assert_eq!(respond_and_receive(&mut machine, 1, 1000), None);
            assert_eq!(machine.returned(0), Some(Ok((4, 0))));
            sleep(&mut machine, 0, 9);
        }
        machine.kill(1);
        if is_served {
            assert_eq!(machine.returned(0), refused(Error::Unavailable)); // CH-8
        } else {
            machine.pass(9);
        }
        machine.transact(0, 4, 8, NEVER);
        assert_eq!(machine.returned(0), refused(Error::Unavailable));
        sleep(&mut machine, 0, 50);
        assert_eq!(machine.port.alarm.map(crate::Instant::ticks), Some(50)); // its own went
    }
}

#[test]
fn a_list_and_the_flat_buffer_of_the_same_bytes_receive_alike() {
    let mut machine = handler_first(&[15]);
    let room = list(&mut machine, 1, &[(writable(1) + 1, 3), (writable(1) + 10, 2)]);
    assert_eq!(receive_into(&mut machine, 1, room, NEVER), None);
    machine.pass(5);
    machine.transact(0, 10, 8, NEVER);
    assert_eq!(machine.returned(1), given(10)); // AB-7
    assert_eq!(machine.port.bytes(1, writable(1), 5), [0, 0, 1, 2, 0]);
    assert_eq!(machine.port.bytes(1, writable(1) + 9, 4), [0, 3, 4, 0]);
    let response = list(&mut machine, 1, &[(base(1), 1), (writable(1) + 1, 3)]);
    assert_eq!(turn(&mut machine, 1, response, (writable(1), 0), NEVER), None);
    assert_eq!(machine.returned(0), Some(Ok((4, 0))));
    assert_eq!(machine.port.bytes(0, writable(0), 5), [0, 0, 1, 2, 0]);
}

#[test]
fn a_receiver_whose_memory_has_gone_bad_bears_it_and_the_next_one_is_given_the_request() {
    for has_next in [true, false] {
        let mut machine = handler_first(&[15, 15]);
        let room = list(&mut machine, 1, &[(writable(1), 8)]);
        assert_eq!(receive_into(&mut machine, 1, room, NEVER), None);
        if has_next {
            assert_eq!(receive_into(&mut machine, 2, (writable(1) + 32, 8), NEVER), None);
        } else {
            machine.wait(2, Signals::READABLE, NEVER);
        }
        list(&mut machine, 1, &[(base(0), 8)]); // another thread has changed the table
        machine.pass(5);
        machine.transact(0, 4, 8, NEVER);
        assert_eq!(machine.returned(1), refused(Error::PermissionDenied)); // AB-8
        sleep(&mut machine, 1, 9);
        if has_next {
            assert_eq!(machine.returned(2), given(4));
        } else {
            assert_eq!(signals(machine.returned(2)), Signals::READABLE); // it is pending
        }
    }
}

/// The initiator's request is a list that turns bad while thread 1 serves it.
fn bad_request(handler: &[u8]) -> Machine {
    let mut machine = handler_first(handler);
    sleep(&mut machine, 1, 9);
    if handler.len() > 1 {
        sleep(&mut machine, 2, 10);
    }
    machine.pass(5);
    let (send, length) = list(&mut machine, 0, &[(base(0), 4)]);
    let arguments = [0, send, length, writable(0), 8, usize::MAX, usize::MAX];
    machine.call(0, Syscall::ChannelTransact, &arguments);
    assert!(machine.is_idle());
    machine
}

#[test]
fn an_initiator_whose_memory_has_gone_bad_bears_it_and_the_receive_goes_on() {
    for (deadline, answer) in [(NEVER, None), (9, refused(Error::DeadlineExceeded))] {
        let mut machine = bad_request(&[15]);
        list(&mut machine, 0, &[(base(1), 4)]);
        machine.pass(9);
        assert_eq!(receive(&mut machine, 1, deadline), answer);
        if answer.is_some() {
            sleep(&mut machine, 1, 20);
        }
        assert_eq!(machine.returned(0), refused(Error::PermissionDenied)); // AB-8
    }
}

#[test]
fn a_request_that_is_served_anew_and_has_gone_bad_is_given_to_nobody() {
    let mut machine = bad_request(&[15, 15]);
    machine.pass(9);
    assert_eq!(receive(&mut machine, 1, NEVER), given(4));
    sleep(&mut machine, 1, 20);
    machine.pass(10);
    assert_eq!(receive(&mut machine, 2, NEVER), None);
    list(&mut machine, 0, &[(base(1), 4)]);
    machine.pass(20);
    machine.call(1, Syscall::ThreadExit, &[0]);
    assert_eq!(machine.returned(0), refused(Error::PermissionDenied)); // AB-8
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(2), given(4)); // thread 2 received on
}

#[test]
fn who_answers_and_receives_is_the_one_that_waited_last() {
    let mut machine = machine(&[20], &[10, 10]);
    machine.start_thread(2);
    sleep(&mut machine, 0, 5);
    sleep(&mut machine, 1, 5);
    machine.wait(2, Signals::READABLE, 3);
    machine.pass(3);
    assert_eq!(machine.returned(2), refused(Error::DeadlineExceeded));
    sleep(&mut machine, 2, 9);
    machine.pass(5);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.call(1, Syscall::ChannelRespondAndReceive, &[0, base(1), 4, writable(1), 8, 0, 0]);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(1), refused(Error::DeadlineExceeded));
    let priority = |machine: &mut Machine, thread| {
        let kernel = machine.kernel();
        kernel.services.waits.priority(ThreadIndex::new(thread))
    };
    // CH-13: it is lent what waits, and the one that waited before it is not.
    assert_eq!(priority(&mut machine, 1), Priority::new(20));
    assert_eq!(priority(&mut machine, 2), Priority::new(10));
}
