//! What a process may do in shared memory (SH-1).

/// What a process may do in a region of shared memory. The greater includes the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum MemoryRights {
    /// Bytes may be read.
    Read = 1,
    /// Bytes may be read and written.
    ReadWrite = 3,
}

impl MemoryRights {
    /// The rights that a word of a call says, if it says any.
    pub const fn from_word(word: usize) -> Option<MemoryRights> {
        match word {
            1 => Some(MemoryRights::Read),
            3 => Some(MemoryRights::ReadWrite),
            _other => None,
        }
    }

    /// The word of a call that says them.
    pub const fn word(self) -> usize {
        self as usize
    }

    /// Tells whether bytes may be written.
    pub const fn may_write(self) -> bool {
        matches!(self, MemoryRights::ReadWrite)
    }
}

/// Names the caller itself where a call wants the number of a process that shares a region (SH-3). Processes
/// are counted from 1.
pub const OWN_PROCESS: usize = 0;

/// How many ranges beside its own memory a process can have mapped at once (SH-2).
pub const MAX_MAPPINGS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_found_again_and_nothing_else_is() {
        for rights in [MemoryRights::Read, MemoryRights::ReadWrite] {
            assert_eq!(MemoryRights::from_word(rights.word()), Some(rights));
        }
        for word in [0, 2, 4, usize::MAX] {
            assert_eq!(MemoryRights::from_word(word), None);
        }
        assert!(MemoryRights::Read < MemoryRights::ReadWrite);
        assert!(MemoryRights::ReadWrite.may_write() && !MemoryRights::Read.may_write());
    }
}
