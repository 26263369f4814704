//! Endpoints: what each call does, row by row of the table.

use guichet_abi::{Error, LIST_FLAG, Message, Signals, Syscall, handle_with_words};

use crate::testing::post::{FIRST_BADGE, post_office};
use crate::testing::{Machine, base, writable};
use crate::*;

const NEVER: [usize; 2] = [usize::MAX, usize::MAX];
const READABLE: usize = Signals::READABLE.bits() as usize;
const WRITEABLE: usize = Signals::WRITEABLE.bits() as usize;
const ERROR: usize = Signals::ERROR.bits() as usize;

type Answer = Result<(usize, usize), Error>;

/// Sends the first `length` bytes of the process's read-only memory, which begins with `first`.
fn send(machine: &mut Machine, thread: usize, process: usize, first: u8, length: usize) {
    machine.port.bytes(process, base(process), 1)[0] = first;
    let arguments = [0, base(process), length, NEVER[0], NEVER[1]];
    machine.call(thread, Syscall::EndpointSend, &arguments);
}

fn try_send(machine: &mut Machine, thread: usize, process: usize, first: u8) -> Answer {
    machine.port.bytes(process, base(process), 1)[0] = first;
    machine.now(thread, Syscall::EndpointTrySend, &[0, base(process), 4])
}

fn call(machine: &mut Machine, thread: usize, process: usize, first: u8, deadline: usize) {
    machine.port.bytes(process, base(process), 1)[0] = first;
    let arguments = [0, base(process), 4, writable(process), 8, deadline, 0];
    machine.call(thread, Syscall::EndpointCall, &arguments);
}

fn receive(machine: &mut Machine, thread: usize, deadline: [usize; 2]) {
    let arguments = [0, writable(0), 16, deadline[0], deadline[1]];
    machine.call(thread, Syscall::EndpointReceive, &arguments);
}

/// Takes a message without waiting; gives its first byte, its badge, and its reply right.
fn take(machine: &mut Machine, thread: usize) -> Result<(u8, u32, usize), Error> {
    let arguments = [0, writable(0), 16];
    let (_, reply) = machine.now(thread, Syscall::EndpointTryReceive, &arguments)?;
    Ok((machine.port.bytes(0, writable(0), 1)[0], machine.message(thread).badge, reply))
}

fn look(machine: &mut Machine, thread: usize) -> Answer {
    let mask = READABLE | WRITEABLE | ERROR;
    machine.now(thread, Syscall::ObjectWait, &[0, mask, 0, 0])
}

fn sleep(machine: &mut Machine, thread: usize) {
    machine.call(thread, Syscall::SleepUntil, &NEVER);
}

#[test]
fn a_message_goes_to_who_waits_and_else_into_the_queue() {
    let mut machine = post_office(&[&[20], &[10]], 2, 16);
    receive(&mut machine, 0, NEVER);
    send(&mut machine, 1, 1, 7, 4);
    assert_eq!(machine.returned(0), Some(Ok((4, 0))));
    let expected = Message { badge: FIRST_BADGE, incarnation: 1, words: [0; 4] };
    assert_eq!(machine.message(0), expected);
    assert_eq!(machine.port.bytes(0, writable(0), 1)[0], 7);
    sleep(&mut machine, 0);
    assert_eq!(machine.returned(1), Some(Ok((0, 0))));
    assert_eq!(try_send(&mut machine, 1, 1, 1), Ok((0, 0)));
    assert_eq!(try_send(&mut machine, 1, 1, 2), Ok((0, 0)));
    assert_eq!(try_send(&mut machine, 1, 1, 3), Err(Error::ResourceExhausted));
    assert_eq!(look(&mut machine, 1), Err(Error::DeadlineExceeded));
}

