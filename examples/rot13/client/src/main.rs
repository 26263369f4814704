//! Has a text rotated by the service, and the outcome once more.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use userspace::notify::Client;
use userspace::syscall::debug_shutdown;
use userspace::{SharedBuffer, println, process_entry, shared_buffer};

const TEXT: &[u8] = b"Hello from a buffer that two processes share!";

/// Shows the text that is in the buffer.
fn show(buffer: SharedBuffer) -> Result<()> {
    let mut text = [0; TEXT.len()];
    buffer.read(0, &mut text);
    println!("{}", core::str::from_utf8(&text).map_err(|_| Error::DataLoss)?);
    Ok(())
}

#[process_entry("client")]
fn entry() -> Result<()> {
    let mut rot13 = Client::of("rot13").map_err(|_| Error::NotFound)?;
    let buffer = shared_buffer!(64);
    buffer.write(0, TEXT);
    rot13.share(buffer).map_err(|_| Error::Internal)?;
    for _ in 0..2 {
        rot13.call().map_err(|_| Error::Unavailable)?;
        show(buffer)?;
    }
    rot13.take_back();
    debug_shutdown(Ok(()))
}
