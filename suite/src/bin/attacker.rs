//! An attacker: tries the wall as the tester of its system tells it to. See [`suite::wall`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use userspace::process_entry;

#[process_entry("attacker")]
fn entry() -> Result<()> {
    suite::wall::serve()
}
