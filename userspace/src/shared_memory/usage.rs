//! What the process does with its regions at the moment, so that no two uses of one get in each other's
//! way.
//!
//! The kernel knows what this process may do with a region, not what its threads and libraries do. A guard
//! that has a slice of it excludes everything else; a mapping of atomics excludes guards and other
//! mappings; the kernel's copies exclude guards.
//!
//! Regions have consecutive handles, so each of a process's first sixteen has a mark of its own. More than
//! four are never mapped at once; two that are sixteen apart and used at the same time would find
//! each other in use, which is an error and never unsound.

use core::sync::atomic::{AtomicU8, Ordering};

use guichet_abi::{Error, Result};

use super::SharedMemory;

const MARKS: usize = 16;

static IN_USE: [AtomicU8; MARKS] = [const { AtomicU8::new(0) }; MARKS];

/// A guard has the region.
const HELD: u8 = 0x80;
/// Its words are used as atomics.
const MAPPED: u8 = 0x40;
/// How many copies are under way, at most.
const COPIES: u8 = MAPPED - 1;

fn mark(region: SharedMemory) -> &'static AtomicU8 {
    &IN_USE[region.handle() as usize % MARKS]
}

/// Changes a region's mark as `change` says, if it says anything.
fn begin(region: SharedMemory, change: impl Fn(u8) -> Option<u8>) -> Result<()> {
    let changed = mark(region).fetch_update(Ordering::Acquire, Ordering::Relaxed, change);
    changed.map(|_| ()).map_err(|_| Error::AlreadyExists)
}

/// One kind of use, from its beginning to the end of the value.
macro_rules! uses {
    ($($(#[$about:meta])* $name:ident: $change:expr, $end:expr;)+) => {$(
        $(#[$about])*
        #[derive(Debug)]
        pub(super) struct $name(SharedMemory);

        impl $name {
            /// Begins this use; `AlreadyExists` if there is another that excludes it.
            pub(super) fn begin(region: SharedMemory) -> Result<$name> {
                begin(region, $change).map(|()| $name(region))
            }

            /// The region.
            #[allow(dead_code, reason = "not every kind of use needs it")]
            pub(super) fn region(&self) -> SharedMemory {
                self.0
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                mark(self.0).fetch_sub($end, Ordering::Release);
            }
        }
    )+};
}

uses! {
    /// A guard has the region, or has lent it: nobody else in the process uses it.
    Holding: |mark| (mark == 0).then_some(HELD), HELD;
    /// Its words are used as atomics.
    Mapping: |mark| (mark < MAPPED).then_some(mark | MAPPED), MAPPED;
    /// The kernel copies.
    Copying: |mark| (mark < HELD && mark & COPIES < COPIES).then_some(mark + 1), 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_excludes_every_other_use() {
        let region = SharedMemory::new(16);
        let held = Holding::begin(region).unwrap();
        assert_eq!(Holding::begin(region).err(), Some(Error::AlreadyExists));
        assert_eq!(Mapping::begin(region).err(), Some(Error::AlreadyExists));
        assert_eq!(Copying::begin(region).err(), Some(Error::AlreadyExists));
        assert!(Holding::begin(SharedMemory::new(17)).is_ok());
        drop(held);
        assert!(Holding::begin(region).is_ok());
    }

    #[test]
    fn a_mapping_lets_the_kernel_copy_and_nothing_else() {
        let region = SharedMemory::new(18);
        let mapped = Mapping::begin(region).unwrap();
        let copying = [Copying::begin(region).unwrap(), Copying::begin(region).unwrap()];
        assert_eq!(Mapping::begin(region).err(), Some(Error::AlreadyExists));
        drop(mapped);
        assert_eq!(Holding::begin(region).err(), Some(Error::AlreadyExists));
        let mapped = Mapping::begin(region).unwrap();
        drop(copying);
        assert_eq!(Holding::begin(region).err(), Some(Error::AlreadyExists));
        drop(mapped);
        assert!(Holding::begin(region).is_ok());
    }

    #[test]
    fn copies_do_not_run_over_into_another_use() {
        let region = SharedMemory::new(19);
        let copies: std::vec::Vec<_> = (0..COPIES).map(|_| Copying::begin(region)).collect();
        assert!(copies.iter().all(Result::is_ok));
        assert_eq!(Copying::begin(region).err(), Some(Error::AlreadyExists));
        drop(copies);
        assert!(Holding::begin(region).is_ok());
    }
}
