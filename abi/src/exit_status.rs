//! How a process or a thread ended (PR-5).

/// How a process or a thread ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// It exited by itself, with this code.
    Success(u32),
    /// It faulted; the value is always 0.
    UnhandledException(u32),
    /// Another process or thread terminated it.
    TerminatedBySyscall,
    /// The kernel terminated it: it could not be started, did not stop when it had to, or was killed
    /// from outside the system.
    TerminatedByKernel,
    /// Its process was terminated.
    ProcessTerminated,
}

impl ExitStatus {
    /// The two words in which a status travels: which one it is, and its value.
    pub const fn to_words(self) -> (usize, usize) {
        match self {
            ExitStatus::Success(code) => (0, code as usize),
            ExitStatus::UnhandledException(value) => (1, value as usize),
            ExitStatus::TerminatedBySyscall => (2, 0),
            ExitStatus::TerminatedByKernel => (3, 0),
            ExitStatus::ProcessTerminated => (4, 0),
        }
    }

    /// The status that two words stand for: `None` if the first one means nothing.
    pub const fn from_words(which: usize, value: usize) -> Option<ExitStatus> {
        // A code has 32 bits on every machine.
        let value = (value & 0xFFFF_FFFF) as u32;
        match which {
            0 => Some(ExitStatus::Success(value)),
            1 => Some(ExitStatus::UnhandledException(value)),
            2 => Some(ExitStatus::TerminatedBySyscall),
            3 => Some(ExitStatus::TerminatedByKernel),
            4 => Some(ExitStatus::ProcessTerminated),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_survives_the_way_out() {
        for status in [
            ExitStatus::Success(0),
            ExitStatus::Success(u32::MAX),
            ExitStatus::UnhandledException(0),
            ExitStatus::TerminatedBySyscall,
            ExitStatus::TerminatedByKernel,
            ExitStatus::ProcessTerminated,
        ] {
            let (which, value) = status.to_words();
            assert_eq!(ExitStatus::from_words(which, value), Some(status));
        }
        assert_eq!(ExitStatus::from_words(5, 0), None);
        assert_eq!(ExitStatus::from_words(usize::MAX, 0), None);
    }
}
