//! What programs do.
//!
//! The harness decides nothing about what is legal. A thread that runs may make any move of its
//! repertoire, in any order, for ever; that some moves are foolish is the point.

use guichet_abi::{ARGUMENT_COUNT, Arguments, LIST_FLAG, Signals, Syscall, deadline_to_words};
use guichet_kernel::Call;

use crate::declared::{Declared, Waitable};
use crate::layout::{
    BAD_TABLE, GAP, IN, IN_PIECES, IN_TABLE, LONG_BYTES, OUT, OUT_TABLE, READ_ONLY, SHARED,
    SHARED_BYTES, SHARED_IN, SHARED_OUT, SHORT_BYTES, WIDE_BYTES, WIDE_IN, WIDE_OUT,
};
use crate::machine::BOOT_TICKS;

pub mod post;
pub mod share;

use post::Post;
use share::Share;

/// A buffer that bytes are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// No byte, at an address that is no address.
    Empty,
    /// Two bytes.
    Short,
    /// Six bytes.
    Long,
    /// Six bytes in two pieces (AB-7).
    List,
    /// Sixteen bytes, as many as fit into registers (EP-8).
    Wide,
    /// Bytes that belong to nobody.
    Foreign,
    /// Bytes of its own that run into bytes that are not.
    Overrun,
    /// A range that passes the end of the address space.
    Wrapping,
    /// More than one transfer may carry (AB-10).
    TooLong,
    /// A list of nine.
    NineSlices,
    /// A list with a piece that belongs to nobody.
    ForeignPiece,
    /// Two bytes in the first region of shared memory.
    Shared,
    /// Two bytes of which the second lies behind that region.
    SharedOverrun,
}

/// A buffer that bytes are put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Room {
    /// None.
    Empty,
    /// Two bytes.
    Short,
    /// Six bytes.
    Long,
    /// Six bytes in two pieces (AB-7).
    List,
    /// Sixteen bytes.
    Wide,
    /// Memory of its own that it may only read.
    ReadOnly,
    /// Sixteen bytes of that.
    WideReadOnly,
    /// Bytes that belong to nobody.
    Foreign,
    /// A list with a piece that belongs to nobody.
    ForeignPiece,
    /// A list of more slices than there can be.
    HugeList,
    /// Two bytes in the first region of shared memory.
    Shared,
    /// Two bytes of which the first lies before that region.
    SharedOverrun,
}

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Until {
    /// It never passes.
    Never,
    /// It passes when the clock shows this many ticks.
    Tick(u8),
    /// It is exactly now, and so has passed (AB-4).
    Now,
}

/// A process or a thread, as the one who uses its object names it (PR-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// The process with this position.
    Process(usize),
    /// The thread with this position among those of the caller's process.
    Thread(usize),
}

/// Where a thread that is started finds its stack (PR-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stack {
    /// In its own memory; the pointer is not aligned yet.
    Good,
    /// In its own memory, of which too little lies below.
    Short,
    /// At the lowest address of all.
    Nowhere,
    /// In memory that it may only read.
    ReadOnly,
}

/// What is wrong with a call that no sound program would make (AB-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// A handle that is not declared.
    UndeclaredHandle,
    /// The handle of a thread, which is no end of a channel.
    WrongKind,
    /// Its own end of the channel, for a call that is not for it.
    WrongEnd,
    /// The handle of what it has last: a group, an interrupt object or a process.
    WrongTask,
}

