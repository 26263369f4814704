//! USER, row by row (WT-5). Thread 0 initiates, thread 1 handles, unless a test says otherwise.

use guichet_abi::{Error, Signals, Syscall};

use super::{EVERYTHING, NEVER, signals};
use crate::id::{HandlerIndex, InitiatorIndex};
use crate::testing::{BADGE, Machine, machine, writable};

/// The words of a deadline that never passes.
const FOR_EVER: [usize; 2] = [u32::MAX as usize; 2];

/// Long after all that happens here.
const LATER: [usize; 2] = [1_000_000, 0];

fn set(machine: &mut Machine, thread: usize, word: usize) -> Result<(usize, usize), Error> {
    machine.now(thread, Syscall::ObjectSetPeerUserSignal, &[0, word])
}

/// The signals of the running thread's own end, at once.
fn shown(machine: &mut Machine, thread: usize) -> Signals {
    machine.wait(thread, EVERYTHING, 0);
    match machine.returned(thread) {
        Some(Err(Error::DeadlineExceeded)) => Signals::empty(),
        other => signals(other),
    }
}

/// The signals of the handler's end, whether its process runs or not.
fn on_handler(machine: &mut Machine) -> Signals {
    machine.kernel().windows.channels.handler_signals(HandlerIndex::new(0))
}

/// The signals of the initiator's end, whether its process runs or not.
fn on_initiator(machine: &mut Machine) -> Signals {
    machine.kernel().windows.channels.initiator_signals(InitiatorIndex::new(0))
}

/// Lets the other thread run.
fn sleep(machine: &mut Machine, thread: usize) {
    machine.call(thread, Syscall::SleepUntil, &LATER);
}

#[test]
fn an_initiator_raises_and_lowers_on_the_handler() {
    let mut machine = machine(&[15], &[20]);
    for (word, expected) in
        [(1, Signals::USER), (1, Signals::USER), (0, Signals::empty()), (0, Signals::empty())]
    {
        machine.call(1, Syscall::SleepUntil, &[machine.port.now as usize + 1, 0]);
        assert_eq!(set(&mut machine, 0, word), Ok((0, 0)));
        assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE, "not on its own end");
        machine.pass(machine.port.now + 1);
        assert_eq!(shown(&mut machine, 1), expected);
        assert_eq!(shown(&mut machine, 1), expected, "a level stays"); // WT-3
    }
}

#[test]
fn a_handler_raises_and_lowers_on_the_initiator() {
    let mut machine = machine(&[20], &[15]);
    for (word, expected) in
        [(1, Signals::USER), (1, Signals::USER), (0, Signals::empty()), (0, Signals::empty())]
    {
        machine.call(0, Syscall::SleepUntil, &[machine.port.now as usize + 1, 0]);
        assert_eq!(set(&mut machine, 1, word), Ok((0, 0)));
        assert_eq!(shown(&mut machine, 1), Signals::empty(), "not on its own end");
        machine.pass(machine.port.now + 1);
        assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE | expected);
        assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE | expected);
    }
}

#[test]
fn raising_ends_a_wait_and_runs_the_more_important_at_once() {
    let mut handled = machine(&[15], &[20]);
    handled.wait(1, Signals::USER, NEVER);
    handled.call(0, Syscall::ObjectSetPeerUserSignal, &[0, 1]);
    assert_eq!(handled.running(), 1); // WT-2
    assert_eq!(signals(handled.returned(1)), Signals::USER); // WT-6

    let mut initiated = machine(&[20], &[15]);
    initiated.wait(0, Signals::USER, NEVER);
    initiated.call(1, Syscall::ObjectSetPeerUserSignal, &[0, 1]);
    assert_eq!(initiated.running(), 0);
    assert_eq!(signals(initiated.returned(0)), Signals::WRITEABLE | Signals::USER);
}

#[test]
fn raising_ends_only_waits_that_want_it() {
    let mut machine = machine(&[15], &[15, 15]);
    machine.start_thread(2);
    sleep(&mut machine, 0);
    machine.wait(1, Signals::READABLE | Signals::ERROR, NEVER);
    machine.call(2, Syscall::SleepUntil, &[LATER[0] + 1, 0]);
    machine.pass(LATER[0] as u64);
    assert_eq!(set(&mut machine, 0, 1), Ok((0, 0)));
    sleep_for_ever(&mut machine, 0);
    assert!(machine.is_idle(), "thread 1 waits on");
    machine.pass(LATER[0] as u64 + 1);
    machine.wait(2, Signals::USER, NEVER); // the level waited for it
    assert_eq!(signals(machine.returned(2)), Signals::USER);
}

fn sleep_for_ever(machine: &mut Machine, thread: usize) {
    machine.call(thread, Syscall::SleepUntil, &FOR_EVER);
}

