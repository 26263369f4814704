//! Notifies and shares as the tester tells it. See [`suite::notifying`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use suite_codegen::notify::first::object::{CONTROL, EVENTS};
use userspace::process_entry;

#[process_entry("notify_partner")]
fn entry() -> Result<()> {
    suite::notifying::serve(CONTROL, EVENTS)
}
