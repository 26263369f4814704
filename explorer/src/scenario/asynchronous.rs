//! Scenarios in which transactions are started, and nobody blocks in them (CH-6).

use guichet_abi::Syscall;
use guichet_kernel::{GiveUp, RestartPolicy};

use super::{
    Environment, NEVER, Scenario, few_waits, flaws, leaves, one_channel, receives, simple_handler,
    simple_initiator,
};
use crate::layout::Tables;
use crate::plan::{Channel, Plan};
use crate::repertoire::{Flaw, Message, Move, Room, Until, mask};

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        buffers(),
        race(),
        default_deadline(),
        restarts(),
        two_of_a_process("async-two", "Two equal threads of a process start and cancel.", [15, 15]),
        two_of_a_process("async-two-ranked", "The second one is more important.", [10, 20]),
    ]
}

/// Starts, collects and cancels.
fn asks() -> Vec<Move> {
    vec![Move::AsyncTransact(Message::Short, Room::Short), Move::AsyncComplete, Move::AsyncCancel]
}

fn serves(untils: &[Until]) -> Vec<Move> {
    [simple_handler(), receives(untils), few_waits(mask::READABLE, untils)].concat()
}

/// Buffers good and bad, and such as change while the program runs on.
fn buffers() -> Scenario {
    let mut initiator = asks();
    initiator.extend([
        Move::AsyncTransact(Message::List, Room::List),
        Move::AsyncTransact(Message::Long, Room::Empty),
        Move::AsyncTransact(Message::TooLong, Room::Short),
        Move::AsyncTransact(Message::NineSlices, Room::ReadOnly),
        Move::AsyncTransact(Message::ForeignPiece, Room::Short),
        Move::AsyncTransact(Message::Short, Room::HugeList),
    ]);
    for syscall in [
        Syscall::ChannelAsyncTransact,
        Syscall::ChannelAsyncTransactComplete,
        Syscall::ChannelAsyncCancel,
    ] {
        initiator.extend(flaws(syscall));
    }
    initiator.extend(few_waits(mask::READABLE, &[NEVER]));
    let mut handler = serves(&[NEVER]);
    handler.extend([
        Move::Read(2, Room::Long),
        Move::Respond(Message::List),
        Move::Receive(Room::List, NEVER),
        Move::Flawed(Syscall::ChannelAsyncTransact, Flaw::WrongEnd),
        Move::Flawed(Syscall::ChannelAsyncTransactComplete, Flaw::WrongEnd),
        Move::Flawed(Syscall::ChannelAsyncCancel, Flaw::WrongEnd),
    ]);
    Scenario {
        name: "async-buffers",
        about: "Transactions that nobody blocks in, with buffers that change and memory that is gone.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![initiator, handler],
        environment: Environment {
            kills: true,
            vanishing: true,
            rewrites: &[Tables::Good, Tables::Shrunk, Tables::Outside],
            ..Environment::default()
        },
        depth: None,
    }
}

/// An answer, a cancel, a deadline and an end, in every order.
fn race() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2)];
    let waits = [few_waits(mask::READABLE, &untils), few_waits(mask::WRITEABLE, &[NEVER])].concat();
    let endings = vec![Move::ExitThread, Move::ExitProcess, Move::Sleep(Until::Tick(1))];
    let initiator = [asks(), simple_initiator(&untils), waits, endings.clone()].concat();
    Scenario {
        name: "async-race",
        about: "Transactions that nobody blocks in against deadlines, cancels and ends.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![initiator, [serves(&untils), endings].concat()],
        environment: Environment {
            horizon_ticks: 2,
            kills: true,
            faults: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// A channel's default deadline is for those that block (CH-11).
fn default_deadline() -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let waits = few_waits(mask::READABLE, &[NEVER, Until::Tick(2)]);
    let initiator = [asks(), simple_initiator(&untils), waits].concat();
    let timed = Channel { default_ticks: Some(2), ..Channel::between(0, 1) };
    Scenario {
        name: "async-default-deadline",
        about: "Transactions that nobody blocks in, where those that somebody does have a default.",
        plan: Plan { channels: vec![timed], ..one_channel(&[15], &[15]) },
        repertoires: vec![initiator, [serves(&untils), vec![Move::Sleep(NEVER)]].concat()],
        environment: Environment { horizon_ticks: 3, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// What an earlier life has started or not collected, and a handler that comes back (CH-8, PR-3).
fn restarts() -> Scenario {
    let policy = RestartPolicy {
        on_fault: true,
        on_exit: true,
        delay_ticks: 1,
        // The kernel counts restarts, so without a bound there would be ever new states.
        max_restarts: Some(1),
        on_give_up: GiveUp::Stop,
    };
    let mut plan = one_channel(&[15], &[15]);
    for process in &mut plan.processes {
        process.restart = policy;
    }
    let waits = few_waits(mask::READABLE, &[NEVER]);
    let endings = vec![Move::ExitProcess, Move::Sleep(NEVER)];
    Scenario {
        name: "async-restarts",
        about: "Transactions that nobody blocks in, of processes that come back.",
        plan,
        repertoires: vec![
            [asks(), waits, endings.clone()].concat(),
            [serves(&[NEVER]), endings].concat(),
        ],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// One thread cancels or collects what the other has started or blocks in, and outlives it.
fn two_of_a_process(name: &'static str, about: &'static str, initiators: [u8; 2]) -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let waits = [few_waits(mask::READABLE, &[NEVER]), vec![Move::Wait(mask::WRITEABLE, NEVER)]];
    let initiator = [asks(), simple_initiator(&untils), waits.concat(), leaves()].concat();
    let handler = [serves(&[NEVER]), vec![Move::Sleep(NEVER)]].concat();
    Scenario {
        name,
        about,
        plan: one_channel(&initiators, &[15]),
        repertoires: vec![initiator.clone(), initiator, handler],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}
