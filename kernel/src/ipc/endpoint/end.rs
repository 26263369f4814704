//! What changes who may send or receive: binding, closing, and the ends of processes, threads and
//! waits; and what all of that shows (EP-9, EP-10, EP-12, EP-13).

use guichet_abi::{Arguments, Error, Signals};

use super::queue::refuse;
use super::{Endpoint, Endpoints, Means, end_call, receiver_of};
use crate::HAS_ENDPOINTS;
use crate::event::{Ending, success};
use crate::id::{EndpointIndex, ExchangeIndex, ProcessIndex, ThreadIndex};
use crate::object::{ReceiverDescriptor, SenderDescriptor};
use crate::port::Port;
use crate::process::ProcessDescriptor;
use crate::services::Services;
use crate::thread::{Thread, ThreadState};

impl Endpoints<'_> {
    /// Lets only one process send to an endpoint of the caller's (EP-9). Processes are numbered from 1 in
    /// the order declared.
    pub(crate) fn bind(&mut self, services: &mut Services<'_>, arguments: &Arguments) -> Ending {
        let &[handle, peer, ..] = arguments;
        let end = receiver_of(&services.caller(), handle)?;
        let peer = ProcessIndex::new(peer.checked_sub(1).ok_or(Error::NotFound)?);
        let senders = services.system.senders.iter();
        let mut senders = senders.filter(|each| each.receiver.index == end.index);
        if !senders.any(|each| each.process == peer) {
            return Err(Error::NotFound);
        }
        let entry = self.entries.get_mut(end.index).ok_or(Error::Internal)?;
        if !entry.bound.is_none() {
            return Err(Error::AlreadyExists);
        }
        if !services.processes.get(peer).is_some_and(|process| process.is_running()) {
            return Err(Error::Unavailable);
        }
        entry.bound = peer;
        services.waits.guard_receivers(end.wait_list);
        refuse_others(services, end, peer);
        Ok(Some(success(0)))
    }

    /// Closes an endpoint of the caller's (EP-10).
    pub(crate) fn close<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        arguments: &Arguments,
    ) -> Ending {
        let end = receiver_of(&means.services.caller(), arguments[0])?;
        let entry = self.entries.get_mut(end.index).ok_or(Error::Internal)?;
        entry.is_closed = true;
        end_waits_for(means, end, Error::Aborted);
        loop {
            let waits = &mut means.services.waits;
            let receiver = waits.most_important(end.wait_list);
            if receiver.is_none() {
                break;
            }
            waits.fail(receiver, Error::Aborted);
        }
        let signals = self.receiver_signals(end.index);
        means.services.waits.raise(end.wait_list, signals);
        self.show_room(means.services, end);
        Ok(Some(success(0)))
    }

    /// The receiver's process starts: what is sent may wait for it, and it runs (EP-3, EP-13).
    pub(crate) fn receiver_started(
        &mut self,
        services: &mut Services<'_>,
        end: &ReceiverDescriptor,
    ) {
        if let Some(entry) = self.entries.get_mut(end.index) {
            entry.is_reachable = true;
        }
        self.show_room(services, end);
    }

    /// The receiver's process has ended (EP-12). Whether others may wait for it is up to its policy.
    pub(crate) fn receiver_ended<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        end: &ReceiverDescriptor,
        is_reachable: bool,
    ) {
        if let Some(entry) = self.entries.get_mut(end.index) {
            let is_watched = entry.is_watched;
            *entry = Endpoint { is_reachable, is_watched, ..Endpoint::IDLE };
        }
        end_waits_for(means, end, Error::Unavailable);
        self.show_room(means.services, end);
    }

    /// A process that sends to an endpoint has ended: what was bound to it is open to others (EP-9).
    pub(crate) fn sender_ended(&mut self, end: &SenderDescriptor) {
        if let Some(entry) = self.entries.get_mut(end.receiver.index)
            && entry.bound == end.process
        {
            entry.bound = ProcessIndex::NONE;
        }
    }

    /// A thread gives up what it blocks in at an endpoint; the message of a call that is queued stays
    /// there (EP-12).
    pub(crate) fn withdraw<P: Port>(means: &mut Means<'_, '_, P>, thread: ThreadIndex) {
        if let Some(exchange) = means.services.exchange_mut(thread) {
            let server = exchange.end_call();
            means.inheritance.fall(means.services, server);
        }
    }

    /// The same for all threads of a process, which have ended.
    pub(crate) fn callers_ended<P: Port>(
        means: &mut Means<'_, '_, P>,
        process: &ProcessDescriptor<'_>,
    ) {
        for thread in process.threads {
            Self::withdraw(means, *thread);
        }
    }

    /// A thread has ended, and its process has not: the calls that it has received can be answered by
    /// others, and lend nobody anything.
    pub(crate) fn server_ended<P: Port>(means: &mut Means<'_, '_, P>, thread: ThreadIndex) {
        if !HAS_ENDPOINTS {
            return;
        }
        for exchange in means.services.exchanges.iter_mut() {
            if exchange.server == thread {
                exchange.server = ThreadIndex::NONE;
            }
        }
        means.inheritance.fall(means.services, thread);
    }

    // ---- signals --------------------------------------------------------------------------------

    /// What the end that receives shows: READABLE, ERROR (EP-13).
    pub(crate) fn receiver_signals(&self, index: EndpointIndex) -> Signals {
        self.entries.get(index).map_or(Signals::empty(), Endpoint::signals)
    }

    /// What an end that sends shows: WRITEABLE, ERROR (EP-13).
    pub(crate) fn sender_signals(
        &self,
        services: &Services<'_>,
        end: &ReceiverDescriptor,
    ) -> Signals {
        let (Some(entry), Some(declared)) =
            (self.entries.get(end.index), services.system.endpoint(end.index))
        else {
            return Signals::empty();
        };
        let process = services.processes.get(end.process);
        let runs = process.is_some_and(|process| process.is_running());
        let is_open = entry.is_reachable && !entry.is_closed;
        let mut signals = Signals::empty();
        signals.set(Signals::WRITEABLE, is_open && entry.count < declared.capacity);
        signals.set(Signals::ERROR, entry.is_closed || !runs);
        signals
    }

    /// A thread waits on an end that sends, or on its group.
    pub(crate) fn note_watched(&mut self, index: EndpointIndex) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.is_watched = true;
        }
    }

    /// Shows ERROR on the end that receives, if its last message has been taken and no other can come
    /// (EP-13).
    pub(super) fn show_emptied(&self, services: &mut Services<'_>, end: &ReceiverDescriptor) {
        let signals = self.receiver_signals(end.index);
        if signals.contains(Signals::ERROR) {
            services.waits.raise(end.wait_list, signals);
        }
    }

    /// Shows everybody who watches an end that sends what it shows now.
    pub(super) fn show_room(&mut self, services: &mut Services<'_>, end: &ReceiverDescriptor) {
        if !self.entries.get(end.index).is_some_and(|entry| entry.is_watched) {
            return;
        }
        let signals = self.sender_signals(services, end);
        let mut is_watched = false;
        for sender in services.system.senders {
            if sender.receiver.index == end.index {
                services.waits.raise(sender.wait_list, signals);
                is_watched |= services.waits.has_waiter(sender.wait_list);
            }
        }
        if let Some(entry) = self.entries.get_mut(end.index) {
            entry.is_watched = is_watched;
        }
    }

    // ---- invariants -----------------------------------------------------------------------------

    /// Checks that queues, threads and calls agree with one another.
    pub(crate) fn check(&self, services: &Services<'_>) -> Result<(), &'static str> {
        for declared in services.system.endpoints {
            let end = &declared.receiver;
            let entry = self.entries.get(end.index).ok_or("endpoint: no such endpoint")?;
            if entry.count > declared.capacity || entry.first >= declared.capacity {
                return Err("endpoint: more messages than places");
            }
            let has = |list| !services.waits.most_important(list).is_none();
            let is_open = entry.is_reachable && !entry.is_closed;
            if has(end.blocked_list) && (entry.count < declared.capacity || !is_open) {
                return Err("endpoint: a thread waits for room that is there, or never comes");
            }
            if has(end.wait_list) && (entry.count != 0 || entry.is_closed) {
                return Err("endpoint: a thread sleeps although it could receive");
            }
            for sender in services.system.senders {
                if sender.receiver.index == end.index
                    && services.waits.has_waiter(sender.wait_list)
                    && !entry.is_watched
                {
                    return Err("endpoint: a thread waits on an end that does not know it");
                }
            }
        }
        for number in 0..services.exchanges.len() {
            self.check_exchange(services, ExchangeIndex::new(number))?;
        }
        Ok(())
    }

    fn check_exchange(
        &self,
        services: &Services<'_>,
        index: ExchangeIndex,
    ) -> Result<(), &'static str> {
        let exchange = services.exchanges.get(index).ok_or("endpoint: no such exchange")?;
        let state = services.waits.threads.get(exchange.thread).map(Thread::state);
        let is_sending = matches!(state, Some(ThreadState::Sending { .. }));
        if let Some(ThreadState::Calling(endpoint)) = state {
            if !exchange.is_open {
                return Err("endpoint: a thread waits for the answer to no call");
            }
            let owner = services.system.endpoint(endpoint).map(|each| each.receiver.process);
            if !exchange.holder.is_none() && Some(exchange.holder) != owner {
                return Err("endpoint: a call is with a process that does not receive");
            }
        } else if exchange.is_open && !is_sending {
            return Err("endpoint: a call is open that nobody waits for");
        }
        let is_received = !exchange.holder.is_none() || !exchange.server.is_none();
        if !exchange.is_open && is_received {
            return Err("endpoint: somebody answers for a call that has ended");
        }
        if self.rights.exchange(exchange.right) != index {
            return Err("endpoint: a reply right names another exchange");
        }
        let server = services.waits.threads.get(exchange.server).map(Thread::state);
        if server.is_some_and(|state| !state.is_alive()) {
            return Err("endpoint: a call was received by a thread that has ended");
        }
        Ok(())
    }
}

