//! Calls of drivers: interrupts, and what is typed (PR-8).

use guichet_abi::{Result, Signals, Syscall};

use super::call;

/// Says that the lines of `mask` have been served: lowers their signals, and lets them come again. A
/// device that still wants something makes its line come at once; so a driver serves, acknowledges,
/// and looks once more before it waits. Lines that did not come are left as they are. Never blocks.
///
/// # Errors
/// `InvalidArgument` if a signal of the mask is not that of a line of the object.
pub fn interrupt_ack(handle: u32, mask: Signals) -> Result<()> {
    let arguments = [handle as usize, mask.bits() as usize, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::InterruptAck, arguments) }.map(|_| ())
}

/// Takes what somebody has typed on the console, as much as there is and fits, and tells how much. For
/// the process whose interrupt object has the line of the console's input, on a machine where the
/// console is the kernel's: that is Linux, and the line is 0. The input ends with the byte 4, once. On a
/// board the process that wants the input maps the serial port. Never blocks.
///
/// # Errors
/// `Unavailable` if there is nothing, `PermissionDenied` for another process, `Unimplemented` on a
/// board, `OutOfRange` for a buffer that is longer than a transfer may be.
pub fn console_read(buffer: &mut [u8]) -> Result<usize> {
    let arguments = [buffer.as_mut_ptr().expose_provenance(), buffer.len(), 0, 0, 0, 0, 0];
    // SAFETY: the kernel writes to the buffer only, which is borrowed until the call returns.
    unsafe { call(Syscall::ConsoleRead, arguments) }.map(|(length, _)| length)
}
