//! Endpoints, as the kernel wants them declared (EP-1, EP-2).

use guichet_kernel::{
    EndpointDescriptor, EndpointIndex, ExchangeIndex, MessageIndex, Object, Presence, ProcessIndex,
    ReceiverDescriptor, SenderDescriptor, TableIndex, WaitListIndex,
};
use guichet_kernel_tables::right;

use super::{Declared, Waitable, wait_list};
use crate::oracle::endpoints::Right;
use crate::plan::{Plan, Sender};

impl Declared {
    /// The number of a reply right, as the tables have it that have forgotten how many calls there were.
    pub fn right(&self, Right { caller, is_latest }: Right) -> u32 {
        let threads = self.system.threads;
        let exchanges = threads.iter().filter(|thread| !thread.exchange().is_none()).count();
        right(threads[caller].exchange(), exchanges, is_latest)
    }
}

/// The first list of an endpoint: behind those of everything else.
pub(super) fn first_list(plan: &Plan) -> usize {
    let tasks = 2 * plan.channels.len() + plan.thread_count() + plan.processes.len();
    tasks + plan.group_owners().len() + plan.interrupt_owners().len()
}

fn receiver(plan: &Plan, endpoint: usize) -> ReceiverDescriptor {
    let wanted = &plan.endpoints[endpoint];
    ReceiverDescriptor {
        index: EndpointIndex::new(endpoint),
        process: ProcessIndex::new(wanted.receiver),
        wait_list: wait_list(plan, Waitable::Receiver(endpoint)),
        blocked_list: WaitListIndex::new(first_list(plan) + 2 * endpoint + 1),
        max_message_bytes: wanted.max_message_bytes,
        presence: Presence,
    }
}

/// The storage of an endpoint stands behind that of those before it.
pub(super) fn describe_endpoint(plan: &Plan, endpoint: usize) -> EndpointDescriptor {
    let before = endpoint.checked_sub(1).map(|before| describe_endpoint(plan, before));
    let end = |before: EndpointDescriptor| {
        let capacity = usize::from(before.capacity);
        let bytes = before.first_byte as usize + capacity * before.message_stride();
        (plan.endpoints[..endpoint].iter().map(|each| usize::from(each.capacity)).sum(), bytes)
    };
    let (first_message, first_byte) = before.map_or((0, 0), end);
    EndpointDescriptor {
        receiver: receiver(plan, endpoint),
        capacity: plan.endpoints[endpoint].capacity,
        first_message: MessageIndex::new(first_message),
        first_byte: u32::try_from(first_byte).unwrap_or(u32::MAX),
    }
}

pub(super) fn describe_senders(plan: &Plan) -> Vec<SenderDescriptor> {
    let describe = |(number, (endpoint, sender)): (usize, (usize, Sender))| SenderDescriptor {
        receiver: receiver(plan, endpoint),
        process: ProcessIndex::new(sender.process),
        wait_list: wait_list(plan, Waitable::Sender(number)),
        badge: Sender::badge(number),
        may_send: sender.may_send,
        may_call: sender.may_call,
    };
    plan.senders().into_iter().enumerate().map(describe).collect()
}

/// A process's ends that receive, and then those that send.
pub(super) fn describe_ends(plan: &Plan, process: usize) -> Vec<Object> {
    let receives = |at: &usize| plan.endpoints[*at].receiver == process;
    let receivers = (0..plan.endpoints.len()).filter(receives);
    let receivers = receivers.map(|at| Object::EndpointReceiver(receiver(plan, at)));
    let senders = describe_senders(plan).into_iter();
    let senders = senders.filter(|end| end.process.position() == process);
    receivers.chain(senders.map(Object::EndpointSender)).collect()
}

/// Where the threads of a process keep what they need for endpoints: NONE if it has no end of any.
pub(super) fn first_exchange(plan: &Plan, process: usize) -> ExchangeIndex {
    if !plan.has_post(process) {
        return ExchangeIndex::NONE;
    }
    let before = (0..process).filter(|other| plan.has_post(*other));
    ExchangeIndex::new(before.map(|other| plan.processes[other].priorities.len()).sum())
}
