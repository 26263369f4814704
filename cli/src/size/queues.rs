//! What the queues of endpoints take of the kernel's RAM (EP-1).

use guichet_kernel::QueuedMessage;
use guichet_system::System;
use guichet_system::model::{Object, ObjectKind};
use serde::Serialize;

/// What stands beside the bytes of each message.
const HEADER_BYTES: usize = size_of::<QueuedMessage>();

/// The queue of an endpoint. It lies in the kernel's RAM, where no process can touch what others have
/// sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// The process that receives.
    pub process: String,
    /// The name of the endpoint there.
    pub name: String,
    /// How many messages it holds.
    pub capacity: u16,
    /// How many bytes each of them takes: the longest message in whole words, and its header.
    pub message_bytes: usize,
    /// All of it.
    pub bytes: usize,
}

/// The queues of all endpoints, in the order of the system.
pub(super) fn queues(system: &System) -> Vec<Queue> {
    let processes = system.processes.iter();
    let queues = processes.flat_map(|process| {
        process.objects.iter().filter_map(|object| queue(&process.name, object))
    });
    queues.collect()
}

fn queue(process: &str, object: &Object) -> Option<Queue> {
    match object.kind {
        ObjectKind::Endpoint { capacity, max_message_bytes } => {
            let message_bytes = usize::from(max_message_bytes).next_multiple_of(4) + HEADER_BYTES;
            let bytes = usize::from(capacity).saturating_mul(message_bytes);
            let (process, name) = (process.to_owned(), object.name.clone());
            Some(Queue { process, name, capacity, message_bytes, bytes })
        }
        ObjectKind::ChannelInitiator { .. }
        | ObjectKind::ChannelHandler
        | ObjectKind::Thread { .. }
        | ObjectKind::Process { .. }
        | ObjectKind::WaitGroup
        | ObjectKind::Upcalls
        | ObjectKind::Interrupt { .. }
        | ObjectKind::EndpointSender { .. }
        | ObjectKind::SharedMemory { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_kernel::StorageSizes;
    use guichet_system::{check_source, tables::Tables};

    #[test]
    fn a_queue_takes_what_the_kernel_stores_and_no_more() {
        let text = r#"{ apps: [ { name: "a", processes: [
            { name: "one", objects: [
                { type: "endpoint", name: "E", capacity: 3, max_message_bytes: 5 },
                { type: "endpoint", name: "F", capacity: 1, max_message_bytes: 0 } ] },
            { name: "two", objects: [
                { type: "endpoint_sender", name: "E", endpoint_process: "one",
                  endpoint_object_name: "E" },
                { type: "endpoint_sender", name: "F", endpoint_process: "one",
                  endpoint_object_name: "F" },
                { type: "wait_group", name: "G" } ] } ] } ] }"#;
        let system = check_source("system.json5", text).system.expect("the file is right");
        let queues = queues(&system);
        let seen: Vec<_> = queues.iter().map(|queue| (&*queue.name, queue.bytes)).collect();
        assert_eq!(seen, [("E", 3 * (8 + 16)), ("F", 16)]);
        assert!(queues.iter().all(|queue| queue.process == "one"));
        let sizes = Tables::new(&system, &[], 64, 1).with_system(StorageSizes::of);
        let stored = sizes.message_bytes + sizes.messages * size_of::<QueuedMessage>();
        assert_eq!(stored, queues.iter().map(|queue| queue.bytes).sum::<usize>());
    }
}
