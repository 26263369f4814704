//! Armv7-M's memory protection.
//!
//! The first four of its eight regions hold what the running process may touch. Each names its own
//! number, so that writing them needs no other register. The rest are off since reset; what no
//! region matches is closed to programs and open to the kernel.

use guichet_port_cortex_m::{Architecture, RegionWords};

/// One region, as its registers take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Region {
    /// MPU_RBAR: the base, and the region's number with the bit that says so.
    pub base: u32,
    /// MPU_RASR: permissions, kind of memory, disabled subregions, size and enable.
    pub attributes: u32,
}

/// What is written into the protection when a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Wall {
    /// The regions 0 to 3.
    pub regions: [Region; 4],
}

/// This architecture.
#[derive(Debug)]
pub struct Armv7m;

impl Architecture for Armv7m {
    type Wall = Wall;

    #[inline(always)]
    fn words(wall: &Wall) -> &RegionWords {
        // SAFETY: (wall-1) a wall is four times two words in C's layout, and nothing else.
        unsafe { &*core::ptr::from_ref(wall).cast() }
    }

    fn prepare() {}

    fn forget_fault() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_as_the_registers_do() {
        let region = |number: u32| Region { base: 2 * number, attributes: 2 * number + 1 };
        let wall = Wall { regions: [0, 1, 2, 3].map(region) };
        assert_eq!(Armv7m::words(&wall), &[0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
