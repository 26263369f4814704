//! Endpoints: bounded queues of messages, and calls with a reply right (EP-1 to EP-13).
//!
//! An endpoint belongs to the process that receives from it. Others send: the message goes straight
//! to a thread that waits for one, else into the queue, whose room is declared; where there is none
//! the sender waits for it, or learns so. Who calls waits for an answer besides, and whoever receives
//! the call gets the right to give it, once.
//!
//! What happens when …
//! - **full**: a send waits for room, first come first served among equals; a `try_send` gets
//!   ResourceExhausted. A freed place is filled by the kernel, so nobody overtakes who waits.
//! - **empty**: a receive waits; a `try_receive` gets Unavailable.
//! - **the receiver's process dies**: its messages are dropped, and who waits for room or for an
//!   answer gets Unavailable at that moment. What is sent while it is due to start waits for it.
//! - **the sender's process dies**: what it has queued stays. Of a call the reply right is void.
//! - **closed**: who waits to send or for an answer gets Aborted; what is queued can be received.
//! - **late**: a deadline takes back what has not been queued. A call that was leaves its message
//!   there, with a void right: the receiver may have begun to act on it.
//!
//! A message handed to a thread is in that thread's buffer before anybody else runs: so nobody takes
//! it in between, and a wake-up without a message does not exist. A message of at most four words
//! may travel in registers at either end (EP-8); it is the flat message of those bytes, queued in
//! the same queue, and takes the same way through this file.
//!
//! Rejected: a queue of messages by priority (a bound on how long a message waits would be gone); a
//! table of reply rights (it could run out; see `exchange`); capacity 0 for a rendezvous (that is a
//! channel).
//!
//! | call | receiver waits | room | full | closed | receiver's process gone |
//! | --- | --- | --- | --- | --- | --- |
//! | send | delivered | queued | blocks | Aborted | Unavailable |
//! | try_send | delivered | queued | ResourceExhausted | Aborted | Unavailable |
//! | call | delivered, blocks | queued, blocks | blocks, then queued | Aborted | Unavailable |
//!
//! | call | a message | empty | empty and closed |
//! | --- | --- | --- | --- |
//! | receive | the oldest | blocks | Aborted |
//! | try_receive | the oldest | Unavailable | Aborted |
//!
//! | call | right of an open call that the caller's process has received | any other number |
//! | --- | --- | --- |
//! | reply | answered; OutOfRange if too long, and still open | Unavailable |
//! | drop_reply | the caller gets Aborted | Unavailable |

use guichet_abi::{
    Arguments, Error, LIST_FLAG, MAX_MESSAGE_WORDS, Message, OK, Results, Signals, split_handle,
};

use crate::event::{Ending, success};
use crate::exchange::{Exchange, Rights};
use crate::id::{EndpointIndex, MessageIndex, ProcessIndex, Table, ThreadIndex};
use crate::ipc::channel::Channels;
use crate::memory::Buffer;
use crate::object::{Object, ReceiverDescriptor, SenderDescriptor};
use crate::port::{Port, Side};
use crate::region::Access;
use crate::services::{Caller, Services, is_past};
use crate::thread::ThreadState;
use crate::time::Instant;
use crate::transfer::{End, Own, check, exchange, transfer};

mod door;
mod end;
mod normal;
mod queue;

pub use normal::{exchange_of, reply_right, with_reply};

/// How many bytes a word of a message has, on every machine.
const WORD_BYTES: usize = 4;

/// How many bytes travel in registers at most.
const REGISTER_BYTES: usize = MAX_MESSAGE_WORDS * WORD_BYTES;

/// What changes about an endpoint. A power of two in size, so that finding one is cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[repr(align(16))]
pub struct Endpoint {
    /// Where the oldest message stands, counted from the endpoint's first place.
    first: u16,
    /// How many messages are queued.
    count: u16,
    /// The only process that may send, if there is one (EP-9).
    bound: ProcessIndex,
    /// Its owner has closed it (EP-10).
    is_closed: bool,
    /// Its process runs or will: what is sent may wait for it (CH-8).
    is_reachable: bool,
    /// A thread may stand in the list of an end that sends: whoever makes room must look.
    is_watched: bool,
}

impl Endpoint {
    /// An endpoint that is open and empty.
    pub const IDLE: Endpoint = Endpoint {
        first: 0,
        count: 0,
        bound: ProcessIndex::NONE,
        is_closed: false,
        is_reachable: true,
        is_watched: false,
    };

