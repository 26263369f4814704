//! Scenarios in which calls and answers go through the door, where nothing is unusual, and much of what is
//! unusual happens beside them (EP-7, EP-8).
//!
//! The door takes a call only if the one thread that waits for it has a flat room as long as any message, or
//! registers; if it is as important as its caller, nobody as important is ready and nothing is lent. So messages
//! here are of up to sixteen bytes, as many as fit into registers; rooms are that long; words come as programs send
//! them; and servers are more important than clients, who are not all as important.

use super::{after_a_fault, all_at, at, office, receiver, two};
use crate::plan::{Endpoint, Plan, ProcessPlan, Sender};
use crate::repertoire::post::{Letter, Place, Post, Right};
use crate::repertoire::{Message, Move, Room, Until};
use crate::scenario::{Environment, NEVER, Scenario};

const LONGEST_BYTES: u16 = 16;
const WIDE: Place = Place::Memory(Room::Wide);
const TICK: Until = Until::Tick(1);
const LATER: Until = Until::Tick(2);

/// All of them, the quick ones first.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        words(),
        shorter(),
        places(),
        clients("post-door", "Two equal clients of a server at the door.", [20, 15, 15]),
        clients("post-door-ranked", "Two unequal clients of a server at the door.", [20, 15, 10]),
        servers("post-door-servers", "Two equal threads serve at the door.", [20, 20]),
        servers("post-door-servers-ranked", "Two unequal threads serve at the door.", [15, 20]),
        offices("post-door-offices", "Two servers, one of which calls the other.", [20, 15, 10]),
        offices("post-door-chain", "A high one calls a server that calls another.", [20, 15, 25]),
    ]
}

/// Processes that are killed, and a clock with so many ticks.
fn scenario(
    (name, about): (&'static str, &'static str),
    plan: Plan,
    repertoires: Vec<Vec<Move>>,
    horizon_ticks: u8,
) -> Scenario {
    let environment = Environment { horizon_ticks, kills: true, ..Environment::default() };
    Scenario { name, about, plan, repertoires, environment, depth: None }
}

fn sleeps() -> Vec<Move> {
    vec![Move::Sleep(TICK), Move::Sleep(NEVER)]
}

/// Every number of words and of bytes, there and back, and memory that is gone when they arrive.
fn words() -> Scenario {
    let [mut server, mut client] = buffers();
    for count in 0..=5 {
        client.push(at(Post::CallTidily(count, NEVER)));
        client.push(at(Post::CallWords(count, NEVER)));
        server.push(at(Post::ReplyAndReceiveTidily(Right::Latest(1), count)));
        server.push(at(Post::ReplyAndReceiveWords(Right::Latest(1), count)));
    }
    client.push(at(Post::CallTidily(1, Until::Now)));
    server.push(at(Post::Receive(Place::Registers, NEVER)));
    server.push(at(Post::Receive(Place::Registers, TICK)));
    server.push(at(Post::ReplyAndReceiveTidily(Right::Above(1), 1)));
    server.push(Move::Sleep(TICK));
    let about = "Every number of words and bytes, called with and answered at the door.";
    let plan = two(&[15], &[15], 1, LONGEST_BYTES);
    let mut scenario = scenario(("post-door-words", about), plan, vec![server, client], 1);
    scenario.environment.vanishing = true;
    scenario
}

/// Messages and rooms in memory, some of which are none of the door's business: what a server does and a client.
fn buffers() -> [Vec<Move>; 2] {
    let (mut server, mut client) = (vec![at(Post::Receive(WIDE, NEVER))], Vec::new());
    for message in [
        Message::Empty,
        Message::Short,
        Message::List,
        Message::Wide,
        Message::Foreign,
        Message::TooLong,
    ] {
        for room in [Room::Short, Room::List, Room::Wide, Room::WideReadOnly] {
            client.push(at(Post::Call(message, room, NEVER)));
            server.push(at(Post::ReplyAndReceive(Right::Latest(1), message, room)));
        }
    }
    [server, client]
}

/// What fits into registers, or into a room, may be too long for a message or for a transfer (AB-10).
fn shorter() -> Scenario {
    let client = all_at([
        Post::CallTidily(1, NEVER),
        Post::CallTidily(2, NEVER),
        Post::Call(Message::Long, Room::Wide, NEVER),
        Post::Call(Message::Wide, Room::Wide, NEVER),
    ]);
    let right = Right::Latest(1);
    let server = all_at([
        Post::Receive(Place::Registers, NEVER),
        Post::Receive(WIDE, NEVER),
        Post::TryReceive(Place::Registers),
        Post::ReplyAndReceiveTidily(right, 4),
        Post::ReplyAndReceive(right, Message::Long, Room::Long),
        Post::ReplyAndReceive(right, Message::Wide, Room::Long),
        Post::ReplyAndReceive(right, Message::Short, Room::Short),
    ]);
    let server = [server, vec![Move::Sleep(TICK)]].concat();
    let about = "Messages and transfers that are shorter than rooms and registers.";
    let plan = Plan { max_transfer_bytes: 8, ..two(&[15], &[15], 1, 6) };
    scenario(("post-door-shorter", about), plan, vec![server, client], 1)
}

