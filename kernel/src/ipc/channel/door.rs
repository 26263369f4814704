//! The door: a channel's calls when nothing about them is unusual.
//!
//! A system spends its time in four calls that nearly always find what they expect. Each of them is
//! here once more, as a straight line: it checks everything, then it commits, it calls nothing out of
//! line, and it says `None`, having changed nothing, to whatever the general way (`start`, `serve`) is
//! there for. Lists, deadlines that the alarm must be set for, default deadlines, threads that wait
//! where nobody expects them, staleness, priorities that are lent, processes that have ended: all of that
//! is declined.
//!
//! The two ways must mean the same. That is not left to reading: the explorer compares them in
//! every state that it reaches.
//!
//! Rejected: one source for both, with a constant parameter that makes the unusual a refusal. What
//! costs instructions is not the unusual case but all that must be kept for it, and the general way
//! was no shorter for being read together with the quick one.

use core::mem;

use guichet_abi::{Arguments, Results, Signals};

use super::{Channels, Transaction, received};
use crate::event::success;
use crate::id::{InitiatorIndex, TableIndex, ThreadIndex, are_none};
use crate::memory::{Buffer, Grant};
use crate::object::{HandlerDescriptor, InitiatorDescriptor, Object};
use crate::port::Port;
use crate::services::{Caller, Services};
use crate::thread::{Priority, ThreadList, ThreadState};
use crate::time::Instant;
use crate::wait::wait_results;

/// Who goes on, and with what.
type Answer = Option<(ThreadIndex, Results)>;