    fn signals(&self) -> Signals {
        let mut signals = Signals::empty();
        signals.set(Signals::READABLE, self.count != 0);
        signals.set(Signals::ERROR, self.is_closed && self.count == 0);
        signals
    }

    /// Tells whether this process may send now: PermissionDenied, Aborted or Unavailable if not.
    fn admit(&self, sender: ProcessIndex) -> Result<(), Error> {
        if !self.bound.is_none() && self.bound != sender {
            return Err(Error::PermissionDenied);
        }
        if self.is_closed {
            return Err(Error::Aborted);
        }
        if self.is_reachable { Ok(()) } else { Err(Error::Unavailable) }
    }
}

/// What stands beside the bytes of a queued message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueuedMessage {
    /// How long it is, in bytes.
    length: u32,
    /// The reply right that goes with it; 0 for none. Void, if that call is open no more.
    reply: u32,
    badge: u32,
    incarnation: u32,
}

impl QueuedMessage {
    /// A place without a message.
    pub const NONE: QueuedMessage = QueuedMessage { length: 0, reply: 0, badge: 0, incarnation: 0 };
}

/// All endpoints of the system.
#[derive(Debug)]
pub(crate) struct Endpoints<'s> {
    pub(crate) entries: Table<'s, EndpointIndex, Endpoint>,
    pub(crate) messages: Table<'s, MessageIndex, QueuedMessage>,
    pub(crate) bytes: &'s mut [u8],
    pub(crate) rights: Rights,
}

/// What an operation may use besides the endpoints: the services, the port, and who inherits whose
/// priority (CH-13).
pub(crate) struct Means<'c, 's, P> {
    pub(crate) services: &'c mut Services<'s>,
    pub(crate) port: &'c mut P,
    pub(crate) inheritance: &'c Channels<'s>,
}

/// What is sent or answered: where its bytes are, and they, if they are in registers.
#[derive(Clone, Copy)]
struct Content {
    buffer: Buffer,
    words: [u32; MAX_MESSAGE_WORDS],
}

impl Content {
    /// The registers as bytes, the first one of the first word first. Out of line, as compilers take
    /// words apart byte by byte.
    #[inline(never)]
    fn bytes(&self) -> [[u8; WORD_BYTES]; MAX_MESSAGE_WORDS] {
        self.words.map(u32::to_le_bytes)
    }

    /// Where to copy it from: a buffer of this process, or its registers, which are `bytes`.
    fn source<'a>(
        &'a self,
        process: ProcessIndex,
        bytes: &'a [[u8; WORD_BYTES]; MAX_MESSAGE_WORDS],
    ) -> Source<'a> {
        if self.buffer.is_registers() {
            Source::Kernel(bytes.as_flattened().get(..self.buffer.message_length()).unwrap_or(&[]))
        } else {
            Source::Memory(End::whole(process, &self.buffer))
        }
    }
}

/// A message that has passed every check of its sender's.
#[derive(Clone, Copy)]
struct Outgoing<'s> {
    end: &'s SenderDescriptor,
    /// The handle of that end.
    handle: u16,
    message: Content,
}

/// What its receiver is told of a message.
#[derive(Clone, Copy)]
struct Envelope {
    badge: u32,
    incarnation: u32,
    /// 0 for none.
    reply: u32,
}

/// Where the bytes of a message are.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// In a process's memory.
    Memory(End<'a>),
    /// In the kernel's: a queue, or registers.
    Kernel(&'a [u8]),
}

/// What a call does at an endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Sends a message (EP-3).
    Send,
    /// Sends one and waits for the answer (EP-7).
    Call,
    /// Receives a message (EP-4).
    Receive,
    /// Answers a call (EP-7).
    Reply,
    /// Answers one and receives a message, as long as that takes (EP-7).
    ReplyAndReceive,
}

/// A call, as its number says.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) operation: Operation,
    /// The message and its answer are in registers (EP-8).
    pub(crate) is_words: bool,
    /// It waits for room or for a message, if there is none.
    pub(crate) waits: bool,
}

// ---- the calls: their arguments -----------------------------------------------------------------

