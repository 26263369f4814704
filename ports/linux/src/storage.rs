//! The kernel's tables. On Linux they are vectors, sized by what the system declares.

use guichet_kernel::{
    Globals, Handler, Initiator, Process, Storage, StorageSizes, System, Thread, ThreadIndex,
    ThreadList,
};

/// Owns what the kernel borrows.
pub(crate) struct Tables {
    threads: Vec<Thread>,
    deadlines: Vec<ThreadIndex>,
    processes: Vec<Process>,
    handlers: Vec<Handler>,
    initiators: Vec<Initiator>,
    wait_lists: Vec<ThreadList>,
    globals: Globals,
}

impl Tables {
    /// Tables of the sizes that `system` needs.
    pub(crate) fn for_system(system: &System<'_>) -> Tables {
        let sizes = StorageSizes::of(system);
        Tables {
            threads: vec![Thread::DORMANT; sizes.threads],
            deadlines: vec![ThreadIndex::NONE; sizes.threads],
            processes: vec![Process::UNSTARTED; sizes.processes],
            handlers: vec![Handler::IDLE; sizes.handlers],
            initiators: vec![Initiator::IDLE; sizes.initiators],
            wait_lists: vec![ThreadList::EMPTY; sizes.wait_lists],
            globals: Globals::INITIAL,
        }
    }

    /// The tables, lent to a kernel.
    pub(crate) fn lend(&mut self) -> Storage<'_> {
        Storage {
            threads: &mut self.threads,
            deadlines: &mut self.deadlines,
            processes: &mut self.processes,
            handlers: &mut self.handlers,
            initiators: &mut self.initiators,
            wait_lists: &mut self.wait_lists,
            globals: &mut self.globals,
        }
    }
}
