//! Command, allow, subscribe and yield, whichever capsule they are for.

use std::cell::RefCell;
use std::vec::Vec;

use guichet_abi::{Error, ErrorCode, OK, Signals, StatusCode, Syscall, driver};

use crate::capsule::{Capsule, CommandReturn, Due, Means, ProcessChange, Unneeded};
use crate::testing::forum::{Forum, build, forum};
use crate::testing::{MEMORY_BYTES, base, writable};
use crate::{CapsuleDescriptor, ProcessIndex, TableIndex};

const REGISTRY: usize = driver::NAME_REGISTRY as usize;
const MAILBOX: usize = driver::SYNC_MAILBOX as usize;

fn status(forum: &mut Forum, call: Syscall, words: &[usize]) -> u32 {
    forum.call(0, call, words).status
}

/// CP-1.
#[test]
fn what_is_not_there_is_told_apart() {
    let mut forum = forum(2, &[]);
    let no_device = ErrorCode::NoDevice.status();
    let no_support = ErrorCode::NoSupport.status();
    let calls = [
        Syscall::Command,
        Syscall::AllowReadOnly,
        Syscall::AllowReadWrite,
        Syscall::Subscribe,
        Syscall::YieldWaitFor,
    ];
    for call in calls {
        for driver in [0, 0x9_0003, usize::MAX] {
            assert_eq!(status(&mut forum, call, &[driver, 0]), no_device);
        }
        for number in [99, 256, usize::MAX] {
            assert_eq!(status(&mut forum, call, &[REGISTRY, number]), no_support);
        }
    }
    assert_eq!(status(&mut forum, Syscall::Command, &[REGISTRY, 0]), OK);
    let wide = [MAILBOX, 1, usize::MAX, 0];
    assert_eq!(status(&mut forum, Syscall::Command, &wide), ErrorCode::Invalid.status());
}

/// CP-1: the buffer before comes back, and a bad one changes nothing.
#[test]
fn allowing_swaps_and_checks() {
    let mut forum = forum(2, &[]);
    let mut allow = |call, number: usize, address: usize, length: usize| {
        let results = forum.call(0, call, &[MAILBOX, number, address, length]);
        (results.status, results.value0, results.value1)
    };
    let (read, write) = (Syscall::AllowReadOnly, Syscall::AllowReadWrite);
    assert_eq!(allow(read, 0, base(0), 8), (OK, 0, 0));
    assert_eq!(allow(read, 0, writable(0), 4), (OK, base(0), 8));
    let invalid = ErrorCode::Invalid.status();
    let bad =
        [(base(0), MEMORY_BYTES + 1), (0, 1), (usize::MAX, 2), (base(1), 4), (base(0), 1 << 63)];
    for (address, length) in bad {
        assert_eq!(allow(read, 0, address, length), (invalid, 0, 0));
    }
    assert_eq!(allow(write, 0, base(0), 1), (invalid, 0, 0), "it may not be written");
    assert_eq!(allow(read, 0, 0, 0), (OK, writable(0), 4), "an empty buffer takes it back");
    assert_eq!(allow(read, 2, base(0), 1).0, ErrorCode::NoSupport.status());
}

/// CP-1: these calls are the main thread's.
#[test]
fn another_thread_is_refused() {
    let mut forum = forum(2, &[]);
    let start = [1, base(0), writable(0) + 64];
    assert_eq!(forum.call(0, Syscall::ThreadStart, &start).status, OK);
    for call in [Syscall::Command, Syscall::Subscribe, Syscall::YieldWait, Syscall::YieldNoWait] {
        let refused = forum.call(2, call, &[REGISTRY, 0]);
        assert_eq!(refused.status, Error::FailedPrecondition.status_code());
    }
}

/// CP-2: an upcall that comes first is not lost, and needs no subscription to be waited for.
#[test]
fn an_upcall_waits_for_its_process() {
    let mut forum = forum(2, &[]);
    forum.register(0, "here").unwrap();
    assert_eq!(forum.next(0), None, "nothing is subscribed");
    forum.subscribe(0, driver::NAME_REGISTRY, 0, 77);
    assert_eq!(forum.next(0), Some((77, [0; 3])));
    assert_eq!(forum.next(0), None);
    forum.register(0, "there").unwrap();
    forum.wait_for(0, driver::NAME_REGISTRY, 0);
    assert_eq!(forum.came(0), Some([0; 3]));
}