/// One move of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// Starts a transaction (CH-2).
    Transact(Message, Room, Until),
    /// Starts a transaction and goes on (CH-6).
    AsyncTransact(Message, Room),
    /// Collects what that has ended with (CH-6).
    AsyncComplete,
    /// Withdraws a transaction, or drops its answer (CH-6).
    AsyncCancel,
    /// Asks whom it serves (CH-12).
    Badge,
    /// Reads the request from an offset on (CH-3).
    Read(usize, Room),
    /// As [`Move::Read`], the request filling the room (CH-3).
    ReadExact(usize, Room),
    /// Answers (CH-4).
    Respond(Message),
    /// Takes the next transaction, or waits for it (CH-10).
    Receive(Room, Until),
    /// Answers and receives (CH-10).
    RespondAndReceive(Message, Room, Until),
    /// Sets USER on the peer's end of the channel to what this word means (WT-5).
    SetPeerUser(usize),
    /// Waits on its end of the channel for any of these signals (WT-2).
    Wait(u32, Until),
    /// Sleeps (WT-7).
    Sleep(Until),
    /// Ends its thread (PR-5).
    ExitThread,
    /// Ends its process (PR-5).
    ExitProcess,
    /// Starts a process (PR-5).
    StartProcess(usize),
    /// Starts a thread of its process (PR-5).
    StartThread(usize, Stack),
    /// Collects an exit status (PR-5).
    Join(Task),
    /// Ends a process or a thread (PR-5).
    Terminate(Task),
    /// Waits for any of these signals of a process or a thread (WT-2).
    Await(Task, u32, Until),
    /// Asks for a part of the fault that a process ended with (PR-5).
    TellFault(usize, usize),
    /// Makes a move on its end of the channel with this position, rather than on its first one.
    On(usize, &'static Move),
    /// Adds a thing to its wait group, with these signals and this word (WT-4).
    Add(Waitable, u32, usize),
    /// Takes a thing out of its wait group (WT-4).
    Remove(Waitable),
    /// Waits on its wait group for these signals (WT-4).
    WaitOnGroup(u32, Until),
    /// Waits on its interrupt object for any of these signals (PR-8).
    AwaitLines(u32, Until),
    /// Acknowledges the lines that this word means (PR-8).
    Acknowledge(usize),
    /// Makes a move on its end of the endpoint with this position.
    At(usize, Post),
    /// Makes a move on its part in the region with this position.
    Share(usize, Share),
    /// Does nothing, in the kernel.
    Nothing,
    /// Makes this call, otherwise sound, with a flaw.
    Flawed(Syscall, Flaw),
    /// Makes a call that does not exist.
    Unknown,
}

/// Masks that programs wait with.
pub mod mask {
    use guichet_abi::Signals;

    /// READABLE.
    pub const READABLE: u32 = Signals::READABLE.bits();
    /// WRITEABLE.
    pub const WRITEABLE: u32 = Signals::WRITEABLE.bits();
    /// ERROR.
    pub const ERROR: u32 = Signals::ERROR.bits();
    /// USER.
    pub const USER: u32 = Signals::USER.bits();
    /// All four of a channel's.
    pub const ALL: u32 = READABLE | WRITEABLE | ERROR | USER;
    /// JOINABLE.
    pub const JOINABLE: u32 = Signals::JOINABLE.bits();
    /// INTERRUPT_A.
    pub const LINE_A: u32 = Signals::INTERRUPT_A.bits();
    /// INTERRUPT_B.
    pub const LINE_B: u32 = Signals::INTERRUPT_B.bits();
    /// INTERRUPT_C.
    pub const LINE_C: u32 = Signals::INTERRUPT_C.bits();
    /// A bit that no signal has.
    pub const UNDEFINED: u32 = READABLE | 1 << 5;
}

/// Where a thread that is started begins.
const ENTRY: usize = 0x40;

fn message_words(message: Message) -> (usize, usize) {
    match message {
        Message::Empty => (usize::MAX, 0),
        Message::Short => (OUT, SHORT_BYTES),
        Message::Long => (OUT, LONG_BYTES),
        Message::List => (OUT_TABLE, LIST_FLAG | 2),
        Message::Wide => (WIDE_OUT, WIDE_BYTES),
        Message::Foreign => (GAP, SHORT_BYTES),
        Message::Overrun => (GAP - LONG_BYTES, LONG_BYTES),
        Message::Wrapping => (usize::MAX - 1, LONG_BYTES),
        Message::TooLong => (OUT, LONG_BYTES + 3),
        Message::NineSlices => (OUT_TABLE, LIST_FLAG | 9),
        Message::ForeignPiece => (BAD_TABLE, LIST_FLAG | 2),
        Message::Shared => (SHARED_OUT, SHORT_BYTES),
        Message::SharedOverrun => (SHARED + SHARED_BYTES - 1, SHORT_BYTES),
    }
}

