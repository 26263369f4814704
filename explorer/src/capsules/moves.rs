//! What programs do in explorations: calls in words, made into registers.

use std::fmt;

use guichet_abi::{ARGUMENT_COUNT, Signals, Syscall, deadline_to_words};
use guichet_kernel::Call;

use super::oracle::Oracle;
use super::oracle::society::id_of;
use super::places::{LIST, Place, write};
use super::plan::{Declared, Kind};
use crate::layout::Memory;
use crate::machine::BOOT_TICKS;

/// Whom a program names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whom {
    /// The present or latest life of a process, whether its id was given or not.
    Latest(usize),
    /// The life before that.
    Earlier(usize),
    /// One that has not begun.
    Later(usize),
    /// A process that is not there.
    Nowhere,
    /// None.
    Zero,
}

/// A move of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// Gives a command without arguments.
    Command(Kind, usize),
    /// Gives a command with this argument.
    CommandOf(Kind, usize, usize),
    /// Gives a command that names somebody.
    CommandTo(Kind, usize, Whom),
    /// Gives a command that names somebody, and waits for upcalls of the same capsule, a bit for each.
    CommandAndWait(Kind, usize, Whom, u8),
    /// Answers the request of somebody: the present one, or one so many before or after it.
    Respond(Whom, i32),
    /// Allows a buffer to be read.
    Show(Kind, usize, Place),
    /// Allows a buffer to be written.
    Lend(Kind, usize, Place),
    /// Writes a list of ids, and allows it to be read.
    List([Whom; 3]),
    /// Writes the header of its stream: flags and offset.
    Header(Place, [u8; 8]),
    /// Subscribes to an upcall, or does so no longer.
    Subscribe(Kind, usize, bool),
    /// Yields until an upcall is there.
    YieldWait,
    /// Takes an upcall that is there.
    YieldNoWait,
    /// Yields until this upcall is there.
    YieldWaitFor(Kind, usize),
    /// Waits on its upcalls, or only looks.
    Watch(bool),
    /// Waits on its group, or only looks.
    WatchGroup(bool),
    /// Makes its upcalls a member of its group.
    Join,
    /// Takes them out of it.
    Leave,
    /// Lets the others run.
    Pause,
    /// Ends itself, and with the last thread its process.
    EndThread,
    /// Ends its process.
    Exit,
}

/// The handles of a process's upcalls, and of its group.
pub const UPCALLS: usize = 0;
/// The other.
pub const GROUP: usize = 1;

/// What its group tells it with its upcalls.
pub const USER_DATA: usize = 9;

/// When a pause is over.
pub const PAUSE_TICKS: u64 = BOOT_TICKS + 1;

/// The function that programs subscribe to an upcall.
pub fn function_of(kind: Kind, number: usize) -> usize {
    0x4000 + (kind.driver() & 0xF) * 0x100 + number * 0x10
}

impl Whom {
    /// The id by which that one is named.
    pub fn id(self, oracle: &Oracle) -> u32 {
        match self {
            Whom::Latest(process) => id_of(oracle.society.latest(process)),
            Whom::Earlier(process) => {
                let (_, number) = oracle.society.latest(process);
                id_of((process, number.saturating_sub(1)))
            }
            Whom::Later(process) => {
                let (_, number) = oracle.society.latest(process);
                id_of((process, number + 1))
            }
            Whom::Nowhere => 1 << 8 | 0xC8,
            Whom::Zero => 0,
        }
    }
}

impl Move {
    /// The call that a move is; what it writes before is in the memory then. None, if it is no call.
    pub fn call(self, declared: &Declared, oracle: &Oracle, memory: &mut Memory) -> Option<Call> {
        let (syscall, words) = match self {
            Move::Command(kind, command) => (Syscall::Command, vec![kind.driver(), command]),
            Move::CommandOf(kind, command, number) => {
                (Syscall::Command, vec![kind.driver(), command, number])
            }
            Move::CommandTo(kind, command, whom) => {
                let id = whom.id(oracle) as usize;
                (Syscall::Command, vec![kind.driver(), command, id])
            }
            Move::CommandAndWait(kind, command, whom, upcalls) => {
                let id = whom.id(oracle) as usize;
                let words = vec![kind.driver(), command, id, 0, usize::from(upcalls)];
                (Syscall::CommandAndYieldWaitFor, words)
            }
            Move::Respond(whom, age) => {
                let id = whom.id(oracle) as usize;
                let serial = serial(declared, oracle, whom).wrapping_add_signed(age) as usize;
                (Syscall::Command, vec![Kind::Mailbox.driver(), 5, id, serial])
            }
            Move::Show(kind, number, place) => {
                let words = vec![kind.driver(), number, place.address, place.length];
                (Syscall::AllowReadOnly, words)
            }
            Move::Lend(kind, number, place) => {
                let words = vec![kind.driver(), number, place.address, place.length];
                (Syscall::AllowReadWrite, words)
            }
            Move::List(whom) => {
                let ids = whom.map(|whom| whom.id(oracle).to_le_bytes());
                write(memory, LIST, ids.as_flattened());
                let words = vec![Kind::Inbox.driver(), 1, LIST.address, ids.as_flattened().len()];
                (Syscall::AllowReadOnly, words)
            }
            Move::Header(place, header) => {
                write(memory, Place { length: header.len(), ..place }, &header);
                return None;
            }
            Move::Subscribe(kind, number, is_on) => {
                let function = if is_on { function_of(kind, number) } else { 0 };
                (Syscall::Subscribe, vec![kind.driver(), number, function, 7 * usize::from(is_on)])
            }
            Move::YieldWait => (Syscall::YieldWait, Vec::new()),
            Move::YieldNoWait => (Syscall::YieldNoWait, Vec::new()),
            Move::YieldWaitFor(kind, number) => {
                (Syscall::YieldWaitFor, vec![kind.driver(), number])
            }
            Move::Watch(waits) => (Syscall::ObjectWait, watch(UPCALLS, waits)),
            Move::WatchGroup(waits) => (Syscall::ObjectWait, watch(GROUP, waits)),
            Move::Join => (Syscall::WaitGroupAdd, vec![GROUP, UPCALLS, readable(), USER_DATA]),
            Move::Leave => (Syscall::WaitGroupRemove, vec![GROUP, UPCALLS]),
            Move::Pause => {
                let (low, high) = deadline_to_words(PAUSE_TICKS);
                (Syscall::SleepUntil, vec![low, high])
            }
            Move::EndThread => (Syscall::ThreadExit, vec![0]),
            Move::Exit => (Syscall::ProcessExit, vec![0]),
        };
        let mut arguments = [0; ARGUMENT_COUNT];
        arguments[..words.len()].copy_from_slice(&words);
        Some(Call { number: syscall as usize, arguments })
    }

