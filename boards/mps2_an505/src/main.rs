//! The kernel image for the board that QEMU and Arm call `mps2-an505`.
//!
//! `guichet run --board mps2_an505` builds it, with the tables of one system in it. Built for the
//! host, as a whole-workspace build does, it only says so.
#![cfg_attr(target_arch = "arm", no_std, no_main)]
#![forbid(unsafe_code)]

#[cfg(target_arch = "arm")]
mod image {
    use guichet_port_armv8m as port;
    include!(concat!(env!("OUT_DIR"), "/image.rs"));
}

#[cfg(target_arch = "arm")]
use guichet_port_armv8m::{Board, ClockDevice, SerialDevice};

/// Where the board's peripheral protection controllers are told whether the secure state's unprivileged
/// code may pass: one register for each controller, of the AHB and of the APB.
#[cfg(target_arch = "arm")]
static GATES: [usize; 10] = [
    0x5008_0090,
    0x5008_00A0,
    0x5008_00A4,
    0x5008_00A8,
    0x5008_00AC,
    0x5008_00B0,
    0x5008_00C0,
    0x5008_00C4,
    0x5008_00C8,
    0x5008_00CC,
];

/// Where the board has them, by the addresses of the secure state, in which the machine starts and
/// everything runs. The counter and the timer tick at 20 MHz.
#[cfg(target_arch = "arm")]
const BOARD: Board = Board {
    serial: SerialDevice::Cmsdk(0x5020_0000),
    clock: ClockDevice::Mps2 { counter: 0x5030_2018, timer: 0x5000_0000, interrupt: 3 },
    gates: &GATES,
};

#[cfg(target_arch = "arm")]
fn start() -> ! {
    guichet_port_armv8m::run(&BOARD, &image::IMAGE, &image::KERNEL, &image::PORT)
}

#[cfg(target_arch = "arm")]
guichet_port_armv8m::entry!(start);

#[cfg(not(target_arch = "arm"))]
fn main() -> std::process::ExitCode {
    eprintln!("this is a kernel for an Arm machine; run a system on it with `guichet run`");
    std::process::ExitCode::FAILURE
}
