//! The program's side of the RISC-V port.
//!
//! A process of the system runs in user mode, behind regions that the kernel has put into the
//! machine's memory protection; the way into the kernel is one instruction, `ecall` (`trap`). What
//! a program must do before its own first instruction is to make its memory what its source says,
//! which it does itself and in user mode, so that the kernel never writes where only a program
//! should (`program`).

mod program;
mod trap;

pub(crate) use trap::{crash, trap, trap_message};

pub use crate::board::TICKS_PER_SEC;
pub(crate) use crate::board::shared_bytes;
