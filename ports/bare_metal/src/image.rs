//! What is generated for a system: its declaration, where its programs are, the kernel's tables.

use core::marker::PhantomData;
use core::ops::Range;

use guichet_kernel::{
    CapsuleUser, Endpoint, Exchange, Globals, Handler, Initiator, Interrupt, Process,
    QueuedMessage, Storage, System, Thread, ThreadList, WaitGroup,
};
use static_cell::ConstStaticCell;

use crate::capsules::{CapsuleMemory, CapsuleTables};
use crate::console::ProcessLine;
use crate::shared_memory::{SharedMemory, SharedMemoryTables, SpareWalls};

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
}

/// The memory that the kernel needs for a system, as a static that `run` takes once; what it needs for
/// capsules beside it is of the type `Capsules`, and what both it and the port need for shared memory, of the type
/// `Shared`.
pub struct KernelCell<
    const THREADS: usize,
    const PROCESSES: usize,
    const HANDLERS: usize,
    const INITIATORS: usize,
    const INTERRUPTS: usize,
    const WAIT_LISTS: usize,
    const WAIT_GROUPS: usize,
    const ENDPOINTS: usize,
    const EXCHANGES: usize,
    const CAPSULE_USERS: usize,
    Capsules,
    Shared,
>(
    ConstStaticCell<
        KernelTables<
            THREADS,
            PROCESSES,
            HANDLERS,
            INITIATORS,
            INTERRUPTS,
            WAIT_LISTS,
            WAIT_GROUPS,
            ENDPOINTS,
            EXCHANGES,
            CAPSULE_USERS,
        >,
    >,
    PhantomData<fn() -> (Capsules, Shared)>,
);

/// The memory that the port needs for a system, and the queues of the kernel's endpoints, as a static that
/// `run` takes once. Apart from the kernel's because it begins as zeros, which take no room in flash.
pub struct PortCell<
    Context: 'static,
    const THREADS: usize,
    const PROCESSES: usize,
    const MESSAGES: usize,
    const MESSAGE_BYTES: usize,
>(ConstStaticCell<PortTables<Context, THREADS, PROCESSES, MESSAGES, MESSAGE_BYTES>>);

/// The queues of the kernel's endpoints.
pub struct Queues {
    messages: &'static mut [QueuedMessage],
    bytes: &'static mut [u8],
}

/// What the kernel borrows.
struct KernelTables<
    const THREADS: usize,
    const PROCESSES: usize,
    const HANDLERS: usize,
    const INITIATORS: usize,
    const INTERRUPTS: usize,
    const WAIT_LISTS: usize,
    const WAIT_GROUPS: usize,
    const ENDPOINTS: usize,
    const EXCHANGES: usize,
    const CAPSULE_USERS: usize,
> {
    threads: [Thread; THREADS],
    processes: [Process; PROCESSES],
    handlers: [Handler; HANDLERS],
    initiators: [Initiator; INITIATORS],
    interrupts: [Interrupt; INTERRUPTS],
    wait_lists: [ThreadList; WAIT_LISTS],
    wait_groups: [WaitGroup; WAIT_GROUPS],
    endpoints: [Endpoint; ENDPOINTS],
    exchanges: [Exchange; EXCHANGES],
    capsule_users: [CapsuleUser; CAPSULE_USERS],
    globals: Globals,
}

/// The bytes of queued messages, each of which begins at a word.
#[repr(align(4))]
struct MessageBytes<const BYTES: usize>([u8; BYTES]);

/// What the port keeps for itself.
struct PortTables<
    Context,
    const THREADS: usize,
    const PROCESSES: usize,
    const MESSAGES: usize,
    const MESSAGE_BYTES: usize,
> {
    contexts: [Context; THREADS],
    lines: [ProcessLine; PROCESSES],
    messages: [QueuedMessage; MESSAGES],
    message_bytes: MessageBytes<MESSAGE_BYTES>,
}

impl<
    const THREADS: usize,
    const PROCESSES: usize,
    const HANDLERS: usize,
    const INITIATORS: usize,
    const INTERRUPTS: usize,
    const WAIT_LISTS: usize,
    const WAIT_GROUPS: usize,
    const ENDPOINTS: usize,
    const EXCHANGES: usize,
    const CAPSULE_USERS: usize,
    Capsules,
    Shared,
>
    KernelCell<
        THREADS,
        PROCESSES,
        HANDLERS,
        INITIATORS,
        INTERRUPTS,
        WAIT_LISTS,
        WAIT_GROUPS,
        ENDPOINTS,
        EXCHANGES,
        CAPSULE_USERS,
        Capsules,
        Shared,
    >
{
    /// Tables for a system of these sizes.
    #[allow(clippy::new_without_default, reason = "it makes a static, which takes a const")]
    pub const fn new() -> Self {
        let tables = ConstStaticCell::new(KernelTables {
            threads: [const { Thread::DORMANT }; THREADS],
            processes: [const { Process::UNSTARTED }; PROCESSES],
            handlers: [const { Handler::IDLE }; HANDLERS],
            initiators: [const { Initiator::IDLE }; INITIATORS],
            interrupts: [const { Interrupt::IDLE }; INTERRUPTS],
            wait_lists: [const { ThreadList::EMPTY }; WAIT_LISTS],
            wait_groups: [const { WaitGroup::FRESH }; WAIT_GROUPS],
            endpoints: [const { Endpoint::IDLE }; ENDPOINTS],
            exchanges: [const { Exchange::IDLE }; EXCHANGES],
            capsule_users: [const { CapsuleUser::FRESH }; CAPSULE_USERS],
            globals: Globals::INITIAL,
        });
        KernelCell(tables, PhantomData)
    }
}

