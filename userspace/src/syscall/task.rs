//! Calls about processes and threads: starting, watching and ending them (PR-5).

use guichet_abi::{Error, ExitStatus, Fault, FaultCause, Result, Syscall};

use super::call;

/// Starts the process that the object stands for, whatever became of its earlier lives; nobody need
/// have collected their exit status. A process that cannot begin has ended at once, with
/// [`ExitStatus::TerminatedByKernel`]. Does not block.
///
/// # Errors
/// `AlreadyExists` if it runs, `ResourceExhausted` if its identities are used up (PR-1).
pub fn process_start(handle: u32) -> Result<()> {
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::ProcessStart, [handle as usize, 0, 0, 0, 0, 0, 0]) }.map(|_| ())
}

/// Starts a thread of the calling process at the address `initial_pc`, with its stack pointer at
/// `initial_sp`, rounded down to the machine's alignment; on Linux the thread gets a stack of its own
/// instead, at least as large as declared. Nothing else is in its registers, and where it returns to
/// is a fault. Does not block.
///
/// The compiler cannot see what such a thread runs on, so this is the raw call; [`crate::thread`]
/// is the one that cannot go wrong.
///
/// # Errors
/// `AlreadyExists` if it lives, `PermissionDenied` if the end of the stack is not memory that the
/// process may write.
pub fn thread_start(handle: u32, initial_pc: usize, initial_sp: usize) -> Result<()> {
    let arguments = [handle as usize, initial_pc, initial_sp, 0, 0, 0, 0];
    // SAFETY: the kernel touches no memory but the end of the stack, which the caller gives away.
    unsafe { call(Syscall::ThreadStart, arguments) }.map(|_| ())
}

/// Collects how a process or a thread has ended, once; the object shows JOINABLE while there is
/// something to collect. Never blocks.
///
/// # Errors
/// `Unavailable` if there is nothing to collect.
pub fn task_join(handle: u32) -> Result<ExitStatus> {
    // SAFETY: the call names no memory.
    let (which, value) = unsafe { call(Syscall::TaskJoin, [handle as usize, 0, 0, 0, 0, 0, 0]) }?;
    ExitStatus::from_words(which, value).ok_or(Error::Internal)
}

/// Ends a process or a thread from outside. A process so ended is not restarted by its policy
/// (PR-3). Returns at once, unless it was the caller itself.
///
/// # Errors
/// `Unavailable` if it does not live and is not about to be restarted.
pub fn task_terminate(handle: u32) -> Result<()> {
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::TaskTerminate, [handle as usize, 0, 0, 0, 0, 0, 0]) }.map(|_| ())
}

/// Tells the fault that the latest finished life of a process ended with. Never blocks.
///
/// # Errors
/// `Unavailable` if that life did not end with a fault, or none has ended.
pub fn task_fault(handle: u32) -> Result<Fault> {
    loop {
        let (which, pc) = fault_part(handle, 0)?;
        let (same, address) = fault_part(handle, 1)?;
        // The process may have faulted once more in between.
        if which == same {
            let cause = FaultCause::from_number(which & 0xFF);
            return Ok(Fault { cause, pc, address });
        }
    }
}

fn fault_part(handle: u32, part: usize) -> Result<(usize, usize)> {
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::TaskFault, [handle as usize, part, 0, 0, 0, 0, 0]) }
}