/// CP-2: a command and the wait for what comes of it are one call; a command that fails waits for nothing.
#[test]
fn a_command_may_wait_for_what_comes_of_it() {
    let mut forum = forum(2, &[]);
    forum.register(1, "server").unwrap();
    forum.lend(1, driver::SYNC_MAILBOX, 1, 0, 8);
    let id = forum.discover(0, "server").unwrap() as usize;
    let ask = |forum: &mut Forum, id, upcalls| {
        forum.turn_to(0);
        forum.machine.call(0, Syscall::CommandAndYieldWaitFor, &[MAILBOX, 1, id, 0, upcalls]);
    };
    for upcalls in [0, 16, usize::MAX] {
        ask(&mut forum, id, upcalls);
        assert_eq!(forum.registers(0).unwrap().0.status, ErrorCode::NoSupport.status());
    }
    ask(&mut forum, 0, 1);
    assert_eq!(forum.registers(0).unwrap().0.status, ErrorCode::NoDevice.status());
    ask(&mut forum, id, 0b011);
    assert!(forum.is_blocked(0));
    let [client, _, serial] = forum.command(1, driver::SYNC_MAILBOX, [3, 0, 0]).unwrap();
    forum.show(1, driver::SYNC_MAILBOX, 1, 30, b"yes");
    forum.command(1, driver::SYNC_MAILBOX, [5, client, serial]).unwrap();
    forum.turn_to(0);
    let size = ErrorCode::Size as usize;
    assert_eq!(forum.came_of_several(0), Some(([size, 3, 0], 0)));
    ask(&mut forum, id, 0b011);
    forum.turn_to(1);
    forum.machine.kill(1);
    forum.turn_to(0);
    let gone = ErrorCode::NoDevice as usize;
    assert_eq!(forum.came_of_several(0), Some(([gone, id, 0], 1)));
    // The id of the dead fails at once, and that is what comes of it.
    ask(&mut forum, id, 0b010);
    assert_eq!(forum.came_of_several(0), Some(([gone, id, 0], 0)));
}

/// CP-2: subscribing anew keeps what is pending; unsubscribing hides it.
#[test]
fn a_subscription_is_swapped() {
    let mut forum = forum(2, &[]);
    forum.subscribe(0, driver::NAME_REGISTRY, 0, 5);
    forum.register(0, "here").unwrap();
    let before = forum.call(0, Syscall::Subscribe, &[REGISTRY, 0, 0, 0]);
    assert_eq!((before.value0, before.value1), (5, 6));
    assert_eq!(forum.next(0), None);
    forum.subscribe(0, driver::NAME_REGISTRY, 0, 9);
    assert_eq!(forum.next(0), Some((9, [0; 3])));
}

/// CP-2: of several that are due, none starves.
#[test]
fn upcalls_take_turns() {
    let mut forum = forum(2, &[]);
    forum.register(1, "server").unwrap();
    let id = forum.discover(0, "server").unwrap();
    forum.command(0, driver::SYNC_MAILBOX, [1, id, 0]).unwrap();
    // A request waits all the time; the registration is due once.
    forum.subscribe(1, driver::SYNC_MAILBOX, 2, 30);
    forum.subscribe(1, driver::NAME_REGISTRY, 0, 10);
    let first = forum.next(1).unwrap().0;
    let second = forum.next(1).unwrap().0;
    assert!([first, second] == [10, 30] || [first, second] == [30, 10]);
    assert_eq!(forum.next(1), Some((30, [1, 0, 0])));
}

/// CP-2: who waits for one upcall by itself takes no other's turn.
#[test]
fn waiting_for_one_starves_no_other() {
    let mut forum = forum(2, &[]);
    forum.register(1, "server").unwrap();
    let id = forum.discover(0, "server").unwrap();
    forum.command(0, driver::SYNC_MAILBOX, [1, id, 0]).unwrap();
    forum.subscribe(1, driver::SYNC_MAILBOX, 2, 30);
    forum.subscribe(1, driver::NAME_REGISTRY, 1, 10);
    let mut came = [0; 2].map(|_: i32| {
        forum.command(1, driver::NAME_REGISTRY, [2, 0, 0]).unwrap();
        let (function, _) = forum.next(1).unwrap();
        forum.register(1, "server").unwrap();
        forum.told(1, driver::NAME_REGISTRY, 0);
        function
    });
    came.sort_unstable();
    assert_eq!(came, [10, 30], "a request waits all the time");
}

