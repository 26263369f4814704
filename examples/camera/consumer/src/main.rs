//! Checks every frame that it is lent, which it may only read.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use consumer_codegen::object::FRAME;
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::time::Instant;

const HEADER_BYTES: usize = 17;

#[process_entry("consumer")]
fn entry() -> Result<()> {
    loop {
        let frame = FRAME.wait_for_read_loan(Instant::MAX)?;
        if !is_whole(&frame) {
            // The filter hears of this end, and so does the camera.
            return Err(Error::DataLoss);
        }
        frame.give_back();
    }
}

/// Tells whether the picture has the checksum that stands before it, and lies where it was taken.
fn is_whole(frame: &[u8]) -> bool {
    let address = frame.as_ptr().addr() as u64;
    let Some((header, picture)) = frame.split_first_chunk::<HEADER_BYTES>() else { return false };
    let sum = picture.iter().fold(0_u32, |sum, pixel| sum.wrapping_add(u32::from(*pixel)));
    header[4..8] == sum.to_le_bytes() && header[8..16] == address.to_le_bytes()
}
