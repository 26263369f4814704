//! Priority inheritance (CH-13).

use guichet_abi::Syscall;

use crate::testing::network::network;
use crate::testing::{Machine, base, writable};

const NEVER: u64 = u64::MAX;

/// A high one (20) that asks a low one (10), which asks a lower one (5).
fn chain() -> Machine {
    network(&[&[20], &[10], &[5]], &[(0, 1), (1, 2)])
}

/// The low one serves the high one and waits for the lower one, which runs.
fn chained(deadline: u64) -> Machine {
    let mut machine = chain();
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    machine.take_request(1, NEVER);
    machine.pass(5);
    machine.ask(0, 0, deadline);
    assert_eq!(machine.priority(1), 20);
    machine.ask(1, 1, NEVER);
    assert_eq!(machine.running(), 2);
    machine
}

fn priorities(machine: &mut Machine) -> [u8; 3] {
    core::array::from_fn(|thread| machine.priority(thread))
}

#[test]
fn it_reaches_the_main_thread_of_a_handler_that_nobody_has_waited_on() {
    let mut machine = chain();
    machine.ask(0, 0, NEVER);
    assert_eq!(priorities(&mut machine), [20, 20, 5]);
}

#[test]
fn it_goes_on_along_further_transactions_and_ends_with_each() {
    let mut machine = chained(NEVER);
    assert_eq!(priorities(&mut machine), [20, 20, 20]);
    machine.answer(2);
    assert_eq!(machine.running(), 1, "nobody keeps it from running");
    assert_eq!(priorities(&mut machine), [20, 20, 5]);
    machine.answer(1);
    assert_eq!(machine.running(), 0);
    assert_eq!(priorities(&mut machine), [20, 10, 5]);
}

#[test]
fn it_ends_along_the_whole_path_when_the_first_one_gives_up() {
    let mut machine = chained(9);
    machine.pass(9);
    assert_eq!(machine.running(), 0);
    assert_eq!(priorities(&mut machine), [20, 10, 10]);
}

#[test]
fn it_ends_along_the_whole_path_when_the_first_one_dies() {
    let mut machine = chained(NEVER);
    machine.kill(0);
    assert_eq!(priorities(&mut machine), [20, 10, 10]);
}

#[test]
fn it_ends_when_the_one_in_between_dies() {
    let mut machine = chained(NEVER);
    machine.kill(1);
    assert_eq!(machine.running(), 0);
    assert_eq!(priorities(&mut machine), [20, 10, 5]);
}

#[test]
fn it_passes_to_the_thread_that_waits_and_to_the_one_that_serves() {
    let mut machine = network(&[&[20], &[10, 12]], &[(0, 1)]);
    machine.start_thread(2);
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    // The second thread waits last, in vain.
    machine.call(2, Syscall::ObjectWait, &[0, 1, 0, 0]);
    machine.pass(5);
    machine.ask(0, 0, NEVER);
    assert_eq!(priorities(&mut machine), [20, 10, 20]);
    machine.call(2, Syscall::SleepUntil, &[9, 0]);
    machine.call(1, Syscall::ChannelRead, &[0, 0, writable(1), 4]);
    assert_eq!(priorities(&mut machine), [20, 20, 12], "it serves");
    machine.call(1, Syscall::ThreadExit, &[0]);
    assert_eq!(priorities(&mut machine), [20, 10, 20], "it is unserved again");
}

#[test]
fn a_shared_handler_is_as_important_as_the_greatest_that_waits() {
    let mut machine = network(&[&[15], &[25], &[10]], &[(0, 2), (1, 2)]);
    machine.call(1, Syscall::SleepUntil, &[5, 0]);
    machine.ask(0, 0, NEVER);
    machine.take_request(2, NEVER);
    assert_eq!(machine.priority(2), 15);
    machine.pass(5);
    machine.ask(1, 0, 9);
    assert_eq!(machine.priority(2), 25, "it waits behind the one that is served");
    machine.pass(9);
    assert_eq!(machine.priority(2), 15);
}

#[test]
fn one_that_nobody_blocks_in_lends_the_priority_of_its_start() {
    let mut machine = chain();
    let arguments = [0, base(0), 4, writable(0), 8];
    assert_eq!(machine.now(0, Syscall::ChannelAsyncTransact, &arguments), Ok((0, 0)));
    assert_eq!(priorities(&mut machine), [20, 20, 5]);
    assert_eq!(machine.now(0, Syscall::ChannelAsyncCancel, &[0]), Ok((0, 0)));
    assert_eq!(priorities(&mut machine), [20, 10, 5]);
}

#[test]
fn those_who_wait_for_one_another_do_not_hold_each_other_up() {
    let mut machine = network(&[&[10], &[12], &[20]], &[(0, 1), (1, 0), (2, 0)]);
    machine.call(2, Syscall::SleepUntil, &[5, 0]);
    machine.call(1, Syscall::SleepUntil, &[3, 0]);
    machine.ask(0, 1, NEVER); // The first one asks the second, and that the first.
    machine.pass(3);
    machine.ask(1, 1, NEVER);
    assert_eq!(priorities(&mut machine), [12, 12, 20]);
    machine.pass(5);
    machine.ask(2, 0, 9);
    assert_eq!(priorities(&mut machine), [20, 20, 20]);
    machine.pass(9);
    assert_eq!(priorities(&mut machine), [12, 12, 20]);
}

#[test]
fn who_serves_is_lent_what_comes_although_another_thread_waits_for_it() {
    let mut machine = network(&[&[15], &[20], &[10, 25]], &[(0, 2), (1, 2)]);
    machine.start_thread(3);
    machine.call(1, Syscall::SleepUntil, &[5, 0]);
    machine.call(3, Syscall::SleepUntil, &[3, 0]);
    machine.ask(0, 0, NEVER);
    machine.take_request(2, NEVER);
    machine.call(2, Syscall::SleepUntil, &[20, 0]);
    machine.pass(3);
    machine.call(3, Syscall::ObjectWait, &[0, 1, 0xFFFF_FFFF, 0xFFFF_FFFF]);
    machine.pass(5);
    machine.ask(1, 0, NEVER);
    assert_eq!(machine.priority(2), 20);
}
