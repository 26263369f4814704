//! The kernel image for the board that QEMU calls `lm3s6965evb`.
//!
//! `guichet run --board lm3s6965evb` builds it, with the tables of one system in it. Built for the
//! host, as a whole-workspace build does, it only says so.
#![cfg_attr(target_arch = "arm", no_std, no_main)]
#![forbid(unsafe_code)]

#[cfg(target_arch = "arm")]
mod image {
    use guichet_port_armv7m as port;
    include!(concat!(env!("OUT_DIR"), "/image.rs"));
}

#[cfg(target_arch = "arm")]
use guichet_port_armv7m::{Board, ClockDevice, SerialDevice};

/// Where the microcontroller has them. After reset everything ticks at 12.5 MHz.
#[cfg(target_arch = "arm")]
const BOARD: Board = Board {
    serial: SerialDevice::Pl011(0x4000_C000),
    clock: ClockDevice::Stellaris { timer: 0x4003_0000, interrupt: 19 },
    gates: &[],
};

#[cfg(target_arch = "arm")]
fn start() -> ! {
    guichet_port_armv7m::run(&BOARD, &image::IMAGE, &image::KERNEL, &image::PORT)
}

#[cfg(target_arch = "arm")]
guichet_port_armv7m::entry!(start);

#[cfg(not(target_arch = "arm"))]
fn main() -> std::process::ExitCode {
    eprintln!("this is a kernel for an Arm machine; run a system on it with `guichet run`");
    std::process::ExitCode::FAILURE
}
