//! The synchronous mailbox, row by row.

use guichet_abi::{ErrorCode, Syscall, driver};

use crate::testing::forum::{Forum, Given, build, forum};

const MAILBOX: u32 = driver::SYNC_MAILBOX;
const SIZE: usize = ErrorCode::Size as usize;
const NO_DEVICE: usize = ErrorCode::NoDevice as usize;

/// Process 0 is the server; the others know it by the id that comes with them.
fn meeting(processes: usize) -> (Forum, Vec<u32>) {
    let mut forum = forum(processes, &[]);
    forum.register(0, "server").unwrap();
    forum.lend(0, MAILBOX, 1, 32, 16);
    let ids = (1..processes).map(|client| forum.discover(client, "server").unwrap()).collect();
    (forum, ids)
}

use std::vec::Vec;

fn send(forum: &mut Forum, client: usize, id: u32, request: &[u8]) -> Given<()> {
    forum.show(client, MAILBOX, 0, 20, request);
    forum.lend(client, MAILBOX, 0, 0, 8);
    forum.command(client, MAILBOX, [1, id, 0]).map(|_| ())
}

fn take(forum: &mut Forum) -> Given<(u32, u32, u32)> {
    let [id, length, serial] = forum.command(0, MAILBOX, [3, 0, 0])?;
    Ok((id, length, serial))
}

fn respond(forum: &mut Forum, id: u32, serial: u32, response: &[u8]) -> Given<()> {
    forum.show(0, MAILBOX, 1, 40, response);
    forum.command(0, MAILBOX, [5, id, serial]).map(|_| ())
}

/// SM-1, SM-2, SM-5.
#[test]
fn a_request_goes_there_and_its_response_back() {
    let (mut forum, ids) = meeting(2);
    forum.wait_for(0, MAILBOX, 2);
    send(&mut forum, 1, ids[0], b"ping").unwrap();
    assert_eq!(forum.came(0), Some([1, 0, 0]));
    forum.wait_for(1, MAILBOX, 0);
    let (id, length, serial) = take(&mut forum).unwrap();
    assert_eq!((length, forum.bytes(0, 32, 4).to_vec()), (4, b"ping".to_vec()));
    respond(&mut forum, id, serial, b"pong!").unwrap();
    assert_eq!(forum.came(1), Some([0, 5, 0]));
    assert_eq!(forum.bytes(1, 0, 5).to_vec(), b"pong!");
    assert_eq!(take(&mut forum), Err(ErrorCode::NoDevice));
}

/// SM-6: cut, and both are told.
#[test]
fn what_is_too_long_is_cut() {
    let (mut forum, ids) = meeting(2);
    send(&mut forum, 1, ids[0], &[7; 20]).unwrap();
    let (id, length, serial) = take(&mut forum).unwrap();
    assert_eq!((length, forum.bytes(0, 32, 17).to_vec()), (20, [&[7; 16][..], &[0]].concat()));
    respond(&mut forum, id, serial, &[8; 9]).unwrap();
    assert_eq!(forum.told(1, MAILBOX, 0), [SIZE, 9, 0]);
    assert_eq!(forum.bytes(1, 0, 9).to_vec(), [&[8; 8][..], &[0]].concat());
}

/// SM-3, SM-4.
#[test]
fn requests_are_taken_in_their_order_and_answered_in_any() {
    let (mut forum, ids) = meeting(4);
    for client in [2, 1, 3] {
        send(&mut forum, client, ids[client - 1], &[client as u8]).unwrap();
    }
    assert_eq!(forum.told(0, MAILBOX, 2), [3, 0, 0]);
    let taken: Vec<_> = (0..3)
        .map(|_| {
            let (id, _, serial) = take(&mut forum).unwrap();
            (id, serial, forum.bytes(0, 32, 1)[0])
        })
        .collect();
    assert_eq!(taken.iter().map(|each| each.2).collect::<Vec<_>>(), [2, 1, 3]);
    for (id, serial, first) in taken.iter().rev() {
        respond(&mut forum, *id, *serial, &[first + 10]).unwrap();
    }
    for client in 1..4 {
        assert_eq!(forum.told(client, MAILBOX, 0), [0, 1, 0]);
        assert_eq!(forum.bytes(client, 0, 1)[0], client as u8 + 10);
    }
}

