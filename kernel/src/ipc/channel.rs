//! Channels: a rendezvous between an initiator and a handler (CH-1 to CH-9).
//!
//! An initiator transacts: it offers a request and a place for the response, and sleeps until the
//! handler has answered. The channel stores no byte of either: the request stays in the
//! initiator's memory until the handler reads it, as often and in as many pieces as it likes, and
//! the response goes straight to the place that was offered. So a channel costs no buffer, and a
//! message is copied once.
//!
//! What happens when …
//! - **full**: one transaction per initiator; a second start gets ResourceExhausted.
//! - **empty**: read and respond with nothing pending get Unavailable.
//! - **the handler dies**: every transaction pending with it ends with Unavailable at that moment,
//!   and ERROR shows on the initiator until its next start.
//! - **the initiator dies**: its transaction is withdrawn and ERROR shows on the handler until a
//!   wait has returned it.
//! - **late**: a deadline withdraws the transaction. A handler that had begun to serve it is
//!   *stale*: it learns so, once, from Unavailable, and cannot answer somebody else by mistake.
//!
//! Staleness is kept per thread of the handler's process, not per channel. Were it one mark for
//! the channel, a second thread could use it up, and the first one's late answer would complete
//! whatever transaction had come meanwhile. A thread that waits on the handler has left its old
//! transaction behind, so that ends its staleness, before and during the wait.
//!
//! Rejected: a copy of the request in the kernel (a buffer per channel, two copies per message);
//! a token that the handler passes back (every program would carry it for the sake of the rare
//! late answer).
//!
//! | call | nothing pending | pending | served by the caller | served by another thread |
//! | --- | --- | --- | --- | --- |
//! | transact | pending | ResourceExhausted | ResourceExhausted | ResourceExhausted |
//! | read | Unavailable | served, bytes | bytes | FailedPrecondition |
//! | respond | Unavailable | answered | answered | FailedPrecondition |
//! | deadline | — | withdrawn | withdrawn, stale | withdrawn, that thread stale |
//! | serving thread ends | — | — | pending | pending |
//!
//! A stale caller's read or respond gets Unavailable first, whatever the column.

use guichet_abi::{Arguments, Error, LIST_FLAG, Signals};

use crate::event::{Outcome, failure, success};
use crate::id::{HandlerIndex, InitiatorIndex, Table, ThreadIndex};
use crate::memory::{Buffer, MemoryMap};
use crate::object::{HandlerDescriptor, InitiatorDescriptor, Object};
use crate::port::{Port, Side};
use crate::region::Access;
use crate::services::{Caller, Services, is_past, refuse};
use crate::thread::{Thread, ThreadSet, ThreadState};
use crate::time::Instant;
use crate::transfer::{End, check, transfer};

/// Whether an initiator has a transaction under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Transaction {
    /// It has none.
    Idle,
    /// It has one, which a thread of its process blocks in.
    Pending,
}

/// What changes about the initiator's end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Initiator {
    transaction: Transaction,
    /// The handler's process ended with a transaction unanswered (CH-7).
    peer_ended: bool,
    /// The thread that blocks in the transaction.
    thread: ThreadIndex,
    request: Buffer,
    response: Buffer,
}

impl Initiator {
    /// An initiator without a transaction.
    pub const IDLE: Initiator = Initiator {
        transaction: Transaction::Idle,
        peer_ended: false,
        thread: ThreadIndex::NONE,
        request: Buffer::EMPTY,
        response: Buffer::EMPTY,
    };
}

/// What changes about the handler's end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handler {
    /// The transaction that waits to be served.
    pending: InitiatorIndex,
    /// The transaction that is being served.
    served: InitiatorIndex,
    /// The thread that serves it (CH-5a).
    server: ThreadIndex,
    /// The threads that served a transaction that was withdrawn, and have not learned of it.
    stale: ThreadSet,
    /// An initiator's process ended with a transaction pending (CH-9).
    peer_ended: bool,
    /// The process runs or will: a transaction may wait for it (CH-8).
    reachable: bool,
}