fn room_words(room: Room) -> (usize, usize) {
    match room {
        Room::Empty => (0, 0),
        Room::Short => (IN, SHORT_BYTES),
        Room::Long => (IN, LONG_BYTES),
        Room::List => (IN_TABLE, LIST_FLAG | 2),
        Room::Wide => (WIDE_IN, WIDE_BYTES),
        Room::ReadOnly => (READ_ONLY, SHORT_BYTES),
        Room::WideReadOnly => (READ_ONLY, WIDE_BYTES),
        Room::Foreign => (GAP, SHORT_BYTES),
        Room::ForeignPiece => (BAD_TABLE, LIST_FLAG | 2),
        Room::HugeList => (IN_PIECES[0], LIST_FLAG | usize::MAX),
        Room::Shared => (SHARED_IN, SHORT_BYTES),
        Room::SharedOverrun => (SHARED - 1, SHORT_BYTES),
    }
}

fn deadline_words(until: Until, clock: u8) -> (usize, usize) {
    let tick = match until {
        Until::Never => return deadline_to_words(u64::MAX),
        Until::Tick(tick) => tick,
        Until::Now => clock,
    };
    deadline_to_words(BOOT_TICKS + u64::from(tick))
}

impl Move {
    /// The deadline of the move, where it has one.
    pub fn until(self) -> Option<Until> {
        match self {
            Move::Transact(_, _, until)
            | Move::Receive(_, until)
            | Move::RespondAndReceive(_, _, until)
            | Move::Wait(_, until)
            | Move::Await(_, _, until)
            | Move::WaitOnGroup(_, until)
            | Move::AwaitLines(_, until)
            | Move::Sleep(until) => Some(until),
            Move::On(_, program_move) => program_move.until(),
            Move::At(_, post) => post.until(),
            Move::Share(_, share) => share.until(),
            Move::Read(..)
            | Move::ReadExact(..)
            | Move::Respond(_)
            | Move::AsyncTransact(..)
            | Move::AsyncComplete
            | Move::AsyncCancel
            | Move::Badge
            | Move::SetPeerUser(_)
            | Move::ExitThread
            | Move::ExitProcess
            | Move::StartProcess(_)
            | Move::StartThread(..)
            | Move::Join(_)
            | Move::Terminate(_)
            | Move::TellFault(..)
            | Move::Add(..)
            | Move::Remove(_)
            | Move::Acknowledge(_)
            | Move::Nothing
            | Move::Flawed(..)
            | Move::Unknown => None,
        }
    }

    /// The words of the call that a thread of `process` makes when the clock shows `clock` ticks, and the
    /// bytes of its messages begin with this voice.
    pub fn call(self, declared: &Declared, process: usize, (clock, voice): (u8, u8)) -> Call {
        let (syscall, arguments) = match self {
            Move::Flawed(syscall, flaw) => {
                let handle = flawed_handle(flaw, declared, process);
                let (_, arguments) = match post::sound(syscall) {
                    Some(post) => post.words(declared, handle, (clock, voice)),
                    None => sound(syscall).words(handle, clock),
                };
                (syscall, arguments)
            }
            Move::At(endpoint, post) => {
                let handle = post::end_of(declared, process, endpoint).unwrap_or(usize::MAX);
                post.words(declared, handle, (clock, voice))
            }
            Move::Share(region, share) => {
                share.words(share::handle_of(declared, process, region), clock)
            }
            Move::Add(what, mask, user_data) => {
                let (group, object) =
                    (own_group(declared, process), handle(declared, process, what));
                (Syscall::WaitGroupAdd, padded([group, object, mask as usize, user_data]))
            }
            Move::Remove(what) => {
                let (group, object) =
                    (own_group(declared, process), handle(declared, process, what));
                (Syscall::WaitGroupRemove, padded([group, object]))
            }
            _sound => self.words(self.handle(declared, process), clock),
        };
        let number = if self == Move::Unknown { usize::MAX } else { syscall as usize };
        Call { number, arguments }
    }

