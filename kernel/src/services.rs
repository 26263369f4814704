//! What a window may use: the declared system, the processes' states, the threads.
//!
//! A window gets these and the port, and no other window. Everything a call needs to begin is
//! here too: who calls, which object a handle names, whether a deadline is past.

use guichet_abi::{Error, ExitStatus};

use crate::HAS_ENDPOINTS;
use crate::exchange::{Exchange, Exchanges};
use crate::id::{ProcessIndex, Table, ThreadIndex};
use crate::memory::MemoryMap;
use crate::object::Object;
use crate::port::Port;
use crate::process::{GiveUp, Process, ProcessDescriptor};
use crate::system::System;
use crate::thread::{Priority, Thread, ThreadDescriptor, ThreadState};
use crate::time::Instant;
use crate::wait::Waits;

/// What a window may use.
#[derive(Debug)]
pub(crate) struct Services<'s> {
    pub(crate) system: &'s System<'s>,
    /// The system's, at hand (AB-10).
    pub(crate) max_transfer_bytes: usize,
    pub(crate) processes: Table<'s, ProcessIndex, Process>,
    pub(crate) waits: Waits<'s>,
    pub(crate) exchanges: Exchanges<'s>,
    /// What the end of a process in this step means for the whole system (PR-3).
    pub(crate) give_up: GiveUp,
}

/// Who makes the present call.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'s> {
    pub(crate) thread: &'s ThreadDescriptor<'s>,
    pub(crate) process: &'s ProcessDescriptor<'s>,
}

impl<'s> Caller<'s> {
    /// The object that a handle of the caller names: OutOfRange for a number that is not declared.
    #[inline(always)]
    pub(crate) fn object(&self, handle: usize) -> Result<&'s Object, Error> {
        self.process.objects.get(handle).ok_or(Error::OutOfRange)
    }

    /// The caller's memory.
    #[inline(always)]
    pub(crate) fn memory(&self) -> MemoryMap<'s> {
        MemoryMap::new(self.process)
    }
}

impl<'s> Services<'s> {
    /// The exit status of a thread that nobody has collected yet, if there is one (PR-5).
    pub(crate) fn thread_status(&self, index: ThreadIndex) -> Option<ExitStatus> {
        match self.waits.threads.get(index).map(Thread::state) {
            Some(ThreadState::Ended(status)) => Some(status),
            Some(_) | None => None,
        }
    }

    /// The exit status of a process that nobody has collected yet, if there is one (PR-5).
    pub(crate) fn process_status(&self, index: ProcessIndex) -> Option<ExitStatus> {
        self.processes.get(index).and_then(Process::exit_status)
    }

    /// What a thread keeps for endpoints, if its process has any.
    pub(crate) fn exchange(&self, thread: ThreadIndex) -> Option<&Exchange> {
        if !HAS_ENDPOINTS {
            return None;
        }
        let thread = self.system.thread(thread)?;
        self.exchanges.get_behind(thread.process.first_exchange, thread.ordinal)
    }

    /// The same, to be changed.
    pub(crate) fn exchange_mut(&mut self, thread: ThreadIndex) -> Option<&mut Exchange> {
        if !HAS_ENDPOINTS {
            return None;
        }
        let thread = self.system.thread(thread)?;
        self.exchanges.get_behind_mut(thread.process.first_exchange, thread.ordinal)
    }

    /// The highest priority of those whose calls a thread has received and not answered (EP-7).
    pub(crate) fn highest_caller(&self, server: ThreadIndex) -> Priority {
        if !HAS_ENDPOINTS {
            return Priority::LOWEST;
        }
        let callers = self.exchanges.iter().filter(|each| each.server == server);
        let priorities = callers.map(|each| self.waits.priority(each.thread));
        priorities.max().unwrap_or(Priority::LOWEST)
    }

    /// Notes that a policy gives up. Where several do so in one step, one that stays as it is takes
    /// nothing away from one that ends everything (PR-3).
    pub(crate) fn gives_up(&mut self, give_up: GiveUp) {
        if self.give_up == GiveUp::Stop {
            self.give_up = give_up;
        }
    }

    /// Who makes the present call.
    #[inline(always)]
    pub(crate) fn caller(&self) -> Caller<'s> {
        let thread = self.waits.running();
        Caller { thread, process: thread.process }
    }
}

/// Tells whether a deadline is past; the time is asked for only if it ever can be.
#[inline(never)]
pub(crate) fn is_past<P: Port>(port: &mut P, deadline: Instant) -> bool {
    deadline.is_finite() && deadline <= now(port)
}

/// The time now. Out of line, as a port may have its clock in line for the door's sake.
#[inline(never)]
pub(crate) fn now<P: Port>(port: &mut P) -> Instant {
    port.now()
}