/// CP-6.
#[test]
fn what_is_due_can_be_waited_for_as_a_signal() {
    let mut forum = forum(2, &[]);
    forum.register(0, "here").unwrap();
    assert!(!forum.is_readable(0), "it is not subscribed");
    let readable = Signals::READABLE.bits() as usize;
    forum.subscribe(0, driver::NAME_REGISTRY, 1, 3);
    forum.show(0, driver::NAME_REGISTRY, 0, 0, &crate::testing::forum::name("later"));
    forum.command(0, driver::NAME_REGISTRY, [3, 0, 0]).unwrap();
    forum.turn_to(0);
    forum.machine.call(0, Syscall::ObjectWait, &[0, readable, usize::MAX, usize::MAX]);
    assert!(forum.is_blocked(0));
    forum.register(1, "later").unwrap();
    forum.turn_to(0);
    let (results, _) = forum.registers(0).expect("the wait has ended");
    assert_eq!((results.status, results.value1), (OK, readable));
    assert!(forum.is_readable(0));
    assert!(forum.next(0).is_some() && !forum.is_readable(0));
}

/// CP-3: what the main thread allowed may lie on its stack, which is nobody's when it has ended.
#[test]
fn the_end_of_the_main_thread_takes_back_what_it_allowed() {
    let mut forum = forum(2, &[]);
    forum.register(0, "server").unwrap();
    forum.lend(0, driver::SYNC_MAILBOX, 0, 0, 8);
    forum.subscribe(0, driver::SYNC_MAILBOX, 0, 5);
    forum.register(1, "other").unwrap();
    let other = forum.discover(0, "other").unwrap();
    forum.command(0, driver::SYNC_MAILBOX, [1, other, 0]).unwrap();
    let start = [1, base(0), writable(0) + 64];
    assert_eq!(forum.call(0, Syscall::ThreadStart, &start).status, OK);
    forum.turn_to(0);
    forum.machine.call(0, Syscall::ThreadExit, &[0]);
    let [client, _, serial] = forum.command(1, driver::SYNC_MAILBOX, [3, 0, 0]).unwrap();
    forum.show(1, driver::SYNC_MAILBOX, 1, 30, b"late");
    forum.command(1, driver::SYNC_MAILBOX, [5, client, serial]).unwrap();
    assert_eq!(forum.bytes(0, 0, 4).to_vec(), [0; 4]);
}

/// PR-3, CP-5: nothing is left of a life.
#[test]
fn the_next_life_begins_with_nothing() {
    let mut forum = forum(2, &[]);
    forum.subscribe(1, driver::NAME_REGISTRY, 0, 5);
    forum.register(1, "server").unwrap();
    let id = forum.discover(0, "server").unwrap();
    forum.turn_to(0);
    forum.machine.kill(1);
    assert_eq!(forum.call(0, Syscall::ProcessStart, &[2]).status, OK);
    assert_eq!(forum.next(1), None);
    let before = forum.call(1, Syscall::Subscribe, &[REGISTRY, 0, 0, 0]);
    assert_eq!((before.value0, before.value1), (0, 0));
    let allowed = forum.call(1, Syscall::AllowReadOnly, &[REGISTRY, 0, 0, 0]);
    assert_eq!((allowed.value0, allowed.value1), (0, 0));
    assert_eq!(forum.discover(0, "server"), Err(ErrorCode::NoDevice));
    forum.register(1, "server").unwrap();
    assert_ne!(forum.discover(0, "server").unwrap(), id);
}

/// A capsule that only listens.
struct Listener;

std::thread_local! {
    static HEARD: RefCell<Vec<(usize, ProcessChange)>> = const { RefCell::new(Vec::new()) };
}

impl Capsule for Listener {
    const DRIVER: u32 = 1;
    const READ_ONLY: u8 = 0;
    const READ_WRITE: u8 = 0;
    const UPCALLS: u8 = 0;
    type State = u32;
    type Pair = ();
    type Copying = Unneeded;
    type Reading = Unneeded;
    type Identities = Unneeded;
    type Clock = Unneeded;
    type Sharing = Unneeded;

    fn command(
        &self,
        _means: &mut Means<'_, Self>,
        _caller: ProcessIndex,
        _command: u32,
        _arguments: [u32; 2],
    ) -> CommandReturn {
        CommandReturn::failure(ErrorCode::NoSupport)
    }

