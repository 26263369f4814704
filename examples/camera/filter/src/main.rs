//! Inverts every frame where it lies, has the consumer look at it, and gives it back.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use filter_codegen::object::FRAME;
use filter_codegen::peer;
use pw_status::Result;
use userspace::process_entry;
use userspace::shared_memory::Rights;
use userspace::time::Instant;

const HEADER_BYTES: usize = 17;
/// Where in it is how often the frame was found at another address than it was taken at.
const MOVED: usize = 16;

#[process_entry("filter")]
fn entry() -> Result<()> {
    loop {
        let mut frame = FRAME.wait_for_loan(Instant::MAX)?;
        invert(&mut frame);
        let lent = frame.lend(peer::CONSUMER, Rights::Read)?;
        let frame = lent.wait(Instant::MAX)?.held;
        frame.give_back();
    }
}

/// Inverts the picture, brings its checksum along, says by the number that this is done, and counts whether
/// the frame lies elsewhere.
fn invert(frame: &mut [u8]) {
    let address = frame.as_ptr().addr() as u64;
    let Some((header, picture)) = frame.split_first_chunk_mut::<HEADER_BYTES>() else { return };
    let mut sum = 0_u32;
    for pixel in picture {
        *pixel = !*pixel;
        sum = sum.wrapping_add(u32::from(*pixel));
    }
    for byte in &mut header[..4] {
        *byte = !*byte;
    }
    header[4..8].copy_from_slice(&sum.to_le_bytes());
    header[MOVED] += u8::from(header[8..MOVED] != address.to_le_bytes());
}
