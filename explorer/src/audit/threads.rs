//! Who runs and who sleeps.

use guichet_abi::{OK, Signals, Syscall};
use guichet_kernel::{Action, Event, TableIndex, ThreadState};

use super::Case;
use crate::declared::Waitable;
use crate::invariant::{Invariant, Violation};
use crate::oracle::Doing;

/// The calls that answer.
pub(crate) const RESPONDING: [usize; 2] =
    [Syscall::ChannelRespond as usize, Syscall::ChannelRespondAndReceive as usize];

/// Tells whether a thread could run and does not, as the kernel sees it.
fn is_ready(state: ThreadState) -> bool {
    matches!(
        state,
        ThreadState::Ready | ThreadState::Returning(_) | ThreadState::ReturningMessage(_)
    )
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
        let priorities = self.settled.priorities(self.declared);
        let priority = |thread: usize| priorities[thread];
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

    /// CH-13: every thread is as important as its own priority or those that it answers for make it.
    pub(super) fn check_priorities(&self, violations: &mut Vec<Violation>) {
        let right = self.settled.priorities(self.declared);
        for (thread, (seen, right)) in self.taken.seen.priorities.iter().zip(right).enumerate() {
            if *seen != right {
                let name = self.name(thread);
                let observation = format!("{name} has priority {seen}, but should have {right}");
                violations.push(Violation::new(Invariant::Inherited, observation));
            }
        }
    }

    /// Every thread does what it should be doing.
    pub(super) fn check_threads(&self, violations: &mut Vec<Violation>) {
        for thread in 0..self.settled.threads.len() {
            let expected = self.settled.threads[thread].doing;
            let seen = self.taken.seen.threads[thread];
            if !self.is_same(thread, expected, seen) {
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

    fn is_same(&self, thread: usize, expected: Doing, seen: ThreadState) -> bool {
        match expected {
            Doing::Ready { .. } | Doing::Running => can_run(seen),
            Doing::Dormant => seen == self.not_alive(thread),
            Doing::Waiting { .. }
            | Doing::Receiving(_)
            | Doing::Transacting(_)
            | Doing::ReceivingMessage(_)
            | Doing::Sending(_)
            | Doing::Calling(_)
            | Doing::Sleeping => self.seen_doing(seen) == Some(expected),
        }
    }

    /// What the kernel should show of a thread that does not live.
    fn not_alive(&self, thread: usize) -> ThreadState {
        let process = self.declared.process_of(thread);
        let is_main = self.declared.main_of(process) == thread;
        match self.settled.threads[thread].status {
            Some(status) => ThreadState::Ended(status),
            None if is_main && self.settled.processes[process].restart_ticks.is_some() => {
                ThreadState::Restarting
            }
            None => ThreadState::Dormant,
        }
    }

    /// What the kernel says that a thread does; `None` where that makes no sense.
    fn seen_doing(&self, seen: ThreadState) -> Option<Doing> {
        Some(match seen {
            ThreadState::Dormant | ThreadState::Ended(_) | ThreadState::Restarting => {
                Doing::Dormant
            }
            ThreadState::Member(_) | ThreadState::Yielding(_) => return None,
            ThreadState::Ready | ThreadState::Returning(_) | ThreadState::ReturningMessage(_) => {
                Doing::Ready { turn: 0 }
            }
            ThreadState::Running => Doing::Running,
            ThreadState::Sleeping => Doing::Sleeping,
            ThreadState::Transacting(index) => Doing::Transacting(index.position()),
            ThreadState::Sending { list, .. } => {
                Doing::Sending(self.declared.endpoint_of_blocked(list)?)
            }
            ThreadState::Calling(index) => Doing::Calling(index.position()),
            ThreadState::Waiting { list, mask } => {
                Doing::Waiting { on: self.declared.waitable_of_list(list)?, mask: mask.bits() }
            }
            ThreadState::Receiving { list, .. } => match self.declared.waitable_of_list(list)? {
                Waitable::Handler(end) => Doing::Receiving(end),
                Waitable::Receiver(at) => Doing::ReceivingMessage(at),
                Waitable::Initiator(_)
                | Waitable::Sender(_)
                | Waitable::Part(_)
                | Waitable::Thread(_)
                | Waitable::Process(_)
                | Waitable::Group(_)
                | Waitable::Interrupt(_) => return None,
            },
        })
    }

    fn describe(&self, doing: Doing) -> &'static str {
        match doing {
            Doing::Dormant => "not alive",
            Doing::Ready { .. } | Doing::Running => "able to run",
            Doing::Sleeping => "asleep until a time",
            Doing::Transacting(_) => "asleep in its transaction",
            Doing::Receiving(_) | Doing::ReceivingMessage(_) => "asleep in a receive",
            Doing::Sending(_) => "asleep until there is room",
            Doing::Calling(_) => "asleep in its call",
            Doing::Waiting { on, .. } => match on {
                Waitable::Handler(_) => "asleep in a wait on the handler's end",
                Waitable::Initiator(_) => "asleep in a wait on the initiator's end",
                Waitable::Thread(_) => "asleep in a wait on a thread",
                Waitable::Process(_) => "asleep in a wait on a process",
                Waitable::Group(_) => "asleep in a wait on a group",
                Waitable::Interrupt(_) => "asleep in a wait for interrupts",
                Waitable::Receiver(_) => "asleep in a wait on the receiver's end",
                Waitable::Sender(_) => "asleep in a wait on a sender's end",
                Waitable::Part(_) => "asleep in a wait on shared memory",
            },
        }
    }

    fn blame(&self, thread: usize, expected: Doing, seen: ThreadState) -> Invariant {
        let right = self.not_alive(thread);
        match (expected, seen) {
            (_, ThreadState::Restarting) => Invariant::Restarted,
            (Doing::Dormant, _) if right == ThreadState::Restarting => Invariant::Restarted,
            (Doing::Dormant, ThreadState::Dormant | ThreadState::Ended(_)) => Invariant::StatusOnce,
            (Doing::Dormant, _) | (_, ThreadState::Dormant | ThreadState::Ended(_)) => {
                Invariant::ProcessLife
            }
            (
                Doing::Ready { .. } | Doing::Running,
                ThreadState::Waiting { .. }
                | ThreadState::Receiving { .. }
                | ThreadState::Sending { .. },
            ) if !self.peer_has_ended(thread) => Invariant::Awake,
            (Doing::Waiting { .. }, _) if self.has_succeeded(thread, seen) => {
                Invariant::SignalsTrue
            }
            (
                Doing::Ready { .. } | Doing::Running,
                ThreadState::Transacting(_) | ThreadState::Sending { .. } | ThreadState::Calling(_),
            ) if self.peer_has_ended(thread) => Invariant::PeerTold,
            _any_other => Invariant::OneEnd,
        }
    }

    /// Tells whether the kernel says that a thread's call has ended well.
    fn has_succeeded(&self, thread: usize, seen: ThreadState) -> bool {
        let outcome = &self.taken.outcome;
        match seen {
            ThreadState::Returning(results) | ThreadState::ReturningMessage(results) => {
                results.status == OK
            }
            ThreadState::Running => {
                matches!(outcome.action, Action::Return | Action::ReturnMessage)
                    && outcome.thread.position() == thread
                    && outcome.results.status == OK
            }
            _other => false,
        }
    }

    /// Tells whether a thread sleeps in a transaction or a call whose peer's process has ended: in this step,
    /// or earlier and for good.
    fn peer_has_ended(&self, thread: usize) -> bool {
        let peer = match self.seen_doing(self.taken.seen.threads[thread]) {
            Some(Doing::Transacting(channel)) => self.declared.channels[channel].handler,
            Some(Doing::Sending(at) | Doing::Calling(at)) => self.settled.endpoints[at].owner,
            _other => return false,
        };
        !self.settled.processes[peer].is_reachable()
            || self.prediction.after.told.ended.contains(&peer)
    }

    /// What a thread sleeps on, as the kernel sees it, and the signals that would end that. A receive
    /// sleeps on, too, while another thread serves (CH-5a).
    fn awaited(&self, seen: ThreadState) -> Option<(Waitable, Signals)> {
        match seen {
            ThreadState::Waiting { list, mask } => {
                Some((self.declared.waitable_of_list(list)?, mask))
            }
            ThreadState::Receiving { list, .. } => match self.declared.waitable_of_list(list)? {
                Waitable::Handler(end) if self.settled.served(end).is_some() => None,
                Waitable::Receiver(at) => {
                    Some((Waitable::Receiver(at), Signals::READABLE | Signals::ERROR))
                }
                waitable => Some((waitable, Signals::READABLE)),
            },
            _other => None,
        }
    }

    /// WT-3, WT-4, CH-8, CH-10 and PR-5, from the clauses' signals and the kernel's sleepers.
    fn check_satisfied(&self, violations: &mut Vec<Violation>) {
        for (thread, seen) in self.taken.seen.threads.iter().enumerate() {
            let mut waits_for_an_end = false;
            if let Some((waitable, mask)) = self.awaited(*seen)
                && self.settled.signals(waitable).intersects(mask)
            {
                waits_for_an_end = matches!(waitable, Waitable::Thread(_) | Waitable::Process(_));
                let observation = format!("{} sleeps on", self.name(thread));
                violations.push(Violation::new(Invariant::Awake, observation));
            }
            if waits_for_an_end || self.peer_has_ended(thread) {
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
            let Some(thread) = transaction.thread else { continue };
            let has_ended = can_run(self.taken.seen.threads[thread]);
            if self.oracle.channels[channel.end].stale.contains(&caller) && has_ended {
                violations.push(Violation::new(
                    Invariant::AnswersPresentRequest,
                    format!("{} answered a request that was withdrawn", self.name(caller)),
                ));
            }
        }
    }
}
