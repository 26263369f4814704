//! Scenarios with calls: who may answer them, how often, and who is more important meanwhile (EP-7).

use super::{INTO, LATE, SHORT, after_a_fault, all_at, at, office, receiver, receives, three, two};
use crate::plan::{Channel, Endpoint, Plan, ProcessPlan, Sender};
use crate::repertoire::post::{Letter, Place, Post, Right};
use crate::repertoire::{Message, Move, Room, Until, mask};
use crate::scenario::{Environment, NEVER, Scenario};

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        rights(),
        declared_rights(),
        older_rights(),
        two_calls("post-calls", "Two equal callers, answered in any order.", [15, 15, 15]),
        two_calls("post-calls-ranked", "Two unequal callers, of a low one.", [20, 15, 10]),
        servers("post-servers", "Two equal threads answer two callers.", [15, 15]),
        servers("post-servers-ranked", "Two low threads answer two high callers.", [5, 10]),
        blocked_calls(),
        held(),
        chain(),
        pair(),
    ]
}

fn calls(untils: &[Until]) -> Vec<Move> {
    untils.iter().map(|until| at(Post::Call(Message::Short, Room::Short, *until))).collect()
}

fn replies(callers: &[usize]) -> Vec<Move> {
    callers.iter().map(|caller| at(Post::Reply(Right::Latest(*caller), SHORT))).collect()
}

