//! Wait groups: one wait for several objects (WT-4).

use guichet_abi::{Result, Signals};

use crate::syscall::{WaitReturn, object_wait, wait_group_add, wait_group_remove};
use crate::time::Instant;

/// A wait group of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitGroup {
    handle: u32,
}

impl WaitGroup {
    /// The group with this handle; the generated `object` module makes these.
    pub const fn new(handle: u32) -> Self {
        WaitGroup { handle }
    }

    /// The handle, for calls that take a number.
    pub const fn handle(self) -> u32 {
        self.handle
    }

    /// Makes the object with the handle `object` a member, ready when it shows a signal of `mask`; a wait
    /// gives `user_data` for it. Does not block.
    ///
    /// # Errors
    /// As [`wait_group_add`].
    pub fn add(self, object: u32, mask: Signals, user_data: usize) -> Result<()> {
        wait_group_add(self.handle, object, mask, user_data)
    }

    /// Takes the object with the handle `object` out. Does not block.
    ///
    /// # Errors
    /// As [`wait_group_remove`].
    pub fn remove(self, object: u32) -> Result<()> {
        wait_group_remove(self.handle, object)
    }

    /// Blocks until a member is ready or the deadline passes, and gives what the member joined with and
    /// all signals that it shows. Members that are ready together take turns.
    ///
    /// # Errors
    /// `DeadlineExceeded` if the deadline passed first, `InvalidArgument` if the group is empty.
    pub fn wait(self, deadline: Instant) -> Result<WaitReturn> {
        object_wait(self.handle, Signals::READABLE, deadline)
    }
}
