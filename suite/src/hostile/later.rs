//! Transactions whose buffers the kernel uses later, by the plain call.

use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

use pw_status::Result;
use userspace::syscall::{self, channel_async_transact};

use super::ARENA;

// The shape that the channel API has it in; those of the other calls are in `api`.
const _: unsafe fn(u32, *const u8, usize, *mut u8, usize) -> Result<()> =
    syscall::channel_async_transact;

/// Where in the arena an answer arrives.
pub const ANSWER_OFFSET: usize = 64;
/// How long it may be.
pub const ANSWER_BYTES: usize = 64;

/// Sends up to 64 bytes by `channel_async_transact`, from the beginning of the arena.
///
/// # Errors
/// Those of the call.
pub fn transact_later(handle: u32, request: &[u8]) -> Result<()> {
    let request = request.get(..ANSWER_OFFSET).unwrap_or(request);
    ARENA.write(0, request);
    let send = with_exposed_provenance::<u8>(ARENA.at(0));
    let receive = with_exposed_provenance_mut::<u8>(ARENA.at(ANSWER_OFFSET));
    // SAFETY: both are parts of the arena, which may be written at any time.
    unsafe { channel_async_transact(handle, send, request.len(), receive, ANSWER_BYTES) }
}
