//! Waiting, waking and who runs. Threads of the initiator come first, then the handler's.

use guichet_abi::{Error, Signals, Syscall};

use crate::testing::{Machine, machine};

const NEVER: u64 = u64::MAX;
const ASLEEP: [usize; 2] = [usize::MAX, usize::MAX];

fn sleep(machine: &mut Machine, thread: usize) {
    machine.call(thread, Syscall::SleepUntil, &ASLEEP);
}

#[test]
fn a_signal_that_is_active_ends_the_wait_at_once() {
    let mut machine = machine(&[15], &[15]);
    machine.wait(0, Signals::WRITEABLE | Signals::READABLE, NEVER);
    let writeable = Signals::WRITEABLE.bits() as usize;
    assert_eq!(machine.returned(0), Some(Ok((0, writeable)))); // WT-2
}

#[test]
fn a_wait_ends_with_its_deadline() {
    let mut machine = machine(&[15], &[15]);
    machine.wait(0, Signals::ERROR, 100);
    machine.wait(1, Signals::READABLE, 70);
    assert!(machine.is_idle());
    assert_eq!(machine.port.alarm.map(crate::Instant::ticks), Some(70));
    machine.pass(70);
    assert_eq!(machine.returned(1), Some(Err(Error::DeadlineExceeded)));
    assert_eq!(machine.port.alarm.map(crate::Instant::ticks), Some(100));
    sleep(&mut machine, 1);
    machine.pass(99); // the timer came early: nothing ends, and the alarm is asked for again
    assert!(machine.is_idle());
    assert_eq!(machine.port.alarm.map(crate::Instant::ticks), Some(100));
    machine.pass(150);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)));
    assert_eq!(machine.port.alarm, None);
}

#[test]
fn the_alarm_may_be_early_while_somebody_runs_and_is_exact_when_nobody_does() {
    let mut machine = machine(&[15], &[15]);
    let alarm = |machine: &Machine| machine.port.alarm.map(crate::Instant::ticks);
    machine.transact(0, 4, 8, 70);
    assert_eq!(machine.respond(1, 4), Ok(()));
    assert_eq!(alarm(&machine), Some(70)); // its deadline is gone, and the alarm may stay
    machine.call(1, Syscall::SleepUntil, &[200, 0]);
    assert_eq!(alarm(&machine), Some(70)); // early enough for the other
    sleep(&mut machine, 0);
    assert!(machine.is_idle());
    assert_eq!(alarm(&machine), Some(200)); // WT-2: an idle system is not woken for nothing
}

#[test]
fn a_past_deadline_takes_what_is_there_and_nothing_else() {
    let mut machine = machine(&[15], &[15]);
    machine.port.now = 9;
    machine.wait(0, Signals::WRITEABLE, 3);
    assert!(matches!(machine.returned(0), Some(Ok(_)))); // AB-4
    machine.wait(0, Signals::ERROR, 3);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)));
}

#[test]
fn undefined_bits_are_refused() {
    let mut machine = machine(&[15], &[15]);
    for mask in [1 << 31, 1 << 4, 1 << 14, u32::MAX as usize, usize::MAX, 1 << 32] {
        let result = machine.now(0, Syscall::ObjectWait, &[0, mask, 0, 0]);
        assert_eq!(result, Err(Error::InvalidArgument), "{mask:#x}"); // WT-1
    }
    let result = machine.now(0, Syscall::ObjectWait, &[99, 1, 0, 0]);
    assert_eq!(result, Err(Error::OutOfRange));
}

#[test]
fn every_waiter_whose_mask_matches_is_woken() {
    let mut machine = machine(&[10], &[15, 15, 15]);
    machine.start_thread(2);
    machine.start_thread(3);
    machine.wait(1, Signals::READABLE, NEVER);
    machine.wait(2, Signals::ERROR, NEVER);
    machine.wait(3, Signals::READABLE | Signals::ERROR, 500);
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.running(), 1); // first in, first out
    sleep(&mut machine, 1);
    let readable = Signals::READABLE.bits() as usize;
    assert_eq!(machine.returned(3), Some(Ok((0, readable)))); // WT-6
    assert_eq!(machine.returned(2), None);
    sleep(&mut machine, 3);
    assert!(machine.is_idle());
    assert_eq!(machine.port.alarm, None); // its deadline went with its wait (WT-2)
}

#[test]
fn a_more_important_thread_preempts_at_once_an_equal_one_does_not() {
    for (important, runs_next) in [(16, 0), (15, 1)] {
        let mut machine = machine(&[important], &[15]);
        machine.transact(0, 4, 8, NEVER);
        machine.call(1, Syscall::ChannelRespond, &[0, crate::testing::base(1), 8]);
        assert_eq!(machine.running(), runs_next); // WT-2
        let results = [Ok((8, 0)), Ok((0, 0))];
        assert_eq!(machine.returned(runs_next), Some(results[runs_next]));
        sleep(&mut machine, runs_next);
        assert_eq!(machine.running(), 1 - runs_next);
        assert_eq!(machine.returned(1 - runs_next), Some(results[1 - runs_next]));
    }
}

#[test]
fn a_preempted_thread_runs_on_before_its_equals() {
    let mut machine = machine(&[20], &[15, 15]);
    machine.call(0, Syscall::SleepUntil, &[10, 0]);
    machine.start_thread(2);
    assert_eq!(machine.running(), 1);
    machine.pass(10); // preempts thread 1 in the middle of its program
    assert_eq!(machine.running(), 0);
    sleep(&mut machine, 0);
    assert_eq!(machine.running(), 1); // not 2: its turn was not over (WT-8)
    assert_eq!(machine.outcome.action, crate::Action::Resume);
}

#[test]
fn equals_run_first_in_first_out() {
    let mut machine = machine(&[15], &[15, 15, 15]);
    machine.start_thread(3);
    machine.start_thread(2);
    for expected in [0, 1, 3, 2] {
        assert_eq!(machine.running(), expected);
        sleep(&mut machine, expected);
    }
    assert!(machine.is_idle());
}

#[test]
fn a_hand_off_does_not_overtake_an_equal_that_is_ready() {
    let mut machine = machine(&[15], &[15, 15]);
    machine.start_thread(2);
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    machine.wait(1, Signals::READABLE, NEVER);
    machine.pass(5);
    assert_eq!(machine.running(), 2); // 0 has become ready, behind nobody
    sleep(&mut machine, 2);
    machine.start_thread(2); // not dormant: nothing happens
    machine.transact(0, 4, 8, NEVER);
    assert_eq!(machine.running(), 1);
}

#[test]
fn sleeping_is_no_error() {
    let mut machine = machine(&[15], &[15]);
    machine.call(0, Syscall::SleepUntil, &[40, 0]);
    sleep(&mut machine, 1);
    machine.pass(40);
    assert_eq!(machine.returned(0), Some(Ok((0, 0)))); // WT-7
    assert_eq!(machine.now(0, Syscall::SleepUntil, &[40, 0]), Ok((0, 0))); // already past
}