#[test]
fn messages_leave_in_the_order_accepted_and_a_freed_place_goes_to_who_waits() {
    let mut machine = post_office(&[&[10], &[20], &[21]], 1, 16);
    send(&mut machine, 2, 2, 1, 4);
    send(&mut machine, 2, 2, 2, 4);
    send(&mut machine, 1, 1, 3, 4);
    machine.call(0, Syscall::EndpointTryReceive, &[0, writable(0), 16]);
    assert_eq!(machine.port.bytes(0, writable(0), 1)[0], 1);
    assert_eq!(machine.running(), 2, "the more important one was served");
    assert_eq!(machine.returned(2), Some(Ok((0, 0))));
    assert_eq!(try_send(&mut machine, 2, 2, 9), Err(Error::ResourceExhausted));
    sleep(&mut machine, 2);
    assert_eq!(machine.returned(0), Some(Ok((4, 0))));
    receive(&mut machine, 0, NEVER);
    assert_eq!(machine.port.bytes(0, writable(0), 1)[0], 2);
    sleep(&mut machine, 1);
    assert_eq!(take(&mut machine, 0), Ok((3, FIRST_BADGE, 0)));
    assert_eq!(take(&mut machine, 0), Err(Error::Unavailable));
}

#[test]
fn a_call_is_answered_once_by_who_has_received_it() {
    let mut machine = post_office(&[&[10], &[20]], 2, 16);
    call(&mut machine, 1, 1, 5, usize::MAX & 0xFFFF_FFFF);
    let (first, badge, reply) = take(&mut machine, 0).unwrap();
    assert_eq!((first, badge), (5, FIRST_BADGE));
    assert_ne!(reply, 0);
    let answer = |machine: &mut Machine, right: usize, length: usize| {
        machine.call(0, Syscall::EndpointReply, &[right, base(0), length]);
    };
    for wrong in [0, reply + 1, reply + 2, reply ^ 0x8000_0000, usize::MAX] {
        answer(&mut machine, wrong, 4);
        assert_eq!(machine.returned(0), Some(Err(Error::Unavailable)), "{wrong:#x}");
    }
    answer(&mut machine, reply, 9);
    assert_eq!(machine.returned(0), Some(Err(Error::OutOfRange)));
    answer(&mut machine, reply, 8);
    assert_eq!(machine.returned(1), Some(Ok((8, 0))));
    sleep(&mut machine, 1);
    answer(&mut machine, reply, 8);
    assert_eq!(machine.returned(0), Some(Err(Error::Unavailable)));
}

#[test]
fn a_dropped_right_and_a_late_one() {
    let mut machine = post_office(&[&[10], &[20]], 2, 16);
    call(&mut machine, 1, 1, 5, 100);
    let (_, _, reply) = take(&mut machine, 0).unwrap();
    machine.call(0, Syscall::EndpointDropReply, &[reply]);
    assert_eq!(machine.returned(1), Some(Err(Error::Aborted)));
    call(&mut machine, 1, 1, 6, 100);
    machine.pass(100);
    assert_eq!(machine.returned(1), Some(Err(Error::DeadlineExceeded)));
    sleep(&mut machine, 1);
    let (first, _, void) = take(&mut machine, 0).unwrap();
    assert!(first == 6 && void != 0 && void != reply);
    assert_eq!(
        machine.now(0, Syscall::EndpointReply, &[void, base(0), 1]),
        Err(Error::Unavailable)
    );
}

#[test]
fn words_and_bytes_are_the_same_messages() {
    let mut machine = post_office(&[&[10], &[20]], 4, 16);
    let words = [0x0403_0201, 0x0807_0605, 0x0C0B_0A09];
    let [low, high] = NEVER;
    let first = handle_with_words(0, 3);
    let arguments = [first, low, high, words[0], words[1], words[2], 99];
    machine.call(1, Syscall::EndpointSendWords, &arguments);
    machine.call(1, Syscall::EndpointSendWords, &arguments);
    send(&mut machine, 1, 1, 9, 5);
    sleep(&mut machine, 1);
    machine.call(0, Syscall::EndpointReceive, &[0, writable(0), 16, low, high]);
    assert_eq!(machine.returned(0), Some(Ok((12, 0))));
    let bytes: [u8; 12] = core::array::from_fn(|place| place as u8 + 1);
    assert_eq!(machine.port.bytes(0, writable(0), 12), bytes);
    machine.call(0, Syscall::EndpointReceiveWords, &[0, low, high]);
    assert_eq!(machine.returned(0), Some(Ok((12, 0))));
    assert_eq!(machine.message(0).words, [0x0403_0201, 0x0807_0605, 0x0C0B_0A09, 0]);
    machine.call(0, Syscall::EndpointTryReceiveWords, &[0]);
    assert_eq!(machine.returned(0), Some(Ok((5, 0))));
    assert_eq!(machine.message(0).words, [9, 0, 0, 0]);
}

