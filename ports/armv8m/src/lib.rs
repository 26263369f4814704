//! Guichet's port to Armv8-M microcontrollers: Cortex-M33.
//!
//! Nearly all of it is shared with Armv7-M, in the crate `cortex_m`. Here is what this architecture
//! has of its own.
#![no_std]

#[cfg(target_arch = "arm")]
mod architecture;
#[cfg(target_arch = "arm")]
mod machine;

pub use guichet_kernel as kernel;
pub use guichet_port_bare_metal::{
    CapsuleCell, CapsuleMemory, CapsuleTables, Image, KernelCell, Program, SharedMemory,
    SharedMemoryCell, SharedMemoryTables, SpareWallCell,
};
#[cfg(target_arch = "arm")]
pub use guichet_port_cortex_m::entry;
pub use guichet_port_cortex_m::{Board, ClockDevice, PortCell, SerialDevice};
#[cfg(target_arch = "arm")]
pub use machine::run;
