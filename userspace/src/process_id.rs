//! Who another process is, in the hands of this one.

use core::num::NonZeroU32;

/// One life of a process (CP-5). It stands for that process only here, because the kernel has made the
/// two acquainted: by a discovery, or by a request that came. When either ends it stands for nobody,
/// for ever; the next life of the process is another.
///
/// It can be compared and handed on, and says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId(NonZeroU32);

impl ProcessId {
    /// The id that this word is, for capsules that Guichet does not know; 0 is none. An id that is
    /// made up does no harm: the kernel takes none that it has not given.
    pub const fn from_word(word: u32) -> Option<ProcessId> {
        match NonZeroU32::new(word) {
            Some(word) => Some(ProcessId(word)),
            None => None,
        }
    }

    /// The word that it is; never 0.
    pub const fn word(self) -> u32 {
        self.0.get()
    }

    /// The id in an argument of an upcall.
    pub(crate) fn from_argument(argument: usize) -> Option<ProcessId> {
        ProcessId::from_word(u32::try_from(argument).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_nobody() {
        assert_eq!(ProcessId::from_word(0), None);
        assert_eq!(ProcessId::from_word(0x103).map(ProcessId::word), Some(0x103));
        assert_eq!(ProcessId::from_argument(0x103), ProcessId::from_word(0x103));
        assert_eq!(ProcessId::from_argument(usize::MAX), None);
    }
}
