//! Blocking and waking, in one place.
//!
//! A thread that waits stands in the list of the object it waits on, with its mask in the thread.
//! A signal is a level (WT-3): nobody remembers that it rose. Whoever makes one active calls
//! [`Waits::raise`], which ends the wait of every thread in the list whose mask matches, at that
//! moment and with the signals of that moment (WT-6). Whatever else a thread may block in, its
//! deadline and its way back to the processor are here too.

use guichet_abi::{Error, OK, Results, Signals};

use crate::HAS_MESSAGES;
use crate::deadline::Deadlines;
use crate::event::{Outcome, failure};
use crate::id::{Table, TableIndex, ThreadIndex, WaitGroupIndex, WaitListIndex};
use crate::memory::Buffer;
use crate::port::Port;
use crate::scheduler::SchedulerState;
use crate::system::System;
use crate::thread::{
    Awaited, Member, Priority, Thread, ThreadDescriptor, ThreadList, ThreadState, Threads,
};
use crate::time::Instant;

/// The threads and all that decides which of them runs.
#[derive(Debug)]
pub(crate) struct Waits<'s> {
    /// What is declared of the threads.
    pub(crate) declared: &'s [ThreadDescriptor<'s>],
    /// What is declared of the whole system.
    system: &'s System<'s>,
    /// What is declared of the current one: found once, when it becomes that.
    running: &'s ThreadDescriptor<'s>,
    /// What the door takes is shorter than this: as long as a transfer may be (AB-10), and nothing while
    /// anything is lent (CH-13). So one comparison tells both.
    pub(crate) door_bound: usize,
    pub(crate) threads: Threads<'s>,
    pub(crate) lists: Table<'s, WaitListIndex, ThreadList>,
    pub(crate) groups: WaitGroups<'s>,
    pub(crate) scheduler: &'s mut SchedulerState,
    pub(crate) deadlines: Deadlines<'s>,
}

/// What changes about a wait group (WT-4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WaitGroup {
    /// The member that was served last.
    pub(crate) last: ThreadIndex,
}

impl WaitGroup {
    /// A group that has served nobody.
    pub const FRESH: WaitGroup = WaitGroup { last: ThreadIndex::NONE };
}

pub(crate) type WaitGroups<'s> = Table<'s, WaitGroupIndex, WaitGroup>;

/// The results of a wait that ended with these signals (WT-2).
#[inline(always)]
pub(crate) fn wait_results(signals: Signals) -> Results {
    member_results(0, signals)
}

/// The results of a wait on a group, of which this member is ready (WT-4).
#[inline(always)]
pub(crate) fn member_results(user_data: usize, signals: Signals) -> Results {
    Results { status: OK, value0: user_data, value1: usize::try_from(signals.bits()).unwrap_or(0) }
}

/// What the door takes is shorter than this.
fn door_bound(system: &System<'_>, scheduler: &SchedulerState) -> usize {
    if scheduler.is_anything_lent() { 0 } else { system.max_transfer_bytes.saturating_add(1) }
}

impl<'s> Waits<'s> {
    /// The threads of a system over their storage.
    pub(crate) fn new(
        system: &'s System<'s>,
        threads: Threads<'s>,
        lists: Table<'s, WaitListIndex, ThreadList>,
        groups: WaitGroups<'s>,
        scheduler: &'s mut SchedulerState,
        deadlines: Deadlines<'s>,
    ) -> Self {
        let declared = system.threads;
        let running = declared.get(scheduler.current.position());
        let running = running.unwrap_or(ThreadDescriptor::NOBODY);
        let door_bound = door_bound(system, scheduler);
        Waits {
            declared,
            system,
            running,
            door_bound,
            threads,
            lists,
            groups,
            scheduler,
            deadlines,
        }
    }

    /// Something has been lent, or taken back: the door is open while nothing is.
    pub(crate) fn settle_door(&mut self) {
        self.door_bound = door_bound(self.system, self.scheduler);
    }

    /// What is declared of the current thread.
    #[inline(always)]
    pub(crate) fn running(&self) -> &'s ThreadDescriptor<'s> {
        self.running
    }

    /// Makes a thread the current one, or none.
    #[inline(always)]
    pub(crate) fn set_current(&mut self, index: ThreadIndex) {
        self.scheduler.current = index;
        let running = self.declared.get(index.position());
        self.running = running.unwrap_or(ThreadDescriptor::NOBODY);
    }

    /// The thread that made the present call.
    #[inline(always)]
    pub(crate) fn current(&self) -> ThreadIndex {
        self.scheduler.current
    }

