//! Guichet's kernel: a pure state machine.
//!
//! There is one way in, [`Kernel::step`] (with [`Kernel::door`] as its short cut), and one way
//! out, [`Outcome`]. The kernel has no clock, no memory of its own and no idea of the machine it
//! runs on: time, copying and the console are asked of a [`Port`], and all state stands in tables
//! that the port lends as [`Storage`]. The same code therefore runs on a microcontroller, under
//! Linux, and inside an explorer that visits every interleaving of a small system.
//!
//! Two rules hold everywhere. A call is checked completely before anything is changed, so a call
//! that fails has changed nothing. And imports go down only, in this order:
//!
//! ```text
//!   step                        decode an event, call one operation
//!   task                        what holders of process and thread objects may do
//!   lifecycle                   start, fault, exit; tells every window
//!   capsules                    the calls of capsules; what they hear of processes
//!   capsules/host               what a capsule is lent, over the kernel's tables
//!   kernel                      the whole, as a view over tables
//!   object_wait                 what the windows show, against what a caller wants
//!   ipc/endpoint/end   ipc/endpoint/door   ipc/endpoint/normal
//!   ipc/endpoint/queue
//!   ipc/endpoint
//!   ipc/channel/asynchronous
//!   ipc/channel/door   ipc/channel/start   ipc/channel/serve   ipc/channel/end   ipc/channel/user
//!   ipc/channel/inherit   ipc/channel/queue
//!   ipc/channel   ipc/wait_group   ipc/interrupt   ipc/shared_memory   the windows
//!   ipc/name_registry   ipc/sync_mailbox   ipc/async_mailbox   ipc/notify    the capsules that Guichet brings
//!   services                    what a window may use
//!   wait                        blocking and waking
//!   scheduler   deadline        who runs; what ends when
//!   upcall                      what processes have with capsules
//!   transfer                    lists of slices, the one copy
//!   memories                    what processes may touch now
//!   event   system              what goes in and out; what is declared
//!   capsule/table               the system's capsules, and where their things are
//!   capsule                     what a capsule is, and what it is lent
//!   port                        what is asked of the machine
//!   exchange                    what a thread keeps for endpoints
//!   thread   fault   memory   process   object
//!   mapping
//!   id   time
//!   wall/spare                what lies beside a process's own memory, in the hardware's words
//!   wall/pmp   wall/pmsav7   wall/pmsav8    what protection hardware takes; computed at build time
//!   wall/arm   wall   region
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

/// Whether the kernel has endpoints. A constant, so that what it keeps out is compiled all the same and
/// then left out of the image.
const HAS_ENDPOINTS: bool = cfg!(feature = "endpoints");

/// Whether the kernel has capsules; as [`HAS_ENDPOINTS`].
const HAS_CAPSULES: bool = cfg!(feature = "capsules");

/// Whether processes can have more than their own memory; as [`HAS_ENDPOINTS`].
const HAS_SHARED_MEMORY: bool = cfg!(feature = "shared_memory");

/// Whether any call has a message for an answer.
const HAS_MESSAGES: bool = HAS_ENDPOINTS || HAS_CAPSULES;

pub mod capsule;
mod capsules;
mod deadline;
mod event;
mod exchange;
mod fault;
mod id;
mod ipc;
mod kernel;
mod lifecycle;
mod mapping;
mod memories;
mod memory;
mod object;
mod object_wait;
mod port;
mod process;
mod region;
mod scheduler;
mod services;
mod step;
mod system;
mod task;
#[cfg(test)]
mod testing;
mod thread;
mod time;
mod transfer;
mod upcall;
mod wait;
mod wall;

pub use capsule::Service;
pub use capsule::table::CapsuleDescriptor;
pub use event::{Action, Call, Event, Outcome};
pub use exchange::Exchange;
pub use fault::Report;
pub use guichet_abi::{Fault, FaultCause, MAX_MAPPINGS, MemoryRights};
pub use id::{
    EndpointIndex, ExchangeIndex, HandlerIndex, InitiatorIndex, InterruptIndex, InterruptLine,
    MappingIndex, MessageIndex, ProcessId, ProcessIndex, SharedRegionIndex, SharerIndex, Table,
    TableIndex, ThreadIndex, WaitGroupIndex, WaitListIndex,
};
pub use ipc::async_mailbox::{ASYNC_MAILBOX, AsyncMailbox};
pub use ipc::channel::{Handler, Initiator};
pub use ipc::endpoint::{Endpoint, QueuedMessage, exchange_of, reply_right, with_reply};
pub use ipc::interrupt::Interrupt;
pub use ipc::name_registry::{
    Declared, DeclaredServices, NAME_REGISTRY, Name, NameRegistry, Policy,
};
pub use ipc::notify::{NOTIFY, Notify};
pub use ipc::shared_memory::{SharedRegion, Sharer};
pub use ipc::sync_mailbox::{SYNC_MAILBOX, SyncMailbox};
pub use kernel::{Globals, Kernel, Storage, StorageSizes};
pub use mapping::Mapping;
pub use memory::{Buffer, Grant};
pub use object::{
    EndpointDescriptor, HandlerDescriptor, InitiatorDescriptor, InterruptDescriptor, Object,
    Presence, ReceiverDescriptor, SenderDescriptor, SharedRegionDescriptor, SharerDescriptor,
    SharingPresence, WaitGroupDescriptor,
};
pub use port::{NotStarted, Port, Side, Unreadable};
pub use process::{GiveUp, Process, ProcessDescriptor, ProcessState, RestartPolicy};
pub use region::{Access, Region, Span};
pub use scheduler::SchedulerState;
pub use system::System;
pub use thread::{
    Awaited, Member, Priority, Thread, ThreadDescriptor, ThreadList, ThreadSet, ThreadState,
};
pub use time::Instant;
pub use upcall::{CapsuleSizes, CapsuleUser, Subscription};
pub use wait::WaitGroup;
pub use wall::arm::MemoryKind;
pub use wall::pmp::{PmpEntries, PmpEntry, pmp_configuration_word};
pub use wall::pmsav7::{PMSAV7_REGIONS, Pmsav7Region, Pmsav7Regions};
pub use wall::pmsav8::{PMSAV8_MAIR0, Pmsav8Region};
pub use wall::spare::{Inexpressible, PmpSpares, Pmsav7Spares, Pmsav8Spares, SpareWall};
pub use wall::{AddressRange, Permissions, WALL_WORDS, WallError};
