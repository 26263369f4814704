//! A robot with endpoints. See [`suite::robot`].
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use suite::robot::Endpoints;
use userspace::process_entry;

#[process_entry("endpoint_robot")]
fn entry() -> Result<()> {
    let mut endpoints = Endpoints::default();
    suite::robot::serve_with::<16>(|step| endpoints.perform(step))
}
