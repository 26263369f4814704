//! Wait groups. Process 0 is the initiator with two threads or more, process 1 the handler; the group is
//! each process's last object.

use guichet_abi::{Error, Signals, Syscall};

use crate::testing::{FIRST_THREAD, Machine, OTHER_PROCESS, machine, writable};
use crate::*;
use std::vec::Vec;

const NEVER: [usize; 2] = [usize::MAX, usize::MAX];
const READABLE: usize = Signals::READABLE.bits() as usize;
const WRITEABLE: usize = Signals::WRITEABLE.bits() as usize;
const JOINABLE: usize = Signals::JOINABLE.bits() as usize;
const ERROR: usize = Signals::ERROR.bits() as usize;
const CHANNEL: usize = 0;

/// Two threads on the initiator's side, whose group has handle 4; one on the handler's, 3.
const GROUP: usize = FIRST_THREAD + 2;
const HANDLERS_GROUP: usize = FIRST_THREAD + 1;

fn add(machine: &mut Machine, thread: usize, arguments: [usize; 4]) -> Result<(), Error> {
    machine.now(thread, Syscall::WaitGroupAdd, &arguments).map(|_| ())
}

fn remove(machine: &mut Machine, thread: usize, arguments: [usize; 2]) -> Result<(), Error> {
    machine.now(thread, Syscall::WaitGroupRemove, &arguments).map(|_| ())
}

fn wait(machine: &mut Machine, thread: usize, group: usize) {
    machine.call(thread, Syscall::ObjectWait, &[group, READABLE, NEVER[0], NEVER[1]]);
}

fn look(machine: &mut Machine, thread: usize, group: usize) -> Result<(usize, usize), Error> {
    machine.now(thread, Syscall::ObjectWait, &[group, READABLE, 0, 0])
}

fn sleep(machine: &mut Machine, thread: usize) {
    machine.call(thread, Syscall::SleepUntil, &NEVER);
}

/// A thread of the initiator's process that has ended with this code.
fn ended_thread(machine: &mut Machine, handle: usize, thread: usize, code: usize) {
    machine.call(0, Syscall::ThreadStart, &[handle, 0x40, writable(0) + 64]);
    machine.call(thread, Syscall::ThreadExit, &[code]);
    assert!(machine.returned(0).is_some());
}

#[test]
fn calls_are_checked() {
    let mut machine = machine(&[15, 20], &[10]);
    for (arguments, error) in [
        ([CHANNEL, CHANNEL, READABLE, 0], Error::InvalidArgument),
        ([GROUP, GROUP, READABLE, 0], Error::InvalidArgument),
        ([GROUP, CHANNEL, 1 << 31, 0], Error::InvalidArgument),
        ([GROUP, 99, READABLE, 0], Error::OutOfRange),
        ([99, CHANNEL, READABLE, 0], Error::OutOfRange),
    ] {
        assert_eq!(add(&mut machine, 0, arguments), Err(error), "{arguments:?}");
    }
    assert_eq!(look(&mut machine, 0, GROUP), Err(Error::InvalidArgument), "it is empty");
    assert_eq!(remove(&mut machine, 0, [GROUP, CHANNEL]), Err(Error::NotFound));
    assert_eq!(add(&mut machine, 0, [GROUP, CHANNEL, READABLE, 7]), Ok(()));
    assert_eq!(add(&mut machine, 0, [GROUP, CHANNEL, READABLE, 7]), Err(Error::ResourceExhausted));
    let without = machine.now(0, Syscall::ObjectWait, &[GROUP, WRITEABLE, 0, 0]);
    assert_eq!(without, Err(Error::InvalidArgument), "the mask must hold READABLE");
    assert_eq!(remove(&mut machine, 0, [GROUP, OTHER_PROCESS]), Err(Error::NotFound));
    assert_eq!(remove(&mut machine, 0, [GROUP, GROUP]), Err(Error::NotFound));
    assert_eq!(remove(&mut machine, 0, [GROUP, CHANNEL]), Ok(()));
    assert_eq!(look(&mut machine, 0, GROUP), Err(Error::InvalidArgument));
}

#[test]
fn a_ready_member_is_found_with_all_its_signals() {
    let mut machine = machine(&[15, 20], &[10]);
    add(&mut machine, 0, [GROUP, CHANNEL, READABLE | WRITEABLE, 7]).unwrap();
    assert_eq!(look(&mut machine, 0, GROUP), Ok((7, WRITEABLE)));
    remove(&mut machine, 0, [GROUP, CHANNEL]).unwrap();
    add(&mut machine, 0, [GROUP, CHANNEL, READABLE, 8]).unwrap();
    assert_eq!(look(&mut machine, 0, GROUP), Err(Error::DeadlineExceeded));
}

