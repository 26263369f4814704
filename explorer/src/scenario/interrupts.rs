//! Scenarios in which a driver has interrupt lines, which come whenever they like (PR-8).
//!
//! The driver is the handler of a channel, too, so that it has something else to do.

use guichet_abi::Syscall;
use guichet_kernel::{GiveUp, RestartPolicy};

use super::{Environment, NEVER, Scenario, leaves, one_channel, simple_handler, simple_initiator};
use crate::declared::Waitable;
use crate::plan::Plan;
use crate::repertoire::{Flaw, Message, Move, Room, Task, Until, mask};

/// Two lines that the machine has, and one that it has not.
const LINES: &[u16] = &[5, 40, u16::MAX];

const A: u32 = mask::LINE_A;
const B: u32 = mask::LINE_B;
const C: u32 = mask::LINE_C;

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        calls(),
        lives(),
        two_who_wait(
            "interrupt-two",
            "Two equal threads wait for the lines of a driver.",
            [15, 15],
        ),
        two_who_wait("interrupt-two-ranked", "The second of them comes first.", [10, 20]),
        group(),
    ]
}

/// An initiator, and a handler that is a driver with these threads.
fn driver(threads: &[u8]) -> Plan {
    let mut plan = one_channel(&[15], threads);
    plan.processes[1].lines = LINES;
    plan
}

fn awaits(untils: &[Until]) -> Vec<Move> {
    let wait = |bits| untils.iter().map(move |until| Move::AwaitLines(bits, *until));
    [A, B, A | B].into_iter().flat_map(wait).collect()
}

fn acknowledges() -> Vec<Move> {
    [A, B, A | B].map(|bits| Move::Acknowledge(bits as usize)).to_vec()
}

/// Acknowledgements that are refused or do nothing, and calls for which a driver's object is wrong.
fn refused() -> Vec<Move> {
    let undeclared = (C << 1) as usize;
    let all_lines = (A | B | C) as usize;
    let masks = [0, C as usize, undeclared, A as usize | undeclared, all_lines | 1 << 31, 1 << 4];
    let mut moves: Vec<Move> = masks.map(Move::Acknowledge).to_vec();
    moves.extend([1, usize::MAX, A as usize | 1 << 40].map(Move::Acknowledge));
    for flaw in [Flaw::UndeclaredHandle, Flaw::WrongKind, Flaw::WrongEnd] {
        moves.push(Move::Flawed(Syscall::InterruptAck, flaw));
    }
    // The interrupt object comes last among the objects.
    for syscall in [
        Syscall::ChannelTransact,
        Syscall::ChannelAsyncTransact,
        Syscall::ChannelRead,
        Syscall::ChannelRespond,
        Syscall::ChannelReceive,
        Syscall::ObjectSetPeerUserSignal,
        Syscall::ProcessStart,
        Syscall::ThreadStart,
        Syscall::TaskJoin,
        Syscall::TaskTerminate,
        Syscall::TaskFault,
        Syscall::WaitGroupAdd,
        Syscall::WaitGroupRemove,
    ] {
        moves.push(Move::Flawed(syscall, Flaw::WrongTask));
    }
    moves
}

/// Every call on an interrupt object, good and bad, by a driver whose lines come at any moment.
fn calls() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Now];
    let more_waits = vec![
        Move::AwaitLines(C, NEVER),
        Move::AwaitLines(0, NEVER),
        Move::AwaitLines(mask::ALL, Until::Tick(1)),
        Move::AwaitLines(A | mask::UNDEFINED, NEVER),
        Move::Wait(A, NEVER),
    ];
    let endings = vec![Move::ExitProcess, Move::Sleep(Until::Tick(1))];
    let serves = [simple_handler(), awaits(&untils), more_waits, acknowledges(), endings];
    // Whoever has no interrupt object has nothing to acknowledge.
    let asks = [Move::Acknowledge(A as usize), Move::Flawed(Syscall::InterruptAck, Flaw::WrongEnd)];
    Scenario {
        name: "interrupt-calls",
        about: "Every call with an interrupt object, good and bad, while lines come.",
        plan: driver(&[15]),
        repertoires: vec![
            [simple_initiator(&[NEVER, Until::Tick(1)]), asks.to_vec()].concat(),
            [serves.concat(), refused()].concat(),
        ],
        environment: Environment {
            horizon_ticks: 1,
            kills: true,
            faults: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// A driver that ends in every way and begins again, by its policy or by its initiator.
fn lives() -> Scenario {
    let process = Task::Process(1);
    let asks = vec![
        Move::StartProcess(1),
        Move::Terminate(process),
        Move::Join(process),
        Move::Await(process, mask::JOINABLE, NEVER),
        Move::Sleep(Until::Tick(1)),
    ];
    let asks = [simple_initiator(&[NEVER, Until::Tick(1)]), asks].concat();
    let endings = vec![Move::ExitThread, Move::ExitProcess, Move::Read(0, Room::Short)];
    let serves = [awaits(&[NEVER, Until::Tick(1)]), acknowledges(), endings].concat();
    let mut plan = driver(&[15]);
    plan.processes[0].holds = vec![1];
    plan.processes[1].restart = RestartPolicy {
        on_fault: true,
        on_exit: false,
        delay_ticks: 1,
        max_restarts: Some(1),
        on_give_up: GiveUp::Stop,
    };
    Scenario {
        name: "interrupt-lives",
        about: "A driver that ends and begins again, with lines that are pending, masked or free.",
        plan,
        repertoires: vec![asks, serves],
        environment: Environment {
            horizon_ticks: 2,
            kills: true,
            faults: true,
            refusals: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// Two threads of a driver: each may take what the other waits for, and one may go.
fn two_who_wait(name: &'static str, about: &'static str, threads: [u8; 2]) -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let serves = [awaits(&untils), acknowledges(), leaves()].concat();
    Scenario {
        name,
        about,
        plan: driver(&threads),
        repertoires: vec![vec![Move::Sleep(NEVER)], serves.clone(), serves],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A driver that waits for its lines and its channel together (WT-4).
fn group() -> Scenario {
    let lines = Waitable::Interrupt(0);
    let requests = Waitable::Handler(0);
    let serves = vec![
        Move::Add(lines, A | B, 1),
        Move::Add(lines, B, 2),
        Move::Add(requests, mask::READABLE, 3),
        Move::Remove(lines),
        Move::WaitOnGroup(mask::READABLE, NEVER),
        Move::WaitOnGroup(mask::READABLE, Until::Tick(1)),
        Move::AwaitLines(A, NEVER),
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::ExitThread,
    ];
    let mut plan = driver(&[15]);
    plan.processes[1].groups = 1;
    let max_restarts = Some(1);
    plan.processes[1].restart =
        RestartPolicy { on_exit: true, max_restarts, ..RestartPolicy::NEVER };
    Scenario {
        name: "interrupt-group",
        about: "A driver that waits for its lines and its channel together.",
        plan,
        repertoires: vec![
            [simple_initiator(&[NEVER]), vec![Move::Sleep(Until::Tick(1))]].concat(),
            [serves, acknowledges()].concat(),
        ],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}
