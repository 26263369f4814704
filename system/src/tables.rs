//! From the checked model to the tables that the kernel reads.
//!
//! The kernel knows a system as tables of indices. Here they are made, in one order that every
//! port relies on: processes and their threads in the order of the file, handles in the order of
//! each process's objects, a wait list for each channel end. What a process may touch is not in
//! the file; it comes from the linked program and is passed in.

use guichet_kernel::{
    HandlerDescriptor, HandlerIndex, InitiatorDescriptor, InitiatorIndex, Object, Priority,
    ProcessDescriptor, ProcessIndex, Region, System, ThreadDescriptor, ThreadIndex, WaitListIndex,
};

use crate::model::{self, ObjectId, ObjectKind};

/// The kernel's view of a declared system, owned.
#[derive(Clone, Debug)]
pub struct Tables {
    processes: Vec<ProcessTables>,
    threads: Vec<ThreadDescriptor>,
    handlers: Vec<HandlerDescriptor>,
    initiators: Vec<InitiatorDescriptor>,
    max_transfer_bytes: usize,
}

#[derive(Clone, Debug)]
struct ProcessTables {
    name: String,
    memory: Vec<Region>,
    objects: Vec<Object>,
    threads: Vec<ThreadIndex>,
    may_shutdown: bool,
}

impl ProcessTables {
    fn descriptor(&self) -> ProcessDescriptor<'_> {
        ProcessDescriptor {
            name: &self.name,
            memory: &self.memory,
            objects: &self.objects,
            threads: &self.threads,
            may_shutdown: self.may_shutdown,
        }
    }
}

impl Tables {
    /// The tables of `system`, where process `n` may use the regions `memory[n]` (sorted, without
    /// overlaps; none for a process beyond the list) and one transfer is at most
    /// `max_transfer_bytes` (AB-10).
    pub fn new(
        system: &model::System,
        memory: &[Vec<Region>],
        max_transfer_bytes: usize,
    ) -> Tables {
        let numbers = Numbers::of(system);
        let process = |(number, process): (usize, &model::Process)| ProcessTables {
            name: process.name.clone(),
            memory: memory.get(number).cloned().unwrap_or_default(),
            objects: numbers.objects(number, process),
            threads: (0..process.threads.len())
                .map(|thread| numbers.thread(number, thread))
                .collect(),
            may_shutdown: process.may_shutdown,
        };
        Tables {
            processes: system.processes.iter().enumerate().map(process).collect(),
            threads: threads(system),
            handlers: numbers.handler_ends(),
            initiators: numbers.initiator_ends(system),
            max_transfer_bytes,
        }
    }

    /// The processes' descriptors, which [`Tables::system`] wants.
    pub fn processes(&self) -> Vec<ProcessDescriptor<'_>> {
        self.processes.iter().map(ProcessTables::descriptor).collect()
    }

    /// The whole system, with the descriptors from [`Tables::processes`].
    pub fn system<'s>(&'s self, processes: &'s [ProcessDescriptor<'s>]) -> System<'s> {
        System {
            processes,
            threads: &self.threads,
            handlers: &self.handlers,
            initiators: &self.initiators,
            max_transfer_bytes: self.max_transfer_bytes,
        }
    }
}

fn threads(system: &model::System) -> Vec<ThreadDescriptor> {
    let numbered = system.processes.iter().enumerate();
    numbered
        .flat_map(|(number, process)| {
            (0u8..).zip(&process.threads).map(move |(ordinal, thread)| ThreadDescriptor {
                process: ProcessIndex::new(number),
                ordinal,
                priority: Priority::new(thread.priority),
            })
        })
        .collect()
}

/// Which object and which thread of the file has which index in the kernel's tables.
struct Numbers {
    /// The index of each process's main thread.
    first_threads: Vec<usize>,
    handlers: Vec<ObjectId>,
    initiators: Vec<ObjectId>,
}

impl Numbers {
    fn of(system: &model::System) -> Numbers {
        let mut numbers =
            Numbers { first_threads: Vec::new(), handlers: Vec::new(), initiators: Vec::new() };
        let mut threads = 0;
        for (process, declared) in system.processes.iter().enumerate() {
            numbers.first_threads.push(threads);
            threads += declared.threads.len();
            for (object, declared) in declared.objects.iter().enumerate() {
                let id = ObjectId { process, object };
                match declared.kind {
                    ObjectKind::ChannelHandler { .. } => numbers.handlers.push(id),
                    ObjectKind::ChannelInitiator { .. } => numbers.initiators.push(id),
                    ObjectKind::Thread { .. } => {}
                }
            }
        }
        numbers
    }