impl Endpoints<'_> {
    /// Sends, receives or answers.
    #[inline(never)]
    pub(crate) fn operate<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        manner: Manner,
        arguments: &Arguments,
    ) -> Ending {
        match manner.operation {
            Operation::Send | Operation::Call => self.start(means, manner, arguments),
            Operation::Receive => {
                let &[handle, address, length, ..] = arguments;
                let end = receiver_of(&means.services.caller(), handle)?;
                let room = check_room(means, manner, end, (address, length))?;
                self.accept(means, end, room, deadline_of(manner, arguments))
            }
            Operation::Reply => {
                let &[first, second, third, ..] = arguments;
                let (right, place) =
                    if manner.is_words { (second, (0, 0)) } else { (first, (second, third)) };
                let answer = check_message(means, manner, arguments, place)?;
                self.answer(means, right, &answer)?;
                Ok(Some(success(0)))
            }
            Operation::ReplyAndReceive => {
                let &[first, right, from, from_length, to, to_length, _] = arguments;
                let handle = if manner.is_words { split_handle(first).0 } else { first };
                let end = receiver_of(&means.services.caller(), handle)?;
                let room = check_room(means, manner, end, (to, to_length))?;
                let answer = check_message(means, manner, arguments, (from, from_length))?;
                self.answer(means, right, &answer)?;
                self.accept(means, end, room, Some(Instant::NEVER))
            }
        }
    }

    /// Sends a message (EP-3), or calls (EP-7).
    fn start<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        manner: Manner,
        arguments: &Arguments,
    ) -> Ending {
        let (handle, place) = places(manner, arguments);
        let calls = manner.operation == Operation::Call;
        let end = sender_of(&means.services.caller(), handle, calls)?;
        let message = check_message(means, manner, arguments, place)?;
        if message.buffer.message_length() > usize::from(end.receiver.max_message_bytes) {
            return Err(Error::OutOfRange);
        }
        let outgoing = Outgoing { end, handle: number(handle), message };
        if !calls {
            return self.post(means, &outgoing, deadline_of(manner, arguments));
        }
        let &[.., to, to_length, low, high] = arguments;
        let answer = if manner.is_words {
            Buffer::registers(REGISTER_BYTES)
        } else {
            let map = means.services.memory();
            check(means.port, map, (to, to_length), Access::Write, LIST_FLAG)?
        };
        let deadline = match deadline_of(manner, arguments) {
            Some(deadline) if manner.is_words => deadline,
            Some(_) | None => Instant::from_words(low, high),
        };
        self.begin_call(means, &outgoing, answer, deadline)
    }
}

/// The handle of a call, and the words that say where its first buffer is.
fn places(manner: Manner, arguments: &Arguments) -> (usize, (usize, usize)) {
    let &[first, second, third, ..] = arguments;
    let handle = if manner.is_words { split_handle(first).0 } else { first };
    (handle, (second, third))
}

/// Until when a call waits, of those that name one buffer or none; `None` for one that does not.
fn deadline_of(manner: Manner, arguments: &Arguments) -> Option<Instant> {
    let &[_, second, third, fourth, fifth, ..] = arguments;
    let (low, high) = if manner.is_words { (second, third) } else { (fourth, fifth) };
    manner.waits.then(|| Instant::from_words(low, high))
}

/// The end that receives which a handle names: InvalidArgument for any other object.
fn receiver_of<'s>(caller: &Caller<'s>, handle: usize) -> Result<&'s ReceiverDescriptor, Error> {
    if let Object::EndpointReceiver(end) = caller.object(handle)? {
        Ok(end)
    } else {
        Err(Error::InvalidArgument)
    }
}

/// The end that sends which a handle names: InvalidArgument for any other object, PermissionDenied
/// if its declaration gives no right to that (EP-2).
fn sender_of<'s>(
    caller: &Caller<'s>,
    handle: usize,
    calls: bool,
) -> Result<&'s SenderDescriptor, Error> {
    let Object::EndpointSender(end) = caller.object(handle)? else {
        return Err(Error::InvalidArgument);
    };
    let may = if calls { end.may_call } else { end.may_send };
    if may { Ok(end) } else { Err(Error::PermissionDenied) }
}

/// A handle that names something: there are fewer than 65,536.
fn number(handle: usize) -> u16 {
    u16::try_from(handle).unwrap_or(u16::MAX)
}

