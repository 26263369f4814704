//! Interrupt objects: lines of the machine as signals of a process (PR-8).
//!
//! A driver is a process like any other. It waits for a line as for anything else: a line that is
//! delivered becomes a signal of the object that declares it, INTERRUPT_A for the first of its lines,
//! and so on. From that moment the line is masked, so that a device that nobody has served yet
//! interrupts nobody; the driver serves it and says so with `interrupt_ack`, which lowers the signal
//! and lets the line come again. A driver that never does hurts itself only.
//!
//! What happens when …
//! - **it comes again while masked**: a line is a level. A device that still asserts it when it is
//!   unmasked makes it come again at once; a pulse before the acknowledgement belongs to what is
//!   acknowledged. So a driver serves, acknowledges, and looks once more before it waits.
//! - **nobody waits**: the signal stays (WT-3).
//! - **the owner dies**: its lines are masked and what has come of them is forgotten; they are
//!   enabled again when it starts.
//! - **late, cancelled**: there is nothing to cancel; a wait ends by its own deadline.
//!
//! A line has one owner, or none: two drivers of one line could not both know whether it may be
//! unmasked. The lines that the kernel itself uses are never here.
//!
//! A machine whose console the port owns has a line for what somebody types. Its owner reads that
//! with `console_read`; where the console is a device, its owner maps the device instead.
//!
//! Rejected: a count of deliveries (a masked line is delivered once), and unmasking by the wait
//! itself (a thread that waits for something else would unmask what it has not served).
//!
//! | event | owner does not run | line enabled, signal low | signal high, line masked |
//! | --- | --- | --- | --- |
//! | delivered | stays masked | signal rises, waiters wake | (cannot come) |
//! | acknowledged | — | nothing | signal falls, line enabled |
//! | owner starts | line enabled | — | — |
//! | owner ends | — | line disabled | signal falls, line disabled |
//!
//! Lines that this board does not have are declared all the same: their signals never rise.

use guichet_abi::{Arguments, Error, Results, Signals};

use crate::event::success;
use crate::id::{InterruptIndex, InterruptLine, Table};
use crate::object::{InterruptDescriptor, Object};
use crate::port::Port;
use crate::region::Access;
use crate::services::Services;

/// What changes about an interrupt object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Interrupt {
    /// The signals of the lines that were delivered and not acknowledged.
    active: Signals,
}

impl Interrupt {
    /// An object of which nothing was delivered.
    pub const IDLE: Interrupt = Interrupt { active: Signals::empty() };
}

/// All interrupt objects.
#[derive(Debug)]
pub(crate) struct Interrupts<'s> {
    pub(crate) entries: Table<'s, InterruptIndex, Interrupt>,
}

