//! Priority inheritance (CH-13): nobody waits for somebody whom a third one keeps from running.
//!
//! Whoever answers for a handler runs at no less than the highest priority of the transactions pending
//! there. That is the thread that serves one; while none is served, the one that waited on the handler
//! last; the main thread, if none has. If it waits for an answer itself, whoever answers for that runs at
//! no less either, and so on.
//!
//! A thread's priority is therefore always the greatest of its own and of those that it answers
//! for, in the least way that is consistent: threads that wait for one another in a circle do not
//! hold each other up once nobody else does. It is a value that is set where something changes, not one
//! that is worked out where a thread is chosen, so a system in which everybody is equal pays nothing.
//!
//! Each thread waits for one other at most, so what one change means lies on one path.
//! - **Rising**, along the path until nothing rises. In a circle that is after one round.
//! - **Falling**, in two walks: one takes along the path what was lent to anybody, until it comes to
//!   somebody who has nothing that was lent; the other works out for each of these, in the same order,
//!   what it is owed now.
//!
//! A thread that could run and changes its priority stands behind its new equals, as if it had become
//! ready just now. The running one runs on, if nobody is more important.
//!
//! A transaction that nobody blocks in (CH-6) lends the priority with which it was started.

use core::mem;

use super::{Channels, Transaction};
use crate::id::{HandlerIndex, InitiatorIndex, ThreadIndex};
use crate::object::{HandlerDescriptor, InitiatorDescriptor, Object};
use crate::process::ProcessDescriptor;
use crate::services::Services;
use crate::thread::{Priority, Thread, ThreadState};

