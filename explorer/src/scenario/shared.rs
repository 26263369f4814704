//! Scenarios in which several initiators share a handler (CH-12), and in which somebody more important
//! waits for somebody less important (CH-13).

use guichet_abi::Syscall;
use guichet_kernel::{GiveUp, RestartPolicy};

use super::{
    Environment, NEVER, Scenario, few_waits, flaws, leaves, receives, simple_handler,
    simple_initiator,
};
use crate::plan::{Channel, Plan, ProcessPlan};
use crate::repertoire::{Message, Move, Room, Until, mask};

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        badges(),
        user(),
        chain(),
        circle(),
        circle_for_two(),
        behind(),
        not_blocked_in(),
        two_who_serve(
            "fan-in-two-serve",
            "Two equal threads serve two initiators.",
            ([15, 20], [15, 15]),
        ),
        two_who_serve(
            "fan-in-two-serve-ranked",
            "The second one is more important.",
            ([10, 20], [10, 20]),
        ),
        two_who_serve(
            "fan-in-two-serve-equals",
            "Two equal threads serve two equal initiators.",
            ([15, 15], [15, 15]),
        ),
        three_who_serve(),
        asked_twice(),
        restarted(),
        memory_gone(),
        three(),
    ]
}

const LATE: [Until; 2] = [NEVER, Until::Tick(1)];

/// Initiators with these priorities, whose channels all lead to the last process's one handler.
fn fan_in(initiators: &[u8], handler: &[u8]) -> Plan {
    let names = ["first", "second", "third"];
    let asks = names.iter().zip(initiators);
    let mut processes: Vec<ProcessPlan> =
        asks.map(|(name, priority)| ProcessPlan::new(name, &[*priority])).collect();
    processes.push(ProcessPlan::new("handler", handler));
    let first = Channel::between(0, initiators.len());
    let others = (1..initiators.len()).map(|initiator| Channel::sharing(initiator, (0, first)));
    Plan {
        channels: [first].into_iter().chain(others).collect(),
        processes,
        endpoints: Vec::new(),
        regions: Vec::new(),
        max_transfer_bytes: 8,
    }
}

fn serves(untils: &[Until]) -> Vec<Move> {
    let badge = vec![Move::Badge];
    [simple_handler(), receives(untils), few_waits(mask::READABLE, untils), badge].concat()
}

fn asks(untils: &[Until]) -> Vec<Move> {
    [simple_initiator(untils), vec![Move::Sleep(NEVER)]].concat()
}

