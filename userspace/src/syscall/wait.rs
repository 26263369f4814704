//! Calls that wait: for a signal, or for a time.

use guichet_abi::{Result, Signals, Syscall, deadline_to_words};

use super::call;
use crate::time::Instant;

/// What a wait found (WT-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitReturn {
    /// What the member was given when it joined its wait group; 0 for a plain object.
    pub user_data: usize,
    /// All signals that were active at that moment, not only those waited for.
    pub pending_signals: Signals,
}

/// Blocks until the object shows a signal of `mask` or the deadline passes, and tells what it
/// shows (WT-2). Returns at once if it shows one already (WT-3).
///
/// # Errors
/// `DeadlineExceeded` if the deadline passed first, `InvalidArgument` for a mask with undefined
/// bits.
#[inline]
pub fn object_wait(handle: u32, mask: Signals, deadline: Instant) -> Result<WaitReturn> {
    let (low, high) = deadline_to_words(deadline.ticks());
    let arguments = [handle as usize, mask.bits() as usize, low, high, 0, 0, 0];
    // SAFETY: the call names no memory.
    let (user_data, signals) = unsafe { call(Syscall::ObjectWait, arguments) }?;
    // A signal word has 32 bits on every machine; a signal without a name yet is left out.
    let pending_signals = Signals::from_bits_truncate(signals as u32);
    Ok(WaitReturn { user_data, pending_signals })
}

/// Makes an object a member of a wait group: ready when it shows a signal of `mask`, and a wait on the
/// group then gives `user_data` (WT-4). Does not block.
///
/// # Errors
/// `ResourceExhausted` if the object is a member of any group, `InvalidArgument` if it is a group or the
/// mask has undefined bits.
pub fn wait_group_add(group: u32, object: u32, mask: Signals, user_data: usize) -> Result<()> {
    let arguments = [group as usize, object as usize, mask.bits() as usize, user_data, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::WaitGroupAdd, arguments) }.map(|_| ())
}

/// Takes an object out of a wait group (WT-4). Those who wait on the group wait on, even if it is empty
/// now. Does not block.
///
/// # Errors
/// `NotFound` if the object is no member of this group.
pub fn wait_group_remove(group: u32, object: u32) -> Result<()> {
    let arguments = [group as usize, object as usize, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::WaitGroupRemove, arguments) }.map(|_| ())
}

/// Blocks until the deadline (WT-7).
#[inline]
pub(crate) fn sleep_until(deadline: Instant) -> Result<()> {
    let (low, high) = deadline_to_words(deadline.ticks());
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::SleepUntil, [low, high, 0, 0, 0, 0, 0]) }.map(|_| ())
}
