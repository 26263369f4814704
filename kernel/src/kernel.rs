//! The kernel as a whole: a view over tables that the port owns.

use guichet_abi::{MAX_MAPPINGS, Message};

use crate::deadline::Deadlines;
use crate::exchange::{Exchange, Rights};
use crate::id::{ProcessIndex, Table, TableIndex, ThreadIndex};
use crate::ipc::Windows;
use crate::ipc::channel::{Channels, Handler, Initiator};
use crate::ipc::endpoint::{Endpoint, Endpoints, QueuedMessage};
use crate::ipc::interrupt::{Interrupt, Interrupts};
use crate::ipc::shared_memory::{SharedMemory, SharedRegion, Sharer};
use crate::ipc::wait_group::next_ready;
use crate::mapping::Mapping;
use crate::memories::Memories;
use crate::memory::Buffer;
use crate::object::{EndpointDescriptor, Object};
use crate::object_wait::{active_signals, wait_list};
use crate::process::{GiveUp, Process, ProcessDescriptor};
use crate::scheduler::SchedulerState;
use crate::services::Services;
use crate::system::System;
use crate::thread::{Thread, ThreadDescriptor, ThreadList, ThreadState};
use crate::time::Instant;
use crate::upcall::{CapsuleSizes, CapsuleUser, Subscription, Upcalls};
use crate::wait::{WaitGroup, Waits};

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
    /// One for each thread, and one for each object that may join a wait group.
    pub threads: &'s mut [Thread],
    /// One for each process.
    pub processes: &'s mut [Process],
    /// One for each handler end.
    pub handlers: &'s mut [Handler],
    /// One for each initiator end.
    pub initiators: &'s mut [Initiator],
    /// One for each interrupt object.
    pub interrupts: &'s mut [Interrupt],
    /// One for each endpoint.
    pub endpoints: &'s mut [Endpoint],
    /// One for each place in the queues of all endpoints.
    pub messages: &'s mut [QueuedMessage],
    /// For each such place as many as its messages are long, in whole words.
    pub message_bytes: &'s mut [u8],
    /// One for each thread of the processes that have ends of endpoints.
    pub exchanges: &'s mut [Exchange],
    /// One for each object that can be waited on.
    pub wait_lists: &'s mut [ThreadList],
    /// One for each wait group.
    pub wait_groups: &'s mut [WaitGroup],
    /// One for each process, if the system has capsules.
    pub capsule_users: &'s mut [CapsuleUser],
    /// One for each upcall of each process.
    pub subscriptions: &'s mut [Subscription],
    /// One for each buffer that a process may allow.
    pub allows: &'s mut [Buffer],
    /// A bit for each pair of processes, if the system has capsules.
    pub acquaintances: &'s mut [u32],
    /// One for each region of shared memory.
    pub shared_regions: &'s mut [SharedRegion],
    /// One for each part in such a region.
    pub sharers: &'s mut [Sharer],
    /// [`guichet_abi::MAX_MAPPINGS`] for each process that can have ranges beside its own memory.
    pub mappings: &'s mut [Mapping],
    /// What capsules keep.
    pub capsule_words: &'s mut [u64],
    /// The rest.
    pub globals: &'s mut Globals,
}

/// The kernel: a view over tables, made anew as often as one likes.
#[derive(Debug)]
pub struct Kernel<'s> {
    pub(crate) services: Services<'s>,
    pub(crate) windows: Windows<'s>,
}

