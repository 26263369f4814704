//! Objects, the things that handles name.
//!
//! A handle is a position in its process's object table, declared in system.json5 and fixed in
//! the image: nothing is allocated, and a handle that is not declared names nothing. The kind of
//! the object is the right to use it that way.

use guichet_abi::MemoryRights;

use crate::id::{
    EndpointIndex, HandlerIndex, InitiatorIndex, InterruptIndex, InterruptLine, MessageIndex,
    ProcessIndex, SharedRegionIndex, SharerIndex, ThreadIndex, WaitGroupIndex, WaitListIndex,
};
use crate::region::Span;

/// What a handle names, with everything that is declared of it: a call that has found its object
/// needs no other table to know it. A power of two in size, so that finding one is cheap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(align(32))]
pub enum Object {
    /// The handler's end of a channel.
    ChannelHandler(HandlerDescriptor),
    /// The initiator's end of a channel.
    ChannelInitiator(InitiatorDescriptor),
    /// The same of a channel that declares a default deadline. It is a kind of its own so that
    /// channels without one pay nothing: the door knows the other kind only.
    TimedInitiator {
        /// What is declared of every initiator's end.
        end: InitiatorDescriptor,
        /// How long a blocking transaction without a deadline lasts at most, in ticks (CH-11).
        default_ticks: u64,
    },
    /// A thread of the process itself (PR-5).
    Thread(ThreadIndex),
    /// A process that the holder may watch, start and terminate (PR-5).
    Process(ProcessIndex),
    /// A collection of the process's objects, to be waited on together (WT-4).
    WaitGroup(WaitGroupDescriptor),
    /// Interrupt lines of the machine (PR-8).
    Interrupt(InterruptIndex),
    /// The end of an endpoint that receives (EP-1).
    EndpointReceiver(ReceiverDescriptor),
    /// An end of an endpoint that sends (EP-2).
    EndpointSender(SenderDescriptor),
    /// A part in a region of shared memory (SH-1).
    SharedMemory(SharerDescriptor),
    /// The upcalls of the process itself (CP-6).
    Upcalls {
        /// The process.
        process: ProcessIndex,
        /// The threads that wait on it.
        wait_list: WaitListIndex,
    },
}

/// What is declared of a wait group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitGroupDescriptor {
    /// Its own number.
    pub index: WaitGroupIndex,
    /// The threads that wait on it.
    pub wait_list: WaitListIndex,
}

/// What is declared of a channel's handler end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HandlerDescriptor {
    /// Its own number.
    pub index: HandlerIndex,
    /// The process that answers.
    pub process: ProcessIndex,
    /// The threads that wait on this end.
    pub wait_list: WaitListIndex,
}

/// What is declared of a channel's initiator end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InitiatorDescriptor {
    /// Its own number.
    pub index: InitiatorIndex,
    /// The process that asks.
    pub process: ProcessIndex,
    /// The end that answers, owned by another process.
    pub handler: HandlerDescriptor,
    /// The threads that wait on this end.
    pub wait_list: WaitListIndex,
    /// What the handler knows it by (AB-6, CH-12).
    pub badge: u32,
}

/// Stands in whatever is declared of endpoints. A kernel without them has no such value, so there is no
/// end of an endpoint, and the compiler leaves out what would deal with one.
#[cfg(feature = "endpoints")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Presence;

/// Stands in whatever is declared of endpoints, of which this kernel has none.
#[cfg(not(feature = "endpoints"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {}

/// Stands in whatever is declared of shared memory, as [`Presence`] of endpoints.
#[cfg(feature = "shared_memory")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SharingPresence;

/// Stands in whatever is declared of shared memory, of which this kernel has none.
#[cfg(not(feature = "shared_memory"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SharingPresence {}

/// What every call on an endpoint must know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReceiverDescriptor {
    /// The endpoint's own number.
    pub index: EndpointIndex,
    /// The process that receives.
    pub process: ProcessIndex,
    /// The threads that wait on this end, or to receive.
    pub wait_list: WaitListIndex,
    /// The threads that wait for room to send.
    pub blocked_list: WaitListIndex,
    /// The longest message (EP-1).
    pub max_message_bytes: u16,
    /// The kernel has endpoints.
    pub presence: Presence,
}

/// What is declared of an endpoint (EP-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndpointDescriptor {
    /// What every call on it must know.
    pub receiver: ReceiverDescriptor,
    /// How many messages it holds.
    pub capacity: u16,
    /// Where its messages stand in the storage: the first of `capacity`.
    pub first_message: MessageIndex,
    /// Where their bytes stand: each has [`EndpointDescriptor::message_stride`] of them.
    pub first_byte: u32,
}

impl EndpointDescriptor {
    /// How many bytes of storage there are for each message: as many as declared, in whole words.
    pub const fn message_stride(&self) -> usize {
        // Widening: `From` is not const.
        (self.receiver.max_message_bytes as usize + 3) & !3
    }
}

/// What is declared of an end that sends to an endpoint (EP-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SenderDescriptor {
    /// The endpoint, owned by another process.
    pub receiver: ReceiverDescriptor,
    /// The process that sends.
    pub process: ProcessIndex,
    /// The threads that wait on this end.
    pub wait_list: WaitListIndex,
    /// What the receiver knows it by (AB-6).
    pub badge: u32,
    /// It may send.
    pub may_send: bool,
    /// It may call.
    pub may_call: bool,
}

/// What is declared of an interrupt object (PR-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InterruptDescriptor<'s> {
    /// The process that serves the lines.
    pub process: ProcessIndex,
    /// The threads that wait on it.
    pub wait_list: WaitListIndex,
    /// Its lines, at most [`guichet_abi::Signals::INTERRUPT_COUNT`]; a line's signal follows from its
    /// place. No line is in two objects.
    pub lines: &'s [InterruptLine],
}

/// What is declared of a region of shared memory (SH-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SharedRegionDescriptor {
    /// The memory, which is no process's own, and which the wall of every process that shares it can
    /// express as one range.
    pub span: Span,
    /// The first of those who share it; the others follow.
    pub first_sharer: SharerIndex,
    /// How many they are.
    pub sharers: u8,
}

/// What is declared of a process's part in a region of shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SharerDescriptor {
    /// Its own number.
    pub index: SharerIndex,
    /// The region.
    pub region: SharedRegionIndex,
    /// The process.
    pub process: ProcessIndex,
    /// The threads that wait on it.
    pub wait_list: WaitListIndex,
    /// The most that the process may do there.
    pub rights: MemoryRights,
    /// The kernel has shared memory.
    pub presence: SharingPresence,
}
