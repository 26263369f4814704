//! Where one's own memory ends, as the kernel sees it.
//!
//! The kernel checks a buffer before it looks at anything else of a call. So a call that would be
//! refused anyway, or that is over before it begins, tells by the manner of its end whether the buffer is
//! the caller's memory, and neither reads nor writes a byte of it.

use core::ops::Range;

use pw_status::{Error, Result};
use userspace::channel::{Handler, Initiator};
use userspace::raw::{self, Syscall};

/// How much is asked about at once, in bytes; no more than a transfer may have.
const STRIDE_BYTES: usize = 1024;

/// What memory is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To be read.
    Read,
    /// To be written.
    Write,
}

/// Finds the memory around `inside` that `is_ours` says is the caller's: it is given an address and a
/// length in bytes.
pub fn memory_around(inside: usize, is_ours: impl Fn(usize, usize) -> bool) -> Range<usize> {
    let forward = |ours, stride| is_ours(inside + ours, stride);
    let backward = |ours, stride| {
        let start = inside.checked_sub(ours + stride);
        start.is_some_and(|start| is_ours(start, stride))
    };
    inside - reach(backward)..inside + reach(forward)
}

/// How far memory is ours, stride by stride: `is_ours` tells whether what is ours goes on for as long.
fn reach(is_ours: impl Fn(usize, usize) -> bool) -> usize {
    let (mut ours, mut stride) = (0, STRIDE_BYTES);
    while stride > 0 {
        if is_ours(ours, stride) {
            ours += stride;
        } else {
            stride /= 2;
        }
    }
    ours
}

/// Asks by a transaction whose deadline is past.
pub fn is_ours(initiator: Initiator, access: Access, address: usize, length: usize) -> bool {
    let (send, receive) = match access {
        Access::Read => ([address, length], [0, 0]),
        Access::Write => ([0, 0], [address, length]),
    };
    let handle = initiator.handle() as usize;
    let words = [handle, send[0], send[1], receive[0], receive[1], 0, 0];
    // SAFETY: its time is over, so nothing is sent and nothing received.
    let results = unsafe { raw::syscall(Syscall::ChannelTransact as usize, words) };
    results.status == Error::DeadlineExceeded as u32
}

/// Asks on a handler that serves a request without room for an answer: an answer of any length is
/// refused for that, or before that for its memory; and so is a read from where no request has bytes.
pub fn is_servers(handler: Handler, access: Access, address: usize, length: usize) -> bool {
    let handle = handler.handle() as usize;
    let (call, words) = match access {
        Access::Read => (Syscall::ChannelRespond, [handle, address, length, 0, 0, 0, 0]),
        Access::Write => (Syscall::ChannelRead, [handle, usize::MAX, address, length, 0, 0, 0]),
    };
    // SAFETY: the one only reads, and the other is refused, for no request is that long.
    let results = unsafe { raw::syscall(call as usize, words) };
    results.status == Error::OutOfRange as u32
}

/// Answers a request with so many bytes from an address on, whosever they are (CH-4).
///
/// # Errors
/// As the call: `PermissionDenied` if they are not the caller's.
pub fn respond_raw(handler: Handler, address: usize, bytes: usize) -> Result<()> {
    let words = [handler.handle() as usize, address, bytes, 0, 0, 0, 0];
    // SAFETY: the call only reads.
    let results = unsafe { raw::syscall(Syscall::ChannelRespond as usize, words) };
    Error::from_status(results.status).map_or(Ok(()), Err)
}