impl<'s> Kernel<'s> {
    /// The kernel over a declared system and its storage. Changes nothing.
    pub fn new(system: &'s System<'s>, storage: Storage<'s>) -> Self {
        let Globals { scheduler, alarm } = storage.globals;
        let waits = Waits::new(
            system,
            Table::new(storage.threads),
            Table::new(storage.wait_lists),
            Table::new(storage.wait_groups),
            scheduler,
            Deadlines::new(alarm),
        );
        let rights = Rights::of(storage.exchanges.len());
        let upcalls = Upcalls::new(
            system,
            storage.capsule_users,
            storage.subscriptions,
            storage.allows,
            storage.acquaintances,
        );
        Kernel {
            services: Services {
                system,
                max_transfer_bytes: system.max_transfer_bytes,
                processes: Table::new(storage.processes),
                waits,
                exchanges: Table::new(storage.exchanges),
                memories: Memories::new(system, storage.mappings),
                upcalls,
                give_up: GiveUp::Stop,
            },
            windows: Windows {
                channels: Channels {
                    handlers: Table::new(storage.handlers),
                    initiators: Table::new(storage.initiators),
                },
                endpoints: Endpoints {
                    rights,
                    entries: Table::new(storage.endpoints),
                    messages: Table::new(storage.messages),
                    bytes: storage.message_bytes,
                },
                interrupts: Interrupts { entries: Table::new(storage.interrupts) },
                shared_memory: SharedMemory {
                    regions: Table::new(storage.shared_regions),
                    sharers: Table::new(storage.sharers),
                },
                capsule_words: storage.capsule_words,
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

    /// The message that a thread keeps, for its registers with [`crate::Action::ReturnMessage`].
    pub fn message(&self, index: ThreadIndex) -> Message {
        self.services.message(index)
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

    /// Tells whether nothing can happen any more: no process runs, and none is to be restarted.
    pub fn is_over(&self) -> bool {
        self.services.system.processes.iter().all(|declared| {
            let main = declared.threads.first().and_then(|main| self.thread(*main));
            let process = self.process(declared.index);
            !process.is_some_and(Process::is_running)
                && main.is_none_or(|main| !main.state.is_restarting())
        })
    }

    /// Puts every table into its state before boot.
    pub(crate) fn clear(&mut self) {
        let waits = &mut self.services.waits;
        waits.scheduler.clear();
        waits.settle_door();
        waits.set_current(ThreadIndex::NONE);
        waits.deadlines.clear();
        waits.threads.fill(&Thread::DORMANT);
        waits.lists.fill(&ThreadList::EMPTY);
        waits.groups.fill(&WaitGroup::FRESH);
        self.services.processes.fill(&Process::UNSTARTED);
        self.windows.channels.handlers.fill(&Handler::IDLE);
        self.windows.channels.initiators.fill(&Initiator::IDLE);
        self.windows.interrupts.entries.fill(&Interrupt::IDLE);
        self.windows.endpoints.entries.fill(&Endpoint::IDLE);
        self.windows.endpoints.messages.fill(&QueuedMessage::NONE);
        self.windows.shared_memory.clear();
        self.services.memories.clear();
        self.services.upcalls.clear();
        self.windows.capsule_words.fill(0);
        self.services.exchanges.fill(&Exchange::IDLE);
    }

    /// Gives every thread its own priority, and its own exchange if it keeps something for endpoints.
    pub(crate) fn tell_threads(&mut self) {
        let Services { waits, exchanges, system, .. } = &mut self.services;
        for (number, declared) in system.threads.iter().enumerate() {
            let index = ThreadIndex::new(number);
            if let Some(thread) = waits.threads.get_mut(index) {
                thread.priority = declared.priority;
            }
            let (first, ordinal) = (declared.process.first_exchange, declared.ordinal);
            if let Some(exchange) = exchanges.get_behind_mut(first, ordinal) {
                exchange.thread = index;
                exchange.right = Rights::first(first, ordinal);
            }
        }
    }

    /// Checks every invariant of the whole state. For tests, the explorer and fuzzers; its cost
    /// grows with the system.
    pub fn check(&self) -> Result<(), &'static str> {
        self.services.waits.check()?;
        self.windows.channels.check(&self.services)?;
        self.windows.endpoints.check(&self.services)?;
        self.windows.interrupts.check(&self.services)?;
        self.windows.shared_memory.check(&self.services)?;
        let is_running =
            |process| self.process(process).is_some_and(crate::process::Process::is_running);
        self.services.memories.check(is_running)?;
        self.check_capsules()?;
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
        if thread.state.is_alive() && !process.is_running() {
            return Err("kernel: a thread lives in a process that has ended");
        }
        if thread.state == ThreadState::Restarting
            && (process.is_running() || declared.ordinal != 0)
        {
            return Err("kernel: a process that runs is to be restarted");
        }
        let (list, mask) = match thread.state {
            ThreadState::Waiting { list, mask } => (list, mask),
            ThreadState::Receiving { list, .. } => {
                return self.windows.channels.check_receiver(&self.services, list);
            }
            ThreadState::Dormant
            | ThreadState::Ended(_)
            | ThreadState::Restarting
            | ThreadState::Member(_)
            | ThreadState::Ready
            | ThreadState::Returning(_)
            | ThreadState::ReturningMessage(_)
            | ThreadState::Running
            | ThreadState::Sending { .. }
            | ThreadState::Transacting(_)
            | ThreadState::Calling(_)
            | ThreadState::Yielding(_)
            | ThreadState::Sleeping => return Ok(()),
        };
        for object in declared.process.objects {
            if wait_list(self.services.system, object) == list
                && active_signals(&self.windows, &self.services, object).intersects(mask)
            {
                return Err("wait: a thread sleeps although its signal is active");
            }
            let signals = |object: &Object| active_signals(&self.windows, &self.services, object);
            if let Object::WaitGroup(group) = object
                && group.wait_list == list
                && let Ok(Some(_)) = next_ready(&self.services, declared.process, group, signals)
            {
                return Err("wait: a thread sleeps although a member of its group is ready");
            }
        }
        Ok(())
    }
}

/// Where every entry of the storage must be: lets a port size its tables from the declared system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageSizes {
    /// For `threads`: one for each, and after them one for each object that may join a wait group.
    pub threads: usize,
    /// For `processes`.
    pub processes: usize,
    /// For `handlers`.
    pub handlers: usize,
    /// For `initiators`.
    pub initiators: usize,
    /// For `interrupts`.
    pub interrupts: usize,
    /// For `endpoints`.
    pub endpoints: usize,
    /// For `messages`.
    pub messages: usize,
    /// For `message_bytes`.
    pub message_bytes: usize,
    /// For `exchanges`.
    pub exchanges: usize,
    /// For `capsule_users`.
    pub capsule_users: usize,
    /// For `subscriptions`.
    pub subscriptions: usize,
    /// For `allows`.
    pub allows: usize,
    /// For `acquaintances`.
    pub acquaintances: usize,
    /// For `shared_regions`.
    pub shared_regions: usize,
    /// For `sharers`.
    pub sharers: usize,
    /// For `mappings`.
    pub mappings: usize,
    /// For `capsule_words`.
    pub capsule_words: usize,
    /// For `wait_lists`.
    pub wait_lists: usize,
    /// For `wait_groups`.
    pub wait_groups: usize,
}

impl StorageSizes {
    /// The sizes that `system` needs.
    pub fn of(system: &System<'_>) -> StorageSizes {
        let capsules = CapsuleSizes::of(system.capsules, system.processes.len());
        let lists = system.handlers.iter().map(|end| end.wait_list);
        let lists = lists.chain(system.initiators.iter().map(|end| end.wait_list));
        let lists = lists.chain(system.interrupts.iter().map(|interrupt| interrupt.wait_list));
        let lists = lists.chain(system.processes.iter().map(|process| process.wait_list));
        let lists = lists.chain(system.processes.iter().map(|process| process.upcalls_list));
        let lists = lists.chain(system.threads.iter().map(|thread| thread.wait_list));
        let lists = lists.chain(system.wait_groups.iter().map(|group| group.wait_list));
        let ends = system.endpoints.iter().map(|each| each.receiver);
        let lists = lists.chain(ends.flat_map(|end| [end.wait_list, end.blocked_list]));
        let lists = lists.chain(system.senders.iter().map(|end| end.wait_list));
        let lists = lists.chain(system.sharers.iter().map(|sharer| sharer.wait_list));
        let lists = lists.filter(|list| !list.is_none());
        let places = system.processes.iter().filter(|process| !process.first_mapping.is_none());
        let members = |process: &ProcessDescriptor<'_>| match process.first_member.is_none() {
            true => 0,
            false => process.objects.len(),
        };
        let members = system.processes.iter().map(members).fold(0, usize::saturating_add);
        let bytes = |each: &EndpointDescriptor| {
            usize::from(each.capacity).saturating_mul(each.message_stride())
        };
        StorageSizes {
            threads: system.threads.len().saturating_add(members),
            processes: system.processes.len(),
            handlers: system.handlers.len(),
            initiators: system.initiators.len(),
            wait_groups: system.wait_groups.len(),
            interrupts: system.interrupts.len(),
            endpoints: system.endpoints.len(),
            messages: system.endpoints.iter().map(|each| usize::from(each.capacity)).sum(),
            message_bytes: system.endpoints.iter().map(bytes).sum(),
            exchanges: threads_with_exchanges(system).count(),
            capsule_users: capsules.users,
            subscriptions: capsules.subscriptions,
            allows: capsules.allows,
            acquaintances: capsules.acquaintances,
            shared_regions: system.shared_regions.len(),
            sharers: system.sharers.len(),
            mappings: places.count().saturating_mul(MAX_MAPPINGS),
            capsule_words: capsules.words,
            wait_lists: lists.map(|list| list.position().saturating_add(1)).max().unwrap_or(0),
        }
    }
}

/// The threads that keep something for endpoints: those of the processes with ends of any.
fn threads_with_exchanges<'s>(
    system: &System<'s>,
) -> impl Iterator<Item = &'s ThreadDescriptor<'s>> {
    system.threads.iter().filter(|each| !each.process.first_exchange.is_none())
}
