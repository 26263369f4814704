//! What is generated for a system: its declaration, where its programs are, the kernel's tables.

use core::ops::Range;

use guichet_kernel::{
    Globals, Handler, Initiator, Process, Storage, System, Thread, ThreadIndex, ThreadList,
};
use static_cell::ConstStaticCell;

use crate::console::ProcessLine;
use crate::context::Context;
use crate::wall::Wall;

/// A system as it lies in flash.
#[derive(Debug)]
pub struct Image {
    /// What is declared.
    pub system: System<'static>,
    /// Where each process's program is, in the order of the processes.
    pub programs: &'static [Program],
}

/// Where a process's program is.
#[derive(Debug)]
pub struct Program {
    /// Its first instruction.
    pub entry: usize,
    /// Its [`guichet_abi::AbiRecord`] (CF-7).
    pub record: usize,
    /// The stack of its main thread.
    pub stack: Range<usize>,
    /// What it may touch, for the hart. The system's memory map says the same to the kernel.
    pub wall: Wall,
}

/// The memory that the kernel and the port need for a system, as a static that [`crate::run`] takes
/// once.
pub struct TablesCell<
    const THREADS: usize,
    const PROCESSES: usize,
    const HANDLERS: usize,
    const INITIATORS: usize,
    const WAIT_LISTS: usize,
> {
    kernel: ConstStaticCell<KernelTables<THREADS, PROCESSES, HANDLERS, INITIATORS, WAIT_LISTS>>,
    // Apart, because it begins as zeros, which take no room in flash.
    port: ConstStaticCell<PortTables<THREADS, PROCESSES>>,
}

/// What the kernel borrows.
struct KernelTables<
    const THREADS: usize,
    const PROCESSES: usize,
    const HANDLERS: usize,
    const INITIATORS: usize,
    const WAIT_LISTS: usize,
> {
    threads: [Thread; THREADS],
    deadlines: [ThreadIndex; THREADS],
    processes: [Process; PROCESSES],
    handlers: [Handler; HANDLERS],
    initiators: [Initiator; INITIATORS],
    wait_lists: [ThreadList; WAIT_LISTS],
    globals: Globals,
}

/// What the port keeps for itself.
struct PortTables<const THREADS: usize, const PROCESSES: usize> {
    contexts: [Context; THREADS],
    lines: [ProcessLine; PROCESSES],
}

/// The tables, lent for ever.
pub(crate) struct Tables {
    /// The kernel's.
    pub(crate) storage: Storage<'static>,
    /// The registers of every thread.
    pub(crate) contexts: &'static mut [Context],
    /// The unfinished line of every process.
    pub(crate) lines: &'static mut [ProcessLine],
}

impl<
    const THREADS: usize,
    const PROCESSES: usize,
    const HANDLERS: usize,
    const INITIATORS: usize,
    const WAIT_LISTS: usize,
> TablesCell<THREADS, PROCESSES, HANDLERS, INITIATORS, WAIT_LISTS>
{
    /// Tables for a system of these sizes.
    #[allow(clippy::new_without_default, reason = "it makes a static, which takes a const")]
    pub const fn new() -> Self {
        TablesCell {
            kernel: ConstStaticCell::new(KernelTables {
                threads: [const { Thread::DORMANT }; THREADS],
                deadlines: [ThreadIndex::NONE; THREADS],
                processes: [const { Process::UNSTARTED }; PROCESSES],
                handlers: [const { Handler::IDLE }; HANDLERS],
                initiators: [const { Initiator::IDLE }; INITIATORS],
                wait_lists: [const { ThreadList::EMPTY }; WAIT_LISTS],
                globals: Globals::INITIAL,
            }),
            port: ConstStaticCell::new(PortTables {
                contexts: [Context::ZERO; THREADS],
                lines: [const { ProcessLine::EMPTY }; PROCESSES],
            }),
        }
    }

    /// Lends the tables; nothing the second time.
    pub(crate) fn take(&'static self) -> Option<Tables> {
        let kernel = self.kernel.try_take()?;
        let port = self.port.try_take()?;
        let storage = Storage {
            threads: &mut kernel.threads,
            deadlines: &mut kernel.deadlines,
            processes: &mut kernel.processes,
            handlers: &mut kernel.handlers,
            initiators: &mut kernel.initiators,
            wait_lists: &mut kernel.wait_lists,
            globals: &mut kernel.globals,
        };
        Some(Tables { storage, contexts: &mut port.contexts, lines: &mut port.lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_lent_once_and_as_large_as_they_were_made() {
        static CELL: TablesCell<3, 2, 1, 1, 2> = TablesCell::new();
        let tables = CELL.take().expect("the first time");
        assert_eq!((tables.contexts.len(), tables.lines.len()), (3, 2));
        assert_eq!((tables.storage.threads.len(), tables.storage.wait_lists.len()), (3, 2));
        assert!(CELL.take().is_none());
    }
}
