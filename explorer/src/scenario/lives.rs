//! Scenarios in which processes and threads begin, end and begin again (PR-3, PR-5).

use guichet_abi::Syscall;
use guichet_kernel::{GiveUp, RestartPolicy};

use super::{
    Environment, NEVER, Scenario, few_waits, flaws, leaves, one_channel, receives, simple_handler,
    simple_initiator,
};
use crate::plan::Plan;
use crate::repertoire::{Flaw, Message, Move, Room, Stack, Task, Until, mask};

/// Restarted after a fault, a tick later.
const ON_FAULT: RestartPolicy = RestartPolicy {
    on_fault: true,
    on_exit: false,
    delay_ticks: 1,
    max_restarts: Some(1),
    on_give_up: GiveUp::Stop,
};

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        manual(),
        last_lives(),
        gives_up("gives-up", GiveUp::Stop),
        gives_up("gives-up-and-ends", GiveUp::Shutdown),
        gives_up("gives-up-and-resets", GiveUp::ResetBoard),
        restarts(),
        both_restart(),
        threads("threads", "Threads start, join and terminate one another.", [15, 15]),
        threads("threads-ranked", "The second thread is more important.", [10, 20]),
        servers("servers", "Threads that serve are terminated.", [15, 15]),
        servers("servers-ranked", "The thread that may be terminated comes first.", [10, 20]),
    ]
}

/// Watches, starts and ends the handler's process, which is number 1.
fn supervises(untils: &[Until]) -> Vec<Move> {
    let handler = Task::Process(1);
    let mut moves = vec![
        Move::StartProcess(1),
        Move::Join(handler),
        Move::Terminate(handler),
        Move::TellFault(1, 0),
        Move::TellFault(1, 1),
        Move::TellFault(1, 2),
    ];
    moves.extend(untils.iter().map(|until| Move::Await(handler, mask::JOINABLE, *until)));
    moves
}

/// What is wrong with the calls of a holder: of a process's, and of its own thread's.
fn refused_supervision() -> Vec<Move> {
    let mut moves = Vec::new();
    for syscall in [
        Syscall::ProcessStart,
        Syscall::ThreadStart,
        Syscall::TaskJoin,
        Syscall::TaskTerminate,
        Syscall::TaskFault,
    ] {
        moves.push(Move::Flawed(syscall, Flaw::UndeclaredHandle));
        moves.push(Move::Flawed(syscall, Flaw::WrongEnd));
    }
    moves.push(Move::Flawed(Syscall::ProcessStart, Flaw::WrongKind));
    moves.push(Move::Flawed(Syscall::TaskFault, Flaw::WrongKind));
    moves.push(Move::Flawed(Syscall::TaskJoin, Flaw::WrongKind));
    moves.push(Move::Flawed(Syscall::ThreadStart, Flaw::WrongTask));
    moves.push(Move::Flawed(Syscall::ObjectWait, Flaw::WrongTask));
    moves.extend(flaws(Syscall::ChannelTransact));
    moves
}

/// An initiator that holds an object of its handler, whose policy is this.
fn supervised(policy: RestartPolicy) -> Plan {
    let mut plan = one_channel(&[15], &[15]);
    plan.processes[0].holds = vec![1];
    plan.processes[1].restart = policy;
    plan
}

fn serves(untils: &[Until]) -> Vec<Move> {
    let waits = few_waits(mask::READABLE, untils);
    let endings = vec![Move::ExitProcess, Move::ExitThread, Move::Sleep(NEVER)];
    [simple_handler(), receives(untils), waits, endings].concat()
}

