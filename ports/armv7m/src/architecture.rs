//! What Armv7-M has of its own.
//!
//! The first four of its eight regions hold what the running process may touch. Each names its own
//! number, so that writing them needs no other register. The next four are for what it maps beside its own
//! memory. The rest are off since reset; what no region matches is closed to programs and open to the
//! kernel.

use guichet_port_cortex_m::Architecture;

/// This architecture.
#[derive(Debug)]
pub(crate) struct Armv7m;

impl Architecture for Armv7m {
    type SpareWall = guichet_kernel::Pmsav7Spares;

    fn prepare() {}

    fn forget_fault() {}
}
