//! A robot: does what the tester of its system tells it to. See [`suite::robot`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::process_entry;

/// One byte more than any transfer may have, so that too much can be asked for.
const BUFFER_BYTES: usize = 4097;

#[process_entry("robot")]
fn entry() -> Result<()> {
    suite::robot::serve::<BUFFER_BYTES>()
}
