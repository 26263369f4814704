//! The one machine, and what its exceptions lead to.

use guichet_port_bare_metal::{Image, KernelMemory};
use guichet_port_cortex_m::{Board, MachineCell, PortCell};

use crate::architecture::Armv8m;

/// Where the machine stands while the system runs.
static MACHINE: MachineCell<Armv8m> = MachineCell::new();

guichet_port_cortex_m::__guichet_traps!(Armv8m);

/// Runs the system for ever, or until it shuts down, which ends the emulated machine (PR-7).
///
/// Called once, by the board's entry; a second call does nothing but wait. The board's addresses
/// must be those of its devices: a board crate is part of what is trusted.
pub fn run<
    const THREADS: usize,
    const PROCESSES: usize,
    const MESSAGES: usize,
    const MESSAGE_BYTES: usize,
>(
    board: &Board,
    image: &'static Image,
    kernel: &'static impl KernelMemory,
    port: &'static PortCell<THREADS, PROCESSES, MESSAGES, MESSAGE_BYTES>,
) -> ! {
    guichet_port_cortex_m::run(&MACHINE, board, image, kernel, port)
}
