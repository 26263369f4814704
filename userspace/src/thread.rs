//! Threads that cannot run on a stack that is somebody else's.
//!
//! ```ignore
//! static STACK: Stack<2048> = Stack::new();
//!
//! extern "C" fn work() -> ! {
//!     thread_exit(0)
//! }
//!
//! thread::start(handle::WORKER, &STACK, work)?;
//! ```

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};

use guichet_abi::{Error, Result};

use crate::syscall::thread_start;

/// Nobody has the stack.
const NOBODY: u32 = u32::MAX;

/// A stack of `BYTES` bytes for one thread of the process (PR-5). It has no guard: on boards what
/// overflows it writes to whatever lies below in the process's own memory.
#[repr(C, align(16))]
pub struct Stack<const BYTES: usize> {
    bytes: UnsafeCell<[u8; BYTES]>,
    /// The handle of the thread that has it.
    owner: AtomicU32,
}

// SAFETY: the bytes are given to one thread, by its owner's number, and to nothing else.
unsafe impl<const BYTES: usize> Sync for Stack<BYTES> {}

impl<const BYTES: usize> Stack<BYTES> {
    /// A stack that no thread has yet.
    pub const fn new() -> Self {
        Stack { bytes: UnsafeCell::new([0; BYTES]), owner: AtomicU32::new(NOBODY) }
    }
}

impl<const BYTES: usize> Default for Stack<BYTES> {
    fn default() -> Self {
        Stack::new()
    }
}

/// Starts the thread with this handle at `entry`, on `stack`, which is its own from now on: it can be
/// started there again once it has ended, and no other thread ever. Does not block.
///
/// # Errors
/// `FailedPrecondition` if the stack is another thread's; otherwise as
/// [`thread_start`].
pub fn start<const BYTES: usize>(
    handle: u32,
    stack: &'static Stack<BYTES>,
    entry: extern "C" fn() -> !,
) -> Result<()> {
    let taken = stack.owner.compare_exchange(NOBODY, handle, Ordering::AcqRel, Ordering::Acquire);
    if taken.is_err_and(|owner| owner != handle) {
        return Err(Error::FailedPrecondition);
    }
    let end = stack.bytes.get().expose_provenance().wrapping_add(BYTES);
    // The kernel refuses a thread that lives, so nobody uses the stack now.
    thread_start(handle, (entry as *const ()).expose_provenance(), end)
}
