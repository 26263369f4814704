//! The kernel's doing, held against one prediction.
//!
//! Some invariants compare with the oracle; others (priority, the kernel's own check, the wall)
//! need nobody's opinion. They are kept apart on purpose: a mistake in the oracle cannot hide a
//! mistake of the second kind.

mod changes;
mod endpoints;
mod groups;
mod interrupts;
mod memory;
mod outcome;
mod sharing;
mod threads;

pub(crate) use threads::RESPONDING;

use guichet_kernel::{Action, Event, Instant, TableIndex};

use crate::declared::Declared;
use crate::invariant::{Invariant, Violation};
use crate::oracle::{Oracle, Prediction, Thread, Told};
use crate::situation::{Situation, Surroundings, Taken};

/// One event, from all sides.
pub(crate) struct Case<'a> {
    pub(crate) declared: &'a Declared,
    pub(crate) before: &'a Situation,
    /// The oracle's system before the event.
    pub(crate) oracle: &'a Oracle,
    pub(crate) around: &'a Surroundings,
    pub(crate) event: Event,
    pub(crate) taken: &'a Taken,
    pub(crate) prediction: &'a Prediction,
    /// The oracle's system once somebody has been chosen to run.
    pub(crate) settled: &'a Oracle,
}

/// Says what does not hold if `prediction` is what should have happened, and what the oracle
/// makes of the system afterwards.
pub fn audit(
    declared: &Declared,
    (before, oracle, around, event): (&Situation, &Oracle, &Surroundings, Event),
    taken: &Taken,
    prediction: &Prediction,
) -> (Vec<Violation>, Oracle) {
    let mut settled = prediction.after.clone();
    settled.requeue(declared, oracle, oracle.last_turn());
    settled.preempt(declared);
    let candidates = settled.candidates(declared);
    let chosen = taken.seen.current.filter(|thread| candidates.contains(thread));
    let next = chosen.or(candidates.first().copied());
    let owed = next.map(|thread| {
        let Thread { owed, note, .. } = &settled.threads[thread];
        (thread, *owed, *note)
    });
    settled.run(declared, next);
    settled.forget_overtakers();
    settled.told = Told::default();
    let case =
        Case { declared, before, oracle, around, event, taken, prediction, settled: &settled };
    let mut violations = Vec::new();
    if let Err(message) = taken.seen.check {
        violations.push(Violation::new(Invariant::Consistent, message));
    }
    case.check_order(&candidates, &mut violations);
    case.check_threads(&mut violations);
    case.check_priorities(&mut violations);
    case.check_groups(&mut violations);
    case.check_outcome(owed, &mut violations);
    case.check_queues(&mut violations);
    case.check_processes(&mut violations);
    case.check_port(&mut violations);
    case.check_lines(&mut violations);
    case.check_walls(&mut violations);
    case.check_memory(&mut violations);
    case.check_changes(&mut violations);
    case.check_alarm(&mut violations);
    (violations, settled)
}

impl Case<'_> {
    /// WT-2.
    fn check_alarm(&self, violations: &mut Vec<Violation>) {
        let earliest = self.settled.earliest_deadline_ticks();
        let earliest = earliest.map_or(Instant::NEVER, Instant::from_ticks);
        let asked = self.taken.machine.alarm;
        let is_exact = self.event == Event::Timer || self.settled.current().is_none();
        if asked > earliest || (is_exact && asked != earliest) {
            violations.push(Violation::new(
                Invariant::Alarm,
                format!("asked for {asked:?}, the earliest deadline is {earliest:?}"),
            ));
        }
    }

    /// The thread that made the call, if the event is one.
    fn caller(&self) -> Option<usize> {
        match self.event {
            Event::Call(_) => self.oracle.current(),
            Event::Fault(_)
            | Event::ProcessEnded { .. }
            | Event::Timer
            | Event::Interrupt { .. } => None,
        }
    }

    /// The status that the caller got at once, if it runs on.
    fn status_at_once(&self) -> Option<u32> {
        let outcome = &self.taken.outcome;
        let is_caller = self.caller() == Some(outcome.thread.position());
        let returns = matches!(outcome.action, Action::Return | Action::ReturnMessage);
        (returns && is_caller).then_some(outcome.results.status)
    }
}
