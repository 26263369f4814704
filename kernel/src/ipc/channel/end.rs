//! The ends of a transaction: withdrawn, or left by a process or a thread that has ended.

use core::mem;

use guichet_abi::{Error, Results, Signals};

use super::queue::Among;
use super::{Channels, Handler, Initiator, Transaction};
use crate::event::failure;
use crate::id::{InitiatorIndex, ThreadIndex};
use crate::object::HandlerDescriptor;
use crate::port::Port;
use crate::services::Services;

impl Channels<'_> {
    /// Takes a transaction off both ends, and gives the thread that blocks in it. The initiator may
    /// start another, unless nobody blocks in it and there are results to be collected first. What that
    /// means for others is not [settled](Channels::settle) yet.
    fn release(
        &mut self,
        services: &mut Services<'_>,
        index: InitiatorIndex,
        results: Option<Results>,
    ) -> ThreadIndex {
        let Some(initiator) = self.initiators.get_mut(index) else {
            return ThreadIndex::NONE;
        };
        let thread = initiator.transaction.thread();
        initiator.transaction = match results {
            Some(results) if thread.is_none() => Transaction::Complete(results),
            Some(_) | None => Transaction::Idle,
        };
        if let Some(ends) = services.system.initiator(index) {
            match self.handlers.get_mut(ends.handler.index) {
                Some(handler) if handler.served == index => handler.release(),
                Some(_) | None => self.dequeue(ends.handler.index, index),
            }
        }
        self.raise_initiator(services, index);
        thread
    }

    /// Ends a transaction with these results, for the thread that blocks in it; if nobody does, for
    /// whoever collects them (CH-6). Who waits to serve another gets the next one (CH-12); `before` has
    /// answered for it.
    pub(super) fn conclude<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        index: InitiatorIndex,
        results: Results,
        before: ThreadIndex,
    ) {
        let thread = self.release(services, index, Some(results));
        services.waits.complete(thread, results);
        self.offer_next(services, port, index, before);
    }

    /// Ends a transaction whose initiator's memory has gone bad; the handler's call sees it as
    /// withdrawn (AB-8).
    pub(super) fn blame_initiator<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        index: InitiatorIndex,
    ) {
        let before = self.answerer_of(services, index);
        self.conclude(services, port, index, failure(Error::PermissionDenied), before);
    }

    /// As [`Channels::blame_initiator`], for a transaction that nobody serves, and not settled yet.
    pub(super) fn drop_waiting(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        let results = failure(Error::PermissionDenied);
        let thread = self.release(services, index, Some(results));
        services.waits.complete(thread, results);
    }

    /// Withdraws a transaction (CH-5), and gives the thread that blocks in it. The caller ends that
    /// thread's call.
    pub(crate) fn withdraw<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        index: InitiatorIndex,
    ) -> ThreadIndex {
        self.mark_stale(services, index);
        let before = self.answerer_of(services, index);
        let thread = self.release(services, index, None);
        self.offer_next(services, port, index, before);
        thread
    }

    /// The thread that answers for the handler of an initiator.
    fn answerer_of(&self, services: &Services<'_>, index: InitiatorIndex) -> ThreadIndex {
        let ends = services.system.initiator(index);
        ends.map_or(ThreadIndex::NONE, |ends| self.answerer(services, &ends.handler))
    }

    /// A transaction of this initiator has ended: its handler, for which `before` has answered, may
    /// serve another.
    fn offer_next<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        index: InitiatorIndex,
        before: ThreadIndex,
    ) {
        if let Some(ends) = services.system.initiator(index) {
            self.offer(services, port, &ends.handler, before);
        }
    }

    /// Makes the thread that serves this transaction stale, unless it already waits for another.
    fn mark_stale(&mut self, services: &Services<'_>, index: InitiatorIndex) {
        let Some(ends) = services.system.initiator(index) else {
            return;
        };
        let Some(handler) = self.handlers.get_mut(ends.handler.index) else {
            return;
        };
        if handler.served != index {
            return;
        }
        let waits_here = services.waits.waits_for(handler.server, ends.handler.wait_list);
        if !waits_here && let Some(server) = services.system.thread(handler.server) {
            handler.stale.insert(server.ordinal);
        }
    }

    /// A thread of the handler's process ends: what it served can be served anew (CH-5a).
    pub(crate) fn server_ended<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        declared: &HandlerDescriptor,
        (thread, ordinal): (ThreadIndex, u8),
    ) {
        let before = self.answerer(services, declared);
        let Some(handler) = self.handlers.get_mut(declared.index) else {
            return;
        };
        handler.stale.remove(ordinal);
        if handler.attendant == thread {
            handler.attendant = ThreadIndex::NONE;
        }
        if handler.server == thread {
            let served = handler.served;
            handler.release();
            self.enqueue(services, declared.index, served, Among::First);
        }
        self.offer(services, port, declared, before);
    }

    /// The handler's process starts: transactions may wait for it (CH-8).
    pub(crate) fn handler_started(&mut self, declared: &HandlerDescriptor) {
        if let Some(handler) = self.handlers.get_mut(declared.index) {
            handler.reachable = true;
        }
    }

    /// The handler's process has ended: so have its transactions, at this moment (CH-8), and what it
    /// raised. What is raised on it stays (WT-5). Whether others may wait for it is up to its policy.
    pub(crate) fn handler_ended(
        &mut self,
        services: &mut Services<'_>,
        declared: &HandlerDescriptor,
        reachable: bool,
    ) {
        let answerer = self.answerer(services, declared);
        let Some(handler) = self.handlers.get_mut(declared.index) else {
            return;
        };
        let Handler { served, pending, mut lasting, .. } = *handler;
        lasting.set(Signals::ERROR, false);
        *handler = Handler { reachable, lasting, ..Handler::IDLE };
        self.show_on_initiators(services, declared.index, Signals::empty());
        self.lose(services, served);
        let mut waiting = pending;
        while !waiting.is_none() {
            let next = self.behind(waiting);
            self.lose(services, waiting);
            waiting = next;
        }
        self.settle(services, declared, answerer);
    }

    /// Ends a transaction whose handler has ended (CH-8).
    fn lose(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        let Some(initiator) = self.initiators.get_mut(index) else {
            return;
        };
        let lost = mem::replace(&mut initiator.transaction, Transaction::Unanswered);
        initiator.next = InitiatorIndex::NONE;
        self.raise_initiator(services, index);
        services.waits.fail(lost.thread(), Error::Unavailable);
    }

    /// The initiator's process has ended; its threads are gone already (CH-9). What it raised falls,
    /// what is raised on it stays (WT-5). Its handler hears of it [later](Channels::initiator_gone).
    pub(crate) fn initiator_ended(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        let Some(initiator) = self.initiators.get(index) else {
            return;
        };
        let was_pending = matches!(initiator.transaction, Transaction::Pending { .. });
        if was_pending {
            self.mark_stale(services, index);
            self.release(services, index, None);
        }
        if let Some(initiator) = self.initiators.get_mut(index) {
            *initiator = Initiator { user: initiator.user, ..Initiator::IDLE };
        }
        let Some(ends) = services.system.initiator(index) else {
            return;
        };
        self.show_user(services.system, ends.handler.index);
        if was_pending && let Some(handler) = self.handlers.get_mut(ends.handler.index) {
            handler.lasting.set(Signals::ERROR, true);
        }
    }

    /// All initiators of a process have ended: one of their handlers may serve somebody else, and is told.
    /// Only now, so that nothing of that process is given to anybody any more.
    pub(crate) fn initiator_gone<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        declared: &HandlerDescriptor,
    ) {
        self.offer(services, port, declared, ThreadIndex::NONE);
        if let Some(process) = services.system.process(declared.process) {
            self.settle_all(services, process);
        }
        self.raise_handler(services, declared);
    }
}