/// Checks what a call sends or answers: the words of its registers, as many as its first argument says,
/// or a buffer.
#[inline(never)]
fn check_message<P: Port>(
    means: &mut Means<'_, '_, P>,
    manner: Manner,
    arguments: &Arguments,
    place: (usize, usize),
) -> Result<Content, Error> {
    if manner.is_words {
        let (_, count) = split_handle(arguments[0]);
        if count > MAX_MESSAGE_WORDS {
            return Err(Error::OutOfRange);
        }
        let buffer = Buffer::registers(count.wrapping_mul(WORD_BYTES));
        return Ok(Content { buffer, words: words_of(arguments) });
    }
    let limit = means.services.max_transfer_bytes;
    let map = means.services.memory();
    let buffer = check(means.port, map, place, Access::Read, limit)?;
    Ok(Content { buffer, words: [0; MAX_MESSAGE_WORDS] })
}

/// The words of a call, 32 bits each, whatever a register holds besides.
#[inline(always)]
fn words_of(arguments: &Arguments) -> [u32; MAX_MESSAGE_WORDS] {
    let &[_, _, _, first, second, third, fourth] = arguments;
    [first, second, third, fourth].map(|word| u32::try_from(word & 0xFFFF_FFFF).unwrap_or(0))
}

/// Checks the place for a message, which must hold any of this endpoint's (EP-4).
#[inline(never)]
fn check_room<P: Port>(
    means: &mut Means<'_, '_, P>,
    manner: Manner,
    end: &ReceiverDescriptor,
    place: (usize, usize),
) -> Result<Buffer, Error> {
    let room = if manner.is_words {
        Buffer::registers(REGISTER_BYTES)
    } else {
        let map = means.services.memory();
        check(means.port, map, place, Access::Write, LIST_FLAG)?
    };
    if room.message_length() < usize::from(end.max_message_bytes) {
        return Err(Error::OutOfRange);
    }
    Ok(room)
}

// ---- sending, calling, receiving, answering -----------------------------------------------------

