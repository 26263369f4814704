//! What the holder of a process or a thread object may do (PR-5).

use guichet_abi::{Error, ExitStatus, OK, Results};
use guichet_kernel::{Port, ProcessId};

use super::buffers::Use;
use super::calls::Scene;
use super::lives::How;
use super::{Change, Doing, Oracle, Prediction, succeeded};
use crate::declared::Waitable;
use crate::machine::Machine;

impl Scene<'_> {
    /// The process that the first argument names.
    fn process_object(&self) -> Result<usize, Error> {
        match self.waitable()? {
            Waitable::Process(process) => Ok(process),
            Waitable::Thread(_)
            | Waitable::Handler(_)
            | Waitable::Initiator(_)
            | Waitable::Group(_)
            | Waitable::Interrupt(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => Err(Error::InvalidArgument),
        }
    }

    /// The thread that the first argument names.
    fn thread_object(&self) -> Result<usize, Error> {
        match self.waitable()? {
            Waitable::Thread(thread) => Ok(thread),
            Waitable::Process(_)
            | Waitable::Handler(_)
            | Waitable::Initiator(_)
            | Waitable::Group(_)
            | Waitable::Interrupt(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => Err(Error::InvalidArgument),
        }
    }

    /// Where the stack of a thread that is to start ends, rounded down, if there is room for what a
    /// thread needs before its first instruction.
    fn stack_end(&self) -> Option<usize> {
        let end = self.argument(2) - self.argument(2) % Machine::STACK_ALIGNMENT;
        let start = end.checked_sub(Machine::ENTRY_BYTES)?;
        let purpose = Use::Destination;
        let is_inside =
            self.memories.is_inside(self.process(), start, Machine::ENTRY_BYTES, purpose);
        is_inside.then_some(end)
    }
}

impl Oracle {
    pub(super) fn process_start(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let process = match scene.process_object() {
            Ok(process) => process,
            Err(error) => return self.refuse(scene, &[error]),
        };
        let mut reasons = Vec::new();
        if self.processes[process].is_running() {
            reasons.push(Error::AlreadyExists);
        }
        if self.processes[process].incarnation >= ProcessId::LAST_INCARNATION {
            reasons.push(Error::ResourceExhausted);
        }
        if !reasons.is_empty() {
            return self.refuse(scene, &reasons);
        }
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.processes[process].restarts = 0;
        after.start_process(scene.world(), process, self.last_turn());
        after.handed_out(scene.world(), self.last_turn())
    }

    pub(super) fn thread_start(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let thread = match scene.thread_object() {
            Ok(thread) => thread,
            Err(error) => return self.refuse(scene, &[error]),
        };
        let mut reasons = Vec::new();
        if self.threads[thread].doing != Doing::Dormant {
            reasons.push(Error::AlreadyExists);
        }
        let Some(stack_end) = scene.stack_end() else {
            reasons.push(Error::PermissionDenied);
            return self.refuse(scene, &reasons);
        };
        if !reasons.is_empty() {
            return self.refuse(scene, &reasons);
        }
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.told.prepared = Some((thread, scene.argument(1), stack_end));
        after.start_thread(thread, self.last_turn());
        vec![Prediction::of(after, Change::Any)]
    }

    /// A status is collected once, whoever does it.
    pub(super) fn task_join(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut after = self.clone();
        let status = match scene.waitable() {
            Ok(Waitable::Thread(thread)) => after.threads[thread].status.take(),
            Ok(Waitable::Process(process)) => after.processes[process].status.take(),
            Ok(
                Waitable::Handler(_)
                | Waitable::Initiator(_)
                | Waitable::Group(_)
                | Waitable::Interrupt(_)
                | Waitable::Receiver(_)
                | Waitable::Sender(_)
                | Waitable::Part(_),
            ) => {
                return self.refuse(scene, &[Error::InvalidArgument]);
            }
            Err(error) => return self.refuse(scene, &[error]),
        };
        let Some((value0, value1)) = status.map(ExitStatus::to_words) else {
            return self.refuse(scene, &[Error::Unavailable]);
        };
        after.threads[scene.thread].owed = Some(Results { status: OK, value0, value1 });
        vec![Prediction::of(after, Change::Any)]
    }

    pub(super) fn task_terminate(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        match scene.waitable() {
            Ok(Waitable::Thread(thread)) if self.threads[thread].doing != Doing::Dormant => {
                self.thread_ends(scene, thread, ExitStatus::TerminatedBySyscall)
            }
            Ok(Waitable::Process(process)) if self.can_be_terminated(process) => {
                let mut after = self.with_owed(scene.thread, succeeded(0));
                after.end_process(scene.world(), process, How::Terminated, self.last_turn());
                after.handed_out(scene.world(), self.last_turn())
            }
            Ok(Waitable::Thread(_) | Waitable::Process(_)) => {
                self.refuse(scene, &[Error::Unavailable])
            }
            Ok(
                Waitable::Handler(_)
                | Waitable::Initiator(_)
                | Waitable::Group(_)
                | Waitable::Interrupt(_)
                | Waitable::Receiver(_)
                | Waitable::Sender(_)
                | Waitable::Part(_),
            ) => self.refuse(scene, &[Error::InvalidArgument]),
            Err(error) => self.refuse(scene, &[error]),
        }
    }

    fn can_be_terminated(&self, process: usize) -> bool {
        let process = &self.processes[process];
        process.is_running() || process.restart_ticks.is_some()
    }

    pub(super) fn task_fault(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let process = match scene.process_object() {
            Ok(process) => &self.processes[process],
            Err(error) => return self.refuse(scene, &[error]),
        };
        let mut reasons = Vec::new();
        if process.fault.is_none() {
            reasons.push(Error::Unavailable);
        }
        if scene.argument(1) > 1 {
            reasons.push(Error::InvalidArgument);
        }
        let Some(fault) = process.fault.filter(|_| reasons.is_empty()) else {
            return self.refuse(scene, &reasons);
        };
        let life = process.incarnation as usize - usize::from(process.is_running());
        let value0 = life * 256 + fault.cause as usize;
        let value1 = if scene.argument(1) == 0 { fault.pc } else { fault.address };
        self.quiet(scene, Results { status: OK, value0, value1 })
    }
}
