//! How processes and threads begin and end, and who is told (PR-2, PR-4).
//!
//! Whatever ends a process, its windows hear of it here, once, at that moment: no peer has to ask.

use guichet_abi::{Error, Results};

use crate::event::failure;
use crate::event::success;
use crate::fault::{Fault, FaultCause, Report};
use crate::id::{ProcessId, ProcessIndex, ThreadIndex};
use crate::kernel::Kernel;
use crate::object::Object;
use crate::port::Port;
use crate::process::ProcessState;
use crate::thread::ThreadState;

impl Kernel<'_> {
    /// Starts a process: a new incarnation, its main thread ready (PR-1, PR-3).
    pub(crate) fn start_process<P: Port>(&mut self, port: &mut P, index: ProcessIndex) {
        let Some(descriptor) = self.services.system.process(index) else {
            return;
        };
        let Some(process) = self.services.processes.get_mut(index) else {
            return;
        };
        if process.incarnation >= ProcessId::LAST_INCARNATION {
            return;
        }
        process.incarnation = process.incarnation.wrapping_add(1);
        process.state = ProcessState::Running;
        process.live_threads = 0;
        for object in descriptor.objects {
            match object {
                Object::ChannelHandler(end) => self.channels.handler_started(end.index),
                Object::ChannelInitiator(_) | Object::TimedInitiator { .. } | Object::Thread(_) => {
                }
            }
        }
        if port.start_process(index).is_err() {
            self.fault(port, index, Fault::new(FaultCause::NotStarted));
            return;
        }
        if let Some(main) = descriptor.threads.first() {
            self.start_thread(*main);
        }
    }

    /// Makes a thread of a running process ready to run its entry, if it has not started yet.
    /// The port has prepared its context.
    pub fn start_thread(&mut self, index: ThreadIndex) {
        let Some(declared) = self.services.system.thread(index) else {
            return;
        };
        let state = self.services.waits.threads.get(index).map(|thread| thread.state);
        if let Some(process) = self.services.processes.get_mut(declared.process.index)
            && process.state == ProcessState::Running
            && state == Some(ThreadState::Dormant)
        {
            process.live_threads = process.live_threads.saturating_add(1);
            self.services.waits.start(index);
        }
    }

    /// Stops a process because of what it did, or what was done to it (PR-2).
    pub(crate) fn fault<P: Port>(&mut self, port: &mut P, index: ProcessIndex, fault: Fault) {
        self.end_process(port, index, ProcessState::Faulted, Report::Faulted(fault));
    }

    /// Ends a process that runs; does nothing to one that does not.
    pub(crate) fn end_process<P: Port>(
        &mut self,
        port: &mut P,
        index: ProcessIndex,
        state: ProcessState,
        report: Report,
    ) {
        let Some(descriptor) = self.services.system.process(index) else {
            return;
        };
        let Some(process) = self.services.processes.get_mut(index) else {
            return;
        };
        if process.state != ProcessState::Running {
            return;
        }
        port.report(index, report);
        process.state = state;
        process.live_threads = 0;
        for thread in descriptor.threads {
            self.services.waits.stop(*thread);
        }
        for object in descriptor.objects {
            self.object_ended(object);
        }
        port.stop_process(index);
    }

    fn object_ended(&mut self, object: &Object) {
        match object {
            Object::ChannelHandler(end) => {
                self.channels.handler_ended(&mut self.services, end.index);
            }
            Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
                self.channels.initiator_ended(&mut self.services, end.index);
            }
            Object::Thread(_) => {}
        }
    }

    /// Ends a thread with an exit code; with the last one its process exits (PR-5).
    pub(crate) fn end_thread<P: Port>(&mut self, port: &mut P, index: ThreadIndex, code: u32) {
        let Some(declared) = self.services.system.thread(index) else {
            return;
        };
        let Some(process) = self.services.processes.get_mut(declared.process.index) else {
            return;
        };
        if process.live_threads <= 1 {
            let state = ProcessState::Exited(code);
            self.end_process(port, declared.process.index, state, Report::Exited(code));
            return;
        }
        process.live_threads = process.live_threads.saturating_sub(1);
        self.withdraw(index);
        self.services.waits.stop(index);
        for object in declared.process.objects {
            if let Object::ChannelHandler(end) = object {
                let thread = (index, declared.ordinal);
                self.channels.server_ended(&mut self.services, port, end.index, thread);
            }
        }
    }

    /// The alarm has rung: ends the call of every thread whose deadline has passed (AB-4).
    pub(crate) fn expire<P: Port>(&mut self, port: &mut P) {
        let now = port.now();
        for number in 0..self.services.waits.threads.len() {
            let index = ThreadIndex::new(number);
            if self.thread(index).is_some_and(|thread| thread.deadline <= now) {
                let results = self.withdraw(index);
                self.services.waits.complete(index, results);
            }
        }
        let waits = &mut self.services.waits;
        waits.deadlines.rearm(port, &waits.threads);
    }

    /// Withdraws what a blocked thread has started. Gives what its call ends with when its
    /// deadline is the reason: a sleep has then done what it was asked to (WT-7).
    fn withdraw(&mut self, index: ThreadIndex) -> Results {
        let state = self.services.waits.threads.get(index).map(|thread| thread.state);
        match state {
            Some(ThreadState::Sleeping) => return success(0),
            Some(ThreadState::Transacting(initiator)) => {
                self.channels.withdraw(&mut self.services, initiator);
            }
            Some(
                ThreadState::Waiting { .. }
                | ThreadState::Receiving { .. }
                | ThreadState::Ready
                | ThreadState::Returning(_)
                | ThreadState::Running
                | ThreadState::Dormant,
            )
            | None => {}
        }
        failure(Error::DeadlineExceeded)
    }
}
