//! The kernel as a whole: a view over tables that the port owns.

use guichet_abi::Signals;

use crate::deadline::Deadlines;
use crate::id::{ProcessIndex, Table, TableIndex, ThreadIndex};
use crate::ipc::channel::{Channels, Handler, Initiator};
use crate::object_wait::{active_signals, wait_list};
use crate::process::Process;
use crate::scheduler::SchedulerState;
use crate::services::Services;
use crate::system::System;
use crate::thread::{Thread, ThreadDescriptor, ThreadList, ThreadState};
use crate::time::Instant;
use crate::wait::Waits;

/// What the kernel remembers that stands in no table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Globals {
    scheduler: SchedulerState,
    /// The alarm that the port was last asked for.
    alarm: Instant,
}

impl Globals {
    /// Before boot.
    pub const INITIAL: Globals = Globals { scheduler: SchedulerState::IDLE, alarm: Instant::NEVER };
}

/// The storage that a port lends, one entry for each thing declared. What is in it before boot
/// does not matter.
#[derive(Debug)]
pub struct Storage<'s> {
    /// One for each thread.
    pub threads: &'s mut [Thread],
    /// One for each process.
    pub processes: &'s mut [Process],
    /// One for each handler end.
    pub handlers: &'s mut [Handler],
    /// One for each initiator end.
    pub initiators: &'s mut [Initiator],
    /// One for each object that can be waited on.
    pub wait_lists: &'s mut [ThreadList],
    /// The rest.
    pub globals: &'s mut Globals,
}

/// The kernel: a view over tables, made anew as often as one likes.
#[derive(Debug)]
pub struct Kernel<'s> {
    pub(crate) services: Services<'s>,
    pub(crate) channels: Channels<'s>,
}

impl<'s> Kernel<'s> {
    /// The kernel over a declared system and its storage. Changes nothing.
    pub fn new(system: &'s System<'s>, storage: Storage<'s>) -> Self {
        let Globals { scheduler, alarm } = storage.globals;
        let waits = Waits::new(
            system.threads,
            Table::new(storage.threads),
            Table::new(storage.wait_lists),
            scheduler,
            Deadlines::new(alarm),
        );
        Kernel {
            services: Services {
                system,
                max_transfer_bytes: system.max_transfer_bytes,
                processes: Table::new(storage.processes),
                waits,
            },
            channels: Channels {
                handlers: Table::new(storage.handlers),
                initiators: Table::new(storage.initiators),
            },
        }
    }

    /// A process's state, for the port and for tests.
    pub fn process(&self, index: ProcessIndex) -> Option<&Process> {
        self.services.processes.get(index)
    }

    /// A thread's state, for the port and for tests.
    pub fn thread(&self, index: ThreadIndex) -> Option<&Thread> {
        self.services.waits.threads.get(index)
    }

    /// The thread that the port is to run, or NONE.
    pub fn current_thread(&self) -> ThreadIndex {
        self.services.waits.current()
    }

    /// What is declared of the thread that the port is to run; of one that owns nothing, if there is
    /// none.
    #[inline(always)]
    pub fn running(&self) -> &'s ThreadDescriptor<'s> {
        self.services.waits.running()
    }

    /// Puts every table into its state before boot.
    pub(crate) fn clear(&mut self) {
        let waits = &mut self.services.waits;
        waits.scheduler.clear();
        waits.set_current(ThreadIndex::NONE);
        waits.deadlines.clear();
        for (thread, declared) in waits.threads.iter_mut().zip(self.services.system.threads) {
            *thread = Thread { priority: declared.priority, ..Thread::DORMANT };
        }
        waits.lists.fill(&ThreadList::EMPTY);
        self.services.processes.fill(&Process::UNSTARTED);
        self.channels.handlers.fill(&Handler::IDLE);
        self.channels.initiators.fill(&Initiator::IDLE);
    }

    /// Checks every invariant of the whole state. For tests, the explorer and fuzzers; its cost
    /// grows with the system.
    pub fn check(&self) -> Result<(), &'static str> {
        self.services.waits.check()?;
        self.channels.check(&self.services)?;
        for number in 0..self.services.system.threads.len() {
            self.check_thread(ThreadIndex::new(number))?;
        }
        Ok(())
    }

    /// Nobody sleeps whose wait is satisfied, and nobody lives in a process that has ended.
    fn check_thread(&self, index: ThreadIndex) -> Result<(), &'static str> {
        let thread = self.thread(index).ok_or("kernel: no such thread")?;
        let declared = self.services.system.thread(index).ok_or("kernel: undeclared thread")?;
        let process = self.process(declared.process.index).ok_or("kernel: no such process")?;
        if thread.state != ThreadState::Dormant && process.live_threads == 0 {
            return Err("kernel: a thread lives in a process that has ended");
        }
        let (list, mask) = match thread.state {
            ThreadState::Waiting { list, mask } => (list, mask),
            ThreadState::Receiving { list, .. } => (list, Signals::READABLE),
            ThreadState::Dormant
            | ThreadState::Ready
            | ThreadState::Returning(_)
            | ThreadState::Running
            | ThreadState::Transacting(_)
            | ThreadState::Sleeping => return Ok(()),
        };
        for object in declared.process.objects {
            if wait_list(object) == Ok(list)
                && active_signals(&self.channels, object).intersects(mask)
            {
                return Err("wait: a thread sleeps although its signal is active");
            }
        }
        Ok(())
    }
}

/// Where every entry of the storage must be: lets a port size its tables from the declared system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageSizes {
    /// For `threads`.
    pub threads: usize,
    /// For `processes`.
    pub processes: usize,
    /// For `handlers`.
    pub handlers: usize,
    /// For `initiators`.
    pub initiators: usize,
    /// For `wait_lists`.
    pub wait_lists: usize,
}

impl StorageSizes {
    /// The sizes that `system` needs.
    pub fn of(system: &System<'_>) -> StorageSizes {
        let lists = system.handlers.iter().map(|end| end.wait_list);
        let lists = lists.chain(system.initiators.iter().map(|end| end.wait_list));
        StorageSizes {
            threads: system.threads.len(),
            processes: system.processes.len(),
            handlers: system.handlers.len(),
            initiators: system.initiators.len(),
            wait_lists: lists.map(|list| list.position().saturating_add(1)).max().unwrap_or(0),
        }
    }
}
