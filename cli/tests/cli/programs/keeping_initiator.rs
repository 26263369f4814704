//! Looks at floating-point registers that it has never used, then keeps values in them while it is
//! preempted, and asks whether the handler's were kept too.
#![no_std]
#![no_main]

#[path = "../../floating_point.rs"]
mod floating_point;

use initiator_codegen::object;
use userspace::time::Instant;
use userspace::{println, syscall};

/// How often it spins, together for longer than the handler sleeps.
const ROUNDS: u32 = 300;

#[userspace::process_entry("initiator")]
fn entry() -> pw_status::Result<()> {
    let mut answer = [0u8; 4];
    object::IPC.transact(b"?", &mut answer, Instant::MAX)?;
    let found = floating_point::registers();
    println!("not used yet: {}", if found == [0; 33] { "zero" } else { "somebody's" });
    let kept = (0..ROUNDS).all(|round| floating_point::keep(0x8765_4321 ^ round, None));
    println!("preempted: {}", if kept { "kept" } else { "lost" });
    object::IPC.transact(b"!", &mut answer, Instant::MAX)?;
    println!("asleep: {}", core::str::from_utf8(&answer).unwrap_or("nonsense"));
    syscall::debug_shutdown(Ok(()))
}
