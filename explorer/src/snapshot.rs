//! The kernel's whole state as a value.
//!
//! The kernel is a view over tables that somebody lends. Here the tables are vectors, so a state
//! can be copied, compared, hashed and put aside, and a step is a function from one to the next.

use guichet_kernel::{
    Globals, Handler, Initiator, Kernel, Process, Storage, StorageSizes, System, Thread,
    ThreadIndex, ThreadList,
};

/// Everything that the kernel remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot {
    threads: Vec<Thread>,
    deadlines: Vec<ThreadIndex>,
    processes: Vec<Process>,
    handlers: Vec<Handler>,
    initiators: Vec<Initiator>,
    wait_lists: Vec<ThreadList>,
    globals: Globals,
}

impl Snapshot {
    /// The tables of `system` before boot.
    pub fn before_boot(system: &System<'_>) -> Snapshot {
        let sizes = StorageSizes::of(system);
        Snapshot {
            threads: vec![Thread::DORMANT; sizes.threads],
            deadlines: vec![ThreadIndex::NONE; sizes.threads],
            processes: vec![Process::UNSTARTED; sizes.processes],
            handlers: vec![Handler::IDLE; sizes.handlers],
            initiators: vec![Initiator::IDLE; sizes.initiators],
            wait_lists: vec![ThreadList::EMPTY; sizes.wait_lists],
            globals: Globals::INITIAL,
        }
    }

    /// The real kernel over these tables.
    pub fn kernel<'s>(&'s mut self, system: &'s System<'s>) -> Kernel<'s> {
        Kernel::new(
            system,
            Storage {
                threads: &mut self.threads,
                deadlines: &mut self.deadlines,
                processes: &mut self.processes,
                handlers: &mut self.handlers,
                initiators: &mut self.initiators,
                wait_lists: &mut self.wait_lists,
                globals: &mut self.globals,
            },
        )
    }

    /// Forgets what stands in the deadline queue's storage beyond the `armed` places in use. The
    /// kernel never looks there, and states that differ only there are the same state.
    pub fn forget_unused_deadlines(&mut self, armed: usize) {
        for place in self.deadlines.iter_mut().skip(armed) {
            *place = ThreadIndex::NONE;
        }
    }

    /// Tells whether two states differ at most in the handlers' table, where the marks of
    /// staleness stand (CH-5a).
    pub fn is_same_but_for_handlers(&self, other: &Snapshot) -> bool {
        self.threads == other.threads
            && self.deadlines == other.deadlines
            && self.processes == other.processes
            && self.initiators == other.initiators
            && self.wait_lists == other.wait_lists
            && self.globals == other.globals
    }
}
