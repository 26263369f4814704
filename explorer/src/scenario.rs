//! The systems that are explored, each for a reason.
//!
//! Everything at once would be too much to visit, so each scenario turns one thing up and the
//! others down: kinds of buffers, deadlines, ends, lists that change, a second thread on either
//! side, priorities. Each goes on until there is no new state, unless it states a depth.

use guichet_abi::Syscall;

use crate::layout::Tables;
use crate::plan::{Channel, Plan, ProcessPlan};
use crate::repertoire::{Flaw, Message, Move, Room, Until, mask};

mod asynchronous;
mod endpoints;
mod groups;
mod interrupts;
mod lives;
mod shared;
mod sharing;

/// What may happen besides what the programs do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Environment {
    /// How many ticks the clock has on its face; 0: no deadline is ever armed.
    pub horizon_ticks: u8,
    /// Whether processes are killed.
    pub kills: bool,
    /// Whether the running thread may fault.
    pub faults: bool,
    /// Whether memory may be gone before the kernel is told.
    pub vanishing: bool,
    /// Whether processes may fail to start.
    pub refusals: bool,
    /// Whether those that start at boot have next to no life left (PR-1).
    pub last_lives: bool,
    /// What slice tables may become while they are offered.
    pub rewrites: &'static [Tables],
}

/// A system, what its programs do, and what happens to it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// The system.
    pub plan: Plan,
    /// For each thread, the moves that it may make.
    pub repertoires: Vec<Vec<Move>>,
    /// What else may happen.
    pub environment: Environment,
    /// Paths of up to this many steps are checked; `None`: all paths.
    pub depth: Option<usize>,
}

/// Every scenario, the quick ones first.
pub fn all() -> Vec<Scenario> {
    let channels = vec![
        buffers(),
        lists(),
        deadlines(),
        default_deadline(),
        ends(),
        receive_loop(),
        user_signals(),
        two_who_watch("two-who-watch", "Two equal threads, and USER on their end.", [15, 15], 15),
        two_who_watch(
            "two-who-watch-ranked",
            "Two unequal threads, and USER on their end.",
            [10, 20],
            15,
        ),
        everything(),
        ranked("initiator-first", "The initiator is more important than the handler.", 20, 10),
        ranked("handler-first", "The handler is more important than the initiator.", 10, 20),
        two_initiators("two-initiators", "Two equal threads share an end.", [15, 15], 15),
        two_initiators("two-initiators-ranked", "Two unequal threads share an end.", [20, 10], 15),
        two_handlers("two-handlers", "Two equal threads serve one channel.", 15, [15, 15]),
        two_handlers("two-handlers-ranked", "Two unequal threads serve one channel.", 15, [10, 20]),
        two_and_two("two-and-two", "Two equal threads on either side.", [15, 15], [15, 15]),
        two_and_two("two-and-two-ranked", "Four unequal threads.", [10, 25], [20, 5]),
        three_handlers(),
        receiver_and_reader("receiver-and-reader", "Of two threads one receives.", [15, 15]),
        receiver_and_reader(
            "receiver-and-reader-ranked",
            "The one that reads comes first.",
            [10, 20],
        ),
        two_receivers(),
    ];
    [
        channels,
        asynchronous::all(),
        shared::all(),
        lives::all(),
        groups::all(),
        interrupts::all(),
        endpoints::all(),
        sharing::all(),
    ]
    .concat()
}

/// The scenario with this name.
pub fn named(name: &str) -> Option<Scenario> {
    all().into_iter().find(|scenario| scenario.name == name)
}

/// One channel between `initiator` and `handler`, whose threads have these priorities.
fn one_channel(initiator: &[u8], handler: &[u8]) -> Plan {
    Plan {
        processes: vec![
            ProcessPlan::new("initiator", initiator),
            ProcessPlan::new("handler", handler),
        ],
        channels: vec![Channel::between(0, 1)],
        endpoints: Vec::new(),
        regions: Vec::new(),
        max_transfer_bytes: 8,
    }
}

const NEVER: Until = Until::Never;