impl Endpoints<'_> {
    /// Sends a message, or blocks the caller until it is sent (EP-3).
    fn post<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        outgoing: &Outgoing<'_>,
        deadline: Option<Instant>,
    ) -> Ending {
        if self.enter(means, outgoing, 0)?.is_some() {
            return Ok(Some(success(0)));
        }
        let deadline = deadline.ok_or(Error::ResourceExhausted)?;
        if is_past(means.port, deadline) {
            return Err(Error::DeadlineExceeded);
        }
        block_for_room(means, outgoing, deadline);
        Ok(None)
    }

    /// Sends a message and blocks the caller until it is answered (EP-7).
    fn begin_call<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        outgoing: &Outgoing<'_>,
        answer: Buffer,
        deadline: Instant,
    ) -> Ending {
        let current = means.services.waits.current();
        self.admit(means.services, outgoing)?;
        if is_past(means.port, deadline) {
            return Err(Error::DeadlineExceeded);
        }
        let right = means.services.exchange(current).ok_or(Error::Internal)?.right;
        let right = self.rights.after(right);
        let entered = self.enter(means, outgoing, right)?;
        let server = entered.unwrap_or(ThreadIndex::NONE);
        if let Some(exchange) = means.services.exchange_mut(current) {
            exchange.begin_call(right, answer);
            if !server.is_none() {
                exchange.received(outgoing.end.receiver.process, server);
            }
        }
        if entered.is_some() {
            let state = ThreadState::Calling(outgoing.end.receiver.index);
            means.services.waits.block(means.port, state, deadline);
            lend(means, current, server);
        } else {
            block_for_room(means, outgoing, deadline);
        }
        Ok(None)
    }

    /// Delivers or queues the caller's message. Gives the thread that it was delivered to, NONE if it was
    /// queued; nothing if there was neither a receiver nor room. Errors: those of [`Endpoint::admit`];
    /// PermissionDenied if its memory has gone bad.
    fn enter<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        outgoing: &Outgoing<'_>,
        reply: u32,
    ) -> Result<Option<ThreadIndex>, Error> {
        self.admit(means.services, outgoing)?;
        let envelope = envelope(means.services, outgoing.end, reply);
        let receiver = hand_over(means, outgoing, envelope)?;
        if !receiver.is_none() {
            return Ok(Some(receiver));
        }
        let is_queued = self.append(means, outgoing, envelope)?;
        if is_queued {
            let end = &outgoing.end.receiver;
            let signals = self.receiver_signals(end.index);
            means.services.waits.raise(end.wait_list, signals);
        }
        Ok(is_queued.then_some(ThreadIndex::NONE))
    }

    fn admit(&self, services: &Services<'_>, outgoing: &Outgoing<'_>) -> Result<(), Error> {
        let entry = self.entries.get(outgoing.end.receiver.index).ok_or(Error::Internal)?;
        entry.admit(services.caller().process.index)
    }

    /// Gives the caller the oldest message, or blocks it until there is one (EP-4); not without a
    /// deadline.
    #[inline(never)]
    fn accept<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        end: &ReceiverDescriptor,
        room: Buffer,
        deadline: Option<Instant>,
    ) -> Ending {
        if let Some(results) = self.take_first(means, end, &room)? {
            return Ok(Some(results));
        }
        if self.entries.get(end.index).ok_or(Error::Internal)?.is_closed {
            return Err(Error::Aborted);
        }
        let deadline = deadline.ok_or(Error::Unavailable)?;
        if is_past(means.port, deadline) {
            return Err(Error::DeadlineExceeded);
        }
        let is_bound = !self.entries.get(end.index).ok_or(Error::Internal)?.bound.is_none();
        let room = if is_bound && room.is_registers() { room.guarded() } else { room };
        let state = ThreadState::Receiving { list: end.wait_list, room };
        means.services.waits.block(means.port, state, deadline);
        Ok(None)
    }

    /// Answers a call (EP-7).
    #[inline(never)]
    fn answer<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        right: usize,
        answer: &Content,
    ) -> Result<(), Error> {
        let process = means.services.caller().process.index;
        let exchange = self.open_call(means.services, right).ok_or(Error::Unavailable)?;
        let (caller, room, length) =
            (exchange.thread, exchange.answer, answer.buffer.message_length());
        if length > room.message_length() {
            return Err(Error::OutOfRange);
        }
        let owner = means.services.system.thread(caller).ok_or(Error::Internal)?.process.index;
        match deliver(
            means,
            answer.source(process, &answer.bytes()),
            (caller, owner),
            &room,
            length,
        ) {
            Ok(()) => {
                end_call(means, caller, Ok(length));
                Ok(())
            }
            Err(Side::Source) => Err(Error::PermissionDenied),
            Err(Side::Destination) => {
                end_call(means, caller, Err(Error::PermissionDenied));
                Err(Error::Unavailable)
            }
        }
    }

    /// Gives a call back unanswered (EP-7).
    pub(crate) fn drop_reply<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        arguments: &Arguments,
    ) -> Ending {
        let exchange = self.open_call(means.services, arguments[0]).ok_or(Error::Unavailable)?;
        let caller = exchange.thread;
        end_call(means, caller, Err(Error::Aborted));
        Ok(Some(success(0)))
    }

    /// The call that a number stands for, if the present caller's process has received it and it is
    /// open.
    fn open_call<'c>(&self, services: &'c Services<'_>, right: usize) -> Option<&'c Exchange> {
        let right = u32::try_from(right).ok()?;
        let exchange = services.exchanges.get(self.rights.exchange(right))?;
        let process = services.caller().process.index;
        let is_it = exchange.is_open && exchange.right == right && exchange.holder == process;
        is_it.then_some(exchange)
    }
}

/// Gives a message to the most important thread that waits for one; gives that, or NONE. A receiver whose
/// memory has gone bad bears that itself, and the next one is tried (AB-8).
fn hand_over<P: Port>(
    means: &mut Means<'_, '_, P>,
    outgoing: &Outgoing<'_>,
    envelope: Envelope,
) -> Result<ThreadIndex, Error> {
    let end = &outgoing.end.receiver;
    let length = outgoing.message.buffer.message_length();
    let bytes = outgoing.message.bytes();
    while let Some((receiver, room)) = next_receiver(means.services, end) {
        let source = outgoing.message.source(outgoing.end.process, &bytes);
        match deliver(means, source, (receiver, end.process), &room, length) {
            Ok(()) => {
                let results = received(means.services, receiver, length, envelope);
                means.services.waits.complete_with_message(receiver, results);
                return Ok(receiver);
            }
            Err(Side::Source) => return Err(Error::PermissionDenied),
            Err(Side::Destination) => {
                means.services.waits.fail(receiver, Error::PermissionDenied);
            }
        }
    }
    Ok(ThreadIndex::NONE)
}

