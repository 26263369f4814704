//! A machine of any processes and channels between them, for what needs more than two.

use std::boxed::Box;
use std::vec::Vec;

use super::{Machine, base, descriptor, unbooted_machine, writable};
use crate::*;

/// What a handler knows the initiator of the first channel by; the others have the numbers behind it.
pub(crate) const FIRST_BADGE: usize = 100;

/// A booted machine of these processes, of which the slices are the priorities of the threads, and of a
/// channel for each pair of an initiator's and a handler's process.
///
/// All channels to a process lead to the same end (CH-12). That is its handle 0; behind it stand its
/// initiators, in the order of the channels.
pub(crate) fn network(processes: &[&[u8]], channels: &[(usize, usize)]) -> Machine {
    let handlers: Vec<HandlerDescriptor> = (0..processes.len()).map(handler_end).collect();
    let initiators: Vec<InitiatorDescriptor> = channels
        .iter()
        .enumerate()
        .map(|(number, channel)| initiator_end(number, *channel, &handlers))
        .collect();
    let descriptors: &'static [ProcessDescriptor<'static>] = (0..processes.len())
        .map(|process| {
            let own = initiators.iter().filter(|end| end.process.position() == process);
            let is_handler = channels.iter().any(|(_, handler)| *handler == process);
            let handler = is_handler.then_some(Object::ChannelHandler(handlers[process]));
            let objects = handler.into_iter().chain(own.copied().map(Object::ChannelInitiator));
            let first: usize = processes[..process].iter().map(|threads| threads.len()).sum();
            let threads = (first..first + processes[process].len()).map(ThreadIndex::new);
            let objects = objects.collect::<Vec<_>>().leak();
            let threads = threads.collect::<Vec<_>>().leak();
            let described = descriptor(process, objects, threads, ThreadIndex::NONE);
            ProcessDescriptor { wait_list: WaitListIndex::NONE, ..described }
        })
        .collect::<Vec<_>>()
        .leak();
    let threads = descriptors.iter().zip(processes).flat_map(|(process, priorities)| {
        (0u8..).zip(*priorities).map(move |(ordinal, priority)| ThreadDescriptor {
            process,
            ordinal,
            priority: Priority::new(*priority),
            wait_list: WaitListIndex::NONE,
        })
    });
    let mut machine = unbooted_machine(Box::leak(Box::new(System {
        processes: descriptors,
        threads: threads.collect::<Vec<_>>().leak(),
        handlers: handlers.leak(),
        initiators: initiators.leak(),
        wait_groups: &[],
        interrupts: &[],
        endpoints: &[],
        senders: &[],
        shared_regions: &[],
        sharers: &[],
        capsules: &[],
        services: &[],
        are_ids_global: false,
        max_transfer_bytes: 128,
    })));
    machine.boot();
    machine
}

fn handler_end(process: usize) -> HandlerDescriptor {
    HandlerDescriptor {
        index: HandlerIndex::new(process),
        process: ProcessIndex::new(process),
        wait_list: WaitListIndex::new(process),
    }
}

fn initiator_end(
    number: usize,
    (initiator, handler): (usize, usize),
    handlers: &[HandlerDescriptor],
) -> InitiatorDescriptor {
    InitiatorDescriptor {
        index: InitiatorIndex::new(number),
        process: ProcessIndex::new(initiator),
        handler: handlers[handler],
        wait_list: WaitListIndex::new(handlers.len() + number),
        badge: u32::try_from(FIRST_BADGE + number).unwrap(),
    }
}

impl Machine {
    fn process_of(&self, thread: usize) -> usize {
        self.system.threads[thread].process.index.position()
    }

    /// Lets a thread start a transaction of 4 bytes, with room for 8, by its handle `end`.
    pub(crate) fn ask(&mut self, thread: usize, end: usize, deadline: u64) {
        let process = self.process_of(thread);
        let (low, high) = guichet_abi::deadline_to_words(deadline);
        let arguments = [end, base(process), 4, writable(process), 8, low, high];
        self.call(thread, guichet_abi::Syscall::ChannelTransact, &arguments);
    }

    /// Lets a thread receive into 8 bytes.
    pub(crate) fn take_request(&mut self, thread: usize, deadline: u64) {
        let (low, high) = guichet_abi::deadline_to_words(deadline);
        let room = writable(self.process_of(thread));
        let arguments = [0, room, 8, low, high];
        self.call(thread, guichet_abi::Syscall::ChannelReceive, &arguments);
    }

    /// Lets a thread answer with 4 bytes.
    pub(crate) fn answer(&mut self, thread: usize) {
        let process = self.process_of(thread);
        self.call(thread, guichet_abi::Syscall::ChannelRespond, &[0, base(process), 4]);
    }

    /// Lets a thread sleep for ever.
    pub(crate) fn rest(&mut self, thread: usize) {
        let (low, high) = guichet_abi::deadline_to_words(u64::MAX);
        self.call(thread, guichet_abi::Syscall::SleepUntil, &[low, high]);
    }

    /// How important a thread is now.
    pub(crate) fn priority(&mut self, thread: usize) -> u8 {
        self.kernel().thread(ThreadIndex::new(thread)).unwrap().priority().number()
    }
}
