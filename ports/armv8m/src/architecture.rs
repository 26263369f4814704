//! What Armv8-M has of its own.
//!
//! The first four of its regions hold what the running process may touch, the next four what it maps
//! beside its own memory; the rest are off since reset. What no region matches is closed to programs and
//! open to the kernel. What a process may only read, the kernel may only read while that process's wall
//! stands: of its own memory nothing of that is ever written, and for the rest the wall is lowered.
//!
//! The machine starts in the secure state, and everything runs there: kernel and programs. The other
//! state is given no memory at all, so a program that manages to go there faults before its first
//! instruction.

use guichet_port_bare_metal::Register;
use guichet_port_cortex_m::Architecture;

/// The kinds of memory that regions refer to.
const ATTRIBUTES: usize = 0xE000_EDC0;
/// What the processor says of a breach of security.
const SECURITY_STATUS: usize = 0xE000_EDE4;

/// This architecture.
#[derive(Debug)]
pub(crate) struct Armv8m;

impl Architecture for Armv8m {
    type SpareWall = guichet_kernel::Pmsav8Spares;

    fn prepare() {
        // SAFETY: (architecture-1) the register is where the architecture has it.
        unsafe { Register::new(ATTRIBUTES).write(guichet_kernel::PMSAV8_MAIR0) };
    }

    fn forget_fault() {
        // SAFETY: (architecture-2) the register is where the architecture has it; it is cleared by
        // writing ones.
        unsafe { Register::new(SECURITY_STATUS).write(u32::MAX) };
    }
}
