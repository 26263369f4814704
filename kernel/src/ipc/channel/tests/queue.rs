//! Several initiators at one handler (CH-12). The last thread handles, the others initiate.

use guichet_abi::{Error, Signals, Syscall};

use crate::testing::Machine;
use crate::testing::network::{FIRST_BADGE, network};

const NEVER: u64 = u64::MAX;

/// Three initiators of these priorities, and a handler that is above them and sleeps until 9.
fn three(initiators: [u8; 3]) -> Machine {
    let [first, second, third] = initiators;
    let processes: [&[u8]; 4] = [&[first], &[second], &[third], &[31]];
    let mut machine = network(&processes, &[(0, 3), (1, 3), (2, 3)]);
    machine.call(3, Syscall::SleepUntil, &[9, 0]);
    machine
}

/// All three have asked, and the handler runs.
fn all_asked(initiators: [u8; 3]) -> Machine {
    let mut machine = three(initiators);
    for _ in 0..3 {
        let thread = machine.running();
        machine.ask(thread, 0, NEVER);
    }
    machine.pass(9);
    assert_eq!(machine.running(), 3);
    machine
}

/// Whom a receive of the handler gives.
fn next(machine: &mut Machine) -> usize {
    machine.take_request(3, NEVER);
    let (length, badge) = machine.returned(3).expect("nothing to receive").unwrap();
    assert_eq!(length, 4);
    badge - FIRST_BADGE
}

fn badge(machine: &mut Machine) -> Result<usize, Error> {
    machine.now(3, Syscall::ChannelBadge, &[0]).map(|(badge, _)| badge - FIRST_BADGE)
}

fn active(machine: &mut Machine) -> Signals {
    let arguments = [0, Signals::all().bits() as usize, 0, 0];
    let (_, signals) = machine.now(3, Syscall::ObjectWait, &arguments).unwrap_or_default();
    Signals::from_bits(u32::try_from(signals).unwrap()).unwrap()
}

#[test]
fn the_most_important_is_served_first_and_equals_in_turn() {
    for (priorities, order) in
        [([15, 15, 15], [0, 1, 2]), ([10, 15, 20], [2, 1, 0]), ([15, 20, 15], [1, 0, 2])]
    {
        let mut machine = all_asked(priorities);
        for initiator in order {
            assert_eq!(active(&mut machine), Signals::READABLE);
            assert_eq!(next(&mut machine), initiator, "{priorities:?}");
            assert_eq!(badge(&mut machine), Ok(initiator));
            machine.answer(3);
        }
        assert_eq!(active(&mut machine), Signals::empty());
    }
}

#[test]
fn what_is_served_stays_so_whoever_comes() {
    let mut machine = three([15, 15, 20]);
    // The most important one begins, and comes back when the first one is served.
    machine.call(2, Syscall::SleepUntil, &[12, 0]);
    machine.ask(0, 0, NEVER);
    machine.ask(1, 0, NEVER);
    machine.pass(9);
    assert_eq!(next(&mut machine), 0);
    machine.call(3, Syscall::SleepUntil, &[15, 0]);
    machine.pass(12);
    machine.ask(2, 0, NEVER);
    machine.pass(15);
    assert_eq!(active(&mut machine), Signals::READABLE);
    assert_eq!(badge(&mut machine), Ok(0));
    machine.answer(3);
    assert_eq!(next(&mut machine), 2);
}

#[test]
fn nothing_served_has_no_badge() {
    let mut machine = all_asked([15, 15, 15]);
    assert_eq!(badge(&mut machine), Err(Error::Unavailable));
    next(&mut machine);
    machine.answer(3);
    assert_eq!(badge(&mut machine), Err(Error::Unavailable));
}

#[test]
fn a_badge_is_for_who_serves() {
    let mut machine = network(&[&[15], &[10, 5]], &[(0, 1)]);
    machine.start_thread(2);
    machine.ask(0, 0, NEVER);
    machine.take_request(1, NEVER);
    machine.rest(1);
    machine.kernel().check().unwrap();
    assert_eq!(machine.now(2, Syscall::ChannelBadge, &[0]), Err(Error::FailedPrecondition));
    assert_eq!(machine.now(2, Syscall::ChannelBadge, &[1]), Err(Error::OutOfRange));
}

#[test]
fn each_has_one() {
    let mut machine = network(&[&[15, 15], &[5]], &[(0, 1)]);
    machine.start_thread(1);
    machine.ask(0, 0, NEVER);
    machine.ask(1, 0, NEVER);
    assert_eq!(machine.returned(1), Some(Err(Error::ResourceExhausted)));
}

