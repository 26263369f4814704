//! States that mean the same, made equal: for tools that visit many of them (the explorer).
//!
//! The kernel counts calls and leaves in its tables what it will not look at again. Neither is anything
//! that a program could tell, so a tool may take both away between two steps.

use guichet_abi::{Message, Results};

use super::queue::position;
use super::{Endpoint, QueuedMessage};
use crate::exchange::{Exchange, Rights};
use crate::id::ExchangeIndex;
use crate::memory::Buffer;
use crate::object::EndpointDescriptor;
use crate::thread::{Thread, ThreadState};

impl Endpoint {
    /// The places in which messages stand, counted from the endpoint's first, the oldest message's in
    /// front.
    pub fn places(&self, declared: &EndpointDescriptor) -> impl Iterator<Item = u16> {
        (0..self.count).map(|behind| position(declared, self.first, behind))
    }
}

impl QueuedMessage {
    /// How long it is, in bytes.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// What its receiver is told: the sender's badge and incarnation, and the reply right or 0.
    pub fn envelope(&self) -> (u32, u32, u32) {
        (self.badge, self.incarnation, self.reply)
    }

    /// The same with another reply right.
    pub fn with_reply(self, reply: u32) -> QueuedMessage {
        QueuedMessage { reply, ..self }
    }
}

impl Exchange {
    /// The reply right of its present call, or of its latest.
    pub fn right(&self) -> u32 {
        self.right
    }

    /// The same with this reply right, without the place for an answer that nobody waits for, and with
    /// this message instead of one that its thread, which is in this state, has no more use for.
    pub fn with(&self, right: u32, state: ThreadState, message: Message) -> Exchange {
        let is_kept =
            matches!(state, ThreadState::Sending { .. } | ThreadState::ReturningMessage(_));
        Exchange {
            right,
            message: if is_kept { self.message } else { message },
            answer: if self.is_open { self.answer } else { Buffer::EMPTY },
            ..self.clone()
        }
    }
}

impl Thread {
    /// Gives what it is owed, if it is a message, another reply right.
    pub fn rename_reply(&mut self, rename: impl Fn(u32) -> u32) {
        if let ThreadState::ReturningMessage(results) = &mut self.state {
            *results = with_reply(*results, rename);
        }
    }
}

/// The reply right of an exchange after so many calls, where there are so many exchanges.
pub fn reply_right(exchange: ExchangeIndex, exchanges: usize, calls: u32) -> u32 {
    let rights = Rights::of(exchanges);
    (0..calls).fold(Rights::first(exchange, 0), |right, _| rights.after(right))
}

/// The exchange that a reply right names, where there are so many; any word is possible here.
pub fn exchange_of(right: u32, exchanges: usize) -> ExchangeIndex {
    Rights::of(exchanges).exchange(right)
}

/// The results of a receive, with another reply right.
pub fn with_reply(results: Results, rename: impl Fn(u32) -> u32) -> Results {
    let reply = u32::try_from(results.value1).map(rename);
    let value1 = reply.ok().and_then(|reply| usize::try_from(reply).ok());
    Results { value1: value1.unwrap_or(results.value1), ..results }
}
