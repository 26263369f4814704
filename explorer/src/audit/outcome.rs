//! What calls end with, and what the port is told to do.

use guichet_abi::{Error, Message, OK, Results, StatusCode, Syscall};
use guichet_kernel::{Action, Event, Outcome, TableIndex, ThreadIndex};

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::oracle::endpoints::Note;
use crate::oracle::lives::RunEnd;
use crate::plan::Channel;
use crate::words::outcome_words;

/// Who is to run next, and what it is owed.
pub(super) type Next = (usize, Option<Results>, Option<Note>);

/// The calls that use a reply right.
const REPLYING: [Syscall; 5] = [
    Syscall::EndpointReply,
    Syscall::EndpointReplyWords,
    Syscall::EndpointReplyAndReceive,
    Syscall::EndpointReplyAndReceiveWords,
    Syscall::EndpointDropReply,
];

impl Case<'_> {
    /// What the port is told to do is what should be done.
    pub(super) fn check_outcome(&self, next: Option<Next>, violations: &mut Vec<Violation>) {
        let outcome = &self.taken.outcome;
        self.check_message(next, violations);
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

    /// EP-4, EP-8: what goes with the results is the message, and nothing else.
    fn check_message(&self, next: Option<Next>, violations: &mut Vec<Violation>) {
        let Some((thread, _, Some(note))) = next else { return };
        let Note { badge, incarnation, words, .. } = note;
        let right = Message { badge, incarnation, words };
        let seen = self.taken.seen.messages[thread];
        let is_given = self.taken.outcome.action == Action::ReturnMessage;
        if !is_given || seen == right {
            return;
        }
        let is_named = (seen.badge, seen.incarnation) == (badge, incarnation);
        let invariant = if is_named { Invariant::BytesAsSent } else { Invariant::SenderNamed };
        violations.push(Violation::new(
            invariant,
            format!("{} is shown {seen:x?}, not {right:x?}", self.declared.thread_name(thread)),
        ));
    }

    fn right_outcome(&self, next: Option<Next>) -> Outcome {
        let results = Results::default();
        let nobody = Outcome { action: Action::Idle, thread: ThreadIndex::NONE, results };
        match (self.prediction.after.told.run_ends, next) {
            (Some(RunEnd::Shutdown(status)), _) => {
                let results = Results { status, ..results };
                Outcome { action: Action::Shutdown, results, ..nobody }
            }
            (Some(RunEnd::Reset), _) => Outcome { action: Action::Reset, ..nobody },
            (None, None) => nobody,
            (None, Some((thread, owed, note))) => Outcome {
                action: match (owed, note) {
                    (Some(_), Some(_)) => Action::ReturnMessage,
                    (Some(_), None) => Action::Return,
                    (None, _) => Action::Resume,
                },
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
        } else if self.is_of_shared_memory() {
            Invariant::Held
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
        } else if self.is_reply() || outcome.action == Action::ReturnMessage && is_second {
            Invariant::ReplyOnce
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

    /// Tells whether the event uses a reply right.
    fn is_reply(&self) -> bool {
        REPLYING.iter().any(|syscall| self.is_call(*syscall))
    }

    /// Tells whether the event is a call on shared memory that was answered at once.
    fn is_of_shared_memory(&self) -> bool {
        let Event::Call(call) = self.event else { return false };
        let syscall = Syscall::from_number(call.number);
        syscall.is_some_and(Syscall::is_of_shared_memory) && self.status_at_once().is_some()
    }

    fn is_call(&self, syscall: Syscall) -> bool {
        matches!(self.event, Event::Call(call) if call.number == syscall as usize)
    }
}