impl Handler {
    /// A handler without a transaction, whose process has not ended.
    pub const IDLE: Handler = Handler {
        pending: InitiatorIndex::NONE,
        served: InitiatorIndex::NONE,
        server: ThreadIndex::NONE,
        stale: ThreadSet::EMPTY,
        peer_ended: false,
        reachable: true,
    };

    fn signals(&self) -> Signals {
        let mut signals = Signals::empty();
        signals.set(Signals::READABLE, !self.pending.is_none());
        signals.set(Signals::ERROR, self.peer_ended);
        signals
    }
}

/// A transaction that has passed every check and only needs to be entered.
struct Start<'s> {
    initiator: InitiatorIndex,
    ends: &'s InitiatorDescriptor,
    request: Buffer,
    response: Buffer,
}

/// All channels of the system.
#[derive(Debug)]
pub(crate) struct Channels<'s> {
    pub(crate) handlers: Table<'s, HandlerIndex, Handler>,
    pub(crate) initiators: Table<'s, InitiatorIndex, Initiator>,
}

// ---- calls ------------------------------------------------------------------------------------

impl Channels<'_> {
    /// Starts a transaction and blocks until it has ended (CH-2).
    pub(crate) fn transact<const DOOR: bool, P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Option<Outcome> {
        let &[_, _, send_length, _, receive_length, low, high] = arguments;
        let deadline = Instant::from_words(low, high);
        if DOOR && (deadline.is_finite() || (send_length | receive_length) & LIST_FLAG != 0) {
            return None;
        }
        let start = match self.check_start(services, port, arguments) {
            Ok(start) => start,
            Err(error) => return refuse::<DOOR>(services, error),
        };
        if is_past(port, deadline) {
            return refuse::<DOOR>(services, Error::DeadlineExceeded);
        }
        let state = ThreadState::Transacting(start.initiator);
        let handler = start.ends.handler;
        if DOOR {
            let list = services.system.handler(handler)?.wait_list;
            let signals = self.handlers.get(handler)?.signals() | Signals::READABLE;
            if signals != Signals::READABLE {
                return None;
            }
            let waiter = services.waits.plain_waiter(list, signals)?;
            self.enter(&start, services.waits.current());
            return Some(services.waits.hand_off(state, list, waiter, signals));
        }
        self.enter(&start, services.waits.current());
        services.waits.block(state, deadline);
        self.raise_handler(services, handler);
        Some(services.waits.dispatch())
    }

    /// Copies from the request (CH-3). With `exact`, the request must fill the buffer.
    pub(crate) fn read<const DOOR: bool, P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
        exact: bool,
    ) -> Option<Outcome> {
        if DOOR && arguments[3] & LIST_FLAG != 0 {
            return None;
        }
        match self.copy_request::<DOOR, P>(services, port, arguments, exact) {
            Ok(length) => Some(services.waits.finish(success(length))),
            Err(error) => refuse::<DOOR>(services, error),
        }
    }

    /// Copies the response and ends the transaction (CH-4).
    pub(crate) fn respond<const DOOR: bool, P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Option<Outcome> {
        if DOOR && arguments[2] & LIST_FLAG != 0 {
            return None;
        }
        match self.copy_response::<DOOR, P>(services, port, arguments) {
            Ok(()) => Some(services.waits.finish(success(0))),
            Err(error) => refuse::<DOOR>(services, error),
        }
    }

    fn check_start<'s, P: Port>(
        &self,
        services: &Services<'s>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Result<Start<'s>, Error> {
        let &[handle, send, send_length, receive, receive_length, ..] = arguments;
        let caller = services.caller()?;
        let initiator = match caller.object(handle)? {
            Object::ChannelInitiator(index) => index,
            Object::ChannelHandler(_) | Object::Thread(_) => return Err(Error::InvalidArgument),
        };
        let map = caller.memory();
        let limit = services.system.max_transfer_bytes;
        let request = check(port, &map, (send, send_length), Access::Read, limit)?;
        let room = (receive, receive_length);
        let response = check(port, &map, room, Access::Write, LIST_FLAG)?;
        let ends = services.system.initiator(initiator).ok_or(Error::Internal)?;
        match self.initiators.get(initiator).ok_or(Error::Internal)?.transaction {
            Transaction::Idle => {}
            Transaction::Pending => return Err(Error::ResourceExhausted),
        }
        if !self.handlers.get(ends.handler).ok_or(Error::Internal)?.reachable {
            return Err(Error::Unavailable);
        }
        Ok(Start { initiator, ends, request, response })
    }

    #[inline(always)]
    fn enter(&mut self, start: &Start<'_>, thread: ThreadIndex) {
        if let Some(initiator) = self.initiators.get_mut(start.initiator) {
            *initiator = Initiator {
                transaction: Transaction::Pending,
                peer_ended: false,
                thread,
                request: start.request,
                response: start.response,
            };
        }
        if let Some(handler) = self.handlers.get_mut(start.ends.handler) {
            handler.pending = start.initiator;
        }
    }

    #[inline(always)]
    fn copy_request<const DOOR: bool, P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
        exact: bool,
    ) -> Result<usize, Error> {
        let &[handle, offset, address, length_word, ..] = arguments;
        let caller = services.caller()?;
        let handler = handler_of(&caller, handle)?;
        let room = check(port, &caller.memory(), (address, length_word), Access::Write, LIST_FLAG)?;
        let index = self.choose::<DOOR>(&caller, services.waits.current(), handler)?;
        let initiator = self.initiators.get(index).ok_or(Error::Internal)?;
        let rest = initiator.request.length().checked_sub(offset).ok_or(Error::OutOfRange)?;
        if exact && rest < room.length() {
            return Err(Error::OutOfRange);
        }
        let length = rest.min(room.length());
        let source = End { map: memory_of(services, index)?, buffer: initiator.request, offset };
        let destination = End { map: caller.memory(), buffer: room, offset: 0 };
        match transfer(port, source, destination, length) {
            Ok(()) => {}
            Err(Side::Destination) => return Err(Error::PermissionDenied),
            Err(Side::Source) if DOOR => return Err(Error::Internal),
            Err(Side::Source) => return Err(self.blame_initiator(services, index)),
        }
        self.serve(handler, index, services.waits.current());
        Ok(length)
    }

    #[inline(always)]
    fn copy_response<const DOOR: bool, P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Result<(), Error> {
        let &[handle, address, length_word, ..] = arguments;
        let caller = services.caller()?;
        let handler = handler_of(&caller, handle)?;
        let limit = services.system.max_transfer_bytes;
        let answer = check(port, &caller.memory(), (address, length_word), Access::Read, limit)?;
        let index = self.choose::<DOOR>(&caller, services.waits.current(), handler)?;
        let initiator = self.initiators.get(index).ok_or(Error::Internal)?;
        let length = answer.length();
        if length > initiator.response.length() {
            return Err(Error::OutOfRange);
        }
        let thread = initiator.thread;
        if DOOR && !self.is_plain_end(services, index, thread) {
            return Err(Error::Internal);
        }
        let source = End { map: caller.memory(), buffer: answer, offset: 0 };
        let destination =
            End { map: memory_of(services, index)?, buffer: initiator.response, offset: 0 };
        match transfer(port, source, destination, length) {
            Ok(()) => {}
            Err(Side::Source) => return Err(Error::PermissionDenied),
            Err(Side::Destination) if DOOR => return Err(Error::Internal),
            Err(Side::Destination) => return Err(self.blame_initiator(services, index)),
        }
        self.release(services, index);
        services.waits.complete(thread, success(length));
        Ok(())
    }

    /// Tells whether ending this transaction concerns no deadline and no other waiter.
    #[inline(always)]
    fn is_plain_end(
        &self,
        services: &Services<'_>,
        index: InitiatorIndex,
        thread: ThreadIndex,
    ) -> bool {
        let waits = &services.waits;
        let Some(ends) = services.system.initiator(index) else {
            return false;
        };
        !waits.has_waiter(ends.wait_list) && !waits.is_armed(thread)
    }

    /// The transaction that the caller's read or respond acts on (CH-5a).
    #[inline(always)]
    fn choose<const DOOR: bool>(
        &mut self,
        caller: &Caller<'_>,
        thread: ThreadIndex,
        handler: HandlerIndex,
    ) -> Result<InitiatorIndex, Error> {
        let handler = self.handlers.get_mut(handler).ok_or(Error::Internal)?;
        if !handler.stale.is_empty() {
            if DOOR {
                return Err(Error::Internal);
            }
            if handler.stale.remove(caller.thread.ordinal) {
                return Err(Error::Unavailable);
            }
        }
        if !handler.served.is_none() {
            let by_caller = handler.server == thread;
            return if by_caller { Ok(handler.served) } else { Err(Error::FailedPrecondition) };
        }
        if handler.pending.is_none() { Err(Error::Unavailable) } else { Ok(handler.pending) }
    }

    /// Makes a transaction the one that `thread` serves.
    #[inline(always)]
    fn serve(&mut self, handler: HandlerIndex, index: InitiatorIndex, thread: ThreadIndex) {
        if let Some(handler) = self.handlers.get_mut(handler)
            && handler.pending == index
        {
            handler.pending = InitiatorIndex::NONE;
            handler.served = index;
            handler.server = thread;
        }
    }

    /// Ends a transaction whose initiator's memory has gone bad; the handler's call sees it as
    /// withdrawn (AB-8).
    #[cold]
    #[inline(never)]
    fn blame_initiator(&mut self, services: &mut Services<'_>, index: InitiatorIndex) -> Error {
        let thread = self.initiators.get(index).map_or(ThreadIndex::NONE, |end| end.thread);
        self.release(services, index);
        services.waits.complete(thread, failure(Error::PermissionDenied));
        Error::Unavailable
    }
}

