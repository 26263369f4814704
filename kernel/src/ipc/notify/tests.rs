//! The driver for notifications, row by row. Process n is called `pn`.

use std::collections::BTreeMap;
use std::format;
use std::vec::Vec;

use guichet_abi::{ErrorCode, OK, Syscall, driver};

use crate::Region;
use crate::testing::forum::{Forum, Given, forum};
use crate::testing::{base, writable};

const NOTIFY: u32 = driver::NOTIFY;

/// Of two processes, the first is a service that knows itself as 0; the second knows it as 0.
fn served() -> Forum {
    let mut forum = forum(2, &[]);
    assert_eq!(discover(&mut forum, 0, "p0"), Ok(0));
    assert_eq!(discover(&mut forum, 1, "p0"), Ok(0));
    forum
}

fn discover(forum: &mut Forum, process: usize, name: &str) -> Given<u32> {
    forum.show(process, NOTIFY, 0, 0, name.as_bytes());
    forum.command(process, NOTIFY, [1, 0, 0]).map(|[number, ..]| number)
}

fn service(forum: &mut Forum, process: usize, number: u32) -> Given<()> {
    forum.command(process, NOTIFY, [2, number, 0]).map(|_| ())
}

fn client(forum: &mut Forum, process: usize, number: u32) -> Given<()> {
    forum.command(process, NOTIFY, [3, number, 0]).map(|_| ())
}

/// Whether the process is told of nothing by this upcall.
fn is_silent(forum: &mut Forum, process: usize, upcall: u8) -> bool {
    forum.subscribe(process, NOTIFY, upcall, 9);
    let is_silent = forum.next(process).is_none();
    assert_eq!(
        forum.call(process, Syscall::Subscribe, &[NOTIFY as usize, upcall.into(), 0, 0]).status,
        OK
    );
    is_silent
}

/// What the wall of a process lets through beside its own memory.
fn walls(forum: &Forum, process: usize) -> Vec<(usize, usize)> {
    let all: &BTreeMap<_, Region> = &forum.machine.port.walls;
    let own = all.iter().filter(|((owner, _), _)| *owner == process);
    own.map(|(_, region)| (region.start, region.end)).collect()
}

fn restart(forum: &mut Forum, process: usize) {
    forum.turn_to(if process == 0 { 1 } else { 0 });
    forum.machine.kill(process);
    let before = if process == 0 { forum_last(forum) } else { process - 1 };
    assert_eq!(forum.call(before, Syscall::ProcessStart, &[2]).status, OK);
}

/// Who holds the first process.
fn forum_last(forum: &Forum) -> usize {
    forum.machine.system.processes.len() - 1
}

/// NO-1: by the exact name, but for zeros behind it; a number found again is the same.
#[test]
fn a_process_is_found_by_its_name() {
    let mut forum = forum(3, &[]);
    assert_eq!(discover(&mut forum, 0, "p2"), Ok(0));
    assert_eq!(discover(&mut forum, 0, "p1"), Ok(1));
    assert_eq!(discover(&mut forum, 0, "p2"), Ok(0));
    assert_eq!(discover(&mut forum, 0, "p2\0\0\0\0\0\0"), Ok(0));
    assert_eq!(discover(&mut forum, 0, "p0"), Ok(2), "itself");
    for absent in ["p", "p22", "P2", "p3", "\0p2", "p2\0x", "\0"] {
        assert_eq!(discover(&mut forum, 0, absent), Err(ErrorCode::NoDevice), "{absent:?}");
    }
    assert_eq!(forum.call(0, Syscall::AllowReadOnly, &[NOTIFY as usize, 0, 0, 0]).status, OK);
    assert_eq!(forum.command(0, NOTIFY, [1, 0, 0]), Err(ErrorCode::Invalid));
    forum.turn_to(0);
    forum.machine.kill(1);
    assert_eq!(discover(&mut forum, 0, "p1"), Err(ErrorCode::NoDevice));
}

/// A name may stand in a longer buffer than any name is long.
#[test]
fn zeros_behind_a_name_do_not_count_however_many() {
    let mut forum = forum(2, &[]);
    let ask = |forum: &mut Forum, length| {
        let words = [NOTIFY as usize, 0, writable(0), length];
        assert_eq!(forum.call(0, Syscall::AllowReadOnly, &words).status, OK);
        forum.command(0, NOTIFY, [1, 0, 0]).map(|[number, ..]| number)
    };
    forum.bytes(0, 0, 2).copy_from_slice(b"p1");
    for length in [64, 65, 128, 190] {
        assert_eq!(ask(&mut forum, length), Ok(0));
    }
    forum.bytes(0, 189, 1)[0] = 1;
    assert_eq!(ask(&mut forum, 189), Ok(0));
    assert_eq!(ask(&mut forum, 190), Err(ErrorCode::NoDevice));
}