/// SM-1: command 4.
#[test]
fn a_server_may_take_whose_request_it_wants() {
    let (mut forum, ids) = meeting(3);
    send(&mut forum, 1, ids[0], b"a").unwrap();
    let (first, ..) = take(&mut forum).unwrap();
    let take_from = |forum: &mut Forum, id| forum.command(0, MAILBOX, [4, id, 0]);
    assert_eq!(take_from(&mut forum, first), Err(ErrorCode::NoDevice), "it waits no longer");
    assert_eq!(take_from(&mut forum, 0), Err(ErrorCode::NoDevice));
    forum.command(1, MAILBOX, [2, 0, 0]).unwrap();
    send(&mut forum, 2, ids[1], b"b").unwrap();
    send(&mut forum, 1, ids[0], b"c").unwrap();
    assert_eq!(take_from(&mut forum, first).map(|[id, ..]| id), Ok(first));
    assert_eq!(forum.bytes(0, 32, 1), b"c");
    assert_eq!(forum.told(0, MAILBOX, 2), [1, 0, 0]);
}

/// SM-2: one request at a time, and what is not told of the old one is not told any more.
#[test]
fn a_client_has_one_request() {
    let (mut forum, ids) = meeting(2);
    send(&mut forum, 1, ids[0], b"a").unwrap();
    assert_eq!(send(&mut forum, 1, ids[0], b"b"), Err(ErrorCode::Busy));
    let (id, _, serial) = take(&mut forum).unwrap();
    assert_eq!(send(&mut forum, 1, ids[0], b"b"), Err(ErrorCode::Busy));
    respond(&mut forum, id, serial, b"x").unwrap();
    send(&mut forum, 1, ids[0], b"b").unwrap();
    forum.wait_for(1, MAILBOX, 0);
    assert_eq!(forum.came(1), None);
}

/// SM-7.
#[test]
fn a_late_response_completes_nothing() {
    let (mut forum, ids) = meeting(2);
    assert_eq!(forum.command(1, MAILBOX, [2, 0, 0]), Err(ErrorCode::Already));
    send(&mut forum, 1, ids[0], b"a").unwrap();
    let (id, _, old) = take(&mut forum).unwrap();
    forum.command(1, MAILBOX, [2, 0, 0]).unwrap();
    assert_eq!(respond(&mut forum, id, old, b"x"), Err(ErrorCode::Cancel));
    send(&mut forum, 1, ids[0], b"b").unwrap();
    assert_eq!(respond(&mut forum, id, old, b"x"), Err(ErrorCode::Cancel));
    let (_, _, new) = take(&mut forum).unwrap();
    assert_eq!(respond(&mut forum, id, old, b"x"), Err(ErrorCode::Cancel));
    respond(&mut forum, id, new, b"y").unwrap();
    assert_eq!(respond(&mut forum, id, new, b"z"), Err(ErrorCode::Cancel), "once");
    assert_eq!(forum.told(1, MAILBOX, 0), [0, 1, 0]);
    assert_eq!(forum.bytes(1, 0, 1), b"y");
}

/// SM-7: a request that was cancelled before it was taken is not there.
#[test]
fn a_cancelled_request_leaves_the_line() {
    let (mut forum, ids) = meeting(4);
    for client in [1, 2, 3] {
        send(&mut forum, client, ids[client - 1], &[client as u8]).unwrap();
    }
    forum.command(2, MAILBOX, [2, 0, 0]).unwrap();
    assert_eq!(forum.told(0, MAILBOX, 2), [2, 0, 0]);
    for expected in [1, 3] {
        take(&mut forum).unwrap();
        assert_eq!(forum.bytes(0, 32, 1), [expected]);
    }
    forum.wait_for(0, MAILBOX, 2);
    assert_eq!(forum.came(0), None);
}

/// SM-8: at once, whether the server has taken the request or not; and an id of the dead is as good.
#[test]
fn a_client_hears_of_its_servers_end() {
    let (mut forum, ids) = meeting(3);
    send(&mut forum, 1, ids[0], b"a").unwrap();
    take(&mut forum).unwrap();
    send(&mut forum, 2, ids[1], b"b").unwrap();
    forum.wait_for(1, MAILBOX, 1);
    forum.turn_to(2);
    forum.machine.kill(0);
    assert_eq!(forum.came(1), Some([NO_DEVICE, ids[0] as usize, 0]));
    assert_eq!(forum.told(2, MAILBOX, 1), [NO_DEVICE, ids[1] as usize, 0]);
    send(&mut forum, 1, ids[0], b"a").unwrap();
    assert_eq!(forum.told(1, MAILBOX, 1), [NO_DEVICE, ids[0] as usize, 0]);
    assert_eq!(forum.command(1, MAILBOX, [2, 0, 0]), Err(ErrorCode::Already));
}

/// CP-5: knowing an id is not having been given it.
#[test]
fn an_id_that_was_not_given_is_nobodys() {
    let (mut forum, ids) = meeting(2);
    let mut forged = crate::testing::forum::forum(2, &[]);
    for id in [0, ids[0], ids[0] + (1 << 8), 0xFF, u32::MAX] {
        assert_eq!(send(&mut forged, 1, id, b"a"), Err(ErrorCode::NoDevice));
    }
    let known = |system: &mut crate::System<'static>| system.are_ids_global = true;
    let mut global = build(2, &[], known);
    send(&mut global, 1, ids[0], b"a").unwrap();
    // The server knows its client from the request, and not before.
    assert_eq!(send(&mut forum, 0, ids[0] + 1, b"a"), Err(ErrorCode::NoDevice));
    send(&mut forum, 1, ids[0], b"a").unwrap();
    let (client, ..) = take(&mut forum).unwrap();
    assert_eq!(client, ids[0] + 1);
    send(&mut forum, 0, client, b"b").unwrap();
}

