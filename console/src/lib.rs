//! What every port's console does alike (PR-2, PR-7).
//!
//! A system prints the same on a microcontroller as on Linux, so what turns a process's bytes into
//! lines is written once: how a line is collected ([`LineBuffer`]), what may stand in it
//! ([`readable`]), and the words for a fault ([`describe`]). Where the lines go is the port's
//! affair. Nothing here allocates and nothing can panic, because it is part of a kernel image.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod cause;
mod line;
mod text;

pub use cause::describe;
pub use line::{Line, LineBuffer};
pub use text::{DECIMAL, HEXADECIMAL, Readable, Sink, digits, readable};