#[test]
fn a_call_of_words_there_and_back() {
    let mut machine = post_office(&[&[10], &[20]], 1, 16);
    let [low, high] = NEVER;
    let first = handle_with_words(0, 4);
    machine.call(1, Syscall::EndpointCallWords, &[first, low, high, 1, 2, 3, 4]);
    machine.call(0, Syscall::EndpointReceiveWords, &[0, low, high]);
    let Some(Ok((16, reply))) = machine.returned(0) else { panic!("it was received") };
    assert_eq!(machine.message(0).words, [1, 2, 3, 4]);
    let again = handle_with_words(0, 2);
    machine.call(0, Syscall::EndpointReplyAndReceiveWords, &[again, reply, 0, 5, 6, 7, 8]);
    assert_eq!(machine.outcome.action, Action::ReturnMessage);
    assert_eq!(machine.returned(1), Some(Ok((8, 0))));
    let expected = Message { badge: 0, incarnation: 0, words: [5, 6, 0, 0] };
    assert_eq!(machine.message(1), expected);
    machine.call(1, Syscall::EndpointCallWords, &[first, low, high, 1, 2, 3, 4]);
    assert!(matches!(machine.returned(0), Some(Ok((16, other))) if other != reply));
    let too_many = handle_with_words(0, 5);
    machine.call(0, Syscall::EndpointReplyWords, &[too_many, reply]);
    assert_eq!(machine.returned(0), Some(Err(Error::OutOfRange)));
}

#[test]
fn calls_are_checked() {
    let mut machine = post_office(&[&[10], &[20]], 1, 8);
    let [low, high] = NEVER;
    for (syscall, arguments, error) in [
        (Syscall::EndpointSend, [9, base(1), 4, low, high, 0, 0], Error::OutOfRange),
        (Syscall::EndpointSend, [0, base(1), 9, low, high, 0, 0], Error::OutOfRange),
        (Syscall::EndpointSend, [0, 4, 4, low, high, 0, 0], Error::PermissionDenied),
        (Syscall::EndpointReceive, [0, writable(1), 8, low, high, 0, 0], Error::InvalidArgument),
        (Syscall::EndpointClose, [0, 0, 0, 0, 0, 0, 0], Error::InvalidArgument),
        (Syscall::EndpointBind, [0, 2, 0, 0, 0, 0, 0], Error::InvalidArgument),
        (
            Syscall::EndpointSendWords,
            [handle_with_words(0, 3), low, high, 0, 0, 0, 0],
            Error::OutOfRange,
        ),
        (
            Syscall::EndpointCallWords,
            [handle_with_words(9, 1), low, high, 0, 0, 0, 0],
            Error::OutOfRange,
        ),
        (Syscall::EndpointCall, [0, base(1), 4, base(1), 8, low, high], Error::PermissionDenied),
        (Syscall::EndpointCall, [0, base(1), 4, writable(1), 8, 0, 0], Error::DeadlineExceeded),
    ] {
        assert_eq!(machine.now(1, syscall, &arguments), Err(error), "{syscall:?} {arguments:?}");
    }
    sleep(&mut machine, 1);
    let room = [0, writable(0), 7, low, high];
    assert_eq!(machine.now(0, Syscall::EndpointReceive, &room), Err(Error::OutOfRange));
    let room = [0, base(0), 8, low, high];
    assert_eq!(machine.now(0, Syscall::EndpointReceive, &room), Err(Error::PermissionDenied));
    assert_eq!(
        machine.now(0, Syscall::EndpointSend, &[0, base(0), 4, low, high]),
        Err(Error::InvalidArgument)
    );
}

#[test]
fn an_endpoint_is_bound_to_one_peer_until_that_ends() {
    let mut machine = post_office(&[&[10], &[20], &[21]], 2, 16);
    sleep(&mut machine, 2);
    sleep(&mut machine, 1);
    let bind = |machine: &mut Machine, peer| machine.now(0, Syscall::EndpointBind, &[0, peer]);
    assert_eq!(bind(&mut machine, 0), Err(Error::NotFound));
    assert_eq!(bind(&mut machine, 1), Err(Error::NotFound), "itself");
    assert_eq!(bind(&mut machine, 9), Err(Error::NotFound));
    assert_eq!(bind(&mut machine, 2), Ok((0, 0)));
    assert_eq!(bind(&mut machine, 3), Err(Error::AlreadyExists));
    machine.kill(1);
    assert_eq!(bind(&mut machine, 2), Err(Error::Unavailable));
    assert_eq!(bind(&mut machine, 3), Ok((0, 0)));
}

