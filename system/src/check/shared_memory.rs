//! Regions of shared memory: who shares them, and whether walls can let exactly them through (SH-1).
//!
//! Whether a size can be expressed depends on the board. So sizes are looked at for each board that the file
//! names, and for the one that is built for.

mod fault;

use std::collections::HashMap;

use super::references::find_process;
use crate::Diagnostics;
use crate::boards;
use crate::declarations::{ProcessDraft, SharedRegionDraft, SystemDraft};
use crate::image::Grain;
use crate::model::{MAX_OBJECTS, MemoryRights, SharedRegion, Sharer};
use crate::source::Spanned;

/// Finds who shares each region, and checks their sizes, on `board` too if that is given; what is wrong with
/// regions goes to `log`.
pub(super) fn link(
    draft: &SystemDraft,
    board: Option<&str>,
    log: &mut Diagnostics,
) -> Vec<SharedRegion> {
    check_names(draft, log);
    check_sizes(draft, board, log);
    let regions = draft.shared_memory.iter().filter_map(|region| {
        let sharers = sharers(draft, region, log);
        let (name, size_bytes) = (region.name?.value.to_owned(), region.size_bytes?.value);
        Some(SharedRegion { name, size_bytes, sharers })
    });
    let regions: Vec<SharedRegion> = regions.collect();
    count_objects(draft, &regions, log);
    regions
}

/// A region's name is unique.
fn check_names(draft: &SystemDraft, log: &mut Diagnostics) {
    let mut seen: HashMap<&str, Spanned<&str>> = HashMap::new();
    for name in draft.shared_memory.iter().filter_map(|region| region.name) {
        let first = *seen.entry(name.value).or_insert(name);
        if first.span != name.span {
            log.push(fault::same_name(first, name));
        }
    }
}

/// The processes that share a region.
fn sharers(draft: &SystemDraft, region: &SharedRegionDraft, log: &mut Diagnostics) -> Vec<Sharer> {
    let mut seen: HashMap<usize, Spanned<&str>> = HashMap::new();
    let mut sharers = Vec::new();
    if let Some(span) = region.nobody_span {
        log.push(fault::of_nobody(region, span));
    }
    for declared in &region.sharers {
        let Some(name) = declared.process else { continue };
        let Some(process) = find_process(draft, name, log) else { continue };
        let first = *seen.entry(process).or_insert(name);
        if first.span != name.span {
            log.push(fault::process_twice(region, first, name));
            continue;
        }
        if let Some(owner) = draft.processes.get(process) {
            check_clash(region, owner, log);
        }
        let may_write = declared.access.is_some_and(|access| access.value == "read_write");
        let rights = if may_write { MemoryRights::ReadWrite } else { MemoryRights::Read };
        sharers.push(Sharer { process, rights });
    }
    sharers
}

/// The region becomes an object of each process, beside those that it declares.
fn check_clash(region: &SharedRegionDraft, process: &ProcessDraft, log: &mut Diagnostics) {
    let Some(name) = region.name else { return };
    let mut names = process.objects.iter().filter_map(|object| object.name);
    if let Some(object) = names.find(|object| object.value == name.value) {
        log.push(fault::name_of_an_object(name, object, process.name));
    }
}

/// A process has so many objects at most, those that stand for regions included.
fn count_objects(draft: &SystemDraft, regions: &[SharedRegion], log: &mut Diagnostics) {
    for (number, process) in draft.processes.iter().enumerate() {
        let shared = regions.iter().filter(|region| region.is_shared_by(number)).count();
        let Some(name) = process.name else { continue };
        if shared > 0 && process.objects.len() + shared > MAX_OBJECTS {
            log.push(fault::too_many_objects(name, process.objects.len(), shared));
        }
    }
}

/// Whether every board in question can express the sizes.
fn check_sizes(draft: &SystemDraft, board: Option<&str>, log: &mut Diagnostics) {
    let mut names: Vec<&str> = draft.boards.iter().map(|board| board.name).collect();
    names.extend(board.filter(|board| draft.boards.iter().all(|each| each.name != *board)));
    for region in &draft.shared_memory {
        for name in &names {
            check_size(region, name, log);
        }
    }
}

fn check_size(region: &SharedRegionDraft, board: &str, log: &mut Diagnostics) {
    let Some(size) = region.size_bytes else { return };
    let grain = match boards::find(board) {
        Some(hardware) => Grain::of_wall(hardware.wall),
        None => Grain::of_linux(),
    };
    if let Err(nearest) = grain.check(size.value) {
        let wall = boards::find(board).map(|hardware| hardware.wall);
        log.push(fault::inexpressible(board, wall, region, size, nearest));
    }
}
