//! A machine of one endpoint: process 0 owns it, as its handle 0, and each of the others sends to it by
//! its own handle 0.

use std::boxed::Box;
use std::vec::Vec;

use super::{Machine, descriptor, unbooted_machine};
use crate::*;

/// What the receiver knows the first sender by; the others have the numbers behind it.
pub(crate) const FIRST_BADGE: u32 = 100;

/// A booted machine of these processes, of which the slices are the priorities of the threads; the
/// endpoint holds so many messages of so many bytes.
pub(crate) fn post_office(processes: &[&[u8]], capacity: u16, max_message_bytes: u16) -> Machine {
    let receiver = ReceiverDescriptor {
        index: EndpointIndex::new(0),
        process: ProcessIndex::new(0),
        wait_list: WaitListIndex::new(0),
        blocked_list: WaitListIndex::new(1),
        max_message_bytes,
        presence: Presence,
    };
    let endpoint = EndpointDescriptor {
        receiver,
        capacity,
        first_message: MessageIndex::new(0),
        first_byte: 0,
    };
    let senders: Vec<SenderDescriptor> =
        (1..processes.len()).map(|process| sender_end(process, receiver)).collect();
    let descriptors: &'static [ProcessDescriptor<'static>] = (0..processes.len())
        .map(|process| {
            let end = match process.checked_sub(1) {
                None => Object::EndpointReceiver(receiver),
                Some(place) => Object::EndpointSender(senders[place]),
            };
            let first: usize = processes[..process].iter().map(|threads| threads.len()).sum();
            let threads = (first..first + processes[process].len()).map(ThreadIndex::new);
            let threads = threads.collect::<Vec<_>>().leak();
            let objects = std::vec![end].leak();
            let described = descriptor(process, objects, threads, ThreadIndex::NONE);
            let first_exchange = ExchangeIndex::new(first);
            ProcessDescriptor { wait_list: WaitListIndex::NONE, first_exchange, ..described }
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
        handlers: &[],
        initiators: &[],
        wait_groups: &[],
        interrupts: &[],
        endpoints: std::vec![endpoint].leak(),
        senders: senders.leak(),
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

fn sender_end(process: usize, receiver: ReceiverDescriptor) -> SenderDescriptor {
    SenderDescriptor {
        receiver,
        process: ProcessIndex::new(process),
        wait_list: WaitListIndex::new(1 + process),
        badge: FIRST_BADGE + u32::try_from(process).unwrap() - 1,
        may_send: true,
        may_call: true,
    }
}

impl Machine {
    /// The message that a thread was given.
    pub(crate) fn message(&mut self, thread: usize) -> guichet_abi::Message {
        self.kernel().message(ThreadIndex::new(thread))
    }
}
