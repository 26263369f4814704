//! The memory that the kernel and the port need for shared memory (SH-1). A type says where it is, so that a
//! system without shared memory has none of it; and the words of spare walls are apart from the kernel's tables
//! because they begin as zeros, which take no room in flash.

use core::ptr;

use guichet_kernel::{Mapping, SharedRegion, SharedRegionDescriptor, Sharer, WALL_WORDS};
use static_cell::ConstStaticCell;

/// What the kernel and the port borrow for shared memory.
#[derive(Debug, Default)]
pub struct SharedMemoryTables {
    /// One for each region.
    pub regions: &'static mut [SharedRegion],
    /// One for each process's part in a region.
    pub sharers: &'static mut [Sharer],
    /// The places of the processes that share any region.
    pub mappings: &'static mut [Mapping],
    /// The words of each process's spare wall, for the port; zeros until it says otherwise.
    pub spare_walls: SpareWalls,
}

/// The words of the spare walls of all processes, which let through what a process has mapped. None in a
/// system without shared memory.
pub type SpareWalls = &'static mut [[u32; WALL_WORDS]];

/// Where the memory for the shared memory of a system is.
pub trait SharedMemory {
    /// Lends it; nothing the second time.
    fn take() -> Option<SharedMemoryTables>;
}

/// A system without shared memory.
impl SharedMemory for () {
    fn take() -> Option<SharedMemoryTables> {
        Some(SharedMemoryTables::default())
    }
}

/// The memory that the kernel needs for the shared memory of a system, as a static that is taken once.
pub struct SharedMemoryCell<const REGIONS: usize, const SHARERS: usize, const MAPPINGS: usize>(
    ConstStaticCell<Tables<REGIONS, SHARERS, MAPPINGS>>,
);

struct Tables<const REGIONS: usize, const SHARERS: usize, const MAPPINGS: usize> {
    regions: [SharedRegion; REGIONS],
    sharers: [Sharer; SHARERS],
    mappings: [Mapping; MAPPINGS],
}

/// The spare walls of so many processes, as a static that is taken once.
pub struct SpareWallCell<const PROCESSES: usize>(ConstStaticCell<[[u32; WALL_WORDS]; PROCESSES]>);

impl<const PROCESSES: usize> SpareWallCell<PROCESSES> {
    /// Walls that let nothing through yet.
    #[allow(clippy::new_without_default, reason = "it makes a static, which takes a const")]
    pub const fn new() -> Self {
        SpareWallCell(ConstStaticCell::new([[0; WALL_WORDS]; PROCESSES]))
    }
}

impl<const REGIONS: usize, const SHARERS: usize, const MAPPINGS: usize>
    SharedMemoryCell<REGIONS, SHARERS, MAPPINGS>
{
    /// Memory of these sizes.
    #[allow(clippy::new_without_default, reason = "it makes a static, which takes a const")]
    pub const fn new() -> Self {
        SharedMemoryCell(ConstStaticCell::new(Tables {
            regions: [SharedRegion::FREE; REGIONS],
            sharers: [Sharer::IDLE; SHARERS],
            mappings: [Mapping::FREE; MAPPINGS],
        }))
    }

    /// Lends it, together with these walls; nothing the second time.
    pub fn take<const PROCESSES: usize>(
        &'static self,
        walls: &'static SpareWallCell<PROCESSES>,
    ) -> Option<SharedMemoryTables> {
        let Tables { regions, sharers, mappings } = self.0.try_take()?;
        let spare_walls = walls.0.try_take()?;
        Some(SharedMemoryTables { regions, sharers, mappings, spare_walls })
    }
}

/// Makes every region zeros, as it is at boot: nobody else does, and what a power failure left is no
/// process's affair.
///
/// # Safety
/// The regions are memory of these lengths that nobody uses yet.
pub unsafe fn clear_shared_memory(regions: &[SharedRegionDescriptor]) {
    for region in regions {
        let start = ptr::with_exposed_provenance_mut::<u8>(region.span.start);
        let length = region.span.end.saturating_sub(region.span.start);
        // SAFETY: (shared-1) the caller vouches for the memory.
        unsafe { start.write_bytes(0, length) };
    }
}

#[cfg(test)]
mod tests {
    use guichet_kernel::{SharerIndex, Span};

    use super::*;

    #[test]
    fn the_memory_is_lent_once_and_as_large_as_it_was_made() {
        static CELL: SharedMemoryCell<1, 2, 8> = SharedMemoryCell::new();
        static WALLS: SpareWallCell<3> = SpareWallCell::new();
        let tables = CELL.take(&WALLS).expect("the first time");
        assert_eq!((tables.regions.len(), tables.sharers.len()), (1, 2));
        assert_eq!((tables.mappings.len(), tables.spare_walls.len()), (8, 3));
        assert!(tables.spare_walls.iter().flatten().all(|word| *word == 0));
        assert!(CELL.take(&WALLS).is_none());
        assert!(<() as SharedMemory>::take().is_some_and(|none| none.spare_walls.is_empty()));
    }

    #[test]
    fn a_region_becomes_zeros_and_nothing_beside_it_does() {
        let mut memory = [7u8; 24];
        let start = memory.as_mut_ptr().expose_provenance();
        let span = Span { start: start + 4, end: start + 20 };
        let region = SharedRegionDescriptor { span, first_sharer: SharerIndex::new(0), sharers: 1 };
        // SAFETY: (shared-2) it lies in an array that nobody else uses meanwhile.
        unsafe { clear_shared_memory(&[region]) };
        let expected = |place: usize| if (4..20).contains(&place) { 0 } else { 7 };
        assert!((0..24).all(|place| memory[place] == expected(place)), "{memory:?}");
    }
}
