//! The systems with capsules that are explored, each for a reason.
//!
//! Each process has things that every life of it does first, one after the other, while others come between;
//! after that it does any of its moves at any time. A pause lets others run, for as long as one likes.

use super::moves::{Move, Whom};
use super::places::{
    BUFFER, BUFFER_2, BUFFER_ODD, FOREIGN, NAME_A, NAME_B, NAME_SHORT, NAME_ZERO, NOTHING,
    READ_ONLY, REQUEST, REQUEST_LONG, REQUEST_ROOM, RESPONSE, RESPONSE_ROOM, RESPONSE_ROOM_2,
    STREAM, STREAM_2, TOO_LONG,
};
use super::plan::{Kind, Member, Plan};

/// A system, what its programs do, and what happens to it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// The system.
    pub plan: Plan,
    /// What each process does first.
    pub openings: Vec<Vec<Move>>,
    /// What each process's main thread may do then.
    pub repertoires: Vec<Vec<Move>>,
    /// What other threads than main ones may do.
    pub others: Vec<Move>,
    /// The processes that are killed.
    pub mortals: Vec<usize>,
    /// Whether memory may be gone before the kernel is told.
    pub vanishing: bool,
    /// Whether restarts may fail.
    pub refusals: bool,
}

const REGISTRY: Kind = Kind::Registry;
const MAILBOX: Kind = Kind::Mailbox;
const INBOX: Kind = Kind::Inbox;

const NOTIFY: Kind = Kind::Notify;

const REGISTER: Move = Move::Command(REGISTRY, 1);
const DISCOVER: Move = Move::Command(REGISTRY, 2);
const DISCOVER_AND_WAIT: Move = Move::Command(REGISTRY, 3);
const GIVE_UP: Move = Move::Command(REGISTRY, 4);
const CANCEL: Move = Move::Command(MAILBOX, 2);
const TAKE: Move = Move::Command(MAILBOX, 3);
const ENABLE: Move = Move::Command(INBOX, 1);
const DISABLE: Move = Move::Command(INBOX, 2);

const fn send(whom: Whom) -> Move {
    Move::CommandTo(MAILBOX, 1, whom)
}

const fn take_from(whom: Whom) -> Move {
    Move::CommandTo(MAILBOX, 4, whom)
}

const fn post(whom: Whom) -> Move {
    Move::CommandTo(INBOX, 3, whom)
}

/// Subscribes to all upcalls of a capsule.
fn subscribes(kind: Kind) -> impl Iterator<Item = Move> {
    let (_, _, upcalls) = kind.counts();
    (0..upcalls).map(move |number| Move::Subscribe(kind, number, true))
}

/// Finds whoever is called `a`.
fn finds() -> Vec<Move> {
    let name = Move::Show(REGISTRY, 0, NAME_A);
    vec![name, DISCOVER_AND_WAIT, Move::YieldWaitFor(REGISTRY, 1)]
}

/// Is called `a`.
fn is_found() -> Vec<Move> {
    vec![Move::Show(REGISTRY, 0, NAME_A), REGISTER, Move::YieldWaitFor(REGISTRY, 0)]
}