    /// Whom it sends a message to, if it does that.
    pub fn posts_to(self) -> Option<usize> {
        match self {
            Move::CommandTo(Kind::Inbox, 3, Whom::Latest(process)) => Some(process),
            _other => None,
        }
    }
}

fn readable() -> usize {
    Signals::READABLE.bits() as usize
}

/// The words of a wait for good, or of a look.
fn watch(handle: usize, waits: bool) -> Vec<usize> {
    let (low, high) = deadline_to_words(if waits { u64::MAX } else { 0 });
    vec![handle, readable(), low, high]
}

/// The serial number of somebody's present request.
fn serial(declared: &Declared, oracle: &Oracle, whom: Whom) -> u32 {
    let process = (whom.id(oracle) & 0xFF) as usize;
    let is_there = process < declared.process_count();
    if is_there { oracle.mailbox.serial(oracle.society.latest(process)) } else { 0 }
}

impl fmt::Display for Whom {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whom::Latest(process) => write!(formatter, "process {process}"),
            Whom::Earlier(process) => write!(formatter, "an earlier life of process {process}"),
            Whom::Later(process) => write!(formatter, "a later life of process {process}"),
            Whom::Nowhere => formatter.write_str("a process that is not there"),
            Whom::Zero => formatter.write_str("nobody"),
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Move::Command(kind, command) => write!(formatter, "gives command {command} to {kind}"),
            Move::CommandOf(kind, command, number) => {
                write!(formatter, "gives command {command} to {kind}, of {number}")
            }
            Move::CommandTo(kind, command, whom) => {
                write!(formatter, "gives command {command} to {kind}, naming {whom}")
            }
            Move::CommandAndWait(kind, command, whom, upcalls) => {
                let deed = format!("gives command {command} to {kind}, naming {whom}");
                write!(formatter, "{deed}, and waits for its upcalls {upcalls:#b}")
            }
            Move::Respond(whom, 0) => write!(formatter, "answers the request of {whom}"),
            Move::Respond(whom, age) => {
                write!(formatter, "answers a request of {whom}, {age} from the present one")
            }
            Move::Show(kind, number, place) => {
                write!(formatter, "lets {kind} read {place} as number {number}")
            }
            Move::Lend(kind, number, place) => {
                write!(formatter, "lets {kind} write {place} as number {number}")
            }
            Move::List([first, second, third]) => {
                write!(formatter, "lists {first}, {second} and {third}")
            }
            Move::Header(place, header) => {
                write!(formatter, "writes {header:?} at the start of {place}")
            }
            Move::Subscribe(kind, number, true) => {
                write!(formatter, "subscribes to upcall {number} of {kind}")
            }
            Move::Subscribe(kind, number, false) => {
                write!(formatter, "subscribes no longer to upcall {number} of {kind}")
            }
            Move::YieldWait => formatter.write_str("yields until an upcall comes"),
            Move::YieldNoWait => formatter.write_str("yields for an upcall that is there"),
            Move::YieldWaitFor(kind, number) => {
                write!(formatter, "yields until upcall {number} of {kind} comes")
            }
            Move::Watch(true) => formatter.write_str("waits on its upcalls"),
            Move::Watch(false) => formatter.write_str("looks at its upcalls"),
            Move::WatchGroup(true) => formatter.write_str("waits on its group"),
            Move::WatchGroup(false) => formatter.write_str("looks at its group"),
            Move::Join => formatter.write_str("makes its upcalls a member of its group"),
            Move::Leave => formatter.write_str("takes its upcalls out of its group"),
            Move::Pause => formatter.write_str("pauses"),
            Move::EndThread => formatter.write_str("ends its thread"),
            Move::Exit => formatter.write_str("exits"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Kind::Registry => "the name registry",
            Kind::Mailbox => "the synchronous mailbox",
            Kind::Inbox => "the asynchronous mailbox",
            Kind::Notify => "the driver for notifications",
            Kind::Spy => "a capsule that knows no command",
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes at {:#x}", self.length, self.address)
    }
}
