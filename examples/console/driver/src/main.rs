//! Reads what is typed, and hands it on line by line.
//!
//! A request, whatever is in it, asks for the next line. It is answered when the line is complete: with
//! the line and the line break that ends it, or, where it is longer than [`MOST`], with so much of it. An
//! empty answer says that the input is over.
//!
//! The driver is a process like any other. What it may touch stands in system.json5: one device and
//! its interrupt, and no memory but its own.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

#[cfg(target_arch = "arm")]
mod arm;
#[cfg(target_arch = "arm")]
mod cmsdk;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_arch = "arm")]
mod pl011;
#[cfg(target_arch = "riscv32")]
mod uart_16550;

// The machine that the program is built for.
#[cfg(target_arch = "arm")]
use arm as device;
#[cfg(target_os = "linux")]
use linux as device;
#[cfg(target_arch = "riscv32")]
use uart_16550 as device;

use driver_codegen::{handle, signals};
use pw_status::{Error, Result};
use userspace::process_entry;
use userspace::syscall;
use userspace::time::Instant;

use device::Device;

/// The longest line, in bytes.
const MOST: usize = 80;
/// What Ctrl-D is on a serial line, and what the kernel ends the input with on Linux.
const END_OF_INPUT: u8 = 4;

/// The next byte that somebody types; waits for it.
fn next_byte(device: &mut Device) -> Result<u8> {
    loop {
        if let Some(byte) = device.read() {
            return Ok(byte);
        }
        // Everything is served. What comes from here on raises the signal, and what came just before is
        // found by looking once more.
        syscall::interrupt_ack(handle::INPUT, signals::TYPED)?;
        if let Some(byte) = device.read() {
            return Ok(byte);
        }
        syscall::object_wait(handle::INPUT, signals::TYPED, Instant::MAX)?;
    }
}

/// Collects a line, and gives its length; 0 when `is_over`, which it finds out.
fn read_line(device: &mut Device, is_over: &mut bool, line: &mut [u8; MOST]) -> Result<usize> {
    if *is_over {
        return Ok(0);
    }
    for (length, place) in line.iter_mut().enumerate() {
        let byte = next_byte(device)?;
        *is_over = byte == END_OF_INPUT;
        *place = match byte {
            END_OF_INPUT if length == 0 => return Ok(0),
            // What was begun is a line as well; a terminal's own line break, where nobody translates it.
            END_OF_INPUT | b'\r' => b'\n',
            byte => byte,
        };
        if *place == b'\n' {
            return Ok(length + 1);
        }
    }
    Ok(MOST)
}

#[process_entry("driver")]
fn entry() -> Result<()> {
    let mut device = Device::start();
    let mut is_over = false;
    let mut line = [0; MOST];
    loop {
        syscall::channel_receive(handle::LINES, &mut [0u8; 0], Instant::MAX)?;
        let length = read_line(&mut device, &mut is_over, &mut line)?;
        match syscall::channel_respond(handle::LINES, &line[..length]) {
            // Who asked is gone, and its line with it; the next one is for who asks next.
            Ok(()) | Err(Error::Unavailable) => {}
            // No room for it.
            Err(Error::OutOfRange) => syscall::channel_respond(handle::LINES, &[0u8; 0])?,
            Err(error) => return Err(error),
        }
    }
}