impl Interrupts<'_> {
    /// What an object shows now.
    pub(crate) fn signals(&self, index: InterruptIndex) -> Signals {
        self.entries.get(index).map_or(Signals::empty(), |interrupt| interrupt.active)
    }

    /// A line has come, and is masked: its signal rises. One that nobody has stays masked.
    pub(crate) fn delivered(&mut self, services: &mut Services<'_>, line: InterruptLine) {
        if line.is_none() {
            return;
        }
        for (number, declared) in services.system.interrupts.iter().enumerate() {
            let index = InterruptIndex::new(number);
            let owner = services.processes.get(declared.process);
            if let Some(place) = declared.lines.iter().position(|each| *each == line)
                && let Some(interrupt) = self.entries.get_mut(index)
                && owner.is_some_and(|owner| owner.is_running())
            {
                interrupt.active |= Signals::interrupt(place);
                services.waits.raise(declared.wait_list, interrupt.active);
            }
        }
    }

    /// Lowers the signals of lines that the caller has served, and lets those lines come again.
    #[inline(always)]
    pub(crate) fn acknowledge<P: Port>(
        &mut self,
        services: &Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Result<Results, Error> {
        let &[handle, bits, ..] = arguments;
        let Object::Interrupt(index) = *services.caller().object(handle)? else {
            return Err(Error::InvalidArgument);
        };
        let bits = u32::try_from(bits).map_err(|_| Error::InvalidArgument)?;
        let mask = Signals::from_bits(bits).ok_or(Error::InvalidArgument)?;
        let declared = services.system.interrupt(index).ok_or(Error::Internal)?;
        if !declared_signals(declared).contains(mask) {
            return Err(Error::InvalidArgument);
        }
        let interrupt = self.entries.get_mut(index).ok_or(Error::Internal)?;
        let served = interrupt.active & mask;
        interrupt.active &= !mask;
        for (place, line) in declared.lines.iter().enumerate() {
            if served.contains(Signals::interrupt(place)) {
                port.enable_line(*line);
            }
        }
        Ok(success(0))
    }

    /// Gives the owner of the console's input what somebody has typed; Unavailable if nobody has.
    pub(crate) fn read_console<P: Port>(
        &mut self,
        services: &Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Result<Results, Error> {
        let &[address, length, ..] = arguments;
        if P::CONSOLE_INPUT.is_none() {
            return Err(Error::Unimplemented);
        }
        let caller = services.caller();
        let is_input = |line: &InterruptLine| *line == P::CONSOLE_INPUT;
        let is_owner = services.system.interrupts.iter().any(|declared| {
            declared.process == caller.process.index && declared.lines.iter().any(is_input)
        });
        if !is_owner {
            return Err(Error::PermissionDenied);
        }
        let room = services.memory().grant(address, length, Access::Write)?;
        if room.length() > services.max_transfer_bytes {
            return Err(Error::OutOfRange);
        }
        if room.length() == 0 {
            return Ok(success(0));
        }
        match port.read_console(room) {
            Ok(0) => Err(Error::Unavailable),
            Ok(length) => Ok(success(length)),
            Err(_) => Err(Error::PermissionDenied),
        }
    }

    /// The owner runs: its lines may come.
    pub(crate) fn owner_started<P: Port>(
        &mut self,
        services: &Services<'_>,
        port: &mut P,
        index: InterruptIndex,
    ) {
        self.forget(index);
        for line in lines(services, index) {
            port.enable_line(line);
        }
    }

    /// The owner has ended: nothing of its lines comes any more, and what came is forgotten.
    pub(crate) fn owner_ended<P: Port>(
        &mut self,
        services: &Services<'_>,
        port: &mut P,
        index: InterruptIndex,
    ) {
        self.forget(index);
        for line in lines(services, index) {
            port.disable_line(line);
        }
    }

    fn forget(&mut self, index: InterruptIndex) {
        if let Some(interrupt) = self.entries.get_mut(index) {
            *interrupt = Interrupt::IDLE;
        }
    }

    /// Checks that only lines that are there show, and only to a process that runs.
    pub(crate) fn check(&self, services: &Services<'_>) -> Result<(), &'static str> {
        for (number, declared) in services.system.interrupts.iter().enumerate() {
            let active = self.signals(InterruptIndex::new(number));
            if !declared_signals(declared).contains(active) {
                return Err("interrupt: a line shows that is not declared");
            }
            let owner = services.processes.get(declared.process);
            if !active.is_empty() && !owner.is_some_and(|owner| owner.is_running()) {
                return Err("interrupt: a line shows to a process that does not run");
            }
        }
        Ok(())
    }
}

/// The lines of an object that this board has.
fn lines<'s>(
    services: &Services<'s>,
    index: InterruptIndex,
) -> impl Iterator<Item = InterruptLine> + use<'s> {
    let declared = services.system.interrupt(index);
    let lines = declared.map_or(&[][..], |declared| declared.lines);
    lines.iter().copied().filter(|line| !line.is_none())
}

/// The signals of all declared lines.
fn declared_signals(declared: &InterruptDescriptor<'_>) -> Signals {
    let signals = (0..declared.lines.len()).map(Signals::interrupt);
    signals.fold(Signals::empty(), Signals::union)
}

#[cfg(test)]
mod tests;
