//! Boot.

use guichet_kernel::Kernel;
use guichet_port_bare_metal::{BareMetalPort, Image, KernelMemory, Machine, clear_shared_memory};
use static_cell::StaticCell;

use crate::board::Board;
use crate::hardware::RiscvHardware;
use crate::image::PortCell;
use crate::trap::{enter, prepare};

/// Where the machine stands while the system runs.
static MACHINE: StaticCell<Machine<RiscvHardware>> = StaticCell::new();

/// Runs the system for ever, or until it shuts down, which ends the emulated machine (PR-7).
///
/// Called once, by the board's entry, with interrupts off; a second call does nothing but wait. The
/// board's addresses must be those of its devices: a board crate is part of what is trusted.
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
    let Some((contexts, lines, queues)) = port.0.take() else { halt() };
    let Some((storage, spare_walls)) = kernel.take(queues) else { halt() };
    // SAFETY: (run-1) the board says where its devices are and the image where its programs are, and
    // nobody else uses them: the tables, which are lent once, make this the only run. So it says where shared
    // memory is.
    let machine = unsafe {
        clear_shared_memory(image.system.shared_regions);
        let port =
            BareMetalPort::new(RiscvHardware::new(board), image, contexts, lines, spare_walls);
        Machine::new(Kernel::new(&image.system, storage), port)
    };
    let Some(machine) = MACHINE.try_init(machine) else { halt() };
    // SAFETY: (run-2) no thread has run yet, and from here on the machine belongs to the traps.
    unsafe {
        prepare();
        enter(machine)
    }
}

/// Does nothing for ever.
pub(crate) fn halt() -> ! {
    loop {
        core::hint::spin_loop();
    }
}
