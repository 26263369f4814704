//! Moves, answers and signals in plain words.

use std::fmt;

use guichet_abi::{Error, MemoryRights, OK, OWN_PROCESS, Results, Signals};
use guichet_kernel::{Action, Outcome, TableIndex};

use crate::declared::{Declared, Waitable};
use crate::plan::Channel;
use crate::repertoire::post::{Letter, Place, Post, Right};
use crate::repertoire::share::Share;
use crate::repertoire::{Flaw, Message, Move, Room, Stack, Task, Until};

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Message::Empty => "nothing",
            Message::Short => "2 bytes",
            Message::Long => "6 bytes",
            Message::List => "6 bytes in a list of two slices",
            Message::Wide => "16 bytes",
            Message::Foreign => "2 bytes that are not its own",
            Message::Overrun => "6 bytes of which the last are not its own",
            Message::Wrapping => "6 bytes that pass the end of the address space",
            Message::TooLong => "more bytes than a transfer may have",
            Message::NineSlices => "a list of nine slices",
            Message::ForeignPiece => "a list with a slice that is not its own",
            Message::Shared => "2 bytes of shared memory",
            Message::SharedOverrun => "2 bytes of which the second lies behind shared memory",
        })
    }
}

impl fmt::Display for Room {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Room::Empty => "no room",
            Room::Short => "room for 2 bytes",
            Room::Long => "room for 6 bytes",
            Room::List => "room for 6 bytes in a list of two slices",
            Room::Wide => "room for 16 bytes",
            Room::ReadOnly => "room in memory that it may only read",
            Room::WideReadOnly => "room for 16 bytes in memory that it may only read",
            Room::Foreign => "room that is not its own",
            Room::ForeignPiece => "room in a list with a slice that is not its own",
            Room::HugeList => "room in a list of more slices than there can be",
            Room::Shared => "room for 2 bytes in shared memory",
            Room::SharedOverrun => "room for 2 bytes of which the first lies before shared memory",
        })
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Letter::Bytes(message) => write!(formatter, "{message}"),
            Letter::Words(count) => write!(formatter, "{count} words"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Memory(room) => write!(formatter, "{room}"),
            Place::Registers => formatter.write_str("its registers"),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Right::Latest(caller) => write!(formatter, "to the latest call of thread {caller}"),
            Right::Older(caller) => write!(formatter, "to an older call of thread {caller}"),
            Right::Above(caller) => {
                write!(formatter, "to the latest call of thread {caller} and something above it")
            }
            Right::Word(word) => write!(formatter, "to {word:#x}"),
        }
    }
}

impl fmt::Display for Post {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Post::Send(letter, until) => write!(formatter, "sends {letter}, {until}"),
            Post::TrySend(letter) => write!(formatter, "tries to send {letter}"),
            Post::Call(message, room, until) => {
                write!(formatter, "calls with {message} and {room}, {until}")
            }
            Post::CallWords(count, until) => {
                write!(formatter, "calls with {count} words, {until}")
            }
            Post::CallTidily(count, until) => {
                write!(formatter, "calls with {count} words and nothing behind them, {until}")
            }
            Post::Receive(place, until) => write!(formatter, "receives with {place}, {until}"),
            Post::TryReceive(place) => write!(formatter, "tries to receive with {place}"),
            Post::Reply(right, letter) => write!(formatter, "replies {right} with {letter}"),
            Post::ReplyAndReceive(right, message, room) => {
                write!(formatter, "replies {right} with {message} and receives with {room}")
            }
            Post::ReplyAndReceiveWords(right, count) => {
                write!(formatter, "replies {right} with {count} words and receives words")
            }
            Post::ReplyAndReceiveTidily(right, count) => {
                write!(
                    formatter,
                    "replies {right} with {count} words and nothing behind them, and receives words"
                )
            }
            Post::DropReply(right) => write!(formatter, "drops the right {right}"),
            Post::Bind(peer) => write!(formatter, "binds to peer {peer}"),
            Post::Close => formatter.write_str("closes"),
            Post::Wait(mask, until) => {
                write!(formatter, "waits for {}, {until}", signal_words(*mask))
            }
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Share::Map(rights) => write!(formatter, "maps {}", rights_words(rights)),
            Share::Unmap => formatter.write_str("unmaps"),
            Share::Lend(OWN_PROCESS, rights) => {
                write!(formatter, "lends itself {}", rights_words(rights))
            }
            Share::Lend(process, rights) => {
                let process = process.wrapping_sub(1);
                write!(formatter, "lends process {process} {}", rights_words(rights))
            }
            Share::Return => formatter.write_str("returns"),
            Share::Read(offset, room) => {
                write!(formatter, "reads from byte {offset} on, with {room}, of")
            }
            Share::Write(offset, message) => {
                write!(formatter, "writes {message} to byte {offset} of")
            }
            Share::Wait(mask, until) => {
                write!(formatter, "waits for {}, {until}, of", signal_words(mask))
            }
        }
    }
}

