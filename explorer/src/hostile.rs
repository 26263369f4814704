//! Calls with any words in their registers, more often than not words that come close to sense.
//!
//! Words that are merely random would nearly always be refused for the first reason that a kernel
//! looks for. These are drawn from values at which something changes: the ends of regions, the
//! lengths around a limit, the flag of a list, deadlines on either side of now.

use guichet_abi::{ARGUMENT_COUNT, LIST_FLAG, Signals, Syscall, deadline_to_words, split_handle};
use guichet_kernel::Call;

use crate::declared::{Declared, Waitable};
use crate::layout::{
    BAD_TABLE, GAP, IN, IN_PIECES, IN_TABLE, LOWEST, Memory, OUT, OUT_PIECES, OUT_TABLE, READ_ONLY,
    REGIONS, SPAN_BYTES,
};
use crate::random::Random;

mod post;
pub mod share;

/// The calls of channels and waiting, so that they come more often than the others; waiting most
/// of all, since while one thread runs on, the others never get to ask it anything.
const FREQUENT: [Syscall; 13] = [
    Syscall::ObjectWait,
    Syscall::ObjectWait,
    Syscall::ChannelTransact,
    Syscall::ChannelTransact,
    Syscall::ChannelRead,
    Syscall::ChannelRespond,
    Syscall::ObjectWait,
    Syscall::ChannelReadExact,
    Syscall::ChannelReceive,
    Syscall::ChannelReceive,
    Syscall::ChannelRespondAndReceive,
    Syscall::ChannelRespondAndReceive,
    Syscall::ObjectSetPeerUserSignal,
];

/// The calls that end something; few of them, or nothing would live long enough to be interesting.
const ENDING: [Syscall; 6] = [
    Syscall::ProcessExit,
    Syscall::ThreadExit,
    Syscall::ThreadExit,
    Syscall::ProcessPanic,
    Syscall::TaskTerminate,
    Syscall::DebugShutdown,
];

/// The calls of those that start and watch others.
const WATCHING: [Syscall; 5] = [
    Syscall::ProcessStart,
    Syscall::ThreadStart,
    Syscall::TaskJoin,
    Syscall::TaskFault,
    Syscall::ObjectWait,
];

/// Who calls, and when.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The declared system.
    pub declared: &'a Declared,
    /// The process that calls.
    pub process: usize,
    /// The time, in ticks.
    pub now_ticks: u64,
    /// A call that would make sense now, and the handle for it.
    pub apt: Option<(Syscall, usize)>,
    /// The thread whose call it has received and not answered, if there is one (EP-7).
    pub owed_to: Option<usize>,
}

/// Any call.
pub fn call(random: &mut Random, caller: Caller<'_>) -> Call {
    let mut arguments = [0; ARGUMENT_COUNT];
    for argument in &mut arguments {
        *argument = any_word(random);
    }
    let apt = caller.apt.filter(|_| random.once_in(2));
    let number = apt.map_or_else(|| number(random, caller), |(syscall, _)| syscall as usize);
    if !random.once_in(12) {
        sensible(random, caller, number, &mut arguments);
    }
    if has_shared(caller) && random.once_in(2) {
        share::point_there(random, number, &mut arguments);
    }
    if let Some((_, handle)) = apt.filter(|(syscall, _)| post::names_a_handle(*syscall)) {
        let (other, _) = split_handle(arguments[0]);
        arguments[0] = arguments[0] - other + handle;
    }
    Call { number, arguments }
}

fn number(random: &mut Random, caller: Caller<'_>) -> usize {
    let has_posts = !caller.declared.senders.is_empty();
    let has_shared = has_shared(caller);
    match random.below(1000) {
        0..5 => random.pick(&ENDING) as usize,
        5..20 => any_word(random),
        20..40 => random.pick(&WATCHING) as usize,
        40..=90 => {
            let call = random.pick(&Syscall::ALL);
            let ends_much = [Syscall::EndpointClose, Syscall::YieldWait].contains(&call);
            if ENDING.contains(&call) || ends_much {
                Syscall::DebugNop as usize
            } else {
                call as usize
            }
        }
        91 if has_posts => Syscall::EndpointClose as usize,
        _frequent if has_shared && random.once_in(2) => random.pick(&share::FREQUENT) as usize,
        _frequent if has_posts && !random.once_in(5) => random.pick(&post::FREQUENT) as usize,
        _frequent => random.pick(&FREQUENT) as usize,
    }
}

