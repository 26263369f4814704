//! An initiator's calls.

use guichet_abi::{Arguments, Error, LIST_FLAG};

use super::queue::Among;
use super::{Channels, Transaction, received};
use crate::event::{Ending, success};
use crate::id::{HandlerIndex, ThreadIndex};
use crate::memory::Buffer;
use crate::object::{HandlerDescriptor, InitiatorDescriptor, Object};
use crate::port::{Port, Side};
use crate::region::Access;
use crate::services::{Caller, Services, is_past, now};
use crate::thread::{Priority, ThreadState};
use crate::time::Instant;
use crate::transfer::{End, check, transfer};

/// A transaction that has passed every check and only needs to be entered.
struct Start<'s> {
    ends: &'s InitiatorDescriptor,
    request: Buffer,
    response: Buffer,
}

impl Channels<'_> {
    /// Starts a transaction. If it `blocks`, the caller does until it has ended (CH-2); not for ever
    /// where the channel declares a default deadline (CH-11). Else the caller goes on (CH-6).
    pub(crate) fn transact<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
        blocks: bool,
    ) -> Ending {
        let &[.., low, high] = arguments;
        let asked = Instant::from_words(low, high);
        let start = self.check_start(services, port, arguments)?;
        if blocks && is_past(port, asked) {
            return Err(Error::DeadlineExceeded);
        }
        let deadline = effective_deadline(services, port, arguments[0], asked);
        self.enter(services, port, &start, blocks.then_some(deadline))?;
        Ok(if blocks { None } else { Some(success(0)) })
    }

    fn check_start<'s, P: Port>(
        &self,
        services: &Services<'s>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Result<Start<'s>, Error> {
        let start = check_offer(services, port, arguments)?;
        let Start { ends, .. } = start;
        match self.initiators.get(ends.index).ok_or(Error::Internal)?.transaction {
            Transaction::Idle | Transaction::Unanswered => {}
            Transaction::Pending { .. } | Transaction::Complete(_) => {
                return Err(Error::ResourceExhausted);
            }
        }
        if !self.handlers.get(ends.handler.index).ok_or(Error::Internal)?.reachable {
            return Err(Error::Unavailable);
        }
        Ok(start)
    }

    /// Enters a transaction, in which the caller blocks if that has a deadline.
    fn enter<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        start: &Start<'_>,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        let current = services.waits.current();
        let thread = deadline.map_or(ThreadIndex::NONE, |_| current);
        let is_plain = !thread.is_none() && !services.waits.has_more_than_its_own(current);
        let priority = if is_plain { Priority::LOWEST } else { services.waits.priority(current) };
        let index = start.ends.index;
        let receiver = self.give(services, port, start.ends, &start.request)?;
        if let Some(initiator) = self.initiators.get_mut(index) {
            let &Start { request, response, .. } = start;
            initiator.transaction = Transaction::Pending { thread, priority, request, response };
        }
        if let Some(deadline) = deadline {
            services.waits.block(port, ThreadState::Transacting(index), deadline);
        }
        if receiver.is_none() {
            self.enqueue(services, start.ends.handler.index, index, Among::Last);
            self.raise_handler(services, &start.ends.handler);
        } else {
            self.assign(services, start.ends, receiver, &start.request);
        }
        self.lend(services, start.ends);
        Ok(())
    }

    /// Makes a transaction served by the thread that was given its request.
    #[inline(never)]
    fn assign(
        &mut self,
        services: &mut Services<'_>,
        ends: &InitiatorDescriptor,
        receiver: ThreadIndex,
        request: &Buffer,
    ) {
        let Some(handler) = self.handlers.get_mut(ends.handler.index) else {
            return;
        };
        handler.served = ends.index;
        handler.server = receiver;
        services.waits.complete(receiver, received(request.length(), ends.badge));
    }

    /// Copies a request to the first thread that waits to serve one, if the handler serves none.
    /// Gives the thread, or NONE. PermissionDenied if the initiator's memory has
    /// gone bad; a receiver whose memory has gone bad bears that itself, and the next one is
    /// tried (AB-8).
    fn give<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        ends: &InitiatorDescriptor,
        request: &Buffer,
    ) -> Result<ThreadIndex, Error> {
        let declared = &ends.handler;
        if !self.handlers.get(declared.index).ok_or(Error::Internal)?.served.is_none() {
            return Ok(ThreadIndex::NONE);
        }
        while let Some((receiver, room)) = services.waits.first_receiver(declared.wait_list) {
            let length = request.length().min(room.length());
            let source = End::whole(ends.process, request);
            let destination = End::whole(declared.process, &room);
            match transfer(&services.memories, port, source, destination, length) {
                Ok(()) => return Ok(receiver),
                Err(Side::Source) => return Err(Error::PermissionDenied),
                Err(Side::Destination) => {
                    services.waits.fail(receiver, Error::PermissionDenied);
                }
            }
        }
        Ok(ThreadIndex::NONE)
    }

    /// Finds somebody to serve the transaction that is next at this handler: a thread that waits to
    /// serve one, else whoever waits for READABLE. One whose initiator's memory has gone bad is passed
    /// over (AB-8). Settles what has changed at a handler for which `before` has answered.
    pub(super) fn offer<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        declared: &HandlerDescriptor,
        before: ThreadIndex,
    ) {
        while let Some((ends, request)) = self.next_request(services, declared.index) {
            match self.give(services, port, ends, &request) {
                Err(_) => self.drop_waiting(services, ends.index),
                Ok(ThreadIndex::NONE) => {
                    self.raise_handler(services, declared);
                    break;
                }
                Ok(receiver) => {
                    self.dequeue(declared.index, ends.index);
                    self.assign(services, ends, receiver, &request);
                    break;
                }
            }
        }
        self.settle(services, declared, before);
    }

    /// What is next at a handler that serves nothing.
    fn next_request<'s>(
        &self,
        services: &Services<'s>,
        index: HandlerIndex,
    ) -> Option<(&'s InitiatorDescriptor, Buffer)> {
        let handler = self.handlers.get(index)?;
        if !handler.served.is_none() {
            return None;
        }
        let ends = services.system.initiator(handler.pending)?;
        Some((ends, self.request(ends.index).ok()?))
    }
}

