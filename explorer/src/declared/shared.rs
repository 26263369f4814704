//! Shared memory, as the kernel wants it declared (SH-1).

use guichet_abi::{MAX_MAPPINGS, MemoryRights};
use guichet_kernel::{
    MappingIndex, Object, ProcessIndex, SharedRegionDescriptor, SharedRegionIndex,
    SharerDescriptor, SharerIndex, SharingPresence, Span, TableIndex,
};

use super::{Declared, Waitable, wait_list};
use crate::layout::{SHARED, SHARED_REGIONS, SHARED_STRIDE};
use crate::plan::Plan;

impl Declared {
    /// The part that a process has in a region.
    pub fn part_of(&self, process: usize, region: usize) -> Option<usize> {
        let mut sharers = self.plan.sharers().into_iter();
        sharers.position(|(at, sharer, _)| (at, sharer) == (region, process))
    }
}

/// Where a region lies.
pub fn span(plan: &Plan, region: usize) -> Span {
    let start = SHARED + region * SHARED_STRIDE;
    Span { start, end: start + plan.regions[region].bytes }
}

pub(super) fn describe_regions(plan: &Plan) -> Vec<SharedRegionDescriptor> {
    assert!(plan.regions.len() <= SHARED_REGIONS, "there is no memory for so many regions");
    let describe = |region: usize| {
        let before = plan.regions[..region].iter().map(|shared| shared.sharers.len());
        SharedRegionDescriptor {
            span: span(plan, region),
            first_sharer: SharerIndex::new(before.sum()),
            sharers: u8::try_from(plan.regions[region].sharers.len()).unwrap_or(u8::MAX),
        }
    };
    (0..plan.regions.len()).map(describe).collect()
}

pub(super) fn describe_sharers(plan: &Plan) -> Vec<SharerDescriptor> {
    let describe = |(part, (region, process, rights)): (usize, (usize, usize, MemoryRights))| {
        SharerDescriptor {
            index: SharerIndex::new(part),
            region: SharedRegionIndex::new(region),
            process: ProcessIndex::new(process),
            wait_list: wait_list(plan, Waitable::Part(part)),
            rights,
            presence: SharingPresence,
        }
    };
    plan.sharers().into_iter().enumerate().map(describe).collect()
}

/// The parts of a process, in the order of the regions.
pub(super) fn describe_parts(plan: &Plan, process: usize) -> Vec<Object> {
    let parts = describe_sharers(plan).into_iter();
    let own = parts.filter(|part| part.process.position() == process);
    own.map(Object::SharedMemory).collect()
}

/// The places of a process for mappings: NONE if it shares nothing.
pub(super) fn first_mapping(plan: &Plan, process: usize) -> MappingIndex {
    if !plan.has_shared(process) {
        return MappingIndex::NONE;
    }
    let before = (0..process).filter(|other| plan.has_shared(*other)).count();
    MappingIndex::new(before * MAX_MAPPINGS)
}
