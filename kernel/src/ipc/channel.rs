//! Channels: a rendezvous between an initiator and a handler (CH-1 to CH-13, WT-5).
//!
//! An initiator transacts: it offers a request and a place for the response, and sleeps until the
//! handler has answered. The channel stores no byte of either: the request stays in the
//! initiator's memory until the handler reads it, as often and in as many pieces as it likes, and
//! the response goes straight to the place that was offered. So a channel costs no buffer, and a
//! message is copied once.
//!
//! What happens when …
//! - **full**: one transaction per initiator; a second start gets ResourceExhausted. Where several
//!   initiators share a handler, theirs wait in order (CH-12, `queue`).
//! - **empty**: read and respond with nothing pending get Unavailable.
//! - **the handler dies**: every transaction pending with it ends with Unavailable at that moment,
//!   and ERROR shows on the initiator until its next start.
//! - **the initiator dies**: its transaction is withdrawn and ERROR shows on the handler until a
//!   wait has returned it.
//! - **late**: a deadline withdraws the transaction. A handler that had begun to serve it is
//!   *stale*: it learns so, once, from Unavailable, and cannot answer somebody else by mistake. A
//!   call without a deadline gets the channel's default, if one is declared (CH-11).
//!
//! Staleness is kept per thread of the handler's process, not per channel. Were it one mark for
//! the channel, a second thread could use it up, and the first one's late answer would complete
//! whatever transaction had come meanwhile. A thread that waits on the handler has left its old
//! transaction behind, so that ends its staleness, before and during the wait.
//!
//! Whoever receives instead of waiting and reading (CH-10) is given the transaction when it starts:
//! the request is copied while both sides stand at the window, the transaction is served from its
//! first moment and never shows READABLE. So a round trip costs two entries into the kernel.
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
//! | receive | blocks | served, bytes | FailedPrecondition | blocks |
//! | deadline | — | withdrawn | withdrawn, stale | withdrawn, that thread stale |
//! | serving thread ends | — | — | pending | pending |
//!
//! A stale caller's read or respond gets Unavailable first, whatever the column. The files: `start`,
//! an initiator's calls; `asynchronous`, those that do not block; `serve`, a handler's; `queue`, who is
//! served next; `inherit`, how important that makes whoever serves; `end`, all the ways in which a
//! transaction ends; `user`, the signal that each end raises on the other; `door`, a channel's calls once
//! more, for when nothing is unusual.

use guichet_abi::{OK, Results, Signals};

use crate::id::{HandlerIndex, InitiatorIndex, Table, ThreadIndex, WaitListIndex};
use crate::memory::Buffer;
use crate::object::HandlerDescriptor;
use crate::services::Services;
use crate::thread::{Priority, Thread, ThreadSet, ThreadState};

mod asynchronous;
mod door;
mod end;
mod inherit;
mod queue;
mod serve;
mod start;
mod user;

/// Whether an initiator has a transaction under way. What is asked for most stands first, as zero is what
/// a machine compares with best. The kind takes a word, as that of a state does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Transaction {
    /// It has one, which a thread of its process blocks in, or nobody (CH-6).
    Pending {
        /// The thread, or NONE.
        thread: ThreadIndex,
        /// How important the thread was that started it, if that was more than its own priority or
        /// nobody blocks in it; else LOWEST, so that starting one need not ask (CH-12).
        priority: Priority,
        /// What it asks.
        request: Buffer,
        /// Where the answer goes.
        response: Buffer,
    },
    /// It has none.
    Idle,
    /// It has none, and lost the last one: the handler's process ended before it answered. The next
    /// start is the end of that (CH-7).
    Unanswered,
    /// It has one that nobody blocked in and that has ended like this, which nobody has collected
    /// yet (CH-6).
    Complete(Results),
}

impl Transaction {
    /// The thread that blocks in it, or NONE.
    fn thread(&self) -> ThreadIndex {
        match self {
            Transaction::Idle | Transaction::Unanswered | Transaction::Complete(_) => {
                ThreadIndex::NONE
            }
            Transaction::Pending { thread, .. } => *thread,
        }
    }
}

/// What changes about the initiator's end. A power of two in size, so that finding one is cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[repr(align(32))]
pub struct Initiator {
    transaction: Transaction,
    /// The one behind it, while its transaction waits to be served (CH-12).
    next: InitiatorIndex,
    /// USER, while the handler raises it (WT-5).
    user: Signals,
    /// It raises USER on the handler (WT-5).
    raises: bool,
    /// A thread may stand in the list of this end: whoever ends a transaction must look.
    watched: bool,
}

impl Initiator {
    /// An initiator without a transaction.
    pub const IDLE: Initiator = Initiator {
        transaction: Transaction::Idle,
        next: InitiatorIndex::NONE,
        user: Signals::empty(),
        raises: false,
        watched: false,
    };
}

