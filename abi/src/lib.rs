//! What both sides of the wall must agree on.
//!
//! The kernel and the programs are built apart and meet only here: the numbers of the calls, the
//! order of their arguments, the meaning of a status word, the bits of a signal word. Nothing in
//! this crate does anything; it only says what things are called on the wire.
//!
//! An application sees [`Error`], [`Result`] and [`StatusCode`] under the name `pw_status`.
#![no_std]
#![forbid(unsafe_code)]

mod buffer;
mod capsule;
mod exit_status;
mod fault;
// Its addresses need 64 bits; a microcontroller has no use for it.
#[cfg(target_pointer_width = "64")]
pub mod linux;
mod message;
mod shared_memory;
mod signals;
mod status;
mod syscall;
mod version;

pub use buffer::{LIST_FLAG, MAX_SLICES, RawSlice};
pub use capsule::{
    CAPSULE_FAILED, CommandReturn, ErrorCode, NAME_BYTES, Variant, awaited_arguments,
    awaited_message, driver, upcall_arguments, upcall_message,
};
pub use exit_status::ExitStatus;
pub use fault::{Fault, FaultCause};
pub use message::{MAX_MESSAGE_WORDS, Message, handle_with_words, split_handle};
pub use shared_memory::{MAX_MAPPINGS, MemoryRights, OWN_PROCESS};
pub use signals::Signals;
pub use status::{Error, OK, Result, StatusCode};
pub use syscall::{
    ARGUMENT_COUNT, Arguments, MAX_LOG_BYTES, Results, Syscall, deadline_from_words,
    deadline_to_words,
};
pub use version::{ABI_SECTION, ABI_VERSION, AbiRecord};