/// Every kind of buffer, good and bad, in every combination that matters; no deadline, no end.
fn buffers() -> Scenario {
    let mut initiator = Vec::new();
    for message in [Message::Empty, Message::Short, Message::Long, Message::List] {
        for room in [Room::Empty, Room::Short, Room::Long, Room::List] {
            initiator.push(Move::Transact(message, room, NEVER));
        }
    }
    initiator.extend(BAD_MESSAGES.map(|message| Move::Transact(message, Room::Short, NEVER)));
    initiator.extend(BAD_ROOMS.map(|room| Move::Transact(Message::Short, room, NEVER)));
    initiator.push(Move::Transact(Message::TooLong, Room::ReadOnly, Until::Now));
    initiator.extend(waits(&[NEVER, Until::Now]));
    for syscall in
        [Syscall::ChannelTransact, Syscall::ChannelReceive, Syscall::ChannelRespondAndReceive]
    {
        initiator.extend(flaws(syscall));
        initiator.push(Move::Flawed(syscall, Flaw::WrongEnd));
    }
    let mut handler = Vec::new();
    for room in [Room::Empty, Room::Short, Room::Long, Room::List] {
        handler.extend([0, 2, 6, 7, usize::MAX].map(|offset| Move::Read(offset, room)));
        handler.extend([0, 2, 6, 7].map(|offset| Move::ReadExact(offset, room)));
    }
    handler.extend(BAD_ROOMS.map(|room| Move::Read(0, room)));
    handler
        .extend([Message::Long, Message::List, Message::Short, Message::Empty].map(Move::Respond));
    handler.extend(BAD_MESSAGES.map(Move::Respond));
    handler.extend(waits(&[NEVER, Until::Now]));
    handler.extend(all_receives(&[NEVER, Until::Now]));
    for syscall in [
        Syscall::ChannelRead,
        Syscall::ChannelReadExact,
        Syscall::ChannelRespond,
        Syscall::ChannelReceive,
        Syscall::ChannelRespondAndReceive,
    ] {
        handler.extend(flaws(syscall));
    }
    Scenario {
        name: "buffers",
        about: "Every kind of buffer, good and bad.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![initiator, handler],
        environment: Environment::default(),
        depth: None,
    }
}

/// Slice tables that their program changes while the call is pending, and memory that is gone.
fn lists() -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let receives = list_receives(&untils);
    Scenario {
        name: "lists",
        about: "Slice tables that change under a pending call, and memory that is gone.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![
            list_transacts(&untils),
            [waits(&untils), reads(), answers(), receives].concat(),
        ],
        environment: Environment {
            horizon_ticks: 1,
            kills: true,
            vanishing: true,
            rewrites: &Tables::ALL,
            ..Environment::default()
        },
        depth: None,
    }
}

/// Deadlines on everything that blocks, passing at every point.
fn deadlines() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2), Until::Tick(3), Until::Now];
    let sleeps = untils.map(Move::Sleep).to_vec();
    let initiator = [simple_initiator(&untils), waits(&untils), sleeps.clone()].concat();
    let handler = [simple_handler(), waits(&untils), receives(&untils), sleeps].concat();
    Scenario {
        name: "deadlines",
        about: "Deadlines on everything that blocks, passing at every point.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![initiator, handler],
        environment: Environment { horizon_ticks: 3, ..Environment::default() },
        depth: None,
    }
}

/// A channel with a default deadline, which is to pass at every point (CH-11).
fn default_deadline() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(3), Until::Now];
    let sleeps = [NEVER, Until::Tick(1), Until::Tick(2)].map(Move::Sleep).to_vec();
    let waits = few_waits(mask::READABLE, &[NEVER, Until::Tick(2)]);
    let rest = [waits, set_user(), sleeps].concat();
    let initiator = [simple_initiator(&untils), rest.clone()].concat();
    let handler = [simple_handler(), receives(&untils), rest].concat();
    let timed = Channel { default_ticks: Some(2), ..Channel::between(0, 1) };
    Scenario {
        name: "default-deadline",
        about: "A channel on which transactions without a deadline get one.",
        plan: Plan { channels: vec![timed], ..one_channel(&[15], &[15]) },
        repertoires: vec![initiator, handler],
        environment: Environment { horizon_ticks: 3, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Processes that are killed, fault or exit at every point.
fn ends() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2)];
    let endings = vec![Move::ExitThread, Move::ExitProcess, Move::Sleep(Until::Tick(1))];
    let initiator = [simple_initiator(&untils), waits(&untils), endings.clone()].concat();
    let handler = [simple_handler(), waits(&untils), receives(&untils), endings].concat();
    Scenario {
        name: "ends",
        about: "Processes that are killed, fault or exit at every point.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![initiator, handler],
        environment: Environment {
            horizon_ticks: 2,
            kills: true,
            faults: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// USER raised and lowered by either end, at every point of a transaction and of a life (WT-5).
fn user_signals() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Now];
    let rest = [
        set_user(),
        waits_with_user(&untils),
        flaws(Syscall::ObjectSetPeerUserSignal),
        vec![Move::ExitThread, Move::Sleep(Until::Tick(1))],
    ];
    let initiator = [simple_initiator(&untils), rest.concat()].concat();
    // One that waits for a request alone sleeps on when USER is raised, and is told of it with one.
    let waits_alone = vec![Move::Wait(mask::READABLE, NEVER)];
    let handler = [simple_handler(), receives(&untils), waits_alone, rest.concat()].concat();
    Scenario {
        name: "user-signals",
        about: "USER raised and lowered at every point, by ends that live and die.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![initiator, handler],
        environment: Environment {
            horizon_ticks: 1,
            kills: true,
            faults: true,
            ..Environment::default()
        },
        depth: None,
    }
}