/// What a word says that may be done with memory.
fn rights_words(word: usize) -> String {
    match MemoryRights::from_word(word) {
        Some(MemoryRights::Read) => "to be read".to_owned(),
        Some(MemoryRights::ReadWrite) => "to be written".to_owned(),
        None => format!("for {word:#x}, which says nothing,"),
    }
}

impl fmt::Display for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Until::Never => formatter.write_str("for ever"),
            Until::Tick(tick) => write!(formatter, "until tick {tick}"),
            Until::Now => formatter.write_str("until a time that is past"),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Flaw::UndeclaredHandle => "a handle that is not declared",
            Flaw::WrongKind => "the handle of a thread",
            Flaw::WrongEnd => "the handle of its own end, whichever that is",
            Flaw::WrongTask => "the handle of what it has last",
        })
    }
}

impl fmt::Display for Waitable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Waitable::Handler(channel) => write!(formatter, "the handler's end of {channel}"),
            Waitable::Initiator(channel) => write!(formatter, "the initiator's end of {channel}"),
            Waitable::Thread(thread) => write!(formatter, "thread {thread}"),
            Waitable::Process(process) => write!(formatter, "process {process}"),
            Waitable::Group(group) => write!(formatter, "group {group}"),
            Waitable::Interrupt(interrupt) => write!(formatter, "interrupt object {interrupt}"),
            Waitable::Receiver(endpoint) => write!(formatter, "the receiver's end of {endpoint}"),
            Waitable::Sender(sender) => write!(formatter, "sender's end {sender}"),
            Waitable::Part(part) => write!(formatter, "part {part} in shared memory"),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Task::Process(process) => write!(formatter, "process {process}"),
            Task::Thread(0) => formatter.write_str("its main thread"),
            Task::Thread(thread) => write!(formatter, "its thread {}", thread + 1),
        }
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Stack::Good => "a good stack",
            Stack::Short => "a stack that begins before its memory",
            Stack::Nowhere => "a stack that begins before all memory",
            Stack::ReadOnly => "a stack that it may only read",
        })
    }
}

impl fmt::Display for Move {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Move::Transact(message, room, until) => {
                write!(formatter, "transacts with {message} and {room}, {until}")
            }
            Move::AsyncTransact(message, room) => {
                write!(formatter, "starts a transaction with {message} and {room}, and goes on")
            }
            Move::AsyncComplete => formatter.write_str("collects what its transaction came to"),
            Move::AsyncCancel => formatter.write_str("cancels"),
            Move::Read(offset, room) => {
                write!(formatter, "reads from byte {offset} on, with {room}")
            }
            Move::ReadExact(offset, room) => {
                write!(formatter, "reads exactly, from byte {offset} on, with {room}")
            }
            Move::Badge => formatter.write_str("asks whom it serves"),
            Move::Respond(message) => write!(formatter, "responds with {message}"),
            Move::Receive(room, until) => write!(formatter, "receives with {room}, {until}"),
            Move::RespondAndReceive(message, room, until) => {
                write!(formatter, "responds with {message} and receives with {room}, {until}")
            }
            Move::SetPeerUser(0) => formatter.write_str("lowers USER on its peer"),
            Move::SetPeerUser(1) => formatter.write_str("raises USER on its peer"),
            Move::SetPeerUser(word) => {
                write!(formatter, "sets USER on its peer to {word:#x}")
            }
            Move::Wait(mask, until) => {
                write!(formatter, "waits for {}, {until}", signal_words(*mask))
            }
            Move::Sleep(until) => write!(formatter, "sleeps {until}"),
            Move::ExitThread => formatter.write_str("ends its thread"),
            Move::ExitProcess => formatter.write_str("ends its process"),
            Move::StartProcess(process) => write!(formatter, "starts process {process}"),
            Move::StartThread(thread, stack) => {
                write!(formatter, "starts {} on {stack}", Task::Thread(*thread))
            }
            Move::Join(task) => write!(formatter, "joins {task}"),
            Move::Terminate(task) => write!(formatter, "terminates {task}"),
            Move::Await(task, mask, until) => {
                write!(formatter, "waits for {} of {task}, {until}", signal_words(*mask))
            }
            Move::TellFault(process, part) => {
                write!(formatter, "asks for part {part} of the fault of process {process}")
            }
            Move::On(channel, program_move) => {
                write!(formatter, "{program_move}, on channel {channel}")
            }
            Move::Add(what, mask, user_data) => {
                let signals = signal_words(*mask);
                write!(formatter, "adds {what} to its group, for {signals}, with {user_data}")
            }
            Move::Remove(what) => write!(formatter, "takes {what} out of its group"),
            Move::WaitOnGroup(mask, until) => {
                write!(formatter, "waits for {} of its group, {until}", signal_words(*mask))
            }
            Move::AwaitLines(mask, until) => {
                write!(formatter, "waits for {} of its lines, {until}", signal_words(*mask))
            }
            Move::Acknowledge(word) => match u32::try_from(*word) {
                Ok(bits) => write!(formatter, "acknowledges {}", signal_words(bits)),
                Err(_) => write!(formatter, "acknowledges {word:#x}"),
            },
            Move::At(endpoint, post) => write!(formatter, "{post}, at endpoint {endpoint}"),
            Move::Share(region, share) => write!(formatter, "{share}, region {region}"),
            Move::Nothing => formatter.write_str("makes a call that does nothing"),
            Move::Flawed(syscall, flaw) => write!(formatter, "calls {syscall:?} with {flaw}"),
            Move::Unknown => formatter.write_str("makes a call that does not exist"),
        }
    }
}

