//! Why a system cannot be run, and how a run ends.

use std::io;
use std::time::Duration;

use guichet_abi::linux::{PAGE_BYTES, SHARED_ADDRESS};

use crate::end::SignalName;
use crate::image::ProgramError;
use crate::layout::LayoutError;
use crate::spawn::SpawnFailure;

/// Why a system could not be run, or not to its end. Nothing that was started is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is not one program for each process.
    #[error("the system has {processes} processes, but {programs} programs were given")]
    ProgramCount {
        /// The processes that the system declares.
        processes: usize,
        /// The programs that were given.
        programs: usize,
    },
    /// A process has another number of threads in the system than its program was laid out for.
    #[error("process `{process}` declares {declared} threads, but has stacks for {stacks}")]
    ThreadCount {
        /// The process.
        process: String,
        /// The threads that the system declares.
        declared: usize,
        /// The stacks that were given.
        stacks: usize,
    },
    /// Linux refused something to a child before it became a program.
    #[error("process `{process}` could not be started: {failure}")]
    Spawn {
        /// The process.
        process: String,
        /// What was refused.
        failure: SpawnFailure,
    },
    /// Linux refused something to the supervisor.
    #[error("Linux refused something that every run needs: {0}")]
    Linux(io::Error),
    /// The filter could not be compiled; a bug in this crate.
    #[error("the system-call filter could not be made: {0}")]
    Filter(#[from] seccompiler::BackendError),
    /// The supervisor may not reach the memory of its own children.
    #[error(
        "Linux forbids the supervisor to reach its processes' memory (process_vm_readv: {0}); \
         allow it with `sysctl kernel.yama.ptrace_scope=1` (or 0), and in a container with a \
         seccomp profile that allows process_vm_readv and process_vm_writev (Docker: \
         `--cap-add SYS_PTRACE`)"
    )]
    MemoryForbidden(io::Error),
    /// The supervisor may not change what its own children have mapped.
    #[error(
        "Linux forbids the supervisor to change what its processes have mapped (ptrace: {0}); allow \
         it with `sysctl kernel.yama.ptrace_scope=1` (or 0), in a container with a seccomp profile \
         that allows ptrace (Docker: `--cap-add SYS_PTRACE`), and run the system without a debugger \
         or strace that follows its processes"
    )]
    TraceForbidden(io::Error),
    /// A region of shared memory lies where none can.
    #[error(
        "shared memory region {number} lies at {start:#x} to {end:#x}; on Linux regions lie one after \
         the other from {SHARED_ADDRESS:#x} on, in whole pages of {PAGE_BYTES} bytes"
    )]
    SharedRegion {
        /// The region's number in the system.
        number: usize,
        /// Its first address.
        start: usize,
        /// The address after its last byte.
        end: usize,
    },
    /// The console cannot be written to any more.
    #[error("the console cannot be written to any more, so the run was ended: {0}")]
    Console(io::Error),
}

/// Why a program is not fit for its process.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The file.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The stacks.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A process ended it with this status: 0 or the code of an error (PR-7).
    Shutdown(u32),
    /// Its time was over.
    TimedOut(Duration),
    /// This Linux signal ended it, such as SIGINT for Ctrl-C.
    Interrupted(i32),
    /// Every process has ended.
    NothingLeft,
}

impl Ending {
    /// The exit status for a shell: that of the shutdown, 124 when the time was over (as of
    /// `timeout`), 128 and the signal's number when interrupted, 1 when nothing was left.
    pub fn exit_status(self) -> u8 {
        match self {
            Ending::Shutdown(status) => u8::try_from(status).unwrap_or(u8::MAX),
            Ending::TimedOut(_) => 124,
            Ending::Interrupted(signal) => u8::try_from(signal).unwrap_or(0).saturating_add(128),
            Ending::NothingLeft => 1,
        }
    }

    /// What the console says of it; nothing for a shutdown, which a process asked for.
    pub(crate) fn message(self) -> Option<String> {
        match self {
            Ending::Shutdown(_) => None,
            Ending::TimedOut(time) => {
                Some(format!("the run was ended after {time:?}, as --timeout asks"))
            }
            Ending::Interrupted(signal) => {
                Some(format!("the run was ended by {}", SignalName(signal)))
            }
            Ending::NothingLeft => Some(
                "every process has ended and nothing can happen any more, so the run ends; call \
                 `debug_shutdown` to end it with a status"
                    .into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_a_status_for_the_shell() {
        let table = [
            (Ending::Shutdown(0), 0),
            (Ending::Shutdown(14), 14),
            (Ending::Shutdown(u32::MAX), 255),
            (Ending::TimedOut(Duration::ZERO), 124),
            (Ending::Interrupted(libc::SIGINT), 130),
            (Ending::Interrupted(i32::MIN), 128),
            (Ending::NothingLeft, 1),
        ];
        for (ending, status) in table {
            assert_eq!(ending.exit_status(), status, "{ending:?}");
        }
    }
}