/// Tells whether the system shares memory.
fn has_shared(caller: Caller<'_>) -> bool {
    !caller.declared.plan.regions.is_empty()
}

/// Replaces words by such as the call could mean.
fn sensible(
    random: &mut Random,
    caller: Caller<'_>,
    number: usize,
    arguments: &mut [usize; ARGUMENT_COUNT],
) {
    let deadline = deadline(random, caller.now_ticks);
    let syscall = Syscall::from_number(number);
    arguments[0] = handle(random, caller, syscall);
    match syscall {
        Some(Syscall::ChannelTransact | Syscall::ChannelRespondAndReceive) => {
            [arguments[1], arguments[2]] = buffer(random);
            [arguments[3], arguments[4]] = buffer(random);
            (arguments[5], arguments[6]) = deadline;
        }
        Some(Syscall::ChannelAsyncTransact) => {
            [arguments[1], arguments[2]] = buffer(random);
            [arguments[3], arguments[4]] = buffer(random);
        }
        Some(Syscall::ChannelRead | Syscall::ChannelReadExact) => {
            arguments[1] = if random.once_in(3) { random.below(9) } else { 0 };
            [arguments[2], arguments[3]] = buffer(random);
        }
        Some(Syscall::ChannelReceive) => {
            [arguments[1], arguments[2]] = buffer(random);
            (arguments[3], arguments[4]) = deadline;
        }
        Some(Syscall::ChannelRespond) => [arguments[1], arguments[2]] = buffer(random),
        Some(Syscall::ObjectWait) => {
            let user = if random.once_in(4) { Signals::USER.bits() as usize } else { 0 };
            arguments[1] = random.below(16) | user | usize::from(random.once_in(3)) | lines(random);
            (arguments[2], arguments[3]) = deadline;
        }
        Some(Syscall::ObjectSetPeerUserSignal) => {
            arguments[1] = if random.once_in(8) { any_word(random) } else { random.below(2) };
        }
        Some(Syscall::ThreadStart) => arguments[2] = address(random),
        Some(Syscall::TaskFault) => arguments[1] = random.below(3),
        Some(
            Syscall::ProcessStart
            | Syscall::TaskJoin
            | Syscall::TaskTerminate
            | Syscall::ChannelAsyncTransactComplete
            | Syscall::ChannelAsyncCancel
            | Syscall::ConsoleRead,
        ) => {}
        Some(Syscall::InterruptAck) => arguments[1] = lines(random),
        Some(Syscall::WaitGroupAdd | Syscall::WaitGroupRemove) => {
            let objects = caller.declared.system.processes[caller.process].objects.len();
            arguments[1] = random.below(objects + 1);
            let signals = if random.once_in(4) { random.below(16) } else { 0b1111 };
            arguments[2] = signals | lines(random);
        }
        Some(Syscall::SleepUntil) => (arguments[0], arguments[1]) = deadline,
        Some(syscall) if syscall.is_of_shared_memory() => {
            share::sensible(random, syscall, arguments);
        }
        Some(syscall) if syscall as usize >= Syscall::EndpointCallWords as usize => {
            post::sensible(random, caller, syscall, deadline, arguments);
        }
        Some(_) | None => [arguments[0], arguments[1]] = buffer(random),
    }
}

/// Mostly a handle of a thing that the call is for, where the process has one.
fn handle(random: &mut Random, caller: Caller<'_>, syscall: Option<Syscall>) -> usize {
    let handles = 0..caller.declared.system.processes[caller.process].objects.len();
    let count = handles.len();
    let named = |handle| caller.declared.waitable_of(caller.process, handle);
    let fits = |handle: &usize| named(*handle).zip(syscall).is_some_and(is_for);
    let fitting: Vec<usize> = handles.filter(fits).collect();
    if fitting.is_empty() || random.once_in(8) {
        random.below(count + 2)
    } else {
        random.pick(&fitting)
    }
}

