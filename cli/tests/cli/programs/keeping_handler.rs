//! Keeps values in its floating-point registers while it sleeps, and says whether they were kept.
#![no_std]
#![no_main]

#[path = "../../floating_point.rs"]
mod floating_point;

use handler_codegen::object;
use userspace::syscall::Signals;
use userspace::time::{Duration, Instant, SystemClock};

/// How often it sleeps, and for how long.
const ROUNDS: u32 = 20;
const SLEEP: Duration = Duration::from_millis(2);

#[userspace::process_entry("handler")]
fn entry() -> pw_status::Result<()> {
    object::IPC.wait(Signals::READABLE, Instant::MAX)?;
    // From now on there is something to be seen in the registers.
    let mut kept = floating_point::keep(0xDEAD_BEEF, Some(SystemClock::now()));
    object::IPC.respond(b"go")?;
    for round in 0..ROUNDS {
        kept &= floating_point::keep(0x1234_5679 ^ round, Some(SystemClock::now() + SLEEP));
    }
    object::IPC.wait(Signals::READABLE, Instant::MAX)?;
    object::IPC.respond(if kept { b"kept" } else { b"lost" })?;
    loop {
        object::IPC.wait(Signals::READABLE, Instant::MAX)?;
    }
}