impl Channels<'_> {
    /// Starts a transaction for which one thread waits that would run at once, and runs it (CH-2,
    /// CH-10).
    #[inline(always)]
    pub(crate) fn transact_at_door<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Answer {
        let &[handle, send, send_length, receive, receive_length, low, high] = arguments;
        let caller = services.caller();
        let ends = initiator_of(&caller, handle)?;
        let request = readable(services, &caller, send, send_length)?;
        let response = services.memories.of(caller.process).own_grant(receive, receive_length)?;
        let InitiatorDescriptor { index, handler: declared, badge, .. } = ends;
        let initiator = self.initiators.get_mut(*index)?;
        let handler = self.handlers.get_mut(declared.index)?;
        let waits = &mut services.waits;
        let deadline = Instant::from_words(low, high);
        let is_free = matches!(initiator.transaction, Transaction::Idle);
        if !is_free || !waits.is_quiet(port, deadline) {
            return None;
        }
        // Where a thread waits, its process runs: nobody need ask whether the handler can be reached.
        let list = waits.lists.get_mut(declared.wait_list)?;
        let (current, waiter) = (waits.scheduler.current, list.head());
        let running = waits.declared.get(waiter.position())?;
        let thread = waits.threads.get_mut(waiter)?;
        if !are_none(thread.next, handler.served)
            || caller.thread.priority > thread.priority
            || waits.scheduler.is_ready_at_least(thread.priority)
        {
            return None;
        }
        // Nothing is pending where a thread waits to be given something.
        let results = if let ThreadState::Receiving { ref room, .. } = thread.state {
            let room = room.flat_grant(declared.process)?;
            let length = request.length().min(room.length());
            port.copy(request.part(0, length), room.part(0, length)).ok()?;
            handler.served = *index;
            handler.server = waiter;
            received(request.length(), *badge)
        } else if let ThreadState::Waiting { mask, .. } = thread.state
            && mask.contains(Signals::READABLE)
            && handler.lasting.is_none()
            && handler.attendant == waiter
        {
            handler.pending = *index;
            wait_results(Signals::READABLE)
        } else {
            return None;
        };
        thread.take_over();
        *list = ThreadList::EMPTY;
        let (request, response) = (Buffer::flat(request), Buffer::flat(response));
        let (thread, priority) = (current, Priority::LOWEST);
        initiator.transaction = Transaction::Pending { thread, priority, request, response };
        waits.leave(current, ThreadState::Transacting(*index), deadline);
        waits.enter(waiter, running);
        Some((waiter, results))
    }

    /// Answers what the caller serves, blocks it until the next transaction, and runs the
    /// initiator, which is as important as anybody (CH-10).
    #[inline(always)]
    pub(crate) fn respond_and_receive_at_door<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Answer {
        let &[handle, send, send_length, receive, receive_length, low, high] = arguments;
        let caller = services.caller();
        let declared = handler_of(&caller, handle)?;
        let from = readable(services, &caller, send, send_length)?;
        let room = services.memories.of(caller.process).own_grant(receive, receive_length)?;
        let handler = self.handlers.get_mut(declared.index)?;
        let waits = &mut services.waits;
        let current = waits.scheduler.current;
        let deadline = Instant::from_words(low, high);
        let is_serving = handler.server == current && handler.pending.is_none();
        if !(is_serving && waits.is_quiet(port, deadline)) {
            return None;
        }
        let initiator = self.initiators.get_mut(handler.served)?;
        let Transaction::Pending { thread: next, ref response, .. } = initiator.transaction else {
            return None;
        };
        let running = waits.declared.get(next.position())?;
        let to = response.flat_grant(running.process.index)?.first(from.length())?;
        let list = waits.lists.get_mut(declared.wait_list)?;
        let thread = waits.threads.get_mut(next)?;
        let is_plain = handler.stale.is_empty_and_not(initiator.watched)
            && list.is_empty()
            && !waits.scheduler.is_ready_at_least(thread.priority);
        if !is_plain {
            return None;
        }
        port.copy(from, to).ok()?;
        thread.take_over();
        handler.release();
        handler.attendant = current;
        initiator.transaction = Transaction::Idle;
        *list = ThreadList::of(current);
        let state = ThreadState::Receiving { list: declared.wait_list, room: Buffer::flat(room) };
        waits.leave(current, state, deadline);
        waits.enter(next, running);
        Some((next, success(from.length())))
    }

    /// Copies from the request that waits or that the caller serves (CH-3).
    #[inline(always)]
    pub(crate) fn read_at_door<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Answer {
        let &[handle, offset, address, length, ..] = arguments;
        let caller = services.caller();
        let declared = handler_of(&caller, handle)?;
        let room = services.memories.of(caller.process).own_grant(address, length)?;
        let handler = self.handlers.get_mut(declared.index)?;
        let current = services.waits.scheduler.current;
        let is_new = handler.served.is_none();
        let index = if is_new { handler.pending } else { handler.served };
        let answerer = if is_new { handler.attendant } else { handler.server };
        if answerer != current || !handler.stale.is_empty() {
            return None;
        }
        let ends = services.system.initiator(index)?;
        let initiator = self.initiators.get_mut(index)?;
        let Transaction::Pending { ref request, .. } = initiator.transaction else {
            return None;
        };
        let request = request.flat_grant(ends.process)?;
        let rest = request.length().checked_sub(offset)?;
        let length = rest.min(room.length());
        port.copy(request.part(offset, length), room.part(0, length)).ok()?;
        if is_new {
            handler.pending = mem::replace(&mut initiator.next, InitiatorIndex::NONE);
            handler.served = index;
            handler.server = current;
        }
        Some((current, success(length)))
    }

    /// Answers what the caller serves, while nothing else waits (CH-4). The initiator is not more important
    /// than the caller: it would have lent it that (CH-13).
    #[inline(always)]
    pub(crate) fn respond_at_door<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Answer {
        let &[handle, address, length, ..] = arguments;
        let caller = services.caller();
        let declared = handler_of(&caller, handle)?;
        let from = readable(services, &caller, address, length)?;
        let handler = self.handlers.get_mut(declared.index)?;
        let waits = &mut services.waits;
        let current = waits.scheduler.current;
        let is_serving = handler.server == current && handler.stale.is_empty();
        if !is_serving || !handler.pending.is_none() {
            return None;
        }
        let ends = services.system.initiator(handler.served)?;
        let initiator = self.initiators.get_mut(handler.served)?;
        let Transaction::Pending { thread, ref response, .. } = initiator.transaction else {
            return None;
        };
        let to = response.flat_grant(ends.process)?.first(from.length())?;
        if initiator.watched || thread.is_none() {
            return None;
        }
        port.copy(from, to).ok()?;
        handler.release();
        initiator.transaction = Transaction::Idle;
        waits.complete_alone(thread, success(from.length()));
        Some((current, success(0)))
    }
}

/// The initiator's end that a handle names; of one with a default deadline nothing is known here.
#[inline(always)]
fn initiator_of<'s>(caller: &Caller<'s>, handle: usize) -> Option<&'s InitiatorDescriptor> {
    match caller.object(handle).ok()? {
        Object::ChannelInitiator(end) => Some(end),
        Object::ChannelHandler(_)
        | Object::TimedInitiator { .. }
        | Object::Thread(_)
        | Object::Process(_)
        | Object::WaitGroup(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => None,
    }
}

/// The handler's end that a handle names.
#[inline(always)]
fn handler_of<'s>(caller: &Caller<'s>, handle: usize) -> Option<&'s HandlerDescriptor> {
    match caller.object(handle).ok()? {
        Object::ChannelHandler(end) => Some(end),
        Object::ChannelInitiator(_)
        | Object::TimedInitiator { .. }
        | Object::Thread(_)
        | Object::Process(_)
        | Object::WaitGroup(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => None,
    }
}

/// What the caller wants to send, if it may (AB-10), while nothing is lent: so whoever asks for this knows that
/// every thread is as important as declared (CH-13).
#[inline(always)]
fn readable(
    services: &Services<'_>,
    caller: &Caller<'_>,
    address: usize,
    length: usize,
) -> Option<Grant> {
    if length >= services.waits.door_bound {
        return None;
    }
    services.memories.of(caller.process).readable_grant(address, length)
}
