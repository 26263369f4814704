//! Lines of the machine as signals of a process (PR-8).

use guichet_abi::{Error, Signals};
use guichet_kernel::{InterruptLine, TableIndex};

use super::calls::{Scene, value_or_reasons};
use super::{Change, Oracle, Prediction, succeeded};
use crate::declared::{Declared, Waitable};

impl Scene<'_> {
    /// The interrupt object that the first argument names, or why it will not do (AB-1).
    fn interrupt(&self) -> Result<usize, Error> {
        match self.waitable()? {
            Waitable::Interrupt(interrupt) => Ok(interrupt),
            Waitable::Handler(_)
            | Waitable::Initiator(_)
            | Waitable::Thread(_)
            | Waitable::Process(_)
            | Waitable::Group(_)
            | Waitable::Receiver(_)
            | Waitable::Sender(_)
            | Waitable::Part(_) => Err(Error::InvalidArgument),
        }
    }
}

impl Oracle {
    /// A line that somebody alive has declared shows from now on, and has been masked; any other is
    /// nobody's business.
    pub fn line_comes(&self, declared: &Declared, line: InterruptLine) -> Prediction {
        let turn = self.last_turn();
        let mut after = self.clone();
        for (number, object) in declared.system.interrupts.iter().enumerate() {
            for (place, own) in object.lines.iter().enumerate() {
                let is_here = *own == line && !line.is_none();
                if is_here && self.processes[object.process.position()].is_running() {
                    after.interrupts[number].insert(Signals::interrupt(place));
                }
            }
        }
        after.wake(turn);
        Prediction::of(after, Change::Any)
    }

    pub(super) fn interrupt_ack(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let named = scene.interrupt().map_err(|error| vec![error]);
        let interrupt = value_or_reasons(&mut reasons, named);
        let mask = u32::try_from(scene.argument(1)).ok().and_then(Signals::from_bits);
        let declared = interrupt.map(|at| declared_signals(scene.declared, at));
        if mask.is_none_or(|mask| declared.is_some_and(|declared| !declared.contains(mask))) {
            reasons.push(Error::InvalidArgument);
        }
        let (Some(interrupt), Some(mask), []) = (interrupt, mask, &reasons[..]) else {
            return self.refuse(scene, &reasons);
        };
        if !self.interrupts[interrupt].intersects(mask) {
            return self.quiet(scene, succeeded(0));
        }
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.interrupts[interrupt].remove(mask);
        vec![Prediction::of(after, Change::Any)]
    }

    /// The lines that may come, by their numbers in order: those of the living that show nothing.
    pub fn enabled_lines(&self, declared: &Declared) -> Vec<u16> {
        let mut enabled = Vec::new();
        for (shown, object) in self.interrupts.iter().zip(declared.system.interrupts) {
            for (place, line) in object.lines.iter().enumerate() {
                let is_quiet = !shown.contains(Signals::interrupt(place));
                let is_alive = self.processes[object.process.position()].is_running();
                if is_quiet && is_alive && !line.is_none() {
                    enabled.push(line.number());
                }
            }
        }
        enabled.sort_unstable();
        enabled
    }

    /// A process has ended: what has come of its lines is forgotten.
    pub(super) fn forget_lines(&mut self, declared: &Declared, process: usize) {
        for (shown, object) in self.interrupts.iter_mut().zip(declared.system.interrupts) {
            if object.process.position() == process {
                *shown = Signals::empty();
            }
        }
    }
}

/// The signals of all lines that an object declares, whether the machine has them or not.
fn declared_signals(declared: &Declared, interrupt: usize) -> Signals {
    (0..declared.system.interrupts[interrupt].lines.len()).map(Signals::interrupt).collect()
}