/// What changes about the handler's end. A power of two in size, so that finding one is cheap; what
/// changes together stands side by side, so that one store does it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[repr(C, align(16))]
pub struct Handler {
    /// The transaction that is being served.
    served: InitiatorIndex,
    /// The thread that serves it (CH-5a).
    server: ThreadIndex,
    /// The first of the transactions that wait to be served (CH-12).
    pending: InitiatorIndex,
    /// The thread that waited on it last, or NONE: the main thread counts as that (CH-13).
    attendant: ThreadIndex,
    /// The threads that served a transaction that was withdrawn, and have not learned of it.
    stale: ThreadSet,
    /// What stays until somebody lowers it: ERROR, since an initiator's process ended with a
    /// transaction pending (CH-9), and USER, while an initiator raises it (WT-5).
    lasting: Lasting,
    /// The process runs or will: a transaction may wait for it (CH-8).
    reachable: bool,
}

impl Handler {
    /// A handler without a transaction, whose process has not ended.
    pub const IDLE: Handler = Handler {
        pending: InitiatorIndex::NONE,
        served: InitiatorIndex::NONE,
        server: ThreadIndex::NONE,
        attendant: ThreadIndex::NONE,
        stale: ThreadSet::EMPTY,
        lasting: Lasting::NONE,
        reachable: true,
    };

    /// Tells whether it is this thread that answers for what nobody serves (CH-13).
    #[inline(always)]
    pub(crate) fn is_attended_by(&self, thread: ThreadIndex) -> bool {
        self.attendant == thread
    }

    /// A thread waits here, and nothing is pending: it will answer for what comes (CH-13).
    #[inline(always)]
    pub(crate) fn will_be_attended_by(&mut self, thread: ThreadIndex) {
        self.attendant = thread;
    }

    fn signals(&self) -> Signals {
        let mut signals = self.lasting.signals();
        signals.set(Signals::READABLE, !self.pending.is_none());
        signals
    }

    /// Forgets the transaction that is being served.
    #[inline(always)]
    fn release(&mut self) {
        self.served = InitiatorIndex::NONE;
        self.server = ThreadIndex::NONE;
    }
}

/// Signals that last, in half a word: so the handler's end stays as small as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Lasting(u16);

impl Lasting {
    const NONE: Lasting = Lasting(0);

    #[inline(always)]
    fn is_none(self) -> bool {
        self.0 == 0
    }

    fn signals(self) -> Signals {
        Signals::from_bits_truncate(u32::from(self.0))
    }

    fn set(&mut self, signals: Signals, is_set: bool) {
        let bits = u16::try_from(signals.bits()).unwrap_or(0);
        self.0 = if is_set { self.0 | bits } else { self.0 & !bits };
    }
}

/// All channels of the system.
#[derive(Debug)]
pub(crate) struct Channels<'s> {
    pub(crate) handlers: Table<'s, HandlerIndex, Handler>,
    pub(crate) initiators: Table<'s, InitiatorIndex, Initiator>,
}

/// The results of a receive: how long the request is, and whose (CH-10).
#[inline(always)]
fn received(length: usize, badge: u32) -> Results {
    Results { status: OK, value0: length, value1: word(badge) }
}

/// A badge as a word of the machine, which has 32 bits at least.
#[inline(always)]
fn word(badge: u32) -> usize {
    usize::try_from(badge).unwrap_or(0)
}

// ---- signals ----------------------------------------------------------------------------------