/// While one thread of the initiator's process blocks in its transaction, the other waits on the
/// same end.
fn two_who_watch(
    name: &'static str,
    about: &'static str,
    initiators: [u8; 2],
    handler: u8,
) -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let asks = [simple_initiator(&untils), set_user(), waits_with_user(&untils), leaves()].concat();
    let serves = [simple_handler(), set_user(), waits_with_user(&[NEVER])].concat();
    let serves = [serves, receives(&[NEVER]), vec![Move::Sleep(NEVER)]].concat();
    Scenario {
        name,
        about,
        plan: one_channel(&initiators, &[handler]),
        repertoires: vec![asks.clone(), asks, serves],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// All of the above at once.
fn everything() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2), Until::Now];
    let sleeps = untils.map(Move::Sleep).to_vec();
    let endings = vec![Move::ExitThread, Move::ExitProcess];
    let mut initiator = [buffers().repertoires[0].clone(), sleeps.clone()].concat();
    for message in [Message::Short, Message::List] {
        for room in [Room::Short, Room::List] {
            let transact = |until: &Until| Move::Transact(message, room, *until);
            initiator.extend(untils[1..].iter().map(transact));
        }
    }
    initiator.extend([waits(&untils), endings.clone()].concat());
    let mut handler = [buffers().repertoires[1].clone(), sleeps].concat();
    handler.extend([waits(&untils), endings].concat());
    handler.extend([receives(&untils[1..3]), list_receives(&untils[1..3])].concat());
    Scenario {
        name: "everything",
        about: "Buffers, lists, deadlines and ends all at once.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![initiator, handler],
        environment: Environment {
            horizon_ticks: 2,
            kills: true,
            faults: true,
            vanishing: true,
            rewrites: &[Tables::Good, Tables::Shrunk, Tables::Outside],
            ..Environment::default()
        },
        depth: None,
    }
}

fn ranked(name: &'static str, about: &'static str, initiator: u8, handler: u8) -> Scenario {
    Scenario { name, about, plan: one_channel(&[initiator], &[handler]), ..everything() }
}

fn two_handlers(
    name: &'static str,
    about: &'static str,
    initiator: u8,
    handlers: [u8; 2],
) -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2), Until::Now];
    let asks = [simple_initiator(&untils), refused(true)].concat();
    let serves =
        [simple_handler(), waits(&untils), receives(&untils), leaves(), refused(false)].concat();
    Scenario {
        name,
        about,
        plan: one_channel(&[initiator], &handlers),
        repertoires: vec![asks, serves.clone(), serves],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

fn two_initiators(
    name: &'static str,
    about: &'static str,
    initiators: [u8; 2],
    handler: u8,
) -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2), Until::Now];
    let asks = [simple_initiator(&untils), waits(&untils), leaves(), refused(true)].concat();
    let serves =
        [simple_handler(), waits(&untils), receives(&untils), leaves(), refused(false)].concat();
    Scenario {
        name,
        about,
        plan: one_channel(&initiators, &[handler]),
        repertoires: vec![asks.clone(), asks, serves],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

fn two_and_two(
    name: &'static str,
    about: &'static str,
    initiators: [u8; 2],
    handlers: [u8; 2],
) -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let asks = [simple_initiator(&untils), few_waits(mask::WRITEABLE, &untils), leaves()].concat();
    let waits = few_waits(mask::READABLE, &untils);
    let serves = [simple_handler(), waits, receives(&untils), leaves()].concat();
    Scenario {
        name,
        about,
        plan: one_channel(&initiators, &handlers),
        repertoires: vec![asks.clone(), asks, serves.clone(), serves],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

fn three_handlers() -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let asks = simple_initiator(&untils);
    let waits = few_waits(mask::READABLE, &untils);
    let serves = [simple_handler(), waits, receives(&untils), leaves()].concat();
    Scenario {
        name: "three-handlers",
        about: "Three threads serve one channel, one of them more important.",
        plan: one_channel(&[15], &[15, 15, 20]),
        repertoires: vec![asks, serves.clone(), serves.clone(), serves],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A server as it should be written: it receives once, and then answers and receives.
fn receive_loop() -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2), Until::Now];
    let endings = vec![Move::ExitProcess, Move::Sleep(Until::Tick(1))];
    let asks = [simple_initiator(&untils), list_transacts(&untils), endings.clone()].concat();
    let serves = [receives(&untils), list_receives(&untils), endings].concat();
    Scenario {
        name: "receive-loop",
        about: "A handler that does nothing but receive, and answer and receive.",
        plan: one_channel(&[15], &[15]),
        repertoires: vec![asks, serves],
        environment: Environment {
            horizon_ticks: 2,
            kills: true,
            faults: true,
            vanishing: true,
            rewrites: &[Tables::Good, Tables::Shrunk, Tables::Swapped],
            ..Environment::default()
        },
        depth: None,
    }
}

