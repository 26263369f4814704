//! A robot for short messages, of which many fit a small machine. See [`suite::robot`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::process_entry;

#[process_entry("small_robot")]
fn entry() -> Result<()> {
    suite::robot::serve::<256>()
}
