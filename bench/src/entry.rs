//! The ways into the kernel, as functions of their own that callgrind can tell from the rest.

use clap::ValueEnum;
use guichet_kernel::{Call, Event, Kernel, Outcome};

use crate::memory::Memory;

/// By which way a call enters the kernel.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Way {
    /// The door first, and `step` where the door does not answer: what a port does.
    Door,
    /// `step` alone.
    Step,
}

impl Way {
    /// Lets the current thread make a call.
    pub(crate) fn enter(self, kernel: &mut Kernel<'_>, port: &mut Memory, call: &Call) -> Outcome {
        match self {
            Way::Door => counted_door(kernel, port, call),
            Way::Step => counted_step(kernel, port, call),
        }
    }
}

#[inline(never)]
fn counted_door(kernel: &mut Kernel<'_>, port: &mut Memory, call: &Call) -> Outcome {
    match kernel.door(port, call) {
        Some(outcome) => outcome,
        None => kernel.step(port, Event::Call(*call)),
    }
}

#[inline(never)]
fn counted_step(kernel: &mut Kernel<'_>, port: &mut Memory, call: &Call) -> Outcome {
    kernel.step(port, Event::Call(*call))
}
