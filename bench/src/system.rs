//! The smallest system that can talk: a handler and an initiator, one thread each.

use guichet_kernel::{
    HandlerDescriptor, HandlerIndex, InitiatorDescriptor, InitiatorIndex, Object, Priority,
    ProcessDescriptor, ProcessIndex, Region, System, ThreadDescriptor, ThreadIndex, WaitListIndex,
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

const fn thread(process: usize) -> ThreadDescriptor {
    ThreadDescriptor {
        process: ProcessIndex::new(process),
        ordinal: 0,
        priority: Priority::DEFAULT,
    }
}

/// Each process's only object, with handle 0, is its end of the channel.
pub(crate) const SYSTEM: System<'static> = System {
    processes: &[
        ProcessDescriptor {
            name: "handler",
            memory: &[memory(HANDLER)],
            objects: &[Object::ChannelHandler(HandlerIndex::new(0))],
            threads: &[ThreadIndex::new(HANDLER)],
            may_shutdown: false,
        },
        ProcessDescriptor {
            name: "initiator",
            memory: &[memory(INITIATOR)],
            objects: &[Object::ChannelInitiator(InitiatorIndex::new(0))],
            threads: &[ThreadIndex::new(INITIATOR)],
            may_shutdown: false,
        },
    ],
    threads: &[thread(HANDLER), thread(INITIATOR)],
    handlers: &[HandlerDescriptor {
        process: ProcessIndex::new(HANDLER),
        wait_list: WaitListIndex::new(0),
    }],
    initiators: &[InitiatorDescriptor {
        process: ProcessIndex::new(INITIATOR),
        handler: HandlerIndex::new(0),
        wait_list: WaitListIndex::new(1),
        badge: 0,
    }],
    max_transfer_bytes: MEMORY_BYTES,
};