/// Every right that there is and some that there are not, in the hands of who has it and who has not.
fn rights() -> Scenario {
    let caller = 1;
    let mut receiver = all_at([
        Post::Receive(INTO, NEVER),
        Post::TryReceive(Place::Registers),
        Post::Reply(Right::Latest(caller), Letter::Bytes(Message::Long)),
        Post::ReplyAndReceive(Right::Latest(caller), Message::Short, Room::Long),
        Post::ReplyAndReceiveWords(Right::Older(caller), 0),
        Post::ReplyAndReceive(Right::Older(caller), Message::Short, Room::Long),
        Post::DropReply(Right::Older(caller)),
        Post::DropReply(Right::Latest(caller)),
    ]);
    for right in [
        Right::Latest(caller),
        Right::Older(caller),
        Right::Latest(2),
        Right::Latest(0),
        Right::Word(0),
        Right::Word(1),
        Right::Word(usize::MAX),
        Right::Word(1 << 20),
    ] {
        receiver.push(at(Post::Reply(right, SHORT)));
        receiver.push(at(Post::Reply(right, Letter::Words(0))));
    }
    let words = all_at([Post::CallWords(1, NEVER), Post::Send(SHORT, NEVER)]);
    let sender = [calls(&LATE), words, vec![Move::ExitProcess]].concat();
    let other = [calls(&[NEVER]), replies(&[caller, 2]), vec![Move::Sleep(NEVER)]].concat();
    let other = [other, all_at([Post::DropReply(Right::Latest(caller))])].concat();
    let mut plan = three(&[15], [15, 15], 2);
    plan.processes[1].restart = after_a_fault();
    Scenario {
        name: "post-rights",
        about: "Every reply right, old and new, in anybody's hands.",
        plan,
        repertoires: vec![receiver, sender, other],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Calls that were given up stand in the queue before the present one.
fn older_rights() -> Scenario {
    let caller = 1;
    let receiver = all_at([
        Post::TryReceive(INTO),
        Post::Receive(Place::Registers, NEVER),
        Post::Reply(Right::Latest(caller), SHORT),
        Post::Reply(Right::Older(caller), Letter::Words(0)),
        Post::DropReply(Right::Older(caller)),
        Post::DropReply(Right::Latest(caller)),
    ]);
    let receiver = [receiver, vec![Move::Sleep(Until::Tick(1)), Move::Sleep(NEVER)]].concat();
    let words = all_at([Post::CallWords(1, Until::Tick(1))]);
    let sender = [calls(&LATE), words].concat();
    Scenario {
        name: "post-older-rights",
        about: "Calls that were given up stand in the queue before the present one.",
        plan: two(&[15], &[15], 2, 6),
        repertoires: vec![receiver, sender],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Ends that may only send, and only call, and neither (EP-2).
fn declared_rights() -> Scenario {
    let sender = all_at([
        Post::Send(SHORT, NEVER),
        Post::TrySend(SHORT),
        Post::Send(Letter::Words(1), NEVER),
        Post::TrySend(Letter::Words(1)),
        Post::Call(Message::Short, Room::Short, NEVER),
        Post::CallWords(1, NEVER),
    ]);
    let served = [receives(&[NEVER]), replies(&[1, 2, 3])].concat();
    let processes = ["sender", "caller", "neither"].map(|name| ProcessPlan::new(name, &[15]));
    let mut plan = office([vec![receiver(&[15])], processes.to_vec()].concat(), 1, 6);
    for (end, (may_send, may_call)) in
        plan.endpoints[0].senders.iter_mut().zip([(true, false), (false, true), (false, false)])
    {
        *end = Sender { may_send, may_call, ..*end };
    }
    Scenario {
        name: "post-declared-rights",
        about: "Ends that may only send, only call, or neither.",
        plan,
        repertoires: vec![served, sender.clone(), sender.clone(), sender],
        environment: Environment::default(),
        depth: None,
    }
}

/// Two calls held at once, answered, dropped, given up or lost in any order.
fn two_calls(
    name: &'static str,
    about: &'static str,
    [first, second, receiver]: [u8; 3],
) -> Scenario {
    let others = all_at([
        Post::TryReceive(INTO),
        Post::DropReply(Right::Latest(1)),
        Post::Reply(Right::Older(1), SHORT),
        Post::ReplyAndReceive(Right::Latest(2), Message::Short, Room::Long),
        Post::Close,
    ]);
    let sleeps = vec![Move::Sleep(Until::Tick(1))];
    let serves = [receives(&LATE), replies(&[1, 2]), others, sleeps.clone()].concat();
    let asks = [calls(&LATE), sleeps, vec![Move::ExitProcess]].concat();
    let mut plan = three(&[receiver], [first, second], 2);
    plan.processes[0].restart = after_a_fault();
    Scenario {
        name,
        about,
        plan,
        repertoires: vec![serves, asks.clone(), asks],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Two threads receive and answer what either has received, and end.
fn servers(name: &'static str, about: &'static str, servers: [u8; 2]) -> Scenario {
    let serves = [
        receives(&[NEVER]),
        replies(&[2, 3]),
        all_at([Post::DropReply(Right::Latest(2)), Post::TryReceive(Place::Registers)]),
        vec![Move::ExitThread, Move::StartThread(1, crate::repertoire::Stack::Good)],
        vec![Move::Sleep(Until::Tick(1))],
    ];
    let serves = serves.concat();
    let asks = [calls(&LATE), vec![Move::Sleep(NEVER)]].concat();
    let mut plan = three(&servers, [15, 20], 1);
    plan.processes[0].holds_threads = true;
    Scenario {
        name,
        about,
        plan,
        repertoires: vec![serves.clone(), serves, asks.clone(), asks],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Calls that wait for room, among messages that do (EP-5).
fn blocked_calls() -> Scenario {
    let asks = all_at([
        Post::Call(Message::Short, Room::Short, NEVER),
        Post::Call(Message::Short, Room::Short, Until::Tick(1)),
        Post::CallWords(1, NEVER),
        Post::Send(SHORT, NEVER),
    ]);
    let asks = [asks, vec![Move::ExitThread]].concat();
    let serves = all_at([
        Post::TryReceive(INTO),
        Post::Reply(Right::Latest(1), SHORT),
        Post::Reply(Right::Latest(2), SHORT),
        Post::Close,
        Post::Wait(mask::READABLE, NEVER),
    ]);
    let serves = [serves, vec![Move::Sleep(NEVER)]].concat();
    Scenario {
        name: "post-blocked-calls",
        about: "Calls wait for room among messages that do, and are given up.",
        plan: two(&[10], &[15, 20], 1, 6),
        repertoires: vec![serves, asks.clone(), asks],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A high one calls a low one, while one in the middle spins.
fn held() -> Scenario {
    let spins = vec![Move::Nothing, Move::Sleep(Until::Tick(1)), Move::Sleep(NEVER)];
    let asks = [calls(&LATE), vec![Move::Sleep(Until::Tick(1)), Move::ExitThread]].concat();
    let others = all_at([Post::DropReply(Right::Latest(1)), Post::Close]);
    let serves = [receives(&[NEVER]), replies(&[1, 2]), others].concat();
    let processes = vec![
        receiver(&[10]),
        ProcessPlan::new("high", &[20, 25]),
        ProcessPlan::new("middle", &[15]),
    ];
    let mut plan = office(processes, 2, 6);
    plan.endpoints[0].senders.truncate(1);
    Scenario {
        name: "post-inheritance",
        about: "High ones call a low one, and one in the middle spins.",
        plan,
        repertoires: vec![serves, asks.clone(), asks, spins],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// A high one transacts with somebody who calls somebody low: channel and endpoint lend on (CH-13).
fn chain() -> Scenario {
    let high = vec![
        Move::Transact(Message::Short, Room::Short, NEVER),
        Move::Transact(Message::Short, Room::Short, Until::Tick(1)),
        Move::Sleep(Until::Tick(1)),
    ];
    let spins = vec![Move::Nothing, Move::Sleep(NEVER)];
    let between = vec![
        Move::Receive(Room::Short, NEVER),
        Move::Respond(Message::Short),
        at(Post::Call(Message::Short, Room::Short, NEVER)),
        at(Post::Call(Message::Short, Room::Short, Until::Tick(2))),
    ];
    let low = [receives(&[NEVER]), replies(&[2]), vec![Move::Sleep(Until::Tick(1))]].concat();
    let low = [low, all_at([Post::DropReply(Right::Latest(2))])].concat();
    let process = |name, priority| ProcessPlan::new(name, &[priority]);
    Scenario {
        name: "post-chain",
        about: "A high one transacts with one that calls a low one, and one in the middle spins.",
        plan: Plan {
            processes: vec![
                process("high", 20),
                process("middle", 15),
                process("between", 10),
                process("low", 5),
            ],
            channels: vec![Channel::between(0, 2)],
            endpoints: vec![Endpoint {
                receiver: 3,
                capacity: 1,
                max_message_bytes: 6,
                senders: vec![Sender::of(2)],
            }],
            regions: Vec::new(),
            max_transfer_bytes: 8,
        },
        repertoires: vec![high, spins, between, low],
        environment: Environment { horizon_ticks: 2, kills: true, ..Environment::default() },
        depth: None,
    }
}

/// Two endpoints make a two-way channel (EP-11), and two who call one another a circle.
fn pair() -> Scenario {
    let both = |own: usize, other: usize, peer: usize| {
        vec![
            Move::At(own, Post::Receive(INTO, NEVER)),
            Move::At(own, Post::TryReceive(INTO)),
            Move::At(own, Post::Reply(Right::Latest(peer), SHORT)),
            Move::At(own, Post::Close),
            Move::At(other, Post::Send(SHORT, NEVER)),
            Move::At(other, Post::Call(Message::Short, Room::Short, NEVER)),
            Move::At(other, Post::Call(Message::Short, Room::Short, Until::Tick(1))),
            Move::At(other, Post::Wait(mask::ERROR, NEVER)),
        ]
    };
    let endpoint = |receiver, sender| Endpoint {
        receiver,
        capacity: 1,
        max_message_bytes: 6,
        senders: vec![Sender::of(sender)],
    };
    let mut plan = Plan {
        processes: vec![
            ProcessPlan::new("one", &[10]),
            ProcessPlan::new("other", &[20]),
            ProcessPlan::new("middle", &[15]),
        ],
        channels: Vec::new(),
        endpoints: vec![endpoint(0, 1), endpoint(1, 0)],
        regions: Vec::new(),
        max_transfer_bytes: 8,
    };
    plan.processes[1].restart = after_a_fault();
    Scenario {
        name: "post-pair",
        about: "A pair of endpoints joins two processes both ways.",
        plan,
        repertoires: vec![both(0, 1, 1), both(1, 0, 0), vec![Move::Nothing, Move::Sleep(NEVER)]],
        environment: Environment { horizon_ticks: 1, kills: true, ..Environment::default() },
        depth: None,
    }
}
