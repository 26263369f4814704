//! The kernel image for QEMU's RISC-V machine `virt` with a 32-bit hart.
//!
//! `guichet run --board qemu_virt_rv32` builds it, with the tables of one system in it. Built for
//! the host, as a whole-workspace build does, it only says so.
#![cfg_attr(target_arch = "riscv32", no_std, no_main)]
#![forbid(unsafe_code)]

#[cfg(target_arch = "riscv32")]
mod image {
    use guichet_port_riscv32 as port;
    include!(concat!(env!("OUT_DIR"), "/image.rs"));
}

/// Where QEMU 7.2 and later put the devices of `virt`.
#[cfg(target_arch = "riscv32")]
const BOARD: guichet_port_riscv32::Board = guichet_port_riscv32::Board {
    mtime: 0x0200_BFF8,
    mtimecmp: 0x0200_4000,
    interrupts: 0x0C00_0000,
    uart: 0x1000_0000,
    finisher: 0x0010_0000,
};

#[cfg(target_arch = "riscv32")]
fn start() -> ! {
    guichet_port_riscv32::run(&BOARD, &image::IMAGE, &image::KERNEL, &image::PORT)
}

#[cfg(target_arch = "riscv32")]
guichet_port_riscv32::entry!(start);

#[cfg(not(target_arch = "riscv32"))]
fn main() -> std::process::ExitCode {
    eprintln!("this is a kernel for a RISC-V machine; run a system on it with `guichet run`");
    std::process::ExitCode::FAILURE
}