// ---- signals ----------------------------------------------------------------------------------

impl Channels<'_> {
    /// The handler's active signals: READABLE, ERROR (CH-3, CH-9).
    #[inline(always)]
    pub(crate) fn handler_signals(&self, index: HandlerIndex) -> Signals {
        self.handlers.get(index).map_or(Signals::empty(), Handler::signals)
    }

    /// The initiator's active signals: WRITEABLE, ERROR (CH-7).
    #[inline(always)]
    pub(crate) fn initiator_signals(&self, index: InitiatorIndex) -> Signals {
        let Some(initiator) = self.initiators.get(index) else {
            return Signals::empty();
        };
        let mut signals = Signals::empty();
        signals.set(Signals::WRITEABLE, initiator.transaction == Transaction::Idle);
        signals.set(Signals::ERROR, initiator.peer_ended);
        signals
    }

    /// Tells whether the thread is stale on this handler.
    #[inline(always)]
    pub(crate) fn has_stale(&self, index: HandlerIndex) -> bool {
        self.handlers.get(index).is_some_and(|handler| !handler.stale.is_empty())
    }

    /// A thread begins to wait on the handler: what it served and lost lies behind it (CH-5a).
    pub(crate) fn forget_stale(&mut self, index: HandlerIndex, ordinal: u8) {
        if let Some(handler) = self.handlers.get_mut(index) {
            handler.stale.remove(ordinal);
        }
    }

    /// A wait on the handler has returned these signals: an ERROR among them falls (CH-9).
    pub(crate) fn note_returned(&mut self, index: HandlerIndex, signals: Signals) {
        if signals.contains(Signals::ERROR)
            && let Some(handler) = self.handlers.get_mut(index)
        {
            handler.peer_ended = false;
        }
    }

    fn raise_handler(&mut self, services: &mut Services<'_>, index: HandlerIndex) {
        let Some(&HandlerDescriptor { wait_list, .. }) = services.system.handler(index) else {
            return;
        };
        let signals = self.handler_signals(index);
        if services.waits.raise(wait_list, signals) {
            self.note_returned(index, signals);
        }
    }

    #[inline(always)]
    fn raise_initiator(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        let Some(ends) = services.system.initiator(index) else {
            return;
        };
        if services.waits.has_waiter(ends.wait_list) {
            services.waits.raise(ends.wait_list, self.initiator_signals(index));
        }
    }
}