/// The memory that the kernel needs for a system, of whatever size.
pub trait KernelMemory {
    /// Lends the tables and these queues to a kernel, and the spare walls to its port; nothing the second time.
    fn take(&'static self, queues: Queues) -> Option<(Storage<'static>, SpareWalls)>;
}

impl<
    const THREADS: usize,
    const PROCESSES: usize,
    const HANDLERS: usize,
    const INITIATORS: usize,
    const INTERRUPTS: usize,
    const WAIT_LISTS: usize,
    const WAIT_GROUPS: usize,
    const ENDPOINTS: usize,
    const EXCHANGES: usize,
    const CAPSULE_USERS: usize,
    Capsules: CapsuleMemory,
    Shared: SharedMemory,
> KernelMemory
    for KernelCell<
        THREADS,
        PROCESSES,
        HANDLERS,
        INITIATORS,
        INTERRUPTS,
        WAIT_LISTS,
        WAIT_GROUPS,
        ENDPOINTS,
        EXCHANGES,
        CAPSULE_USERS,
        Capsules,
        Shared,
    >
{
    fn take(&'static self, queues: Queues) -> Option<(Storage<'static>, SpareWalls)> {
        let tables = self.0.try_take()?;
        let CapsuleTables { subscriptions, allows, acquaintances, words } = Capsules::take()?;
        let SharedMemoryTables { regions, sharers, mappings, spare_walls } = Shared::take()?;
        let storage = Storage {
            threads: &mut tables.threads,
            processes: &mut tables.processes,
            handlers: &mut tables.handlers,
            initiators: &mut tables.initiators,
            interrupts: &mut tables.interrupts,
            wait_lists: &mut tables.wait_lists,
            wait_groups: &mut tables.wait_groups,
            capsule_users: &mut tables.capsule_users,
            subscriptions,
            allows,
            acquaintances,
            shared_regions: regions,
            sharers,
            mappings,
            capsule_words: words,
            endpoints: &mut tables.endpoints,
            messages: queues.messages,
            message_bytes: queues.bytes,
            exchanges: &mut tables.exchanges,
            globals: &mut tables.globals,
        };
        Some((storage, spare_walls))
    }
}

/// What the port and the kernel borrow of it: the registers of every thread, the unfinished line of every
/// process, and the queues.
pub type Lent<Context> = (&'static mut [Context], &'static mut [ProcessLine], Queues);

impl<
    Context: Copy + 'static,
    const THREADS: usize,
    const PROCESSES: usize,
    const MESSAGES: usize,
    const MESSAGE_BYTES: usize,
> PortCell<Context, THREADS, PROCESSES, MESSAGES, MESSAGE_BYTES>
{
    /// Tables for a system of these sizes, with this in the place of every thread's registers.
    pub const fn new(context: Context) -> Self {
        PortCell(ConstStaticCell::new(PortTables {
            contexts: [context; THREADS],
            lines: [const { ProcessLine::EMPTY }; PROCESSES],
            messages: [const { QueuedMessage::NONE }; MESSAGES],
            message_bytes: MessageBytes([0; MESSAGE_BYTES]),
        }))
    }

    /// Lends all of it; nothing the second time.
    pub fn take(&'static self) -> Option<Lent<Context>> {
        let PortTables { contexts, lines, messages, message_bytes } = self.0.try_take()?;
        let queues = Queues { messages, bytes: &mut message_bytes.0 };
        Some((contexts, lines, queues))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_lent_once_and_as_large_as_they_were_made() {
        static KERNEL: KernelCell<3, 2, 1, 1, 0, 2, 0, 1, 1, 2, (), ()> = KernelCell::new();
        static PORT: PortCell<u8, 3, 2, 4, 32> = PortCell::new(7);
        let (contexts, lines, queues) = PORT.take().expect("the first time");
        assert_eq!((&*contexts, lines.len()), (&[7; 3][..], 2));
        let (storage, spare_walls) = KERNEL.take(queues).expect("the first time");
        assert_eq!((storage.threads.len(), storage.wait_lists.len()), (3, 2));
        assert_eq!((storage.capsule_users.len(), storage.capsule_words.len()), (2, 0));
        assert_eq!((storage.messages.len(), storage.message_bytes.len()), (4, 32));
        assert!(storage.mappings.is_empty() && spare_walls.is_empty());
        let none = Queues { messages: &mut [], bytes: &mut [] };
        assert!(KERNEL.take(none).is_none() && PORT.take().is_none());
    }
}
