//! Scenarios in which processes share memory (SH-1 to SH-6).

use guichet_abi::{MemoryRights, OWN_PROCESS, Syscall};
use guichet_kernel::{GiveUp, RestartPolicy};

use super::{Environment, NEVER, Scenario};
use crate::declared::Waitable;
use crate::layout::{SHARED_BYTES, Tables};
use crate::plan::{Channel, Endpoint, Plan, ProcessPlan, Sender, SharedRegion};
use crate::repertoire::post::{Letter, Place, Post, Right};
use crate::repertoire::share::{READ, READ_WRITE, Share};
use crate::repertoire::{Flaw, Message, Move, Room, Task, Until, mask};

const READS: MemoryRights = MemoryRights::Read;
const WRITES: MemoryRights = MemoryRights::ReadWrite;

/// The words for rights, good ones and others.
const WORDS: [usize; 5] = [READ, READ_WRITE, 0, 2, usize::MAX];

/// Whom a region may be lent to, if there are two processes.
const PEERS: [usize; 5] = [1, 2, OWN_PROCESS, 3, usize::MAX];

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        places(),
        copies(),
        two(),
        lives(),
        requests(),
        responses(),
        lists(),
        posts(),
        group(),
        watchers(),
        chain(),
    ]
}

/// Processes that share one region, of whom each may do so much there.
fn sharers(names: &[&'static str], rights: &[MemoryRights]) -> Plan {
    let sharers = rights.iter().copied().enumerate().collect();
    Plan {
        processes: names.iter().map(|name| ProcessPlan::new(name, &[15])).collect(),
        channels: Vec::new(),
        endpoints: Vec::new(),
        regions: vec![SharedRegion { bytes: SHARED_BYTES, sharers }],
        max_transfer_bytes: 8,
    }
}

/// Moves on the first region.
fn shares(moves: impl IntoIterator<Item = Share>) -> Vec<Move> {
    moves.into_iter().map(|share| Move::Share(0, share)).collect()
}

fn maps() -> Vec<Move> {
    shares([Share::Map(READ), Share::Map(READ_WRITE), Share::Unmap])
}

fn lends(to: &[usize], words: &[usize]) -> Vec<Move> {
    let pairs = to.iter().flat_map(|to| words.iter().map(|word| Share::Lend(*to, *word)));
    shares(pairs.chain([Share::Return]))
}

fn waits(untils: &[Until]) -> Vec<Move> {
    let masks = [mask::READABLE, mask::ERROR, mask::WRITEABLE | mask::ERROR];
    let wait = |bits| untils.iter().map(move |until| Share::Wait(bits, *until));
    shares(masks.into_iter().flat_map(wait))
}

/// One copy in either direction (SH-4).
fn copies_once() -> Vec<Move> {
    shares([Share::Read(0, Room::Short), Share::Write(0, Message::Short)])
}

fn sleeps() -> Vec<Move> {
    vec![Move::Sleep(Until::Tick(1))]
}

fn killed(horizon_ticks: u8) -> Environment {
    Environment { horizon_ticks, kills: true, ..Environment::default() }
}

/// Calls for which a part is the wrong thing, and calls for which another thing than a part is.
fn flaws() -> Vec<Move> {
    let shared = [
        Syscall::SharedMemoryMap,
        Syscall::SharedMemoryUnmap,
        Syscall::ShareLend,
        Syscall::ShareReturn,
        Syscall::SharedMemoryRead,
        Syscall::SharedMemoryWrite,
    ];
    let others = [
        Syscall::ChannelTransact,
        Syscall::ChannelRead,
        Syscall::ObjectSetPeerUserSignal,
        Syscall::TaskJoin,
        Syscall::TaskTerminate,
        Syscall::ThreadStart,
        Syscall::InterruptAck,
        Syscall::EndpointSend,
        Syscall::WaitGroupAdd,
    ];
    let wrong = |flaw| shared.map(move |syscall| Move::Flawed(syscall, flaw));
    let others = others.map(|syscall| Move::Flawed(syscall, Flaw::WrongEnd));
    let shared = [wrong(Flaw::UndeclaredHandle), wrong(Flaw::WrongTask)].concat();
    [shared, others.to_vec()].concat()
}

/// More regions than a process has places, one of which no wall can express, and one who lends some (SH-2).
fn places() -> Scenario {
    let region = |bytes, rights| SharedRegion { bytes, sharers: vec![(0, rights)] };
    let lent = SharedRegion { bytes: 16, sharers: vec![(0, WRITES), (1, WRITES)] };
    let mut regions = vec![lent, region(SHARED_BYTES, READS), region(24, WRITES)];
    regions.extend([region(16, WRITES), region(SHARED_BYTES, WRITES), region(16, WRITES)]);
    let names = ["taker", "lender"];
    let takes = |region| {
        let rights = if region % 2 == 0 { READ_WRITE } else { READ };
        [Share::Map(rights), Share::Unmap].map(|share| Move::Share(region, share))
    };
    let mut moves: Vec<Move> = (0..regions.len()).flat_map(takes).collect();
    moves.push(Move::ExitProcess);
    moves.extend(sleeps());
    let gives = [Share::Lend(OWN_PROCESS, READ_WRITE), Share::Return];
    let mut lends = shares(gives);
    lends.push(Move::Sleep(Until::Tick(1)));
    let mut plan = Plan { regions, ..sharers(&names, &[]) };
    plan.processes[0].restart = RestartPolicy { on_exit: true, ..RestartPolicy::NEVER };
    Scenario {
        name: "region-places",
        about: "More regions than the wall has places for, one of which it cannot express.",
        plan,
        repertoires: vec![moves, lends],
        environment: Environment { horizon_ticks: 1, ..Environment::default() },
        depth: Some(9),
    }
}

/// Every copy by the kernel, of every kind of buffer, from and to every offset (SH-4).
fn copies() -> Scenario {
    let offsets = [0, 2, SHARED_BYTES - 6, SHARED_BYTES - 2, SHARED_BYTES - 1];
    let offsets = [&offsets[..], &[SHARED_BYTES, SHARED_BYTES + 1, usize::MAX - 1]].concat();
    let rooms = [Room::Empty, Room::Short, Room::Long, Room::List, Room::Shared];
    let bad_rooms = [Room::ReadOnly, Room::Foreign, Room::ForeignPiece, Room::SharedOverrun];
    let messages = [Message::Empty, Message::Short, Message::Long, Message::List, Message::Shared];
    let bad_messages =
        [Message::Overrun, Message::TooLong, Message::ForeignPiece, Message::SharedOverrun];
    let mut moves = Vec::new();
    for offset in offsets {
        moves.extend(rooms.map(|room| Share::Read(offset, room)));
        moves.extend(messages.map(|message| Share::Write(offset, message)));
    }
    moves.extend(bad_rooms.map(|room| Share::Read(0, room)));
    moves.extend(bad_messages.map(|message| Share::Write(0, message)));
    let others = [maps(), lends(&[1, 2], &[READ, READ_WRITE]), sleeps(), flaws()].concat();
    let moves = [shares(moves), others].concat();
    Scenario {
        name: "region-copies",
        about: "Every copy by the kernel in and out of a region that is mapped, lent or neither.",
        plan: sharers(&["camera", "consumer"], &[WRITES, READS]),
        repertoires: vec![moves.clone(), moves],
        environment: Environment { rewrites: &[Tables::Good, Tables::Shared], ..killed(1) },
        depth: None,
    }
}

/// Two that share a region, one of whom may only read, with every word that they may say.
fn two() -> Scenario {
    let untils = [NEVER, Until::Tick(1)];
    let maps = shares(WORDS.map(Share::Map).into_iter().chain([Share::Unmap]));
    let leaves = vec![Move::ExitProcess, Move::Nothing];
    let moves = [maps, lends(&PEERS, &WORDS), waits(&untils), sleeps(), copies_once(), leaves];
    let moves = moves.concat();
    Scenario {
        name: "region-two",
        about: "One who writes and one who reads map, lend, return and end at every point.",
        plan: sharers(&["camera", "consumer"], &[WRITES, READS]),
        repertoires: vec![moves.clone(), moves],
        environment: Environment { faults: true, ..killed(1) },
        depth: None,
    }
}

/// Two that end and begin again: what a life has mapped, held and missed ends with it.
fn lives() -> Scenario {
    let waits = shares([Share::Wait(mask::READABLE | mask::ERROR, NEVER)]);
    let tasks = |other| {
        let task = Task::Process(other);
        vec![Move::StartProcess(other), Move::Terminate(task), Move::ExitProcess]
    };
    let maps = shares([Share::Map(READ_WRITE)]);
    let moves = [maps, lends(&[1, 2], &[READ_WRITE]), waits, sleeps()].concat();
    let mut plan = sharers(&["first", "second"], &[WRITES, WRITES]);
    let max_restarts = Some(1);
    for (process, wanted) in plan.processes.iter_mut().enumerate() {
        wanted.holds = vec![1 - process];
        wanted.restart = RestartPolicy {
            on_fault: process == 1,
            on_exit: process == 0,
            delay_ticks: 1,
            max_restarts,
            on_give_up: GiveUp::Stop,
        };
    }
    plan.processes[1].starts_at_boot = false;
    Scenario {
        name: "region-lives",
        about: "Two who share a region end and begin again at every point.",
        plan,
        repertoires: vec![[moves.clone(), tasks(1)].concat(), [moves, tasks(0)].concat()],
        environment: Environment { refusals: true, ..killed(1) },
        depth: None,
    }
}

/// An initiator and a handler that share a region, and a third who takes it from them.
fn transfers() -> Plan {
    Plan {
        channels: vec![Channel::between(0, 1)],
        ..sharers(&["initiator", "handler", "third"], &[WRITES, WRITES, WRITES])
    }
}

/// A few moves by which a region that is mapped is withheld and let through again.
fn takes() -> Vec<Move> {
    shares([Share::Lend(OWN_PROCESS, READ_WRITE), Share::Lend(OWN_PROCESS, READ), Share::Return])
}

/// As [`takes`], by one who does nothing else.
fn third_takes() -> Vec<Move> {
    [shares([Share::Lend(OWN_PROCESS, READ_WRITE), Share::Return]), sleeps()].concat()
}

/// Requests that lie in a region which is lent, unmapped or left behind while they are pending.
fn requests() -> Scenario {
    let asks = vec![
        Move::Transact(Message::Shared, Room::Short, NEVER),
        Move::Transact(Message::SharedOverrun, Room::Short, NEVER),
        Move::AsyncTransact(Message::Shared, Room::Short),
        Move::AsyncComplete,
        Move::AsyncCancel,
    ];
    let serves = vec![
        Move::Read(0, Room::Short),
        Move::Read(0, Room::Shared),
        Move::Respond(Message::Short),
        Move::Receive(Room::Short, NEVER),
        Move::Receive(Room::Shared, NEVER),
    ];
    Scenario {
        name: "region-requests",
        about: "Requests in a region that is lent while they are pending.",
        plan: transfers(),
        repertoires: vec![
            [asks, maps(), takes(), sleeps()].concat(),
            [serves, shares([Share::Map(READ_WRITE)])].concat(),
            third_takes(),
        ],
        environment: killed(1),
        depth: None,
    }
}

/// Places for answers that lie in a region which is lent, unmapped or left behind while they are pending.
fn responses() -> Scenario {
    let asks = vec![
        Move::Transact(Message::Short, Room::Shared, NEVER),
        Move::Transact(Message::Short, Room::SharedOverrun, NEVER),
        Move::AsyncTransact(Message::Short, Room::Shared),
        Move::AsyncComplete,
    ];
    let serves = vec![
        Move::Read(0, Room::Short),
        Move::Respond(Message::Short),
        Move::Respond(Message::Shared),
        Move::RespondAndReceive(Message::Shared, Room::Shared, NEVER),
        Move::Receive(Room::Short, NEVER),
    ];
    Scenario {
        name: "region-responses",
        about: "Places for answers in a region that is lent while they are awaited.",
        plan: transfers(),
        repertoires: vec![
            [asks, maps(), takes(), sleeps()].concat(),
            [serves, shares([Share::Map(READ)]), takes()].concat(),
            third_takes(),
        ],
        environment: killed(1),
        depth: None,
    }
}

/// Lists of which one slice lies in a region (AB-7).
fn lists() -> Scenario {
    let asks = vec![
        Move::Transact(Message::List, Room::List, NEVER),
        Move::AsyncTransact(Message::List, Room::List),
        Move::AsyncComplete,
    ];
    let serves = vec![
        Move::Read(0, Room::List),
        Move::Respond(Message::List),
        Move::Receive(Room::List, NEVER),
    ];
    let rest = [maps(), takes()].concat();
    Scenario {
        name: "region-lists",
        about: "Lists with a slice in a region that is lent while they are offered.",
        plan: Plan {
            channels: vec![Channel::between(0, 1)],
            ..sharers(&["initiator", "handler"], &[WRITES, WRITES])
        },
        repertoires: vec![[asks, rest.clone(), sleeps()].concat(), [serves, rest].concat()],
        environment: Environment { rewrites: &[Tables::Good, Tables::Shared], ..killed(1) },
        depth: None,
    }
}

/// Messages and answers of an endpoint that lie in a region which is lent while they wait (EP-3, EP-7).
fn posts() -> Scenario {
    let at = |post| Move::At(0, post);
    let shared = Letter::Bytes(Message::Shared);
    let sends = vec![
        at(Post::Send(shared, NEVER)),
        at(Post::TrySend(shared)),
        at(Post::Call(Message::Short, Room::Shared, NEVER)),
        Move::Share(0, Share::Unmap),
    ];
    let receives = vec![
        at(Post::Receive(Place::Memory(Room::Shared), NEVER)),
        at(Post::TryReceive(Place::Memory(Room::Short))),
        at(Post::Reply(Right::Latest(1), shared)),
    ];
    let maps = shares([Share::Map(READ_WRITE)]);
    let senders = vec![Sender::of(1)];
    Scenario {
        name: "region-posts",
        about: "Messages and answers in a region that is lent while they wait.",
        plan: Plan {
            endpoints: vec![Endpoint { receiver: 0, capacity: 1, max_message_bytes: 2, senders }],
            ..sharers(&["receiver", "sender", "third"], &[WRITES, WRITES, WRITES])
        },
        repertoires: vec![[receives, maps.clone()].concat(), [sends, maps].concat(), third_takes()],
        environment: killed(1),
        depth: None,
    }
}

/// One who waits for two regions together, which others hold, return and die with (WT-4).
fn group() -> Scenario {
    let (first, second) = (Waitable::Part(0), Waitable::Part(2));
    let watches = vec![
        Move::Add(first, mask::READABLE | mask::ERROR, 1),
        Move::Add(second, mask::ERROR, 2),
        Move::Remove(first),
        Move::WaitOnGroup(mask::READABLE, NEVER),
        Move::Share(0, Share::Map(READ)),
        Move::Share(0, Share::Lend(2, READ_WRITE)),
        Move::Share(0, Share::Return),
        Move::Share(0, Share::Wait(mask::ERROR, NEVER)),
    ];
    let takes = vec![
        Move::Share(0, Share::Map(READ)),
        Move::Share(1, Share::Map(READ_WRITE)),
        Move::Share(0, Share::Lend(1, READ_WRITE)),
        Move::Share(0, Share::Return),
        Move::Share(1, Share::Unmap),
        Move::ExitProcess,
        Move::Sleep(Until::Tick(1)),
    ];
    let region = |bytes| SharedRegion { bytes, sharers: vec![(0, WRITES), (1, WRITES)] };
    let mut plan = Plan {
        regions: vec![region(SHARED_BYTES), region(16)],
        ..sharers(&["watcher", "other"], &[])
    };
    plan.processes[0].groups = 1;
    let max_restarts = Some(1);
    plan.processes[1].restart =
        RestartPolicy { on_exit: true, on_fault: true, max_restarts, ..RestartPolicy::NEVER };
    Scenario {
        name: "region-group",
        about: "One waits for two regions together, with which another ends.",
        plan,
        repertoires: vec![watches, takes],
        environment: killed(1),
        depth: None,
    }
}

/// Two threads that wait for the same region: for what they hold, and for who has ended.
fn watchers() -> Scenario {
    let waits = |until| shares([mask::READABLE, mask::ERROR].map(|bits| Share::Wait(bits, until)));
    let lends_and_waits =
        [waits(NEVER), waits(Until::Tick(1)), lends(&[2], &[READ_WRITE])].concat();
    let watches = [waits(NEVER), shares([Share::Map(READ)])].concat();
    let borrows = [shares([Share::Map(READ), Share::Return]), sleeps(), vec![Move::ExitThread]];
    let mut plan = sharers(&["lender", "borrower"], &[WRITES, WRITES]);
    plan.processes[0].priorities = vec![15, 10];
    Scenario {
        name: "region-watchers",
        about: "Two threads wait for the region that their process has lent.",
        plan,
        repertoires: vec![lends_and_waits, watches, borrows.concat()],
        environment: killed(1),
        depth: None,
    }
}

/// Three that lend a region on, each of whom may be killed at any point.
fn chain() -> Scenario {
    let moves = |others: [usize; 2]| {
        let maps = shares([Share::Map(READ_WRITE)]);
        let waits = shares([Share::Wait(mask::READABLE | mask::ERROR, NEVER)]);
        let copies = shares([Share::Read(0, Room::Short), Share::Write(0, Message::Short)]);
        [maps, lends(&others, &[READ, READ_WRITE]), waits, copies, sleeps()].concat()
    };
    Scenario {
        name: "region-chain",
        about: "Three lend a region on, and each is killed at any point.",
        plan: sharers(&["first", "second", "third"], &[WRITES, WRITES, WRITES]),
        repertoires: vec![moves([2, 3]), moves([1, 3]), moves([1, 2])],
        environment: killed(1),
        depth: None,
    }
}
