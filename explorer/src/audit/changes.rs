//! What may have changed: processes' lives, and nothing at all where a call was refused.

use guichet_abi::OK;
use guichet_kernel::{ProcessId, ProcessIndex};

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::oracle::Change;

impl Case<'_> {
    /// PR-1, PR-2: who lives, and in which of its lives.
    pub(super) fn check_processes(&self, violations: &mut Vec<Violation>) {
        let seen = &self.taken.seen;
        for (process, expected) in self.settled.processes.iter().enumerate() {
            let name = self.declared.process_name(process);
            if seen.processes[process] != expected.state {
                let (seen, expected) = (seen.processes[process], expected.state);
                violations.push(Violation::new(
                    Invariant::ProcessLife,
                    format!("{name} is {seen:?}, but should be {expected:?}"),
                ));
            }
            let right = ProcessId::new(ProcessIndex::new(process), expected.incarnation);
            if seen.identities[process] != Some(right) {
                violations.push(Violation::new(
                    Invariant::NewLife,
                    format!("{name} is {:?}, but should be {right:?}", seen.identities[process]),
                ));
            }
        }
    }

    /// PR-2, PR-3, PR-5: the port hears of each end and of each start, once.
    pub(super) fn check_port(&self, violations: &mut Vec<Violation>) {
        let (machine, right) = (&self.taken.machine, &self.prediction.after.told);
        // Nearly always there is nothing, which is not what comparing memory is quick at.
        let is_same = |seen: &[usize], right: &[usize]| {
            seen.is_empty() && right.is_empty() || sorted(seen) == sorted(right)
        };
        if !is_same(&machine.reports, &right.ended) || !is_same(&machine.stops, &right.ended) {
            violations.push(Violation::new(
                Invariant::ProcessLife,
                format!(
                    "{} ends were reported and {} processes taken away; {} ended",
                    machine.reports.len(),
                    machine.stops.len(),
                    right.ended.len(),
                ),
            ));
        }
        if !is_same(&machine.starts, &right.started) {
            let (seen, right) = (machine.starts.len(), right.started.len());
            violations.push(Violation::new(
                Invariant::Restarted,
                format!("{seen} processes were given a fresh start, not {right}"),
            ));
        }
        if !machine.prepared.iter().eq(&right.prepared) {
            violations.push(Violation::new(
                Invariant::NewLife,
                format!("the port has prepared {:x?}, not {:x?}", machine.prepared, right.prepared),
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
        let is_mark = before.is_same_but_for_handlers(after);
        let invariant = if is_mark && self.is_restarted() {
            Invariant::NewLife
        } else {
            Invariant::FailureChangesNothing
        };
        violations.push(Violation::new(invariant, observation));
    }

    /// Tells whether the caller's process has lived before, so that what no explanation has marked in
    /// this life must be a mark from an earlier one.
    fn is_restarted(&self) -> bool {
        let process = self.caller().map(|thread| self.declared.process_of(thread));
        process.is_some_and(|process| self.oracle.processes[process].incarnation > 1)
    }
}

fn sorted(processes: &[usize]) -> Vec<usize> {
    let mut processes = processes.to_vec();
    processes.sort_unstable();
    processes
}