impl Channels<'_> {
    /// The thread that answers for a handler.
    pub(super) fn answerer(
        &self,
        services: &Services<'_>,
        declared: &HandlerDescriptor,
    ) -> ThreadIndex {
        let Some(handler) = self.handlers.get(declared.index) else {
            return ThreadIndex::NONE;
        };
        if !handler.server.is_none() {
            return handler.server;
        }
        if !handler.attendant.is_none() {
            return handler.attendant;
        }
        let process = services.system.process(declared.process);
        let main = process.and_then(|process| process.threads.first());
        main.copied().unwrap_or(ThreadIndex::NONE)
    }

    /// The caller waits on a handler: what it served and lost lies behind it (CH-5a), and from now on it
    /// answers for what nobody serves. Tells whether that is news, and must be
    /// [settled](Channels::settle_all).
    pub(crate) fn attend(&mut self, services: &Services<'_>, index: HandlerIndex) -> bool {
        let Some(handler) = self.handlers.get_mut(index) else {
            return false;
        };
        handler.stale.remove(services.caller().thread.ordinal);
        let thread = services.waits.current();
        mem::replace(&mut handler.attendant, thread) != thread
    }

    /// Something has changed about what is pending at a handler, or about who answers for it, which was
    /// `before`. Called once in a step, when all is in its place: nobody is to lose its turn to a
    /// priority that it had for a moment only.
    pub(super) fn settle(
        &self,
        services: &mut Services<'_>,
        declared: &HandlerDescriptor,
        before: ThreadIndex,
    ) {
        let answerer = self.answerer(services, declared);
        if answerer != before {
            self.rise(services, answerer, self.highest(services, declared));
        }
        self.fall(services, before);
    }

    /// The same for all handlers of a process, whatever has changed.
    #[inline(never)]
    pub(crate) fn settle_all(&self, services: &mut Services<'_>, process: &ProcessDescriptor<'_>) {
        for object in process.objects {
            if let Object::ChannelHandler(end) = object {
                let answerer = self.answerer(services, end);
                self.rise(services, answerer, self.highest(services, end));
            }
        }
        for thread in process.threads {
            self.fall(services, *thread);
        }
    }

    /// A transaction has been started: nobody is less important for it.
    pub(super) fn lend(&self, services: &mut Services<'_>, ends: &InitiatorDescriptor) {
        let answerer = self.answerer(services, &ends.handler);
        self.rise(services, answerer, self.lent(services, ends.index));
    }

    /// Lets a thread, and whoever it waits for, run at no less than this priority.
    pub(crate) fn rise(&self, services: &mut Services<'_>, first: ThreadIndex, priority: Priority) {
        let mut thread = first;
        while services.waits.threads.get(thread).is_some_and(|thread| thread.priority < priority) {
            services.waits.set_priority(thread, priority);
            thread = self.waits_for(services, thread);
        }
    }

    /// Takes from a thread, and from whoever it waits for, what nobody lends them any more.
    #[inline(always)]
    pub(crate) fn fall(&self, services: &mut Services<'_>, first: ThreadIndex) {
        if services.waits.has_more_than_its_own(first) {
            self.take_back(services, first);
        }
    }

    #[inline(never)]
    fn take_back(&self, services: &mut Services<'_>, first: ThreadIndex) {
        let mut thread = first;
        let mut changed = 0usize;
        let mut waits_for = self.waits_for(services, thread);
        while !waits_for.is_none() && services.waits.has_more_than_its_own(thread) {
            services.waits.set_priority(thread, services.waits.own_priority(thread));
            changed = changed.saturating_add(1);
            thread = waits_for;
            waits_for = self.waits_for(services, thread);
        }
        let last = thread;
        let mut thread = first;
        let mut priority = Priority::LOWEST;
        for _ in 0..changed {
            priority = self.owed(services, thread);
            services.waits.set_priority(thread, priority);
            thread = self.waits_for(services, thread);
        }
        if waits_for.is_none() && services.waits.has_more_than_its_own(last) {
            services.waits.set_priority(last, self.owed(services, last));
        } else {
            self.rise(services, last, priority);
        }
    }

    /// The thread that answers for what a thread waits for, or NONE. One whose transaction has just ended
    /// may not have heard of it yet.
    fn waits_for(&self, services: &Services<'_>, thread: ThreadIndex) -> ThreadIndex {
        let state = services.waits.threads.get(thread).map(Thread::state);
        if let Some(ThreadState::Calling(_)) = state {
            return services.exchange(thread).map_or(ThreadIndex::NONE, |each| each.server);
        }
        let Some(ThreadState::Transacting(index)) = state else {
            return ThreadIndex::NONE;
        };
        let initiator = self.initiators.get(index);
        let is_pending = initiator.is_some_and(|end| end.transaction.thread() == thread);
        match services.system.initiator(index) {
            Some(ends) if is_pending => self.answerer(services, &ends.handler),
            Some(_) | None => ThreadIndex::NONE,
        }
    }

    /// The greatest of a thread's own priority and of those that it answers for.
    fn owed(&self, services: &Services<'_>, thread: ThreadIndex) -> Priority {
        let mut priority = services.waits.own_priority(thread).max(services.highest_caller(thread));
        let declared = services.system.thread(thread);
        for object in declared.map_or(&[][..], |thread| thread.process.objects) {
            if let Object::ChannelHandler(end) = object
                && self.answerer(services, end) == thread
            {
                priority = priority.max(self.highest(services, end));
            }
        }
        priority
    }

    /// The highest priority of the transactions pending at a handler.
    fn highest(&self, services: &Services<'_>, declared: &HandlerDescriptor) -> Priority {
        let Some(handler) = self.handlers.get(declared.index) else {
            return Priority::LOWEST;
        };
        let mut priority = self.lent(services, handler.served);
        let mut waiting = handler.pending;
        while !waiting.is_none() {
            priority = priority.max(self.lent(services, waiting));
            waiting = self.behind(waiting);
        }
        priority
    }

    /// The priority of a transaction, as it is now.
    fn lent(&self, services: &Services<'_>, index: InitiatorIndex) -> Priority {
        match self.initiators.get(index).map(|initiator| &initiator.transaction) {
            Some(Transaction::Pending { thread, priority, .. }) => {
                services.waits.threads.get(*thread).map_or(*priority, |thread| thread.priority)
            }
            Some(Transaction::Idle | Transaction::Unanswered | Transaction::Complete(_)) | None => {
                Priority::LOWEST
            }
        }
    }

    /// Checks that every thread has the priority that it is owed.
    pub(super) fn check_priorities(&self, services: &Services<'_>) -> Result<(), &'static str> {
        for number in 0..services.system.threads.len() {
            let index = ThreadIndex::new(number);
            let thread = services.waits.threads.get(index).ok_or("channel: no such thread")?;
            if thread.priority != self.owed(services, index) {
                return Err("channel: a thread has another priority than it is owed");
            }
        }
        Ok(())
    }
}
