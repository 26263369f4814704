//! The console, the clock, and the end of the run (PR-7).

use guichet_abi::{Error, OK, Result, StatusCode, Syscall, deadline_from_words};

use super::call;
use crate::raw;
use crate::time::Instant;

/// Writes one character to the console (PR-7). Never blocks.
///
/// # Errors
/// None that a program can cause; a console that cannot take the character drops and counts it.
pub fn debug_putc(character: char) -> Result<()> {
    let arguments = [u32::from(character) as usize, 0, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::DebugPutCharacter, arguments) }.map(|_| ())
}

/// Writes bytes to the console (PR-7): one flat buffer, a string too, of at most
/// [`guichet_abi::MAX_LOG_BYTES`] bytes; [`crate::print!`] has no such limit. Never blocks. The
/// console shows a line when it is complete and marks it with the process's name.
///
/// # Errors
/// `OutOfRange` for a longer buffer, `PermissionDenied` for one that is not the caller's to read.
pub fn debug_log<B>(buffer: &B) -> Result<()>
where
    B: AsRef<[u8]> + ?Sized,
{
    let bytes = buffer.as_ref();
    let arguments = [bytes.as_ptr().expose_provenance(), bytes.len(), 0, 0, 0, 0, 0];
    // SAFETY: the kernel only reads the buffer, which is borrowed until the call returns.
    unsafe { call(Syscall::DebugLog, arguments) }.map(|_| ())
}

/// Goes into the kernel and comes back: the cheapest call, for measurements. Never blocks.
///
/// # Errors
/// None.
#[inline]
pub fn debug_nop() -> Result<()> {
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::DebugNop, [0; 7]) }.map(|_| ())
}

/// Ends the run of the whole system: with exit status 0, or with the code of the error (PR-7).
/// Returns only when refused.
///
/// # Errors
/// `PermissionDenied` if the process is declared `may_shutdown: false`.
pub fn debug_shutdown(result: Result<()>) -> Result<()> {
    let status = result.map_or_else(Error::status_code, |()| OK);
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::DebugShutdown, [status as usize, 0, 0, 0, 0, 0, 0]) }.map(|_| ())
}

/// The time now (AB-4), also known as [`crate::time::SystemClock::now`]. Never blocks, never fails.
#[must_use]
#[inline]
pub fn debug_clock_now() -> Instant {
    // SAFETY: the call names no memory.
    let now = unsafe { raw::syscall(Syscall::ClockNow as usize, [0; 7]) };
    Instant::from_ticks(deadline_from_words(now.value0, now.value1))
}
