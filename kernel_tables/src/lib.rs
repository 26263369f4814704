//! The kernel's tables as vectors, for hosts that have an allocator.
//!
//! The kernel borrows its tables and allocates nothing. A board gives it static storage; whoever
//! runs it under an operating system (the Linux port, the explorer, the bench) wants vectors of the
//! right sizes. They are here, once, so that a new kind of table is added in one place. As a value
//! the tables can be copied, compared and hashed: a step becomes a function from one state to the
//! next.
#![forbid(unsafe_code)]

use guichet_kernel::{
    Buffer, CapsuleUser, Endpoint, Exchange, Globals, Handler, Initiator, Interrupt, Kernel,
    Mapping, Process, ProcessIndex, QueuedMessage, SharedRegion, Sharer, Storage, StorageSizes,
    Subscription, System, TableIndex, Thread, ThreadList, ThreadState, WaitGroup,
};

mod calls;

pub use calls::right;

/// Everything that the kernel remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelTables {
    threads: Vec<Thread>,
    processes: Vec<Process>,
    handlers: Vec<Handler>,
    initiators: Vec<Initiator>,
    interrupts: Vec<Interrupt>,
    endpoints: Vec<Endpoint>,
    messages: Vec<QueuedMessage>,
    message_bytes: Vec<u8>,
    exchanges: Vec<Exchange>,
    wait_lists: Vec<ThreadList>,
    wait_groups: Vec<WaitGroup>,
    capsule_users: Vec<CapsuleUser>,
    subscriptions: Vec<Subscription>,
    allows: Vec<Buffer>,
    acquaintances: Vec<u32>,
    shared_regions: Vec<SharedRegion>,
    sharers: Vec<Sharer>,
    mappings: Vec<Mapping>,
    capsule_words: Vec<u64>,
    globals: Globals,
}

impl KernelTables {
    /// The tables of `system` before boot.
    pub fn before_boot(system: &System<'_>) -> KernelTables {
        let sizes = StorageSizes::of(system);
        KernelTables {
            threads: vec![Thread::DORMANT; sizes.threads],
            processes: vec![Process::UNSTARTED; sizes.processes],
            handlers: vec![Handler::IDLE; sizes.handlers],
            initiators: vec![Initiator::IDLE; sizes.initiators],
            interrupts: vec![Interrupt::IDLE; sizes.interrupts],
            endpoints: vec![Endpoint::IDLE; sizes.endpoints],
            messages: vec![QueuedMessage::NONE; sizes.messages],
            message_bytes: vec![0; sizes.message_bytes],
            exchanges: vec![Exchange::IDLE; sizes.exchanges],
            wait_lists: vec![ThreadList::EMPTY; sizes.wait_lists],
            wait_groups: vec![WaitGroup::FRESH; sizes.wait_groups],
            capsule_users: vec![CapsuleUser::FRESH; sizes.capsule_users],
            subscriptions: vec![Subscription::NONE; sizes.subscriptions],
            allows: vec![Buffer::EMPTY; sizes.allows],
            acquaintances: vec![0; sizes.acquaintances],
            shared_regions: vec![SharedRegion::FREE; sizes.shared_regions],
            sharers: vec![Sharer::IDLE; sizes.sharers],
            mappings: vec![Mapping::FREE; sizes.mappings],
            capsule_words: vec![0; sizes.capsule_words],
            globals: Globals::INITIAL,
        }
    }

    /// The kernel over these tables; they must have been made for the same system.
    pub fn kernel<'s>(&'s mut self, system: &'s System<'s>) -> Kernel<'s> {
        let storage = Storage {
            threads: &mut self.threads,
            processes: &mut self.processes,
            handlers: &mut self.handlers,
            initiators: &mut self.initiators,
            interrupts: &mut self.interrupts,
            endpoints: &mut self.endpoints,
            messages: &mut self.messages,
            message_bytes: &mut self.message_bytes,
            exchanges: &mut self.exchanges,
            wait_lists: &mut self.wait_lists,
            wait_groups: &mut self.wait_groups,
            capsule_users: &mut self.capsule_users,
            subscriptions: &mut self.subscriptions,
            allows: &mut self.allows,
            acquaintances: &mut self.acquaintances,
            shared_regions: &mut self.shared_regions,
            sharers: &mut self.sharers,
            mappings: &mut self.mappings,
            capsule_words: &mut self.capsule_words,
            globals: &mut self.globals,
        };
        Kernel::new(system, storage)
    }

    /// Takes the lives that a process has behind it for another number: nothing but the last of all
    /// lives is special to the kernel, so a state means the same whichever life it is in.
    pub fn renumber_life(&mut self, process: ProcessIndex, incarnation: u32) {
        if let Some(process) = self.processes.get_mut(process.position()) {
            *process = process.in_life(incarnation);
        }
    }

    /// Takes away the messages of upcalls that their threads have been given, or never will be: a state means
    /// the same whatever was told last.
    pub fn forget_upcalls(&mut self, system: &System<'_>) {
        for (user, declared) in self.capsule_users.iter_mut().zip(system.processes) {
            let main = declared.threads.first().and_then(|main| self.threads.get(main.position()));
            let state = main.map_or(ThreadState::Dormant, Thread::state);
            if !matches!(state, ThreadState::ReturningMessage(_)) {
                *user = user.without_message();
            }
        }
    }

    /// What capsules keep, for tools that know what it means.
    pub fn capsule_words_mut(&mut self) -> &mut [u64] {
        &mut self.capsule_words
    }

    /// Tells whether two states differ at most in the handlers' table, where the marks of
    /// staleness stand (CH-5a).
    pub fn is_same_but_for_handlers(&self, other: &KernelTables) -> bool {
        let mut with_our_handlers = other.clone();
        with_our_handlers.handlers.clone_from(&self.handlers);
        *self == with_our_handlers
    }
}
