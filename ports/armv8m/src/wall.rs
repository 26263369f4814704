//! Armv8-M's memory protection.
//!
//! The first four of its regions hold what the running process may touch; the rest are off since
//! reset. What no region matches is closed to programs and open to the kernel. What a process may
//! only read, the kernel may only read while that process's wall stands: nothing of that is ever
//! written.
//!
//! The machine starts in the secure state, and everything runs there: kernel and programs. The other
//! state is given no memory at all, so a program that manages to go there faults before its first
//! instruction.

#[cfg(target_arch = "arm")]
use guichet_port_bare_metal::Register;
use guichet_port_cortex_m::{Architecture, RegionWords};

/// The kinds of memory that regions refer to.
#[cfg(target_arch = "arm")]
const ATTRIBUTES: usize = 0xE000_EDC0;
/// What the processor says of a breach of security.
#[cfg(target_arch = "arm")]
const SECURITY_STATUS: usize = 0xE000_EDE4;

/// One region, as its registers take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Region {
    /// MPU_RBAR: the base, shareability, access permissions and execute-never.
    pub base: u32,
    /// MPU_RLAR: the limit, the attribute index and enable.
    pub limit: u32,
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
pub struct Armv8m;

impl Architecture for Armv8m {
    type Wall = Wall;

    #[inline(always)]
    fn words(wall: &Wall) -> &RegionWords {
        // SAFETY: (wall-1) a wall is four times two words in C's layout, and nothing else.
        unsafe { &*core::ptr::from_ref(wall).cast() }
    }

    #[cfg(target_arch = "arm")]
    fn prepare() {
        // SAFETY: (wall-2) the register is where the architecture has it.
        unsafe { Register::new(ATTRIBUTES).write(guichet_kernel::PMSAV8_MAIR0) };
    }

    #[cfg(not(target_arch = "arm"))]
    fn prepare() {}

    #[cfg(target_arch = "arm")]
    fn forget_fault() {
        // SAFETY: (wall-3) the register is where the architecture has it; it is cleared by writing
        // ones.
        unsafe { Register::new(SECURITY_STATUS).write(u32::MAX) };
    }

    #[cfg(not(target_arch = "arm"))]
    fn forget_fault() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_as_the_registers_do() {
        let region = |number: u32| Region { base: 2 * number, limit: 2 * number + 1 };
        let wall = Wall { regions: [0, 1, 2, 3].map(region) };
        assert_eq!(Armv8m::words(&wall), &[0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