/// One thread receives, the other waits for READABLE, reads and responds.
fn receiver_and_reader(name: &'static str, about: &'static str, handlers: [u8; 2]) -> Scenario {
    let untils = [NEVER, Until::Tick(1), Until::Tick(2), Until::Now];
    let asks = [simple_initiator(&untils), waits(&[NEVER]), vec![Move::ExitProcess]].concat();
    let receiver = [receives(&untils), leaves()].concat();
    let reader = [simple_handler(), waits(&untils), leaves()].concat();
    Scenario {
        name,
        about,
        plan: one_channel(&[15], &handlers),
        repertoires: vec![asks, receiver, reader],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Whose memory has gone bad: the first receiver's, the second's, the initiator's, several.
fn two_receivers() -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let serves = [list_receives(&untils), receives(&[NEVER]), leaves()].concat();
    let reads = vec![Move::Read(0, Room::Short), Move::Wait(mask::READABLE, NEVER)];
    let serves = [serves, reads].concat();
    Scenario {
        name: "two-receivers",
        about: "Two threads receive, into slice tables that change and memory that is gone.",
        plan: one_channel(&[15], &[15, 15]),
        repertoires: vec![list_transacts(&untils), serves.clone(), serves],
        environment: Environment {
            horizon_ticks: 1,
            kills: true,
            vanishing: true,
            rewrites: &[Tables::Good, Tables::Shrunk, Tables::Outside],
            ..Environment::default()
        },
        depth: None,
    }
}

const BAD_MESSAGES: [Message; 6] = [
    Message::Foreign,
    Message::Overrun,
    Message::Wrapping,
    Message::TooLong,
    Message::NineSlices,
    Message::ForeignPiece,
];

const BAD_ROOMS: [Room; 4] = [Room::ReadOnly, Room::Foreign, Room::ForeignPiece, Room::HugeList];

fn waits(untils: &[Until]) -> Vec<Move> {
    let masks = [mask::READABLE, mask::WRITEABLE, mask::ERROR, mask::ALL];
    let mut waits: Vec<Move> = masks
        .into_iter()
        .flat_map(|bits| untils.iter().map(move |until| Move::Wait(bits, *until)))
        .collect();
    waits.push(Move::Wait(mask::UNDEFINED, NEVER));
    waits.push(Move::Wait(0, Until::Now));
    waits
}

fn waits_with_user(untils: &[Until]) -> Vec<Move> {
    let masks = [mask::USER, mask::USER | mask::READABLE, mask::WRITEABLE, mask::ALL];
    let wait = |bits| untils.iter().map(move |until| Move::Wait(bits, *until));
    masks.into_iter().flat_map(wait).collect()
}

/// Raises, lowers, and neither (WT-5).
fn set_user() -> Vec<Move> {
    [1, 0, 2, usize::MAX].map(Move::SetPeerUser).to_vec()
}

fn few_waits(bits: u32, untils: &[Until]) -> Vec<Move> {
    let mut waits: Vec<Move> = untils.iter().map(|until| Move::Wait(bits, *until)).collect();
    waits.push(Move::Wait(mask::ALL, Until::Now));
    waits.push(Move::Wait(mask::ERROR, NEVER));
    waits
}

/// Ways of a thread to be elsewhere.
fn leaves() -> Vec<Move> {
    vec![Move::ExitThread, Move::Sleep(Until::Tick(1)), Move::Sleep(NEVER)]
}

/// A few calls that are refused, whatever the state.
fn refused(is_initiator: bool) -> Vec<Move> {
    if is_initiator {
        vec![
            Move::Transact(Message::Overrun, Room::Short, Until::Tick(1)),
            Move::Transact(Message::Short, Room::ReadOnly, NEVER),
        ]
    } else {
        vec![
            Move::Read(0, Room::ReadOnly),
            Move::Read(7, Room::Long),
            Move::Respond(Message::Foreign),
        ]
    }
}

fn reads() -> Vec<Move> {
    let rooms = [Room::Empty, Room::Short, Room::Long, Room::List];
    let offsets = rooms.iter().flat_map(|room| [0, 2, 5].map(|offset| Move::Read(offset, *room)));
    offsets.chain([Move::ReadExact(0, Room::List)]).collect()
}

fn answers() -> Vec<Move> {
    [Message::Long, Message::List, Message::Short, Message::Empty].map(Move::Respond).to_vec()
}

fn simple_initiator(untils: &[Until]) -> Vec<Move> {
    untils.iter().map(|until| Move::Transact(Message::Short, Room::Short, *until)).collect()
}

fn simple_handler() -> Vec<Move> {
    vec![Move::Respond(Message::Short), Move::Respond(Message::Long), Move::Read(0, Room::Short)]
}

/// Receives into a short room, and answers good and too long with them (CH-10).
fn receives(untils: &[Until]) -> Vec<Move> {
    let receive = |until: &Until| {
        [
            Move::Receive(Room::Short, *until),
            Move::RespondAndReceive(Message::Short, Room::Short, *until),
            Move::RespondAndReceive(Message::Long, Room::Short, *until),
        ]
    };
    let mut receives: Vec<Move> = untils.iter().flat_map(receive).collect();
    receives.push(Move::RespondAndReceive(Message::Short, Room::ReadOnly, NEVER));
    receives
}

/// Every kind of buffer, good and bad, in every combination that matters (CH-10).
fn all_receives(untils: &[Until]) -> Vec<Move> {
    let mut receives = Vec::new();
    for until in untils {
        for room in [Room::Empty, Room::Short, Room::Long, Room::List] {
            receives.push(Move::Receive(room, *until));
            let messages = [Message::Empty, Message::Short, Message::Long, Message::List];
            receives.extend(messages.map(|sent| Move::RespondAndReceive(sent, room, *until)));
        }
    }
    receives.extend(BAD_ROOMS.map(|room| Move::Receive(room, Until::Now)));
    receives.extend(BAD_ROOMS.map(|room| Move::RespondAndReceive(Message::Short, room, NEVER)));
    let bad_message = |message| Move::RespondAndReceive(message, Room::Short, NEVER);
    receives.extend(BAD_MESSAGES.map(bad_message));
    receives.push(Move::RespondAndReceive(Message::TooLong, Room::ReadOnly, Until::Now));
    receives
}

fn list_receives(untils: &[Until]) -> Vec<Move> {
    let receive = |until: &Until| {
        [
            Move::Receive(Room::List, *until),
            Move::Receive(Room::Long, *until),
            Move::RespondAndReceive(Message::List, Room::List, *until),
            Move::RespondAndReceive(Message::Long, Room::Empty, *until),
        ]
    };
    untils.iter().flat_map(receive).collect()
}

fn list_transacts(untils: &[Until]) -> Vec<Move> {
    let transact = |until: &Until| {
        [
            Move::Transact(Message::List, Room::List, *until),
            Move::Transact(Message::List, Room::Short, *until),
            Move::Transact(Message::Long, Room::List, *until),
            Move::Transact(Message::Short, Room::Long, *until),
        ]
    };
    untils.iter().flat_map(transact).collect()
}

fn flaws(syscall: Syscall) -> Vec<Move> {
    vec![
        Move::Flawed(syscall, Flaw::UndeclaredHandle),
        Move::Flawed(syscall, Flaw::WrongKind),
        Move::Flawed(Syscall::ChannelTransact, Flaw::WrongEnd),
        Move::Flawed(Syscall::ChannelRead, Flaw::WrongEnd),
        Move::Flawed(Syscall::ObjectWait, Flaw::WrongKind),
        Move::Nothing,
        Move::Unknown,
    ]
}
