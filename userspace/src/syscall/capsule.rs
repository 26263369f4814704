//! Calls on capsules: commands, and buffers that are allowed to them (CP-1).
//!
//! All of them are the main thread's; from another thread they are `FailedPrecondition`. What upcalls
//! there are, and how they come, stands with `subscribe` and the yields.

use guichet_abi::{CommandReturn, Error, ErrorCode, OK, Results, Syscall};

use crate::raw;

/// Why a call on a capsule failed (AB-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CapsuleError {
    /// The capsule refuses, with Tock's code: `NoDevice` if the system has no such driver, `NoSupport`
    /// if the driver has no such command, buffer or upcall.
    Refused(ErrorCode),
    /// The kernel refuses: `FailedPrecondition` if it was not the main thread that called,
    /// `Unimplemented` if the system has no capsules at all.
    Failed(Error),
    /// Another part of the program has a buffer in this place; wait until it takes it back. Only the
    /// [guards](crate::allow) say so.
    InUse,
}

impl From<Error> for CapsuleError {
    fn from(error: Error) -> CapsuleError {
        CapsuleError::Failed(error)
    }
}

impl From<ErrorCode> for CapsuleError {
    fn from(code: ErrorCode) -> CapsuleError {
        CapsuleError::Refused(code)
    }
}

impl CapsuleError {
    /// What a status word other than [`OK`] stands for.
    pub(super) fn from_status(status: u32) -> CapsuleError {
        match ErrorCode::from_status(status) {
            Some(code) => CapsuleError::Refused(code),
            None => CapsuleError::Failed(Error::from_status(status).unwrap_or(Error::Internal)),
        }
    }
}

/// Gives a driver a command and returns what it hands back (CP-1): a refusal of the capsule too, with
/// the values that come with it. Command 0 asks whether the driver is there. Never blocks.
///
/// # Errors
/// `FailedPrecondition` from a thread other than the main one, `Unimplemented` in a system without
/// capsules.
#[inline(always)]
pub fn command(
    driver: u32,
    number: u32,
    argument0: u32,
    argument1: u32,
) -> guichet_abi::Result<CommandReturn> {
    let words = [driver, number, argument0, argument1].map(|word| word as usize);
    let [driver, number, argument0, argument1] = words;
    let arguments = [driver, number, argument0, argument1, 0, 0, 0];
    // SAFETY: the call names no memory; what a capsule writes to was given to it by an allow, and its
    // caller has vouched for it.
    let (results, message) = unsafe { raw::syscall_message(Syscall::Command as usize, arguments) };
    CommandReturn::from_registers(results, message)
        .ok_or_else(|| Error::from_status(results.status).unwrap_or(Error::Internal))
}

/// As [`command`], for commands of which only the values of success are of interest: those that the
/// command hands back, and zeros behind them.
pub(crate) fn command_values(
    driver: u32,
    number: u32,
    argument0: u32,
    argument1: u32,
) -> Result<[u32; 3], CapsuleError> {
    let returned = command(driver, number, argument0, argument1)?;
    returned.failure.map_or(Ok(returned.values), |code| Err(code.into()))
}

/// Lets a driver read the `length` bytes at `buffer` from now on, as its buffer with this number, and
/// returns the address and the length of the buffer that this one replaces: 0 and 0 at first (CP-1). A
/// length of 0 takes the buffer back and gives none (CP-3). Never blocks. [`crate::allow`] is the same
/// in safe hands.
///
/// # Errors
/// `NoDevice` if there is no such driver, `NoSupport` if it has no such buffer, `Invalid` for a buffer
/// that is not the caller's to read.
///
/// # Safety
/// Until the buffer is replaced by another call of this function, nobody may write to it, and it must
/// be the program's. If another part of the program has a buffer there, it must have agreed: it relies
/// on getting that back itself.
pub unsafe fn allow_read_only(
    driver: u32,
    number: u32,
    buffer: *const u8,
    length: usize,
) -> Result<(usize, usize), CapsuleError> {
    let buffer = buffer.expose_provenance();
    // SAFETY: the caller leaves the buffer to the kernel, which only reads it.
    unsafe { swap(Syscall::AllowReadOnly, [driver, number], [buffer, length]) }
}

/// As [`allow_read_only`], for a buffer that the driver may also write to (CP-1). Never blocks.
///
/// # Errors
/// As [`allow_read_only`]; `Invalid` also for a buffer that is not the caller's to write.
///
/// # Safety
/// Until the buffer is replaced by another call of this function, nobody may read or write it, or hold
/// a reference to it: the kernel uses it at any time. It must be the program's until then, and hold
/// plain bytes. As to what another part of the program has there, see [`allow_read_only`].
pub unsafe fn allow_read_write(
    driver: u32,
    number: u32,
    buffer: *mut u8,
    length: usize,
) -> Result<(usize, usize), CapsuleError> {
    let buffer = buffer.expose_provenance();
    // SAFETY: the caller leaves the buffer to the kernel.
    unsafe { swap(Syscall::AllowReadWrite, [driver, number], [buffer, length]) }
}

/// A call that gives two words to a place of a driver, and gets back the two that were there.
///
/// # Safety
/// As for [`raw::syscall`].
pub(super) unsafe fn swap(
    kind: Syscall,
    [driver, number]: [u32; 2],
    [first, second]: [usize; 2],
) -> Result<(usize, usize), CapsuleError> {
    let arguments = [driver as usize, number as usize, first, second, 0, 0, 0];
    // SAFETY: the caller vouches for the words.
    let results = unsafe { raw::syscall(kind as usize, arguments) };
    decode(results)
}

/// The values of a call on a capsule that is no command.
pub(super) fn decode(results: Results) -> Result<(usize, usize), CapsuleError> {
    match results.status {
        OK => Ok((results.value0, results.value1)),
        status => Err(CapsuleError::from_status(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_word_becomes_a_code_or_an_error() {
        let decoded = |status| decode(Results { status, value0: 5, value1: 6 });
        assert_eq!(decoded(OK), Ok((5, 6)));
        for code in ErrorCode::ALL {
            assert_eq!(decoded(code.status()), Err(CapsuleError::Refused(code)));
        }
        for error in Error::ALL {
            assert_eq!(decoded(error as u32), Err(CapsuleError::Failed(error)));
        }
        for status in [17, 0x100, 0x10E, u32::MAX] {
            assert_eq!(decoded(status), Err(CapsuleError::Failed(Error::Internal)));
        }
    }
}
