//! What a process does with regions of shared memory, by plain calls and by plain loads and stores.
//!
//! The programs that use this have no guards of `userspace::shared_memory` and no references into a
//! region, so that whatever is lent, given back or written there is nobody's to rely on.

use core::sync::atomic::{AtomicU8, Ordering};

use pw_status::{Error, Result, Results, driver};
use userspace::raw::{self, Syscall};
use userspace::syscall::{shared_memory_read, shared_memory_write};

/// Makes one of the calls that name no memory, with these words.
///
/// # Errors
/// Those of the call; `InvalidArgument` also if it is another.
pub fn share(call: Syscall, words: [usize; 3]) -> Result<(usize, usize)> {
    let names_no_memory = matches!(
        call,
        Syscall::SharedMemoryMap
            | Syscall::SharedMemoryUnmap
            | Syscall::ShareLend
            | Syscall::ShareReturn
    );
    if !names_no_memory {
        return Err(Error::InvalidArgument);
    }
    let [handle, first, second] = words;
    // SAFETY: the call names no memory, and nobody has a reference into a region.
    let results = unsafe { raw::syscall(call as usize, [handle, first, second, 0, 0, 0, 0]) };
    match Error::from_status(results.status) {
        Some(error) => Err(error),
        None => Ok((results.value0, results.value1)),
    }
}

/// Has the kernel copy a word out of a region (SH-4).
///
/// # Errors
/// Those of the call.
pub fn read(handle: u32, offset: usize) -> Result<u32> {
    let mut bytes = [0; 4];
    // SAFETY: nobody has a reference into a region.
    unsafe { shared_memory_read(handle, offset, &mut bytes) }?;
    Ok(u32::from_le_bytes(bytes))
}

/// Has the kernel copy a word into a region (SH-4).
///
/// # Errors
/// Those of the call.
pub fn write(handle: u32, offset: usize, value: u32) -> Result<()> {
    // SAFETY: nobody has a reference into a region.
    unsafe { shared_memory_write(handle, offset, &value.to_le_bytes()) }.map(|_| ())
}

/// The byte at an address of a region; a fault if it is not let through.
pub fn load(address: usize) -> u8 {
    byte(address).load(Ordering::Relaxed)
}

/// Puts a byte at an address of a region; a fault if it is not let through.
pub fn store(address: usize, value: u8) {
    byte(address).store(value, Ordering::Relaxed);
}

fn byte(address: usize) -> &'static AtomicU8 {
    let byte = core::ptr::with_exposed_provenance::<AtomicU8>(address);
    // SAFETY: an address of a region is one for ever. While it is not let through whoever touches it
    // ends, and whatever is there otherwise is a value.
    unsafe { &*byte }
}

/// Sends so many bytes from an address on, and waits for an answer at another (CH-2), both in regions.
///
/// # Errors
/// Those of the call.
pub fn transact(handle: u32, send: usize, receive: usize, bytes: usize) -> Result<usize> {
    let words = [handle as usize, send, bytes, receive, bytes, usize::MAX, usize::MAX];
    // SAFETY: the kernel writes only into the region, to which nobody has a reference.
    let results = unsafe { raw::syscall(Syscall::ChannelTransact as usize, words) };
    Error::from_status(results.status).map_or(Ok(results.value0), Err)
}

/// Allows the driver for notifications these bytes under a number of the process's, in place of what was there:
/// a buffer to be shared, a part of the arena, or what another process has shared. All of that is atomics, or
/// no object of this program.
pub fn allow_to_notify(number: u32, address: usize, length: usize) -> Results {
    let words = [driver::NOTIFY as usize, number as usize, address, length, 0, 0, 0];
    // SAFETY: the driver itself writes nothing; whom it lets write, it lets write to these bytes.
    unsafe { raw::syscall(Syscall::AllowReadWrite as usize, words) }
}
