//! An initiator's calls.

use guichet_abi::{Arguments, Error, LIST_FLAG};

use super::{Channels, Transaction, received};
use crate::event::{Ending, failure, success};
use crate::id::{HandlerIndex, InitiatorIndex, ThreadIndex};
use crate::memory::Buffer;
use crate::object::{InitiatorDescriptor, Object};
use crate::port::{Port, Side};
use crate::region::Access;
use crate::services::{Caller, Services, is_past};
use crate::thread::ThreadState;
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
        let thread = deadline.map_or(ThreadIndex::NONE, |_| services.waits.current());
        let index = start.ends.index;
        let receiver = self.give(services, port, start.ends, &start.request)?;
        if let Some(initiator) = self.initiators.get_mut(index) {
            let &Start { request, response, .. } = start;
            initiator.transaction = Transaction::Pending { thread, request, response };
        }
        if let Some(deadline) = deadline {
            services.waits.block(port, ThreadState::Transacting(index), deadline);
        }
        self.assign(services, start.ends, receiver, &start.request);
        Ok(())
    }

    /// Makes a transaction served by the thread that was given its request; if there is none, lets it
    /// wait.
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
        if receiver.is_none() {
            handler.pending = ends.index;
            self.raise_handler(services, &ends.handler);
        } else {
            handler.serve(ends.index, receiver);
            services.waits.complete(receiver, received(request.length(), ends.badge));
        }
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
            match transfer(services.system, port, source, destination, length) {
                Ok(()) => return Ok(receiver),
                Err(Side::Source) => return Err(Error::PermissionDenied),
                Err(Side::Destination) => {
                    services.waits.complete(receiver, failure(Error::PermissionDenied));
                }
            }
        }
        Ok(ThreadIndex::NONE)
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
            Ok(receiver) => self.assign(services, ends, receiver, &request),
            Err(_) => self.blame_initiator(services, pending),
        }
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
    let map = caller.memory();
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
        | Object::Interrupt(_) => Err(Error::InvalidArgument),
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
            port.now().saturating_add(*default_ticks)
        }
        Ok(
            Object::ChannelInitiator(_)
            | Object::ChannelHandler(_)
            | Object::Thread(_)
            | Object::Process(_)
            | Object::WaitGroup(_)
            | Object::Interrupt(_),
        )
        | Err(_) => asked,
    }
}