    /// Blocks the current thread in `state`. The caller has seen that the deadline is not past.
    pub(crate) fn block<P: Port>(&mut self, port: &mut P, state: ThreadState, deadline: Instant) {
        let current = self.scheduler.current;
        self.set_current(ThreadIndex::NONE);
        if let Some(list) = self.lists.get_mut(state.list()) {
            list.push_back(&mut self.threads, current);
        }
        self.set_blocked(port, current, state, deadline);
    }

    fn set_blocked<P: Port>(
        &mut self,
        port: &mut P,
        index: ThreadIndex,
        state: ThreadState,
        deadline: Instant,
    ) {
        if let Some(thread) = self.threads.get_mut(index) {
            thread.state = state;
            if deadline.is_finite() {
                self.deadlines.arm(port, thread, deadline);
            }
        }
    }

    /// Takes a blocked thread out of the list it stands in, and its deadline away.
    fn detach(&mut self, index: ThreadIndex) {
        let Some(thread) = self.threads.get_mut(index) else {
            return;
        };
        thread.deadline = Instant::NEVER;
        let list = thread.state.list();
        if let Some(list) = self.lists.get_mut(list) {
            list.remove(&mut self.threads, index);
        }
    }

    /// How important a thread is now.
    pub(crate) fn priority(&self, index: ThreadIndex) -> Priority {
        self.threads.get(index).map_or(Priority::LOWEST, |thread| thread.priority)
    }

    /// How important a thread is declared to be.
    pub(crate) fn own_priority(&self, index: ThreadIndex) -> Priority {
        self.declared.get(index.position()).map_or(Priority::LOWEST, |thread| thread.priority)
    }

    /// Tells whether something was lent to a thread (CH-13).
    pub(crate) fn has_more_than_its_own(&self, index: ThreadIndex) -> bool {
        self.priority(index) > self.own_priority(index)
    }

    /// Makes a thread more or less important. One that could run stands behind its new equals.
    pub(crate) fn set_priority(&mut self, index: ThreadIndex, priority: Priority) {
        let Some(thread) = self.threads.get(index) else {
            return;
        };
        let is_ready = thread.state.is_ready();
        if thread.priority == priority {
            return;
        }
        if is_ready {
            self.scheduler.remove(&mut self.threads, index);
        }
        let own = self.own_priority(index);
        if let Some(thread) = self.threads.get_mut(index) {
            self.scheduler.count_lent(thread.priority > own, priority > own);
            thread.priority = priority;
        }
        self.settle_door();
        if is_ready {
            self.scheduler.stand(&mut self.threads, index);
        }
    }

    /// Ends what a blocked thread blocks in: it becomes ready with these results.
    pub(crate) fn complete(&mut self, index: ThreadIndex, results: Results) {
        self.wake(index, ThreadState::Returning(results));
    }

    /// The same with an error.
    #[inline(never)]
    pub(crate) fn fail(&mut self, index: ThreadIndex, error: Error) {
        self.wake(index, ThreadState::Returning(failure(error)));
    }

    /// Ends the yield of a thread, which stands in no list and has no deadline: it becomes ready with these values,
    /// and with the message that it keeps, if it does.
    #[inline(always)]
    pub(crate) fn complete_yield(
        &mut self,
        index: ThreadIndex,
        (value0, value1): (usize, usize),
        has_message: bool,
    ) {
        let results = Results { status: OK, value0, value1 };
        if let Some(thread) = self.threads.get_mut(index) {
            if has_message {
                thread.state = ThreadState::ReturningMessage(results);
            } else {
                thread.state = ThreadState::Returning(results);
            }
        }
        self.scheduler.stand(&mut self.threads, index);
    }

    /// As [`Waits::complete`], with a message that the thread keeps (EP-8).
    pub(crate) fn complete_with_message(&mut self, index: ThreadIndex, results: Results) {
        self.wake(index, ThreadState::ReturningMessage(results));
    }

    /// Makes a blocked thread ready, in this state.
    #[inline(never)]
    fn wake(&mut self, index: ThreadIndex, state: ThreadState) {
        self.detach(index);
        self.scheduler.make_ready(&mut self.threads, index, state);
    }

    /// Lets a blocked thread block on in another state, in no list. Its deadline stays.
    pub(crate) fn block_on(&mut self, index: ThreadIndex, state: ThreadState) {
        let deadline = self.threads.get(index).map_or(Instant::NEVER, |thread| thread.deadline);
        self.detach(index);
        if let Some(thread) = self.threads.get_mut(index) {
            thread.state = state;
            thread.deadline = deadline;
        }
    }

