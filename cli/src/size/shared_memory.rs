//! Who may map which region of shared memory, and where it lies (SH-1).

use std::ops::Range;

use guichet_system::System;
use guichet_system::model::{self, MemoryRights};
use serde::Serialize;

/// A region of shared memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedMemory {
    /// Its name.
    pub name: String,
    /// The first address.
    pub start: u32,
    /// Its size.
    pub bytes: u32,
    /// Who may map it, in the order of the file.
    pub processes: Vec<Sharer>,
}

/// A process that may map a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sharer {
    /// The process's name.
    pub process: String,
    /// The most that it may do there, as in system.json5.
    pub access: &'static str,
}

/// All regions, which lie at these places.
pub(super) fn regions(system: &System, places: &[Range<u32>]) -> Vec<SharedMemory> {
    let regions = system.shared_memory.iter().zip(places);
    let region = |(region, place): (&model::SharedRegion, &Range<u32>)| SharedMemory {
        name: region.name.clone(),
        start: place.start,
        bytes: region.size_bytes,
        processes: region.sharers.iter().filter_map(|each| sharer(system, each)).collect(),
    };
    regions.map(region).collect()
}

fn sharer(system: &System, sharer: &model::Sharer) -> Option<Sharer> {
    let process = system.processes.get(sharer.process)?.name.clone();
    let access = match sharer.rights {
        MemoryRights::Read => "read",
        MemoryRights::ReadWrite => "read_write",
    };
    Some(Sharer { process, access })
}