/// One who serves at two places, either of which may be closed while calls of the other are open.
fn places() -> Scenario {
    let serves = [0, 1].map(|own| {
        let posts = [
            Post::Receive(Place::Registers, NEVER),
            Post::ReplyAndReceiveTidily(Right::Latest(1), 4),
            Post::ReplyAndReceive(Right::Latest(2), Message::Short, Room::Wide),
            Post::Close,
        ];
        posts.map(|post| Move::At(own, post)).to_vec()
    });
    let asks = vec![
        Move::At(0, Post::CallTidily(1, NEVER)),
        Move::At(0, Post::Call(Message::Short, Room::Wide, TICK)),
        Move::At(1, Post::CallTidily(4, TICK)),
        Move::At(1, Post::Call(Message::Wide, Room::Short, NEVER)),
        Move::Sleep(TICK),
    ];
    let serves = [serves.concat(), vec![Move::Sleep(TICK)]].concat();
    let plan = Plan {
        endpoints: vec![endpoint(0, &[1, 2]), endpoint(0, &[1, 2])],
        ..office(three_processes([20, 15, 15]), 1, LONGEST_BYTES)
    };
    let about = "One serves at two places, and closes them.";
    scenario(("post-door-places", about), plan, vec![serves, asks.clone(), asks], 1)
}

fn endpoint(receiver: usize, senders: &[usize]) -> Endpoint {
    let senders = senders.iter().copied().map(Sender::of).collect();
    Endpoint { receiver, capacity: 1, max_message_bytes: LONGEST_BYTES, senders }
}

/// Three processes of a thread each.
fn three_processes([first, second, third]: [u8; 3]) -> Vec<ProcessPlan> {
    let thread = |name, priority: u8| ProcessPlan::new(name, &[priority]);
    vec![thread("first", first), thread("second", second), thread("third", third)]
}

/// Calls that may go through the door, and some that find a deadline armed, or no room.
fn calls() -> Vec<Move> {
    all_at([
        Post::CallTidily(4, NEVER),
        Post::CallTidily(1, LATER),
        Post::Call(Message::Short, Room::Wide, TICK),
        Post::Call(Message::Wide, Room::Short, NEVER),
    ])
}

/// One server and two clients, of whom one may be in its next life.
fn clients(name: &'static str, about: &'static str, priorities: [u8; 3]) -> Scenario {
    let serves = all_at([
        Post::Receive(Place::Registers, NEVER),
        Post::Receive(Place::Registers, LATER),
        Post::Receive(WIDE, NEVER),
        Post::ReplyAndReceiveTidily(Right::Latest(1), 4),
        Post::ReplyAndReceiveTidily(Right::Latest(2), 1),
        Post::ReplyAndReceiveTidily(Right::Older(1), 0),
        Post::ReplyAndReceive(Right::Latest(1), Message::Short, Room::Wide),
        Post::ReplyAndReceive(Right::Latest(2), Message::Wide, Room::Wide),
        Post::Bind(3),
        Post::Close,
    ]);
    let serves = [serves, vec![Move::Sleep(TICK)]].concat();
    let asks = [calls(), sleeps()].concat();
    let others = all_at([Post::CallTidily(2, NEVER), Post::TrySend(Letter::Words(3))]);
    let others = [others, sleeps()].concat();
    let mut plan = office(three_processes(priorities), 1, LONGEST_BYTES);
    plan.processes[1].restart = after_a_fault();
    scenario((name, about), plan, vec![serves, asks, others], 2)
}

/// Two threads that serve, a client, and somebody who has no right to call.
fn servers(name: &'static str, about: &'static str, servers: [u8; 2]) -> Scenario {
    let serves = all_at([
        Post::Receive(Place::Registers, NEVER),
        Post::Receive(WIDE, TICK),
        Post::ReplyAndReceiveTidily(Right::Latest(2), 4),
        Post::ReplyAndReceive(Right::Latest(2), Message::Short, Room::Wide),
        Post::Bind(3),
    ]);
    let serves = [serves, vec![Move::Sleep(NEVER)]].concat();
    let asks = [calls(), sleeps()].concat();
    let no_right = all_at([
        Post::CallTidily(4, NEVER),
        Post::Call(Message::Short, Room::Wide, NEVER),
        Post::TrySend(Letter::Words(1)),
    ]);
    let no_right = [no_right, vec![Move::Sleep(NEVER)]].concat();
    let processes = vec![
        receiver(&servers),
        ProcessPlan::new("client", &[15]),
        ProcessPlan::new("sender", &[15]),
    ];
    let mut plan = office(processes, 1, LONGEST_BYTES);
    plan.endpoints[0].senders[1].may_call = false;
    scenario((name, about), plan, vec![serves.clone(), serves, asks, no_right], 2)
}

/// A server, somebody who calls it and serves at a place of its own, and a client of both.
fn offices(name: &'static str, about: &'static str, priorities: [u8; 3]) -> Scenario {
    let here = |post| Move::At(0, post);
    let there = |post| Move::At(1, post);
    let serves = vec![
        here(Post::Receive(Place::Registers, NEVER)),
        here(Post::ReplyAndReceiveTidily(Right::Latest(1), 4)),
        here(Post::ReplyAndReceive(Right::Latest(2), Message::Short, Room::Wide)),
        Move::Sleep(TICK),
    ];
    let both = vec![
        there(Post::Receive(Place::Registers, NEVER)),
        there(Post::ReplyAndReceiveTidily(Right::Latest(2), 2)),
        there(Post::ReplyAndReceive(Right::Latest(2), Message::Short, Room::Wide)),
        here(Post::CallTidily(4, NEVER)),
        Move::Sleep(TICK),
    ];
    let asks = vec![
        here(Post::CallTidily(1, NEVER)),
        here(Post::Call(Message::Short, Room::Wide, TICK)),
        there(Post::CallTidily(3, NEVER)),
        there(Post::Call(Message::Wide, Room::Short, TICK)),
        Move::Sleep(TICK),
    ];
    let plan = Plan {
        endpoints: vec![endpoint(0, &[1, 2]), endpoint(1, &[2])],
        ..office(three_processes(priorities), 1, LONGEST_BYTES)
    };
    scenario((name, about), plan, vec![serves, both, asks], 1)
}