/// SM-9.
#[test]
fn a_clients_end_withdraws_its_request() {
    let (mut forum, ids) = meeting(3);
    send(&mut forum, 1, ids[0], b"a").unwrap();
    let (id, _, serial) = take(&mut forum).unwrap();
    send(&mut forum, 2, ids[1], b"b").unwrap();
    forum.turn_to(0);
    forum.machine.kill(2);
    assert_eq!(take(&mut forum), Err(ErrorCode::NoDevice));
    forum.machine.kill(1);
    assert_eq!(respond(&mut forum, id, serial, b"x"), Err(ErrorCode::NoDevice));
    assert_eq!(forum.call(0, Syscall::ProcessStart, &[2]).status, guichet_abi::OK);
    assert_eq!(respond(&mut forum, id, serial, b"x"), Err(ErrorCode::NoDevice));
}

/// SM-1: client and server at once; two that ask each other both get their answers.
#[test]
fn a_process_may_be_both() {
    let (mut forum, ids) = meeting(2);
    forum.register(1, "other").unwrap();
    forum.lend(1, MAILBOX, 1, 32, 16);
    let other = forum.discover(0, "other").unwrap();
    send(&mut forum, 1, ids[0], b"to zero").unwrap();
    send(&mut forum, 0, other, b"to one").unwrap();
    let [from, _, serial] = forum.command(1, MAILBOX, [3, 0, 0]).unwrap();
    assert_eq!(forum.bytes(1, 32, 6), b"to one");
    forum.show(1, MAILBOX, 1, 40, b"from one");
    forum.command(1, MAILBOX, [5, from, serial]).unwrap();
    let (id, _, serial) = take(&mut forum).unwrap();
    respond(&mut forum, id, serial, b"from 0").unwrap();
    assert_eq!(forum.told(0, MAILBOX, 0), [0, 8, 0]);
    assert_eq!(forum.told(1, MAILBOX, 0), [0, 6, 0]);
    assert_eq!(forum.bytes(1, 0, 6), b"from 0");
}

/// AB-10, CP-3.
#[test]
fn only_what_is_allowed_at_that_moment_is_copied() {
    let (mut forum, ids) = meeting(2);
    forum.lend(1, MAILBOX, 0, 0, 8);
    let long = [MAILBOX as usize, 0, crate::testing::base(1), 65];
    forum.call(1, Syscall::AllowReadOnly, &long);
    assert_eq!(forum.command(1, MAILBOX, [1, ids[0], 0]), Err(ErrorCode::Size));
    send(&mut forum, 1, ids[0], b"gone").unwrap();
    forum.call(1, Syscall::AllowReadOnly, &[MAILBOX as usize, 0, 0, 0]);
    let (id, length, serial) = take(&mut forum).unwrap();
    assert_eq!((length, forum.bytes(0, 32, 4).to_vec()), (0, [0; 4].to_vec()));
    forum.call(1, Syscall::AllowReadWrite, &[MAILBOX as usize, 0, 0, 0]);
    respond(&mut forum, id, serial, b"none").unwrap();
    assert_eq!(forum.told(1, MAILBOX, 0), [SIZE, 4, 0]);
    assert_eq!(forum.bytes(1, 0, 4).to_vec(), [0; 4]);
}

/// SM-8: a request is taken together with its upcall; one that cannot be taken then fails, of which its client hears
/// in that moment.
#[test]
fn a_client_hears_that_its_request_could_not_be_taken_with_its_upcall() {
    let (mut forum, ids) = meeting(3);
    for client in [1, 2] {
        send(&mut forum, client, ids[client - 1], &[client as u8]).unwrap();
    }
    forum.wait_for(1, MAILBOX, 1);
    forum.machine.port.vanished.push(1);
    forum.turn_to(0);
    forum.machine.call(0, Syscall::YieldWaitFor, &[MAILBOX as usize, 3]);
    assert!(!forum.is_blocked(1), "it is told in the step in which it fails");
    let ([_, length, _], _) = forum.came_of_several(0).unwrap();
    assert_eq!((length, forum.bytes(0, 32, 1).to_vec()), (1, [2].to_vec()), "the next is taken");
    let invalid = ErrorCode::Invalid as usize;
    assert_eq!(forum.came(1), Some([invalid, ids[0] as usize, 0]));
}
