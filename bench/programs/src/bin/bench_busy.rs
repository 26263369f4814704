//! Has work to do, always.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use userspace::process_entry;

#[process_entry("busy")]
fn entry() -> ! {
    // Not the hint for such loops: the emulator takes a rest at each.
    let mut rounds = 0u32;
    loop {
        rounds = core::hint::black_box(rounds.wrapping_add(1));
    }
}
