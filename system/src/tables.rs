//! From the checked model to the tables that the kernel reads.
//!
//! The kernel knows a system as tables that refer to one another. Here they are made, in one order that every
//! port relies on: processes and their threads in the order of the file, handles in the order of
//! each process's objects, a wait list for each channel end. What a process may touch is not in
//! the file; it comes from the linked program and is passed in.

use guichet_kernel::{
    HandlerDescriptor, HandlerIndex, InitiatorDescriptor, InitiatorIndex, Object, Priority,
    ProcessDescriptor, ProcessIndex, Region, Span, System, ThreadDescriptor, ThreadIndex,
    WALL_WORDS, WaitListIndex,
};

use crate::model::{self, ObjectId, ObjectKind};

/// The kernel's view of a declared system, owned.
#[derive(Clone, Debug)]
pub struct Tables {
    processes: Vec<ProcessTables>,
    threads: Vec<ThreadTables>,
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
    wall: [u32; WALL_WORDS],
    may_shutdown: bool,
}

/// A thread, by the process that it belongs to.
#[derive(Clone, Copy, Debug)]
struct ThreadTables {
    process: usize,
    ordinal: u8,
    priority: u8,
}

impl ProcessTables {
    fn descriptor(&self, number: usize) -> ProcessDescriptor<'_> {
        ProcessDescriptor {
            index: ProcessIndex::new(number),
            name: &self.name,
            own: Span::own(&self.memory),
            memory: &self.memory,
            objects: &self.objects,
            threads: &self.threads,
            wall: self.wall,
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
            objects: numbers.objects(system, number, process),
            threads: (0..process.threads.len())
                .map(|thread| numbers.thread(number, thread))
                .collect(),
            wall: [0; WALL_WORDS],
            may_shutdown: process.may_shutdown,
        };
        Tables {
            processes: system.processes.iter().enumerate().map(process).collect(),
            threads: threads(system),
            handlers: (0..numbers.handlers.len()).map(|place| numbers.handler_end(place)).collect(),
            initiators: (0..numbers.initiators.len())
                .map(|place| numbers.initiator_end(system, place))
                .collect(),
            max_transfer_bytes,
        }
    }

    /// The same with the words of process `n`'s wall, for boards that have walls.
    pub fn with_walls(mut self, walls: &[[u32; WALL_WORDS]]) -> Tables {
        for (process, wall) in self.processes.iter_mut().zip(walls) {
            process.wall = *wall;
        }
        self
    }

    /// Hands the whole system to `take`.
    pub fn with_system<T>(&self, take: impl FnOnce(&System<'_>) -> T) -> T {
        let numbered = self.processes.iter().enumerate();
        let processes: Vec<ProcessDescriptor<'_>> =
            numbered.map(|(number, process)| process.descriptor(number)).collect();
        let thread = |thread: &ThreadTables| {
            let &ThreadTables { process, ordinal, priority } = thread;
            let priority = Priority::new(priority);
            Some(ThreadDescriptor { process: processes.get(process)?, ordinal, priority })
        };
        let threads: Vec<ThreadDescriptor<'_>> = self.threads.iter().filter_map(thread).collect();
        take(&System {
            processes: &processes,
            threads: &threads,
            handlers: &self.handlers,
            initiators: &self.initiators,
            max_transfer_bytes: self.max_transfer_bytes,
        })
    }
}

fn threads(system: &model::System) -> Vec<ThreadTables> {
    let numbered = system.processes.iter().enumerate();
    numbered
        .flat_map(|(process, declared)| {
            (0u8..).zip(&declared.threads).map(move |(ordinal, thread)| ThreadTables {
                process,
                ordinal,
                priority: thread.priority,
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

    fn objects(
        &self,
        system: &model::System,
        process: usize,
        declared: &model::Process,
    ) -> Vec<Object> {
        let object = |(object, declared): (usize, &model::Object)| {
            let id = ObjectId { process, object };
            match declared.kind {
                ObjectKind::ChannelHandler { .. } => Object::ChannelHandler(self.handler(id)),
                ObjectKind::ChannelInitiator { .. } => Object::ChannelInitiator(
                    self.initiator_end(system, place(&self.initiators, id)),
                ),
                ObjectKind::Thread { thread } => Object::Thread(self.thread(process, thread)),
            }
        };
        declared.objects.iter().enumerate().map(object).collect()
    }

    fn handler(&self, id: ObjectId) -> HandlerDescriptor {
        self.handler_end(place(&self.handlers, id))
    }

    /// The handler's end at this place; its wait list has the same number.
    fn handler_end(&self, place: usize) -> HandlerDescriptor {
        let process = self.handlers.get(place).map(|id| ProcessIndex::new(id.process));
        HandlerDescriptor {
            index: HandlerIndex::new(place),
            process: process.unwrap_or(ProcessIndex::NONE),
            wait_list: WaitListIndex::new(place),
        }
    }

    /// The initiator's end at this place; its wait list follows those of the handlers.
    fn initiator_end(&self, system: &model::System, place: usize) -> InitiatorDescriptor {
        let id = self.initiators.get(place);
        let handler = match id.and_then(|id| kind(system, *id)) {
            Some(ObjectKind::ChannelInitiator { handler }) => self.handler(handler),
            Some(ObjectKind::ChannelHandler { .. } | ObjectKind::Thread { .. }) | None => {
                self.handler_end(usize::MAX)
            }
        };
        InitiatorDescriptor {
            index: InitiatorIndex::new(place),
            process: id.map_or(ProcessIndex::NONE, |id| ProcessIndex::new(id.process)),
            handler,
            wait_list: WaitListIndex::new(self.handlers.len().saturating_add(place)),
            badge: 0,
        }
    }
}

/// The place of an object in its table; beyond every table for one that is not there.
fn place(table: &[ObjectId], id: ObjectId) -> usize {
    table.iter().position(|each| *each == id).unwrap_or(usize::MAX)
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
        Tables::new(&model, &memory, 77).with_system(|system| {
            let processes = system.processes;
            let [x, a] = [0, 1].map(|place| system.initiators[place]);
            let [y, b] = [0, 1].map(|place| system.handlers[place]);
            let objects = [Object::ChannelInitiator(x), Object::ChannelHandler(y)];
            assert_eq!(processes[0].objects, objects);
            let objects = [Object::ChannelInitiator(a), Object::ChannelHandler(b)];
            assert_eq!(processes[1].objects, objects);
            assert_eq!((x.handler, a.handler), (b, y));
            let lists = system.handlers.iter().map(|end| end.wait_list);
            let lists = lists.chain(system.initiators.iter().map(|end| end.wait_list));
            let lists: std::collections::HashSet<_> = lists.collect();
            assert_eq!(lists.len(), 4);
            assert_eq!(processes[1].threads, [1, 2].map(ThreadIndex::new));
            let threads = system.threads.iter();
            let owners: Vec<_> =
                threads.map(|thread| (thread.process.name, thread.ordinal)).collect();
            assert_eq!(owners, [("one", 0), ("two", 0), ("two", 1)]);
            assert_eq!(system.threads[0].priority, Priority::new(3));
            assert!(processes[0].may_shutdown && !processes[1].may_shutdown);
            assert_eq!((processes[0].memory.len(), processes[1].memory.len()), (1, 0));
            assert_eq!(system.max_transfer_bytes, 77);
        });
    }
}
