//! The asynchronous mailbox, row by row.

use std::vec::Vec;

use guichet_abi::{ErrorCode, Syscall, driver};

use crate::testing::forum::{Forum, Given, forum};
use crate::testing::writable;

const POST: u32 = driver::ASYNC_MAILBOX;
const STREAM: usize = 64;
const LIST: usize = 150;

/// Process 0 receives, in a stream of so many bytes, from all the others. Gives its id for each of them, and
/// theirs for it.
fn office(processes: usize, stream_bytes: usize) -> (Forum, Vec<u32>, Vec<u32>) {
    let mut forum = forum(processes, &[]);
    let mut theirs = Vec::new();
    for sender in 1..processes {
        forum.register(sender, "sender").unwrap();
        theirs.push(forum.discover(0, "sender").unwrap());
        forum.register(sender, &std::format!("sender {sender}")).unwrap();
    }
    forum.register(0, "inbox").unwrap();
    let ours = (1..processes).map(|sender| forum.discover(sender, "inbox").unwrap()).collect();
    list(&mut forum, &theirs);
    forum.lend(0, POST, 0, STREAM, stream_bytes);
    forum.command(0, POST, [1, 0, 0]).unwrap();
    (forum, ours, theirs)
}

fn list(forum: &mut Forum, ids: &[u32]) {
    let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    forum.bytes(0, LIST, bytes.len()).copy_from_slice(&bytes);
    let words = [POST as usize, 1, writable(0) + LIST, bytes.len()];
    forum.call(0, Syscall::AllowReadOnly, &words);
}

fn send(forum: &mut Forum, sender: usize, id: u32, message: &[u8]) -> Given<()> {
    forum.show(sender, POST, 0, 24, message);
    forum.command(sender, POST, [3, id, 0]).map(|_| ())
}

fn header(forum: &mut Forum) -> [u8; 8] {
    forum.bytes(0, STREAM, 8).try_into().unwrap()
}

/// AM-1, AM-2, AM-4.
#[test]
fn messages_stand_behind_one_another() {
    let (mut forum, ours, theirs) = office(3, 64);
    forum.wait_for(0, POST, 0);
    send(&mut forum, 1, ours[0], b"abc").unwrap();
    assert_eq!(forum.came(0), Some([1, 3, 0]));
    send(&mut forum, 2, ours[1], b"").unwrap();
    send(&mut forum, 2, ours[1], b"de").unwrap();
    assert_eq!(forum.told(0, POST, 0), [2, 2, 0]);
    let expected = [
        &[0, 0, 0, 0, 29, 0, 0, 0][..],
        &theirs[0].to_le_bytes(),
        &[3, 0, 0, 0],
        b"abc",
        &theirs[1].to_le_bytes(),
        &[0; 4],
        &theirs[1].to_le_bytes(),
        &[2, 0, 0, 0],
        b"de",
    ];
    let expected = expected.concat();
    assert_eq!(forum.bytes(0, STREAM, expected.len()).to_vec(), expected);
}

/// AM-3: NOMEM, counted, and nothing half done.
#[test]
fn without_room_the_receiver_hears_how_many() {
    let (mut forum, ours, _) = office(2, 30);
    send(&mut forum, 1, ours[0], &[1; 7]).unwrap();
    let before = forum.bytes(0, STREAM, 30).to_vec();
    assert_eq!(send(&mut forum, 1, ours[0], &[2; 8]), Err(ErrorCode::NoMemory));
    let mut after = before.clone();
    after[3] = 1;
    assert_eq!(forum.bytes(0, STREAM, 30).to_vec(), after);
    assert_eq!(forum.told(0, POST, 0), [1, 7, 1]);
    // Smaller ones still fit, unless it has said that none shall be written then.
    assert_eq!(send(&mut forum, 1, ours[0], &[]), Err(ErrorCode::NoMemory));
    forum.bytes(0, STREAM, 8).copy_from_slice(&[0, 0, 0, 3, 0, 0, 0, 0]);
    assert_eq!(send(&mut forum, 1, ours[0], b"x"), Err(ErrorCode::NoMemory));
    forum.bytes(0, STREAM, 8).copy_from_slice(&[0, 0, 0, 2, 0, 0, 0, 0]);
    send(&mut forum, 1, ours[0], b"x").unwrap();
    assert_eq!(forum.told(0, POST, 0), [1, 1, 2]);
}

/// AM-2: whatever stands in the header.
#[test]
fn a_header_that_is_not_valid_is_no_room() {
    let (mut forum, ours, _) = office(2, 40);
    let bad: [[u8; 8]; 6] = [
        [1, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0, 0],
        [0, 0, 0, 4, 0, 0, 0, 0],
        [0, 0, 0, 0, 255, 255, 255, 255],
        [0, 0, 0, 0, 24, 0, 0, 0],
    ];
    for header in bad {
        forum.bytes(0, STREAM, 8).copy_from_slice(&header);
        assert_eq!(send(&mut forum, 1, ours[0], b"x"), Err(ErrorCode::NoMemory));
        assert!(forum.bytes(0, STREAM + 8, 32).iter().all(|byte| *byte == 0));
    }
    forum.lend(0, POST, 0, STREAM, 7);
    assert_eq!(send(&mut forum, 1, ours[0], b"x"), Err(ErrorCode::NoMemory));
    assert_eq!(forum.told(0, POST, 0), [0, 0, 7]);
}

