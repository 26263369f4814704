//! What Guichet's ports to machines without an operating system have in common.
//!
//! On every such machine one image holds the kernel and the programs, a process is a range of flash
//! and one of RAM behind a wall of protection registers, and the kernel runs on one stack from an
//! exception to its return. What differs (registers, instructions, timers) is small, and stands in
//! one trait, [`Hardware`], that each port implements once. Everything is generic over it and
//! inlined, so that the seam costs no instruction.
//!
//! The rooms, from the roof down:
//!
//! ```text
//!   machine                   the kernel, the port, and what is between them
//!   port                      what the kernel asks for
//!   spares   output   user_memory   what lies beside a process's own memory; the serial console; bytes
//!                             of processes
//!   image                     what is generated for a system
//!   hardware                  what a machine must be able to do
//!   console   stack   device  lines; whose stack it was; one device register
//! ```
#![cfg_attr(not(test), no_std)]

mod capsules;
mod console;
mod device;
mod hardware;
mod image;
mod machine;
mod output;
mod port;
mod shared_memory;
mod spares;
mod stack;
mod user_memory;

pub use capsules::{CapsuleCell, CapsuleMemory, CapsuleTables};
pub use console::ProcessLine;
pub use device::Register;
pub use hardware::Hardware;
pub use image::{Image, KernelCell, KernelMemory, Lent, PortCell, Program, Queues};
pub use machine::{Machine, Next, Restore};
pub use port::BareMetalPort;
pub use shared_memory::{
    SharedMemory, SharedMemoryCell, SharedMemoryTables, SpareWallCell, SpareWalls,
    clear_shared_memory,
};
pub use stack::{MAX_FRAME_BYTES, is_overflow};
