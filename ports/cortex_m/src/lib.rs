//! What Guichet's ports to the two Arm microcontroller architectures have in common.
//!
//! The machine is a Cortex-M3, M4, M7 or M33 with memory protection. The kernel runs in handlers, on
//! the main stack, from an exception to its return; a process runs unprivileged, on a stack of its
//! own. The processor puts half of a thread's registers on that stack and takes them from there
//! again, so that half of a port's work is to treat what lies there as what it is: a program's
//! memory. SOUNDNESS.md argues how that holds against a hostile one.
//!
//! Armv7-M and Armv8-M differ, for a kernel like this one, in how a region of memory is written
//! down and in a few registers; a port of its own ([`Architecture`]) says which. The rooms, from the
//! roof down:
//!
//! ```text
//!   start                           from reset to the board's entry
//!   run                             boot
//!   trap   floating_point           the way in and out, in assembly
//!   hardware                        what the kernel asks of this machine
//!   clock   serial   semihosting    time; the console; the end of an emulated machine
//!   interrupt   ticks               external interrupts; a count of 64 bits
//!   fault   system_control   copy   causes; the processor's registers; user memory
//!   image   context                 what a thread is
//!   architecture   board            what differs
//! ```
#![cfg_attr(not(test), no_std)]
// Without the machine, what only the machine uses is used by tests alone.
#![cfg_attr(not(target_arch = "arm"), allow(dead_code))]

mod architecture;
mod board;
#[cfg(target_arch = "arm")]
mod clock;
mod context;
#[cfg(target_arch = "arm")]
mod copy;
mod fault;
mod floating_point;
#[cfg(target_arch = "arm")]
mod hardware;
mod image;
#[cfg(target_arch = "arm")]
mod interrupt;
#[cfg(target_arch = "arm")]
mod run;
#[cfg(target_arch = "arm")]
mod semihosting;
#[cfg(target_arch = "arm")]
mod serial;
#[cfg(target_arch = "arm")]
mod start;
#[cfg(target_arch = "arm")]
mod system_control;
mod ticks;
#[cfg(target_arch = "arm")]
mod trap;

pub use architecture::Architecture;
pub use board::{Board, ClockDevice, SerialDevice};
pub use image::PortCell;
#[cfg(target_arch = "arm")]
pub use run::{MachineCell, run};

/// What the expansions of this crate's macros name; not for boards.
#[doc(hidden)]
pub mod private {
    pub use crate::context::{Context, Frame};
    #[cfg(target_arch = "arm")]
    pub use crate::trap::{
        DOOR, MESSAGE_DOOR, on_bad_frame, on_boot, on_door_call, on_kernel_fault,
        on_message_door_call, on_other_call, on_trap,
    };
    pub use core::arch::global_asm;
}
