//! Blocking and waking, in one place.
//!
//! A thread that waits stands in the list of the object it waits on, with its mask in the thread.
//! A signal is a level (WT-3): nobody remembers that it rose. Whoever makes one active calls
//! [`Waits::raise`], which ends the wait of every thread in the list whose mask matches, at that
//! moment and with the signals of that moment (WT-6). Whatever else a thread may block in, its
//! deadline and its way back to the processor are here too.

use guichet_abi::{OK, Results, Signals};

use crate::deadline::DeadlineQueue;
use crate::event::Outcome;
use crate::id::{Table, ThreadIndex, WaitListIndex};
use crate::scheduler::SchedulerState;
use crate::thread::{Thread, ThreadList, ThreadState, Threads};
use crate::time::Instant;

/// The threads and all that decides which of them runs.
#[derive(Debug)]
pub(crate) struct Waits<'s> {
    pub(crate) threads: Threads<'s>,
    pub(crate) lists: Table<'s, WaitListIndex, ThreadList>,
    pub(crate) scheduler: &'s mut SchedulerState,
    pub(crate) deadlines: DeadlineQueue<'s>,
}

/// The results of a wait that ended with these signals (WT-2).
#[inline(always)]
pub(crate) fn wait_results(signals: Signals) -> Results {
    Results { status: OK, value0: 0, value1: usize::try_from(signals.bits()).unwrap_or(0) }
}

