//! Process 0 may read and write, process 1 too, process 2 may only read, unless a test says otherwise.

use std::vec::Vec;

use guichet_abi::{Error, LIST_FLAG, MemoryRights, OWN_PROCESS, Signals, Syscall};

use crate::testing::shared::{SHARED, STRIDE, Sharers, peer, sharers};
use crate::testing::writable;

const READ: MemoryRights = MemoryRights::Read;
const WRITE: MemoryRights = MemoryRights::ReadWrite;
const HELD: Signals = Signals::READABLE.union(Signals::WRITEABLE);
const BYTES: usize = 32;

/// Two that may write and one that may only read.
fn three() -> Sharers {
    sharers(3, &[(BYTES, &[(0, WRITE), (1, WRITE), (2, READ)])])
}

/// The same, all of whom have mapped the region as far as they may.
fn three_mapped() -> Sharers {
    let mut system = three();
    for (process, rights) in [(0, WRITE), (1, WRITE), (2, READ)] {
        system.map(process, rights).unwrap();
    }
    system
}

/// What the walls of all three let through of the region.
fn walls(system: &Sharers) -> [Option<MemoryRights>; 3] {
    [0, 1, 2].map(|process| system.wall(process).first().map(|(_, rights)| *rights))
}

#[test]
fn a_region_is_mapped_as_declared() {
    let mut system = three();
    let mapped = system.call(0, Syscall::SharedMemoryMap, &[0, WRITE.word()]);
    assert_eq!(mapped, Ok((SHARED, BYTES)));
    assert_eq!(system.map(2, WRITE), Err(Error::PermissionDenied));
    assert_eq!(system.map(2, READ), Ok(()));
    assert_eq!(walls(&system), [Some(WRITE), None, Some(READ)]);
}

#[test]
fn words_that_mean_nothing_are_refused() {
    let mut system = three();
    for word in [0, 2, 4, usize::MAX] {
        let invalid = Err(Error::InvalidArgument);
        assert_eq!(system.call(0, Syscall::SharedMemoryMap, &[0, word]), invalid);
        assert_eq!(system.call(0, Syscall::ShareLend, &[0, peer(1), word]), invalid);
    }
    for call in [Syscall::SharedMemoryUnmap, Syscall::ShareReturn, Syscall::SharedMemoryRead] {
        assert_eq!(system.call(0, call, &[1]), Err(Error::InvalidArgument), "a channel's end");
        assert_eq!(system.call(0, call, &[2]), Err(Error::OutOfRange), "no handle");
    }
}

#[test]
fn mapping_again_changes_what_it_is_for() {
    let mut system = three();
    system.map(0, READ).unwrap();
    assert_eq!(system.wall(0), [(SHARED, READ)]);
    system.map(0, WRITE).unwrap();
    assert_eq!(system.wall(0), [(SHARED, WRITE)]);
}

#[test]
fn unmapping_closes_the_wall_once() {
    let mut system = three_mapped();
    assert_eq!(system.call(0, Syscall::SharedMemoryUnmap, &[0]), Ok((0, 0)));
    assert_eq!(walls(&system), [None, Some(WRITE), Some(READ)]);
    let again = system.call(0, Syscall::SharedMemoryUnmap, &[0]);
    assert_eq!(again, Err(Error::Unavailable));
}

#[test]
fn without_a_place_left_nothing_is_mapped_and_bytes_are_copied_all_the_same() {
    let mine: (usize, &[(usize, MemoryRights)]) = (16, &[(0, WRITE)]);
    let mut system = sharers(2, &[mine; 5]);
    for handle in 1..5 {
        let mapped = system.call(0, Syscall::SharedMemoryMap, &[handle, WRITE.word()]);
        assert_eq!(mapped, Ok((SHARED + handle * STRIDE, 16)));
    }
    assert_eq!(system.map(0, READ), Err(Error::ResourceExhausted));
    assert_eq!(system.write(0, 0, 4), Ok(4));
    system.call(0, Syscall::SharedMemoryUnmap, &[3]).unwrap();
    assert_eq!(system.map(0, READ), Ok(()));
    let starts: Vec<usize> = system.wall(0).into_iter().map(|(start, _)| start).collect();
    let regions = [1, 2, 0, 4].map(|region| SHARED + region * STRIDE);
    assert_eq!(starts, regions, "in the place that had become free");
}

#[test]
fn what_the_wall_cannot_express_is_not_mapped() {
    let mut system = sharers(2, &[(24, &[(0, WRITE)])]);
    assert_eq!(system.map(0, READ), Err(Error::OutOfRange));
    assert!(system.wall(0).is_empty());
}

