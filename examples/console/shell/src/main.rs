//! Says every line that somebody types in upper case.
//!
//! A line is asked for with an empty request; the answer is the line with its end, or nothing once the
//! input is over, which ends the run.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use shell_codegen::handle;
use userspace::syscall::{self, debug_shutdown};
use userspace::time::Instant;
use userspace::{print, process_entry};

/// As long as the driver's longest line.
const MOST: usize = 80;

fn say_in_upper_case(line: &mut [u8]) {
    line.make_ascii_uppercase();
    // A character beyond ASCII may have been cut in two by the driver.
    for part in line.utf8_chunks() {
        print!("{}", part.valid());
    }
}

#[process_entry("shell")]
fn entry() -> Result<()> {
    let mut line = [0; MOST];
    loop {
        let length = syscall::channel_transact(handle::LINES, &[0u8; 0], &mut line, Instant::MAX)?;
        if length == 0 {
            return debug_shutdown(Ok(()));
        }
        say_in_upper_case(&mut line[..length]);
    }
}