/// NO-1: a service is told whose buffer is where, and tells the client.
#[test]
fn a_buffer_is_shared_there_and_back() {
    let mut forum = served();
    forum.lend(1, NOTIFY, 0, 32, 32);
    forum.wait_for(0, NOTIFY, 0);
    service(&mut forum, 1, 0).unwrap();
    assert_eq!(forum.came(0), Some([1, 32, writable(1) + 32]));
    assert_eq!(walls(&forum, 0), [(writable(1) + 32, writable(1) + 64)]);
    forum.wait_for(1, NOTIFY, 0);
    client(&mut forum, 0, 1).unwrap();
    assert_eq!(forum.came(1), Some([0, 0, 0]), "the service shares nothing");
    assert_eq!(walls(&forum, 1), []);
}

/// The receiver may use what it has mapped in calls, as long as it has.
#[test]
fn the_kernel_takes_what_is_mapped_for_the_receivers() {
    let mut forum = served();
    forum.lend(1, NOTIFY, 0, 32, 32);
    service(&mut forum, 1, 0).unwrap();
    forum.bytes(1, 32, 2).copy_from_slice(b"p1");
    let show = [NOTIFY as usize, 0, writable(1) + 32, 2];
    assert_eq!(forum.call(0, Syscall::AllowReadOnly, &show).status, OK);
    assert_eq!(forum.command(0, NOTIFY, [1, 0, 0]).map(|[number, ..]| number), Ok(1));
    forum.lend(1, NOTIFY, 0, 0, 0);
    assert_eq!(forum.command(0, NOTIFY, [1, 0, 0]), Err(ErrorCode::Invalid));
    let refused = ErrorCode::Invalid.status();
    assert_eq!(forum.call(0, Syscall::AllowReadOnly, &show).status, refused);
}

/// NO-2.
#[test]
fn each_number_that_means_nobody_is_refused() {
    let mut forum = served();
    for notify in [service, client] {
        for number in [1, 7, 8, u32::MAX] {
            assert_eq!(notify(&mut forum, 1, number), Err(ErrorCode::Invalid));
        }
        assert_eq!(notify(&mut forum, 0, 0), Err(ErrorCode::Invalid), "oneself");
    }
    assert_eq!(forum.command(0, NOTIFY, [4, 0, 0]), Err(ErrorCode::NoSupport));
    restart(&mut forum, 0);
    for notify in [service, client] {
        assert_eq!(notify(&mut forum, 1, 0), Err(ErrorCode::NoDevice));
    }
    assert_eq!(discover(&mut forum, 1, "p0"), Ok(0), "the same number");
    service(&mut forum, 1, 0).unwrap();
}

/// NO-2: nothing is lost if the service subscribes, or discovers itself, late.
#[test]
fn a_late_service_has_missed_nothing() {
    let mut forum = forum(3, &[]);
    for sender in [1, 2] {
        assert_eq!(discover(&mut forum, sender, "p0"), Ok(0));
        forum.lend(sender, NOTIFY, 0, 16, 16);
        service(&mut forum, sender, 0).unwrap();
    }
    assert_eq!(discover(&mut forum, 0, "p0"), Ok(2));
    assert_eq!(forum.told(0, NOTIFY, 2), [0, 16, writable(1) + 16]);
    assert_eq!(forum.told(0, NOTIFY, 2), [1, 16, writable(2) + 16]);
    assert!(is_silent(&mut forum, 0, 2));
}

/// A notification is a level: once per sender and kind, and none starves.
#[test]
fn senders_take_turns() {
    let mut forum = forum(4, &[]);
    assert_eq!(discover(&mut forum, 0, "p0"), Ok(0));
    for sender in [1, 2, 3] {
        assert_eq!(discover(&mut forum, sender, "p0"), Ok(0));
        service(&mut forum, sender, 0).unwrap();
        service(&mut forum, sender, 0).unwrap();
    }
    let mut told = Vec::new();
    for _ in 0..6 {
        let [number, ..] = forum.told(0, NOTIFY, 0);
        told.push(number);
        service(&mut forum, number, 0).unwrap();
    }
    assert_eq!(told, [1, 2, 3, 1, 2, 3]);
    for _ in 0..3 {
        forum.told(0, NOTIFY, 0);
    }
    assert!(is_silent(&mut forum, 0, 0));
}