/// Checks what a caller offers, whatever the channel is doing.
fn check_offer<'s, P: Port>(
    services: &Services<'s>,
    port: &mut P,
    arguments: &Arguments,
) -> Result<Start<'s>, Error> {
    let &[handle, send, send_length, receive, receive_length, ..] = arguments;
    let caller = services.caller();
    let ends = initiator_of(&caller, handle)?;
    let map = services.memory();
    let limit = services.max_transfer_bytes;
    let request = check(port, map, (send, send_length), Access::Read, limit)?;
    let room = (receive, receive_length);
    let response = check(port, map, room, Access::Write, LIST_FLAG)?;
    Ok(Start { ends, request, response })
}

/// The initiator's end that a handle names: InvalidArgument for any other object.
pub(super) fn initiator_of<'s>(
    caller: &Caller<'s>,
    handle: usize,
) -> Result<&'s InitiatorDescriptor, Error> {
    match caller.object(handle)? {
        Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => Ok(end),
        Object::ChannelHandler(_)
        | Object::Thread(_)
        | Object::Process(_)
        | Object::WaitGroup(_)
        | Object::Interrupt(_)
        | Object::EndpointReceiver(_)
        | Object::EndpointSender(_)
        | Object::SharedMemory(_)
        | Object::Upcalls { .. } => Err(Error::InvalidArgument),
    }
}

/// When the transaction that the caller starts ends unanswered, where it asks for `asked` (CH-11).
fn effective_deadline<P: Port>(
    services: &Services<'_>,
    port: &mut P,
    handle: usize,
    asked: Instant,
) -> Instant {
    if asked.is_finite() {
        return asked;
    }
    match services.caller().object(handle) {
        Ok(Object::TimedInitiator { default_ticks, .. }) => {
            now(port).saturating_add(*default_ticks)
        }
        Ok(
            Object::ChannelInitiator(_)
            | Object::ChannelHandler(_)
            | Object::Thread(_)
            | Object::Process(_)
            | Object::WaitGroup(_)
            | Object::Interrupt(_)
            | Object::EndpointReceiver(_)
            | Object::EndpointSender(_)
            | Object::SharedMemory(_)
            | Object::Upcalls { .. },
        )
        | Err(_) => asked,
    }
}
