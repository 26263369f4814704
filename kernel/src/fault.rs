//! The kernel's word on how a process ended (PR-2).

use guichet_abi::Fault;

use crate::memory::Grant;

/// The kernel's word on how a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// It faulted.
    Faulted(Fault),
    /// It panicked, with this message.
    Panicked(Grant),
    /// It exited with this status.
    Exited(u32),
    /// A process that may do so terminated it (PR-5).
    Terminated,
}
