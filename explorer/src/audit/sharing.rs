//! What walls let through beside each process's own memory, and what stands in shared memory.

use guichet_abi::Syscall;
use guichet_kernel::{Event, Region};

use super::Case;
use crate::declared::Waitable;
use crate::invariant::{Invariant, Violation};
use crate::layout::Shared;

impl Case<'_> {
    /// SH-2, SH-3, SH-5: after a step, before anybody runs, exactly what is mapped and may be used. In
    /// which of its places is the kernel's own business.
    pub(super) fn check_walls(&self, violations: &mut Vec<Violation>) {
        for process in 0..self.declared.system.processes.len() {
            let walls = self.taken.machine.walls.iter();
            let own = walls.filter(|((owner, _), _)| *owner == process);
            let mut seen: Vec<Region> = own.map(|(_, region)| *region).collect();
            seen.sort_by_key(|region| region.start);
            let right = self.settled.sharing.walls(process);
            if seen != right {
                violations.push(Violation::new(
                    Invariant::Walls,
                    format!(
                        "the wall of {} lets through {seen:x?}, but should let through {right:x?}",
                        self.declared.process_name(process),
                    ),
                ));
            }
        }
    }

    /// AB-8, SH-4: the regions hold what they should.
    pub(super) fn check_shared(&self, right: &Shared, violations: &mut Vec<Violation>) {
        let differences = self.taken.machine.shared.differences(right);
        let Some(first) = differences.first() else { return };
        let processes = 0..self.declared.system.processes.len();
        let mut offered: Vec<usize> = processes.flat_map(|process| self.offered(process)).collect();
        offered.extend(self.written_by_call());
        let is_offered = differences.iter().all(|address| offered.contains(address));
        let invariant =
            if is_offered { Invariant::BytesAsSent } else { Invariant::OfferedBytesOnly };
        let count = differences.len();
        let observation = format!("{count} shared bytes are wrong; the first is at {first:#x}");
        violations.push(Violation::new(invariant, observation));
    }

    /// The addresses that a call asks to be written in a region (SH-4).
    fn written_by_call(&self) -> Vec<usize> {
        let (Event::Call(call), Some(caller)) = (self.event, self.caller()) else {
            return Vec::new();
        };
        let &[handle, offset, _, length, ..] = &call.arguments;
        let process = self.declared.process_of(caller);
        match self.declared.waitable_of(process, handle) {
            Some(Waitable::Part(part)) if call.number == Syscall::SharedMemoryWrite as usize => {
                let region = self.oracle.sharing.region_of(part);
                (region.start..region.start + region.bytes).skip(offset).take(length).collect()
            }
            _other => Vec::new(),
        }
    }
}
