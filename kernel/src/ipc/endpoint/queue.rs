//! The queue of an endpoint: places in a ring, and the threads that wait for one.
//!
//! While a thread waits to receive, the queue is empty; while one waits for room, it is full. Both are
//! kept true by whoever changes the queue, so a call looks at one of them only.

use guichet_abi::{Error, Results};

use super::{
    Content, Endpoints, Envelope, Means, Outgoing, QueuedMessage, Source, deliver, envelope, lend,
    load, received,
};
use crate::event::success;
use crate::id::{TableIndex, ThreadIndex};
use crate::memory::Buffer;
use crate::object::{EndpointDescriptor, Object, ReceiverDescriptor};
use crate::port::Port;
use crate::services::Services;
use crate::thread::ThreadState;

impl Endpoints<'_> {
    /// Puts a message at the end of the queue. Tells whether there was room. PermissionDenied if the
    /// sender's memory has gone bad (AB-8).
    pub(super) fn append<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        outgoing: &Outgoing<'_>,
        envelope: Envelope,
    ) -> Result<bool, Error> {
        let index = outgoing.end.receiver.index;
        let declared = means.services.system.endpoint(index).ok_or(Error::Internal)?;
        let entry = self.entries.get_mut(index).ok_or(Error::Internal)?;
        if entry.count >= declared.capacity {
            return Ok(false);
        }
        let place = position(declared, entry.first, entry.count);
        let length = outgoing.message.buffer.message_length();
        let registers = outgoing.message.bytes();
        let source = outgoing.message.source(outgoing.end.process, &registers);
        let bytes = bytes_at(self.bytes, declared, place, length).ok_or(Error::Internal)?;
        load(means, source, bytes).map_err(|_| Error::PermissionDenied)?;
        entry.count = entry.count.wrapping_add(1);
        if let Some(message) = self.messages.get_at_mut(message_at(declared, place)) {
            let Envelope { badge, incarnation, reply } = envelope;
            let length = u32::try_from(length).unwrap_or(0);
            *message = QueuedMessage { length, reply, badge, incarnation };
        }
        Ok(true)
    }

    /// Gives the caller the oldest message, if there is one; the place that becomes free goes to
    /// whoever waits for one, and the last message of a closed endpoint leaves ERROR behind.
    /// PermissionDenied if the caller's memory has gone bad: the message stays.
    pub(super) fn take_first<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        end: &ReceiverDescriptor,
        room: &Buffer,
    ) -> Result<Option<Results>, Error> {
        let declared = means.services.system.endpoint(end.index).ok_or(Error::Internal)?;
        let entry = self.entries.get_mut(end.index).ok_or(Error::Internal)?;
        if entry.count == 0 {
            return Ok(None);
        }
        let place = entry.first;
        let message = self.messages.get_at(message_at(declared, place)).ok_or(Error::Internal)?;
        let &QueuedMessage { length, reply, badge, incarnation } = message;
        let length = usize::try_from(length).unwrap_or(0);
        let bytes = bytes_at(self.bytes, declared, place, length).ok_or(Error::Internal)?;
        let current = means.services.waits.current();
        deliver(means, Source::Kernel(bytes), (current, end.process), room, length)
            .map_err(|_| Error::PermissionDenied)?;
        entry.first = position(declared, place, 1);
        entry.count = entry.count.wrapping_sub(1);
        let envelope = Envelope { badge, incarnation, reply };
        let results = received(means.services, current, length, envelope);
        self.take_over_call(means, end, reply);
        self.admit_blocked(means, end);
        self.show_emptied(means.services, end);
        Ok(Some(results))
    }

    /// The caller has received the message of a call: the right to answer it becomes its process's, unless the
    /// call is open no more (EP-7, EP-12).
    fn take_over_call<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        end: &ReceiverDescriptor,
        reply: u32,
    ) {
        let current = means.services.waits.current();
        let exchange = means.services.exchanges.get_mut(self.rights.exchange(reply));
        if let Some(exchange) = exchange
            && exchange.is_open
            && exchange.right == reply
        {
            exchange.received(end.process, current);
            let caller = exchange.thread;
            lend(means, caller, current);
        }
    }

    /// Fills what room there is from the threads that wait for it, the most important first (EP-5).
    /// One whose memory has gone bad bears that, and the next one is tried (AB-8).
    pub(super) fn admit_blocked<P: Port>(
        &mut self,
        means: &mut Means<'_, '_, P>,
        end: &ReceiverDescriptor,
    ) {
        while let Some((thread, outgoing, reply)) = next_blocked(means.services, end) {
            let envelope = envelope(means.services, outgoing.end, reply);
            match self.append(means, &outgoing, envelope) {
                Ok(false) => return,
                Ok(true) if reply != 0 => {
                    means.services.waits.block_on(thread, ThreadState::Calling(end.index));
                }
                Ok(true) => means.services.waits.complete(thread, success(0)),
                Err(error) => refuse(means.services, thread, error),
            }
        }
        self.show_room(means.services, end);
    }
}

/// Ends the wait of a thread for room with an error, and with it its call.
pub(super) fn refuse(services: &mut Services<'_>, thread: ThreadIndex, error: Error) {
    if let Some(exchange) = services.exchange_mut(thread) {
        exchange.end_call();
    }
    services.waits.fail(thread, error);
}

/// The most important thread that waits for room at an endpoint, what it sends, and the reply right
/// of its call, or 0.
fn next_blocked<'s>(
    services: &Services<'s>,
    end: &ReceiverDescriptor,
) -> Option<(ThreadIndex, Outgoing<'s>, u32)> {
    let thread = services.waits.most_important(end.blocked_list);
    let state = services.waits.threads.get(thread)?.state;
    let ThreadState::Sending { handle, message: buffer, .. } = state else {
        return None;
    };
    let objects = services.system.thread(thread)?.process.objects;
    let Some(Object::EndpointSender(end)) = objects.get(usize::from(handle)) else {
        return None;
    };
    let exchange = services.exchange(thread)?;
    let reply = if exchange.is_open { exchange.right } else { 0 };
    let message = Content { buffer, words: exchange.message.words };
    Some((thread, Outgoing { end, handle, message }, reply))
}

/// The place so many behind another, round the ring.
pub(super) fn position(declared: &EndpointDescriptor, first: u16, behind: u16) -> u16 {
    let place = first.wrapping_add(behind);
    if place >= declared.capacity { place.wrapping_sub(declared.capacity) } else { place }
}

/// The position of what stands beside the message at this place.
fn message_at(declared: &EndpointDescriptor, place: u16) -> usize {
    declared.first_message.position().wrapping_add(usize::from(place))
}

/// The first `length` bytes of this place.
fn bytes_at<'b>(
    bytes: &'b mut [u8],
    declared: &EndpointDescriptor,
    place: u16,
    length: usize,
) -> Option<&'b mut [u8]> {
    let first = usize::try_from(declared.first_byte).ok()?;
    let start = first.wrapping_add(usize::from(place).wrapping_mul(declared.message_stride()));
    bytes.get_mut(start..start.wrapping_add(length))
}