#[test]
fn who_waits_for_room_is_refused_when_another_is_bound() {
    let mut machine = post_office(&[&[10], &[20], &[21]], 1, 16);
    send(&mut machine, 2, 2, 1, 4);
    send(&mut machine, 2, 2, 2, 4);
    send(&mut machine, 1, 1, 3, 4);
    machine.call(0, Syscall::EndpointBind, &[0, 3]);
    assert_eq!(machine.returned(1), Some(Err(Error::PermissionDenied)));
    assert_eq!(try_send(&mut machine, 1, 1, 4), Err(Error::PermissionDenied));
}

#[test]
fn closing_refuses_senders_and_lets_what_is_queued_be_received() {
    let mut machine = post_office(&[&[10], &[20], &[21]], 1, 16);
    call(&mut machine, 2, 2, 1, 500);
    send(&mut machine, 1, 1, 2, 4);
    machine.call(0, Syscall::EndpointClose, &[0]);
    assert_eq!(machine.returned(2), Some(Err(Error::Aborted)));
    assert_eq!(try_send(&mut machine, 2, 2, 4), Err(Error::Aborted));
    assert_eq!(look(&mut machine, 2), Ok((0, ERROR)));
    sleep(&mut machine, 2);
    assert_eq!(machine.returned(1), Some(Err(Error::Aborted)));
    sleep(&mut machine, 1);
    assert_eq!(look(&mut machine, 0), Ok((0, READABLE)));
    let (first, _, void) = take(&mut machine, 0).unwrap();
    assert!(first == 1 && void != 0);
    let reply = [void, base(0), 4];
    assert_eq!(machine.now(0, Syscall::EndpointReply, &reply), Err(Error::Unavailable));
    assert_eq!(take(&mut machine, 0), Err(Error::Aborted));
    assert_eq!(look(&mut machine, 0), Ok((0, ERROR)));
    assert_eq!(machine.now(0, Syscall::EndpointClose, &[0]), Ok((0, 0)));
}

#[test]
fn who_waits_for_the_end_of_a_closed_queue_is_told_when_it_is_empty() {
    let mut machine = post_office(&[&[12, 11], &[5]], 2, 16);
    machine.start_thread(1);
    machine.call(0, Syscall::ObjectWait, &[0, READABLE, NEVER[0], NEVER[1]]);
    machine.call(1, Syscall::ObjectWait, &[0, ERROR, NEVER[0], NEVER[1]]);
    send(&mut machine, 2, 1, 7, 4);
    machine.call(0, Syscall::EndpointClose, &[0]);
    assert_eq!(take(&mut machine, 0).unwrap().0, 7);
    sleep(&mut machine, 0);
    assert_eq!(machine.returned(1), Some(Ok((0, ERROR))));
}

#[test]
fn the_end_of_the_receiver_is_told_at_once() {
    let mut machine = post_office(&[&[10], &[20], &[21], &[22]], 1, 16);
    call(&mut machine, 3, 3, 1, 500);
    call(&mut machine, 2, 2, 2, 500);
    machine.call(1, Syscall::ObjectWait, &[0, WRITEABLE | ERROR, NEVER[0], NEVER[1]]);
    take(&mut machine, 0).unwrap();
    machine.kill(0);
    assert_eq!(machine.returned(3), Some(Err(Error::Unavailable)));
    sleep(&mut machine, 3);
    assert_eq!(machine.returned(2), Some(Err(Error::Unavailable)));
    sleep(&mut machine, 2);
    assert_eq!(machine.returned(1), Some(Ok((0, ERROR))));
    assert_eq!(try_send(&mut machine, 1, 1, 4), Err(Error::Unavailable));
}

#[test]
fn the_end_of_a_sender_leaves_its_messages_and_voids_its_calls() {
    let mut machine = post_office(&[&[10], &[20], &[21]], 2, 16);
    call(&mut machine, 2, 2, 1, 500);
    send(&mut machine, 1, 1, 2, 4);
    machine.kill(2);
    sleep(&mut machine, 1);
    let (first, badge, void) = take(&mut machine, 0).unwrap();
    assert_eq!((first, badge), (1, FIRST_BADGE + 1));
    let reply = [void, base(0), 4];
    assert_eq!(machine.now(0, Syscall::EndpointReply, &reply), Err(Error::Unavailable));
    assert_eq!(take(&mut machine, 0), Ok((2, FIRST_BADGE, 0)));
}