/// Tells whether a call is for such a thing; a wait is for channels, groups and lines first.
fn is_for((waitable, syscall): (Waitable, Syscall)) -> bool {
    match syscall {
        Syscall::ChannelTransact
        | Syscall::ChannelAsyncTransact
        | Syscall::ChannelAsyncTransactComplete
        | Syscall::ChannelAsyncCancel => matches!(waitable, Waitable::Initiator(_)),
        Syscall::ObjectWait => !matches!(waitable, Waitable::Thread(_) | Waitable::Process(_)),
        Syscall::InterruptAck => matches!(waitable, Waitable::Interrupt(_)),
        Syscall::ObjectSetPeerUserSignal => {
            matches!(waitable, Waitable::Initiator(_) | Waitable::Handler(_))
        }
        Syscall::WaitGroupAdd | Syscall::WaitGroupRemove => matches!(waitable, Waitable::Group(_)),
        Syscall::ProcessStart | Syscall::TaskFault => matches!(waitable, Waitable::Process(_)),
        Syscall::ThreadStart => matches!(waitable, Waitable::Thread(_)),
        Syscall::TaskJoin | Syscall::TaskTerminate => {
            matches!(waitable, Waitable::Process(_) | Waitable::Thread(_))
        }
        Syscall::EndpointSend
        | Syscall::EndpointTrySend
        | Syscall::EndpointSendWords
        | Syscall::EndpointTrySendWords
        | Syscall::EndpointCall
        | Syscall::EndpointCallWords => matches!(waitable, Waitable::Sender(_)),
        other if other as usize >= Syscall::EndpointCallWords as usize => {
            matches!(waitable, Waitable::Receiver(_))
        }
        other if other.is_of_shared_memory() => matches!(waitable, Waitable::Part(_)),
        _any_other => matches!(waitable, Waitable::Handler(_)),
    }
}

/// Signals of interrupt lines, now and then of one that no object here declares.
fn lines(random: &mut Random) -> usize {
    let bound = if random.once_in(8) { 16 } else { 8 };
    random.below(bound) << Signals::INTERRUPT_A.bits().trailing_zeros()
}

fn deadline(random: &mut Random, now_ticks: u64) -> (usize, usize) {
    let near = now_ticks + random.below(10) as u64;
    deadline_to_words(match random.below(8) {
        0 => 0,
        1 => random.word(),
        2 | 3 => u64::MAX,
        _near => near,
    })
}

fn buffer(random: &mut Random) -> [usize; 2] {
    match random.below(8) {
        0 | 1 => {
            let table = random.pick(&[OUT_TABLE, IN_TABLE, BAD_TABLE, IN_TABLE + 8]);
            [table, LIST_FLAG | random.pick(&[0, 1, 2, 2, 2, 3])]
        }
        2 => [address(random), random.below(12)],
        _good => [random.pick(&[OUT, IN, IN_PIECES[0], OUT_PIECES[0]]), random.below(9)],
    }
}

fn address(random: &mut Random) -> usize {
    match random.below(3) {
        0 => random.pick(&[0, GAP, READ_ONLY, usize::MAX, usize::MAX - 7]),
        1 => {
            let region = random.pick(&REGIONS);
            random.pick(&[region.start, region.end]).wrapping_sub(4) + random.below(8)
        }
        _inside => LOWEST + random.below(SPAN_BYTES),
    }
}

fn any_word(random: &mut Random) -> usize {
    match random.below(8) {
        0 => random.word() as usize,
        1 => LIST_FLAG | random.below(12),
        2 => usize::MAX - random.below(4),
        3 => 1 << random.below(usize::BITS as usize),
        4 | 5 => address(random),
        _small => random.below(20),
    }
}

/// What a program does to its own memory between its calls: new messages and new slice tables.
pub fn scribble(random: &mut Random, memory: &mut Memory) {
    for _ in 0..random.below(4) {
        let address = LOWEST + random.below(SPAN_BYTES);
        if REGIONS
            .iter()
            .any(|region| region.writable && (region.start..region.end).contains(&address))
        {
            memory.set(address, random.word().to_le_bytes()[0]);
        }
    }
    if random.once_in(3) {
        let table = random.pick(&[OUT_TABLE, IN_TABLE]);
        let entry = table + 2 * size_of::<usize>() * random.below(2);
        let (start, length) = if random.once_in(3) {
            (address(random), any_word(random))
        } else {
            (random.pick(&[IN_PIECES[0], IN_PIECES[1], OUT_PIECES[0]]), random.below(5))
        };
        memory.set_word(entry, start);
        memory.set_word(entry + size_of::<usize>(), length);
    }
}
