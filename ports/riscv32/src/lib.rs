//! Guichet's port to 32-bit RISC-V: the kernel in machine mode, processes in user mode.
//!
//! The machine is an RV32IMAC hart with physical memory protection, a machine timer, and a board
//! around it that says where things are ([`Board`]). Everything that belongs to one system (its
//! processes, where their memory lies, how large the kernel's tables are) is generated as statics
//! ([`Image`], [`KernelCell`], [`PortCell`]); nothing is computed at boot that could be computed before.
//!
//! The hart enters the kernel by one trap and leaves it by one return (`trap`); between them the
//! kernel runs on one stack, with interrupts off, to its end. SOUNDNESS.md argues why that holds
//! against a hostile program. The rooms, from the roof down:
//!
//! ```text
//!   start                     the first instruction, the board's entry, the last word of a panic
//!   run                       boot
//!   hardware                  what the kernel asks of this machine
//!   trap                      the way in and out, in assembly
//!   clock   wall   interrupts time; who may touch what; external interrupts
//!   fault   copy              causes; user memory
//!   image   context   board   what is generated, what a thread is, where things are
//! ```
//!
//! What this port shares with those to other machines stands in the crate `bare_metal`.
//!
//! Built for another machine, as `cargo test` does, the crate holds only what needs no RISC-V.
#![cfg_attr(not(test), no_std)]
// Without the machine, what only the machine uses is used by tests alone.
#![cfg_attr(not(target_arch = "riscv32"), allow(dead_code))]

mod board;
#[cfg(target_arch = "riscv32")]
mod clock;
mod context;
#[cfg(target_arch = "riscv32")]
mod copy;
mod fault;
#[cfg(target_arch = "riscv32")]
mod hardware;
mod image;
#[cfg(target_arch = "riscv32")]
mod interrupts;
#[cfg(target_arch = "riscv32")]
mod run;
#[cfg(target_arch = "riscv32")]
mod start;
#[cfg(target_arch = "riscv32")]
mod trap;
#[cfg(target_arch = "riscv32")]
mod wall;

pub use board::Board;
pub use guichet_kernel as kernel;
pub use guichet_port_bare_metal::{
    CapsuleCell, CapsuleMemory, CapsuleTables, Image, KernelCell, Program, SharedMemory,
    SharedMemoryCell, SharedMemoryTables, SpareWallCell,
};
pub use image::PortCell;
#[cfg(target_arch = "riscv32")]
pub use run::run;

/// What the expansion of [`entry!`] names; not for boards.
#[cfg(target_arch = "riscv32")]
#[doc(hidden)]
pub mod private {
    pub use core::arch::global_asm;
}
