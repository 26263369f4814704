//! Scenarios with endpoints (EP-1 to EP-13): messages here, calls in a file of their own.

use guichet_abi::Syscall;
use guichet_kernel::{GiveUp, RestartPolicy};

use super::{Environment, NEVER, Scenario};
use crate::declared::Waitable;
use crate::layout::Tables;
use crate::plan::{Endpoint, Plan, ProcessPlan, Sender};
use crate::repertoire::post::{Letter, Place, Post, Right};
use crate::repertoire::{Flaw, Message, Move, Room, Until, mask};

mod calls;
mod door;

const SHORT: Letter = Letter::Bytes(Message::Short);
const INTO: Place = Place::Memory(Room::Long);
const LATE: [Until; 2] = [NEVER, Until::Tick(1)];

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    let messages = vec![
        buffers(),
        shorter(),
        words(),
        memory_gone(),
        bad_senders(),
        senders("post", "Two equal senders and a receiver, with room for one.", [15, 15, 15], 1),
        senders("post-ranked", "Two unequal senders, with room for one.", [10, 20, 15], 1),
        senders("post-of-two", "Two equal senders, with room for two.", [15, 15, 15], 2),
        ring(),
        receivers("post-receivers", "Two equal threads receive.", [15, 15]),
        receivers("post-receivers-ranked", "Two unequal threads receive.", [10, 20]),
        bound(),
        lives(),
        watched("post-watched", "Threads wait on either end of an endpoint.", 0),
        watched("post-in-groups", "Groups wait on either end of an endpoint.", 1),
    ];
    [messages, calls::all(), door::all()].concat()
}

/// A move at the only endpoint.
fn at(post: Post) -> Move {
    Move::At(0, post)
}

fn all_at<const COUNT: usize>(posts: [Post; COUNT]) -> Vec<Move> {
    posts.map(at).to_vec()
}

/// One endpoint of the first process, to which all others send.
fn office(processes: Vec<ProcessPlan>, capacity: u16, max_message_bytes: u16) -> Plan {
    let senders = (1..processes.len()).map(Sender::of).collect();
    Plan {
        processes,
        channels: Vec::new(),
        endpoints: vec![Endpoint { receiver: 0, capacity, max_message_bytes, senders }],
        regions: Vec::new(),
        max_transfer_bytes: 16,
    }
}

fn receiver(priorities: &[u8]) -> ProcessPlan {
    ProcessPlan::new("receiver", priorities)
}

/// A receiver and one sender.
fn two(receivers: &[u8], senders: &[u8], capacity: u16, max_message_bytes: u16) -> Plan {
    let processes = vec![receiver(receivers), ProcessPlan::new("sender", senders)];
    office(processes, capacity, max_message_bytes)
}

fn three(receivers: &[u8], senders: [u8; 2], capacity: u16) -> Plan {
    let [first, second] = senders;
    let processes = vec![
        receiver(receivers),
        ProcessPlan::new("first", &[first]),
        ProcessPlan::new("second", &[second]),
    ];
    office(processes, capacity, 6)
}

fn after_a_fault() -> RestartPolicy {
    RestartPolicy {
        on_fault: true,
        on_exit: false,
        delay_ticks: 1,
        max_restarts: Some(1),
        on_give_up: GiveUp::Stop,
    }
}

fn sends(untils: &[Until]) -> Vec<Move> {
    untils.iter().map(|until| at(Post::Send(SHORT, *until))).collect()
}

fn receives(untils: &[Until]) -> Vec<Move> {
    untils.iter().map(|until| at(Post::Receive(INTO, *until))).collect()
}