    fn thread(&self, process: usize, thread: usize) -> ThreadIndex {
        self.first_threads
            .get(process)
            .map_or(ThreadIndex::NONE, |first| ThreadIndex::new(first + thread))
    }

    fn handler(&self, id: ObjectId) -> HandlerIndex {
        let place = self.handlers.iter().position(|each| *each == id);
        place.map_or(HandlerIndex::NONE, HandlerIndex::new)
    }

    fn initiator(&self, id: ObjectId) -> InitiatorIndex {
        let place = self.initiators.iter().position(|each| *each == id);
        place.map_or(InitiatorIndex::NONE, InitiatorIndex::new)
    }

    fn objects(&self, process: usize, declared: &model::Process) -> Vec<Object> {
        let object = |(object, declared): (usize, &model::Object)| {
            let id = ObjectId { process, object };
            match declared.kind {
                ObjectKind::ChannelHandler { .. } => Object::ChannelHandler(self.handler(id)),
                ObjectKind::ChannelInitiator { .. } => Object::ChannelInitiator(self.initiator(id)),
                ObjectKind::Thread { thread } => Object::Thread(self.thread(process, thread)),
            }
        };
        declared.objects.iter().enumerate().map(object).collect()
    }

    fn handler_ends(&self) -> Vec<HandlerDescriptor> {
        let end = |(number, id): (usize, &ObjectId)| HandlerDescriptor {
            process: ProcessIndex::new(id.process),
            wait_list: WaitListIndex::new(number),
        };
        self.handlers.iter().enumerate().map(end).collect()
    }

    /// The initiators' wait lists follow those of the handlers.
    fn initiator_ends(&self, system: &model::System) -> Vec<InitiatorDescriptor> {
        let end = |(number, id): (usize, &ObjectId)| InitiatorDescriptor {
            process: ProcessIndex::new(id.process),
            handler: match kind(system, *id) {
                Some(ObjectKind::ChannelInitiator { handler }) => self.handler(handler),
                Some(ObjectKind::ChannelHandler { .. } | ObjectKind::Thread { .. }) | None => {
                    HandlerIndex::NONE
                }
            },
            wait_list: WaitListIndex::new(self.handlers.len() + number),
            badge: 0,
        };
        self.initiators.iter().enumerate().map(end).collect()
    }
}

fn kind(system: &model::System, id: ObjectId) -> Option<ObjectKind> {
    Some(system.processes.get(id.process)?.objects.get(id.object)?.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_CHANNELS: &str = r#"{ apps: [ { name: "a", processes: [
        { name: "one", priority: 3, objects: [
            { type: "channel_initiator", name: "X", handler_process: "two",
              handler_object_name: "B" },
            { type: "channel_handler", name: "Y" } ] },
        { name: "two", may_shutdown: false,
          threads: [ { name: "m" }, { name: "n" } ], objects: [
            { type: "channel_initiator", name: "A", handler_process: "one",
              handler_object_name: "Y" },
            { type: "channel_handler", name: "B" } ] } ] } ] }"#;

    #[test]
    fn ends_find_each_other_and_nobody_shares_a_wait_list() {
        let loaded = crate::check_source("system.json5", TWO_CHANNELS);
        let model = loaded.system.expect("the file is right");
        let memory = vec![vec![Region { start: 1, end: 2, writable: true }]];
        let tables = Tables::new(&model, &memory, 77);
        let processes = tables.processes();
        let system = tables.system(&processes);
        let [x, a] = [0, 1].map(InitiatorIndex::new);
        let [y, b] = [0, 1].map(HandlerIndex::new);
        assert_eq!(processes[0].objects, [Object::ChannelInitiator(x), Object::ChannelHandler(y)]);
        assert_eq!(processes[1].objects, [Object::ChannelInitiator(a), Object::ChannelHandler(b)]);
        assert_eq!(system.initiator(x).expect("declared").handler, b);
        assert_eq!(system.initiator(a).expect("declared").handler, y);
        let lists = system.handlers.iter().map(|end| end.wait_list);
        let lists = lists.chain(system.initiators.iter().map(|end| end.wait_list));
        let lists: std::collections::HashSet<_> = lists.collect();
        assert_eq!(lists.len(), 4);
        assert_eq!(processes[1].threads, [1, 2].map(ThreadIndex::new));
        let ordinals: Vec<u8> = system.threads.iter().map(|thread| thread.ordinal).collect();
        assert_eq!(ordinals, [0, 0, 1]);
        assert_eq!(system.threads[0].priority, Priority::new(3));
        assert!(processes[0].may_shutdown && !processes[1].may_shutdown);
        assert_eq!((processes[0].memory.len(), processes[1].memory.len()), (1, 0));
        assert_eq!(system.max_transfer_bytes, 77);
    }
}
