//! Notifies whoever has notified it, and adds one to the first byte of what that one shares.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::Ordering::Relaxed;

use pw_status::{Error, Result};
use userspace::notify::Service;
use userspace::process_entry;

#[process_entry("service")]
fn entry() -> Result<()> {
    let mut service = Service::open("service").map_err(|_| Error::NotFound)?;
    loop {
        let notice = service.wait().map_err(|_| Error::Internal)?;
        if let Some([first, ..]) = notice.shared().map(|shared| shared.cells()) {
            first.store(first.load(Relaxed).wrapping_add(1), Relaxed);
        }
        notice.notify_back().map_err(|_| Error::Unavailable)?;
    }
}