    /// Makes a fresh thread ready to run its entry.
    pub(crate) fn start(&mut self, index: ThreadIndex) {
        if let Some(thread) = self.threads.get_mut(index) {
            *thread = Thread { priority: thread.priority, ..Thread::DORMANT };
        }
        self.scheduler.make_ready(&mut self.threads, index, ThreadState::Ready);
    }

    /// Lets a thread that does not live wait for `at` in `state`.
    pub(crate) fn put_off<P: Port>(
        &mut self,
        port: &mut P,
        index: ThreadIndex,
        state: ThreadState,
        at: Instant,
    ) {
        self.set_blocked(port, index, state, at);
    }

    /// Takes a thread away, whatever it does, and leaves it in `state`, in which it does not live.
    pub(crate) fn stop(&mut self, index: ThreadIndex, state: ThreadState) {
        self.detach(index);
        let Some(thread) = self.threads.get(index) else {
            return;
        };
        if thread.state.is_ready() {
            self.scheduler.remove(&mut self.threads, index);
        }
        if self.scheduler.current == index {
            self.set_current(ThreadIndex::NONE);
        }
        if let Some(thread) = self.threads.get_mut(index) {
            *thread = Thread { priority: thread.priority, state, ..Thread::DORMANT };
        }
    }

    /// Ends the wait of every thread in the list whose mask has one of the active `signals`.
    /// Tells whether there was one.
    pub(crate) fn raise(&mut self, list: WaitListIndex, signals: Signals) -> bool {
        let mut woken = false;
        let mut index = self.first_waiter(list);
        while let Some(thread) = self.threads.get(index) {
            let next = thread.next;
            match thread.state {
                ThreadState::Waiting { mask, .. } if mask.intersects(signals) => {
                    self.complete(index, wait_results(signals));
                    woken = true;
                }
                ThreadState::Member(member) if member.mask.intersects(signals) => {
                    woken |= self.wake_group(index, &member, signals);
                }
                ThreadState::Waiting { .. }
                | ThreadState::Member(_)
                | ThreadState::Receiving { .. }
                | ThreadState::Sending { .. }
                | ThreadState::Dormant
                | ThreadState::Ended(_)
                | ThreadState::Restarting
                | ThreadState::Ready
                | ThreadState::Returning(_)
                | ThreadState::ReturningMessage(_)
                | ThreadState::Running
                | ThreadState::Transacting(_)
                | ThreadState::Calling(_)
                | ThreadState::Yielding(_)
                | ThreadState::Sleeping => {}
            }
            index = next;
        }
        woken
    }

    /// Ends the wait of every thread on a group, a member of which has become ready. Tells whether
    /// there was one.
    pub(crate) fn wake_group(
        &mut self,
        index: ThreadIndex,
        member: &Member,
        signals: Signals,
    ) -> bool {
        let declared = self.system.wait_groups.get(member.group.position());
        let list = declared.map_or(WaitListIndex::NONE, |group| group.wait_list);
        let mut woken = false;
        while !self.first_waiter(list).is_none() {
            let results = member_results(member.user_data, signals);
            self.complete(self.first_waiter(list), results);
            woken = true;
        }
        if woken && let Some(group) = self.groups.get_mut(member.group) {
            group.last = index;
        }
        woken
    }

    /// Puts an entry that never runs into an object's list, for a member of a group.
    pub(crate) fn join(&mut self, index: ThreadIndex, member: Member) {
        if let Some(thread) = self.threads.get_mut(index) {
            thread.state = ThreadState::Member(member);
        }
        if let Some(list) = self.lists.get_mut(member.list) {
            list.push_back(&mut self.threads, index);
        }
    }

    /// Tells whether a thread waits on the object with this list, or on a group that it is a member of.
    pub(crate) fn waits_for(&self, thread: ThreadIndex, list: WaitListIndex) -> bool {
        let Some(thread) = self.threads.get(thread) else {
            return false;
        };
        let waits_on = thread.state.list();
        if waits_on == list {
            return true;
        }
        let mut index = self.first_waiter(list);
        while let Some(entry) = self.threads.get(index) {
            if let ThreadState::Member(member) = entry.state
                && let Some(group) = self.system.wait_groups.get(member.group.position())
                && group.wait_list == waits_on
            {
                return true;
            }
            index = entry.next;
        }
        false
    }

    /// Tells whether a thread waits on the object with this list.
    pub(crate) fn has_waiter(&self, list: WaitListIndex) -> bool {
        !self.first_waiter(list).is_none()
    }

