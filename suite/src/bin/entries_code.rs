//! A program whose entry returns its exit code (PR-6).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use userspace::process_entry;

#[process_entry("code")]
fn entry() -> u32 {
    0xFEDC_BA98
}