    /// What the move is about: a process or a thread, a group, an interrupt object, or the caller's
    /// end of a channel.
    fn handle(self, declared: &Declared, process: usize) -> usize {
        let task = match self {
            Move::StartThread(thread, _) => Task::Thread(thread),
            Move::StartProcess(other) | Move::TellFault(other, _) => Task::Process(other),
            Move::Join(task) | Move::Terminate(task) | Move::Await(task, ..) => task,
            Move::WaitOnGroup(..) => return own_group(declared, process),
            Move::AwaitLines(..) | Move::Acknowledge(_) => return own_lines(declared, process),
            Move::On(channel, _) => {
                return end_of(declared, process, channel).unwrap_or(usize::MAX);
            }
            _of_the_channel => return own_handle(declared, process),
        };
        let waitable = match task {
            Task::Process(process) => Waitable::Process(process),
            Task::Thread(thread) => Waitable::Thread(declared.main_of(process) + thread),
        };
        handle(declared, process, waitable)
    }

    fn words(self, handle: usize, clock: u8) -> (Syscall, Arguments) {
        match self {
            Move::Transact(message, room, until) => {
                let (send, send_length) = message_words(message);
                let (receive, receive_length) = room_words(room);
                let (low, high) = deadline_words(until, clock);
                let words = [handle, send, send_length, receive, receive_length, low, high];
                (Syscall::ChannelTransact, words)
            }
            Move::AsyncTransact(message, room) => {
                let (send, send_length) = message_words(message);
                let (receive, receive_length) = room_words(room);
                let words = [handle, send, send_length, receive, receive_length];
                (Syscall::ChannelAsyncTransact, padded(words))
            }
            Move::AsyncComplete => (Syscall::ChannelAsyncTransactComplete, padded([handle])),
            Move::AsyncCancel => (Syscall::ChannelAsyncCancel, padded([handle])),
            Move::Badge => (Syscall::ChannelBadge, padded([handle])),
            Move::Read(offset, room) => {
                let (address, length) = room_words(room);
                (Syscall::ChannelRead, padded([handle, offset, address, length]))
            }
            Move::ReadExact(offset, room) => {
                let (address, length) = room_words(room);
                (Syscall::ChannelReadExact, padded([handle, offset, address, length]))
            }
            Move::Respond(message) => {
                let (address, length) = message_words(message);
                (Syscall::ChannelRespond, padded([handle, address, length]))
            }
            Move::Receive(room, until) => {
                let (address, length) = room_words(room);
                let (low, high) = deadline_words(until, clock);
                (Syscall::ChannelReceive, padded([handle, address, length, low, high]))
            }
            Move::RespondAndReceive(message, room, until) => {
                let (send, send_length) = message_words(message);
                let (receive, receive_length) = room_words(room);
                let (low, high) = deadline_words(until, clock);
                let words = [handle, send, send_length, receive, receive_length, low, high];
                (Syscall::ChannelRespondAndReceive, words)
            }
            Move::SetPeerUser(word) => (Syscall::ObjectSetPeerUserSignal, padded([handle, word])),
            Move::On(_, program_move) => program_move.words(handle, clock),
            Move::Wait(mask, until)
            | Move::Await(_, mask, until)
            | Move::WaitOnGroup(mask, until)
            | Move::AwaitLines(mask, until) => {
                let (low, high) = deadline_words(until, clock);
                (Syscall::ObjectWait, padded([handle, mask as usize, low, high]))
            }
            Move::Acknowledge(word) => (Syscall::InterruptAck, padded([handle, word])),
            Move::Sleep(until) => {
                let (low, high) = deadline_words(until, clock);
                (Syscall::SleepUntil, padded([low, high]))
            }
            Move::ExitThread => (Syscall::ThreadExit, padded([3])),
            Move::ExitProcess => (Syscall::ProcessExit, padded([4])),
            Move::StartProcess(_) => (Syscall::ProcessStart, padded([handle])),
            Move::StartThread(_, stack) => {
                (Syscall::ThreadStart, padded([handle, ENTRY, stack_pointer(stack)]))
            }
            Move::Join(_) => (Syscall::TaskJoin, padded([handle])),
            Move::Terminate(_) => (Syscall::TaskTerminate, padded([handle])),
            Move::TellFault(_, part) => (Syscall::TaskFault, padded([handle, part])),
            _without_words_of_its_own => (Syscall::DebugNop, padded([handle])),
        }
    }
}