/// Every kind of buffer, good and bad, and every call with a wrong handle.
fn buffers() -> Scenario {
    let bad = [
        Message::Foreign,
        Message::Overrun,
        Message::Wrapping,
        Message::TooLong,
        Message::NineSlices,
        Message::ForeignPiece,
        Message::Wide,
    ];
    let good = [Message::Empty, Message::Short, Message::Long, Message::List];
    let mut sender: Vec<Move> = good
        .into_iter()
        .chain(bad)
        .map(|message| at(Post::Send(Letter::Bytes(message), NEVER)))
        .collect();
    for room in [Room::Empty, Room::List, Room::ReadOnly, Room::ForeignPiece, Room::HugeList] {
        sender.push(at(Post::Call(Message::List, room, NEVER)));
    }
    sender.extend(bad.map(|message| at(Post::Call(message, Room::ReadOnly, Until::Now))));
    sender.extend(all_at([
        Post::Send(Letter::Words(5), NEVER),
        Post::TrySend(Letter::Words(2)),
        Post::CallWords(usize::MAX >> 16, NEVER),
        Post::Close,
        Post::Bind(1),
    ]));
    let mut receiver = all_at([
        Post::Receive(INTO, NEVER),
        Post::Receive(Place::Memory(Room::List), NEVER),
        Post::TryReceive(INTO),
        Post::Reply(Right::Latest(1), Letter::Bytes(Message::List)),
        Post::Reply(Right::Latest(1), Letter::Bytes(Message::Empty)),
        Post::Reply(Right::Latest(1), Letter::Bytes(Message::Overrun)),
        Post::ReplyAndReceive(Right::Latest(1), Message::Long, Room::List),
        Post::ReplyAndReceive(Right::Latest(1), Message::NineSlices, Room::Long),
        Post::ReplyAndReceive(Right::Latest(1), Message::Short, Room::ReadOnly),
        Post::ReplyAndReceiveWords(Right::Latest(1), 5),
        Post::Bind(0),
        Post::Bind(1),
        Post::Bind(usize::MAX),
    ]);
    for room in [Room::Empty, Room::Short, Room::ReadOnly, Room::Foreign, Room::ForeignPiece] {
        receiver.push(at(Post::Receive(Place::Memory(room), NEVER)));
    }
    for number in Syscall::EndpointCallWords as usize..=Syscall::EndpointClose as usize {
        let Some(syscall) = Syscall::from_number(number) else { continue };
        for flaw in [Flaw::UndeclaredHandle, Flaw::WrongKind] {
            receiver.push(Move::Flawed(syscall, flaw));
        }
        if !matches!(syscall, Syscall::EndpointBind | Syscall::EndpointClose) {
            sender.push(Move::Flawed(syscall, Flaw::WrongEnd));
        }
    }
    Scenario {
        name: "post-buffers",
        about: "Every kind of buffer, good and bad, and every handle.",
        plan: two(&[15], &[15], 1, 6),
        repertoires: vec![receiver, sender],
        environment: Environment::default(),
        depth: None,
    }
}

