//! The program's side of the Linux port.
//!
//! A process of the system is a Linux process without libc, and its wall is a seccomp filter that
//! stands before its first instruction: it can map its own memory file, sleep and wake on a futex,
//! install signal handlers and exit, and nothing else. So this side has six jobs, one file each:
//! getting ready (`start`), trapping into the kernel (`trap`), taking turns with other threads
//! (`threads`), being stopped and crashing (`signals`), finding what may be shared (`shared`), and the few Linux calls that these take. What both sides agree on stands in
//! [`guichet_abi::linux`].
//!
//! The symbols that a program without libc must define itself, its Linux entry point among them,
//! come from the entry macro's expansion and not from this library: the library is also linked
//! into hosted test programs, which have a libc of their own.

mod calls;
mod frame;
mod memory_functions;
mod program;
mod shared;
mod signals;
mod start;
mod threads;
mod trap;

pub(crate) use shared::shared_bytes;
pub use start::{StartFailure, start, started_by_hand};
pub(crate) use trap::{crash, trap, trap_message};

pub use guichet_abi::linux::TICKS_PER_SEC;
