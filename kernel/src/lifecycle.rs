//! How processes and threads begin and end, and who is told (PR-2, PR-4).
//!
//! Whatever ends a process, its windows hear of it here, once, at that moment: no peer has to ask.

use guichet_abi::{Error, ExitStatus, Fault, FaultCause, Results, Signals};

use crate::HAS_CAPSULES;
use crate::capsule::ProcessChange;
use crate::event::failure;
use crate::event::success;
use crate::fault::Report;
use crate::id::{ProcessId, ProcessIndex, ThreadIndex};
use crate::ipc::endpoint::{Endpoints, Means};
use crate::ipc::wait_group;
use crate::kernel::Kernel;
use crate::object::Object;
use crate::port::Port;
use crate::process::{End, Process, ProcessDescriptor};
use crate::services;
use crate::thread::ThreadState;

impl<'s> Kernel<'s> {
    /// Starts a process that does not run: a new incarnation, its main thread ready (PR-1, PR-3).
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
        for object in descriptor.objects {
            match object {
                Object::ChannelHandler(end) => self.windows.channels.handler_started(end),
                Object::ChannelInitiator(_)
                | Object::TimedInitiator { .. }
                | Object::Thread(_)
                | Object::Process(_)
                | Object::WaitGroup(_)
                | Object::Interrupt(_)
                | Object::EndpointReceiver(_)
                | Object::EndpointSender(_)
                | Object::SharedMemory(_)
                | Object::Upcalls { .. } => {}
            }
        }
        if port.start_process(index).is_err() {
            let fault = Fault::new(FaultCause::NotStarted);
            self.bury(port, descriptor, Report::Faulted(fault));
            return;
        }
        for object in descriptor.objects {
            if let Object::Interrupt(index) = object {
                self.windows.interrupts.owner_started(&self.services, port, *index);
            }
        }
        if let Some(main) = descriptor.threads.first() {
            self.revive(descriptor.index, *main);
        }
        for object in descriptor.objects {
            if let Object::EndpointReceiver(end) = object {
                self.windows.endpoints.receiver_started(&mut self.services, end);
            }
        }
        self.tell_capsules(port, index, ProcessChange::Started);
    }

    /// Makes a thread of a running process ready to run its entry, if it does not live. The port has
    /// prepared its context.
    pub fn start_thread(&mut self, index: ThreadIndex) {
        let Some(declared) = self.services.system.thread(index) else {
            return;
        };
        let process = self.services.processes.get(declared.process.index);
        let thread = self.services.waits.threads.get(index);
        if process.is_some_and(|process| process.is_running())
            && thread.is_some_and(|thread| !thread.state.is_alive())
        {
            self.revive(declared.process.index, index);
        }
    }

    /// Makes a thread that does not live ready to run its entry.
    fn revive(&mut self, process: ProcessIndex, thread: ThreadIndex) {
        if let Some(process) = self.services.processes.get_mut(process) {
            process.live_threads = process.live_threads.saturating_add(1);
            let incarnation = process.incarnation;
            self.services.waits.start(thread);
            if let Some(exchange) = self.services.exchange_mut(thread) {
                exchange.incarnation = incarnation;
            }
        }
    }

    /// Stops a process because of what it did, or what was done to it (PR-2).
    pub(crate) fn fault<P: Port>(&mut self, port: &mut P, index: ProcessIndex, fault: Fault) {
        self.end_process(port, index, Report::Faulted(fault));
    }

    /// Ends a process that runs; does nothing to one that does not.
    pub(crate) fn end_process<P: Port>(
        &mut self,
        port: &mut P,
        index: ProcessIndex,
        report: Report,
    ) {
        let process = self.services.processes.get(index);
        if let Some(descriptor) = self.services.system.process(index)
            && process.is_some_and(|process| process.is_running())
        {
            self.bury(port, descriptor, report);
        }
    }

    /// Takes everything away that a life of a process has left, tells everybody who must know
    /// (PR-4), and does what its policy says (PR-3).
    fn bury<P: Port>(&mut self, port: &mut P, descriptor: &ProcessDescriptor<'_>, report: Report) {
        port.report(descriptor.index, report);
        for thread in descriptor.threads {
            self.services.waits.stop(*thread, ThreadState::Dormant);
        }
        wait_group::dissolve(&mut self.services, descriptor);
        let process = self.services.processes.get(descriptor.index);
        let has_lived = process.is_some_and(Process::is_running);
        let returns = self.count_end(descriptor, report);
        self.services.memories.forget(descriptor);
        self.services.memories.disown(port, descriptor.index);
        Endpoints::callers_ended(&mut self.means(port).1, descriptor);
        for object in descriptor.objects {
            self.object_ended(port, object, returns);
        }
        for object in descriptor.objects {
            if let Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } = object {
                self.windows.channels.initiator_gone(&mut self.services, port, &end.handler);
            }
        }
        port.stop_process(descriptor.index);
        self.services.waits.raise(descriptor.wait_list, Signals::JOINABLE);
        // PR-9: of a life that could not begin, or that was over when its restart was given up, they have heard.
        if has_lived {
            self.tell_capsules(port, descriptor.index, ProcessChange::Ended);
        }
        if returns && let Some(main) = descriptor.threads.first() {
            let at = services::now(port).saturating_add(descriptor.restart.delay_ticks);
            self.services.waits.put_off(port, *main, ThreadState::Restarting, at);
        }
    }

    /// Writes down how a process has ended, and tells whether its policy restarts it.
    #[inline(never)]
    fn count_end(&mut self, descriptor: &ProcessDescriptor<'_>, report: Report) -> bool {
        let Some(process) = self.services.processes.get_mut(descriptor.index) else {
            return false;
        };
        let (end, words) = end_of(report);
        process.ended(end, words);
        let policy = &descriptor.restart;
        if !policy.restarts_after(end) {
            return false;
        }
        let is_used_up = process.incarnation >= ProcessId::LAST_INCARNATION;
        if is_used_up || policy.max_restarts.is_some_and(|most| process.restarts >= most) {
            self.services.gives_up(policy.on_give_up);
            return false;
        }
        process.restarts = process.restarts.saturating_add(1);
        true
    }

    /// Takes back that a process is to be restarted, as if it had been terminated while it ran, and tells
    /// whether it was.
    pub(crate) fn forget_restart(&mut self, descriptor: &ProcessDescriptor<'_>) -> bool {
        let main = descriptor.threads.first().copied().unwrap_or(ThreadIndex::NONE);
        let thread = self.services.waits.threads.get(main);
        if thread.is_none_or(|thread| !thread.state.is_restarting()) {
            return false;
        }
        self.services.waits.stop(main, ThreadState::Dormant);
        true
    }

    /// Tells everybody that a process that was to be restarted is not.
    pub(crate) fn abandon<P: Port>(&mut self, port: &mut P, descriptor: &ProcessDescriptor<'_>) {
        self.bury(port, descriptor, Report::Terminated);
    }

    /// The endpoints, and what their operations may use besides.
    pub(crate) fn means<'c, P: Port>(
        &'c mut self,
        port: &'c mut P,
    ) -> (&'c mut Endpoints<'s>, Means<'c, 's, P>) {
        let Kernel { services, windows } = self;
        let inheritance = &windows.channels;
        (&mut windows.endpoints, Means { services, port, inheritance })
    }

    #[inline(never)]
    fn object_ended<P: Port>(&mut self, port: &mut P, object: &Object, returns: bool) {
        match object {
            Object::ChannelHandler(end) => {
                self.windows.channels.handler_ended(&mut self.services, end, returns);
            }
            Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
                self.windows.channels.initiator_ended(&mut self.services, end.index);
            }
            Object::WaitGroup(group) => wait_group::ended(&mut self.services, group),
            Object::Interrupt(index) => {
                self.windows.interrupts.owner_ended(&self.services, port, *index);
            }
            Object::EndpointReceiver(end) => {
                let (endpoints, mut means) = self.means(port);
                endpoints.receiver_ended(&mut means, end, returns);
            }
            Object::EndpointSender(end) => self.windows.endpoints.sender_ended(end),
            Object::SharedMemory(sharer) => {
                self.windows.shared_memory.sharer_ended(&mut self.services, port, sharer);
            }
            Object::Thread(_) | Object::Process(_) | Object::Upcalls { .. } => {}
        }
    }

    /// Ends a thread like this; with the last one its process ends (PR-5).
    pub(crate) fn end_thread<P: Port>(
        &mut self,
        port: &mut P,
        index: ThreadIndex,
        status: ExitStatus,
    ) {
        let Some(declared) = self.services.system.thread(index) else {
            return;
        };
        let Some(process) = self.services.processes.get_mut(declared.process.index) else {
            return;
        };
        if process.live_threads <= 1 {
            self.end_process(port, declared.process.index, report_of_last(status));
            return;
        }
        process.live_threads = process.live_threads.wrapping_sub(1);
        self.withdraw(port, index);
        self.services.waits.stop(index, ThreadState::Ended(status));
        if HAS_CAPSULES && declared.ordinal == 0 {
            self.services.upcalls.take_back(declared.process.index);
            self.services.memories.disown(port, declared.process.index);
        }
        Endpoints::server_ended(&mut self.means(port).1, index);
        for object in declared.process.objects {
            if let Object::ChannelHandler(end) = object {
                let thread = (index, declared.ordinal);
                self.windows.channels.server_ended(&mut self.services, port, end, thread);
            }
        }
        self.services.waits.raise(declared.wait_list, Signals::JOINABLE);
    }

    /// The alarm has rung: ends the call of every thread whose deadline has passed (AB-4).
    pub(crate) fn expire<P: Port>(&mut self, port: &mut P) {
        let now = services::now(port);
        for number in 0..self.services.waits.threads.len() {
            let index = ThreadIndex::new(number);
            if self.thread(index).is_some_and(|thread| thread.deadline <= now) {
                self.expire_thread(port, index);
            }
        }
        let waits = &mut self.services.waits;
        waits.deadlines.rearm(port, &waits.threads);
    }

    fn expire_thread<P: Port>(&mut self, port: &mut P, index: ThreadIndex) {
        if let Some(declared) = self.services.system.thread(index)
            && self.thread(index).is_some_and(|thread| thread.state.is_restarting())
        {
            self.services.waits.stop(index, ThreadState::Dormant);
            self.start_process(port, declared.process.index);
            return;
        }
        let results = self.withdraw(port, index);
        self.services.waits.complete(index, results);
    }

    /// Withdraws what a blocked thread has started. Gives what its call ends with when its
    /// deadline is the reason: a sleep has then done what it was asked to (WT-7).
    fn withdraw<P: Port>(&mut self, port: &mut P, index: ThreadIndex) -> Results {
        let state = self.services.waits.threads.get(index).map(|thread| thread.state);
        match state {
            Some(ThreadState::Sleeping) => return success(0),
            Some(ThreadState::Transacting(initiator)) => {
                self.windows.channels.withdraw(&mut self.services, port, initiator);
            }
            Some(ThreadState::Sending { .. } | ThreadState::Calling(_)) => {
                Endpoints::withdraw(&mut self.means(port).1, index);
            }
            Some(
                ThreadState::Waiting { .. }
                | ThreadState::Receiving { .. }
                | ThreadState::Ready
                | ThreadState::Returning(_)
                | ThreadState::ReturningMessage(_)
                | ThreadState::Running
                | ThreadState::Dormant
                | ThreadState::Ended(_)
                | ThreadState::Restarting
                | ThreadState::Yielding(_)
                | ThreadState::Member(_),
            )
            | None => {}
        }
        failure(Error::DeadlineExceeded)
    }
}

/// What a process remembers of its end.
fn end_of(report: Report) -> (End, [usize; 2]) {
    match report {
        Report::Exited(status) => (End::Exited, [usize::try_from(status).unwrap_or(0), 0]),
        Report::Faulted(fault) => (End::Faulted(fault.cause), [fault.pc, fault.address]),
        Report::Panicked(_) => (End::Faulted(FaultCause::Panic), [0, 0]),
        Report::Terminated => (End::Stopped, [0, 0]),
    }
}

/// How a process ends whose last thread ends like this.
fn report_of_last(status: ExitStatus) -> Report {
    match status {
        ExitStatus::Success(code) => Report::Exited(code),
        ExitStatus::UnhandledException(_)
        | ExitStatus::TerminatedBySyscall
        | ExitStatus::TerminatedByKernel
        | ExitStatus::ProcessTerminated => Report::Terminated,
    }
}
