//! The door: a call and its answer, when nothing about them is unusual (EP-7, EP-8).
//!
//! A client calls, a server answers and waits for the next call: these two are what a system of
//! servers does all day. Both are here once more, as a straight line that checks everything, then
//! commits, calls nothing out of line, and says `None`, having changed nothing, to whatever the general way
//! is there for. Of a message of words no buffer is looked at and nothing is copied: they never leave their
//! registers. That is a constant parameter and not a function of its own, so that the two ways cannot
//! come to mean different things.
//!
//! What a thread that waits to receive tells of its endpoint need not be asked: it is open and empty, and
//! its process runs. And it is bound to nobody, else the registers were guarded.

use guichet_abi::{Arguments, MAX_MESSAGE_WORDS, Message, OK, Results, split_handle};

use super::{Endpoints, REGISTER_BYTES, WORD_BYTES, words_of};
use crate::event::success;
use crate::id::{TableIndex, ThreadIndex};
use crate::memory::{Buffer, Grant};
use crate::object::Object;
use crate::port::Port;
use crate::services::Services;
use crate::thread::{ThreadList, ThreadState};
use crate::time::Instant;

/// Who goes on, and with what.
type Answer = Option<(ThreadIndex, Results, Message)>;

impl Endpoints<'_> {
    /// Gives a call to the one thread that waits for a message, and runs it (EP-7). With `WORDS` the message
    /// and its answer are in registers (EP-8).
    #[inline(always)]
    pub(crate) fn call_at_door<P: Port, const WORDS: bool>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Answer {
        let &[first, second, third, fourth, fifth, sixth, seventh] = arguments;
        let (handle, count) = if WORDS { split_handle(first) } else { (first, 0) };
        let caller = services.caller();
        let Object::EndpointSender(end) = caller.object(handle).ok()? else {
            return None;
        };
        let receiver = &end.receiver;
        let length = if WORDS { count.wrapping_mul(WORD_BYTES) } else { third };
        if length > usize::from(receiver.max_message_bytes) || !end.may_call {
            return None;
        }
        let (from, answer, (low, high)) = if WORDS {
            let is_clean = is_clean(arguments, count);
            let from = if is_clean { Grant::EMPTY } else { return None };
            (from, Buffer::registers(REGISTER_BYTES), (second, third))
        } else {
            let from = services.memories.of(caller.process).readable_grant(second, third)?;
            let answer = services.memories.of(caller.process).own_grant(fourth, fifth)?;
            (from, Buffer::flat(answer), (sixth, seventh))
        };
        let is_guarded = !WORDS && !self.entries.get(receiver.index)?.bound.is_none();
        let waits = &mut services.waits;
        let deadline = Instant::from_words(low, high);
        if is_guarded || !waits.is_quiet(port, deadline) {
            return None;
        }
        let list = waits.lists.get_mut(receiver.wait_list)?;
        let (current, waiter) = (waits.scheduler.current, list.head());
        let running = waits.declared.get(waiter.position())?;
        let thread = waits.threads.get_mut(waiter)?;
        let (first, ordinal) = (caller.process.first_exchange, caller.thread.ordinal);
        let exchange = services.exchanges.get_behind_mut(first, ordinal)?;
        let incarnation = exchange.incarnation;
        let ThreadState::Receiving { ref room, .. } = thread.state else {
            return None;
        };
        if !thread.next.is_none()
            || caller.thread.priority > thread.priority
            || waits.scheduler.is_ready_or_lent(thread.priority)
        {
            return None;
        }
        if WORDS {
            if !room.is_open_registers(REGISTER_BYTES) {
                return None;
            }
        } else {
            // The room is as long as any message.
            let room = room.flat_grant(receiver.process)?;
            port.copy(from, room.part(0, length)).ok()?;
        }
        thread.take_over();
        *list = ThreadList::EMPTY;
        let right = self.rights.after(exchange.right);
        exchange.begin_call(right, answer);
        exchange.received(receiver.process, waiter);
        waits.leave(current, ThreadState::Calling(receiver.index), deadline);
        waits.enter(waiter, running);
        let value1 = usize::try_from(right).unwrap_or(0);
        let results = Results { status: OK, value0: length, value1 };
        let words = message_words::<WORDS>(arguments);
        Some((waiter, results, Message { badge: end.badge, incarnation, words }))
    }

    /// Answers a call, blocks the caller until the next message, and runs the one who has called, who is as
    /// important as anybody (EP-7).
    #[inline(always)]
    pub(crate) fn reply_and_receive_at_door<P: Port, const WORDS: bool>(
        &mut self,
        services: &mut Services<'_>,
        port: &mut P,
        arguments: &Arguments,
    ) -> Answer {
        let &[first, right, address, length, room, room_length, _] = arguments;
        let (handle, count) = if WORDS { split_handle(first) } else { (first, 0) };
        let caller = services.caller();
        let Object::EndpointReceiver(end) = caller.object(handle).ok()? else {
            return None;
        };
        let right = u32::try_from(right).ok()?;
        let exchange = self.rights.exchange_mut(&mut services.exchanges, right)?;
        // A call that is not open is nobody's.
        if exchange.right != right || exchange.holder != caller.process.index {
            return None;
        }
        let entry = self.entries.get(end.index)?;
        if entry.count != 0 || entry.is_closed || !entry.bound.is_none() {
            return None;
        }
        let (from, room, length) = if WORDS {
            if !exchange.answer.is_open_registers(REGISTER_BYTES) || !is_clean(arguments, count) {
                return None;
            }
            let room = Buffer::registers(REGISTER_BYTES);
            (Grant::EMPTY, room, count.wrapping_mul(WORD_BYTES))
        } else {
            if length > services.max_transfer_bytes {
                return None;
            }
            let from = services.memories.of(caller.process).readable_grant(address, length)?;
            let room = services.memories.of(caller.process).own_grant(room, room_length)?;
            (from, Buffer::flat(room), length)
        };
        let room_bytes = if WORDS { REGISTER_BYTES } else { room_length };
        if usize::from(end.max_message_bytes) > room_bytes {
            return None;
        }
        let waits = &mut services.waits;
        let (current, next) = (waits.scheduler.current, exchange.thread);
        let running = waits.declared.get(next.position())?;
        let list = waits.lists.get_mut(end.wait_list)?;
        let thread = waits.threads.get_mut(next)?;
        if !list.is_empty() || waits.scheduler.is_ready_or_lent(thread.priority) {
            return None;
        }
        if !WORDS {
            let to = exchange.answer.flat_grant(running.process.index)?.first(length)?;
            port.copy(from, to).ok()?;
        }
        thread.take_over();
        exchange.end_call();
        *list = ThreadList::of(current);
        let state = ThreadState::Receiving { list: end.wait_list, room };
        waits.leave(current, state, Instant::NEVER);
        waits.enter(next, running);
        let words = message_words::<WORDS>(arguments);
        Some((next, success(length), Message { badge: 0, incarnation: 0, words }))
    }
}

/// The words of a message: those of the call, if it has any.
#[inline(always)]
fn message_words<const WORDS: bool>(arguments: &Arguments) -> [u32; MAX_MESSAGE_WORDS] {
    if WORDS { words_of(arguments) } else { [0; MAX_MESSAGE_WORDS] }
}

/// Tells whether there are no more words than registers, and whether those behind the first `count` are zero,
/// as those of a message must be: then they can stay where they are.
#[inline(always)]
fn is_clean(arguments: &Arguments, count: usize) -> bool {
    if count == MAX_MESSAGE_WORDS {
        return true;
    }
    let &[.., first, second, third, fourth] = arguments;
    let rest = |word: usize, place| if place < count { 0 } else { word };
    count < MAX_MESSAGE_WORDS && (rest(first, 0) | rest(second, 1) | rest(third, 2) | fourth) == 0
}
