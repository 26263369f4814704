//! Who runs (WT-8): the most important thread that can, and among equals the one that has been
//! ready for longest. A thread that was preempted has not had its turn.

use super::{Doing, Oracle};
use crate::declared::Declared;

impl Oracle {
    /// A turn that comes after everybody's.
    pub fn last_turn(&self) -> usize {
        let turns = self.threads.iter().filter_map(|thread| match thread.doing {
            Doing::Ready { turn } => Some(turn + 1),
            _not_ready => None,
        });
        turns.max().unwrap_or(1)
    }

    /// The highest priority at which a thread is ready.
    pub fn highest_ready(&self, declared: &Declared) -> Option<u8> {
        let priorities = self.priorities(declared);
        (0..self.threads.len())
            .filter(|thread| matches!(self.threads[*thread].doing, Doing::Ready { .. }))
            .map(|thread| priorities[thread])
            .max()
    }

    /// A thread that could run and is more or less important than before stands behind its new equals, as
    /// if it had become ready in this step, which has this turn (CH-13).
    pub fn requeue(&mut self, declared: &Declared, before: &Oracle, turn: usize) {
        let (old, new) = (before.priorities(declared), self.priorities(declared));
        for thread in 0..self.threads.len() {
            if matches!(self.threads[thread].doing, Doing::Ready { .. })
                && old[thread] != new[thread]
            {
                self.threads[thread].doing = Doing::Ready { turn };
            }
        }
    }

    /// Takes the processor from the running thread if a more important one is ready; it comes
    /// first among its equals.
    pub fn preempt(&mut self, declared: &Declared) {
        let Some(current) = self.current() else { return };
        if self.highest_ready(declared) > Some(self.priorities(declared)[current]) {
            self.threads[current].doing = Doing::Ready { turn: 0 };
        }
    }

    /// The threads of which one must run now.
    pub fn candidates(&self, declared: &Declared) -> Vec<usize> {
        if let Some(current) = self.current() {
            return vec![current];
        }
        let highest = self.highest_ready(declared);
        let priorities = self.priorities(declared);
        let turn_of = |thread: usize| match self.threads[thread].doing {
            Doing::Ready { turn } if Some(priorities[thread]) == highest => Some(turn),
            _other => None,
        };
        let first = (0..self.threads.len()).filter_map(turn_of).min();
        (0..self.threads.len())
            .filter(|thread| first.is_some() && turn_of(*thread) == first)
            .collect()
    }

    /// Lets a thread run; it takes what it is owed. Nobody, when there is none.
    pub fn run(&mut self, declared: &Declared, next: Option<usize>) {
        if let Some(next) = next {
            self.threads[next].doing = Doing::Running;
            self.threads[next].owed = None;
            self.threads[next].note = None;
            self.threads[next].is_fresh = false;
        }
        self.number_turns(declared);
        self.number_orders();
    }

    /// Numbers the turns of each priority from 1 without gaps, so that systems in which the same
    /// thread comes next are equal.
    fn number_turns(&mut self, declared: &Declared) {
        let priorities = self.priorities(declared);
        let before: Vec<Doing> = self.threads.iter().map(|thread| thread.doing).collect();
        for (thread, doing) in before.iter().enumerate() {
            let Doing::Ready { turn } = doing else { continue };
            let mut earlier: Vec<usize> = (0..before.len())
                .filter(|other| priorities[*other] == priorities[thread])
                .filter_map(|other| match before[other] {
                    Doing::Ready { turn: other } if other < *turn => Some(other),
                    _not_earlier => None,
                })
                .collect();
            earlier.sort_unstable();
            earlier.dedup();
            self.threads[thread].doing = Doing::Ready { turn: earlier.len() + 1 };
        }
    }
}
