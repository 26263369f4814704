//! Names for things that stand in tables.
//!
//! Every table has an index type of its own, so that a thread's number cannot be used to find a
//! process. No index is ordered: which of two threads comes first in a table means nothing.
//!
//! Each type has a value `NONE` that lies beyond every table. A lookup with it finds nothing, so
//! one bounds check answers both "is there one?" and "is it in range?", and an optional index
//! costs no more room than an index.

use core::marker::PhantomData;

/// An index into one kind of table.
pub trait TableIndex: Copy {
    /// The position in the table.
    fn position(self) -> usize;
}

/// No table is this long.
const TABLE_BOUND: usize = 1 << 15;

/// Tells whether both stand for no entry: with one test, where two would be two.
#[inline(always)]
pub(crate) fn are_none(one: impl TableIndex, other: impl TableIndex) -> bool {
    one.position() & other.position() & TABLE_BOUND != 0
}

macro_rules! table_index {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(u16);

        impl $name {
            /// Stands for no entry; beyond the end of every table.
            pub const NONE: Self = Self(u16::MAX);

            /// The index of the entry at `position`; [`Self::NONE`] for a position that no table
            /// can have.
            pub const fn new(position: usize) -> Self {
                if position < TABLE_BOUND { Self(position as u16) } else { Self::NONE }
            }

            /// The index in the low bits of a word; one of no entry, if they are too many.
            #[allow(dead_code, reason = "not every table is looked into by a word of a program's")]
            #[inline(always)]
            pub(crate) const fn of_low_bits(word: u32) -> Self {
                let [low, high, ..] = word.to_le_bytes();
                Self(u16::from_le_bytes([low, high]))
            }

            /// Tells whether this stands for no entry.
            #[inline(always)]
            pub const fn is_none(self) -> bool {
                // No table reaches into the upper half, and a sign is the cheapest thing to test.
                self.0.cast_signed() < 0
            }
        }

        impl TableIndex for $name {
            #[inline(always)]
            fn position(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

table_index! {
    /// A thread of the system, whichever process it belongs to.
    ThreadIndex
}
table_index! {
    /// A process of the system, whichever incarnation it is in.
    ProcessIndex
}
table_index! {
    /// The handler's end of a channel.
    HandlerIndex
}
table_index! {
    /// The initiator's end of a channel.
    InitiatorIndex
}
table_index! {
    /// A wait group.
    WaitGroupIndex
}
table_index! {
    /// An interrupt object.
    InterruptIndex
}
table_index! {
    /// An endpoint.
    EndpointIndex
}
table_index! {
    /// A place for a message in the storage of all endpoints.
    MessageIndex
}
table_index! {
    /// What a thread that may use endpoints keeps for that.
    ExchangeIndex
}
table_index! {
    /// A region of shared memory.
    SharedRegionIndex
}
table_index! {
    /// A process's part in a region of shared memory.
    SharerIndex
}
table_index! {
    /// A place for a range that a process has mapped beside its own memory.
    MappingIndex
}
table_index! {
    /// The list of the threads that wait on one object.
    WaitListIndex
}

/// A borrowed table that is entered by one kind of index only.
#[derive(Debug)]
pub struct Table<'s, I, T> {
    entries: &'s mut [T],
    index: PhantomData<I>,
}

impl<'s, I: TableIndex, T> Table<'s, I, T> {
    /// A table over the storage that a port lends.
    pub fn new(entries: &'s mut [T]) -> Self {
        Table { entries, index: PhantomData }
    }

    /// The entry at `index`, if there is one.
    #[inline(always)]
    pub fn get(&self, index: I) -> Option<&T> {
        self.entries.get(index.position())
    }

    /// The entry at `index`, to be changed, if there is one.
    #[inline(always)]
    pub fn get_mut(&mut self, index: I) -> Option<&mut T> {
        self.entries.get_mut(index.position())
    }

    /// The entry so many places behind `first`, if there is one; nothing behind NONE.
    #[inline(always)]
    pub(crate) fn get_behind(&self, first: I, places: u8) -> Option<&T> {
        self.entries.get(first.position().wrapping_add(usize::from(places)))
    }

    /// The same, to be changed.
    #[inline(always)]
    pub(crate) fn get_behind_mut(&mut self, first: I, places: u8) -> Option<&mut T> {
        self.entries.get_mut(first.position().wrapping_add(usize::from(places)))
    }

    /// The entry at a position, if there is one.
    #[inline(always)]
    pub(crate) fn get_at(&self, position: usize) -> Option<&T> {
        self.entries.get(position)
    }

    /// The entry at a position, as a program's word may say it, to be changed, if there is one.
    #[inline(always)]
    pub(crate) fn get_at_mut(&mut self, position: usize) -> Option<&mut T> {
        self.entries.get_mut(position)
    }

    /// The entry at `index` and all behind it, if there is one.
    pub fn beginning_with(&self, index: I) -> &[T] {
        self.entries.get(index.position()..).unwrap_or(&[])
    }

    /// Every entry, in the order of the table.
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.entries.iter()
    }

    /// Every entry, in the order of the table, to be changed.
    pub fn iter_mut(&mut self) -> core::slice::IterMut<'_, T> {
        self.entries.iter_mut()
    }

    /// Makes every entry a copy of `value`.
    pub fn fill(&mut self, value: &T)
    where
        T: Clone,
    {
        self.entries.fill_with(|| value.clone());
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether the table has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// An interrupt line of the machine, by the number that its interrupt controller knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InterruptLine(u16);

impl InterruptLine {
    /// Stands for no line: one that is declared, but that this board does not have.
    pub const NONE: InterruptLine = InterruptLine(u16::MAX);

    /// The line of this number.
    pub const fn new(number: u16) -> InterruptLine {
        InterruptLine(number)
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Tells whether this stands for no line.
    pub const fn is_none(self) -> bool {
        self.0 == Self::NONE.0
    }
}

/// A process in one of its lives (PR-1): its index and its incarnation, never 0.
///
/// A process that ends and is started again has another `ProcessId`, so an id that was kept from
/// an earlier life matches nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId(u32);

impl ProcessId {
    const INDEX_BITS: u32 = 8;

    /// The last incarnation there is: 24 bits. A process that has used it up is not restarted.
    pub const LAST_INCARNATION: u32 = (1 << 24) - 1;

    /// The id of `process` in its life number `incarnation`, counted from 1.
    pub fn new(process: ProcessIndex, incarnation: u32) -> Self {
        let index = u32::from(process.0) & ((1 << Self::INDEX_BITS) - 1);
        ProcessId(incarnation << Self::INDEX_BITS | index)
    }

    /// The process that an id names, as a word; any word is possible here.
    pub(crate) fn index_of(word: u32) -> ProcessIndex {
        let [index, ..] = word.to_le_bytes();
        ProcessIndex::new(usize::from(index))
    }

    /// The incarnation that an id names, as a word.
    pub(crate) fn incarnation_of(word: u32) -> u32 {
        word >> Self::INDEX_BITS
    }

    /// The id as a word, for reports.
    pub fn word(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_beyond_every_table() {
        let mut entries = [1, 2, 3];
        let mut table: Table<'_, ThreadIndex, i32> = Table::new(&mut entries);
        assert_eq!(table.get(ThreadIndex::new(2)), Some(&3));
        assert_eq!(table.get(ThreadIndex::NONE), None);
        assert_eq!(table.get_mut(ThreadIndex::new(3)), None);
        assert!(ThreadIndex::new(usize::MAX).is_none());
        assert!(ThreadIndex::new(32_768).is_none() && !ThreadIndex::new(32_767).is_none());
    }

    #[test]
    fn two_lives_of_a_process_have_two_ids() {
        let process = ProcessIndex::new(3);
        assert_ne!(ProcessId::new(process, 1), ProcessId::new(process, 2));
        assert_ne!(ProcessId::new(process, 1), ProcessId::new(ProcessIndex::new(4), 1));
        assert_ne!(ProcessId::new(ProcessIndex::new(0), 1).word(), 0);
    }
}