impl Waits<'_> {
    /// The thread that made the present call.
    #[inline(always)]
    pub(crate) fn current(&self) -> ThreadIndex {
        self.scheduler.current
    }

    /// Blocks the current thread in `state`. The caller has seen that the deadline is not past.
    #[inline(always)]
    pub(crate) fn block(&mut self, state: ThreadState, deadline: Instant) {
        let current = self.scheduler.current;
        self.scheduler.current = ThreadIndex::NONE;
        let Some(thread) = self.threads.get_mut(current) else {
            return;
        };
        thread.state = state;
        if let ThreadState::Waiting { list, .. } = state
            && let Some(list) = self.lists.get_mut(list)
        {
            list.push_back(&mut self.threads, current);
        }
        if deadline.is_finite() {
            self.arm(current, deadline);
        }
    }

    #[cold]
    #[inline(never)]
    fn arm(&mut self, index: ThreadIndex, deadline: Instant) {
        if let Some(thread) = self.threads.get_mut(index) {
            thread.deadline = deadline;
            self.deadlines.insert(&mut self.threads, index);
        }
    }

    #[cold]
    #[inline(never)]
    fn disarm(&mut self, index: ThreadIndex) {
        self.deadlines.remove(&mut self.threads, index);
        if let Some(thread) = self.threads.get_mut(index) {
            thread.deadline = Instant::NEVER;
        }
    }

    /// Tells whether a blocked thread has a deadline.
    #[inline(always)]
    pub(crate) fn is_armed(&self, index: ThreadIndex) -> bool {
        self.threads.get(index).is_some_and(|thread| thread.deadline_slot != Thread::UNARMED)
    }

    /// Takes a blocked thread out of the list it stands in and out of the deadlines.
    #[inline(always)]
    fn detach(&mut self, index: ThreadIndex) {
        let Some(thread) = self.threads.get(index) else {
            return;
        };
        let armed = thread.deadline_slot != Thread::UNARMED;
        if let ThreadState::Waiting { list, .. } = thread.state
            && let Some(list) = self.lists.get_mut(list)
        {
            list.remove(&mut self.threads, index);
        }
        if armed {
            self.disarm(index);
        }
    }

    /// Ends what a blocked thread blocks in: it becomes ready with these results.
    #[inline(always)]
    pub(crate) fn complete(&mut self, index: ThreadIndex, results: Results) {
        self.detach(index);
        if let Some(thread) = self.threads.get_mut(index) {
            thread.results = results;
            thread.returning = true;
        }
        self.scheduler.make_ready(&mut self.threads, index);
    }

    /// Makes a fresh thread ready to run its entry.
    pub(crate) fn start(&mut self, index: ThreadIndex) {
        if let Some(thread) = self.threads.get_mut(index) {
            *thread = Thread { priority: thread.priority, ..Thread::DORMANT };
        }
        self.scheduler.make_ready(&mut self.threads, index);
    }

    /// Takes a thread away, whatever it does.
    pub(crate) fn stop(&mut self, index: ThreadIndex) {
        self.detach(index);
        let Some(thread) = self.threads.get(index) else {
            return;
        };
        if thread.state == ThreadState::Ready {
            self.scheduler.remove(&mut self.threads, index);
        }
        if self.scheduler.current == index {
            self.scheduler.current = ThreadIndex::NONE;
        }
        if let Some(thread) = self.threads.get_mut(index) {
            *thread = Thread { priority: thread.priority, ..Thread::DORMANT };
        }
    }

    /// Ends the wait of every thread in the list whose mask has one of the active `signals`.
    /// Tells whether there was one.
    pub(crate) fn raise(&mut self, list: WaitListIndex, signals: Signals) -> bool {
        let mut woken = false;
        let mut index = self.first_waiter(list);
        while let Some(thread) = self.threads.get(index) {
            let next = thread.next;
            if let ThreadState::Waiting { mask, .. } = thread.state
                && mask.intersects(signals)
            {
                self.complete(index, wait_results(signals));
                woken = true;
            }
            index = next;
        }
        woken
    }

    /// Tells whether a thread waits on the object with this list.
    #[inline(always)]
    pub(crate) fn has_waiter(&self, list: WaitListIndex) -> bool {
        !self.first_waiter(list).is_none()
    }

    #[inline(always)]
    fn first_waiter(&self, list: WaitListIndex) -> ThreadIndex {
        self.lists.get(list).map_or(ThreadIndex::NONE, ThreadList::head)
    }

    /// The thread that raising `signals` would wake and that would then run at once, if that is
    /// plain to see: it waits alone and without a deadline, and nobody ready is as important.
    #[inline(always)]
    pub(crate) fn plain_waiter(
        &self,
        list: WaitListIndex,
        signals: Signals,
    ) -> Option<ThreadIndex> {
        let index = self.first_waiter(list);
        let thread = self.threads.get(index)?;
        let ThreadState::Waiting { mask, .. } = thread.state else {
            return None;
        };
        let plain = thread.next.is_none()
            && thread.deadline_slot == Thread::UNARMED
            && mask.intersects(signals)
            && !self.scheduler.is_ready_at_least(thread.priority);
        if plain { Some(index) } else { None }
    }

    /// Blocks the current thread in `state`, for ever, and runs the [`Waits::plain_waiter`] of
    /// `list` in its place.
    #[inline(always)]
    pub(crate) fn hand_off(
        &mut self,
        state: ThreadState,
        list: WaitListIndex,
        waiter: ThreadIndex,
        signals: Signals,
    ) -> Outcome {
        if let Some(thread) = self.threads.get_mut(self.scheduler.current) {
            thread.state = state;
        }
        if let Some(list) = self.lists.get_mut(list) {
            *list = ThreadList::EMPTY;
        }
        self.scheduler.run(&mut self.threads, waiter);
        Outcome::returning(waiter, wait_results(signals))
    }

    /// Ends the current thread's call with these results; a more important thread that has become
    /// ready runs first (WT-2).
    #[inline(always)]
    pub(crate) fn finish(&mut self, results: Results) -> Outcome {
        let current = self.scheduler.current;
        let Some(thread) = self.threads.get_mut(current) else {
            return self.dispatch();
        };
        if !self.scheduler.is_ready_above(thread.priority) {
            return Outcome::returning(current, results);
        }
        thread.results = results;
        thread.returning = true;
        self.dispatch()
    }

    /// Lets the most important thread run: the current one, unless it is blocked or a more
    /// important one is ready.
    #[inline(never)]
    pub(crate) fn dispatch(&mut self) -> Outcome {
        let current = self.scheduler.current;
        if let Some(thread) = self.threads.get(current) {
            if !self.scheduler.is_ready_above(thread.priority) {
                return self.run_on(current);
            }
            self.scheduler.make_ready_first(&mut self.threads, current);
        }
        let next = self.scheduler.choose(&mut self.threads);
        self.run_on(next)
    }

    fn run_on(&mut self, index: ThreadIndex) -> Outcome {
        let Some(thread) = self.threads.get_mut(index) else {
            return Outcome::idle();
        };
        if core::mem::take(&mut thread.returning) {
            Outcome::returning(index, core::mem::take(&mut thread.results))
        } else {
            Outcome::resuming(index)
        }
    }

    /// Checks that lists, deadlines and queues agree with what the threads are doing.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        self.scheduler.check(&self.threads)?;
        self.deadlines.check(&self.threads)?;
        for number in 0..self.lists.len() {
            let list = WaitListIndex::new(number);
            let mut index = self.first_waiter(list);
            while let Some(thread) = self.threads.get(index) {
                let stands_here = matches!(
                    thread.state,
                    ThreadState::Waiting { list: own, .. } if own == list
                );
                if !stands_here {
                    return Err("wait list: a thread that does not wait there");
                }
                index = thread.next;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
