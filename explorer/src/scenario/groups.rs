//! Scenarios in which threads wait on several things together (WT-4).

use guichet_abi::Syscall;
use guichet_kernel::{GiveUp, RestartPolicy};

use super::{
    Environment, NEVER, Scenario, flaws, one_channel, receives, simple_handler, simple_initiator,
};
use crate::declared::Waitable;
use crate::plan::{Channel, Plan, ProcessPlan};
use crate::repertoire::{Flaw, Message, Move, Room, Task, Until, mask};

const FIRST: Waitable = Waitable::Handler(0);
const SECOND: Waitable = Waitable::Handler(1);
const REQUESTS: u32 = mask::READABLE | mask::ERROR;

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        calls(),
        two_channels("group", "One thread serves two channels through a wait group.", &[15]),
        lives(),
        sleepers("group-of-two-threads", "Two equal threads wait on one group.", [15, 15]),
        sleepers("group-of-two-ranked", "Two unequal threads wait on one group.", [10, 20]),
    ]
}

/// Two initiators' processes, and a handler's with a group and these threads.
fn two_clients(handlers: &[u8]) -> Plan {
    Plan {
        processes: vec![
            ProcessPlan::new("first", &[15]),
            ProcessPlan::new("second", &[15]),
            ProcessPlan { groups: 1, ..ProcessPlan::new("handler", handlers) },
        ],
        channels: vec![Channel::between(0, 2), Channel::between(1, 2)],
        endpoints: Vec::new(),
        regions: Vec::new(),
        max_transfer_bytes: 8,
    }
}

/// Reads and answers on both channels.
fn serves_both() -> Vec<Move> {
    vec![
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::On(1, &Move::Read(0, Room::Short)),
        Move::On(1, &Move::Respond(Message::Short)),
    ]
}

fn waits_on_group(untils: &[Until]) -> Vec<Move> {
    untils.iter().map(|until| Move::WaitOnGroup(mask::READABLE, *until)).collect()
}

/// What may be wrong with a call about a group.
fn refused() -> Vec<Move> {
    let mut moves = vec![
        Move::Add(FIRST, mask::UNDEFINED, 1),
        Move::Add(Waitable::Group(0), mask::READABLE, 1),
        Move::Add(Waitable::Process(0), mask::JOINABLE, 1),
        Move::Remove(Waitable::Group(0)),
        Move::Remove(Waitable::Process(0)),
        Move::WaitOnGroup(mask::WRITEABLE, NEVER),
        Move::WaitOnGroup(mask::UNDEFINED, NEVER),
        Move::WaitOnGroup(mask::ALL, Until::Now),
    ];
    for syscall in [Syscall::WaitGroupAdd, Syscall::WaitGroupRemove] {
        moves.push(Move::Flawed(syscall, Flaw::UndeclaredHandle));
        moves.push(Move::Flawed(syscall, Flaw::WrongEnd));
    }
    // The group comes last among the objects.
    for syscall in [
        Syscall::ChannelTransact,
        Syscall::ChannelRead,
        Syscall::ChannelReceive,
        Syscall::ObjectSetPeerUserSignal,
        Syscall::TaskJoin,
        Syscall::TaskTerminate,
        Syscall::ThreadStart,
        Syscall::TaskFault,
    ] {
        moves.push(Move::Flawed(syscall, Flaw::WrongTask));
    }
    moves
}

