//! What a life of a process has with all capsules: buffers, subscriptions, and whose turn it is.

use std::collections::{BTreeMap, BTreeSet};

use super::{Share, Slot};
use crate::capsules::places::{NOTHING, Place};

/// What a life of a process has with capsules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Desk {
    allowed: BTreeMap<Share, Place>,
    subscribed: BTreeMap<Slot, (usize, usize)>,
    /// For each upcall that could have been delivered and was not, those that were meanwhile.
    overtaken: BTreeMap<Slot, BTreeSet<Slot>>,
}

impl Desk {
    pub(super) fn allowed(&self, share: Share) -> Place {
        self.allowed.get(&share).copied().unwrap_or(NOTHING)
    }

    /// Allows a buffer, and gives the one before.
    pub(super) fn allow(&mut self, share: Share, place: Place) -> Place {
        let before = match place {
            NOTHING => self.allowed.remove(&share),
            _some => self.allowed.insert(share, place),
        };
        before.unwrap_or(NOTHING)
    }

    /// The function of an upcall, and what comes with it.
    pub(super) fn subscription(&self, slot: Slot) -> (usize, usize) {
        self.subscribed.get(&slot).copied().unwrap_or((0, 0))
    }

    /// Subscribes, and gives what was subscribed.
    pub(super) fn subscribe(&mut self, slot: Slot, subscription: (usize, usize)) -> (usize, usize) {
        let before = match subscription {
            (0, 0) => self.subscribed.remove(&slot),
            _some => self.subscribed.insert(slot, subscription),
        };
        before.unwrap_or((0, 0))
    }

    /// One of those upcalls that could be delivered has been. Tells whether it was the turn of another: of
    /// one that it had overtaken already.
    pub(super) fn delivered(&mut self, slot: Slot, others: &[Slot]) -> Option<Slot> {
        self.overtaken.remove(&slot);
        let unfair = others.iter().copied().find(|other| {
            let overtakers = self.overtaken.get(other);
            overtakers.is_some_and(|overtakers| overtakers.contains(&slot))
        });
        for other in others {
            self.overtaken.entry(*other).or_default().insert(slot);
        }
        unfair
    }

    /// Somebody waited for this one in particular: nobody's turn is over for it.
    pub(super) fn served(&mut self, slot: Slot) {
        self.overtaken.remove(&slot);
    }

    /// Those upcalls wait that are deliverable; of the others nobody keeps account.
    pub(super) fn keep(&mut self, deliverable: &[Slot]) {
        self.overtaken.retain(|slot, _| deliverable.contains(slot));
    }
}
