//! Whose messages an inbox takes.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::{DRIVER, InboxError};
use crate::ProcessId;
use crate::allow::AllowedShared;

const ALLOWLIST: u32 = 1;

/// The list of those whose messages an inbox takes, at most `N` (AM-1). The capsule reads it at each
/// send, so a change counts at once, while the inbox is open too.
#[derive(Debug)]
pub struct Allowlist<const N: usize> {
    /// Each an id with its low byte first in memory, or 0; the capsule skips that.
    ids: [AtomicU32; N],
}

impl<const N: usize> Allowlist<N> {
    /// A list of nobody.
    pub const fn new() -> Self {
        Allowlist { ids: [const { AtomicU32::new(0) }; N] }
    }

    /// Takes messages of this process too. Tells whether it is on the list now: it is not if there was
    /// no place left.
    #[must_use = "the list may be full"]
    pub fn add(&self, id: ProcessId) -> bool {
        let word = id.word().to_le();
        let take = |place: &AtomicU32| place.compare_exchange(0, word, Relaxed, Relaxed).is_ok();
        self.contains(id) || self.ids.iter().any(take)
    }

    /// Takes no messages of this process any more. Tells whether it was on the list.
    pub fn remove(&self, id: ProcessId) -> bool {
        let word = id.word().to_le();
        let leave = |place: &AtomicU32| place.compare_exchange(word, 0, Relaxed, Relaxed).is_ok();
        self.ids.iter().filter(|place| leave(place)).count() > 0
    }

    /// Tells whether this process is on the list.
    pub fn contains(&self, id: ProcessId) -> bool {
        self.ids.iter().any(|place| place.load(Relaxed) == id.word().to_le())
    }

    /// Shows it to the capsule.
    pub(super) fn allow(&'static self) -> Result<AllowedShared, InboxError> {
        let (first, length) = (self.ids.as_ptr().cast(), size_of_val(&self.ids));
        // SAFETY: it lives for ever, and changes by atomic stores alone.
        let allowed = unsafe { AllowedShared::from_parts(DRIVER, ALLOWLIST, first, length) };
        allowed.map_err(InboxError::from)
    }
}

impl<const N: usize> Default for Allowlist<N> {
    fn default() -> Self {
        Allowlist::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_places() {
        let id = |word| ProcessId::from_word(word).unwrap();
        let list = Allowlist::<2>::new();
        assert!(list.add(id(1)) && list.add(id(2)) && list.add(id(1)));
        assert!(!list.add(id(3)));
        assert!(list.remove(id(1)) && !list.remove(id(1)));
        assert!(list.add(id(3)) && list.contains(id(3)) && !list.contains(id(1)));
        let bytes: std::vec::Vec<u8> =
            list.ids.iter().flat_map(|id| id.load(Relaxed).to_ne_bytes()).collect();
        assert_eq!(bytes, [3, 0, 0, 0, 2, 0, 0, 0]);
    }
}