/// Ends whatever threads wait for at an endpoint that nobody will receive from, or answer for: room,
/// and answers to calls, received or not.
fn end_waits_for<P: Port>(means: &mut Means<'_, '_, P>, end: &ReceiverDescriptor, error: Error) {
    loop {
        let thread = means.services.waits.most_important(end.blocked_list);
        if thread.is_none() {
            break;
        }
        refuse(means.services, thread, error);
    }
    for number in 0..means.services.exchanges.len() {
        let exchange = means.services.exchanges.get(ExchangeIndex::new(number));
        let caller = exchange.map_or(ThreadIndex::NONE, |exchange| exchange.thread);
        let state = means.services.waits.threads.get(caller).map(|thread| &thread.state);
        if matches!(state, Some(ThreadState::Calling(index)) if *index == end.index) {
            end_call(means, caller, Err(error));
        }
    }
}

/// Ends the waits for room of everybody but one process, to which an endpoint is bound now.
fn refuse_others(services: &mut Services<'_>, end: &ReceiverDescriptor, peer: ProcessIndex) {
    for declared in services.system.threads {
        let thread = declared.process.threads.get(usize::from(declared.ordinal));
        let thread = thread.copied().unwrap_or(ThreadIndex::NONE);
        let waits_here = services.waits.threads.get(thread).is_some_and(|thread| {
            matches!(thread.state, ThreadState::Sending { list, .. } if list == end.blocked_list)
        });
        if waits_here && declared.process.index != peer {
            refuse(services, thread, Error::PermissionDenied);
        }
    }
}
