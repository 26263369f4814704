//! Fan-in: the transactions that wait at a handler (CH-12).
//!
//! They stand in a list through their initiators' ends, the most important first; among equals, the one
//! that was started first. An initiator has one at most, so the list needs no room of its own, and a
//! handler with one initiator knows it as the transaction that waits.
//!
//! What happens when …
//! - **full**: cannot be; each initiator brings its own place.
//! - **empty**: the handler does not show READABLE.
//! - **the serving thread dies**: what it served waits again, ahead of its equals: nobody who started
//!   later has been served before it.
//! - **an initiator rises** (CH-13) while it waits: it stays where it is. What was promised to those
//!   behind it and ahead of it does not change; its priority goes to whoever serves instead.
//!
//! Entering walks past those that are ahead: as long as many are, and no longer. Everything else looks
//! at the first one, but for a withdrawal.
//!
//! Rejected: a queue for each priority (a word for each, in every handler, for the sake of a handful of
//! initiators); a search for the most important one when it is wanted (the walk would be made for each
//! message, and over those that do not wait).

use super::{Channels, Transaction};
use crate::id::{HandlerIndex, InitiatorIndex};
use crate::services::Services;
use crate::thread::Priority;

/// Where a transaction enters among those that are as important.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// Behind them: it is new.
    Last,
    /// Ahead of them: it was served before.
    First,
}

impl Channels<'_> {
    /// Lets a transaction wait at a handler.
    pub(super) fn enqueue(
        &mut self,
        services: &Services<'_>,
        handler: HandlerIndex,
        index: InitiatorIndex,
        among: Among,
    ) {
        let priority = self.priority_of(services, index);
        let is_ahead = |other: Option<Priority>| match among {
            Among::Last => other >= priority,
            Among::First => other > priority,
        };
        let mut previous = InitiatorIndex::NONE;
        let mut next = self.first_waiting(handler);
        while !next.is_none() && is_ahead(self.priority_of(services, next)) {
            previous = next;
            next = self.behind(next);
        }
        self.link(handler, previous, index);
        if let Some(initiator) = self.initiators.get_mut(index) {
            initiator.next = next;
        }
    }

    /// Takes a transaction out of a handler's list, if it waits there.
    pub(super) fn dequeue(&mut self, handler: HandlerIndex, index: InitiatorIndex) {
        let mut previous = InitiatorIndex::NONE;
        let mut waiting = self.first_waiting(handler);
        while !waiting.is_none() && waiting != index {
            previous = waiting;
            waiting = self.behind(waiting);
        }
        if waiting.is_none() {
            return;
        }
        let next = self.behind(index);
        self.link(handler, previous, next);
        if let Some(initiator) = self.initiators.get_mut(index) {
            initiator.next = InitiatorIndex::NONE;
        }
    }

    /// The transaction that is next at a handler, or NONE.
    pub(super) fn first_waiting(&self, handler: HandlerIndex) -> InitiatorIndex {
        self.handlers.get(handler).map_or(InitiatorIndex::NONE, |handler| handler.pending)
    }

    /// The transaction behind one that waits, or NONE.
    pub(super) fn behind(&self, index: InitiatorIndex) -> InitiatorIndex {
        self.initiators.get(index).map_or(InitiatorIndex::NONE, |initiator| initiator.next)
    }

    /// Puts `index` behind `previous`; at the front, if that is NONE.
    fn link(&mut self, handler: HandlerIndex, previous: InitiatorIndex, index: InitiatorIndex) {
        if let Some(previous) = self.initiators.get_mut(previous) {
            previous.next = index;
        } else if let Some(handler) = self.handlers.get_mut(handler) {
            handler.pending = index;
        }
    }

    /// How important a transaction was when it was started; `None` for none.
    fn priority_of(&self, services: &Services<'_>, index: InitiatorIndex) -> Option<Priority> {
        match self.initiators.get(index)?.transaction {
            Transaction::Pending { thread, priority, .. } => {
                Some(priority.max(services.waits.own_priority(thread)))
            }
            Transaction::Idle | Transaction::Unanswered | Transaction::Complete(_) => None,
        }
    }

    /// Tells whether a transaction waits at a handler.
    pub(super) fn is_waiting(&self, handler: HandlerIndex, index: InitiatorIndex) -> bool {
        let mut waiting = self.first_waiting(handler);
        for _ in 0..self.initiators.len() {
            if waiting.is_none() || waiting == index {
                break;
            }
            waiting = self.behind(waiting);
        }
        waiting == index
    }

    /// Checks that what waits at a handler has been started there, and stands in order.
    pub(super) fn check_queue(
        &self,
        services: &Services<'_>,
        handler: HandlerIndex,
    ) -> Result<(), &'static str> {
        let mut waiting = self.first_waiting(handler);
        let mut last = None;
        for _ in 0..self.initiators.len() {
            if waiting.is_none() {
                return Ok(());
            }
            let priority = self.priority_of(services, waiting);
            if priority.is_none() {
                return Err("channel: a transaction waits that nobody has started");
            }
            if last.is_some_and(|last| last < priority) {
                return Err("channel: a more important transaction stands behind another");
            }
            last = Some(priority);
            waiting = self.behind(waiting);
        }
        if waiting.is_none() { Ok(()) } else { Err("channel: transactions wait in a circle") }
    }
}
