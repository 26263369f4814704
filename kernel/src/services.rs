//! What a window may use: the declared system, the processes' states, the threads.
//!
//! A window gets these and the port, and no other window. Everything a call needs to begin is
//! here too: who calls, which object a handle names, whether a deadline is past.

use guichet_abi::{Error, ExitStatus, Message};

use crate::capsule::table::CapsuleDescriptor;
use crate::exchange::{Exchange, Exchanges};
use crate::id::{ProcessIndex, Table, ThreadIndex};
use crate::memories::{Memories, MemoryMap};
use crate::object::Object;
use crate::port::Port;
use crate::process::{GiveUp, Process, ProcessDescriptor};
use crate::system::System;
use crate::thread::{Awaited, Priority, Thread, ThreadDescriptor, ThreadState};
use crate::time::Instant;
use crate::upcall::Upcalls;
use crate::wait::Waits;
use crate::{HAS_CAPSULES, HAS_ENDPOINTS};

/// What a window may use.
#[derive(Debug)]
pub(crate) struct Services<'s> {
    pub(crate) system: &'s System<'s>,
    /// The system's, at hand (AB-10).
    pub(crate) max_transfer_bytes: usize,
    pub(crate) processes: Table<'s, ProcessIndex, Process>,
    pub(crate) waits: Waits<'s>,
    pub(crate) exchanges: Exchanges<'s>,
    pub(crate) memories: Memories<'s>,
    pub(crate) upcalls: Upcalls<'s>,
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

    /// Keeps a message for a thread, until it goes on: with what it keeps for endpoints, or else with what
    /// its process has with capsules.
    #[inline(always)]
    pub(crate) fn keep_message(&mut self, thread: ThreadIndex, message: Message) {
        if let Some(exchange) = self.exchange_mut(thread) {
            exchange.message = message;
            return;
        }
        let process = self.system.thread(thread).map(|thread| thread.process.index);
        if let Some(user) = process.and_then(|process| self.upcalls.users.get_mut(process)) {
            user.message = message;
        }
    }

    /// The message that a thread keeps.
    pub(crate) fn message(&self, thread: ThreadIndex) -> Message {
        if let Some(exchange) = self.exchange(thread) {
            return exchange.message;
        }
        if !HAS_CAPSULES {
            return Message::default();
        }
        let process = self.system.thread(thread).map(|thread| thread.process.index);
        let user = process.and_then(|process| self.upcalls.users.get(process));
        user.map_or_else(Message::default, |user| user.message)
    }

    /// The main thread of a process that yields, and what for.
    #[inline(always)]
    pub(crate) fn yielding(&self, process: ProcessIndex) -> Option<(ThreadIndex, Awaited)> {
        let main = *self.system.process(process)?.threads.first()?;
        let ThreadState::Yielding(awaited) = self.waits.threads.get(main)?.state else {
            return None;
        };
        Some((main, awaited))
    }

    /// The capsule whose upcall this one of a process's is.
    pub(crate) fn capsule_of_slot(&self, slot: u8) -> Option<&'s CapsuleDescriptor<'s>> {
        let mut capsules = self.system.capsules.iter();
        capsules.find(|capsule| slot.wrapping_sub(capsule.first_upcall) < capsule.upcalls)
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

    /// The memory that the caller may use now.
    #[inline(always)]
    pub(crate) fn memory(&self) -> MemoryMap<'_> {
        self.memories.of(self.caller().process)
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
