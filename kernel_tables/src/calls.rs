//! Endpoints as whoever looks at many states wants to see them: calls counted anew after each step,
//! and nothing in the tables that the kernel will never look at again.

use guichet_abi::Message;
use guichet_kernel::{
    Action, EndpointDescriptor, EndpointIndex, ExchangeIndex, Outcome, QueuedMessage, System,
    TableIndex, ThreadIndex, ThreadState, exchange_of, reply_right, with_reply,
};

use crate::KernelTables;

/// Stands where a message was that nobody may be shown any more: somebody who is shown it was shown
/// what he should not be.
const SPENT: u32 = 0xDEAD_C0DE;

/// The reply right that an exchange has after [`KernelTables::forget_calls`]: that of its latest call,
/// or what all rights of earlier calls have become.
pub fn right(exchange: ExchangeIndex, exchanges: usize, is_latest: bool) -> u32 {
    reply_right(exchange, exchanges, if is_latest { 2 } else { 1 })
}

impl KernelTables {
    /// The messages in the queue of an endpoint, the oldest in front, each with its bytes.
    pub fn queue(&self, declared: &EndpointDescriptor) -> Vec<(QueuedMessage, Vec<u8>)> {
        let Some(entry) = self.endpoints.get(declared.receiver.index.position()) else {
            return Vec::new();
        };
        let message = |place: u16| {
            let message = self.messages[declared.first_message.position() + usize::from(place)];
            let start = first_byte(declared, place);
            (message, self.message_bytes[start..start + message.length() as usize].to_vec())
        };
        entry.places(declared).map(message).collect()
    }

    /// Takes all calls that a thread has behind it for one, and takes away what is of no more use: a
    /// state means the same however many calls there were, and whatever was in a place that is free.
    /// The outcome of the step that led here is told the same way.
    pub fn forget_calls(&mut self, system: &System<'_>, outcome: &mut Outcome) {
        let rights: Vec<u32> = self.exchanges.iter().map(|exchange| exchange.right()).collect();
        let rename = |reply: u32| match reply {
            0 => 0,
            _some => {
                let exchange = exchange_of(reply, rights.len());
                let is_latest = rights.get(exchange.position()) == Some(&reply);
                right(exchange, rights.len(), is_latest)
            }
        };
        for thread in &mut self.threads {
            thread.rename_reply(rename);
        }
        if outcome.action == Action::ReturnMessage {
            outcome.results = with_reply(outcome.results, rename);
        }
        self.forget_messages(system);
        for message in &mut self.messages {
            *message = message.with_reply(rename(message.envelope().2));
        }
        let spent = Message { badge: SPENT, incarnation: SPENT, words: [SPENT; 4] };
        for (number, declared) in system.threads.iter().enumerate() {
            let at = declared.exchange();
            if let Some(exchange) = self.exchanges.get_mut(at.position()) {
                let state = self.threads.get(ThreadIndex::new(number).position());
                let state = state.map_or(ThreadState::Dormant, |thread| thread.state());
                *exchange = exchange.with(right(at, rights.len(), true), state, spent);
            }
        }
    }

    /// Clears the places of all queues in which no message stands.
    fn forget_messages(&mut self, system: &System<'_>) {
        for (number, declared) in system.endpoints.iter().enumerate() {
            let index = EndpointIndex::new(number).position();
            let taken: Vec<u16> = self.endpoints[index].places(declared).collect();
            for place in (0..declared.capacity).filter(|place| !taken.contains(place)) {
                let at = declared.first_message.position() + usize::from(place);
                self.messages[at] = QueuedMessage::NONE;
                let start = first_byte(declared, place);
                self.message_bytes[start..start + declared.message_stride()].fill(0xDE);
            }
        }
    }
}

fn first_byte(declared: &EndpointDescriptor, place: u16) -> usize {
    declared.first_byte as usize + usize::from(place) * declared.message_stride()
}