#[test]
fn who_has_received_a_call_runs_at_its_callers_priority() {
    let mut machine = post_office(&[&[10], &[20], &[25]], 2, 16);
    sleep(&mut machine, 2);
    call(&mut machine, 1, 1, 1, 500);
    assert_eq!(machine.priority(0), 10, "it has not received it");
    let (_, _, reply) = take(&mut machine, 0).unwrap();
    assert_eq!(machine.priority(0), 20);
    machine.call(0, Syscall::EndpointReply, &[reply, base(0), 4]);
    assert_eq!(machine.priority(0), 10);
    call(&mut machine, 1, 1, 1, 50);
    take(&mut machine, 0).unwrap();
    assert_eq!(machine.priority(0), 20);
    machine.pass(50);
    assert_eq!(machine.priority(0), 10, "the caller has given up");
    sleep(&mut machine, 1);
    receive(&mut machine, 0, NEVER);
    machine.kill(2);
    assert!(machine.is_idle());
}

#[test]
fn receivers_are_served_by_priority() {
    let mut machine = post_office(&[&[11, 12], &[5]], 1, 16);
    machine.start_thread(1);
    receive(&mut machine, 0, NEVER);
    receive(&mut machine, 1, NEVER);
    send(&mut machine, 2, 1, 1, 4);
    assert_eq!(machine.running(), 1, "although the other one has waited longer");
    assert_eq!(machine.returned(1), Some(Ok((4, 0))));
    assert_eq!(machine.returned(0), None);
}

#[test]
fn an_empty_message_is_not_kept_from_a_list_that_has_gone_bad() {
    let mut machine = post_office(&[&[20], &[10]], 1, 16);
    let table = |machine: &mut Machine, address: usize| {
        let words = [address, 16].map(usize::to_ne_bytes);
        let bytes = words.as_flattened();
        machine.port.bytes(0, writable(0) + 64, bytes.len()).copy_from_slice(bytes);
    };
    for by_words in [false, true] {
        table(&mut machine, writable(0));
        let room = [0, writable(0) + 64, LIST_FLAG | 1, NEVER[0], NEVER[1]];
        machine.call(0, Syscall::EndpointReceive, &room);
        table(&mut machine, 4);
        if by_words {
            let arguments = [handle_with_words(0, 0), NEVER[0], NEVER[1]];
            machine.call(1, Syscall::EndpointSendWords, &arguments);
        } else {
            machine.call(1, Syscall::EndpointSend, &[0, base(1), 0, NEVER[0], NEVER[1]]);
        }
        assert_eq!(machine.returned(0), Some(Ok((0, 0))), "in words: {by_words}");
    }
}

#[test]
fn who_waits_for_the_end_of_a_closed_queue_is_told() {
    let mut machine = post_office(&[&[11, 12], &[20]], 1, 16);
    machine.start_thread(1);
    try_send(&mut machine, 2, 1, 7).unwrap();
    sleep(&mut machine, 2);
    machine.call(1, Syscall::ObjectWait, &[0, ERROR, NEVER[0], NEVER[1]]);
    machine.call(0, Syscall::EndpointClose, &[0]);
    assert_eq!(machine.returned(1), None, "a message is there");
    machine.call(0, Syscall::EndpointTryReceive, &[0, writable(0), 16]);
    assert_eq!(machine.running(), 1);
    assert_eq!(machine.returned(1), Some(Ok((0, ERROR))));
}

#[test]
fn a_thread_that_has_ended_keeps_nothing_that_was_lent() {
    let mut machine = post_office(&[&[11, 10], &[20]], 1, 16);
    call(&mut machine, 2, 1, 5, 500);
    machine.start_thread(1);
    take(&mut machine, 0).unwrap();
    assert_eq!(machine.priority(0), 20);
    machine.call(0, Syscall::ThreadExit, &[0]);
    assert_eq!(machine.priority(0), 11);
    assert_eq!(machine.priority(1), 10, "nor does it lend that to another");
}
