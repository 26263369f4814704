//! A robot: does what the tester of its system tells it to. See [`suite::robot`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::process_entry;

#[process_entry("robot")]
fn entry() -> Result<()> {
    suite::robot::serve()
}