// ---- ends -------------------------------------------------------------------------------------

impl Channels<'_> {
    /// Takes a transaction off both ends. The initiator may start another.
    #[inline(always)]
    fn release(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        if let Some(initiator) = self.initiators.get_mut(index) {
            *initiator = Initiator { peer_ended: initiator.peer_ended, ..Initiator::IDLE };
        }
        if let Some(ends) = services.system.initiator(index)
            && let Some(handler) = self.handlers.get_mut(ends.handler)
        {
            if handler.pending == index {
                handler.pending = InitiatorIndex::NONE;
            }
            if handler.served == index {
                handler.served = InitiatorIndex::NONE;
                handler.server = ThreadIndex::NONE;
            }
        }
        self.raise_initiator(services, index);
    }

    /// Withdraws the transaction that a thread blocks in (CH-5). The caller ends the thread's call.
    pub(crate) fn withdraw(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        self.mark_stale(services, index);
        self.release(services, index);
    }

    /// Makes the thread that serves this transaction stale, unless it already waits for another.
    fn mark_stale(&mut self, services: &Services<'_>, index: InitiatorIndex) {
        let Some(ends) = services.system.initiator(index) else {
            return;
        };
        let Some(handler) = self.handlers.get_mut(ends.handler) else {
            return;
        };
        if handler.served != index {
            return;
        }
        let wait_list = services.system.handler(ends.handler).map(|handler| handler.wait_list);
        let state = services.waits.threads.get(handler.server).map(Thread::state);
        let waits_here = match state {
            Some(ThreadState::Waiting { list, .. }) => Some(list) == wait_list,
            Some(_) | None => false,
        };
        if !waits_here && let Some(server) = services.system.thread(handler.server) {
            handler.stale.insert(server.ordinal);
        }
    }

    /// A thread of the handler's process ends: what it served can be served anew (CH-5a).
    pub(crate) fn server_ended(
        &mut self,
        services: &mut Services<'_>,
        index: HandlerIndex,
        (thread, ordinal): (ThreadIndex, u8),
    ) {
        let Some(handler) = self.handlers.get_mut(index) else {
            return;
        };
        handler.stale.remove(ordinal);
        if handler.served.is_none() || handler.server != thread {
            return;
        }
        handler.pending = handler.served;
        handler.served = InitiatorIndex::NONE;
        handler.server = ThreadIndex::NONE;
        self.raise_handler(services, index);
    }

    /// The handler's process starts: transactions may wait for it (CH-8).
    pub(crate) fn handler_started(&mut self, index: HandlerIndex) {
        if let Some(handler) = self.handlers.get_mut(index) {
            handler.reachable = true;
        }
    }

    /// The handler's process has ended: so have its transactions, at this moment (CH-8).
    pub(crate) fn handler_ended(&mut self, services: &mut Services<'_>, index: HandlerIndex) {
        let Some(handler) = self.handlers.get_mut(index) else {
            return;
        };
        let lost = [handler.pending, handler.served];
        *handler = Handler { reachable: false, ..Handler::IDLE };
        for initiator in lost {
            let Some(end) = self.initiators.get_mut(initiator) else {
                continue;
            };
            end.peer_ended = true;
            let thread = end.thread;
            self.release(services, initiator);
            services.waits.complete(thread, failure(Error::Unavailable));
        }
    }

    /// The initiator's process has ended; its threads are gone already (CH-9).
    pub(crate) fn initiator_ended(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        let Some(initiator) = self.initiators.get(index) else {
            return;
        };
        let was_pending = initiator.transaction == Transaction::Pending;
        if was_pending {
            self.withdraw(services, index);
        }
        if let Some(initiator) = self.initiators.get_mut(index) {
            *initiator = Initiator::IDLE;
        }
        if was_pending && let Some(ends) = services.system.initiator(index) {
            if let Some(handler) = self.handlers.get_mut(ends.handler) {
                handler.peer_ended = true;
            }
            self.raise_handler(services, ends.handler);
        }
    }
}