/// A handler that starts when it is told to, and ends as often as it is started.
fn manual() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Now];
    let asks = [simple_initiator(&untils), supervises(&untils), refused_supervision()].concat();
    let waits = few_waits(mask::ERROR, &[NEVER, Until::Tick(1)]);
    let asks = [asks, waits, vec![Move::ExitProcess, Move::Sleep(Until::Tick(1))]].concat();
    let mut plan = supervised(RestartPolicy::NEVER);
    plan.processes[1].starts_at_boot = false;
    Scenario {
        name: "manual",
        about: "A handler's process is started, watched and ended by its initiator.",
        plan,
        repertoires: vec![asks, serves(&[NEVER, Until::Tick(1)])],
        environment: Environment {
            horizon_ticks: 1,
            kills: true,
            faults: true,
            refusals: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// A process that has next to no life left (PR-1).
fn last_lives() -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let asks = [simple_initiator(&untils), supervises(&untils)].concat();
    let policy = RestartPolicy { on_exit: true, max_restarts: None, ..ON_FAULT };
    Scenario {
        name: "last-lives",
        about: "Processes whose incarnations are nearly used up.",
        plan: supervised(RestartPolicy { on_give_up: GiveUp::Shutdown, ..policy }),
        repertoires: vec![asks, serves(&[NEVER])],
        environment: Environment {
            horizon_ticks: 2,
            kills: true,
            last_lives: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// A handler that ends more often than it may.
fn gives_up(name: &'static str, on_give_up: GiveUp) -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2)];
    let watches = vec![Move::StartProcess(1), Move::Join(Task::Process(1))];
    let waits = vec![Move::Await(Task::Process(1), mask::JOINABLE, NEVER)];
    let policy = RestartPolicy { on_exit: true, max_restarts: Some(2), on_give_up, ..ON_FAULT };
    Scenario {
        name,
        about: match on_give_up {
            GiveUp::Stop => "A handler that ends too often, and then stays so.",
            GiveUp::Shutdown => "A handler that ends too often, and then the run ends.",
            GiveUp::ResetBoard => "A handler that ends too often, and then the board starts anew.",
        },
        plan: supervised(policy),
        repertoires: vec![
            [simple_initiator(&untils), watches, waits].concat(),
            vec![
                Move::Read(0, Room::Short),
                Move::Respond(Message::Short),
                Move::Receive(Room::Short, NEVER),
                Move::ExitProcess,
            ],
        ],
        environment: Environment {
            horizon_ticks: 3,
            faults: true,
            refusals: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// A handler that is restarted after faults, at every point of a transaction.
fn restarts() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2)];
    let waits = few_waits(mask::ERROR, &[NEVER, Until::Tick(2)]);
    let asks = [simple_initiator(&untils), supervises(&untils), waits].concat();
    Scenario {
        name: "restarts",
        about: "A handler that is restarted at every point of a transaction, and watched.",
        plan: supervised(ON_FAULT),
        repertoires: vec![
            [asks, vec![Move::Sleep(Until::Tick(1))]].concat(),
            serves(&[NEVER, Until::Tick(2)]),
        ],
        environment: Environment {
            horizon_ticks: 3,
            kills: true,
            faults: true,
            refusals: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// Both sides are restarted, without anybody's help, until one of them ends the run.
fn both_restart() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2)];
    let waits = few_waits(mask::ERROR, &[NEVER, Until::Tick(2)]);
    let asks = [simple_initiator(&untils), waits, vec![Move::ExitProcess]].concat();
    let mut plan = supervised(RestartPolicy { delay_ticks: 2, ..ON_FAULT });
    let on_give_up = GiveUp::Shutdown;
    plan.processes[0].restart = RestartPolicy { on_exit: true, on_give_up, ..ON_FAULT };
    Scenario {
        name: "both-restart",
        about: "Both sides of a channel are restarted at every point of a transaction.",
        plan,
        repertoires: vec![asks, serves(&[NEVER, Until::Tick(2)])],
        environment: Environment {
            horizon_ticks: 4,
            kills: true,
            refusals: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// What a thread does to its sister, and to itself.
fn manages(own: usize, sister: usize) -> Vec<Move> {
    vec![
        Move::StartThread(sister, Stack::Good),
        Move::Join(Task::Thread(sister)),
        Move::Terminate(Task::Thread(sister)),
        Move::Terminate(Task::Thread(own)),
        Move::Await(Task::Thread(sister), mask::JOINABLE, NEVER),
    ]
}

/// Two threads of the initiator's process, of which one is started by the other.
fn threads(name: &'static str, about: &'static str, priorities: [u8; 2]) -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2)];
    let asks = [simple_initiator(&untils), leaves()].concat();
    let stacks = [Stack::Short, Stack::Nowhere, Stack::ReadOnly];
    let main = [asks.clone(), manages(0, 1)].concat();
    let awaits = vec![
        Move::Await(Task::Thread(1), mask::JOINABLE, Until::Tick(1)),
        Move::Wait(mask::WRITEABLE, NEVER),
        Move::Flawed(Syscall::ProcessStart, Flaw::WrongKind),
        Move::Flawed(Syscall::TaskFault, Flaw::WrongKind),
        Move::Flawed(Syscall::ThreadStart, Flaw::WrongEnd),
    ];
    let main = [main, awaits, stacks.map(|stack| Move::StartThread(1, stack)).to_vec()].concat();
    let mut plan = one_channel(&priorities, &[15]);
    plan.processes[0].holds_threads = true;
    let waits = few_waits(mask::READABLE, &untils);
    Scenario {
        name,
        about,
        plan,
        repertoires: vec![
            main,
            [asks, manages(1, 0)].concat(),
            [simple_handler(), receives(&untils), waits, vec![Move::ExitProcess]].concat(),
        ],
        environment: Environment {
            horizon_ticks: 2,
            kills: true,
            faults: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// Two threads of the handler's process serve, and may end each other; the process is restarted.
fn servers(name: &'static str, about: &'static str, priorities: [u8; 2]) -> Scenario {
    let asks = [
        simple_initiator(&[NEVER, Until::Tick(1)]),
        vec![Move::Join(Task::Process(1)), Move::Sleep(Until::Tick(1))],
    ];
    let serves = [simple_handler(), receives(&[NEVER]), vec![Move::ExitThread]].concat();
    let waits = vec![Move::Wait(mask::READABLE, NEVER), Move::Sleep(NEVER)];
    let serves = [serves, waits].concat();
    let mut plan = one_channel(&[15], &priorities);
    plan.processes[0].holds = vec![1];
    plan.processes[1].holds_threads = true;
    plan.processes[1].restart = ON_FAULT;
    Scenario {
        name,
        about,
        plan,
        repertoires: vec![
            asks.concat(),
            [serves.clone(), manages(0, 1)].concat(),
            [serves, manages(1, 0)].concat(),
        ],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}