/// Tells a thread whose message it is that it is given; gives its results.
fn received(
    services: &mut Services<'_>,
    receiver: ThreadIndex,
    length: usize,
    envelope: Envelope,
) -> Results {
    let Envelope { badge, incarnation, reply } = envelope;
    if let Some(exchange) = services.exchange_mut(receiver) {
        exchange.message.badge = badge;
        exchange.message.incarnation = incarnation;
    }
    Results { status: OK, value0: length, value1: usize::try_from(reply).unwrap_or(0) }
}

/// What the receiver is told of a message of this end's.
fn envelope(services: &Services<'_>, end: &SenderDescriptor, reply: u32) -> Envelope {
    let sender = services.processes.get(end.process);
    let incarnation = sender.map_or(0, |process| process.incarnation);
    Envelope { badge: end.badge, incarnation, reply }
}

/// The most important thread that waits for a message, and where it wants it.
fn next_receiver(
    services: &Services<'_>,
    end: &ReceiverDescriptor,
) -> Option<(ThreadIndex, Buffer)> {
    let receiver = services.waits.most_important(end.wait_list);
    let thread = services.waits.threads.get(receiver)?;
    if let ThreadState::Receiving { room, .. } = thread.state {
        Some((receiver, room))
    } else {
        None
    }
}

/// Copies `length` bytes of a message to where a thread wants them: its buffer, or its registers.
fn deliver<P: Port>(
    means: &mut Means<'_, '_, P>,
    source: Source<'_>,
    (thread, process): (ThreadIndex, ProcessIndex),
    room: &Buffer,
    length: usize,
) -> Result<(), Side> {
    let mut registers = [[0; 4]; MAX_MESSAGE_WORDS];
    if room.is_registers() {
        let bytes = registers.as_flattened_mut().get_mut(..length).ok_or(Side::Destination)?;
        load(means, source, bytes)?;
    } else {
        let destination = End::whole(process, room);
        match source {
            Source::Memory(from) => {
                transfer(&means.services.memories, means.port, from, destination, length)?
            }
            Source::Kernel(bytes) => {
                exchange(&means.services.memories, means.port, destination, Own::Given(bytes))?
            }
        }
    }
    if let Some(exchange) = means.services.exchange_mut(thread) {
        let words = registers.map(u32::from_le_bytes);
        exchange.message = Message { words, ..Message::default() };
    }
    Ok(())
}

/// Copies a message, which is as long as `bytes`, into the kernel's memory.
fn load<P: Port>(
    means: &mut Means<'_, '_, P>,
    source: Source<'_>,
    bytes: &mut [u8],
) -> Result<(), Side> {
    match source {
        Source::Memory(from) => {
            exchange(&means.services.memories, means.port, from, Own::Filled(bytes))
        }
        Source::Kernel(from) => {
            for (to, from) in bytes.iter_mut().zip(from) {
                *to = *from;
            }
            Ok(())
        }
    }
}

/// Blocks the caller until there is room for its message.
fn block_for_room<P: Port>(
    means: &mut Means<'_, '_, P>,
    outgoing: &Outgoing<'_>,
    deadline: Instant,
) {
    let current = means.services.waits.current();
    if let Some(exchange) = means.services.exchange_mut(current) {
        exchange.message.words = outgoing.message.words;
    }
    let list = outgoing.end.receiver.blocked_list;
    let state =
        ThreadState::Sending { list, handle: outgoing.handle, message: outgoing.message.buffer };
    means.services.waits.block(means.port, state, deadline);
}

/// Lets the thread that has received another's call run at no less than its priority (EP-7).
fn lend<P: Port>(means: &mut Means<'_, '_, P>, caller: ThreadIndex, server: ThreadIndex) {
    let priority = means.services.waits.priority(caller);
    means.inheritance.rise(means.services, server, priority);
}

/// Ends the call of a thread that blocks in it, answered or not, and takes back what it has lent.
fn end_call<P: Port>(
    means: &mut Means<'_, '_, P>,
    caller: ThreadIndex,
    result: Result<usize, Error>,
) {
    let Some(exchange) = means.services.exchange_mut(caller) else {
        return;
    };
    let server = exchange.end_call();
    let is_message = exchange.answer.is_registers();
    let waits = &mut means.services.waits;
    match result {
        Ok(length) if is_message => {
            waits.complete_with_message(caller, success(length));
        }
        Ok(length) => waits.complete(caller, success(length)),
        Err(error) => waits.fail(caller, error),
    }
    means.inheritance.fall(means.services, server);
}

#[cfg(test)]
mod tests;
