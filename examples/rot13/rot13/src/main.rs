//! Rotates the letters in whatever buffer a client shares with it, where they are.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::sync::atomic::Ordering::Relaxed;

use pw_status::{Error, Result};
use userspace::notify::{Notice, NotifyError, Service, Shared};
use userspace::process_entry;

/// The letter thirteen places further on in the alphabet, and so back again.
fn rotated(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte + 13,
        b'n'..=b'z' | b'N'..=b'Z' => byte - 13,
        _other => byte,
    }
}

fn rotate(text: Shared<'_>) {
    for cell in text.cells() {
        cell.store(rotated(cell.load(Relaxed)), Relaxed);
    }
}

fn serve(notice: &Notice<'_>) -> Result<()> {
    if let Some(text) = notice.shared() {
        rotate(text);
    }
    match notice.notify_back() {
        // The client may have ended meanwhile: its affair.
        Ok(()) | Err(NotifyError::Gone) => Ok(()),
        Err(_) => Err(Error::Internal),
    }
}

#[process_entry("rot13")]
fn entry() -> Result<()> {
    let mut service = Service::open("rot13").map_err(|_| Error::NotFound)?;
    loop {
        let notice = service.wait().map_err(|_| Error::Internal)?;
        serve(&notice)?;
    }
}
