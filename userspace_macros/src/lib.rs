//! The entry macros: one function becomes a program of a Guichet system (PR-6).
//!
//! They have to be procedural macros because the return type of the function decides what is
//! generated, and `!` can be told from the others only by its syntax. What they generate is as
//! little as possible: the parts that need no knowledge of the function stand in the `userspace`
//! crate, where they can be read as ordinary code.
//!
//! The expansion names the crate `::userspace`, which is what its library is called.

use proc_macro::TokenStream;

mod checks;
mod expand;

/// Makes a function the entry of a process of a system, under the name given (PR-6).
///
/// The function takes nothing and returns `!`, nothing, `u32` (the exit code) or
/// `pw_status::Result<()>` (an error ends the process with its code). It may be called anything;
/// its attributes and documentation stay. The program must be `#![no_std]` and `#![no_main]`.
///
/// The macro brings a panic handler with it: a panic ends the process as a fault with the panic's
/// message (PR-7). A program that defines its own uses [`macro@entry`].
///
/// The name is written into the program's image beside its ABI version (CF-7), so that tools can
/// tell whose image it is; at run time a process is called what system.json5 calls it.
#[proc_macro_attribute]
pub fn process_entry(arguments: TokenStream, function: TokenStream) -> TokenStream {
    expand::process_entry(arguments.into(), function.into()).into()
}

/// As [`macro@process_entry`], without a name and without a panic handler: the program defines its
/// own `#[panic_handler]` (PR-6).
#[proc_macro_attribute]
pub fn entry(arguments: TokenStream, function: TokenStream) -> TokenStream {
    expand::entry(arguments.into(), function.into()).into()
}
