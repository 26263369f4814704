//! What may have changed: processes' lives, and nothing at all where a call was refused.

use guichet_abi::OK;
use guichet_kernel::ProcessState;

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::oracle::Change;

impl Case<'_> {
    /// PR-2: who lives, and that each end is reported and cleaned up after once.
    pub(super) fn check_processes(&self, violations: &mut Vec<Violation>) {
        let seen = &self.taken.seen.processes;
        let (before, after) = (&self.oracle.processes, &self.settled.processes);
        let mut ended = Vec::new();
        for process in 0..seen.len() {
            if before[process] == ProcessState::Running && after[process] != before[process] {
                ended.push(process);
            }
            if seen[process] != after[process] {
                violations.push(Violation::new(
                    Invariant::ProcessLife,
                    format!(
                        "{} is {:?}, but should be {:?}",
                        self.declared.process_name(process),
                        seen[process],
                        after[process],
                    ),
                ));
            }
        }
        let machine = &self.taken.machine;
        if machine.reports != ended || machine.stops != ended {
            violations.push(Violation::new(
                Invariant::ProcessLife,
                format!(
                    "{} ends were reported and {} processes taken away; {} ended",
                    machine.reports.len(),
                    machine.stops.len(),
                    ended.len(),
                ),
            ));
        }
    }

    /// AB-5: a refused call has changed nothing.
    pub(super) fn check_changes(&self, violations: &mut Vec<Violation>) {
        let (before, after) = (&self.before.snapshot, &self.taken.after.snapshot);
        let is_kept = match self.prediction.change {
            Change::None => before == after,
            Change::Staleness => before.is_same_but_for_handlers(after),
            Change::Any => return,
        };
        if is_kept && self.before.alarm == self.taken.machine.alarm {
            return;
        }
        let observation = match self.status_at_once() {
            Some(OK) | None => "a call that has no effect changed the kernel's tables",
            Some(_) => "a refused call changed the kernel's tables",
        };
        violations.push(Violation::new(Invariant::FailureChangesNothing, observation));
    }
}