    #[inline(always)]
    fn first_waiter(&self, list: WaitListIndex) -> ThreadIndex {
        self.lists.get(list).map_or(ThreadIndex::NONE, ThreadList::head)
    }

    /// The first thread in the list that waits to serve a transaction, and where it wants the
    /// request (CH-10).
    pub(crate) fn first_receiver(&self, list: WaitListIndex) -> Option<(ThreadIndex, Buffer)> {
        let mut index = self.first_waiter(list);
        while let Some(thread) = self.threads.get(index) {
            if let ThreadState::Receiving { room, .. } = thread.state {
                return Some((index, room));
            }
            index = thread.next;
        }
        None
    }

    /// The most important thread in the list that wants to receive or to send, not only to know when it
    /// could (EP-5); among equals, the one that has stood there longest. NONE if there is none.
    #[inline(never)]
    pub(crate) fn most_important(&self, list: WaitListIndex) -> ThreadIndex {
        let mut best = ThreadIndex::NONE;
        let mut priority = None;
        let mut index = self.first_waiter(list);
        while let Some(thread) = self.threads.get(index) {
            let is_wanted =
                matches!(thread.state, ThreadState::Receiving { .. } | ThreadState::Sending { .. });
            if is_wanted && Some(thread.priority) > priority {
                best = index;
                priority = Some(thread.priority);
            }
            index = thread.next;
        }
        best
    }

    /// From now on only the general way gives anything to the threads in the list that wait to receive.
    pub(crate) fn guard_receivers(&mut self, list: WaitListIndex) {
        let mut index = self.first_waiter(list);
        while let Some(thread) = self.threads.get_mut(index) {
            if let ThreadState::Receiving { room, .. } = &mut thread.state
                && room.is_registers()
            {
                *room = room.guarded();
            }
            index = thread.next;
        }
    }

    /// Blocks the current thread in `state`. The caller has seen that the deadline is
    /// [quiet](Waits::is_quiet), puts the thread into the list of its state, and lets another
    /// [enter](Waits::enter).
    #[inline(always)]
    pub(crate) fn leave(&mut self, current: ThreadIndex, state: ThreadState, deadline: Instant) {
        if let Some(thread) = self.threads.get_mut(current) {
            thread.state = state;
            thread.deadline = deadline;
        }
    }

    /// Makes a thread that has [taken over](Thread::take_over) the current one.
    #[inline(always)]
    pub(crate) fn enter(&mut self, next: ThreadIndex, running: &'s ThreadDescriptor<'s>) {
        self.scheduler.current = next;
        self.running = running;
    }

    /// Tells whether a deadline needs nothing done: it is not past, and the alarm rings before it.
    #[inline(always)]
    pub(crate) fn is_quiet<P: Port>(&self, port: &mut P, deadline: Instant) -> bool {
        !deadline.is_finite() || (!self.deadlines.is_next(deadline) && deadline > port.now())
    }

    /// As [`Waits::complete`], for a thread that stands in no list.
    #[inline(always)]
    pub(crate) fn complete_alone(&mut self, index: ThreadIndex, results: Results) {
        if let Some(thread) = self.threads.get_mut(index) {
            thread.state = ThreadState::Returning(results);
            thread.deadline = Instant::NEVER;
            let priority = thread.priority;
            self.scheduler.enqueue(&mut self.threads, index, priority);
        }
    }

    /// Blocks the current thread in `state`, alone in `list`, and runs the most important ready one,
    /// if its call has ended; gives that and its results. Else `None`, and nothing has changed. The
    /// caller has seen that the deadline is [quiet](Waits::is_quiet).
    #[inline(always)]
    pub(crate) fn block_alone(
        &mut self,
        state: ThreadState,
        list: WaitListIndex,
        deadline: Instant,
    ) -> Option<(ThreadIndex, Results)> {
        let list = self.lists.get_mut(list)?;
        let next = self.scheduler.first();
        let running = self.declared.get(next.position())?;
        let ThreadState::Returning(results) = self.threads.get(next)?.state else {
            return None;
        };
        if !list.is_empty() {
            return None;
        }
        let current = self.scheduler.current;
        *list = ThreadList::of(current);
        self.scheduler.remove_first(&mut self.threads, next);
        if let Some(thread) = self.threads.get_mut(next) {
            thread.state = ThreadState::Running;
        }
        self.leave(current, state, deadline);
        self.enter(next, running);
        Some((next, results))
    }

