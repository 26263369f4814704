//! An initiator's calls.

use guichet_abi::{Arguments, Error, LIST_FLAG, Results, Signals};

use super::{Channels, Initiator, Transaction, received};
use crate::event::{Outcome, failure};
use crate::id::{HandlerIndex, InitiatorIndex, ThreadIndex};
use crate::memory::Buffer;
use crate::object::{InitiatorDescriptor, Object};
use crate::port::{Port, Side};
use crate::region::Access;
use crate::services::{Services, is_past};
use crate::thread::{ThreadList, ThreadState};
use crate::time::Instant;
use crate::transfer::{End, check, transfer};
use crate::wait::wait_results;

/// A transaction that has passed every check and only needs to be entered.
struct Start<'s> {
    ends: &'s InitiatorDescriptor,
    request: Buffer,
    response: Buffer,
}

impl Initiator {
    #[inline(always)]
    fn is_idle(&self) -> bool {
        matches!(self.transaction, Transaction::Idle)
    }

    #[inline(always)]
    fn start(&mut self, thread: ThreadIndex, start: &Start<'_>) {
        let &Start { request, response, .. } = start;
        self.transaction = Transaction::Pending { thread, request, response };
        self.peer_ended = false;
    }
}

impl Channels<'_> {
    /// Starts a transaction and blocks until it has ended (CH-2).
    #[inline(always)]
    pub(crate) fn transact<const DOOR: bool, P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Outcome {
        let &[.., low, high] = arguments;
        if DOOR {
            return match self.hand_over(services, port, arguments) {
                Some((next, results)) => Outcome::returning(next, results),
                None => Outcome::DECLINED,
            };
        }
        let deadline = Instant::from_words(low, high);
        match self.check_start(services, port, arguments) {
            Ok(_) if is_past(port, deadline) => {
                services.waits.finish(failure(Error::DeadlineExceeded))
            }
            Ok(start) => self.enter(services, port, &start, deadline),
            Err(error) => services.waits.finish(failure(error)),
        }
    }

    fn check_start<'s, P: Port>(
        &self,
        services: &Services<'s>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Result<Start<'s>, Error> {
        let start = check_offer::<false, P>(services, port, arguments)?;
        let Start { ends, .. } = start;
        match self.initiators.get(ends.index).ok_or(Error::Internal)?.transaction {
            Transaction::Idle => {}
            Transaction::Pending { .. } => return Err(Error::ResourceExhausted),
        }
        if !self.handlers.get(ends.handler.index).ok_or(Error::Internal)?.reachable {
            return Err(Error::Unavailable);
        }
        Ok(start)
    }

    /// Starts a transaction for which one thread waits that would run at once, and makes that thread
    /// the current one; gives it and its results. Else `None`, and nothing has changed.
    #[inline(always)]
    pub(crate) fn hand_over<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Option<(ThreadIndex, Results)> {
        let &[.., low, high] = arguments;
        let deadline = Instant::from_words(low, high);
        let start = check_offer::<true, P>(services, port, arguments).ok()?;
        let InitiatorDescriptor { index, handler: declared, .. } = start.ends;
        let initiator = self.initiators.get_mut(*index)?;
        let handler = self.handlers.get_mut(declared.index)?;
        let waits = &mut services.waits;
        if !(initiator.is_idle() && handler.reachable && waits.is_quiet(port, deadline)) {
            return None;
        }
        let list = waits.lists.get_mut(declared.wait_list)?;
        let (current, waiter) = (waits.scheduler.current, list.head());
        let thread = waits.threads.get_mut(waiter)?;
        if !thread.next.is_none() || waits.scheduler.is_ready_at_least(thread.priority) {
            return None;
        }
        let results = match thread.state {
            // Nothing is pending where a thread waits to be given something.
            ThreadState::Receiving { ref room, .. } if handler.served.is_none() => {
                let length = start.request.length().min(room.length());
                let source = End::whole(start.ends.process, &start.request);
                let destination = End::whole(declared.process, room);
                transfer::<true, P>(services.system, port, source, destination, length).ok()?;
                handler.served = *index;
                handler.server = waiter;
                received(&start.request, start.ends.badge)
            }
            ThreadState::Waiting { mask, .. }
                if mask.contains(Signals::READABLE) && !handler.peer_ended =>
            {
                handler.pending = *index;
                wait_results(Signals::READABLE)
            }
            _other => return None,
        };
        thread.take_over();
        *list = ThreadList::EMPTY;
        initiator.start(current, &start);
        waits.leave_to(ThreadState::Transacting(*index), deadline, waiter);
        Some((waiter, results))
    }

    /// Enters a transaction, whoever waits for it or does not.
    fn enter<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        start: &Start<'_>,
        deadline: Instant,
    ) -> Outcome {
        let thread = services.waits.current();
        let InitiatorDescriptor { index, handler, .. } = start.ends;
        let receiver = match self.give(services, port, start.ends, &start.request) {
            Ok(receiver) => receiver,
            Err(error) => return services.waits.finish(failure(error)),
        };
        if let Some(initiator) = self.initiators.get_mut(*index) {
            initiator.start(thread, start);
        }
        services.waits.block(port, ThreadState::Transacting(*index), deadline);
        match (receiver, self.handlers.get_mut(handler.index)) {
            (Some((receiver, results)), Some(end)) => {
                end.serve(*index, receiver);
                services.waits.complete(receiver, results);
            }
            (None, Some(end)) => {
                end.pending = *index;
                self.raise_handler(services, handler);
            }
            (_, None) => {}
        }
        services.waits.dispatch(port)
    }

    /// Copies a request to the first thread that waits to serve one, if the handler serves none.
    /// Gives the thread and what its call ends with. PermissionDenied if the initiator's memory has
    /// gone bad; a receiver whose memory has gone bad bears that itself, and the next one is
    /// tried (AB-8).
    fn give<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        ends: &InitiatorDescriptor,
        request: &Buffer,
    ) -> Result<Option<(ThreadIndex, Results)>, Error> {
        let declared = &ends.handler;
        if !self.handlers.get(declared.index).ok_or(Error::Internal)?.served.is_none() {
            return Ok(None);
        }
        while let Some((receiver, room)) = services.waits.first_receiver(declared.wait_list) {
            let length = request.length().min(room.length());
            let source = End::whole(ends.process, request);
            let destination = End::whole(declared.process, &room);
            match transfer::<false, P>(services.system, port, source, destination, length) {
                Ok(()) => return Ok(Some((receiver, received(request, ends.badge)))),
                Err(Side::Source) => return Err(Error::PermissionDenied),
                Err(Side::Destination) => {
                    services.waits.complete(receiver, failure(Error::PermissionDenied));
                }
            }
        }
        Ok(None)
    }

    /// Finds somebody to serve the transaction that waits on this handler: a thread that waits to
    /// serve one, else whoever waits for READABLE.
    pub(super) fn offer<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        index: HandlerIndex,
    ) {
        let pending = self.handlers.get(index).map_or(InitiatorIndex::NONE, |end| end.pending);
        let initiator = self.initiators.get(pending).map(|initiator| &initiator.transaction);
        let (Some(&Transaction::Pending { request, .. }), Some(ends)) =
            (initiator, services.system.initiator(pending))
        else {
            return;
        };
        match self.give(services, port, ends, &request) {
            Ok(Some((receiver, results))) => {
                if let Some(handler) = self.handlers.get_mut(index) {
                    handler.serve(pending, receiver);
                }
                services.waits.complete(receiver, results);
            }
            Ok(None) => self.raise_handler(services, &ends.handler),
            Err(_) => self.blame_initiator(services, pending),
        }
    }
}

/// Checks what a caller offers, whatever the channel is doing.
#[inline(always)]
fn check_offer<'s, const DOOR: bool, P: Port>(
    services: &Services<'s>,
    port: &mut P,
    arguments: &Arguments,
) -> Result<Start<'s>, Error> {
    let &[handle, send, send_length, receive, receive_length, ..] = arguments;
    let caller = services.caller()?;
    let ends = match caller.object(handle)? {
        Object::ChannelInitiator(ends) => ends,
        Object::ChannelHandler(_) | Object::Thread(_) => return Err(Error::InvalidArgument),
    };
    let map = caller.memory();
    let limit = services.system.max_transfer_bytes;
    let request = check::<DOOR, P>(port, &map, (send, send_length), Access::Read, limit)?;
    let room = (receive, receive_length);
    let response = check::<DOOR, P>(port, &map, room, Access::Write, LIST_FLAG)?;
    Ok(Start { ends, request, response })
}