/// The kinds are told apart: a client's upcall is that of its peer's slot.
#[test]
fn a_process_is_service_and_client_at_once() {
    let mut forum = served();
    assert_eq!(discover(&mut forum, 1, "p1"), Ok(1));
    assert_eq!(discover(&mut forum, 0, "p1"), Ok(1));
    client(&mut forum, 0, 1).unwrap();
    service(&mut forum, 0, 1).unwrap();
    assert_eq!(forum.told(1, NOTIFY, 1), [0, 0, 0]);
    assert!(is_silent(&mut forum, 1, 1));
    assert_eq!(forum.told(1, NOTIFY, 0), [0, 0, 0]);
    assert!(is_silent(&mut forum, 1, 0));
}

/// NO-2, CP-3: swapped out, it is mapped no more, at once; and the next notification maps the next one.
#[test]
fn a_buffer_that_is_swapped_out_is_mapped_no_more() {
    let mut forum = served();
    forum.lend(1, NOTIFY, 0, 32, 32);
    service(&mut forum, 1, 0).unwrap();
    forum.lend(1, NOTIFY, 0, 64, 16);
    assert_eq!(walls(&forum, 0), []);
    assert_eq!(forum.told(0, NOTIFY, 0), [1, 0, 0], "nothing is shared when it is told");
    service(&mut forum, 1, 0).unwrap();
    assert_eq!(forum.told(0, NOTIFY, 0), [1, 16, writable(1) + 64]);
    service(&mut forum, 1, 0).unwrap();
    assert_eq!(walls(&forum, 0), [(writable(1) + 64, writable(1) + 80)], "once");
    // Another number's buffer is nobody's.
    forum.lend(1, NOTIFY, 1, 32, 32);
    assert_eq!(walls(&forum, 0), [(writable(1) + 64, writable(1) + 80)]);
    forum.lend(1, NOTIFY, 0, 0, 0);
    assert_eq!(walls(&forum, 0), []);
}

/// NO-2: what cannot be shared fails the notification, and nothing has changed.
#[test]
fn what_cannot_be_shared_is_refused() {
    let mut forum = served();
    for (at, bytes) in [(8, 16), (16, 8), (16, 17)] {
        forum.lend(1, NOTIFY, 0, at, bytes);
        assert_eq!(service(&mut forum, 1, 0), Err(ErrorCode::Invalid), "no wall has that");
    }
    assert_eq!(walls(&forum, 0), []);
    assert_eq!(client(&mut forum, 0, 1), Err(ErrorCode::Invalid), "it was not bound");
    forum.lend(1, NOTIFY, 0, 16, 16);
    service(&mut forum, 1, 0).unwrap();
    // What is mapped is not the receiver's to pass on.
    let onward = [NOTIFY as usize, 1, writable(1) + 16, 16];
    assert_eq!(forum.call(0, Syscall::AllowReadWrite, &onward).status, OK);
    assert_eq!(client(&mut forum, 0, 1), Err(ErrorCode::Invalid));
}

/// NO-2: a receiver has four places.
#[test]
fn a_receiver_without_a_place_fails_the_notification() {
    let mut forum = forum(6, &[]);
    for sender in 1..6 {
        assert_eq!(discover(&mut forum, sender, "p0"), Ok(0));
        forum.lend(sender, NOTIFY, 0, 16, 16);
    }
    for sender in 1..5 {
        service(&mut forum, sender, 0).unwrap();
    }
    assert_eq!(service(&mut forum, 5, 0), Err(ErrorCode::NoMemory));
    forum.lend(2, NOTIFY, 0, 0, 0);
    service(&mut forum, 5, 0).unwrap();
    assert_eq!(discover(&mut forum, 0, "p0"), Ok(5), "the sender that was refused got no number");
    let numbers: Vec<_> = (0..5).map(|_| forum.told(0, NOTIFY, 5)[0]).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}

