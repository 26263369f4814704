//! How a panic ends its process (PR-7).
//!
//! A panic is a fault with a message: the process ends, its peers are told as for any other fault,
//! and the system runs on. The kernel takes the message with the call that ends the process, as
//! much as one console call holds; what a longer message has before that goes to the console
//! first.
//!
//! A message is formatted by the program's own code, which can panic again. The second panic then
//! gives up the message and ends the process at once, so that there is no third.

use core::fmt::Write;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::console::Pieces;
use crate::syscall;

/// Set by the first panic of the process.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Ends the process as a fault with the panic's place and message (PR-7). This is the panic handler
/// of a [`crate::process_entry`] program; one with [`crate::entry`] may call it from its own.
pub fn report(info: &PanicInfo<'_>) -> ! {
    if PANICKED.swap(true, Ordering::Relaxed) {
        syscall::process_panic(b"panicked while a panic was being reported");
    }
    let mut pieces = Pieces::new(|piece| {
        let _ = syscall::debug_log(piece);
    });
    // Writing into pieces cannot fail, and the message of a `Display` that fails is cut short.
    let _ = match info.location() {
        Some(location) => write!(pieces, "panicked at {location}: {}", info.message()),
        None => write!(pieces, "panicked: {}", info.message()),
    };
    syscall::process_panic(pieces.last())
}
