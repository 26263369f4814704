//! What calls end with, and what the port is told to do.

use guichet_abi::{Error, OK, Results, StatusCode, Syscall};
use guichet_kernel::{Action, Event, Outcome, TableIndex, ThreadIndex};

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::oracle::lives::RunEnd;
use crate::plan::Channel;
use crate::words::outcome_words;

impl Case<'_> {
    /// What the port is told to do is what should be done.
    pub(super) fn check_outcome(
        &self,
        next: Option<(usize, Option<Results>)>,
        violations: &mut Vec<Violation>,
    ) {
        let outcome = &self.taken.outcome;
        let expected = self.right_outcome(next);
        if *outcome == expected {
            return;
        }
        violations.push(Violation::new(
            self.blame_outcome(&expected),
            format!(
                "the kernel says that {}; right would be that {}",
                outcome_words(self.declared, outcome),
                outcome_words(self.declared, &expected),
            ),
        ));
    }

    fn right_outcome(&self, next: Option<(usize, Option<Results>)>) -> Outcome {
        let results = Results::default();
        let nobody = Outcome { action: Action::Idle, thread: ThreadIndex::NONE, results };
        match (self.prediction.after.told.run_ends, next) {
            (Some(RunEnd::Shutdown(status)), _) => {
                let results = Results { status, ..results };
                Outcome { action: Action::Shutdown, results, ..nobody }
            }
            (Some(RunEnd::Reset), _) => Outcome { action: Action::Reset, ..nobody },
            (None, None) => nobody,
            (None, Some((thread, owed))) => Outcome {
                action: if owed.is_some() { Action::Return } else { Action::Resume },
                thread: ThreadIndex::new(thread),
                results: owed.unwrap_or_default(),
            },
        }
    }

    /// Which invariant a wrong outcome violates.
    fn blame_outcome(&self, right: &Outcome) -> Invariant {
        let outcome = &self.taken.outcome;
        let (seen, owed) = (outcome.results, right.results);
        let both_ok = seen.status == OK && owed.status == OK;
        let is_second = outcome.thread == right.thread && both_ok && seen.value1 != owed.value1;
        let is_end = |outcome: &Outcome| matches!(outcome.action, Action::Shutdown | Action::Reset);
        if (is_end(outcome) || is_end(right)) && !self.is_call(Syscall::DebugShutdown) {
            Invariant::Restarted
        } else if self.is_fresh(outcome) && outcome.action == Action::Return {
            Invariant::NewLife
        } else if self.is_call(Syscall::TaskJoin) {
            Invariant::StatusOnce
        } else if self.is_call(Syscall::WaitGroupAdd) || self.is_call(Syscall::WaitGroupRemove) {
            Invariant::Members
        } else if both_ok && seen.value0 != owed.value0 && self.is_of_a_group(outcome) {
            Invariant::InTurn
        } else if self.is_call(Syscall::ChannelTransact)
            && self.status_at_once() == Some(Error::Unavailable.status_code())
        {
            Invariant::Restarted
        } else if is_second && Channel::is_badge(owed.value1) {
            Invariant::SenderNamed
        } else if is_second {
            Invariant::SignalsTrue
        } else {
            Invariant::OneEnd
        }
    }

    /// Tells whether the thread that is to run has started and never run before.
    fn is_fresh(&self, outcome: &Outcome) -> bool {
        let before = &self.prediction.after.threads;
        before.get(outcome.thread.position()).is_some_and(|thread| thread.is_fresh)
    }

    /// Tells whether the thread that is to run has waited on a group.
    fn is_of_a_group(&self, outcome: &Outcome) -> bool {
        let thread = outcome.thread.position();
        thread < self.oracle.threads.len() && self.group_waited_on(thread).is_some()
    }

    fn is_call(&self, syscall: Syscall) -> bool {
        matches!(self.event, Event::Call(call) if call.number == syscall as usize)
    }
}