/// Every call on and with a group, good and bad, by both ends of one channel.
fn calls() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Now];
    let about = |own: Waitable, bits: u32| {
        let adds = [Move::Add(own, bits, 7), Move::Add(own, mask::USER, 8), Move::Remove(own)];
        [adds.to_vec(), waits_on_group(&untils), refused()].concat()
    };
    let users = vec![Move::SetPeerUser(1), Move::SetPeerUser(0), Move::Sleep(Until::Tick(1))];
    let watches =
        [Move::Wait(REQUESTS, NEVER), Move::Await(Task::Thread(0), mask::JOINABLE, NEVER)];
    let asks = [simple_initiator(&untils), about(Waitable::Initiator(0), mask::WRITEABLE)];
    let asks = [asks.concat(), users.clone(), flaws(Syscall::ChannelTransact)].concat();
    let serves = [simple_handler(), receives(&untils), about(FIRST, REQUESTS)].concat();
    let serves = [serves, users, watches.to_vec()].concat();
    let mut plan = one_channel(&[15], &[15]);
    plan.processes[0].groups = 1;
    plan.processes[1].groups = 1;
    Scenario {
        name: "group-calls",
        about: "Every call with a wait group, good and bad, at either end of a channel.",
        plan,
        repertoires: vec![asks, serves],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

fn two_channels(name: &'static str, about: &'static str, handlers: &[u8]) -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let asks = [simple_initiator(&untils), vec![Move::Sleep(Until::Tick(1)), Move::Sleep(NEVER)]];
    let serves = vec![
        Move::Add(FIRST, REQUESTS, 1),
        Move::Add(SECOND, mask::READABLE, 2),
        Move::Remove(FIRST),
        Move::Remove(SECOND),
        Move::Wait(REQUESTS, NEVER),
        Move::Sleep(Until::Tick(1)),
    ];
    let serves = [serves, serves_both(), waits_on_group(&[NEVER, Until::Tick(1), Until::Now])];
    let asks = asks.concat();
    Scenario {
        name,
        about,
        plan: two_clients(handlers),
        repertoires: vec![asks.clone(), asks, serves.concat()],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Two threads sleep on a group, take its members out and put them in again.
fn sleepers(name: &'static str, about: &'static str, handlers: [u8; 2]) -> Scenario {
    let asks = vec![
        Move::Transact(Message::Short, Room::Short, NEVER),
        Move::Transact(Message::Short, Room::Short, Until::Tick(1)),
    ];
    let waits = waits_on_group(&[NEVER]);
    let manages = vec![
        Move::Add(FIRST, REQUESTS, 1),
        Move::Add(SECOND, REQUESTS, 2),
        Move::Remove(FIRST),
        Move::ExitThread,
    ];
    let serves = [serves_both(), waits.clone(), manages].concat();
    let helps = [serves_both(), waits, vec![Move::ExitThread]].concat();
    Scenario {
        name,
        about,
        plan: two_clients(&handlers),
        repertoires: vec![asks.clone(), asks, serves, helps],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A supervisor waits for its channel and for the end of its handler together; the handler has a
/// group too, and is restarted.
fn lives() -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let channel = Waitable::Initiator(0);
    let process = Waitable::Process(1);
    let watches = vec![
        Move::Add(channel, mask::WRITEABLE | mask::ERROR, 1),
        Move::Add(process, mask::JOINABLE, 2),
        Move::Remove(channel),
        Move::Remove(process),
        Move::Join(Task::Process(1)),
        Move::Terminate(Task::Process(1)),
        Move::StartProcess(1),
    ];
    let asks = [simple_initiator(&untils), watches, waits_on_group(&untils)].concat();
    let serves = vec![
        Move::Add(FIRST, REQUESTS, 1),
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::ExitProcess,
    ];
    let serves = [serves, waits_on_group(&untils)].concat();
    let mut plan = one_channel(&[15], &[15]);
    plan.processes[0].groups = 1;
    plan.processes[0].holds = vec![1];
    plan.processes[1].groups = 1;
    let restart = RestartPolicy {
        on_fault: true,
        on_exit: false,
        delay_ticks: 1,
        max_restarts: Some(1),
        on_give_up: GiveUp::Stop,
    };
    plan.processes[0].restart = restart;
    plan.processes[1].restart = RestartPolicy { on_exit: true, ..restart };
    Scenario {
        name: "group-lives",
        about: "Groups of processes that end and begin again, one of which watches the other.",
        plan,
        repertoires: vec![asks, serves],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}
