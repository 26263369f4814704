//! The windows, one file each. They share [`crate::services`] and know nothing of one another.

use channel::Channels;
use endpoint::Endpoints;
use interrupt::Interrupts;
use shared_memory::SharedMemory;

pub(crate) mod async_mailbox;
pub(crate) mod channel;
pub(crate) mod endpoint;
pub(crate) mod interrupt;
pub(crate) mod name_registry;
pub(crate) mod notify;
pub(crate) mod shared_memory;
pub(crate) mod sync_mailbox;
pub(crate) mod wait_group;

/// All windows of the system.
#[derive(Debug)]
pub(crate) struct Windows<'s> {
    pub(crate) channels: Channels<'s>,
    pub(crate) endpoints: Endpoints<'s>,
    pub(crate) interrupts: Interrupts<'s>,
    pub(crate) shared_memory: SharedMemory<'s>,
    /// What capsules keep.
    pub(crate) capsule_words: &'s mut [u64],
}
