//! The two others, and what they and the tester call the regions.

use pw_status::{Error, MemoryRights, Result};
use suite::sharing::{Order, Outcome, Sharer};
use suite_codegen::shared_memory::tester::{handle, object};
use userspace::syscall::Signals;

pub(crate) use suite_codegen::shared_memory::first::handle as first;
pub(crate) use suite_codegen::shared_memory::second::handle as second;
pub(crate) use suite_codegen::shared_memory::tester::handle as own;
pub(crate) use suite_codegen::shared_memory::tester::peer;

pub(crate) const FIRST: Sharer = Sharer::new(object::FIRST_CONTROL, handle::FIRST_PROCESS);
pub(crate) const SECOND: Sharer = Sharer::new(object::SECOND_CONTROL, handle::SECOND_PROCESS);

pub(crate) const READ: MemoryRights = MemoryRights::Read;
pub(crate) const WRITE: MemoryRights = MemoryRights::ReadWrite;

/// The length of each region.
pub(crate) const BYTES: usize = 4096;

/// What the region shows in which all three may write.
pub(crate) const HELD: Signals = Signals::READABLE.union(Signals::WRITEABLE);

pub(crate) const DONE: Outcome = Ok((0, 0));

/// The value of a step that has one.
pub(crate) fn value(value: usize) -> Outcome {
    Ok((value, 0))
}

/// What signals an object shows, as an outcome.
pub(crate) fn shows(signals: Signals) -> Outcome {
    value(signals.bits() as usize)
}

/// Whatever an object shows, an error if nothing.
pub(crate) const fn look(handle: u32) -> Order {
    Order::Look(handle, Signals::all())
}

/// Where a region lies, mapped by the tester for this.
///
/// # Errors
/// Those of the call; `Internal` if it has another length.
pub(crate) fn mapped(handle: u32, rights: MemoryRights) -> Result<usize> {
    let (address, length) = Order::Map(handle, rights).perform()?;
    if length == BYTES { Ok(address) } else { Err(Error::Internal) }
}

/// The tester, as the others know it.
pub(crate) use suite_codegen::shared_memory::second::peer::TESTER;