#[test]
fn a_transaction_disturbs_it_on_neither_end() {
    let mut machine = machine(&[15], &[15]);
    assert_eq!(set(&mut machine, 0, 1), Ok((0, 0)));
    machine.transact(0, 4, 8, 100);
    assert_eq!(set(&mut machine, 1, 1), Ok((0, 0)));
    assert_eq!(shown(&mut machine, 1), Signals::READABLE | Signals::USER);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    assert_eq!(shown(&mut machine, 1), Signals::USER, "served");
    assert_eq!(machine.respond(1, 8), Ok(()));
    assert_eq!(shown(&mut machine, 1), Signals::USER, "answered");
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(machine.returned(0), Some(Ok((8, 0))));
    assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE | Signals::USER);
    machine.transact(0, 4, 8, 100); // withdrawn by its deadline
    assert_eq!(signals(machine.returned(1)), Signals::READABLE | Signals::USER);
    assert_eq!(machine.read(1, 0, 4), Ok(4));
    machine.pass(100);
    assert_eq!(machine.respond(1, 8), Err(Error::Unavailable));
    assert_eq!(shown(&mut machine, 1), Signals::USER);
    machine.wait(1, Signals::READABLE, NEVER);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)));
    assert_eq!(shown(&mut machine, 0), Signals::WRITEABLE | Signals::USER);
}

#[test]
fn a_receiver_is_not_disturbed_by_it() {
    let mut machine = machine(&[15], &[15]);
    sleep(&mut machine, 0);
    machine.call(1, Syscall::ChannelReceive, &[0, writable(1), 8, FOR_EVER[0], FOR_EVER[1]]);
    machine.pass(LATER[0] as u64);
    assert_eq!(set(&mut machine, 0, 1), Ok((0, 0)));
    assert_eq!(machine.running(), 0);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.returned(1), Some(Ok((4, BADGE as usize))));
    assert_eq!(shown(&mut machine, 1), Signals::USER);
}

#[test]
fn it_falls_with_the_initiator_that_raised_it() {
    let mut machine = machine(&[15], &[15]);
    assert_eq!(set(&mut machine, 0, 1), Ok((0, 0)));
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(shown(&mut machine, 1), Signals::READABLE | Signals::USER);
    machine.wait(1, Signals::ERROR, NEVER);
    machine.kill(0);
    assert_eq!(signals(machine.returned(1)), Signals::ERROR, "CH-9, and no USER with it");
    assert_eq!(shown(&mut machine, 1), Signals::empty());
}

#[test]
fn it_falls_with_the_handler_that_raised_it() {
    let mut machine = machine(&[15, 15], &[15]);
    machine.start_thread(1);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(set(&mut machine, 2, 1), Ok((0, 0)));
    sleep_for_ever(&mut machine, 2);
    machine.wait(1, Signals::ERROR, NEVER);
    machine.kill(1);
    assert_eq!(machine.running(), 1);
    let lost = Signals::ERROR | Signals::WRITEABLE;
    assert_eq!(signals(machine.returned(1)), lost, "CH-7, and no USER with it");
    machine.wait(1, Signals::USER, NEVER);
    assert_eq!(machine.returned(0), Some(Err(Error::Unavailable))); // CH-8
    assert_eq!(shown(&mut machine, 0), lost);
}

#[test]
fn it_outlives_the_process_that_it_is_raised_on() {
    let mut handled = machine(&[15], &[15]);
    assert_eq!(set(&mut handled, 0, 1), Ok((0, 0)));
    handled.kill(1);
    assert_eq!(on_handler(&mut handled), Signals::USER);
    assert_eq!(set(&mut handled, 0, 0), Ok((0, 0)));
    assert_eq!(on_handler(&mut handled), Signals::empty());
    assert_eq!(set(&mut handled, 0, 1), Ok((0, 0)), "allowed although its process has ended");
    assert_eq!(on_handler(&mut handled), Signals::USER);
    handled.kill(0);
    assert_eq!(on_handler(&mut handled), Signals::empty(), "its raiser has ended too");

    let mut initiated = machine(&[15], &[20]);
    assert_eq!(set(&mut initiated, 1, 1), Ok((0, 0)));
    initiated.kill(0);
    assert_eq!(on_initiator(&mut initiated), Signals::USER | Signals::WRITEABLE);
    initiated.kill(1);
    assert_eq!(on_initiator(&mut initiated), Signals::WRITEABLE);
}

#[test]
fn a_thread_that_ends_takes_nothing_with_it() {
    let mut machine = machine(&[15, 15], &[15]);
    machine.start_thread(1);
    assert_eq!(set(&mut machine, 0, 1), Ok((0, 0)));
    machine.call(0, Syscall::ThreadExit, &[0]);
    assert_eq!(on_handler(&mut machine), Signals::USER, "its process lives");
}

#[test]
fn words_that_make_no_sense() {
    let mut machine = machine(&[20], &[15]);
    let table = [
        // handle, set, result (AB-1, AB-3)
        (1, 1, Err(Error::InvalidArgument)), // a process
        (99, 1, Err(Error::OutOfRange)),     // not declared
        (usize::MAX, 1, Err(Error::OutOfRange)),
        (0, 2, Err(Error::InvalidArgument)),
        (0, usize::MAX, Err(Error::InvalidArgument)),
        (0, 1 << (usize::BITS - 1), Err(Error::InvalidArgument)),
    ];
    for (handle, word, result) in table {
        let found = machine.now(0, Syscall::ObjectSetPeerUserSignal, &[handle, word]);
        assert_eq!(found, result, "{handle} {word}");
        assert_eq!(on_handler(&mut machine), Signals::empty()); // AB-5
    }
}