    /// Ends the current thread's call with these results, and the message that it keeps if it has been
    /// given one (EP-8); a more important thread that has become ready runs first (WT-2).
    pub(crate) fn finish(&mut self, results: Results, has_message: bool) -> Outcome {
        let current = self.scheduler.current;
        match self.threads.get(current) {
            Some(thread) if !self.scheduler.is_ready_above(thread.priority) => {
                let outcome = Outcome::returning(current, results);
                if has_message { outcome.with_message() } else { outcome }
            }
            Some(_) | None if has_message => {
                self.yield_to_others(ThreadState::ReturningMessage(results))
            }
            Some(_) | None => self.yield_to_others(ThreadState::Returning(results)),
        }
    }

    /// Makes the current thread ready, ahead of its equals, and runs the most important one.
    fn yield_to_others(&mut self, state: ThreadState) -> Outcome {
        let current = self.scheduler.current;
        self.scheduler.make_ready_first(&mut self.threads, current, state);
        self.run_first()
    }

    /// Lets the most important thread run: the current one, unless it is blocked or a more
    /// important one is ready.
    pub(crate) fn dispatch<P: Port>(&mut self, port: &mut P) -> Outcome {
        let current = self.scheduler.current;
        match self.threads.get(current) {
            Some(thread) if !self.scheduler.is_ready_above(thread.priority) => {
                Outcome::resuming(current)
            }
            Some(_) => self.yield_to_others(ThreadState::Ready),
            None => {
                if self.scheduler.first().is_none() {
                    self.deadlines.settle(port, &self.threads);
                }
                self.run_first()
            }
        }
    }

    /// Blocks the current thread until an upcall comes, in no list and without a deadline, and runs another.
    pub(crate) fn block_yield<P: Port>(&mut self, port: &mut P, awaited: Awaited) -> Outcome {
        let current = self.scheduler.current;
        if let Some(thread) = self.threads.get_mut(current) {
            thread.state = ThreadState::Yielding(awaited);
        }
        if !self.scheduler.is_anybody_ready() {
            self.deadlines.settle(port, &self.threads);
        }
        self.run_first()
    }

    /// Runs the most important ready thread, if there is one.
    fn run_first(&mut self) -> Outcome {
        let next = self.scheduler.choose(&mut self.threads);
        self.set_current(next);
        let Some(thread) = self.threads.get_mut(next) else {
            return Outcome::idle();
        };
        let outcome = match thread.state {
            ThreadState::Returning(results) => Outcome::returning(next, results),
            ThreadState::ReturningMessage(results) if HAS_MESSAGES => {
                Outcome::returning_message(next, results)
            }
            ThreadState::Ready
            | ThreadState::ReturningMessage(_)
            | ThreadState::Running
            | ThreadState::Dormant
            | ThreadState::Ended(_)
            | ThreadState::Restarting
            | ThreadState::Member(_)
            | ThreadState::Waiting { .. }
            | ThreadState::Receiving { .. }
            | ThreadState::Sending { .. }
            | ThreadState::Transacting(_)
            | ThreadState::Calling(_)
            | ThreadState::Yielding(_)
            | ThreadState::Sleeping => Outcome::resuming(next),
        };
        thread.state = ThreadState::Running;
        outcome
    }

    /// Checks that whoever has more than its own priority is counted, and that the door knows of it.
    fn check_lent(&self) -> Result<(), &'static str> {
        let threads = (0..self.declared.len()).map(ThreadIndex::new);
        let lent = threads.filter(|thread| self.has_more_than_its_own(*thread)).count();
        if self.scheduler.is_anything_lent() == (lent == 0) {
            return Err("scheduler: somebody is more important than declared, or nobody");
        }
        if self.door_bound != door_bound(self.system, self.scheduler) {
            return Err("wait: the door is open although something is lent, or closed");
        }
        Ok(())
    }

    /// Checks that lists, deadlines and queues agree with what the threads are doing.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let current = self.declared.get(self.current().position());
        let current = current.unwrap_or(ThreadDescriptor::NOBODY);
        let who = |thread: &ThreadDescriptor<'_>| (thread.process.index, thread.ordinal);
        if who(self.running) != who(current) {
            return Err("wait: another thread is taken for the current one");
        }
        self.scheduler.check(&self.threads)?;
        self.check_lent()?;
        self.deadlines.check(&self.threads)?;
        for number in 0..self.lists.len() {
            let list = WaitListIndex::new(number);
            let mut index = self.first_waiter(list);
            while let Some(thread) = self.threads.get(index) {
                if thread.state.list() != list {
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