fn members(names: &[&'static str], restarts: u8) -> Vec<Member> {
    names.iter().map(|name| Member { restarts, ..Member::new(name) }).collect()
}

fn plan(members: Vec<Member>, capsules: &[Kind], are_ids_global: bool) -> Plan {
    let mut capsules = capsules.to_vec();
    capsules.push(Kind::Spy);
    Plan { members, capsules, are_ids_global, has_policy: false, max_transfer_bytes: 12 }
}

/// Every scenario.
pub fn all() -> Vec<Scenario> {
    vec![
        names_race(),
        names_kept(),
        names_guarded(),
        names_refused(),
        mailbox_two_clients(),
        mailbox_server_ends(),
        mailbox_found(),
        mailbox_both_ways(),
        mailbox_buffers(),
        inbox_overflow(),
        inbox_ends(),
        inbox_both_ways(),
        upcalls_of_all(),
        upcalls_watched(),
        upcalls_in_a_group(),
        upcalls_of_nobody(),
        notify_service(),
        notify_both_ways(),
    ]
}

fn scenario(name: &'static str, about: &'static str, plan: Plan) -> Scenario {
    let nothing = vec![Vec::new(); plan.members.len()];
    Scenario {
        name,
        about,
        openings: nothing.clone(),
        repertoires: nothing,
        others: Vec::new(),
        mortals: Vec::new(),
        vanishing: false,
        refusals: false,
        plan,
    }
}

fn names_race() -> Scenario {
    let mut all = members(&["first", "second", "client"], 1);
    all[1].restarts = 0;
    let server = [REGISTER, Move::YieldNoWait, Move::Pause];
    let again = [server.to_vec(), vec![Move::Show(REGISTRY, 0, NAME_B)]].concat();
    let client = vec![
        DISCOVER,
        DISCOVER_AND_WAIT,
        GIVE_UP,
        Move::YieldNoWait,
        Move::YieldWait,
        Move::YieldWaitFor(REGISTRY, 1),
        Move::Pause,
    ];
    let name = Move::Show(REGISTRY, 0, NAME_A);
    let serves = vec![name, Move::Subscribe(REGISTRY, 0, true)];
    Scenario {
        openings: vec![serves.clone(), serves, vec![name, Move::Subscribe(REGISTRY, 1, true)]],
        repertoires: vec![again, server.to_vec(), client],
        mortals: vec![0, 1, 2],
        ..scenario(
            "names-race",
            "Two servers race for a name, and a client waits for it.",
            plan(all, &[REGISTRY], false),
        )
    }
}

fn names_kept() -> Scenario {
    let mut all = members(&["keeper", "other", "client"], 1);
    all[0].services = b"a";
    let server = vec![
        Move::Show(REGISTRY, 0, NAME_A),
        Move::Show(REGISTRY, 0, NAME_B),
        REGISTER,
        Move::YieldNoWait,
        Move::Pause,
    ];
    let client = vec![DISCOVER, DISCOVER_AND_WAIT, Move::YieldNoWait, Move::YieldWait, Move::Pause];
    let opening: Vec<Move> =
        [Move::Show(REGISTRY, 0, NAME_A)].into_iter().chain(subscribes(REGISTRY)).collect();
    Scenario {
        openings: vec![Vec::new(), Vec::new(), opening],
        repertoires: vec![server.clone(), server, client],
        mortals: vec![0],
        ..scenario(
            "names-kept",
            "A name that is kept for one of two processes, which may have no other.",
            plan(all, &[REGISTRY], false),
        )
    }
}

fn names_guarded() -> Scenario {
    let server = vec![
        Move::Show(REGISTRY, 0, NAME_A),
        Move::Show(REGISTRY, 0, NAME_B),
        REGISTER,
        DISCOVER,
        Move::YieldNoWait,
        Move::Pause,
    ];
    let client = vec![
        Move::Show(REGISTRY, 0, NAME_A),
        Move::Show(REGISTRY, 0, NAME_B),
        DISCOVER,
        DISCOVER_AND_WAIT,
        GIVE_UP,
        Move::YieldNoWait,
        Move::Pause,
    ];
    let hears: Vec<Move> = subscribes(REGISTRY).collect();
    let plan = plan(members(&["first", "second", "client"], 0), &[REGISTRY], false);
    Scenario {
        openings: vec![Vec::new(), Vec::new(), hears],
        repertoires: vec![server.clone(), server, client],
        mortals: vec![1],
        ..scenario(
            "names-guarded",
            "Another policy than system.json5's says who may register and discover which name.",
            Plan { has_policy: true, ..plan },
        )
    }
}

fn names_refused() -> Scenario {
    let moves = vec![
        Move::Show(REGISTRY, 0, NAME_A),
        Move::Show(REGISTRY, 0, NAME_SHORT),
        Move::Show(REGISTRY, 0, NAME_ZERO),
        Move::Show(REGISTRY, 0, FOREIGN),
        Move::Show(REGISTRY, 1, NAME_A),
        Move::Lend(REGISTRY, 0, NAME_B),
        Move::Show(MAILBOX, 0, NAME_A),
        Move::Subscribe(REGISTRY, 1, true),
        Move::Subscribe(REGISTRY, 1, false),
        Move::Subscribe(REGISTRY, 2, true),
        Move::YieldWaitFor(REGISTRY, 0),
        Move::YieldWaitFor(REGISTRY, 2),
        Move::YieldWaitFor(MAILBOX, 0),
        Move::Command(REGISTRY, 0),
        Move::Command(REGISTRY, 5),
        Move::Command(MAILBOX, 0),
        Move::Command(Kind::Spy, 0),
        Move::Command(Kind::Spy, 1),
        REGISTER,
        DISCOVER,
        DISCOVER_AND_WAIT,
        GIVE_UP,
        Move::YieldNoWait,
        Move::YieldWait,
        Move::Watch(false),
        Move::Pause,
    ];
    Scenario {
        repertoires: vec![moves, vec![REGISTER, Move::Pause]],
        openings: vec![Vec::new(), vec![Move::Show(REGISTRY, 0, NAME_A)]],
        mortals: vec![1],
        ..scenario(
            "names-refused",
            "Everything about names that is wrong, and a process that finds itself.",
            plan(members(&["one", "two"], 1), &[REGISTRY], false),
        )
    }
}

fn client_of(server: usize) -> Vec<Move> {
    vec![send(Whom::Latest(server)), CANCEL, Move::YieldNoWait, Move::YieldWait, Move::Pause]
}

/// Subscribes to these upcalls of the synchronous mailbox.
fn hears(numbers: &[usize]) -> Vec<Move> {
    numbers.iter().map(|number| Move::Subscribe(MAILBOX, *number, true)).collect()
}

/// What a client allows and hears.
fn asks() -> Vec<Move> {
    vec![
        Move::Show(MAILBOX, 0, REQUEST),
        Move::Lend(MAILBOX, 0, RESPONSE_ROOM),
        Move::Subscribe(MAILBOX, 0, true),
        Move::Subscribe(MAILBOX, 1, true),
    ]
}

/// What a server allows and hears.
fn serves() -> Vec<Move> {
    vec![
        Move::Show(MAILBOX, 1, RESPONSE),
        Move::Lend(MAILBOX, 1, REQUEST_ROOM),
        Move::Subscribe(MAILBOX, 2, true),
    ]
}

fn mailbox_two_clients() -> Scenario {
    let [first, second] = [0, 1].map(Whom::Latest);
    let server = vec![
        TAKE,
        take_from(second),
        Move::Respond(first, 0),
        Move::Respond(second, 0),
        Move::Respond(first, -1),
        Move::YieldWait,
        Move::YieldWaitFor(MAILBOX, 3),
        Move::Pause,
    ];
    let client = vec![send(Whom::Latest(2)), CANCEL, Move::YieldWait, Move::Pause];
    let mut all = members(&["first", "second", "server"], 0);
    all[0].restarts = 1;
    Scenario {
        openings: vec![asks(), asks(), serves()],
        repertoires: vec![client.clone(), client, server],
        mortals: vec![0, 2],
        ..scenario(
            "mailbox-two-clients",
            "Two clients, and a server that holds two requests and answers in any order.",
            plan(all, &[MAILBOX], true),
        )
    }
}

fn mailbox_server_ends() -> Scenario {
    let server = vec![
        TAKE,
        Move::Respond(Whom::Latest(0), 0),
        Move::Respond(Whom::Latest(1), 0),
        Move::YieldWaitFor(MAILBOX, 2),
        Move::Pause,
    ];
    let client = vec![
        send(Whom::Latest(2)),
        send(Whom::Earlier(2)),
        Move::YieldNoWait,
        Move::YieldWaitFor(MAILBOX, 1),
        Move::Pause,
    ];
    let mut all = members(&["first", "second", "server"], 0);
    all[2].restarts = 1;
    Scenario {
        openings: vec![asks(), asks(), serves()],
        repertoires: vec![client.clone(), client, server],
        mortals: vec![2],
        ..scenario(
            "mailbox-server-ends",
            "A server that ends and comes again while two clients ask it.",
            plan(all, &[MAILBOX], true),
        )
    }
}

fn mailbox_found() -> Scenario {
    let client = [
        vec![
            send(Whom::Earlier(1)),
            send(Whom::Later(1)),
            send(Whom::Nowhere),
            send(Whom::Zero),
            send(Whom::Latest(0)),
            Move::CommandAndWait(REGISTRY, 2, Whom::Zero, 0b10),
            Move::CommandAndWait(MAILBOX, 1, Whom::Latest(1), 0b11),
            Move::CommandAndWait(MAILBOX, 1, Whom::Latest(0), 0b10000),
            Move::Watch(false),
        ],
        client_of(1),
    ]
    .concat();
    let server = vec![
        TAKE,
        take_from(Whom::Latest(0)),
        take_from(Whom::Earlier(0)),
        Move::Respond(Whom::Latest(0), 0),
        Move::Respond(Whom::Latest(0), 1),
        Move::Respond(Whom::Later(0), 0),
        Move::Respond(Whom::Zero, 0),
        Move::YieldNoWait,
        Move::YieldWait,
        Move::Pause,
    ];
    Scenario {
        openings: vec![[asks(), finds()].concat(), [serves(), is_found()].concat()],
        repertoires: vec![client, server],
        mortals: vec![0, 1],
        ..scenario(
            "mailbox-found",
            "A client finds its server by name; both name whom they were not given.",
            plan(members(&["client", "server"], 1), &[MAILBOX, REGISTRY], false),
        )
    }
}

fn mailbox_both_ways() -> Scenario {
    let moves = |other: usize| {
        let other = Whom::Latest(other);
        vec![
            send(other),
            CANCEL,
            TAKE,
            Move::Respond(other, 0),
            Move::YieldNoWait,
            Move::YieldWait,
            Move::Pause,
        ]
    };
    let own = Whom::Latest(0);
    let of_first = [moves(1), vec![send(own), take_from(own), Move::Respond(own, 0)]].concat();
    let mut all = members(&["one", "two"], 0);
    all[1].restarts = 1;
    let both = [asks(), serves()].concat();
    Scenario {
        openings: vec![both.clone(), both],
        repertoires: vec![of_first, moves(0)],
        mortals: vec![0, 1],
        ..scenario(
            "mailbox-both-ways",
            "Two processes that are client and server at once, one of them of itself, too.",
            plan(all, &[MAILBOX], true),
        )
    }
}

fn mailbox_buffers() -> Scenario {
    let client = vec![
        Move::Show(MAILBOX, 0, REQUEST),
        Move::Show(MAILBOX, 0, REQUEST_LONG),
        Move::Show(MAILBOX, 0, TOO_LONG),
        Move::Show(MAILBOX, 0, NOTHING),
        Move::Lend(MAILBOX, 0, RESPONSE_ROOM),
        Move::Lend(MAILBOX, 0, RESPONSE_ROOM_2),
        Move::Lend(MAILBOX, 0, READ_ONLY),
        send(Whom::Latest(1)),
        Move::YieldNoWait,
        Move::Pause,
    ];
    let server = vec![
        Move::Show(MAILBOX, 1, RESPONSE),
        Move::Show(MAILBOX, 1, TOO_LONG),
        Move::Lend(MAILBOX, 1, REQUEST_ROOM),
        Move::Lend(MAILBOX, 1, RESPONSE_ROOM_2),
        Move::Lend(MAILBOX, 1, NOTHING),
        TAKE,
        Move::Respond(Whom::Latest(0), 0),
        Move::YieldNoWait,
        Move::YieldWaitFor(MAILBOX, 3),
        Move::Pause,
    ];
    Scenario {
        openings: vec![hears(&[0, 1]), hears(&[2])],
        repertoires: vec![client, server],
        vanishing: true,
        ..scenario(
            "mailbox-buffers",
            "Buffers that are swapped at any time, too short, too long, and gone.",
            plan(members(&["client", "server"], 0), &[MAILBOX], true),
        )
    }
}

fn inbox_overflow() -> Scenario {
    let receiver = vec![
        Move::Lend(INBOX, 0, STREAM),
        Move::Lend(INBOX, 0, STREAM_2),
        Move::Lend(INBOX, 0, NOTHING),
        Move::Header(STREAM, [0, 0, 0, 2, 0, 0, 0, 0]),
        Move::Header(STREAM, [0, 0, 4, 0, 0, 0, 0, 0]),
        Move::Header(STREAM, [0, 1, 0, 0, 0, 0, 0, 0]),
        Move::Header(STREAM, [0, 0, 0, 0, 0xFC, 0xFF, 0xFF, 0xFF]),
        Move::YieldNoWait,
        Move::YieldWait,
        Move::Pause,
    ];
    let sender = vec![
        Move::Show(INBOX, 0, REQUEST),
        Move::Show(INBOX, 0, REQUEST_LONG),
        Move::Show(INBOX, 0, NOTHING),
        post(Whom::Latest(0)),
        Move::Pause,
    ];
    let list = Move::List([Whom::Zero, Whom::Latest(1), Whom::Nowhere]);
    let opening = subscribes(INBOX).chain([list, Move::Lend(INBOX, 0, STREAM), ENABLE]);
    Scenario {
        openings: vec![opening.collect(), vec![Move::Show(INBOX, 0, REQUEST)]],
        repertoires: vec![receiver, sender],
        mortals: vec![1],
        ..scenario(
            "inbox-overflow",
            "A stream that overflows, is swapped, halted and spoiled.",
            plan(members(&["receiver", "sender"], 0), &[INBOX], true),
        )
    }
}

fn inbox_ends() -> Scenario {
    let [first, second] = [1, 2].map(Whom::Latest);
    let receiver = vec![
        Move::List([first, second, Whom::Zero]),
        Move::List([Whom::Earlier(1), second, first]),
        ENABLE,
        DISABLE,
        Move::YieldNoWait,
        Move::YieldWait,
        Move::Pause,
    ];
    let sender = vec![Move::Exit, Move::Pause];
    let mut all = members(&["receiver", "first", "second"], 1);
    all[2].restarts = 0;
    Scenario {
        openings: vec![subscribes(INBOX).collect(), Vec::new(), Vec::new()],
        repertoires: vec![receiver, sender.clone(), sender],
        mortals: vec![0, 1, 2],
        refusals: true,
        ..scenario(
            "inbox-ends",
            "Senders that end and come again, and a receiver that is told once of each.",
            plan(all, &[INBOX], true),
        )
    }
}

fn inbox_both_ways() -> Scenario {
    let moves = |other: usize| {
        vec![
            post(Whom::Latest(other)),
            post(Whom::Earlier(other)),
            post(Whom::Later(other)),
            post(Whom::Latest(1 - other)),
            Move::List([Whom::Latest(other), Whom::Zero, Whom::Zero]),
            ENABLE,
            DISABLE,
            Move::YieldNoWait,
            Move::YieldWait,
            Move::Pause,
        ]
    };
    let opening = |own, other| {
        let lends = [Move::Show(INBOX, 0, REQUEST), Move::Lend(INBOX, 0, STREAM_2)];
        let name = |name| Move::Show(REGISTRY, 0, name);
        let meets =
            [name(own), REGISTER, name(other), DISCOVER_AND_WAIT, Move::YieldWaitFor(REGISTRY, 1)];
        lends.into_iter().chain(subscribes(INBOX)).chain(meets).collect()
    };
    let mut all = members(&["one", "other"], 0);
    all[1].restarts = 1;
    Scenario {
        openings: vec![opening(NAME_A, NAME_B), opening(NAME_B, NAME_A)],
        repertoires: vec![moves(1), moves(0)],
        mortals: vec![0, 1],
        ..scenario(
            "inbox-both-ways",
            "Two processes that find each other and send, also to whom they were not given.",
            plan(all, &[REGISTRY, INBOX], false),
        )
    }
}

/// What one process does with the upcalls of all capsules.
fn of_all() -> Vec<Move> {
    vec![
        DISCOVER,
        send(Whom::Latest(1)),
        TAKE,
        Move::Respond(Whom::Latest(1), 0),
        Move::Subscribe(MAILBOX, 2, false),
        Move::Subscribe(MAILBOX, 2, true),
        Move::YieldNoWait,
        Move::YieldWait,
        Move::YieldWaitFor(MAILBOX, 0),
        Move::YieldWaitFor(INBOX, 0),
        Move::Pause,
    ]
}

fn upcalls_of_all() -> Scenario {
    let other = vec![
        send(Whom::Latest(0)),
        TAKE,
        Move::Respond(Whom::Latest(0), 0),
        post(Whom::Latest(0)),
        Move::Pause,
    ];
    let opening = subscribes(REGISTRY).chain(subscribes(MAILBOX)).chain(subscribes(INBOX));
    let list = Move::List([Whom::Latest(1), Whom::Zero, Whom::Zero]);
    let lends = [Move::Show(REGISTRY, 0, NAME_A), REGISTER, list, ENABLE];
    Scenario {
        openings: vec![opening.chain(lends).collect(), Vec::new()],
        repertoires: vec![of_all(), other],
        mortals: vec![1],
        ..scenario(
            "upcalls-of-all",
            "A process with upcalls of all capsules, of which none starves or displaces another.",
            plan(members(&["busy", "other"], 0), &[MAILBOX, REGISTRY, INBOX], true),
        )
    }
}

fn upcalls_watched() -> Scenario {
    let main = vec![
        Move::Subscribe(MAILBOX, 2, true),
        Move::Subscribe(MAILBOX, 2, false),
        Move::Subscribe(REGISTRY, 0, true),
        TAKE,
        REGISTER,
        Move::YieldNoWait,
        Move::YieldWait,
        Move::YieldWaitFor(MAILBOX, 2),
        Move::Watch(true),
        Move::Pause,
    ];
    let second = vec![
        Move::YieldNoWait,
        Move::YieldWait,
        Move::YieldWaitFor(MAILBOX, 2),
        Move::Command(REGISTRY, 0),
        TAKE,
        Move::Show(REGISTRY, 0, NAME_B),
        Move::Subscribe(MAILBOX, 2, true),
        Move::Watch(true),
        Move::Watch(false),
        Move::Pause,
        Move::Exit,
    ];
    let mut all = members(&["watched", "client"], 0);
    all[0].priorities = &[15, 20];
    all[0].restarts = 1;
    all[1].priorities = &[17];
    Scenario {
        openings: vec![vec![Move::Show(REGISTRY, 0, NAME_A)], Vec::new()],
        repertoires: vec![main, vec![send(Whom::Latest(0)), CANCEL, Move::Pause]],
        others: second,
        mortals: vec![0, 1],
        ..scenario(
            "upcalls-watched",
            "A second thread waits on the upcalls of the first, and may do nothing else.",
            plan(all, &[MAILBOX, REGISTRY], true),
        )
    }
}

fn upcalls_in_a_group() -> Scenario {
    let main = vec![
        Move::Subscribe(MAILBOX, 2, true),
        Move::Subscribe(MAILBOX, 2, false),
        TAKE,
        Move::YieldNoWait,
        Move::YieldWaitFor(MAILBOX, 3),
        Move::WatchGroup(true),
        Move::Join,
        Move::Leave,
        Move::Pause,
    ];
    let second = vec![
        Move::WatchGroup(true),
        Move::WatchGroup(false),
        Move::Watch(true),
        Move::Join,
        Move::Leave,
        Move::Pause,
        Move::Exit,
    ];
    let mut all = members(&["watched", "client"], 0);
    all[0] = Member { priorities: &[15, 20], restarts: 1, has_group: true, ..all[0].clone() };
    all[1].priorities = &[17];
    Scenario {
        repertoires: vec![main, vec![send(Whom::Latest(0)), CANCEL, Move::Pause]],
        others: second,
        mortals: vec![0, 1],
        ..scenario(
            "upcalls-in-a-group",
            "Two threads wait on a group that the upcalls of their process join and leave.",
            plan(all, &[MAILBOX], true),
        )
    }
}

fn upcalls_of_nobody() -> Scenario {
    let leaver = vec![send(Whom::Latest(1)), Move::YieldNoWait, Move::EndThread, Move::Pause];
    let second = vec![Move::Watch(true), Move::Watch(false), Move::EndThread, Move::Pause];
    let server = vec![
        TAKE,
        Move::Respond(Whom::Latest(0), 0),
        Move::YieldWaitFor(MAILBOX, 3),
        send(Whom::Latest(0)),
        CANCEL,
        Move::Pause,
    ];
    let mut all = members(&["leaver", "server"], 0);
    all[0] = Member { priorities: &[15, 20], restarts: 1, ..all[0].clone() };
    all[1].priorities = &[17];
    Scenario {
        openings: vec![[asks(), serves()].concat(), serves()],
        repertoires: vec![leaver, server],
        others: second,
        mortals: vec![0],
        ..scenario(
            "upcalls-of-nobody",
            "A main thread ends before its process, and takes back what it allowed.",
            plan(all, &[MAILBOX], true),
        )
    }
}

/// The processes that are called as the names that programs keep.
const CALLED_A: &str = "aaaaaaaaaaaaaaaaaaaa";
const CALLED_B: &str = "bbbbbbbbbbbbbbbbbbbb";

const LOOK_FOR: Move = Move::Command(NOTIFY, 1);

/// Notifies the service with this number, or the client.
const fn notify_service_of(number: usize) -> Move {
    Move::CommandOf(NOTIFY, 2, number)
}

const fn notify_client_of(number: usize) -> Move {
    Move::CommandOf(NOTIFY, 3, number)
}

fn notify_service() -> Scenario {
    let mut all = members(&[CALLED_A, "first", "second"], 0);
    all[0].restarts = 1;
    all[1].restarts = 1;
    let service = vec![
        LOOK_FOR,
        notify_client_of(0),
        notify_client_of(1),
        Move::YieldNoWait,
        Move::YieldWait,
        Move::Pause,
    ];
    let client = |buffer, other| {
        vec![
            LOOK_FOR,
            notify_service_of(0),
            Move::Lend(NOTIFY, 0, buffer),
            Move::Lend(NOTIFY, 0, other),
            Move::YieldNoWait,
            Move::Pause,
        ]
    };
    let hears = |numbers: &[usize]| {
        let upcalls = numbers.iter().map(|number| Move::Subscribe(NOTIFY, *number, true));
        [Move::Show(NOTIFY, 0, NAME_A)].into_iter().chain(upcalls).collect::<Vec<Move>>()
    };
    Scenario {
        openings: vec![
            hears(&[0, 1, 2]),
            [hears(&[0]), vec![LOOK_FOR]].concat(),
            [hears(&[0]), vec![LOOK_FOR]].concat(),
        ],
        repertoires: vec![service, client(BUFFER, NOTHING), client(BUFFER_2, BUFFER_ODD)],
        mortals: vec![0, 1],
        ..scenario(
            "notify-service",
            "A service that discovers itself early or late, and two clients that share, swap and end.",
            plan(all, &[NOTIFY], false),
        )
    }
}

fn notify_both_ways() -> Scenario {
    let mut all = members(&[CALLED_A, CALLED_B], 0);
    all[0].priorities = &[15, 15];
    all[1].restarts = 1;
    let moves = vec![
        notify_service_of(0),
        notify_client_of(0),
        notify_client_of(1),
        Move::Lend(NOTIFY, 0, BUFFER),
        Move::YieldWaitFor(NOTIFY, 0),
        Move::YieldWaitFor(NOTIFY, 1),
        Move::Pause,
    ];
    // Each knows the other as 0, and itself as 1.
    let knows = |other, itself| {
        let [other, itself] = [other, itself].map(|name| Move::Show(NOTIFY, 0, name));
        vec![other, LOOK_FOR, itself, LOOK_FOR]
    };
    let leaves = [moves.clone(), vec![Move::EndThread]].concat();
    Scenario {
        openings: vec![knows(NAME_B, NAME_A), knows(NAME_A, NAME_B)],
        repertoires: vec![leaves, moves],
        others: vec![Move::Pause],
        mortals: vec![1],
        ..scenario(
            "notify-both-ways",
            "Two processes that are services and clients of each other, of which one goes on without its main thread.",
            plan(all, &[NOTIFY], false),
        )
    }
}