#[test]
fn ready_members_take_turns() {
    let mut machine = machine(&[15, 20], &[10]);
    let second = FIRST_THREAD + 1;
    ended_thread(&mut machine, second, 1, 5);
    add(&mut machine, 0, [GROUP, second, JOINABLE, 2]).unwrap();
    add(&mut machine, 0, [GROUP, CHANNEL, WRITEABLE, 1]).unwrap();
    let found: Vec<_> = (0..4).map(|_| look(&mut machine, 0, GROUP).unwrap().0).collect();
    assert_eq!(found, [1, 2, 1, 2]);
}

#[test]
fn what_becomes_ready_ends_the_wait_of_everybody() {
    let mut machine = machine(&[15], &[20, 18]);
    let group = FIRST_THREAD + 2;
    machine.call(1, Syscall::ThreadStart, &[FIRST_THREAD + 1, 0x40, writable(1) + 64]);
    add(&mut machine, 1, [group, CHANNEL, READABLE | ERROR, 9]).unwrap();
    wait(&mut machine, 1, group);
    wait(&mut machine, 2, group);
    machine.transact(0, 4, 8, u64::MAX);
    assert_eq!(machine.returned(1), Some(Ok((9, READABLE))));
    assert_eq!(machine.returned(2), None, "the more important one runs first");
    sleep(&mut machine, 1);
    assert_eq!(machine.returned(2), Some(Ok((9, READABLE)))); // WT-6
    machine.step(Event::ProcessEnded {
        process: ProcessIndex::new(0),
        fault: Fault::new(FaultCause::Killed),
    });
    assert_eq!(look(&mut machine, 2, group), Ok((9, ERROR)));
    assert_eq!(look(&mut machine, 2, group), Err(Error::DeadlineExceeded), "CH-9: it has fallen");
}

#[test]
fn a_member_that_joins_ready_wakes_the_group_and_an_emptied_group_sleeps_on() {
    let mut machine = machine(&[15, 20], &[10]);
    let second = FIRST_THREAD + 1;
    add(&mut machine, 0, [GROUP, OTHER_PROCESS, JOINABLE, 1]).unwrap();
    machine.call(0, Syscall::ThreadStart, &[second, 0x40, writable(0) + 64]);
    wait(&mut machine, 1, GROUP);
    assert_eq!(remove(&mut machine, 0, [GROUP, OTHER_PROCESS]), Ok(()));
    machine.call(0, Syscall::WaitGroupAdd, &[GROUP, CHANNEL, WRITEABLE, 6]);
    assert_eq!(machine.returned(1), Some(Ok((6, WRITEABLE))));
}

#[test]
fn a_direct_waiter_and_a_group_hear_of_the_same_end() {
    let mut machine = machine(&[15, 20], &[10]);
    let second = FIRST_THREAD + 1;
    add(&mut machine, 0, [GROUP, OTHER_PROCESS, JOINABLE, 3]).unwrap();
    machine.call(0, Syscall::ThreadStart, &[second, 0x40, writable(0) + 64]);
    wait(&mut machine, 1, GROUP);
    let arguments = [OTHER_PROCESS, JOINABLE, NEVER[0], NEVER[1]];
    machine.call(0, Syscall::ObjectWait, &arguments);
    machine.call(2, Syscall::ProcessExit, &[0]);
    assert_eq!(machine.returned(1), Some(Ok((3, JOINABLE))));
    sleep(&mut machine, 1);
    assert_eq!(machine.returned(0), Some(Ok((0, JOINABLE))));
}

#[test]
fn groups_are_empty_in_the_next_life() {
    let mut machine = machine(&[15], &[20]);
    add(&mut machine, 1, [HANDLERS_GROUP, CHANNEL, READABLE, 1]).unwrap();
    machine.call(1, Syscall::ProcessExit, &[0]);
    machine.call(0, Syscall::ProcessStart, &[OTHER_PROCESS]);
    assert_eq!(look(&mut machine, 1, HANDLERS_GROUP), Err(Error::InvalidArgument));
    assert_eq!(add(&mut machine, 1, [HANDLERS_GROUP, CHANNEL, READABLE, 1]), Ok(()));
}

#[test]
fn a_thread_that_waits_on_the_group_of_a_handler_does_not_become_stale() {
    let mut machine = machine(&[20], &[10]);
    machine.transact(0, 4, 8, 50);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    add(&mut machine, 1, [HANDLERS_GROUP, CHANNEL, READABLE, 1]).unwrap();
    wait(&mut machine, 1, HANDLERS_GROUP);
    machine.pass(50);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)));
    machine.transact(0, 4, 8, u64::MAX);
    assert_eq!(machine.returned(1), Some(Ok((1, READABLE))));
    assert_eq!(machine.read(1, 0, 4), Ok(4), "CH-5a: it had waited on, so it is not stale");
}