/// The badge of what is served, asked for well and badly.
fn badges() -> Scenario {
    let handler = [serves(&[NEVER]), flaws(Syscall::ChannelBadge), vec![Move::ExitThread]].concat();
    let wrong =
        [crate::repertoire::Flaw::WrongEnd].map(|flaw| Move::Flawed(Syscall::ChannelBadge, flaw));
    Scenario {
        name: "fan-in-badges",
        about: "Two initiators, and a handler that asks whom it serves.",
        plan: fan_in(&[15, 15], &[15]),
        repertoires: vec![[asks(&LATE), wrong.to_vec()].concat(), asks(&LATE), handler],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// USER on a shared handler is what any of its initiators raises (WT-5).
fn user() -> Scenario {
    let sets = [1, 0].map(Move::SetPeerUser).to_vec();
    let waits = [mask::USER, mask::USER | mask::READABLE].map(|bits| Move::Wait(bits, NEVER));
    let rest = [sets, waits.to_vec(), vec![Move::Sleep(NEVER)]].concat();
    let handler = [simple_handler(), rest.clone()].concat();
    Scenario {
        name: "fan-in-user",
        about: "USER raised and lowered by two initiators and by the handler that they share.",
        plan: fan_in(&[15, 15], &[15]),
        repertoires: vec![
            [simple_initiator(&[NEVER]), rest.clone()].concat(),
            [simple_initiator(&[NEVER]), rest].concat(),
            handler,
        ],
        environment: Environment { kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Three initiators, two of them equal.
fn three() -> Scenario {
    let handler = vec![
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::Receive(Room::Short, NEVER),
        Move::RespondAndReceive(Message::Short, Room::Short, NEVER),
        Move::Wait(mask::READABLE, NEVER),
        Move::Sleep(NEVER),
    ];
    Scenario {
        name: "fan-in-three",
        about: "Three initiators, two of them equal, one more important, share a handler.",
        plan: fan_in(&[15, 15, 20], &[10]),
        repertoires: vec![asks(&LATE), asks(&LATE), asks(&LATE), handler],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Two threads of the handler take turns, and end.
fn two_who_serve(
    name: &'static str,
    about: &'static str,
    (initiators, handlers): ([u8; 2], [u8; 2]),
) -> Scenario {
    let handler = vec![
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::Receive(Room::Short, NEVER),
        Move::RespondAndReceive(Message::Short, Room::Short, Until::Tick(1)),
        Move::Wait(mask::READABLE | mask::ERROR, NEVER),
        Move::Sleep(Until::Tick(1)),
        Move::ExitThread,
        Move::Badge,
    ];
    Scenario {
        name,
        about,
        plan: fan_in(&initiators, &handlers),
        repertoires: vec![asks(&LATE), asks(&LATE), handler.clone(), handler],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// While one answers and another one is given what is next, a third one has come last and is ready.
fn three_who_serve() -> Scenario {
    let handler = vec![
        Move::Receive(Room::Short, NEVER),
        Move::Receive(Room::Short, Until::Tick(1)),
        Move::Respond(Message::Short),
    ];
    let asks = vec![
        Move::Transact(Message::Short, Room::Short, NEVER),
        Move::Sleep(Until::Tick(1)),
        Move::Sleep(NEVER),
    ];
    Scenario {
        name: "fan-in-three-serve",
        about: "Three equal threads serve two initiators, of which one is more important.",
        plan: fan_in(&[10, 20], &[10, 10, 10]),
        repertoires: [vec![asks; 2], vec![handler; 3]].concat(),
        environment: Environment { horizon_ticks: 1, ..Environment::default() },
        depth: None,
    }
}

/// Two channels of one process lead to the handler: as it ends, nothing of it is given to anybody (CH-9).
fn asked_twice() -> Scenario {
    let asks = vec![
        Move::AsyncTransact(Message::Short, Room::Short),
        Move::On(1, &Move::AsyncTransact(Message::Short, Room::Short)),
        Move::On(1, &Move::Transact(Message::Short, Room::Short, NEVER)),
        Move::AsyncCancel,
        Move::Sleep(NEVER),
        Move::ExitProcess,
    ];
    let handler = vec![
        Move::Receive(Room::Short, NEVER),
        Move::Respond(Message::Short),
        Move::Wait(mask::READABLE | mask::ERROR, NEVER),
        Move::Sleep(NEVER),
    ];
    let first = Channel::between(0, 1);
    Scenario {
        name: "fan-in-twice",
        about: "One process asks a handler on two channels, and ends.",
        plan: Plan {
            processes: vec![
                ProcessPlan::new("initiator", &[15]),
                ProcessPlan::new("handler", &[15, 10]),
            ],
            channels: vec![first, Channel::sharing(0, (0, first))],
            endpoints: Vec::new(),
            regions: Vec::new(),
            max_transfer_bytes: 8,
        },
        repertoires: vec![asks, handler.clone(), handler],
        environment: Environment { kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A shared handler that is restarted, with another thread that is not: transactions wait for it (CH-8).
fn restarted() -> Scenario {
    let handler = vec![
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::Receive(Room::Short, NEVER),
        Move::Wait(mask::READABLE, NEVER),
        Move::Sleep(NEVER),
    ];
    let mut plan = fan_in(&[15, 20], &[15, 10]);
    plan.processes[2].restart = RestartPolicy {
        on_fault: true,
        on_exit: false,
        delay_ticks: 1,
        max_restarts: Some(1),
        on_give_up: GiveUp::Stop,
    };
    Scenario {
        name: "fan-in-restarts",
        about: "Two initiators, and a handler that is restarted with one of its threads.",
        plan,
        repertoires: vec![asks(&LATE), asks(&[NEVER]), handler.clone(), handler],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Memory that is gone when a transaction's turn comes: it is passed over, and the next one served (AB-8).
fn memory_gone() -> Scenario {
    let handler = vec![
        Move::Receive(Room::Short, NEVER),
        Move::Respond(Message::Short),
        Move::RespondAndReceive(Message::Short, Room::Short, NEVER),
        Move::Sleep(NEVER),
    ];
    let asks = vec![Move::Transact(Message::Short, Room::Short, NEVER), Move::Sleep(NEVER)];
    Scenario {
        name: "fan-in-bad-memory",
        about: "Three initiators, two threads that serve, and memory that may be gone.",
        plan: fan_in(&[15, 15, 15], &[15, 15]),
        repertoires: [vec![asks; 3], vec![handler; 2]].concat(),
        environment: Environment { vanishing: true, ..Environment::default() },
        depth: None,
    }
}

/// Transactions that nobody blocks in, beside others.
fn not_blocked_in() -> Scenario {
    let starts = vec![
        Move::AsyncTransact(Message::Short, Room::Short),
        Move::AsyncComplete,
        Move::AsyncCancel,
    ];
    let waits = vec![Move::Wait(mask::READABLE, NEVER), Move::ExitThread];
    let handler = [serves(&[NEVER]), leaves()].concat();
    Scenario {
        name: "fan-in-async",
        about: "Two initiators, of which one goes on after it has asked.",
        plan: fan_in(&[20, 15], &[10]),
        repertoires: vec![
            [starts, simple_initiator(&[NEVER]), waits].concat(),
            asks(&LATE),
            handler,
        ],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A high one asks a low one, which asks a lower one, while one in the middle spins.
fn chain() -> Scenario {
    let first = vec![
        Move::Receive(Room::Short, NEVER),
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::Wait(mask::READABLE, NEVER),
        Move::On(1, &Move::Transact(Message::Short, Room::Short, NEVER)),
        Move::On(1, &Move::Transact(Message::Short, Room::Short, Until::Tick(2))),
        Move::On(1, &Move::AsyncTransact(Message::Short, Room::Short)),
        Move::On(1, &Move::AsyncCancel),
    ];
    let second = vec![
        Move::Receive(Room::Short, NEVER),
        Move::Respond(Message::Short),
        Move::Wait(mask::READABLE, NEVER),
        Move::Sleep(Until::Tick(1)),
    ];
    let process = |name, priority| ProcessPlan::new(name, &[priority]);
    Scenario {
        name: "inheritance-chain",
        about: "A high one waits for a low one, that for a lower one, and one in the middle spins.",
        plan: Plan {
            processes: vec![
                process("high", 20),
                process("middle", 15),
                process("low", 10),
                process("lower", 5),
            ],
            channels: vec![Channel::between(0, 2), Channel::between(2, 3)],
            endpoints: Vec::new(),
            regions: Vec::new(),
            max_transfer_bytes: 8,
        },
        repertoires: vec![
            [simple_initiator(&LATE), vec![Move::Sleep(Until::Tick(1))]].concat(),
            vec![Move::Nothing, Move::Sleep(Until::Tick(1)), Move::Sleep(NEVER)],
            first,
            second,
        ],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Two wait for one another, and somebody more important for one of them.
fn circle() -> Scenario {
    let ask = [NEVER, Until::Tick(1), Until::Tick(2)];
    let both = |own: &'static [Move]| {
        let serves = [
            Move::Receive(Room::Short, NEVER),
            Move::Respond(Message::Short),
            Move::Wait(mask::READABLE, NEVER),
            Move::Sleep(NEVER),
        ];
        [own, &serves].concat()
    };
    let process = |name, priorities: &[u8]| ProcessPlan::new(name, priorities);
    let back = Channel::between(1, 0);
    Scenario {
        name: "inheritance-circle",
        about: "Two processes wait for one another, and a more important one for one of them.",
        plan: Plan {
            processes: vec![process("one", &[10]), process("other", &[12]), process("high", &[20])],
            channels: vec![Channel::between(0, 1), back, Channel::sharing(2, (1, back))],
            endpoints: Vec::new(),
            regions: Vec::new(),
            max_transfer_bytes: 8,
        },
        repertoires: vec![
            both(&[
                Move::On(0, &Move::Transact(Message::Short, Room::Short, NEVER)),
                Move::On(0, &Move::Transact(Message::Short, Room::Short, Until::Tick(1))),
                Move::On(0, &Move::AsyncTransact(Message::Short, Room::Short)),
            ]),
            both(&[
                Move::On(1, &Move::Transact(Message::Short, Room::Short, NEVER)),
                Move::On(1, &Move::Transact(Message::Short, Room::Short, Until::Tick(1))),
            ]),
            [simple_initiator(&ask), vec![Move::Sleep(Until::Tick(1))]].concat(),
        ],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Somebody who waits behind another rises, and who is asked by both is to rise with it.
fn behind() -> Scenario {
    let process = |name, priority| ProcessPlan::new(name, &[priority]);
    let shared = Channel::between(2, 3);
    let serves = [
        Move::Receive(Room::Short, NEVER),
        Move::Respond(Message::Short),
        Move::Sleep(Until::Tick(2)),
    ];
    let passes_on = [
        Move::Receive(Room::Short, NEVER),
        Move::Respond(Message::Short),
        Move::On(1, &Move::Transact(Message::Short, Room::Short, NEVER)),
        Move::On(1, &Move::Transact(Message::Short, Room::Short, Until::Tick(2))),
    ];
    let asks = [simple_initiator(&[NEVER]), vec![Move::Sleep(Until::Tick(1))]].concat();
    Scenario {
        name: "inheritance-behind",
        about: "A low one waits behind one in the middle, and a high one waits for it.",
        plan: Plan {
            processes: vec![
                process("high", 20),
                process("middle", 15),
                process("low", 10),
                process("lower", 5),
            ],
            channels: vec![Channel::between(0, 2), shared, Channel::sharing(1, (1, shared))],
            endpoints: Vec::new(),
            regions: Vec::new(),
            max_transfer_bytes: 8,
        },
        repertoires: vec![asks.clone(), asks, passes_on.to_vec(), serves.to_vec()],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Two wait for one another, and somebody more important for each of them.
fn circle_for_two() -> Scenario {
    let both = |asks| vec![asks, Move::Receive(Room::Short, NEVER), Move::Respond(Message::Short)];
    let outside = vec![
        Move::Transact(Message::Short, Room::Short, NEVER),
        Move::Transact(Message::Short, Room::Short, Until::Tick(1)),
        Move::Sleep(Until::Tick(1)),
    ];
    let process = |name, priority| ProcessPlan::new(name, &[priority]);
    let (there, back) = (Channel::between(0, 1), Channel::between(1, 0));
    Scenario {
        name: "inheritance-circle-for-two",
        about: "Two processes wait for one another, and a more important one for each of them.",
        plan: Plan {
            processes: vec![
                process("one", 10),
                process("other", 12),
                process("high", 20),
                process("middle", 15),
            ],
            channels: vec![
                there,
                back,
                Channel::sharing(2, (1, back)),
                Channel::sharing(3, (0, there)),
            ],
            endpoints: Vec::new(),
            regions: Vec::new(),
            max_transfer_bytes: 8,
        },
        repertoires: vec![
            both(Move::On(0, &Move::Transact(Message::Short, Room::Short, Until::Tick(2)))),
            both(Move::On(1, &Move::Transact(Message::Short, Room::Short, NEVER))),
            outside.clone(),
            outside,
        ],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}
