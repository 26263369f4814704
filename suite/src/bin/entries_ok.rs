//! A program whose entry succeeds (PR-6).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::process_entry;

#[process_entry("ok")]
fn entry() -> Result<()> {
    Ok(())
}