    fn upcall(
        &self,
        _means: &mut Means<'_, Self>,
        _process: ProcessIndex,
        _upcall: u8,
    ) -> Option<Due> {
        None
    }

    fn process_changed(
        &self,
        _means: &mut Means<'_, Self>,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        HEARD.with_borrow_mut(|heard| heard.push((process.position(), change)));
    }
}

/// PR-9: a capsule hears of each life that begins, and of its end, once; of one that could not begin it hears
/// nothing.
#[test]
fn a_capsule_hears_of_lives_only() {
    use ProcessChange::{Ended, Started};
    let heard = || HEARD.with_borrow_mut(core::mem::take);
    let mut forum = build(2, &[], |system| {
        let mut capsules = std::vec![CapsuleDescriptor::new(&Listener, &[])];
        CapsuleDescriptor::lay_out(&mut capsules, 2);
        system.capsules = capsules.leak();
    });
    assert_eq!(heard(), [(0, Started), (1, Started)]);
    forum.call(0, Syscall::TaskTerminate, &[2]);
    assert_eq!(heard(), [(1, Ended)]);
    forum.machine.port.refuses_start = true;
    forum.call(0, Syscall::ProcessStart, &[2]);
    assert_eq!(heard(), []);
    forum.machine.port.refuses_start = false;
    forum.call(0, Syscall::ProcessStart, &[2]);
    assert_eq!(heard(), [(1, Started)]);
}

/// A capsule whose upcalls have nothing to tell and schedule each other, until somebody ends that: those of one process,
/// of two, or of two that a third has set on each other, one of which has made its own due meanwhile.
struct Quarrel;

const QUARREL: usize = 2;
const END: usize = 4;

impl Capsule for Quarrel {
    const DRIVER: u32 = QUARREL as u32;
    const READ_ONLY: u8 = 0;
    const READ_WRITE: u8 = 0;
    const UPCALLS: u8 = 2;
    type State = u32;
    type Pair = ();
    type Copying = Unneeded;
    type Reading = Unneeded;
    type Identities = Unneeded;
    type Clock = Unneeded;
    type Sharing = Unneeded;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        _arguments: [u32; 2],
    ) -> CommandReturn {
        for process in means.processes() {
            *means.state_mut(process).unwrap() = command;
        }
        if command != END as u32 {
            means.schedule(caller, 0);
        }
        CommandReturn::success()
    }

    fn upcall(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due> {
        let quarrel = *means.state(process).unwrap() as usize;
        let others = [1, 2, 1, 3].map(ProcessIndex::new);
        match quarrel {
            END => return Some(Due::last([77, 0, 0])),
            1 => means.schedule(process, 1 - upcall),
            2 => means.schedule(ProcessIndex::new(1 - process.position()), 1 - upcall),
            _of_three => means.schedule(others[process.position()], upcall),
        }
        if process == others[0] && means.state_mut(others[3]).map(core::mem::take) == Some(3) {
            means.schedule(ProcessIndex::new(0), upcall);
        }
        None
    }
}

fn quarrelling() -> Forum {
    build(4, &[], |system| {
        let mut capsules = std::vec![CapsuleDescriptor::new(&Quarrel, &[])];
        CapsuleDescriptor::lay_out(&mut capsules, 4);
        system.capsules = capsules.leak();
    })
}

/// CP-2: upcalls that only schedule each other keep nobody from running, and what is due in the end is not lost.
#[test]
fn upcalls_that_schedule_each_other_stop_nobody() {
    for quarrel in [1, 2, 3] {
        let mut forum = quarrelling();
        let mut wait_after = |process, command| {
            forum.turn_to(process);
            let words = [QUARREL, command, 0, 0, 0b11];
            forum.machine.call(process, Syscall::CommandAndYieldWaitFor, &words);
        };
        wait_after(1, 0);
        wait_after(2, 0);
        wait_after(0, quarrel);
        assert!([0, 1, 2].into_iter().all(|process| forum.is_blocked(process)));
        let others = [Syscall::DebugNop, Syscall::YieldNoWait, Syscall::ClockNow];
        assert!(others.iter().all(|call| forum.call(3, *call, &[]).status == OK));
        forum.call(3, Syscall::Command, &[QUARREL, END]);
        let is_one_told = ![0, 1, 2].into_iter().all(|process| forum.is_blocked(process));
        assert!(is_one_told, "{quarrel}: what is due in the end is told");
    }
}
