//! What a program of a Guichet system links to.
//!
//! A program sees the rest of the system through calls only. This crate gives each call one plain
//! function ([`syscall`]), and where a kind of object has more to say, a typed handle
//! ([`channel`], [`endpoint`]). Capsules are reached by [`syscall::command`] and its like, by buffers
//! that are allowed ([`allow`]) and events ([`upcall`]); those that Guichet brings have clients:
//! [`registry`], [`mailbox`], [`inbox`]. Large data lies in [`shared_memory`]. Around them stands what a program without an operating system
//! would miss: time ([`time`]), a console ([`print!`], [`println!`]), an entry point
//! ([`process_entry`], [`entry`]) and an end for panics ([`mod@panic`]).
//!
//! Nothing here allocates, and nothing here decides: whether a handle, a buffer or a deadline is
//! good is the kernel's word, so that a program cannot come to rely on a check that its
//! neighbour's library does not make. The one thing that this side adds is types that make the
//! wrong call hard to write.
//!
//! ```text
//! #![no_std]
//! #![no_main]
//!
//! use pw_status::Result;
//! use userspace::{println, process_entry};
//!
//! #[process_entry("greeter")]
//! fn entry() -> Result<()> {
//!     println!("good morning");
//!     Ok(())
//! }
//! ```
//!
//! The crate is for such programs only: in any other program the first call ends in a crash,
//! because nobody has set up the page through which calls travel. Each machine that programs are
//! built for has a module of its own (`linux`, `riscv32`, `arm`); nothing else knows which it is.
#![no_std]

#[cfg(not(any(
    all(target_os = "linux", target_arch = "x86_64"),
    all(target_os = "none", target_arch = "riscv32"),
    all(target_os = "none", target_arch = "arm"),
)))]
compile_error!(
    "guichet_userspace has no way into the kernel for this target yet: build the program for \
     x86_64-unknown-linux-gnu or the target of one of the boards"
);

// The unit tests run on the host, with a real memory allocator and real threads.
#[cfg(test)]
extern crate std;

pub mod allow;
#[cfg(all(target_os = "none", target_arch = "arm"))]
pub mod arm;
#[cfg(any(target_os = "none", test))]
mod board;
mod buffer;
pub mod channel;
mod console;
pub mod endpoint;
pub mod inbox;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod mailbox;
pub mod notify;
pub mod panic;
mod process_id;
mod program;
pub mod raw;
pub mod register;
pub mod registry;
#[cfg(all(target_os = "none", target_arch = "riscv32"))]
pub mod riscv32;
mod shared_buffer;
pub mod shared_memory;
pub mod syscall;
pub mod thread;
pub mod time;
pub mod upcall;
pub mod wait_group;

pub use buffer::{SyscallBuffer, SyscallBufferMut};
pub use guichet_userspace_macros::{entry, process_entry};
pub use process_id::ProcessId;
pub use program::{EntryResult, ProgramRecord};
pub use shared_buffer::SharedBuffer;

// The machine that the program is built for.
#[cfg(all(target_os = "none", target_arch = "arm"))]
use arm as machine;
#[cfg(target_os = "linux")]
use linux as machine;
#[cfg(all(target_os = "none", target_arch = "riscv32"))]
use riscv32 as machine;

/// The programs that the documents show, so that they compile.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../docs/shared-memory.md")]
    mod shared_memory {}
    #[doc = include_str!("../../docs/sharing.md")]
    mod sharing {}
}

/// What the expansions of this crate's macros call; not for programs.
#[doc(hidden)]
pub mod private {
    pub use crate::console::print;
    #[cfg(target_os = "linux")]
    pub use crate::linux::{start, started_by_hand};
    pub use crate::program::finish;
    use crate::register::Mapping;
    pub use crate::shared_buffer::{SharedBytes, shared_buffer};
    pub use core::arch::global_asm;
    pub use guichet_abi::{ABI_SECTION, AbiRecord};

    /// What generated code makes of a mapping that system.json5 declares.
    pub const fn mapping(start_address: usize, size_bytes: usize) -> Mapping {
        Mapping::declared(start_address, size_bytes)
    }
}
