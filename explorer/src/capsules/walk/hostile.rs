//! Calls of programs that mean well, or not at all.

use guichet_abi::{ARGUMENT_COUNT, Syscall};
use guichet_kernel::Call;

use crate::capsules::moves::{Move, Whom, function_of};
use crate::capsules::oracle::Oracle;
use crate::capsules::places::{
    FOREIGN, LIST, NAME_A, NAME_B, NAME_SHORT, NOTHING, Place, READ_ONLY, REQUEST, REQUEST_LONG,
    REQUEST_ROOM, RESPONSE, RESPONSE_ROOM, RESPONSE_ROOM_2, STREAM, STREAM_2, TOO_LONG, write,
};
use crate::capsules::plan::{Declared, Kind};
use crate::layout::{LOWEST, Memory};
use crate::random::Random;

/// Who calls.
pub(super) struct Caller<'a> {
    pub(super) declared: &'a Declared,
    pub(super) oracle: &'a Oracle,
    pub(super) process: usize,
    /// Whether it is the main thread.
    pub(super) is_main: bool,
}

const KINDS: [Kind; 3] = [Kind::Registry, Kind::Mailbox, Kind::Inbox];

/// Buffers that a program would show.
const SHOWN: [Place; 10] = [
    NAME_A,
    NAME_A,
    NAME_B,
    NAME_SHORT,
    NOTHING,
    REQUEST,
    REQUEST_LONG,
    RESPONSE,
    TOO_LONG,
    FOREIGN,
];

/// Buffers that a program would lend. None of them touches the list, which changes only when it is shown anew.
const LENT: [Place; 9] = [
    REQUEST_ROOM,
    RESPONSE_ROOM,
    RESPONSE_ROOM_2,
    STREAM,
    STREAM,
    STREAM_2,
    NOTHING,
    READ_ONLY,
    FOREIGN,
];

const CALLS: [Syscall; 9] = [
    Syscall::Command,
    Syscall::Command,
    Syscall::AllowReadOnly,
    Syscall::AllowReadWrite,
    Syscall::Subscribe,
    Syscall::YieldNoWait,
    Syscall::YieldWait,
    Syscall::YieldWaitFor,
    Syscall::CommandAndYieldWaitFor,
];

/// A call. What the program writes before is in its memory then.
pub(super) fn call(
    random: &mut Random,
    caller: &Caller<'_>,
    memory: &mut Memory,
    opened: &mut usize,
) -> Call {
    if caller.is_main && !random.once_in(8) {
        let next = opening(caller, *opened);
        *opened += 1;
        let call = next.and_then(|next| next.call(caller.declared, caller.oracle, memory));
        if let Some(call) = call {
            return call;
        }
    }
    if random.once_in(40) {
        scribble(random, memory);
    }
    if random.once_in(5) {
        return words(random, caller);
    }
    loop {
        let program_move = sensible(random, caller);
        if let Some(mut call) = program_move.call(caller.declared, caller.oracle, memory) {
            if call.number == Syscall::Subscribe as usize && call.arguments[2] != 0 {
                call.arguments[3] = random.below(1 << 20);
            }
            return call;
        }
    }
}

/// What a process does first, one after the other.
fn opening(caller: &Caller<'_>, opened: usize) -> Option<Move> {
    let other =
        |more: usize| Whom::Latest((caller.process + more) % caller.declared.process_count());
    let (own, others) = match caller.process {
        1 => (NAME_B, NAME_A),
        _other => (NAME_A, NAME_B),
    };
    let firsts = [
        Move::Show(Kind::Registry, 0, own),
        Move::Command(Kind::Registry, 1),
        Move::Show(Kind::Registry, 0, others),
        Move::Command(Kind::Registry, 2),
        Move::Show(Kind::Mailbox, 0, REQUEST),
        Move::Show(Kind::Mailbox, 1, RESPONSE),
        Move::Lend(Kind::Mailbox, 0, RESPONSE_ROOM),
        Move::Lend(Kind::Mailbox, 1, REQUEST_ROOM),
        Move::Show(Kind::Inbox, 0, REQUEST),
        Move::Lend(Kind::Inbox, 0, STREAM),
        Move::List([other(1), other(2), other(3)]),
        Move::Command(Kind::Inbox, 1),
    ];
    let subscribes = caller.declared.slots();
    let subscribes = subscribes.map(|(kind, number)| Move::Subscribe(kind, number, true));
    firsts.into_iter().chain(subscribes).nth(opened)
}

/// A header that says anything, at the start of a stream.
fn scribble(random: &mut Random, memory: &mut Memory) {
    let offset = [0, 1, 8, 12, 23, 24, 25, 0x7FFF_FFFF, 0xFFFF_FFF8, u32::MAX];
    let offset = random.pick(&offset).to_le_bytes();
    let version = random.pick(&[0, 0, 0, 1]);
    let flags = random.pick(&[[0, 0], [0, 0], [0, 2], [0, 3], [0, 4], [1, 0], [3, 0]]);
    let header = [0, version, flags[0], flags[1], offset[0], offset[1], offset[2], offset[3]];
    let place = random.pick(&[STREAM, STREAM_2]);
    write(memory, Place { length: header.len(), ..place }, &header);
}

