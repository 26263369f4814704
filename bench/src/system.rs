//! The smallest system that can talk: a handler and an initiator, one thread each.

use guichet_kernel::{
    ExchangeIndex, HandlerDescriptor, HandlerIndex, InitiatorDescriptor, InitiatorIndex,
    MappingIndex, Object, Priority, ProcessDescriptor, ProcessIndex, Region, RestartPolicy, Span,
    System, ThreadDescriptor, ThreadIndex, WALL_WORDS, WaitListIndex,
};

/// The process that answers, and its thread. It starts first, so that it waits when asked.
pub(crate) const HANDLER: usize = 0;
/// The process that asks, and its thread.
pub(crate) const INITIATOR: usize = 1;

/// How much memory each process has; all of it can be written.
pub(crate) const MEMORY_BYTES: usize = 4096;

/// Where a process's memory begins.
pub(crate) const fn base(process: usize) -> usize {
    0x1_0000 * (process + 1)
}

const fn memory(process: usize) -> Region {
    Region { start: base(process), end: base(process) + MEMORY_BYTES, writable: true }
}

const HANDLER_END: HandlerDescriptor = HandlerDescriptor {
    index: HandlerIndex::new(0),
    process: ProcessIndex::new(HANDLER),
    wait_list: WaitListIndex::new(0),
};

const INITIATOR_END: InitiatorDescriptor = InitiatorDescriptor {
    index: InitiatorIndex::new(0),
    process: ProcessIndex::new(INITIATOR),
    handler: HANDLER_END,
    wait_list: WaitListIndex::new(1),
    badge: 0,
};

/// Each process's only object, with handle 0, is its end of the channel.
static PROCESSES: [ProcessDescriptor<'static>; 2] = [
    ProcessDescriptor {
        index: ProcessIndex::new(HANDLER),
        name: "handler",
        own: Span::own(&[memory(HANDLER)]),
        memory: &[memory(HANDLER)],
        objects: &[Object::ChannelHandler(HANDLER_END)],
        threads: &[ThreadIndex::new(HANDLER)],
        wall: [0; WALL_WORDS],
        wait_list: WaitListIndex::NONE,
        upcalls_list: WaitListIndex::NONE,
        first_member: ThreadIndex::NONE,
        first_exchange: ExchangeIndex::NONE,
        first_mapping: MappingIndex::NONE,
        starts_at_boot: true,
        restart: RestartPolicy::NEVER,
        may_shutdown: false,
    },
    ProcessDescriptor {
        index: ProcessIndex::new(INITIATOR),
        name: "initiator",
        own: Span::own(&[memory(INITIATOR)]),
        memory: &[memory(INITIATOR)],
        objects: &[Object::ChannelInitiator(INITIATOR_END)],
        threads: &[ThreadIndex::new(INITIATOR)],
        wall: [0; WALL_WORDS],
        wait_list: WaitListIndex::NONE,
        upcalls_list: WaitListIndex::NONE,
        first_member: ThreadIndex::NONE,
        first_exchange: ExchangeIndex::NONE,
        first_mapping: MappingIndex::NONE,
        starts_at_boot: true,
        restart: RestartPolicy::NEVER,
        may_shutdown: false,
    },
];

/// A process's only thread.
const fn thread(process: &'static ProcessDescriptor<'static>) -> ThreadDescriptor<'static> {
    ThreadDescriptor {
        process,
        ordinal: 0,
        priority: Priority::DEFAULT,
        wait_list: WaitListIndex::NONE,
    }
}

/// The whole.
pub(crate) static SYSTEM: System<'static> = System {
    processes: &PROCESSES,
    threads: &[thread(&PROCESSES[HANDLER]), thread(&PROCESSES[INITIATOR])],
    handlers: &[HANDLER_END],
    initiators: &[INITIATOR_END],
    wait_groups: &[],
    interrupts: &[],
    endpoints: &[],
    senders: &[],
    shared_regions: &[],
    sharers: &[],
    capsules: &[],
    services: &[],
    are_ids_global: false,
    max_transfer_bytes: MEMORY_BYTES,
};
