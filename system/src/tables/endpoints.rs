//! Endpoints and their senders in the kernel's tables, and where their messages stand (EP-1).
//!
//! All queues share one storage: each endpoint's messages follow those of the endpoint before. A thread
//! needs an exchange if its process can send to an endpoint or receive from one, so the threads of other
//! processes have none.

use guichet_kernel::{
    EndpointDescriptor, EndpointIndex, ExchangeIndex, MessageIndex, Presence, ProcessIndex,
    ReceiverDescriptor, SenderDescriptor, WaitListIndex,
};

use super::numbers::{Numbers, kind, place as place_in};
use crate::model::{self, DEFAULT_BADGE, ObjectKind};

/// How many wait lists an endpoint has: for those who wait on it, and for those who wait for room.
const LISTS: usize = 2;

/// Where each process's exchanges begin; NONE for a process without ends of endpoints.
pub(super) fn first_exchanges(system: &model::System) -> Vec<ExchangeIndex> {
    let mut next = 0usize;
    let first = |process: &model::Process| {
        if !process.objects.iter().any(|object| is_end(object.kind)) {
            return ExchangeIndex::NONE;
        }
        let first = next;
        next = next.saturating_add(process.threads.len());
        ExchangeIndex::new(first)
    };
    system.processes.iter().map(first).collect()
}

fn is_end(kind: ObjectKind) -> bool {
    match kind {
        ObjectKind::Endpoint { .. } | ObjectKind::EndpointSender { .. } => true,
        ObjectKind::ChannelHandler
        | ObjectKind::ChannelInitiator { .. }
        | ObjectKind::Thread { .. }
        | ObjectKind::Process { .. }
        | ObjectKind::WaitGroup
        | ObjectKind::Upcalls
        | ObjectKind::Interrupt { .. }
        | ObjectKind::SharedMemory { .. } => false,
    }
}

impl Numbers {
    /// All endpoints, each with its share of the storage.
    pub(super) fn endpoints(&self, system: &model::System) -> Vec<EndpointDescriptor> {
        let (mut first_message, mut first_byte) = (0usize, 0u32);
        let endpoint = |place: usize| {
            let descriptor = EndpointDescriptor {
                receiver: self.receiver(system, place),
                capacity: self.declared(system, place).0,
                first_message: MessageIndex::new(first_message),
                first_byte,
            };
            let stride = u32::try_from(descriptor.message_stride()).unwrap_or(u32::MAX);
            let bytes = u32::from(descriptor.capacity).saturating_mul(stride);
            first_message = first_message.saturating_add(usize::from(descriptor.capacity));
            first_byte = first_byte.saturating_add(bytes);
            descriptor
        };
        (0..self.endpoints.len()).map(endpoint).collect()
    }

    /// The capacity and the longest message of the endpoint at this place; nothing of one that is not
    /// there.
    fn declared(&self, system: &model::System, place: usize) -> (u16, u16) {
        match self.endpoints.get(place).and_then(|id| kind(system, *id)) {
            Some(ObjectKind::Endpoint { capacity, max_message_bytes }) => {
                (capacity, max_message_bytes)
            }
            Some(
                ObjectKind::ChannelHandler
                | ObjectKind::ChannelInitiator { .. }
                | ObjectKind::Thread { .. }
                | ObjectKind::Process { .. }
                | ObjectKind::WaitGroup
                | ObjectKind::Upcalls
                | ObjectKind::Interrupt { .. }
                | ObjectKind::EndpointSender { .. }
                | ObjectKind::SharedMemory { .. },
            )
            | None => (0, 0),
        }
    }

    /// The end that receives of the endpoint at this place; its wait lists follow all that are not of
    /// endpoints.
    pub(super) fn receiver(&self, system: &model::System, place: usize) -> ReceiverDescriptor {
        let process = self.endpoints.get(place).map(|id| ProcessIndex::new(id.process));
        let lists = self.lists_before_endpoints().saturating_add(place.saturating_mul(LISTS));
        ReceiverDescriptor {
            index: EndpointIndex::new(place),
            process: process.unwrap_or(ProcessIndex::NONE),
            wait_list: WaitListIndex::new(lists),
            blocked_list: WaitListIndex::new(lists.saturating_add(1)),
            max_message_bytes: self.declared(system, place).1,
            presence: Presence,
        }
    }

    fn lists_before_senders(&self) -> usize {
        let lists = self.endpoints.len().saturating_mul(LISTS);
        self.lists_before_endpoints().saturating_add(lists)
    }

    /// The number of the first wait list that follows those of endpoints and their senders.
    pub(super) fn lists_before_upcalls(&self) -> usize {
        self.lists_before_senders().saturating_add(self.senders.len())
    }

