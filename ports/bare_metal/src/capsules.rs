//! The memory that the kernel needs for capsules. Apart from its other tables because it begins as zeros, which
//! take no room in flash; and as a type, so that a system without capsules has none of it.

use guichet_kernel::{Buffer, Subscription};
use static_cell::ConstStaticCell;

/// What the kernel borrows for capsules.
#[derive(Debug, Default)]
pub struct CapsuleTables {
    /// One for each upcall of each process.
    pub subscriptions: &'static mut [Subscription],
    /// One for each buffer of each process.
    pub allows: &'static mut [Buffer],
    /// A bit for each pair of processes.
    pub acquaintances: &'static mut [u32],
    /// What capsules keep.
    pub words: &'static mut [u64],
}

/// Where the memory for the capsules of a system is.
pub trait CapsuleMemory {
    /// Lends it; nothing the second time.
    fn take() -> Option<CapsuleTables>;
}

/// A system without capsules.
impl CapsuleMemory for () {
    fn take() -> Option<CapsuleTables> {
        Some(CapsuleTables::default())
    }
}

/// The memory for the capsules of a system, as a static that is taken once.
pub struct CapsuleCell<
    const SUBSCRIPTIONS: usize,
    const ALLOWS: usize,
    const ACQUAINTANCES: usize,
    const WORDS: usize,
>(ConstStaticCell<Tables<SUBSCRIPTIONS, ALLOWS, ACQUAINTANCES, WORDS>>);

struct Tables<
    const SUBSCRIPTIONS: usize,
    const ALLOWS: usize,
    const ACQUAINTANCES: usize,
    const WORDS: usize,
> {
    subscriptions: [Subscription; SUBSCRIPTIONS],
    allows: [Buffer; ALLOWS],
    acquaintances: [u32; ACQUAINTANCES],
    words: [u64; WORDS],
}

impl<
    const SUBSCRIPTIONS: usize,
    const ALLOWS: usize,
    const ACQUAINTANCES: usize,
    const WORDS: usize,
> CapsuleCell<SUBSCRIPTIONS, ALLOWS, ACQUAINTANCES, WORDS>
{
    /// Memory of these sizes.
    #[allow(clippy::new_without_default, reason = "it makes a static, which takes a const")]
    pub const fn new() -> Self {
        CapsuleCell(ConstStaticCell::new(Tables {
            subscriptions: [Subscription::NONE; SUBSCRIPTIONS],
            allows: [Buffer::EMPTY; ALLOWS],
            acquaintances: [0; ACQUAINTANCES],
            words: [0; WORDS],
        }))
    }

    /// Lends it; nothing the second time.
    pub fn take(&'static self) -> Option<CapsuleTables> {
        let Tables { subscriptions, allows, acquaintances, words } = self.0.try_take()?;
        Some(CapsuleTables { subscriptions, allows, acquaintances, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_lent_once_and_as_large_as_it_was_made() {
        static CELL: CapsuleCell<1, 2, 3, 4> = CapsuleCell::new();
        let tables = CELL.take().expect("the first time");
        assert_eq!((tables.subscriptions.len(), tables.allows.len()), (1, 2));
        assert_eq!((tables.acquaintances.len(), tables.words.len()), (3, 4));
        assert!(CELL.take().is_none());
        assert!(<() as CapsuleMemory>::take().is_some_and(|none| none.words.is_empty()));
    }
}
