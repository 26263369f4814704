//! How deep the kernel's stack gets.
//!
//! The stack is painted before the machine begins, by the emulator. The image stays as it is, but
//! for the header of a segment without content that says that the stack is memory: some machines of the
//! emulator would clear it, and refuse to. What is no longer painted when the run is over was
//! used. The kernel starts again at the top for each trap, so that this is the greatest depth of any.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context, Result, ensure};

use crate::emulator::Emulator;
use crate::image::Image;
use crate::monitor::Monitor;

const PAINT: u8 = 0xA5;

/// What a program says when there is nothing more to come.
const DONE: &str = "] done";

/// Runs an image and gives the greatest depth in bytes, boot included. Blocks meanwhile.
pub(crate) fn depth(image: &Image) -> Result<u64> {
    let stack = image.stack()?;
    let length = stack.end - stack.start;
    let folder = tempfile::tempdir()?;
    let [paint, socket, seen] = ["paint", "socket", "seen"].map(|name| folder.path().join(name));
    fs::write(&paint, vec![PAINT; usize::try_from(length)?])?;
    let start = on_the_bus(image, stack.start);
    let loader = format!("loader,file={},addr={start:#x},force-raw=on", paint.display());
    let listen = format!("unix:{},server=on,wait=off", socket.display());
    // The machine's own time, so that a slow host changes nothing; but its idle time passes as ours
    // does, or the run would be over before anybody has looked.
    let arguments = ["-icount", "shift=0", "-device", &loader, "-qmp", &listen];
    let arguments = arguments.map(OsString::from);
    let file = folder.path().join("image");
    fs::write(&file, image.without_segment(&stack)?)?;
    let mut emulator = Emulator::start(image.board, &file, &arguments)?;
    emulator.wait_for(DONE)?;
    Monitor::connect(&socket)?.save(start, length, &seen)?;
    drop(emulator);
    used(&fs::read(&seen).context("the emulator saved nothing")?)
}

/// Where memory lies for the emulator, which looks from outside the processor: where an Armv8-M
/// machine has security, bit 28 of an address only says that the access is a secure one.
fn on_the_bus(image: &Image, address: u64) -> u64 {
    if image.board.target.starts_with("thumbv8m") { address & !(1 << 28) } else { address }
}

/// How many bytes have been written, of a stack that grows down.
fn used(stack: &[u8]) -> Result<u64> {
    let painted = stack.iter().take_while(|byte| **byte == PAINT).count();
    ensure!(painted < stack.len(), "the kernel did not use its stack");
    ensure!(painted > 0, "the kernel's stack is used up, or was not painted");
    Ok(u64::try_from(stack.len() - painted)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_painted_was_used() {
        assert_eq!(used(&[PAINT, PAINT, 1, PAINT, 2]).unwrap(), 3);
        assert!(used(&[PAINT; 4]).is_err() && used(&[0, PAINT]).is_err());
    }
}
