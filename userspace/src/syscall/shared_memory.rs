//! Calls on regions of shared memory (SH-2 to SH-4).
//!
//! Those that change who may touch a region, or copy into or out of it, are not safe by themselves: the
//! program may have references into it, and what they promise the compiler ends when another may write.
//! [`crate::shared_memory`] has the same in safe hands.

use guichet_abi::{MemoryRights, OWN_PROCESS, Result, Syscall};

use super::call;
use crate::{SyscallBuffer, SyscallBufferMut};

/// Who a region is lent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Borrower {
    /// The caller itself: it only holds the region.
    Own,
    /// Another process that shares the region, by its number; the generated `peer` module has them.
    Peer(u32),
}

impl Borrower {
    const fn word(self) -> usize {
        match self {
            Borrower::Own => OWN_PROCESS,
            Borrower::Peer(number) => number as usize,
        }
    }
}

/// Maps a region, or changes what the caller's mapping of it is for, and tells where it begins and its
/// length in bytes (SH-2). Wherever it is mapped it begins at the same address. Never blocks.
///
/// # Errors
/// `PermissionDenied` if less is declared or lent, or another process holds it; `ResourceExhausted` if
/// the caller has mapped as much as it can: [`shared_memory_read`] and [`shared_memory_write`] work on.
///
/// # Safety
/// No guard of [`crate::shared_memory`] has the region, but one that makes this call: what its lender's end
/// took away from a guard must not come back.
pub unsafe fn shared_memory_map(handle: u32, rights: MemoryRights) -> Result<(usize, usize)> {
    let arguments = [handle as usize, rights.word(), 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory, and the caller vouches for the references to the region.
    unsafe { call(Syscall::SharedMemoryMap, arguments) }
}

/// Ends the caller's mapping of a region (SH-2): whoever touches it then faults. Never blocks.
///
/// # Errors
/// `Unavailable` if the caller has not mapped it.
pub fn shared_memory_unmap(handle: u32) -> Result<()> {
    let arguments = [handle as usize, 0, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory; who touches the region ends, for nothing else ever lies there.
    unsafe { call(Syscall::SharedMemoryUnmap, arguments) }.map(|_| ())
}

/// Lends a region that the caller holds, or that nobody holds, as far as `rights` go (SH-3). Never
/// blocks.
///
/// # Errors
/// `InvalidArgument` if the borrower does not share it; `PermissionDenied` if the caller or the borrower
/// may do less, or another process holds it; `AlreadyExists` if the borrower holds it, or has lent it on;
/// `Unavailable` if it does not run.
///
/// # Safety
/// No reference into the region is used in this process until it holds the region again, but to
/// atomics; and no guard of [`crate::shared_memory`] exists for it.
pub unsafe fn share_lend(handle: u32, borrower: Borrower, rights: MemoryRights) -> Result<()> {
    let arguments = [handle as usize, borrower.word(), rights.word(), 0, 0, 0, 0];
    // SAFETY: the call names no memory, and the caller vouches for the references to the region.
    unsafe { call(Syscall::ShareLend, arguments) }.map(|_| ())
}

/// Gives a region back to whom it was lent by; its first holder lets go of it (SH-3). Never blocks.
///
/// # Errors
/// `Unavailable` if the caller does not hold it.
///
/// # Safety
/// As for [`share_lend`].
pub unsafe fn share_return(handle: u32) -> Result<()> {
    let arguments = [handle as usize, 0, 0, 0, 0, 0, 0];
    // SAFETY: as for `share_lend`.
    unsafe { call(Syscall::ShareReturn, arguments) }.map(|_| ())
}

/// Copies out of a region from `offset` on, mapped or not, and returns how many bytes came (SH-4). Never
/// blocks.
///
/// # Errors
/// `PermissionDenied` if another process holds the region and may write, or for a buffer that is not the
/// caller's to write; `OutOfRange` if the region has not so many bytes, or for a buffer that is too long.
///
/// # Safety
/// In this process no mutable reference reaches the bytes that are read, but `buffer` itself, which
/// does not.
pub unsafe fn shared_memory_read<B>(handle: u32, offset: usize, buffer: &mut B) -> Result<usize>
where
    B: SyscallBufferMut + ?Sized,
{
    buffer.with_words_mut(|buffer, length| {
        let arguments = [handle as usize, offset, buffer, length, 0, 0, 0];
        // SAFETY: the kernel writes only into the buffer, which is borrowed mutably until the call
        // returns and holds plain bytes.
        unsafe { call(Syscall::SharedMemoryRead, arguments) }.map(|(length, _)| length)
    })
}

/// Copies into a region from `offset` on, mapped or not, and returns how many bytes went (SH-4). Never
/// blocks.
///
/// # Errors
/// `PermissionDenied` if the caller may not write there, another process holds the region, or the buffer
/// is not the caller's to read; `OutOfRange` as for [`shared_memory_read`].
///
/// # Safety
/// In this process no reference reaches the bytes that are written, but to atomics.
pub unsafe fn shared_memory_write<B>(handle: u32, offset: usize, buffer: &B) -> Result<usize>
where
    B: SyscallBuffer + ?Sized,
{
    buffer.with_words(|buffer, length| {
        let arguments = [handle as usize, offset, buffer, length, 0, 0, 0];
        // SAFETY: the kernel only reads the buffer, which is borrowed until the call returns, and the
        // caller vouches for the region.
        unsafe { call(Syscall::SharedMemoryWrite, arguments) }.map(|(length, _)| length)
    })
}
