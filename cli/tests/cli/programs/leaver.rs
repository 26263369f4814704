//! Has nothing to do, and says that it went well.
#![no_std]
#![no_main]

#[userspace::process_entry("leaver")]
fn entry() -> u32 {
    0
}
