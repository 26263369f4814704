//! Calls that do not return.

use guichet_abi::Syscall;

use super::call;
use crate::machine;

/// Ends the calling process, all its threads included, with this exit code (PR-5). Nothing is
/// dropped; the peers of its objects are told (PR-4).
pub fn process_exit(code: u32) -> ! {
    // SAFETY: the call names no memory.
    let _ = unsafe { call(Syscall::ProcessExit, [code as usize, 0, 0, 0, 0, 0, 0]) };
    // The kernel never refuses this; if it did, running on would break the promise of `!`.
    machine::crash()
}

/// Ends the calling thread with this exit code (PR-5). The end of a process's last thread is the
/// end of the process, with that code.
pub fn thread_exit(code: u32) -> ! {
    // SAFETY: the call names no memory.
    let _ = unsafe { call(Syscall::ThreadExit, [code as usize, 0, 0, 0, 0, 0, 0]) };
    machine::crash()
}

/// Ends the calling process as a fault with this message, at most
/// [`guichet_abi::MAX_LOG_BYTES`] long (PR-7).
pub(crate) fn process_panic(message: &[u8]) -> ! {
    let arguments = [message.as_ptr().expose_provenance(), message.len(), 0, 0, 0, 0, 0];
    // SAFETY: the kernel only reads the message, which is borrowed until the call returns.
    let _ = unsafe { call(Syscall::ProcessPanic, arguments) };
    // The message was refused; the process must end as a fault all the same.
    machine::crash()
}
