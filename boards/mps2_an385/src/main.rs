//! The kernel image for the board that QEMU and Arm call `mps2-an385`.
//!
//! `guichet run --board mps2_an385` builds it, with the tables of one system in it. Built for the
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

/// Where the board has them. The counter and the timer tick at 25 MHz.
#[cfg(target_arch = "arm")]
const BOARD: Board = Board {
    serial: SerialDevice::Cmsdk(0x4000_4000),
    clock: ClockDevice::Mps2 { counter: 0x4002_8018, timer: 0x4000_0000, interrupt: 8 },
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