#[test]
fn who_gives_up_leaves_the_others_in_order() {
    for gone in 0..3 {
        let mut machine = three([15, 15, 15]);
        for thread in 0..3 {
            machine.ask(thread, 0, if thread == gone { 5 } else { NEVER });
        }
        machine.pass(5);
        assert_eq!(machine.returned(gone), Some(Err(Error::DeadlineExceeded)));
        machine.rest(gone);
        machine.pass(9);
        for initiator in (0..3).filter(|initiator| *initiator != gone) {
            assert_eq!(next(&mut machine), initiator);
            machine.answer(3);
        }
        assert_eq!(active(&mut machine), Signals::empty());
    }
}

#[test]
fn who_dies_leaves_the_others_in_order_and_an_error() {
    for gone in 0..3 {
        let mut machine = all_asked([15, 15, 15]);
        machine.kill(gone);
        assert_eq!(active(&mut machine), Signals::READABLE | Signals::ERROR);
        for initiator in (0..3).filter(|initiator| *initiator != gone) {
            assert_eq!(next(&mut machine), initiator);
            machine.answer(3);
        }
    }
}

#[test]
fn the_handler_that_dies_leaves_nobody_waiting() {
    let mut machine = all_asked([15, 15, 15]);
    next(&mut machine);
    machine.kill(3);
    for thread in 0..3 {
        assert_eq!(machine.running(), thread);
        assert_eq!(machine.returned(thread), Some(Err(Error::Unavailable)));
        machine.rest(thread);
    }
}

#[test]
fn what_a_thread_leaves_is_served_ahead_of_its_equals() {
    let mut machine = network(&[&[15], &[15], &[20], &[10, 5]], &[(0, 3), (1, 3), (2, 3)]);
    machine.start_thread(4);
    machine.call(2, Syscall::SleepUntil, &[5, 0]);
    machine.ask(0, 0, NEVER);
    machine.ask(1, 0, NEVER);
    machine.take_request(3, NEVER);
    machine.pass(5);
    machine.ask(2, 0, NEVER); // It is more important, and comes while the first one is served.
    machine.call(3, Syscall::ThreadExit, &[0]);
    let badges: [usize; 3] = core::array::from_fn(|_| {
        machine.take_request(4, NEVER);
        let (_, badge) = machine.returned(4).unwrap().unwrap();
        machine.answer(4);
        while machine.running() != 4 {
            let thread = machine.running();
            machine.rest(thread);
        }
        badge - FIRST_BADGE
    });
    assert_eq!(badges, [2, 0, 1]);
}

#[test]
fn who_waits_to_serve_gets_the_next_one_when_the_last_is_answered() {
    let mut machine = network(&[&[15], &[15], &[10, 12]], &[(0, 2), (1, 2)]);
    machine.start_thread(3);
    machine.ask(0, 0, NEVER);
    machine.ask(1, 0, NEVER);
    machine.take_request(2, NEVER);
    machine.call(2, Syscall::SleepUntil, &[5, 0]);
    machine.take_request(3, NEVER);
    assert_eq!(machine.returned(3), None, "another thread serves");
    machine.pass(5);
    machine.answer(2);
    machine.rest(0);
    assert_eq!(machine.returned(3), Some(Ok((4, FIRST_BADGE + 1))));
}

#[test]
fn user_is_what_any_of_them_raises_and_the_answer_reaches_them_all() {
    let mut machine = three([15, 15, 15]);
    let set = |machine: &mut Machine, thread, word| {
        machine.now(thread, Syscall::ObjectSetPeerUserSignal, &[0, word]).unwrap();
    };
    set(&mut machine, 0, 1);
    machine.rest(0);
    set(&mut machine, 1, 1);
    set(&mut machine, 1, 0);
    machine.rest(1);
    machine.call(2, Syscall::SleepUntil, &[12, 0]);
    machine.pass(9);
    assert_eq!(active(&mut machine), Signals::USER, "the first one raises it still");
    machine.kill(0);
    assert_eq!(active(&mut machine), Signals::empty());
    set(&mut machine, 3, 1);
    machine.rest(3);
    machine.pass(12);
    let wait = [0, Signals::USER.bits() as usize, 0, 0];
    let shown = machine.now(2, Syscall::ObjectWait, &wait);
    assert_eq!(shown, Ok((0, (Signals::USER | Signals::WRITEABLE).bits() as usize)));
}

#[test]
fn a_response_goes_to_who_is_served() {
    let mut machine = all_asked([15, 15, 15]);
    next(&mut machine);
    machine.answer(3);
    machine.rest(3);
    assert_eq!(machine.running(), 0);
    assert_eq!(machine.returned(0), Some(Ok((4, 0))));
    assert_eq!(machine.returned(1), None);
}
