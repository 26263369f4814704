//! Regions of shared memory in the kernel's tables, and who shares them (SH-1).
//!
//! Those who share a region follow those who share the region before, in the order of the file. Where the
//! regions lie, the board says, as it does of all memory. A process that shares any has places for what it maps, and
//! so has every process of a system in which any may share a buffer with any; others have none.

use guichet_kernel::{
    MappingIndex, ProcessIndex, SharedRegionDescriptor, SharedRegionIndex, SharerDescriptor,
    SharerIndex, SharingPresence, Span, WaitListIndex,
};

use super::numbers::Numbers;
use crate::model::{self, Sharer};

/// Every part in a region, by the number of the region.
pub(super) fn sharers(system: &model::System) -> Vec<(usize, Sharer)> {
    let regions = system.shared_memory.iter().enumerate();
    regions
        .flat_map(|(number, region)| region.sharers.iter().map(move |each| (number, *each)))
        .collect()
}

/// Where each process's places for mappings begin; NONE for a process that never has any.
pub(super) fn first_mappings(system: &model::System) -> Vec<MappingIndex> {
    let mut next = 0usize;
    let first = |process: usize| {
        if !system.has_mappings(process) {
            return MappingIndex::NONE;
        }
        let first = next;
        next = next.saturating_add(guichet_abi::MAX_MAPPINGS);
        MappingIndex::new(first)
    };
    (0..system.processes.len()).map(first).collect()
}

/// All regions, of which nobody has said yet where they lie.
pub(super) fn regions(system: &model::System) -> Vec<SharedRegionDescriptor> {
    let mut first_sharer = 0usize;
    let region = |region: &model::SharedRegion| {
        let descriptor = SharedRegionDescriptor {
            span: Span { start: 0, end: 0 },
            first_sharer: SharerIndex::new(first_sharer),
            // A process is there once, and there are no more of them.
            sharers: u8::try_from(region.sharers.len()).unwrap_or(u8::MAX),
        };
        first_sharer = first_sharer.saturating_add(region.sharers.len());
        descriptor
    };
    system.shared_memory.iter().map(region).collect()
}

impl Numbers {
    /// The parts of all who share a region.
    pub(super) fn sharers(&self) -> Vec<SharerDescriptor> {
        let numbered = self.sharers.iter().enumerate();
        numbered.map(|(place, (region, sharer))| self.sharer(place, *region, *sharer)).collect()
    }

    /// The part that a process has in a region; of nobody if it has none.
    pub(super) fn sharer_of(&self, region: usize, process: usize) -> SharerDescriptor {
        let mut numbered = self.sharers.iter().enumerate();
        let is_it =
            |(_, each): &(usize, &(usize, Sharer))| each.0 == region && each.1.process == process;
        match numbered.find(is_it) {
            Some((place, (region, sharer))) => self.sharer(place, *region, *sharer),
            None => {
                let nobody = Sharer { process: usize::MAX, rights: model::MemoryRights::Read };
                self.sharer(usize::MAX, region, nobody)
            }
        }
    }

    /// The part at this place; its wait list follows those of upcalls.
    fn sharer(&self, place: usize, region: usize, sharer: Sharer) -> SharerDescriptor {
        let lists = self.lists_before_upcalls().saturating_add(self.upcalls.len());
        SharerDescriptor {
            index: SharerIndex::new(place),
            region: SharedRegionIndex::new(region),
            process: ProcessIndex::new(sharer.process),
            wait_list: WaitListIndex::new(lists.saturating_add(place)),
            rights: sharer.rights,
            presence: SharingPresence,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use guichet_kernel::{MemoryRights, Object, StorageSizes, System, TableIndex};

    use super::*;
    use crate::tables::Tables;

    const TWO_REGIONS: &str = r#"{ capsules: [ "name_registry" ], shared_memory: [
        { name: "FRAMES", size_bytes: 4096, processes: [
            { process: "camera", access: "read_write" }, { process: "screen" } ] },
        { name: "SOUND", size_bytes: 8192, processes: [
            { process: "screen", access: "read_write" } ] } ],
        apps: [ { name: "a", processes: [
            { name: "alone", objects: [ { type: "upcalls", name: "U" } ] },
            { name: "camera", objects: [ { type: "wait_group", name: "G" },
                { type: "endpoint_sender", name: "S", endpoint_process: "screen",
                  endpoint_object_name: "E" } ] },
            { name: "screen", objects: [
                { type: "endpoint", name: "E", capacity: 1, max_message_bytes: 0 } ] } ] } ] }"#;

