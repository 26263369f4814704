//! A place of a process's for a range beside its own memory (SH-2, NO-2).
//!
//! A process has its own memory for its whole life. Beside it, it has a few places for ranges that come and
//! go: regions of shared memory, and buffers that others share with it. A place is what the protection
//! hardware has one spare region for, and there are [`guichet_abi::MAX_MAPPINGS`] of them on every machine.
//!
//! A mapping can be withheld: its place stays taken, and its process may not touch the range until the
//! mapping is let through again.

use guichet_abi::MemoryRights;

use crate::id::ProcessIndex;
use crate::region::{Access, Region, Span};

/// A place of a process's for a range beside its own memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mapping {
    /// The range; of nothing in a place that is free.
    span: Span,
    /// What the process may do there now; nothing if it is withheld.
    rights: Option<MemoryRights>,
    /// Whose memory it is; NONE if it is nobody's own.
    owner: ProcessIndex,
}

impl Mapping {
    /// A place that is free.
    pub const FREE: Mapping =
        Mapping { span: Span { start: 0, end: 0 }, rights: None, owner: ProcessIndex::NONE };

    /// A mapping of a range, as far as these rights go, of which the memory is this process's.
    pub(crate) fn new(span: Span, rights: Option<MemoryRights>, owner: ProcessIndex) -> Mapping {
        Mapping { span, rights, owner }
    }

    /// Tells whether nothing is mapped in this place.
    pub(crate) fn is_free(&self) -> bool {
        self.span.start == self.span.end
    }

    /// The range.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// What its process may do there now.
    pub(crate) fn rights(&self) -> Option<MemoryRights> {
        self.rights
    }

    /// The same, as far as these rights go.
    pub(crate) fn with(self, rights: Option<MemoryRights>) -> Mapping {
        Mapping { rights, ..self }
    }

    /// Tells whether it is this process's memory that is mapped.
    pub(crate) fn is_owned_by(&self, process: ProcessIndex) -> bool {
        self.owner == process && !self.is_free()
    }

    /// Whose memory it is.
    pub(crate) fn owner(&self) -> ProcessIndex {
        self.owner
    }

    /// Tells whether its process may use these bytes so.
    pub(crate) fn allows(&self, address: usize, length: usize, access: Access) -> bool {
        let is_allowed = match (self.rights, access) {
            (None, _) => false,
            (Some(_), Access::Read) => true,
            (Some(rights), Access::Write) => rights.may_write(),
        };
        is_allowed && self.span.holds(address, length)
    }

    /// What the wall is to let through.
    pub(crate) fn region(&self) -> Option<Region> {
        let Span { start, end } = self.span;
        self.rights.map(|rights| Region { start, end, writable: rights.may_write() })
    }
}
