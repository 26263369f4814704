//! Why a process was stopped (PR-2).

use crate::memory::Grant;

/// What a process did, or what was done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultCause {
    /// It touched memory that is not its own.
    MemoryAccess,
    /// It ran past the end of its stack.
    StackOverflow,
    /// It executed something that is no instruction, or one that it may not use.
    IllegalInstruction,
    /// It used an address that is not aligned as it must be.
    Misaligned,
    /// It divided by zero or overflowed where the machine does not allow it.
    Arithmetic,
    /// It hit a breakpoint.
    Breakpoint,
    /// It made a system call of the operating system below, which its wall forbids.
    ForbiddenSystemCall,
    /// It panicked.
    Panic,
    /// It was killed from outside the system.
    Killed,
    /// It did not stop when it was told to.
    Unresponsive,
    /// It could not be started.
    NotStarted,
    /// Nothing better is known.
    Unknown,
}

/// Where and why a process was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Why.
    pub cause: FaultCause,
    /// The instruction, or 0 where that is not known.
    pub pc: usize,
    /// The address that could not be used, or 0 where there is none.
    pub address: usize,
}

impl Fault {
    /// A fault of which only the cause is known.
    pub const fn new(cause: FaultCause) -> Self {
        Fault { cause, pc: 0, address: 0 }
    }
}

/// The kernel's word on how a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// It faulted.
    Faulted(Fault),
    /// It panicked, with this message.
    Panicked(Grant),
    /// It exited with this status.
    Exited(u32),
}