/// Signals by name, or that there is none.
pub fn signal_words(bits: u32) -> String {
    let names = [
        (Signals::READABLE, "READABLE"),
        (Signals::WRITEABLE, "WRITEABLE"),
        (Signals::ERROR, "ERROR"),
        (Signals::USER, "USER"),
        (Signals::JOINABLE, "JOINABLE"),
        (Signals::INTERRUPT_A, "INTERRUPT_A"),
        (Signals::INTERRUPT_B, "INTERRUPT_B"),
        (Signals::INTERRUPT_C, "INTERRUPT_C"),
    ];
    let known = names.into_iter().filter(|(signal, _)| bits & signal.bits() != 0);
    let mut words: Vec<String> = known.map(|(_, name)| name.to_owned()).collect();
    let unknown = names.into_iter().fold(bits, |bits, (signal, _)| bits & !signal.bits());
    if unknown != 0 {
        words.push(format!("bits {unknown:#x}"));
    }
    if words.is_empty() { "no signal".to_owned() } else { words.join(" and ") }
}

/// The results of a call.
pub fn result_words(results: Results) -> String {
    match (Error::from_status(results.status), results) {
        (Some(error), _) => format!("{error:?}"),
        (None, Results { status: OK, value0: 0, value1: 0 }) => "OK".to_owned(),
        (None, Results { status: OK, value0, value1: 0 }) => format!("OK, {value0}"),
        (None, Results { status: OK, value0, value1 }) if Channel::is_badge(value1) => {
            format!("OK, {value0}, of the initiator with badge {value1}")
        }
        (None, Results { status: OK, value1, .. }) => match u32::try_from(value1) {
            Ok(bits) if results.value0 != 0 => {
                format!("OK, {}, {}", results.value0, signal_words(bits))
            }
            Ok(bits) => format!("OK, {}", signal_words(bits)),
            Err(_) => format!("OK, {value1:#x}"),
        },
        (None, _) => format!("the status {}, which means nothing", results.status),
    }
}

/// What the kernel tells the port to do.
pub fn outcome_words(declared: &Declared, outcome: &Outcome) -> String {
    let name = || declared.thread_name(outcome.thread.position());
    match outcome.action {
        Action::Return => format!("{} goes on with {}", name(), result_words(outcome.results)),
        Action::ReturnMessage => {
            let Results { value0, value1, .. } = outcome.results;
            format!("{} goes on with a message of {value0} bytes and the right {value1}", name())
        }
        Action::Resume => format!("{} goes on as it was", name()),
        Action::Idle => "nobody can run".to_owned(),
        Action::Reset => "the board starts anew".to_owned(),
        Action::Shutdown => format!("the run ends with {}", result_words(outcome.results)),
    }
}
