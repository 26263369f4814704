//! A program whose entry returns nothing (PR-6).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use userspace::process_entry;

#[process_entry("nothing")]
fn entry() {}