#[test]
fn while_the_borrower_may_write_nobody_else_may_do_anything() {
    let mut system = three_mapped();
    system.lend(0, peer(1), WRITE).unwrap();
    assert_eq!(walls(&system), [None, Some(WRITE), None]);
    assert_eq!(system.map(0, READ), Err(Error::PermissionDenied));
    assert_eq!(system.read(0, 0, 4), Err(Error::PermissionDenied));
    assert_eq!(system.read(2, 0, 4), Err(Error::PermissionDenied));
    assert_eq!(system.write(1, 0, 4), Ok(4));
    assert_eq!(
        [0, 1, 2].map(|process| system.shown(process)),
        [Signals::empty(), HELD, Signals::empty()]
    );
    system.give_back(1).unwrap();
    assert_eq!(walls(&system), [Some(WRITE), None, None], "it is the lender's again");
    system.give_back(0).unwrap();
    assert_eq!(walls(&system), [Some(WRITE), Some(WRITE), Some(READ)]);
}

#[test]
fn while_the_borrower_may_only_read_everybody_may_and_nobody_may_write() {
    let mut system = three_mapped();
    system.lend(0, peer(1), READ).unwrap();
    assert_eq!(walls(&system), [Some(READ); 3]);
    assert_eq!(system.map(1, WRITE), Err(Error::PermissionDenied));
    assert_eq!(system.write(0, 0, 1), Err(Error::PermissionDenied));
    assert_eq!(system.read(2, 0, 1), Ok(1));
    assert_eq!(system.shown(1), Signals::READABLE);
}

#[test]
fn lending_to_oneself_only_holds() {
    let mut system = three_mapped();
    system.lend(0, OWN_PROCESS, WRITE).unwrap();
    assert_eq!(walls(&system), [Some(WRITE), None, None]);
    assert_eq!(system.lend(0, peer(0), WRITE), Err(Error::AlreadyExists), "it holds it already");
    system.lend(0, peer(1), READ).unwrap();
    assert_eq!(walls(&system), [Some(READ); 3]);
    system.give_back(1).unwrap();
    system.give_back(0).unwrap();
    assert_eq!(system.give_back(0), Err(Error::Unavailable));
}

#[test]
fn nobody_lends_more_than_it_has_or_than_is_declared() {
    let mut system = three();
    assert_eq!(system.lend(0, peer(2), WRITE), Err(Error::PermissionDenied), "2 may only read");
    assert_eq!(
        system.lend(2, peer(1), READ),
        Err(Error::PermissionDenied),
        "a reader is never first"
    );
    assert_eq!(system.lend(2, OWN_PROCESS, READ), Err(Error::PermissionDenied));
    system.lend(0, peer(1), READ).unwrap();
    assert_eq!(system.lend(0, peer(2), READ), Err(Error::PermissionDenied), "it does not hold it");
    assert_eq!(system.lend(1, peer(0), READ), Err(Error::AlreadyExists), "0 has lent it");
    assert_eq!(system.lend(1, peer(2), READ), Ok(()), "a reader lends on to readers");
    assert_eq!(system.give_back(1), Err(Error::Unavailable));
}

#[test]
fn whom_it_is_lent_to_shares_it_and_runs() {
    let mut system = sharers(3, &[(BYTES, &[(0, WRITE), (1, WRITE)])]);
    for nobody in [3, 4, usize::MAX] {
        assert_eq!(system.lend(0, nobody, READ), Err(Error::InvalidArgument));
    }
    system.machine.kill(1);
    assert_eq!(system.lend(0, peer(1), READ), Err(Error::Unavailable));
    assert_eq!(system.shown(0), Signals::empty());
}

#[test]
fn a_chain_goes_back_link_by_link() {
    let mut system = three_mapped();
    system.lend(0, peer(1), WRITE).unwrap();
    system.lend(1, peer(2), READ).unwrap();
    assert_eq!(walls(&system), [Some(READ); 3]);
    system.give_back(2).unwrap();
    assert_eq!(walls(&system), [None, Some(WRITE), None]);
    system.give_back(1).unwrap();
    assert_eq!(system.shown(0), HELD);
}

#[test]
fn the_end_of_a_borrower_brings_it_back_and_is_told() {
    let mut system = three_mapped();
    system.lend(0, peer(1), WRITE).unwrap();
    system.wait(0, Signals::READABLE);
    system.machine.kill(1);
    system.turn_to(0);
    let told = (HELD | Signals::ERROR).bits() as usize;
    assert_eq!(system.machine.returned(0), Some(Ok((0, told))));
    assert_eq!(system.shown(0), HELD, "a wait has returned ERROR");
    assert_eq!(walls(&system), [Some(WRITE), None, None]);
}

#[test]
fn the_end_of_a_middle_member_ends_the_chain_before_it() {
    let mut system = three_mapped();
    system.lend(0, peer(1), WRITE).unwrap();
    system.lend(1, peer(2), READ).unwrap();
    system.machine.kill(1);
    assert_eq!(walls(&system), [Some(WRITE), None, None]);
    assert_eq!(system.shown(0), HELD | Signals::ERROR);
    assert_eq!(system.shown(2), Signals::ERROR);
    assert_eq!(system.give_back(2), Err(Error::Unavailable));
}

