//! What a program must know of the machine under it, where one source cannot do for all.
//!
//! It is little, and every case that it takes from a board says so on the console.

/// Whether somebody outside of the system can end one of its processes: on Linux anybody with a
/// shell, on a microcontroller nobody.
pub const HAS_OUTSIDE: bool = cfg!(target_os = "linux");