/// AM-1, AM-3: in this order, and a sender that is not wanted leaves no trace.
#[test]
fn who_may_not_send_is_told_why() {
    let (mut forum, ours, theirs) = office(3, 64);
    forum.command(0, POST, [2, 0, 0]).unwrap();
    assert_eq!(send(&mut forum, 1, ours[0], b"x"), Err(ErrorCode::Off));
    forum.command(0, POST, [1, 0, 0]).unwrap();
    list(&mut forum, &theirs[1..]);
    assert_eq!(send(&mut forum, 1, ours[0], b"x"), Err(ErrorCode::NoAcknowledge));
    forum.subscribe(0, POST, 0, 5);
    assert_eq!((forum.next(0), header(&mut forum)), (None, [0; 8]));
    list(&mut forum, &[0, u32::MAX, theirs[1], theirs[0]]);
    send(&mut forum, 1, ours[0], b"x").unwrap();
    assert_eq!(send(&mut forum, 1, theirs[1], b"x"), Err(ErrorCode::NoDevice), "not given");
    let long = [POST as usize, 0, writable(1), 65];
    forum.call(1, Syscall::AllowReadOnly, &long);
    assert_eq!(forum.command(1, POST, [3, ours[0], 0]), Err(ErrorCode::Size));
    forum.turn_to(1);
    forum.machine.kill(0);
    assert_eq!(send(&mut forum, 1, ours[0], b"x"), Err(ErrorCode::NoDevice));
}

/// AM-1: a list of any length is read, as far as a transfer reaches.
#[test]
fn a_long_list_is_read_to_its_end() {
    let (mut forum, ours, theirs) = office(2, 40);
    let mut ids = [7; 10];
    ids[9] = theirs[0];
    list(&mut forum, &ids);
    send(&mut forum, 1, ours[0], b"x").unwrap();
}

/// AM-4: once for each, and not before it is enabled.
#[test]
fn a_receiver_hears_of_each_end_once() {
    let (mut forum, ours, theirs) = office(4, 64);
    forum.subscribe(0, POST, 1, 5);
    forum.turn_to(0);
    forum.machine.kill(2);
    forum.machine.kill(3);
    assert_eq!(forum.next(0), Some((5, [theirs[1] as usize, 0, 0])));
    assert_eq!(forum.next(0), Some((5, [theirs[2] as usize, 0, 0])));
    assert_eq!(forum.next(0), None);
    list(&mut forum, &theirs);
    assert_eq!(forum.next(0), None, "it knows");
    send(&mut forum, 1, ours[0], b"x").unwrap();
    forum.command(0, POST, [2, 0, 0]).unwrap();
    forum.machine.kill(1);
    assert_eq!(forum.next(0), None, "it is not enabled");
    forum.command(0, POST, [1, 0, 0]).unwrap();
    assert_eq!(forum.next(0), Some((5, [theirs[0] as usize, 0, 0])));
}

/// AM-4: of two lives of one process, both, in their order; and one that ended before it was listed.
#[test]
fn two_lives_are_two_ends() {
    let (mut forum, _, theirs) = office(3, 64);
    // Process 1 starts process 2 again, which dies again.
    let second = theirs[1] + (1 << 8);
    for _ in 0..2 {
        forum.turn_to(1);
        forum.machine.kill(2);
        forum.call(1, Syscall::ProcessStart, &[2]);
    }
    list(&mut forum, &[second, theirs[1]]);
    assert_eq!(forum.told(0, POST, 1), [theirs[1] as usize, 0, 0]);
    assert_eq!(forum.told(0, POST, 1), [second as usize, 0, 0]);
    forum.wait_for(0, POST, 1);
    assert_eq!(forum.came(0), None);
}

/// AM-1: nothing comes of what is switched off.
#[test]
fn a_disabled_receiver_hears_nothing() {
    let (mut forum, ours, _) = office(2, 40);
    send(&mut forum, 1, ours[0], b"one").unwrap();
    forum.command(0, POST, [2, 0, 0]).unwrap();
    forum.command(0, POST, [1, 0, 0]).unwrap();
    forum.wait_for(0, POST, 0);
    assert_eq!(forum.came(0), None);
    send(&mut forum, 1, ours[0], b"two").unwrap();
    assert_eq!(forum.came(0), Some([1, 3, 0]));
}

/// AM-2, CP-3: a buffer that was swapped out is not written any more.
#[test]
fn a_swapped_buffer_is_left_alone() {
    let (mut forum, ours, _) = office(2, 40);
    send(&mut forum, 1, ours[0], b"one").unwrap();
    forum.lend(0, POST, 0, 110, 30);
    let first = forum.bytes(0, STREAM, 40).to_vec();
    send(&mut forum, 1, ours[0], b"two").unwrap();
    assert_eq!(forum.bytes(0, STREAM, 40).to_vec(), first);
    assert_eq!(forum.bytes(0, 110 + 16, 3), b"two");
}
