//! A channel that declares a default deadline (CH-11). Thread 0 initiates; thread 1 handles.

use guichet_abi::{Error, Signals, Syscall};

use super::{NEVER, signals};
use crate::testing::{Machine, timed_machine, writable};

/// How long a transaction lasts here if it has no deadline.
const DEFAULT_TICKS: u64 = 100;
/// When transactions start here.
const START: u64 = 40;

/// The handler, whose `call` blocks it, lets the initiator transact with this deadline.
fn transacting(deadline: u64, call: fn(&mut Machine)) -> Machine {
    let mut machine = timed_machine(&[15], &[15], DEFAULT_TICKS);
    machine.call(0, Syscall::SleepUntil, &[START as usize, 0]);
    call(&mut machine);
    assert!(machine.is_idle());
    machine.pass(START);
    machine.transact(0, 4, 8, deadline);
    machine
}

fn wait_for_a_request(machine: &mut Machine) {
    machine.wait(1, Signals::READABLE, NEVER);
}

fn receive_a_request(machine: &mut Machine) {
    let (low, high) = guichet_abi::deadline_to_words(NEVER);
    machine.call(1, Syscall::ChannelReceive, &[0, writable(1), 8, low, high]);
}

#[test]
fn a_transaction_for_ever_ends_after_the_default() {
    for call in [wait_for_a_request, receive_a_request] {
        let mut machine = transacting(NEVER, call);
        machine.wait(1, Signals::ERROR, NEVER);
        machine.pass(START + DEFAULT_TICKS - 1);
        assert_eq!(machine.returned(0), None);
        machine.pass(START + DEFAULT_TICKS);
        assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)));
    }
}

#[test]
fn a_deadline_of_its_own_wins_be_it_earlier_or_later() {
    for deadline in [START + 1, START + DEFAULT_TICKS + 1, NEVER - 1] {
        let mut machine = transacting(deadline, wait_for_a_request);
        machine.wait(1, Signals::ERROR, NEVER);
        machine.pass(deadline - 1);
        assert_eq!(machine.returned(0), None, "{deadline}");
        machine.pass(deadline);
        assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)), "{deadline}");
    }
}

#[test]
fn a_deadline_that_is_past_is_not_replaced() {
    let machine = &mut transacting(START, wait_for_a_request);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded))); // AB-4
}

#[test]
fn an_answer_in_time_takes_the_default_away() {
    let mut machine = transacting(NEVER, wait_for_a_request);
    assert_eq!(machine.respond(1, 8), Ok(()));
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(machine.returned(0), Some(Ok((8, 0))));
    let far = START + 10 * DEFAULT_TICKS;
    machine.call(0, Syscall::SleepUntil, &[far as usize, 0]);
    machine.pass(START + DEFAULT_TICKS);
    assert_eq!(machine.returned(0), None);
}

#[test]
fn a_default_beyond_the_end_of_time_is_for_ever() {
    let mut machine = timed_machine(&[15], &[15], u64::MAX);
    machine.port.now = 1;
    machine.transact(0, 4, 8, NEVER);
    machine.wait(1, Signals::ERROR, NEVER);
    assert!(machine.is_idle());
    assert_eq!(machine.port.alarm, None);
}

#[test]
fn waiting_on_such_an_end_has_no_default() {
    let mut machine = timed_machine(&[15], &[15], DEFAULT_TICKS);
    machine.wait(0, Signals::WRITEABLE, NEVER);
    assert_eq!(signals(machine.returned(0)), Signals::WRITEABLE);
    machine.wait(0, Signals::ERROR, NEVER);
    machine.wait(1, Signals::READABLE, NEVER);
    assert!(machine.is_idle());
    assert_eq!(machine.port.alarm, None);
}