/// The handler's end that a handle names: InvalidArgument for any other object.
#[inline(always)]
fn handler_of(caller: &Caller<'_>, handle: usize) -> Result<HandlerIndex, Error> {
    match caller.object(handle)? {
        Object::ChannelHandler(index) => Ok(index),
        Object::ChannelInitiator(_) | Object::Thread(_) => Err(Error::InvalidArgument),
    }
}

/// The memory of an initiator's process.
#[inline(always)]
fn memory_of<'s>(services: &Services<'s>, index: InitiatorIndex) -> Result<MemoryMap<'s>, Error> {
    let ends = services.system.initiator(index).ok_or(Error::Internal)?;
    let process = services.system.process(ends.process).ok_or(Error::Internal)?;
    Ok(process.memory_map(ends.process))
}

// ---- invariants -------------------------------------------------------------------------------

impl Channels<'_> {
    /// Checks that the two ends of every channel agree with each other and with the threads.
    pub(crate) fn check(&self, services: &Services<'_>) -> Result<(), &'static str> {
        for number in 0..self.initiators.len() {
            self.check_initiator(services, InitiatorIndex::new(number))?;
        }
        for number in 0..self.handlers.len() {
            self.check_handler(services, HandlerIndex::new(number))?;
        }
        Ok(())
    }

    fn check_initiator(
        &self,
        services: &Services<'_>,
        index: InitiatorIndex,
    ) -> Result<(), &'static str> {
        let initiator = self.initiators.get(index).ok_or("channel: no such initiator")?;
        let ends = services.system.initiator(index).ok_or("channel: undeclared initiator")?;
        let handler = self.handlers.get(ends.handler).ok_or("channel: no such handler")?;
        let is_pending = handler.pending == index;
        let is_served = handler.served == index;
        match initiator.transaction {
            Transaction::Idle if is_pending || is_served => {
                return Err("channel: the handler has a transaction that nobody started");
            }
            Transaction::Pending if is_pending == is_served => {
                return Err("channel: a transaction must either wait or be served");
            }
            Transaction::Pending if !handler.reachable => {
                return Err("channel: a transaction outlived its handler's process");
            }
            Transaction::Idle | Transaction::Pending => {}
        }
        let state = services.waits.threads.get(initiator.thread).map(Thread::state);
        match initiator.transaction {
            Transaction::Pending if state != Some(ThreadState::Transacting(index)) => {
                Err("channel: nobody blocks in a pending transaction")
            }
            Transaction::Idle | Transaction::Pending => Ok(()),
        }
    }

    fn check_handler(
        &self,
        services: &Services<'_>,
        index: HandlerIndex,
    ) -> Result<(), &'static str> {
        let handler = self.handlers.get(index).ok_or("channel: no such handler")?;
        if handler.served.is_none() != handler.server.is_none() {
            return Err("channel: served by nobody, or somebody serves nothing");
        }
        let server = services.waits.threads.get(handler.server).map(Thread::state);
        match server {
            Some(ThreadState::Dormant) => Err("channel: served by a thread that has ended"),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