    /// The sender at this place; its wait list follows those of the endpoints.
    pub(super) fn sender(&self, system: &model::System, place: usize) -> SenderDescriptor {
        let id = self.senders.get(place);
        let (endpoint, badge, may_send, may_call) = match id.and_then(|id| kind(system, *id)) {
            Some(ObjectKind::EndpointSender { endpoint, badge, may_send, may_call }) => {
                (place_in(&self.endpoints, endpoint), badge, may_send, may_call)
            }
            Some(
                ObjectKind::ChannelHandler
                | ObjectKind::ChannelInitiator { .. }
                | ObjectKind::Thread { .. }
                | ObjectKind::Process { .. }
                | ObjectKind::WaitGroup
                | ObjectKind::Upcalls
                | ObjectKind::Interrupt { .. }
                | ObjectKind::Endpoint { .. }
                | ObjectKind::SharedMemory { .. },
            )
            | None => (usize::MAX, DEFAULT_BADGE, false, false),
        };
        let lists = self.lists_before_senders();
        SenderDescriptor {
            receiver: self.receiver(system, endpoint),
            process: id.map_or(ProcessIndex::NONE, |id| ProcessIndex::new(id.process)),
            wait_list: WaitListIndex::new(lists.saturating_add(place)),
            badge,
            may_send,
            may_call,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use guichet_kernel::{Object, StorageSizes, System, TableIndex};

    use super::*;
    use crate::tables::Tables;

    const THREE_QUEUES: &str = r#"{ apps: [ { name: "a", processes: [
        { name: "one", objects: [
            { type: "endpoint_sender", name: "S", endpoint_process: "two",
              endpoint_object_name: "E", badge: 5, rights: [ "send" ] },
            { type: "endpoint", name: "D", capacity: 3, max_message_bytes: 5 },
            { type: "thread", name: "T" },
            { type: "wait_group", name: "G" } ] },
        { name: "alone", objects: [ { type: "process", name: "P", linked_process: "one" } ] },
        { name: "two", threads: [ { name: "m" }, { name: "n" } ], objects: [
            { type: "endpoint", name: "E", capacity: 1024, max_message_bytes: 0 },
            { type: "endpoint_sender", name: "A", endpoint_process: "one",
              endpoint_object_name: "D", rights: [ "call" ] },
            { type: "endpoint_sender", name: "B", endpoint_process: "one",
              endpoint_object_name: "D" },
            { type: "endpoint", name: "F", capacity: 2, max_message_bytes: 8 },
            { type: "interrupt", name: "I", irqs: [ { name: "R", number: 7 } ] } ] },
        { name: "three", objects: [
            { type: "channel_initiator", name: "X", handler_process: "four",
              handler_object_name: "H" },
            { type: "endpoint_sender", name: "C", endpoint_process: "two",
              endpoint_object_name: "F", badge: 9 } ] },
        { name: "four", objects: [ { type: "channel_handler", name: "H" } ] } ] } ] }"#;

    fn with_three_queues(take: impl FnOnce(&System<'_>)) {
        let model = crate::check_source("system.json5", THREE_QUEUES).system;
        Tables::new(&model.expect("the file is right"), &[], 77, 1_000).with_system(take);
    }

    #[test]
    fn no_end_of_an_endpoint_shares_a_wait_list_with_anything() {
        with_three_queues(|system| {
            let receivers = system.endpoints.iter().map(|each| each.receiver);
            let mut lists: Vec<_> =
                receivers.flat_map(|end| [end.wait_list, end.blocked_list]).collect();
            lists.extend(system.senders.iter().map(|end| end.wait_list));
            lists.extend(system.handlers.iter().map(|end| end.wait_list));
            lists.extend(system.initiators.iter().map(|end| end.wait_list));
            lists.extend(system.interrupts.iter().map(|each| each.wait_list));
            lists.extend(system.wait_groups.iter().map(|each| each.wait_list));
            let tasks = system.processes.iter().map(|each| each.wait_list);
            let tasks = tasks.chain(system.threads.iter().map(|each| each.wait_list));
            lists.extend(tasks.filter(|list| !list.is_none()));
            let distinct: HashSet<_> = lists.iter().copied().collect();
            assert_eq!((lists.len(), distinct.len()), (16, 16), "{lists:?}");
            assert_eq!(StorageSizes::of(system).wait_lists, 16);
        });
    }

    #[test]
    fn each_queue_begins_where_the_one_before_it_ends() {
        with_three_queues(|system| {
            let queue = |each: &EndpointDescriptor| {
                let process = each.receiver.process.position();
                (process, each.capacity, each.first_message.position(), each.first_byte)
            };
            let queues: Vec<_> = system.endpoints.iter().map(queue).collect();
            assert_eq!(queues, [(0, 3, 0, 0), (2, 1024, 3, 24), (2, 2, 1027, 24)]);
            let sizes = StorageSizes::of(system);
            assert_eq!((sizes.endpoints, sizes.messages, sizes.message_bytes), (3, 1029, 40));
        });
    }

    #[test]
    fn the_threads_of_processes_with_ends_have_an_exchange_each() {
        with_three_queues(|system| {
            let processes = system.processes.iter();
            let exchanges: Vec<_> = processes.map(|each| each.first_exchange).collect();
            // The third process has two threads.
            let [first, second, third] = [0, 2, 4].map(ExchangeIndex::new);
            assert_eq!(exchanges, [first, ExchangeIndex::NONE, second, third, ExchangeIndex::NONE]);
            assert_eq!(StorageSizes::of(system).exchanges, 5);
        });
    }

    #[test]
    fn a_sender_knows_its_endpoint_its_rights_and_its_badge() {
        with_three_queues(|system| {
            let [d, e, f] = [0, 1, 2].map(|place| system.endpoints[place].receiver);
            let [s, a, b, c] = [0, 1, 2, 3].map(|place| system.senders[place]);
            assert_eq!([s, a, b, c].map(|end| end.receiver), [e, d, d, f]);
            assert_eq!([s, a, b, c].map(|end| end.process.position()), [0, 2, 2, 3]);
            assert_eq!([s, a, b, c].map(|end| end.badge), [5, 0, 0, 9]);
            let rights = [(true, false), (false, true), (true, true), (true, true)];
            assert_eq!([s, a, b, c].map(|end| (end.may_send, end.may_call)), rights);
            assert_eq!(system.processes[0].objects[0], Object::EndpointSender(s));
            assert_eq!(system.processes[0].objects[1], Object::EndpointReceiver(d));
            let objects = [e].map(Object::EndpointReceiver);
            assert_eq!(system.processes[2].objects[..1], objects);
        });
    }
}
