//! Objects, the things that handles name.
//!
//! A handle is a position in its process's object table, declared in system.json5 and fixed in
//! the image: nothing is allocated, and a handle that is not declared names nothing. The kind of
//! the object is the right to use it that way.

use crate::id::{
    HandlerIndex, InitiatorIndex, InterruptIndex, InterruptLine, ProcessIndex, ThreadIndex,
    WaitGroupIndex, WaitListIndex,
};

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
