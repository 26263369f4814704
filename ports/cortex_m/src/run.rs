//! Boot.

use guichet_kernel::Kernel;
use guichet_port_bare_metal::{BareMetalPort, Image, KernelMemory, Machine, clear_shared_memory};
use static_cell::StaticCell;

use crate::architecture::Architecture;
use crate::board::Board;
use crate::hardware::CortexM;
use crate::image::PortCell;
use crate::trap::enter;

/// Where the machine stands while the system runs. A port has one.
pub type MachineCell<A> = StaticCell<Machine<CortexM<A>>>;

/// Runs the system for ever, or until it shuts down, which ends the emulated machine (PR-7).
///
/// Called once, by a port, for the board's entry; a second call does nothing but wait.
pub fn run<
    A: Architecture,
    const THREADS: usize,
    const PROCESSES: usize,
    const MESSAGES: usize,
    const MESSAGE_BYTES: usize,
>(
    machine: &'static MachineCell<A>,
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
    let first = unsafe {
        clear_shared_memory(image.system.shared_regions);
        let port = BareMetalPort::new(CortexM::new(board), image, contexts, lines, spare_walls);
        Machine::new(Kernel::new(&image.system, storage), port)
    };
    let Some(machine) = machine.try_init(first) else { halt() };
    // SAFETY: (run-2) no thread has run yet, and from here on the machine belongs to exceptions.
    unsafe { enter(machine) }
}

/// Does nothing for ever.
pub(crate) fn halt() -> ! {
    loop {
        core::hint::spin_loop();
    }
}
