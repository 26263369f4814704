//! What ends when.
//!
//! A blocked thread keeps its own deadline; the port keeps one alarm. The alarm is never later than
//! the earliest deadline, and may be earlier than needed: a wait that ends otherwise leaves it as
//! it is. So to arm a deadline is two stores and a comparison, and to disarm it one store. What that
//! leaves to do, a look at every thread, is done when the alarm rings, and before the system goes
//! idle, so that an idle system is not woken for nothing (WT-2).
//!
//! Rejected: a heap of threads by deadline. It costs a call with a deadline more than everything
//! else that the call does, each time, to spare the rare ring of the alarm a few instructions for
//! each thread.

use crate::port::Port;
use crate::thread::{Thread, Threads};
use crate::time::Instant;

/// The alarm that the port was last asked for.
#[derive(Debug)]
pub(crate) struct Deadlines<'s> {
    alarm: &'s mut Instant,
}

impl<'s> Deadlines<'s> {
    /// The deadlines of a system whose port was asked for `alarm`.
    pub(crate) fn new(alarm: &'s mut Instant) -> Self {
        Deadlines { alarm }
    }

    /// Forgets the alarm: the port has none.
    pub(crate) fn clear(&mut self) {
        *self.alarm = Instant::NEVER;
    }

    /// Gives a blocked thread a deadline, which is finite.
    #[inline(always)]
    pub(crate) fn arm<P: Port>(&mut self, port: &mut P, thread: &mut Thread, deadline: Instant) {
        thread.deadline = deadline;
        if self.is_next(deadline) {
            *self.alarm = deadline;
            port.set_alarm(deadline);
        }
    }

    /// Tells whether arming this deadline would ask the port for an alarm.
    #[inline(always)]
    pub(crate) fn is_next(&self, deadline: Instant) -> bool {
        deadline < *self.alarm
    }

    /// Asks the port for exactly the earliest deadline, unless it was asked for that before.
    pub(crate) fn settle<P: Port>(&mut self, port: &mut P, threads: &Threads<'_>) {
        if self.alarm.is_finite() {
            self.ask(port, threads);
        }
    }

    /// The alarm has rung, and the port has none now: asks for the earliest deadline.
    pub(crate) fn rearm<P: Port>(&mut self, port: &mut P, threads: &Threads<'_>) {
        self.clear();
        self.ask(port, threads);
    }

    fn ask<P: Port>(&mut self, port: &mut P, threads: &Threads<'_>) {
        let earliest = earliest(threads);
        if earliest != *self.alarm {
            *self.alarm = earliest;
            port.set_alarm(earliest);
        }
    }

    /// Checks that the alarm is not later than any deadline.
    pub(crate) fn check(&self, threads: &Threads<'_>) -> Result<(), &'static str> {
        if earliest(threads) < *self.alarm {
            return Err("deadlines: the alarm is later than a deadline");
        }
        Ok(())
    }
}

/// The earliest deadline of all, or [`Instant::NEVER`].
fn earliest(threads: &Threads<'_>) -> Instant {
    let deadlines = threads.iter().map(|thread| thread.deadline);
    deadlines.fold(Instant::NEVER, Instant::min)
}