#[test]
fn the_end_of_the_first_lets_go_of_it() {
    let mut system = three_mapped();
    system.lend(0, peer(1), WRITE).unwrap();
    system.machine.kill(0);
    // Whom it was lent to has it mapped no more: it may be using it as its own alone.
    assert_eq!(walls(&system), [None, None, Some(READ)]);
    assert_eq!(system.shown(1), Signals::ERROR);
    system.map(1, WRITE).unwrap();
    assert_eq!(walls(&system), [None, Some(WRITE), Some(READ)]);
}

#[test]
fn error_shows_until_the_next_map_and_only_after_one_who_took_part() {
    let mut system = three();
    system.machine.kill(1);
    assert_eq!(system.shown(0), Signals::empty(), "it had made nothing of the region");
    system.map(2, READ).unwrap();
    system.machine.kill(2);
    assert_eq!(system.shown(0), Signals::ERROR);
    assert_eq!(system.shown(2), Signals::empty(), "nobody hears of its own end");
    assert!(system.map(0, MemoryRights::Read).is_ok());
    assert_eq!(system.shown(0), Signals::empty());
}

#[test]
fn bytes_are_copied_mapped_or_not_as_far_as_the_region_goes() {
    let mut system = three();
    system.machine.port.bytes(0, writable(0), 4).copy_from_slice(&[1, 2, 3, 4]);
    assert_eq!(system.write(0, BYTES - 4, 4), Ok(4));
    assert_eq!(system.read(2, BYTES - 2, 2), Ok(2));
    assert_eq!(system.machine.port.bytes(2, writable(2), 3), [3, 4, 0]);
    assert_eq!(system.write(2, 0, 1), Err(Error::PermissionDenied), "it may only read");
    assert_eq!(system.read(0, BYTES, 0), Ok(0));
    for (offset, length) in [(BYTES - 3, 4), (BYTES, 1), (BYTES + 1, 0), (usize::MAX, 2)] {
        assert_eq!(system.read(0, offset, length), Err(Error::OutOfRange));
    }
}

#[test]
fn a_buffer_lies_in_a_region_while_it_is_mapped_so() {
    let mut system = three_mapped();
    let end = 1;
    let respond = |system: &mut Sharers, at: usize, length: usize| {
        system.call(1, Syscall::ChannelRespond, &[end, at, length])
    };
    assert_eq!(respond(&mut system, SHARED, BYTES), Err(Error::Unavailable), "nothing to answer");
    assert_eq!(respond(&mut system, SHARED + 1, BYTES), Err(Error::PermissionDenied));
    assert_eq!(respond(&mut system, SHARED - 1, 1), Err(Error::PermissionDenied));
    system.lend(0, OWN_PROCESS, WRITE).unwrap();
    assert_eq!(respond(&mut system, SHARED, BYTES), Err(Error::PermissionDenied));
    let table = respond(&mut system, SHARED, LIST_FLAG | 1);
    assert_eq!(table, Err(Error::PermissionDenied), "nor does a slice table");
}

/// The initiator asks with bytes of the region, and then with room for the answer there.
fn asks(system: &mut Sharers, request: usize, room: usize) {
    system.turn_to(0);
    let words = [1, request, 4, room, 4, usize::MAX, usize::MAX];
    system.machine.call(0, Syscall::ChannelTransact, &words);
}

#[test]
fn a_request_that_was_lent_away_has_gone_bad() {
    let mut system = three_mapped();
    asks(&mut system, SHARED, writable(0));
    system.lend(1, OWN_PROCESS, WRITE).unwrap();
    let read = system.call(1, Syscall::ChannelRead, &[1, 0, writable(1), 4]);
    assert_eq!(read, Err(Error::Unavailable), "withdrawn, and nothing leaks");
    system.turn_to(0);
    assert_eq!(system.machine.returned(0), Some(Err(Error::PermissionDenied)));
}

#[test]
fn an_answer_goes_where_the_initiator_may_write_when_it_is_given() {
    let mut system = three_mapped();
    asks(&mut system, writable(0), SHARED);
    system.lend(1, OWN_PROCESS, WRITE).unwrap();
    system.give_back(1).unwrap();
    system.machine.port.bytes(1, writable(1), 4).fill(7);
    assert!(system.call(1, Syscall::ChannelRespond, &[1, writable(1), 4]).is_ok());
    assert_eq!(system.machine.port.bytes(0, SHARED, 5), [7, 7, 7, 7, 0]);
    asks(&mut system, writable(0), SHARED);
    system.lend(1, OWN_PROCESS, READ).unwrap();
    let answered = system.call(1, Syscall::ChannelRespond, &[1, writable(1), 4]);
    assert_eq!(answered, Err(Error::Unavailable), "the initiator may only read there now");
}
