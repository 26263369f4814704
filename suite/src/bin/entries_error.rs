//! A program whose entry fails (PR-6).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use userspace::process_entry;

#[process_entry("error")]
fn entry() -> Result<()> {
    Err(Error::NotFound)
}
