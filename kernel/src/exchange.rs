//! What a thread keeps for endpoints: the message that is in its registers, and its call.
//!
//! A message of a few words travels in registers (EP-8). A thread that does not run has none, so
//! the words stand here, between the moment when they are sent or delivered and the one when they
//! are taken or the thread goes on.
//!
//! A call leaves the caller one thing to remember, where the answer goes, and the receiver another,
//! the right to give it. Both are here too, because a thread has one call at most: a reply right
//! is a number that names the caller's exchange and counts its calls, so it needs no table of its
//! own, cannot run out, and fits nobody but the process that has received that one call. The
//! count comes round after 2^32 calls divided by the number of exchanges.

use guichet_abi::{MAX_MESSAGE_WORDS, Message};

use crate::id::{ExchangeIndex, ProcessIndex, Table, TableIndex, ThreadIndex};
use crate::memory::Buffer;

/// What a thread keeps for endpoints. A power of two in size, so that finding one is cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[repr(align(64))]
pub struct Exchange {
    /// The reply right of its present call, or of its latest.
    pub(crate) right: u32,
    /// The thread whose this is.
    pub(crate) thread: ThreadIndex,
    /// Which life of its process it is in (PR-1), at hand.
    pub(crate) incarnation: u32,
    /// The process that has received its call and may answer it; NONE before that, and without a
    /// call.
    pub(crate) holder: ProcessIndex,
    /// The thread that has received its call, while it lives.
    pub(crate) server: ThreadIndex,
    /// It has a call that has not ended.
    pub(crate) is_open: bool,
    /// Where the answer to its call goes.
    pub(crate) answer: Buffer,
    /// The message that it sends while it blocks, or that it is given when it goes on.
    pub(crate) message: Message,
}

impl Exchange {
    /// An exchange of nobody.
    pub const IDLE: Exchange = Exchange {
        right: 0,
        thread: ThreadIndex::NONE,
        incarnation: 0,
        holder: ProcessIndex::NONE,
        server: ThreadIndex::NONE,
        is_open: false,
        answer: Buffer::EMPTY,
        message: Message { badge: 0, incarnation: 0, words: [0; MAX_MESSAGE_WORDS] },
    };

    /// A call begins, with this reply right.
    #[inline(always)]
    pub(crate) fn begin_call(&mut self, right: u32, answer: Buffer) {
        self.right = right;
        self.answer = answer;
        self.is_open = true;
    }

    /// The call has been received.
    #[inline(always)]
    pub(crate) fn received(&mut self, holder: ProcessIndex, server: ThreadIndex) {
        self.holder = holder;
        self.server = server;
    }

    /// The call has ended, if there is one. Gives the thread that has received it, or NONE.
    #[inline(always)]
    pub(crate) fn end_call(&mut self) -> ThreadIndex {
        self.is_open = false;
        self.holder = ProcessIndex::NONE;
        core::mem::replace(&mut self.server, ThreadIndex::NONE)
    }

    /// The same without the message, which means nothing once its thread has it: for tools that compare.
    pub fn without_message(&self) -> Exchange {
        Exchange { message: Self::IDLE.message, ..self.clone() }
    }

    /// The same, had its thread made so many calls before, `exchanges` being how many there are: for
    /// tools that look at calls without end.
    pub fn after_calls(&self, calls: u32, exchanges: usize) -> Exchange {
        let rights = Rights::of(exchanges);
        let index = self.right & rights.mask;
        let right = rights.step().wrapping_mul(calls).wrapping_add(index);
        Exchange { right, ..self.clone() }
    }
}

/// How reply rights are numbered: which exchange in the low bits, and above them which of its calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rights {
    /// The low bits, in which the exchange stands.
    mask: u32,
}

impl Rights {
    /// The numbers of a system with so many exchanges. Each stands in them as one more than its index, so
    /// that no number is zero, which stands for none.
    pub(crate) fn of(exchanges: usize) -> Rights {
        let count = u32::try_from(exchanges).unwrap_or(0).saturating_add(1);
        Rights { mask: count.checked_next_power_of_two().unwrap_or(1).wrapping_sub(1) }
    }

    /// The number before the first call of the exchange so many places behind another.
    pub(crate) fn first(exchange: ExchangeIndex, places: u8) -> u32 {
        let place = u32::try_from(exchange.position()).unwrap_or(0);
        place.wrapping_add(u32::from(places)).wrapping_add(1)
    }

    /// From one call of an exchange to the next.
    #[inline(always)]
    fn step(self) -> u32 {
        self.mask.wrapping_add(1)
    }

    /// The exchange that a number names, if there is one; any word is possible here.
    #[inline(always)]
    pub(crate) fn exchange_mut<'e>(
        self,
        exchanges: &'e mut Exchanges<'_>,
        right: u32,
    ) -> Option<&'e mut Exchange> {
        let place = (right & self.mask).wrapping_sub(1);
        exchanges.get_at_mut(usize::try_from(place).ok()?)
    }

    /// The number of the exchange that a number names.
    #[inline(always)]
    pub(crate) fn exchange(self, right: u32) -> ExchangeIndex {
        // Their number is no greater than that of threads, so none of them is cut.
        ExchangeIndex::of_low_bits((right & self.mask).wrapping_sub(1))
    }

    /// The number after `right`.
    #[inline(always)]
    pub(crate) fn after(self, right: u32) -> u32 {
        right.wrapping_add(self.step())
    }
}

pub(crate) type Exchanges<'s> = Table<'s, ExchangeIndex, Exchange>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_names_its_exchange_and_never_none() {
        for exchanges in [1, 2, 3, 4, 5, 8_160] {
            let rights = Rights::of(exchanges);
            for index in [0, exchanges - 1] {
                let mut right = Rights::first(ExchangeIndex::new(index), 0);
                for _ in 0..3 {
                    right = rights.after(right);
                    assert_ne!(right, 0);
                    assert_eq!(rights.exchange(right), ExchangeIndex::new(index));
                }
            }
        }
        let rights = Rights::of(4);
        assert_eq!(rights.after(u32::MAX), 7);
        assert!(rights.exchange(0).is_none());
    }
}
