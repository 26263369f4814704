//! Who runs, who sleeps, and what calls end with.

use guichet_abi::{OK, Results, Signals, Syscall};
use guichet_kernel::{Action, Event, Outcome, ProcessState, TableIndex, ThreadIndex, ThreadState};

use super::Case;
use crate::declared::{Channel, End};
use crate::invariant::{Invariant, Violation};
use crate::oracle::Doing;
use crate::words::outcome_words;

/// The calls that answer.
pub(crate) const RESPONDING: [usize; 2] =
    [Syscall::ChannelRespond as usize, Syscall::ChannelRespondAndReceive as usize];

/// Tells whether a thread could run and does not, as the kernel sees it.
fn is_ready(state: ThreadState) -> bool {
    matches!(state, ThreadState::Ready | ThreadState::Returning(_))
}

/// Tells whether a thread could run, as the kernel sees it.
fn can_run(state: ThreadState) -> bool {
    is_ready(state) || state == ThreadState::Running
}

impl Case<'_> {
    fn name(&self, thread: usize) -> String {
        self.declared.thread_name(thread)
    }

    /// WT-8, from what the kernel shows alone, and then by the oracle's order.
    pub(super) fn check_order(&self, candidates: &[usize], violations: &mut Vec<Violation>) {
        let seen = &self.taken.seen;
        let priority = |thread: usize| self.declared.priority_of(thread);
        let ready = (0..seen.threads.len()).filter(|at| is_ready(seen.threads[*at]));
        let Some(best) = ready.max_by_key(|thread| priority(*thread)) else {
            return;
        };
        let Some(current) = seen.current else {
            let observation = format!("idle, although {} could run", self.name(best));
            violations.push(Violation::new(Invariant::NoDeadlock, observation));
            return;
        };
        if priority(best) > priority(current) {
            violations.push(Violation::new(
                Invariant::Priority,
                format!("{} runs while {} is ready", self.name(current), self.name(best)),
            ));
        } else if !candidates.contains(&current)
            && candidates.iter().all(|thread| can_run(seen.threads[*thread]))
        {
            violations.push(Violation::new(
                Invariant::Fifo,
                format!("{} runs out of turn", self.name(current)),
            ));
        }
    }

    /// Every thread does what it should be doing.
    pub(super) fn check_threads(&self, violations: &mut Vec<Violation>) {
        for thread in 0..self.settled.threads.len() {
            let expected = self.settled.threads[thread].doing;
            let seen = self.taken.seen.threads[thread];
            if !self.is_same(expected, seen) {
                let invariant = self.blame(thread, expected, seen);
                violations.push(Violation::new(
                    invariant,
                    format!(
                        "{} is {}, but should be {}",
                        self.name(thread),
                        self.seen_doing(seen).map_or("lost", |doing| self.describe(doing)),
                        self.describe(expected),
                    ),
                ));
            }
        }
        self.check_satisfied(violations);
        self.check_answered(violations);
    }

    fn is_same(&self, expected: Doing, seen: ThreadState) -> bool {
        match expected {
            Doing::Ready { .. } | Doing::Running => can_run(seen),
            Doing::Dormant
            | Doing::Waiting { .. }
            | Doing::Receiving(_)
            | Doing::Transacting(_)
            | Doing::Sleeping => self.seen_doing(seen) == Some(expected),
        }
    }

    /// What the kernel says that a thread does; `None` where that makes no sense.
    fn seen_doing(&self, seen: ThreadState) -> Option<Doing> {
        Some(match seen {
            ThreadState::Dormant | ThreadState::Ended(_) => Doing::Dormant,
            ThreadState::Restarting => return None,
            ThreadState::Ready | ThreadState::Returning(_) => Doing::Ready { turn: 0 },
            ThreadState::Running => Doing::Running,
            ThreadState::Sleeping => Doing::Sleeping,
            ThreadState::Transacting(index) => Doing::Transacting(index.position()),
            ThreadState::Waiting { list, mask } => {
                Doing::Waiting { end: self.declared.end_of_list(list), mask: mask.bits() }
            }
            ThreadState::Receiving { list, .. } => match self.declared.end_of_list(list) {
                End::Handler(channel) => Doing::Receiving(channel),
                End::Initiator(_) => return None,
            },
        })
    }

    fn describe(&self, doing: Doing) -> &'static str {
        match doing {
            Doing::Dormant => "not alive",
            Doing::Ready { .. } | Doing::Running => "able to run",
            Doing::Sleeping => "asleep until a time",
            Doing::Transacting(_) => "asleep in its transaction",
            Doing::Receiving(_) => "asleep in a receive",
            Doing::Waiting { end: End::Handler(_), .. } => "asleep in a wait on the handler's end",
            Doing::Waiting { end: End::Initiator(_), .. } => {
                "asleep in a wait on the initiator's end"
            }
        }
    }

    fn blame(&self, thread: usize, expected: Doing, seen: ThreadState) -> Invariant {
        match (expected, seen) {
            (Doing::Dormant, _) | (_, ThreadState::Dormant) => Invariant::ProcessLife,
            (
                Doing::Ready { .. } | Doing::Running,
                ThreadState::Waiting { .. } | ThreadState::Receiving { .. },
            ) => Invariant::Awake,
            (Doing::Waiting { .. }, _) if self.has_succeeded(thread, seen) => {
                Invariant::SignalsTrue
            }
            (Doing::Ready { .. } | Doing::Running, ThreadState::Transacting(_))
                if self.peer_has_ended(thread) =>
            {
                Invariant::PeerTold
            }
            _any_other => Invariant::OneEnd,
        }
    }

    /// Tells whether the kernel says that a thread's call has ended well.
    fn has_succeeded(&self, thread: usize, seen: ThreadState) -> bool {
        let outcome = &self.taken.outcome;
        match seen {
            ThreadState::Returning(results) => results.status == OK,
            ThreadState::Running => {
                outcome.action == Action::Return
                    && outcome.thread.position() == thread
                    && outcome.results.status == OK
            }
            _other => false,
        }
    }

    fn peer_has_ended(&self, thread: usize) -> bool {
        match self.taken.seen.threads[thread] {
            ThreadState::Transacting(index) => {
                let handler = self.declared.channels[index.position()].handler;
                self.taken.seen.processes[handler] != ProcessState::Running
            }
            _other => false,
        }
    }

    /// The end that a thread sleeps on, as the kernel sees it, and the signals that would end that.
    fn awaited(&self, seen: ThreadState) -> Option<(End, Signals)> {
        match seen {
            ThreadState::Waiting { list, mask } => Some((self.declared.end_of_list(list), mask)),
            ThreadState::Receiving { list, .. } => {
                Some((self.declared.end_of_list(list), Signals::READABLE))
            }
            _other => None,
        }
    }

    /// WT-3, CH-8 and CH-10, from the clauses' signals and the kernel's sleepers.
    fn check_satisfied(&self, violations: &mut Vec<Violation>) {
        for (thread, seen) in self.taken.seen.threads.iter().enumerate() {
            if let Some((end, mask)) = self.awaited(*seen)
                && self.settled.signals(end).intersects(mask)
            {
                let observation = format!("{} sleeps on", self.name(thread));
                violations.push(Violation::new(Invariant::Awake, observation));
            }
            if self.peer_has_ended(thread) {
                let observation = format!("{} was not told", self.name(thread));
                violations.push(Violation::new(Invariant::PeerTold, observation));
            }
        }
    }

    /// CH-5a: whoever has lost what it served cannot end what came after.
    fn check_answered(&self, violations: &mut Vec<Violation>) {
        let (Event::Call(call), Some(caller)) = (self.event, self.caller()) else {
            return;
        };
        if !RESPONDING.contains(&call.number) {
            return;
        }
        for channel in &self.oracle.channels {
            let Some(transaction) = &channel.transaction else { continue };
            let has_ended = can_run(self.taken.seen.threads[transaction.thread]);
            if channel.stale.contains(&caller) && has_ended {
                violations.push(Violation::new(
                    Invariant::AnswersPresentRequest,
                    format!("{} answered a request that was withdrawn", self.name(caller)),
                ));
            }
        }
    }

    /// What the port is told to do is what should be done.
    pub(super) fn check_outcome(
        &self,
        next: Option<(usize, Option<Results>)>,
        violations: &mut Vec<Violation>,
    ) {
        let outcome = &self.taken.outcome;
        let expected = match (self.prediction.shutdown, next) {
            (Some(status), _) => {
                let results = Results { status, value0: 0, value1: 0 };
                Outcome { action: Action::Shutdown, thread: ThreadIndex::NONE, results }
            }
            (None, None) => {
                let results = Results::default();
                Outcome { action: Action::Idle, thread: ThreadIndex::NONE, results }
            }
            (None, Some((thread, owed))) => Outcome {
                action: if owed.is_some() { Action::Return } else { Action::Resume },
                thread: ThreadIndex::new(thread),
                results: owed.unwrap_or_default(),
            },
        };
        if *outcome == expected {
            return;
        }
        let (seen, right) = (outcome.results, expected.results);
        let both_ok = seen.status == OK && right.status == OK;
        let is_second = outcome.thread == expected.thread && both_ok && seen.value1 != right.value1;
        let invariant = match is_second {
            true if Channel::is_badge(right.value1) => Invariant::SenderNamed,
            true => Invariant::SignalsTrue,
            false => Invariant::OneEnd,
        };
        violations.push(Violation::new(
            invariant,
            format!(
                "the kernel says that {}; right would be that {}",
                outcome_words(self.declared, outcome),
                outcome_words(self.declared, &expected),
            ),
        ));
    }
}
