//! Who runs: fixed priorities, first in first out among equals (WT-8).
//!
//! One bit for each priority says whether anyone is ready there, so the choice takes the same time
//! however many threads there are. The running thread stands in no queue: a hand-off from one
//! thread to another touches none.

use crate::id::{Table, TableIndex, ThreadIndex};
use crate::thread::{Priority, ThreadList, ThreadState, Threads};

impl TableIndex for Priority {
    #[inline(always)]
    fn position(self) -> usize {
        usize::from(self.number())
    }
}

/// What the scheduler remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SchedulerState {
    /// The thread that runs, or NONE when the system is idle.
    pub(crate) current: ThreadIndex,
    /// How many threads are more important than declared (CH-13). While none is, that is all there is to
    /// know of anybody's priority.
    lent: u16,
    /// Bit `31 - p`: a thread of priority `p` is ready. This way round, because the lowest bit is
    /// the one that is cheap to find.
    ready: u32,
    queues: [ThreadList; Priority::COUNT],
}

impl SchedulerState {
    /// Nobody is ready.
    pub const IDLE: SchedulerState = SchedulerState {
        current: ThreadIndex::NONE,
        lent: 0,
        ready: 0,
        queues: [ThreadList::EMPTY; Priority::COUNT],
    };

    /// Makes nobody ready.
    pub(crate) fn clear(&mut self) {
        self.current = ThreadIndex::NONE;
        self.lent = 0;
        self.ready = 0;
        self.queues.fill(ThreadList::EMPTY);
    }

    /// Tells whether any thread is more important than declared (CH-13).
    #[inline(always)]
    pub(crate) fn is_anything_lent(&self) -> bool {
        self.lent != 0
    }

    /// A thread that had more than its own priority, or not, has it now, or not.
    pub(crate) fn count_lent(&mut self, before: bool, after: bool) {
        self.lent = self.lent.wrapping_add(u16::from(after)).wrapping_sub(u16::from(before));
    }

    /// Tells whether a ready thread is at least as important as `priority`.
    #[inline(always)]
    pub(crate) fn is_ready_at_least(&self, priority: Priority) -> bool {
        self.ready.wrapping_shl(u32::from(priority.number())) != 0
    }

    /// Tells whether a ready thread is at least as important as `priority`, or anything is lent.
    #[inline(always)]
    pub(crate) fn is_ready_or_lent(&self, priority: Priority) -> bool {
        let ready = self.ready.wrapping_shl(u32::from(priority.number()));
        ready | u32::from(self.lent) != 0
    }

    /// Tells whether any thread is ready.
    #[inline(always)]
    pub(crate) fn is_anybody_ready(&self) -> bool {
        self.ready != 0
    }

    /// Tells whether a ready thread is more important than `priority`.
    #[inline(always)]
    pub(crate) fn is_ready_above(&self, priority: Priority) -> bool {
        self.ready.wrapping_shl(u32::from(priority.number())) << 1 != 0
    }

    /// Makes a thread ready, behind its equals; `state` is Ready or Returning.
    pub(crate) fn make_ready(
        &mut self,
        threads: &mut Threads<'_>,
        index: ThreadIndex,
        state: ThreadState,
    ) {
        if let Some(thread) = threads.get_mut(index) {
            thread.state = state;
        }
        self.stand(threads, index);
    }

    /// Puts a thread that has been made ready behind its equals, out of line.
    #[inline(never)]
    pub(crate) fn stand(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        if let Some(thread) = threads.get(index) {
            self.enqueue(threads, index, thread.priority);
        }
    }

    /// Puts a thread that has been made ready behind its equals.
    #[inline(always)]
    pub(crate) fn enqueue(
        &mut self,
        threads: &mut Threads<'_>,
        index: ThreadIndex,
        priority: Priority,
    ) {
        let ready = &mut self.ready;
        if let Some(queue) = Table::new(&mut self.queues).get_mut(priority) {
            queue.push_back(threads, index);
            *ready |= bit(priority);
        }
    }

    /// Makes a thread ready that was running, ahead of its equals: its turn is not over. `state`
    /// is Ready or Returning.
    pub(crate) fn make_ready_first(
        &mut self,
        threads: &mut Threads<'_>,
        index: ThreadIndex,
        state: ThreadState,
    ) {
        let Some(priority) = Self::mark_ready(threads, index, state) else {
            return;
        };
        if let Some(queue) = Table::new(&mut self.queues).get_mut(priority) {
            queue.push_front(threads, index);
            self.ready |= bit(priority);
        }
    }

    /// Takes a ready thread out of its queue.
    pub(crate) fn remove(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        let Some(thread) = threads.get(index) else {
            return;
        };
        let priority = thread.priority;
        let ready = &mut self.ready;
        if let Some(queue) = Table::new(&mut self.queues).get_mut(priority) {
            queue.remove(threads, index);
            if queue.is_empty() {
                *ready &= !bit(priority);
            }
        }
    }

    /// As [`SchedulerState::remove`], for the first thread of its queue.
    #[inline(always)]
    pub(crate) fn remove_first(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        let Some(thread) = threads.get_mut(index) else {
            return;
        };
        let (priority, next) = (thread.priority, thread.next);
        thread.next = ThreadIndex::NONE;
        if let Some(queue) = Table::new(&mut self.queues).get_mut(priority) {
            queue.remove_head(threads, next);
        }
        if next.is_none() {
            self.ready &= !bit(priority);
        }
    }

    /// Takes the most important ready thread out of its queue, if there is one.
    pub(crate) fn choose(&mut self, threads: &mut Threads<'_>) -> ThreadIndex {
        let index = self.first();
        self.remove_first(threads, index);
        index
    }

    /// The most important ready thread, or NONE.
    #[inline(always)]
    pub(crate) fn first(&self) -> ThreadIndex {
        // Beyond the last priority, where no queue is, if nobody is ready.
        let highest = 31u32.wrapping_sub(self.ready.trailing_zeros());
        self.queues
            .get(usize::try_from(highest).unwrap_or(Priority::COUNT))
            .map_or(ThreadIndex::NONE, ThreadList::head)
    }

    #[inline(always)]
    fn mark_ready(
        threads: &mut Threads<'_>,
        index: ThreadIndex,
        state: ThreadState,
    ) -> Option<Priority> {
        let thread = threads.get_mut(index)?;
        thread.state = state;
        Some(thread.priority)
    }

    /// Checks that bits and queues agree and that only ready threads are queued.
    pub(crate) fn check(&self, threads: &Threads<'_>) -> Result<(), &'static str> {
        for (number, queue) in (0u8..).zip(&self.queues) {
            let priority = Priority::new(number);
            if queue.is_empty() == (self.ready & bit(priority) != 0) {
                return Err("scheduler: a bit and its queue disagree");
            }
            let mut next = queue.head();
            while let Some(thread) = threads.get(next) {
                if !thread.state.is_ready() || thread.priority != priority {
                    return Err("scheduler: a queued thread is not ready at that priority");
                }
                next = thread.next;
            }
        }
        match threads.get(self.current) {
            Some(thread) if thread.state != ThreadState::Running => {
                Err("scheduler: the current thread is not running")
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[inline(always)]
fn bit(priority: Priority) -> u32 {
    (1u32 << 31).wrapping_shr(u32::from(priority.number()))
}
