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
    /// The kernel terminated it.
    TerminatedByKernel,
    /// Its process was terminated.
    ProcessTerminated,
}