fn whom(random: &mut Random, caller: &Caller<'_>) -> Whom {
    let process = random.below(caller.declared.process_count());
    match random.below(12) {
        0 => Whom::Earlier(process),
        1 => Whom::Later(process),
        2 => random.pick(&[Whom::Nowhere, Whom::Zero]),
        3 => Whom::Latest(caller.process),
        _latest => Whom::Latest(process),
    }
}

/// What a program in its right mind might do, and sometimes does at the wrong moment.
fn sensible(random: &mut Random, caller: &Caller<'_>) -> Move {
    let whom = whom(random, caller);
    let kind = random.pick(&KINDS);
    let (shown, lent, upcalls) = kind.counts();
    match random.below(40) {
        0..3 => Move::Command(Kind::Registry, random.below(5)),
        3..7 => Move::Command(Kind::Mailbox, 3),
        7 => Move::Command(Kind::Mailbox, 2),
        8..12 => Move::CommandTo(Kind::Mailbox, 1, whom),
        12 => Move::CommandTo(Kind::Mailbox, 4, whom),
        13..18 => Move::Respond(whom, random.pick(&[0, 0, 0, 0, 0, 0, -1, 1, -7])),
        18 => Move::Command(Kind::Inbox, random.pick(&[1, 1, 1, 2])),
        19..22 => Move::CommandTo(Kind::Inbox, 3, whom),
        22 if caller.is_main => {
            let mut any = || self::whom(random, caller);
            Move::List([whom, any(), any()])
        }
        22 | 23 if random.once_in(2) => shows(random, kind, shown),
        24 if random.once_in(2) => Move::Lend(kind, random.below(lent + 1), random.pick(&LENT)),
        25 => Move::Subscribe(kind, random.below(upcalls + 1), !random.once_in(4)),
        26..31 => Move::YieldNoWait,
        31 if random.once_in(3) => Move::YieldWait,
        31 | 32 if random.once_in(4) => {
            Move::CommandAndWait(Kind::Mailbox, 1, whom, random.pick(&[1, 2, 3, 3, 4, 7]))
        }
        32 if random.once_in(12) => Move::YieldWaitFor(kind, random.below(upcalls + 1)),
        33 => Move::Watch(random.once_in(20)),
        34 if random.once_in(20) => Move::Exit,
        _other => Move::Pause,
    }
}

fn shows(random: &mut Random, kind: Kind, shown: usize) -> Move {
    let number = random.below(shown + 1);
    let place = match (kind, number) {
        // What is on a list changes only when it is shown anew.
        (Kind::Inbox, 1) => random.pick(&[NOTHING, NAME_A, FOREIGN]),
        _other => random.pick(&SHOWN),
    };
    Move::Show(kind, number, place)
}

/// Words that hardly make sense.
fn words(random: &mut Random, caller: &Caller<'_>) -> Call {
    let syscall = random.pick(&CALLS);
    let drivers = [0, 1, 0x777, 0x9_0003, 1 << 32 | 0x9_0000, usize::MAX];
    let kind = random.pick(&KINDS);
    let driver = if random.once_in(3) { random.pick(&drivers) } else { kind.driver() };
    let numbers = [0, 1, 2, 3, 4, 5, 6, 255, 256, 1 << 32, 1 << 32 | 1, usize::MAX];
    let number = random.pick(&numbers);
    let id = whom(random, caller).id(caller.oracle) as usize;
    let any = [0, 1, id, id | 1 << 32, u32::MAX as usize, usize::MAX, 1 << 63, id ^ 0x100];
    let mut arguments = [0; ARGUMENT_COUNT];
    let (first, second) = match syscall {
        Syscall::AllowReadOnly | Syscall::AllowReadWrite => {
            let is_list = syscall == Syscall::AllowReadOnly && kind == Kind::Inbox;
            range(random, is_list)
        }
        // Which upcall is meant must be seen from the function alone.
        Syscall::Subscribe => (function_of(kind, number & 0xF) | random.below(2) << 40, id),
        _other => (random.pick(&any), random.pick(&any)),
    };
    arguments[..4].copy_from_slice(&[driver, number, first, second]);
    for unused in &mut arguments[4..] {
        *unused = random.pick(&any);
    }
    Call { number: syscall as usize, arguments }
}

/// A range of memory: somewhere before the list, or nowhere good.
fn range(random: &mut Random, is_list: bool) -> (usize, usize) {
    let bad = [
        (FOREIGN.address - 2, 4),
        (LOWEST, 1),
        (LOWEST + 0x10, 0xA0),
        (usize::MAX, 2),
        (usize::MAX, 0),
        (READ_ONLY.address, 1 << 63 | 4),
        (READ_ONLY.address, usize::MAX),
    ];
    if is_list || random.once_in(3) {
        return random.pick(&bad);
    }
    let start = LOWEST + 0x10 + random.below(0x70);
    (start, random.below(LIST.address - start + 1))
}
