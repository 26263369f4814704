//! The bare way into the kernel, for programs that want to say something wrong.
//!
//! [`crate::syscall`] cannot express an unknown call, a null buffer or a length that wraps. A
//! conformance test must (AB-3), and so it comes in here. Nothing else should.

pub use guichet_abi::{ARGUMENT_COUNT, Arguments, Message, Results, Syscall};

use crate::machine;

/// Traps into the kernel with a call number and seven argument words, whatever they are, and
/// returns the three result words as the kernel gave them (AB-3). Blocks when the call does.
///
/// # Safety
/// The kernel does what the words say. If they name memory that the call writes, the program must
/// be able to bear its change: no reference other than the caller's own may reach it, and its
/// address must come from a pointer whose provenance was exposed. Memory that is allowed to a capsule
/// is so until it is swapped out. A function that is subscribed must be one that
/// [`Subscription::new`](crate::syscall::Subscription::new) takes. A region of shared memory is lent, given back and copied as
/// [`share_lend`](crate::syscall::share_lend) and its like say. A call that ends the thread drops nothing.
#[inline]
pub unsafe fn syscall(number: usize, arguments: Arguments) -> Results {
    // SAFETY: the caller vouches for what the words name.
    unsafe { machine::trap(number, &arguments) }
}

/// As [`syscall`], and returns the registers of a message too (EP-8); they are zero for a call that
/// has none, and with every error.
///
/// # Safety
/// As for [`syscall`].
#[inline]
pub unsafe fn syscall_message(number: usize, arguments: Arguments) -> (Results, Message) {
    // SAFETY: the caller vouches for what the words name.
    unsafe { machine::trap_message(number, &arguments) }
}
