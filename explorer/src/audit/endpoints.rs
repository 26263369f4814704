//! What stands in the queues.

use super::Case;
use crate::invariant::{Invariant, Violation};
use crate::oracle::endpoints::{Endpoint, Queued};
use crate::situation::Letter;

impl Case<'_> {
    /// EP-3, EP-5, EP-12: whatever was accepted and not received, and nothing else.
    pub(super) fn check_queues(&self, violations: &mut Vec<Violation>) {
        let right = self.settled.endpoints.iter().map(|endpoint| self.letters(endpoint));
        for (at, (seen, right)) in self.taken.seen.queues.iter().zip(right).enumerate() {
            if *seen == right {
                continue;
            }
            let capacity = self.settled.endpoints[at].capacity;
            let observation = format!(
                "endpoint {at}, with {capacity} places, holds {seen:x?}, but should hold {right:x?}"
            );
            violations.push(Violation::new(Invariant::QueueAsSent, observation));
        }
    }

    fn letters(&self, endpoint: &Endpoint) -> Vec<Letter> {
        let letter = |Queued { bytes, note }: &Queued| {
            let reply = note.right.map_or(0, |right| self.declared.right(right));
            (note.badge, note.incarnation, reply, bytes.clone())
        };
        endpoint.queue.iter().map(letter).collect()
    }
}
