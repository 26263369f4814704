//! The ends of a transaction: withdrawn, or left by a process or a thread that has ended.

use core::mem;

use guichet_abi::{Error, Results, Signals};

use super::{Channels, Handler, Initiator, Transaction};
use crate::event::failure;
use crate::id::{HandlerIndex, InitiatorIndex, ThreadIndex};
use crate::port::Port;
use crate::services::Services;

impl Channels<'_> {
    /// Takes a transaction off both ends, and gives the thread that blocks in it. The initiator may
    /// start another, unless nobody blocks in it and there are results to be collected first.
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
        if let Some(ends) = services.system.initiator(index)
            && let Some(handler) = self.handlers.get_mut(ends.handler.index)
        {
            if handler.pending == index {
                handler.pending = InitiatorIndex::NONE;
            }
            if handler.served == index {
                handler.release();
            }
        }
        self.raise_initiator(services, index);
        thread
    }

    /// Ends a transaction with these results, for the thread that blocks in it; if nobody does, for
    /// whoever collects them (CH-6).
    pub(super) fn conclude(
        &mut self,
        services: &mut Services<'_>,
        index: InitiatorIndex,
        results: Results,
    ) {
        let thread = self.release(services, index, Some(results));
        services.waits.complete(thread, results);
    }

    /// Ends a transaction whose initiator's memory has gone bad; the handler's call sees it as
    /// withdrawn (AB-8).
    pub(super) fn blame_initiator(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        self.conclude(services, index, failure(Error::PermissionDenied));
    }

    /// Withdraws a transaction (CH-5), and gives the thread that blocks in it. The caller ends that
    /// thread's call.
    pub(crate) fn withdraw(
        &mut self,
        services: &mut Services<'_>,
        index: InitiatorIndex,
    ) -> ThreadIndex {
        self.mark_stale(services, index);
        self.release(services, index, None)
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
        handler.release();
        self.offer(services, port, index);
    }

    /// The handler's process starts: transactions may wait for it (CH-8).
    pub(crate) fn handler_started(&mut self, index: HandlerIndex) {
        if let Some(handler) = self.handlers.get_mut(index) {
            handler.reachable = true;
        }
    }

    /// The handler's process has ended: so have its transactions, at this moment (CH-8), and what it
    /// raised. What is raised on it stays (WT-5). Whether others may wait for it is up to its policy.
    pub(crate) fn handler_ended(
        &mut self,
        services: &mut Services<'_>,
        index: HandlerIndex,
        reachable: bool,
    ) {
        let Some(handler) = self.handlers.get_mut(index) else {
            return;
        };
        let lost = [handler.pending, handler.served];
        let lasting = handler.lasting & Signals::USER;
        *handler = Handler { reachable, lasting, ..Handler::IDLE };
        self.lower_on_initiators(services.system, index);
        for initiator in lost {
            let Some(end) = self.initiators.get_mut(initiator) else {
                continue;
            };
            let lost = mem::replace(&mut end.transaction, Transaction::Unanswered);
            self.raise_initiator(services, initiator);
            services.waits.complete(lost.thread(), failure(Error::Unavailable));
        }
    }

    /// The initiator's process has ended; its threads are gone already (CH-9). What it raised falls,
    /// what is raised on it stays (WT-5).
    pub(crate) fn initiator_ended(&mut self, services: &mut Services<'_>, index: InitiatorIndex) {
        let Some(initiator) = self.initiators.get(index) else {
            return;
        };
        let was_pending = matches!(initiator.transaction, Transaction::Pending { .. });
        if was_pending {
            self.withdraw(services, index);
        }
        if let Some(initiator) = self.initiators.get_mut(index) {
            *initiator = Initiator { user: initiator.user, ..Initiator::IDLE };
        }
        let Some(ends) = services.system.initiator(index) else {
            return;
        };
        if let Some(handler) = self.handlers.get_mut(ends.handler.index) {
            handler.lasting.remove(Signals::USER);
            if was_pending {
                handler.lasting.insert(Signals::ERROR);
            }
        }
        if was_pending {
            self.raise_handler(services, &ends.handler);
        }
    }
}
