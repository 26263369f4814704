//! Takes a hundred frames, each where the last one was, and counts how they come back.
//!
//! A frame is a number in its first four bytes, a checksum in the next four, in eight the address at which
//! it was taken, in one how often it was found at another, and then a picture. The filter inverts the
//! picture, and says so by inverting the number; it counts whether the frame lies where it was taken. The
//! consumer cannot write, and ends if it does not find everything as it should be.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use camera_codegen::object::FRAME;
use camera_codegen::peer;
use pw_status::{Error, Result};
use userspace::shared_memory::Rights;
use userspace::syscall::debug_shutdown;
use userspace::time::{Duration, SystemClock};
use userspace::{println, process_entry};

const FRAMES: u32 = 100;
const HEADER_BYTES: usize = 17;
/// Where in it is how often the frame was found elsewhere.
const MOVED: usize = 16;

/// How long a frame may be away: a filter that hangs must not hang the camera.
const PATIENCE: Duration = Duration::from_secs(10);

#[process_entry("camera")]
fn entry() -> Result<()> {
    let taken = take_frames();
    debug_shutdown(taken)
}

fn take_frames() -> Result<()> {
    let mut frame = FRAME.claim()?;
    let (mut through, mut moved) = (0_u32, 0);
    for number in 0..FRAMES {
        expose(&mut frame, number);
        let lent = frame.lend(peer::FILTER, Rights::ReadWrite)?;
        let back = lent.wait(SystemClock::now() + PATIENCE)?;
        frame = back.held;
        // The filter has said that it did its part, unless it has ended.
        let is_done = frame.first_chunk() == Some(&(!number).to_le_bytes());
        if back.is_orphaned || !is_done {
            return Err(Error::Unknown);
        }
        through += 1;
        moved += usize::from(frame.get(MOVED).copied().unwrap_or(u8::MAX));
    }
    let bytes = through as usize * frame.len();
    let copied = moved * frame.len();
    println!("{through} frames went through, {bytes} bytes; {copied} of them were copied");
    Ok(())
}

/// Makes a picture of the number, with its checksum before it.
fn expose(frame: &mut [u8], number: u32) {
    let address = frame.as_ptr().addr() as u64;
    let Some((header, picture)) = frame.split_first_chunk_mut::<HEADER_BYTES>() else { return };
    let mut sum = 0_u32;
    for (pixel, place) in picture.iter_mut().zip(0_u32..) {
        *pixel = place.wrapping_mul(31).wrapping_add(number) as u8;
        sum = sum.wrapping_add(u32::from(*pixel));
    }
    header[..4].copy_from_slice(&number.to_le_bytes());
    header[4..8].copy_from_slice(&sum.to_le_bytes());
    header[8..MOVED].copy_from_slice(&address.to_le_bytes());
    header[MOVED] = 0;
}
