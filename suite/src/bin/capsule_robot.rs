//! A robot that has to do with capsules. See [`suite::robot`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use suite::capsule::Party;
use userspace::process_entry;
use userspace::upcall::Upcalls;

/// Behind its control channel.
const UPCALLS: Upcalls = Upcalls::new(1);

#[process_entry("capsule_robot")]
fn entry() -> Result<()> {
    suite::robot::serve_capsules::<16>(&mut Party::new(UPCALLS))
}