impl Channels<'_> {
    /// The handler's active signals: READABLE, ERROR, USER (CH-3, CH-9, WT-5).
    pub(crate) fn handler_signals(&self, index: HandlerIndex) -> Signals {
        self.handlers.get(index).map_or(Signals::empty(), Handler::signals)
    }

    /// The initiator's active signals: WRITEABLE, READABLE, ERROR, USER (CH-7, WT-5).
    pub(crate) fn initiator_signals(&self, index: InitiatorIndex) -> Signals {
        let Some(initiator) = self.initiators.get(index) else {
            return Signals::empty();
        };
        initiator.user
            | match initiator.transaction {
                Transaction::Idle => Signals::WRITEABLE,
                Transaction::Unanswered => Signals::WRITEABLE | Signals::ERROR,
                Transaction::Pending { .. } => Signals::empty(),
                Transaction::Complete(_) => Signals::READABLE,
            }
    }

    /// A handler whose signals a wait may return without changing anything, and whether a transaction waits
    /// there.
    #[inline(always)]
    pub(crate) fn quiet_handler(&mut self, index: HandlerIndex) -> Option<(&mut Handler, bool)> {
        let handler = self.handlers.get_mut(index)?;
        if !handler.lasting.is_none() || !handler.stale.is_empty() {
            return None;
        }
        let is_pending = !handler.pending.is_none();
        Some((handler, is_pending))
    }

    /// The signals of an initiator without a transaction, if it did not lose one.
    #[inline(always)]
    pub(crate) fn idle_signals(&self, index: InitiatorIndex) -> Option<Signals> {
        let initiator = self.initiators.get(index)?;
        match initiator.transaction {
            Transaction::Idle => Some(initiator.user | Signals::WRITEABLE),
            Transaction::Unanswered | Transaction::Pending { .. } | Transaction::Complete(_) => {
                None
            }
        }
    }

    /// A thread blocks in a wait on the initiator.
    pub(crate) fn note_watched(&mut self, index: InitiatorIndex) {
        if let Some(initiator) = self.initiators.get_mut(index) {
            initiator.watched = true;
        }
    }

    /// A wait on the handler has returned these signals: an ERROR among them falls (CH-9).
    pub(crate) fn note_returned(&mut self, index: HandlerIndex, signals: Signals) {
        if signals.contains(Signals::ERROR)
            && let Some(handler) = self.handlers.get_mut(index)
        {
            handler.lasting.set(Signals::ERROR, false);
        }
    }

    fn raise_handler(&mut self, services: &mut Services<'_>, end: &HandlerDescriptor) {
        let signals = self.handler_signals(end.index);
        if services.waits.raise(end.wait_list, signals) {
            self.note_returned(end.index, signals);
        }
    }

    fn raise_initiator(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        let Some(ends) = services.system.initiator(index) else {
            return;
        };
        services.waits.raise(ends.wait_list, self.initiator_signals(index));
        let is_watched = services.waits.has_waiter(ends.wait_list);
        if let Some(initiator) = self.initiators.get_mut(index) {
            initiator.watched = is_watched;
        }
    }
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
        self.check_priorities(services)?;
        self.check_user(services)
    }

    /// Checks that a thread that waits to serve a transaction finds none (CH-10).
    pub(crate) fn check_receiver(
        &self,
        services: &Services<'_>,
        list: WaitListIndex,
    ) -> Result<(), &'static str> {
        let ends = services.system.handlers.iter().filter(|end| end.wait_list == list);
        let mut handlers = ends.filter_map(|end| self.handlers.get(end.index));
        if handlers.any(|handler| handler.served.is_none() && !handler.pending.is_none()) {
            return Err("channel: a thread sleeps although it could serve a transaction");
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
        let handler = self.handlers.get(ends.handler.index).ok_or("channel: no such handler")?;
        let is_pending = self.is_waiting(ends.handler.index, index);
        if !is_pending && !initiator.next.is_none() {
            return Err("channel: an initiator that does not wait stands ahead of another");
        }
        let is_served = handler.served == index;
        match initiator.transaction {
            Transaction::Idle | Transaction::Unanswered | Transaction::Complete(_)
                if is_pending || is_served =>
            {
                return Err("channel: the handler has a transaction that nobody started");
            }
            Transaction::Pending { .. } if is_pending == is_served => {
                return Err("channel: a transaction must either wait or be served");
            }
            Transaction::Pending { .. } if !handler.reachable => {
                return Err("channel: a transaction outlived its handler's process");
            }
            Transaction::Idle
            | Transaction::Unanswered
            | Transaction::Complete(_)
            | Transaction::Pending { .. } => {}
        }
        if services.waits.has_waiter(ends.wait_list) && !initiator.watched {
            return Err("channel: a thread waits on an initiator that does not know it");
        }
        let thread = initiator.transaction.thread();
        if thread.is_none() {
            return Ok(());
        }
        match services.waits.threads.get(thread).map(Thread::state) {
            Some(ThreadState::Transacting(own)) if own == index => Ok(()),
            Some(_) | None => Err("channel: nobody blocks in a pending transaction"),
        }
    }

    fn check_handler(
        &self,
        services: &Services<'_>,
        index: HandlerIndex,
    ) -> Result<(), &'static str> {
        self.check_queue(services, index)?;
        let handler = self.handlers.get(index).ok_or("channel: no such handler")?;
        if handler.served.is_none() != handler.server.is_none() {
            return Err("channel: served by nobody, or somebody serves nothing");
        }
        let server = services.waits.threads.get(handler.server).map(Thread::state);
        match server {
            Some(state) if !state.is_alive() => Err("channel: served by a thread that has ended"),
            Some(ThreadState::Receiving { list, .. })
                if services.system.handler(index).is_some_and(|end| end.wait_list == list) =>
            {
                Err("channel: a thread that serves a transaction waits for another one")
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