/// Messages in memory and in registers at either end (EP-8).
fn words() -> Scenario {
    let mut sender: Vec<Move> = Vec::new();
    for letter in [Message::Empty, Message::Long, Message::Wide].map(Letter::Bytes) {
        sender.push(at(Post::Send(letter, NEVER)));
    }
    for count in [0, 1, 3, 4, 5] {
        sender.push(at(Post::Send(Letter::Words(count), NEVER)));
    }
    sender.extend(all_at([
        Post::TrySend(Letter::Words(2)),
        Post::Send(Letter::Words(1), Until::Now),
        Post::CallWords(2, NEVER),
        Post::Call(Message::Wide, Room::Short, NEVER),
        Post::Call(Message::Short, Room::Wide, NEVER),
    ]));
    let right = Right::Latest(1);
    let receiver = all_at([
        Post::Receive(Place::Memory(Room::Wide), NEVER),
        Post::Receive(Place::Registers, NEVER),
        Post::Receive(Place::Registers, Until::Now),
        Post::TryReceive(Place::Registers),
        Post::TryReceive(Place::Memory(Room::Wide)),
        Post::Receive(INTO, NEVER),
        Post::Reply(right, Letter::Words(3)),
        Post::Reply(right, Letter::Words(0)),
        Post::Reply(right, Letter::Bytes(Message::Long)),
        Post::Reply(right, Letter::Words(5)),
        Post::ReplyAndReceiveWords(right, 4),
        Post::ReplyAndReceive(right, Message::Short, Room::Wide),
        Post::ReplyAndReceiveWords(Right::Word(0), 1),
        Post::Bind(2),
    ]);
    Scenario {
        name: "post-words",
        about: "Words and bytes at either end are the same messages.",
        plan: two(&[15], &[15], 1, 16),
        repertoires: vec![receiver, sender],
        environment: Environment { kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Messages of at most six bytes: what fits in registers may still be too long.
fn shorter() -> Scenario {
    let sender = all_at([
        Post::Send(Letter::Bytes(Message::Long), NEVER),
        Post::Send(Letter::Words(1), NEVER),
        Post::Send(Letter::Words(2), NEVER),
        Post::TrySend(Letter::Words(2)),
        Post::CallWords(2, NEVER),
        Post::CallWords(1, NEVER),
        Post::Call(Message::List, Room::Empty, NEVER),
    ]);
    let receiver = all_at([
        Post::Receive(Place::Registers, NEVER),
        Post::Receive(INTO, NEVER),
        Post::TryReceive(Place::Memory(Room::Short)),
        Post::Reply(Right::Latest(1), Letter::Bytes(Message::Wide)),
        Post::Reply(Right::Latest(1), Letter::Words(1)),
    ]);
    Scenario {
        name: "post-shorter",
        about: "Messages that are shorter than the registers.",
        plan: two(&[15], &[15], 2, 6),
        repertoires: vec![receiver, sender],
        environment: Environment { kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Memory that goes bad while it is offered: whoever's it is bears that (AB-8).
fn memory_gone() -> Scenario {
    let sender = all_at([
        Post::Send(Letter::Bytes(Message::List), NEVER),
        Post::Send(Letter::Words(0), NEVER),
        Post::Call(Message::List, Room::List, NEVER),
        Post::Call(Message::Short, Room::Short, NEVER),
        Post::CallWords(1, NEVER),
    ]);
    let receiver = all_at([
        Post::Receive(Place::Memory(Room::List), NEVER),
        Post::Receive(INTO, NEVER),
        Post::Receive(Place::Registers, NEVER),
        Post::Reply(Right::Latest(2), Letter::Bytes(Message::Long)),
        Post::Reply(Right::Latest(2), Letter::Words(0)),
        Post::ReplyAndReceive(Right::Latest(2), Message::List, Room::List),
    ]);
    Scenario {
        name: "post-bad-memory",
        about: "Slice tables that change and memory that is gone, at either end.",
        plan: two(&[15, 15], &[15], 1, 6),
        repertoires: vec![receiver.clone(), receiver, sender],
        environment: Environment {
            kills: true,
            vanishing: true,
            rewrites: &[Tables::Good, Tables::Shrunk, Tables::Outside],
            ..Environment::default()
        },
        depth: None,
    }
}

/// Two wait for room, and the memory of the first may be gone when there is some (AB-8).
fn bad_senders() -> Scenario {
    let sender = all_at([
        Post::Send(Letter::Bytes(Message::List), NEVER),
        Post::Call(Message::Short, Room::Short, NEVER),
    ]);
    let sender = [sender, vec![Move::Sleep(NEVER)]].concat();
    let receiver = all_at([
        Post::TryReceive(INTO),
        Post::Reply(Right::Latest(1), SHORT),
        Post::Receive(INTO, NEVER),
    ]);
    let receiver = [receiver, vec![Move::Sleep(NEVER)]].concat();
    Scenario {
        name: "post-bad-senders",
        about: "Two wait for room, and the memory of either may be gone when there is some.",
        plan: three(&[10], [15, 20], 1),
        repertoires: vec![receiver, sender.clone(), sender],
        environment: Environment { kills: true, vanishing: true, ..Environment::default() },
        depth: None,
    }
}

/// Two who send and one who receives.
fn senders(
    name: &'static str,
    about: &'static str,
    [first, second, receiver]: [u8; 3],
    capacity: u16,
) -> Scenario {
    let others = all_at([
        Post::TrySend(SHORT),
        Post::Wait(mask::WRITEABLE, NEVER),
        Post::Wait(mask::ERROR, Until::Tick(1)),
    ]);
    let sender = [sends(&LATE), others, vec![Move::Sleep(Until::Tick(1))]].concat();
    let others = all_at([
        Post::TryReceive(INTO),
        Post::Receive(INTO, Until::Now),
        Post::Wait(mask::READABLE | mask::ERROR, NEVER),
        Post::Close,
    ]);
    let receives = [receives(&LATE), others, vec![Move::Sleep(Until::Tick(1))]].concat();
    Scenario {
        name,
        about,
        plan: three(&[receiver], [first, second], capacity),
        repertoires: vec![receives, sender.clone(), sender],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// One sender of several threads goes round a ring of three places, with messages of any length.
fn ring() -> Scenario {
    let sender = all_at([
        Post::Send(SHORT, NEVER),
        Post::TrySend(Letter::Bytes(Message::Long)),
        Post::TrySend(Letter::Words(1)),
        Post::Send(Letter::Bytes(Message::Empty), NEVER),
    ]);
    let receiver = all_at([Post::TryReceive(INTO), Post::Receive(INTO, NEVER)]);
    let receiver = [receiver, vec![Move::Sleep(NEVER)]].concat();
    Scenario {
        name: "post-ring",
        about: "Messages of any length go round a ring of three places.",
        plan: two(&[15], &[15, 15], 3, 6),
        repertoires: vec![receiver, sender.clone(), sender],
        environment: Environment::default(),
        depth: None,
    }
}

/// Two threads that receive, and two that send.
fn receivers(name: &'static str, about: &'static str, receivers: [u8; 2]) -> Scenario {
    let sender = all_at([
        Post::Send(SHORT, NEVER),
        Post::TrySend(SHORT),
        Post::Send(Letter::Bytes(Message::Long), Until::Tick(1)),
        Post::Wait(mask::WRITEABLE, NEVER),
    ]);
    let sender = [sender, vec![Move::Sleep(Until::Tick(1))]].concat();
    let others = all_at([
        Post::TryReceive(INTO),
        Post::Wait(mask::READABLE, NEVER),
        Post::Wait(mask::ERROR, NEVER),
        Post::Close,
    ]);
    let receiver = [receives(&LATE), others, vec![Move::ExitThread, Move::Sleep(NEVER)]].concat();
    Scenario {
        name,
        about,
        plan: two(&receivers, &[15, 15], 1, 6),
        repertoires: vec![receiver.clone(), receiver, sender.clone(), sender],
        environment: Environment { horizon_ticks: 1, ..Environment::default() },
        depth: None,
    }
}

/// One peer only may send, until it ends (EP-9).
fn bound() -> Scenario {
    let sender = all_at([
        Post::Send(SHORT, NEVER),
        Post::TrySend(Letter::Words(1)),
        Post::Call(Message::Short, Room::Short, NEVER),
        Post::Wait(mask::WRITEABLE, NEVER),
    ]);
    let sender = [sender, vec![Move::ExitProcess]].concat();
    let receiver = all_at([
        Post::Bind(2),
        Post::Bind(3),
        Post::Bind(1),
        Post::Receive(INTO, NEVER),
        Post::TryReceive(INTO),
        Post::Reply(Right::Latest(2), SHORT),
        Post::Close,
    ]);
    let receiver = [receiver, vec![Move::Sleep(NEVER)]].concat();
    let mut plan = three(&[10], [15, 15], 1);
    plan.processes[2].restart = after_a_fault();
    plan.processes[0].restart = after_a_fault();
    Scenario {
        name: "post-bound",
        about: "An endpoint is bound to one of its peers, which ends and comes back.",
        plan,
        repertoires: vec![receiver, sender.clone(), sender],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A receiver that starts late, ends, comes back or not, and fails to (EP-10, EP-12, CH-8).
fn lives() -> Scenario {
    let task = crate::repertoire::Task::Process(0);
    let sender = all_at([
        Post::Send(SHORT, NEVER),
        Post::Send(SHORT, Until::Tick(1)),
        Post::TrySend(SHORT),
        Post::Call(Message::Short, Room::Short, NEVER),
        Post::Wait(mask::ERROR, NEVER),
        Post::Wait(mask::WRITEABLE, NEVER),
    ]);
    let sender = [sender, vec![Move::Sleep(Until::Tick(1))]].concat();
    let supervises = vec![Move::StartProcess(0), Move::Terminate(task), Move::ExitProcess];
    let receiver = all_at([
        Post::Receive(INTO, NEVER),
        Post::TryReceive(INTO),
        Post::Reply(Right::Latest(1), SHORT),
        Post::Wait(mask::READABLE, NEVER),
        Post::Close,
    ]);
    let receiver = [receiver, vec![Move::ExitProcess, Move::Sleep(NEVER)]].concat();
    let mut plan = two(&[15], &[15, 15], 1, 6);
    plan.processes[0].starts_at_boot = false;
    plan.processes[0].restart = after_a_fault();
    plan.processes[1].holds = vec![0];
    Scenario {
        name: "post-lives",
        about: "A receiver starts late, ends, and comes back or not.",
        plan,
        repertoires: vec![receiver, [sender.clone(), supervises].concat(), sender],
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

/// Waits on either end, alone or through a group, while others send and receive (EP-13, WT-4).
fn watched(name: &'static str, about: &'static str, groups: usize) -> Scenario {
    let waits = |end: Waitable, signals: &[u32]| -> Vec<Move> {
        match groups {
            0 => signals.iter().map(|bits| at(Post::Wait(*bits, NEVER))).collect(),
            _some => vec![
                Move::Add(end, signals.iter().fold(0, |all, bits| all | bits), 7),
                Move::Remove(end),
                Move::WaitOnGroup(mask::READABLE, NEVER),
                Move::WaitOnGroup(mask::READABLE, Until::Tick(1)),
            ],
        }
    };
    let works = all_at([Post::Send(SHORT, NEVER), Post::TrySend(SHORT)]);
    let sleeps = match groups {
        0 => vec![Move::Sleep(NEVER), Move::ExitThread],
        _some => vec![Move::Sleep(NEVER)],
    };
    let watches = waits(Waitable::Sender(0), &[mask::WRITEABLE, mask::ERROR]);
    let sender = [works, watches, sleeps.clone()].concat();
    let works = all_at([Post::TryReceive(INTO), Post::Receive(INTO, NEVER), Post::Close]);
    let watches = waits(Waitable::Receiver(0), &[mask::READABLE, mask::ERROR]);
    let receiver = [works, watches, sleeps].concat();
    let mut plan = two(&[15, 15], &[15, 15], 1, 6);
    for process in &mut plan.processes {
        process.groups = groups;
    }
    plan.processes[0].restart = after_a_fault();
    Scenario {
        name,
        about,
        plan,
        repertoires: vec![receiver.clone(), receiver, sender.clone(), sender],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}
