//! Regions of shared memory: how large they are, and who may map them (SH-1).

use std::collections::BTreeSet;

use guichet_abi::MemoryRights;

use super::{BuiltIn, Grant, Origin, System};

/// The most regions of a system.
pub const MAX_SHARED_REGIONS: usize = 64;

/// A region of shared memory. It is no process's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRegion {
    /// Its name, a Rust identifier, unique among regions; that of the object of each who shares it.
    pub name: String,
    /// Its size in bytes, which no process can change.
    pub size_bytes: u32,
    /// Who may map it, at least one, in the order of the file.
    pub sharers: Vec<Sharer>,
}

/// A process that may map a region of shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharer {
    /// Its index in [`System::processes`].
    pub process: usize,
    /// The most that it may do there.
    pub rights: MemoryRights,
}

impl System {
    /// Whether there is any region of shared memory (SH-1).
    pub fn has_shared_memory(&self) -> bool {
        !self.shared_memory.is_empty()
    }

    /// How many regions of shared memory a process may map.
    pub fn shared_regions_of(&self, process: usize) -> usize {
        self.shared_memory.iter().filter(|region| region.is_shared_by(process)).count()
    }

    /// Whether a capsule shares what one process allows with another, whichever these are (NO-1).
    pub fn shares_buffers(&self) -> bool {
        self.capsules.iter().any(|capsule| match &capsule.origin {
            Origin::BuiltIn(BuiltIn::Notify) => true,
            Origin::BuiltIn(
                BuiltIn::NameRegistry | BuiltIn::SyncMailbox | BuiltIn::AsyncMailbox,
            ) => false,
            Origin::Package { grants, .. } => grants.contains(&Grant::Sharing),
        })
    }

    /// Whether a process has places for ranges beside its own memory.
    pub fn has_mappings(&self, process: usize) -> bool {
        self.shares_buffers() || self.shared_regions_of(process) != 0
    }

    /// Whether any process has such places.
    pub fn has_any_mappings(&self) -> bool {
        self.shares_buffers() || self.has_shared_memory()
    }

    /// The other processes that share a region with this one (SH-3).
    pub fn sharing_peers_of(&self, process: usize) -> BTreeSet<usize> {
        let regions = self.shared_memory.iter().filter(|region| region.is_shared_by(process));
        let sharers = regions.flat_map(|region| &region.sharers).map(|sharer| sharer.process);
        sharers.filter(|peer| *peer != process).collect()
    }
}

impl SharedRegion {
    /// Whether a process may map it.
    pub fn is_shared_by(&self, process: usize) -> bool {
        self.sharers.iter().any(|sharer| sharer.process == process)
    }
}