/// Words that a call does not use hold something all the same.
fn padded<const USED: usize>(used: [usize; USED]) -> Arguments {
    let mut arguments = [usize::MAX; ARGUMENT_COUNT];
    for (argument, word) in arguments.iter_mut().zip(used) {
        *argument = word;
    }
    arguments
}

/// A sound move that makes this call, where a channel is concerned.
fn sound(syscall: Syscall) -> Move {
    match syscall {
        Syscall::ChannelTransact => Move::Transact(Message::Short, Room::Short, Until::Never),
        Syscall::ChannelAsyncTransact => Move::AsyncTransact(Message::Short, Room::Short),
        Syscall::ChannelAsyncTransactComplete => Move::AsyncComplete,
        Syscall::ChannelAsyncCancel => Move::AsyncCancel,
        Syscall::ChannelBadge => Move::Badge,
        Syscall::ChannelRead => Move::Read(0, Room::Short),
        Syscall::ChannelReadExact => Move::ReadExact(0, Room::Short),
        Syscall::ChannelRespond => Move::Respond(Message::Short),
        Syscall::ChannelReceive => Move::Receive(Room::Short, Until::Never),
        Syscall::ChannelRespondAndReceive => {
            Move::RespondAndReceive(Message::Short, Room::Short, Until::Never)
        }
        Syscall::ObjectSetPeerUserSignal => Move::SetPeerUser(1),
        Syscall::ObjectWait => Move::Wait(Signals::READABLE.bits(), Until::Never),
        Syscall::ThreadStart => Move::StartThread(0, Stack::Good),
        Syscall::TaskFault => Move::TellFault(0, 0),
        Syscall::InterruptAck => Move::Acknowledge(mask::LINE_A as usize),
        _other => Move::Nothing,
    }
}

fn own_handle(declared: &Declared, process: usize) -> usize {
    end_of(declared, process, 0).unwrap_or(0)
}

fn end_of(declared: &Declared, process: usize, channel: usize) -> Option<usize> {
    let handler = declared.handle_of(process, Waitable::Handler(channel));
    handler.or_else(|| declared.handle_of(process, Waitable::Initiator(channel)))
}

/// The first wait group of a process.
fn own_group(declared: &Declared, process: usize) -> usize {
    let owners = declared.plan.group_owners();
    let group = owners.iter().position(|owner| *owner == process);
    group.map_or(usize::MAX, |group| handle(declared, process, Waitable::Group(group)))
}

/// The interrupt object of a process.
fn own_lines(declared: &Declared, process: usize) -> usize {
    let owner = declared.plan.interrupt_owners().iter().position(|owner| *owner == process);
    owner.map_or(usize::MAX, |at| handle(declared, process, Waitable::Interrupt(at)))
}

/// The handle by which a process names a thing; one that is not declared, where it cannot.
fn handle(declared: &Declared, process: usize, waitable: Waitable) -> usize {
    declared.handle_of(process, waitable).unwrap_or(usize::MAX)
}

fn flawed_handle(flaw: Flaw, declared: &Declared, process: usize) -> usize {
    let objects = declared.system.processes[process].objects.len();
    let own = own_handle(declared, process);
    match flaw {
        Flaw::UndeclaredHandle => objects,
        // A process has its end of the channel first, and then its main thread.
        Flaw::WrongKind => own + 1,
        Flaw::WrongEnd => own,
        // Those come last.
        Flaw::WrongTask => objects - 1,
    }
}

fn stack_pointer(stack: Stack) -> usize {
    match stack {
        Stack::Good => OUT_TABLE + 5,
        Stack::Short => OUT + 8,
        Stack::Nowhere => 8,
        Stack::ReadOnly => BAD_TABLE + 16,
    }
}