/// NO-2: what the dead have shared is gone, and nobody is told of them.
#[test]
fn the_end_of_a_sender_takes_everything_back() {
    let mut forum = served();
    assert_eq!(discover(&mut forum, 0, "p1"), Ok(1));
    forum.lend(1, NOTIFY, 0, 16, 16);
    service(&mut forum, 1, 0).unwrap();
    client(&mut forum, 1, 0).unwrap();
    restart(&mut forum, 1);
    assert_eq!(walls(&forum, 0), []);
    assert!(is_silent(&mut forum, 0, 0) && is_silent(&mut forum, 0, 1));
    assert_eq!(client(&mut forum, 0, 1), Err(ErrorCode::NoDevice));
    // Its next life is bound by its first notification, to the same number.
    assert_eq!(discover(&mut forum, 1, "p0"), Ok(0));
    service(&mut forum, 1, 0).unwrap();
    assert_eq!(forum.told(0, NOTIFY, 0), [1, 0, 0]);
    client(&mut forum, 0, 1).unwrap();
}

/// SH-6: a receiver that has ended begins with nothing.
#[test]
fn the_end_of_a_receiver_ends_what_is_shared_with_it() {
    let mut forum = served();
    forum.lend(1, NOTIFY, 0, 16, 16);
    service(&mut forum, 1, 0).unwrap();
    restart(&mut forum, 0);
    assert_eq!(walls(&forum, 0), []);
    assert_eq!(discover(&mut forum, 0, "p0"), Ok(0));
    assert!(is_silent(&mut forum, 0, 0));
    assert_eq!(discover(&mut forum, 1, "p0"), Ok(0));
    service(&mut forum, 1, 0).unwrap();
    assert_eq!(forum.told(0, NOTIFY, 0), [1, 16, writable(1) + 16]);
}

/// CP-3: what the main thread allowed may lie on its stack.
#[test]
fn the_end_of_the_owners_main_thread_ends_what_it_shares() {
    let mut forum = forum(2, &[]);
    assert_eq!(discover(&mut forum, 1, "p1"), Ok(0));
    assert_eq!(discover(&mut forum, 0, "p1"), Ok(0));
    forum.lend(0, NOTIFY, 0, 16, 16);
    service(&mut forum, 0, 0).unwrap();
    let start = [1, base(0), writable(0) + 64];
    assert_eq!(forum.call(0, Syscall::ThreadStart, &start).status, OK);
    forum.turn_to(0);
    forum.machine.call(0, Syscall::ThreadExit, &[0]);
    assert_eq!(walls(&forum, 1), []);
    assert_eq!(forum.told(1, NOTIFY, 0), [1, 0, 0]);
}

/// NO-2: a number is one peer's as long as that lives, and as long as a buffer is allowed under it.
#[test]
fn a_number_goes_to_another_only_when_nothing_is_left_of_its_peer() {
    let mut forum = forum(11, &[]);
    for peer in 1..9 {
        assert_eq!(discover(&mut forum, 0, &format!("p{peer}")), Ok(peer - 1));
    }
    assert_eq!(discover(&mut forum, 0, "p9"), Err(ErrorCode::NoMemory));
    assert_eq!(discover(&mut forum, 9, "p0"), Ok(0));
    assert_eq!(service(&mut forum, 9, 0), Err(ErrorCode::NoMemory));
    for peer in [3, 5] {
        forum.turn_to(0);
        forum.machine.kill(peer);
    }
    forum.lend(0, NOTIFY, 2, 16, 16);
    assert_eq!(discover(&mut forum, 0, "p9"), Ok(4), "number 2 has a buffer for the third");
    assert_eq!(discover(&mut forum, 0, "p10"), Err(ErrorCode::NoMemory));
    forum.lend(0, NOTIFY, 2, 0, 0);
    assert_eq!(discover(&mut forum, 0, "p10"), Ok(2));
}

/// Senders cannot keep a service from discovering itself.
#[test]
fn the_last_number_is_kept_for_oneself() {
    let mut forum = forum(10, &[]);
    for sender in 1..10 {
        assert_eq!(discover(&mut forum, sender, "p0"), Ok(0));
        let notified = service(&mut forum, sender, 0);
        assert_eq!(notified, if sender < 8 { Ok(()) } else { Err(ErrorCode::NoMemory) });
    }
    assert_eq!(discover(&mut forum, 0, "p0"), Ok(7));
    assert_eq!(forum.told(0, NOTIFY, 7), [0, 0, 0]);
    assert_eq!(service(&mut forum, 8, 0), Err(ErrorCode::NoMemory));
}