    fn with_two_regions(take: impl FnOnce(&System<'_>)) {
        let model = crate::check_source("system.json5", TWO_REGIONS).system;
        let tables = Tables::new(&model.expect("the file is right"), &[], 77, 1_000);
        tables.with_shared_regions(&[0x1000..0x2000, 0x4000..0x6000]).with_system(take);
    }

    #[test]
    fn regions_lie_where_it_was_said_and_know_who_shares_them() {
        with_two_regions(|system| {
            let region = |start, end, first, sharers| SharedRegionDescriptor {
                span: Span { start, end },
                first_sharer: SharerIndex::new(first),
                sharers,
            };
            let expected = [region(0x1000, 0x2000, 0, 2), region(0x4000, 0x6000, 2, 1)];
            assert_eq!(system.shared_regions, expected);
            let sharers = system.sharers.iter().enumerate();
            assert!(sharers.clone().all(|(place, each)| each.index.position() == place));
            let part = |each: &SharerDescriptor| {
                (each.region.position(), each.process.position(), each.rights)
            };
            let parts: Vec<_> = system.sharers.iter().map(part).collect();
            let [read, write] = [MemoryRights::Read, MemoryRights::ReadWrite];
            assert_eq!(parts, [(0, 1, write), (0, 2, read), (1, 2, write)]);
        });
    }

    #[test]
    fn a_process_has_its_parts_behind_its_other_objects() {
        with_two_regions(|system| {
            let [camera, frames, sound] = [0, 1, 2].map(|place| system.sharers[place]);
            assert_eq!(system.processes[0].objects.len(), 1);
            assert_eq!(system.processes[1].objects[2..], [Object::SharedMemory(camera)]);
            let expected = [frames, sound].map(Object::SharedMemory);
            assert_eq!(system.processes[2].objects[1..], expected);
        });
    }

    #[test]
    fn only_who_shares_a_region_has_places_for_what_it_maps() {
        with_two_regions(|system| {
            let firsts: Vec<_> =
                system.processes.iter().map(|process| process.first_mapping).collect();
            let [camera, screen] = [0, 4].map(MappingIndex::new);
            assert_eq!(firsts, [MappingIndex::NONE, camera, screen]);
            let sizes = StorageSizes::of(system);
            assert_eq!((sizes.shared_regions, sizes.sharers, sizes.mappings), (2, 3, 8));
        });
    }

    /// NO-1: any process may notify any other.
    #[test]
    fn whoever_may_be_notified_has_places_for_what_is_shared_with_it() {
        let text = r#"{ capsules: [ "notify" ],
            apps: [ { name: "a", processes: [ { name: "one" }, { name: "two" } ] } ] }"#;
        let model = crate::check_source("system.json5", text).system.expect("the file is right");
        let tables = Tables::new(&model, &[], 77, 1_000).with_capsules(&model, &[]);
        tables.expect("it is the kernel's").with_system(|system| {
            let firsts = system.processes.iter().map(|process| process.first_mapping);
            assert!(firsts.eq([0, 4].map(MappingIndex::new)));
            let sizes = StorageSizes::of(system);
            assert_eq!((sizes.shared_regions, sizes.mappings), (0, 8));
            assert_eq!(system.capsules[0].driver(), 0x1_0000);
        });
    }

    #[test]
    fn no_part_shares_a_wait_list_with_anything() {
        with_two_regions(|system| {
            let mut lists: Vec<_> = system.sharers.iter().map(|each| each.wait_list).collect();
            lists.extend(system.senders.iter().map(|end| end.wait_list));
            lists.extend(system.wait_groups.iter().map(|each| each.wait_list));
            let receivers = system.endpoints.iter().map(|each| each.receiver);
            lists.extend(receivers.flat_map(|end| [end.wait_list, end.blocked_list]));
            let upcalls = system.processes.iter().map(|each| each.upcalls_list);
            lists.extend(upcalls.filter(|list| !list.is_none()));
            let distinct: HashSet<_> = lists.iter().copied().collect();
            assert_eq!((lists.len(), distinct.len()), (8, 8), "{lists:?}");
            assert_eq!(StorageSizes::of(system).wait_lists, 8);
        });
    }
}
