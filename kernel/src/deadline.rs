//! The threads that have a finite deadline, earliest first.
//!
//! A binary heap of thread numbers, each thread remembering its own place, so that a wait that
//! ends otherwise is taken out without a search. A deadline that never passes is never in here:
//! waiting for ever costs nothing.

use crate::id::{Table, TableIndex, ThreadIndex};
use crate::thread::{Thread, Threads};
use crate::time::Instant;

/// A place in the heap.
#[derive(Clone, Copy, Debug)]
struct Slot(u16);

impl TableIndex for Slot {
    #[inline(always)]
    fn position(self) -> usize {
        usize::from(self.0)
    }
}

impl Slot {
    fn parent(self) -> Option<Slot> {
        Some(Slot(self.0.checked_sub(1)? >> 1))
    }

    fn children(self) -> (Slot, Slot) {
        let left = self.0.saturating_mul(2).saturating_add(1);
        (Slot(left), Slot(left.saturating_add(1)))
    }
}

/// The threads that have a finite deadline.
#[derive(Debug)]
pub(crate) struct DeadlineQueue<'s> {
    heap: Table<'s, Slot, ThreadIndex>,
    /// How many places are taken.
    count: &'s mut u16,
}

impl<'s> DeadlineQueue<'s> {
    /// A queue over storage with one place for each thread.
    pub(crate) fn new(heap: &'s mut [ThreadIndex], count: &'s mut u16) -> Self {
        DeadlineQueue { heap: Table::new(heap), count }
    }

    /// Takes everybody out, without telling the threads.
    pub(crate) fn clear(&mut self) {
        *self.count = 0;
    }

    /// The earliest deadline, or [`Instant::NEVER`].
    pub(crate) fn earliest(&self, threads: &Threads<'_>) -> Instant {
        self.deadline_at(threads, Slot(0)).unwrap_or(Instant::NEVER)
    }

    /// The thread with the earliest deadline, if that deadline has passed by `now`.
    pub(crate) fn expired(&self, threads: &Threads<'_>, now: Instant) -> Option<ThreadIndex> {
        let deadline = self.deadline_at(threads, Slot(0))?;
        if deadline <= now { self.heap.get(Slot(0)).copied() } else { None }
    }

    /// Puts a thread in by its deadline, which is finite.
    pub(crate) fn insert(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        let slot = Slot(*self.count);
        *self.count = self.count.saturating_add(1);
        self.put(threads, slot, index);
        self.rise(threads, slot);
    }

    /// Takes a thread out, if it is in.
    pub(crate) fn remove(&mut self, threads: &mut Threads<'_>, index: ThreadIndex) {
        let Some(thread) = threads.get_mut(index) else {
            return;
        };
        if thread.deadline_slot == Thread::UNARMED {
            return;
        }
        let slot = Slot(thread.deadline_slot);
        thread.deadline_slot = Thread::UNARMED;
        *self.count = self.count.saturating_sub(1);
        let last = Slot(*self.count);
        if slot.0 == last.0 {
            return;
        }
        let Some(&moved) = self.heap.get(last) else {
            return;
        };
        self.put(threads, slot, moved);
        self.sink(threads, slot);
        self.rise(threads, slot);
    }

    fn deadline_at(&self, threads: &Threads<'_>, slot: Slot) -> Option<Instant> {
        if slot.0 >= *self.count {
            return None;
        }
        Some(threads.get(*self.heap.get(slot)?)?.deadline)
    }

    fn put(&mut self, threads: &mut Threads<'_>, slot: Slot, index: ThreadIndex) {
        if let Some(place) = self.heap.get_mut(slot) {
            *place = index;
        }
        if let Some(thread) = threads.get_mut(index) {
            thread.deadline_slot = slot.0;
        }
    }

    fn swap(&mut self, threads: &mut Threads<'_>, one: Slot, other: Slot) {
        let (Some(&first), Some(&second)) = (self.heap.get(one), self.heap.get(other)) else {
            return;
        };
        self.put(threads, one, second);
        self.put(threads, other, first);
    }

    /// Moves an entry towards the root while it is earlier than what is above it.
    fn rise(&mut self, threads: &mut Threads<'_>, mut slot: Slot) {
        while let Some(parent) = slot.parent() {
            if self.deadline_at(threads, slot) >= self.deadline_at(threads, parent) {
                return;
            }
            self.swap(threads, slot, parent);
            slot = parent;
        }
    }

    /// Moves an entry away from the root while something below it is earlier.
    fn sink(&mut self, threads: &mut Threads<'_>, mut slot: Slot) {
        loop {
            let (left, right) = slot.children();
            let Some(left_deadline) = self.deadline_at(threads, left) else {
                return;
            };
            let (child, deadline) = match self.deadline_at(threads, right) {
                Some(right_deadline) if right_deadline < left_deadline => (right, right_deadline),
                Some(_) | None => (left, left_deadline),
            };
            if Some(deadline) >= self.deadline_at(threads, slot) {
                return;
            }
            self.swap(threads, slot, child);
            slot = child;
        }
    }

    /// Checks the heap's order and that every entry knows its place.
    pub(crate) fn check(&self, threads: &Threads<'_>) -> Result<(), &'static str> {
        for number in 0..*self.count {
            let slot = Slot(number);
            let index = *self.heap.get(slot).ok_or("deadline heap: count beyond the storage")?;
            let thread = threads.get(index).ok_or("deadline heap: no such thread")?;
            if thread.deadline_slot != number {
                return Err("deadline heap: a thread does not know its place");
            }
            if !thread.deadline.is_finite() {
                return Err("deadline heap: a deadline that never passes");
            }
            if let Some(parent) = slot.parent()
                && self.deadline_at(threads, parent) > Some(thread.deadline)
            {
                return Err("deadline heap: out of order");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
