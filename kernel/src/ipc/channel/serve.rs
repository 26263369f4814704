//! A handler's calls.

use guichet_abi::{Arguments, Error, LIST_FLAG, Results};

use super::{Channels, Transaction, received, word};
use crate::event::{Ending, success};
use crate::id::{HandlerIndex, InitiatorIndex, ThreadIndex};
use crate::memories::Memories;
use crate::memory::Buffer;
use crate::object::{HandlerDescriptor, InitiatorDescriptor, Object};
use crate::port::{Port, Side};
use crate::region::Access;
use crate::services::{Caller, Services, is_past};
use crate::thread::ThreadState;
use crate::time::Instant;
use crate::transfer::{End, check, transfer};

/// An answer that has passed every check and only needs to be copied, and its transaction ended.
struct Answer<'s> {
    handler: &'s HandlerDescriptor,
    ends: &'s InitiatorDescriptor,
    from: Buffer,
    to: Buffer,
}

impl Answer<'_> {
    fn copy<P: Port>(&self, memories: &Memories<'_>, port: &mut P) -> Result<(), Side> {
        let source = End::whole(self.handler.process, &self.from);
        let destination = End::whole(self.ends.process, &self.to);
        transfer(memories, port, source, destination, self.from.length())
    }
}

impl Channels<'_> {
    /// Copies from the request (CH-3). With `exact`, the request must fill the buffer.
    pub(crate) fn read<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
        exact: bool,
    ) -> Ending {
        let &[handle, offset, address, length_word, ..] = arguments;
        let caller = services.caller();
        let declared = handler_of(&caller, handle)?;
        let room =
            check(port, services.memory(), (address, length_word), Access::Write, LIST_FLAG)?;
        let index = self.choose(&caller, services.waits.current(), declared.index)?;
        let request = self.request(index)?;
        let rest = request.length().checked_sub(offset).ok_or(Error::OutOfRange)?;
        if exact && rest < room.length() {
            return Err(Error::OutOfRange);
        }
        let length = rest.min(room.length());
        let sender = services.system.initiator(index).ok_or(Error::Internal)?.process;
        let source = End { offset, ..End::whole(sender, &request) };
        let destination = End::whole(caller.process.index, &room);
        match transfer(&services.memories, port, source, destination, length) {
            Ok(()) => {}
            Err(Side::Destination) => return Err(Error::PermissionDenied),
            Err(Side::Source) => {
                self.blame_initiator(services, port, index);
                return Err(Error::Unavailable);
            }
        }
        let before = self.answerer(services, declared);
        self.serve(declared, index, services.waits.current());
        self.settle(services, declared, before);
        Ok(Some(success(length)))
    }

    /// Whose transaction it is that the caller serves (CH-12).
    #[inline(never)]
    pub(crate) fn badge(&self, services: &Services<'_>, arguments: &Arguments) -> Ending {
        let declared = handler_of(&services.caller(), arguments[0])?;
        let handler = self.handlers.get(declared.index).ok_or(Error::Internal)?;
        let served = services.system.initiator(handler.served).ok_or(Error::Unavailable)?;
        if handler.server != services.waits.current() {
            return Err(Error::FailedPrecondition);
        }
        Ok(Some(success(word(served.badge))))
    }

    /// Makes a transaction the one that a thread serves, which may serve it already.
    fn serve(&mut self, declared: &HandlerDescriptor, index: InitiatorIndex, thread: ThreadIndex) {
        self.dequeue(declared.index, index);
        if let Some(handler) = self.handlers.get_mut(declared.index) {
            handler.served = index;
            handler.server = thread;
        }
    }

    /// Copies the response and ends the transaction (CH-4).
    #[inline(always)]
    pub(crate) fn respond<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Ending {
        let &[handle, address, length_word, ..] = arguments;
        let response = (address, length_word);
        let answer = self.check_answer(services, port, handle, response)?;
        self.deliver(services, port, &answer, false)?;
        Ok(Some(success(0)))
    }

    /// Takes the transaction that waits, or blocks until there is one, and copies what fits of its
    /// request (CH-10).
    #[inline(always)]
    pub(crate) fn receive<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Ending {
        let &[handle, address, length_word, low, high, ..] = arguments;
        let deadline = Instant::from_words(low, high);
        let receive = self.check_receive(services, port, handle, (address, length_word))?;
        self.take_next(services, port, receive, deadline)
    }

    /// Answers, and goes on as a receive (CH-10).
    #[inline(always)]
    pub(crate) fn respond_and_receive<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Ending {
        let &[handle, address, length_word, room, room_length, low, high] = arguments;
        let room = check_room(services, port, (room, room_length))?;
        let answer = self.check_answer(services, port, handle, (address, length_word))?;
        self.deliver(services, port, &answer, true)?;
        let deadline = Instant::from_words(low, high);
        self.take_next(services, port, (answer.handler, room), deadline)
    }

    fn check_answer<'s, P: Port>(
        &mut self,
        services: &Services<'s>,
        port: &mut P,
        handle: usize,
        (address, length_word): (usize, usize),
    ) -> Result<Answer<'s>, Error> {
        let caller = services.caller();
        let handler = handler_of(&caller, handle)?;
        let limit = services.max_transfer_bytes;
        let from = check(port, services.memory(), (address, length_word), Access::Read, limit)?;
        let index = self.choose(&caller, services.waits.current(), handler.index)?;
        let initiator = self.initiators.get(index).ok_or(Error::Internal)?;
        let Transaction::Pending { response: to, .. } = initiator.transaction else {
            return Err(Error::Internal);
        };
        if from.length() > to.length() {
            return Err(Error::OutOfRange);
        }
        let ends = services.system.initiator(index).ok_or(Error::Internal)?;
        Ok(Answer { handler, ends, from, to })
    }

    /// Copies the response and ends the transaction. If the caller `goes_on` to receive, it is the one that
    /// answers for the next one already.
    fn deliver<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        answer: &Answer<'_>,
        goes_on: bool,
    ) -> Result<(), Error> {
        match answer.copy(&services.memories, port) {
            Ok(()) => {
                let before = self.answerer(services, answer.handler);
                if goes_on && let Some(handler) = self.handlers.get_mut(answer.handler.index) {
                    handler.attendant = services.waits.current();
                }
                let results = success(answer.from.length());
                self.conclude(services, port, answer.ends.index, results, before);
                Ok(())
            }
            Err(Side::Source) => Err(Error::PermissionDenied),
            Err(Side::Destination) => {
                self.blame_initiator(services, port, answer.ends.index);
                Err(Error::Unavailable)
            }
        }
    }

    /// Checks a receive. What the caller served and lost lies behind it (CH-5a); what it serves
    /// still, it must answer first.
    fn check_receive<'s, P: Port>(
        &mut self,
        services: &Services<'s>,
        port: &mut P,
        handle: usize,
        room: (usize, usize),
    ) -> Result<(&'s HandlerDescriptor, Buffer), Error> {
        let caller = services.caller();
        let end = handler_of(&caller, handle)?;
        let room = check_room(services, port, room)?;
        let handler = self.handlers.get_mut(end.index).ok_or(Error::Internal)?;
        if handler.server == services.waits.current() {
            return Err(Error::FailedPrecondition);
        }
        handler.stale.remove(caller.thread.ordinal);
        Ok((end, room))
    }

    /// Gives the caller the transaction that is next, or blocks it until there is one.
    fn take_next<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        (end, room): (&HandlerDescriptor, Buffer),
        deadline: Instant,
    ) -> Ending {
        let before = self.answerer(services, end);
        let handler = self.handlers.get_mut(end.index).ok_or(Error::Internal)?;
        handler.attendant = services.waits.current();
        let taken = self.take_first(services, port, (end, room));
        self.settle(services, end, before);
        if let Some(results) = taken? {
            return Ok(Some(results));
        }
        if is_past(port, deadline) {
            return Err(Error::DeadlineExceeded);
        }
        let state = ThreadState::Receiving { list: end.wait_list, room };
        services.waits.block(port, state, deadline);
        Ok(None)
    }

    /// Makes the caller serve the transaction that is next, if there is one. An initiator whose memory
    /// has gone bad is passed over (AB-8).
    fn take_first<P: Port>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        (end, room): (&HandlerDescriptor, Buffer),
    ) -> Ending {
        loop {
            let head = self.head(end.index)?;
            if head.is_none() {
                return Ok(None);
            }
            match self.take(services, port, (end, head), &room) {
                Ok(results) => return Ok(Some(results)),
                Err(Side::Destination) => return Err(Error::PermissionDenied),
                Err(Side::Source) => self.drop_waiting(services, head),
            }
        }
    }

    /// The transaction that a receive would be given, or NONE.
    fn head(&self, index: HandlerIndex) -> Result<InitiatorIndex, Error> {
        let handler = self.handlers.get(index).ok_or(Error::Internal)?;
        let is_free = handler.served.is_none();
        Ok(if is_free { handler.pending } else { InitiatorIndex::NONE })
    }

    /// Makes the caller serve a transaction that waits, with what fits of its request in `room`.
    fn take<P: Port>(
        &mut self,
        services: &Services<'_>,
        port: &mut P,
        (end, head): (&HandlerDescriptor, InitiatorIndex),
        room: &Buffer,
    ) -> Result<Results, Side> {
        let ends = services.system.initiator(head).ok_or(Side::Source)?;
        let request = self.request(head).map_err(|_| Side::Source)?;
        let length = request.length().min(room.length());
        let source = End::whole(ends.process, &request);
        let destination = End::whole(end.process, room);
        transfer(&services.memories, port, source, destination, length)?;
        self.serve(end, head, services.waits.current());
        Ok(received(request.length(), ends.badge))
    }

    /// The transaction that the caller's read or respond acts on (CH-5a).
    fn choose(
        &mut self,
        caller: &Caller<'_>,
        thread: ThreadIndex,
        handler: HandlerIndex,
    ) -> Result<InitiatorIndex, Error> {
        let handler = self.handlers.get_mut(handler).ok_or(Error::Internal)?;
        if handler.stale.remove(caller.thread.ordinal) {
            return Err(Error::Unavailable);
        }
        if !handler.served.is_none() {
            let by_caller = handler.server == thread;
            return if by_caller { Ok(handler.served) } else { Err(Error::FailedPrecondition) };
        }
        if handler.pending.is_none() { Err(Error::Unavailable) } else { Ok(handler.pending) }
    }

    /// The request of a transaction that is under way.
    pub(super) fn request(&self, index: InitiatorIndex) -> Result<Buffer, Error> {
        match self.initiators.get(index).map(|initiator| &initiator.transaction) {
            Some(Transaction::Pending { request, .. }) => Ok(*request),
            Some(Transaction::Idle | Transaction::Unanswered | Transaction::Complete(_)) | None => {
                Err(Error::Internal)
            }
        }
    }
}

/// The handler's end that a handle names: InvalidArgument for any other object.
fn handler_of<'s>(caller: &Caller<'s>, handle: usize) -> Result<&'s HandlerDescriptor, Error> {
    match caller.object(handle)? {
        Object::ChannelHandler(end) => Ok(end),
        Object::ChannelInitiator(_)
        | Object::TimedInitiator { .. }
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

/// Checks the place for a request, which may be of any length.
fn check_room<P: Port>(
    services: &Services<'_>,
    port: &mut P,
    room: (usize, usize),
) -> Result<Buffer, Error> {
    check(port, services.memory(), room, Access::Write, LIST_FLAG)
}
