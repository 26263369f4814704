//! From the checked model to the tables that the kernel reads.
//!
//! The kernel knows a system as tables that refer to one another. Here they are made, in one order that every
//! port relies on: processes and their threads in the order of the file, handles in the order of
//! each process's objects. What a process may touch is not in the file; it comes from the linked program
//! and is passed in. Times of the file are in milliseconds and become ticks of the board here, because
//! the kernel never divides.

mod capsules;
mod endpoints;
mod numbers;
mod shared_memory;

use std::ops::Range;

use guichet_kernel::{
    EndpointDescriptor, ExchangeIndex, GiveUp, HandlerDescriptor, InitiatorDescriptor,
    InterruptDescriptor, InterruptLine, MappingIndex, Object, Priority, ProcessDescriptor,
    ProcessIndex, Region, RestartPolicy, SenderDescriptor, Service, SharedRegionDescriptor,
    SharerDescriptor, Span, System, ThreadDescriptor, ThreadIndex, WALL_WORDS, WaitGroupDescriptor,
    WaitListIndex,
};

pub use capsules::{CapsuleFault, LinkedCapsule};
pub(crate) use capsules::{
    MAX_BUFFERS, MAX_UPCALLS, not_granted, same_driver, too_many_buffers, too_many_upcalls,
};

use crate::model::{self, OnGiveUp, RestartWhen};
use capsules::CapsuleTable;
use numbers::{Numbers, Waited};

/// The kernel's view of a declared system, owned.
#[derive(Clone, Debug)]
pub struct Tables {
    processes: Vec<ProcessTables>,
    threads: Vec<ThreadTables>,
    handlers: Vec<HandlerDescriptor>,
    initiators: Vec<InitiatorDescriptor>,
    wait_groups: Vec<WaitGroupDescriptor>,
    interrupts: Vec<InterruptTables>,
    endpoints: Vec<EndpointDescriptor>,
    senders: Vec<SenderDescriptor>,
    shared_regions: Vec<SharedRegionDescriptor>,
    sharers: Vec<SharerDescriptor>,
    capsules: Vec<CapsuleTable>,
    services: Vec<Service>,
    are_ids_global: bool,
    max_transfer_bytes: usize,
}

#[derive(Clone, Debug)]
struct ProcessTables {
    name: String,
    memory: Vec<Region>,
    objects: Vec<Object>,
    threads: Vec<ThreadIndex>,
    wall: [u32; WALL_WORDS],
    wait_list: WaitListIndex,
    upcalls_list: WaitListIndex,
    first_member: ThreadIndex,
    first_exchange: ExchangeIndex,
    first_mapping: MappingIndex,
    starts_at_boot: bool,
    restart: RestartPolicy,
    may_shutdown: bool,
}

/// A thread, by the process that it belongs to.
#[derive(Clone, Copy, Debug)]
struct ThreadTables {
    process: usize,
    ordinal: u8,
    priority: u8,
    wait_list: WaitListIndex,
}

/// An interrupt object, by the process that it belongs to.
#[derive(Clone, Debug)]
struct InterruptTables {
    process: ProcessIndex,
    wait_list: WaitListIndex,
    lines: Vec<InterruptLine>,
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
            wait_list: self.wait_list,
            upcalls_list: self.upcalls_list,
            first_member: self.first_member,
            first_exchange: self.first_exchange,
            first_mapping: self.first_mapping,
            starts_at_boot: self.starts_at_boot,
            restart: self.restart,
            may_shutdown: self.may_shutdown,
        }
    }
}

impl Tables {
    /// The tables of `system`, where process `n` may use the regions `memory[n]` (sorted, without
    /// overlaps; none for a process beyond the list), one transfer is at most
    /// `max_transfer_bytes` (AB-10), and the clock ticks `ticks_per_sec` times a second (AB-4).
    /// Capsules, whose code is linked in, come with [`Tables::with_capsules`], the places of shared memory with
    /// [`Tables::with_shared_regions`].
    pub fn new(
        system: &model::System,
        memory: &[Vec<Region>],
        max_transfer_bytes: usize,
        ticks_per_sec: u64,
    ) -> Tables {
        let numbers = Numbers::of(system);
        let mappings = shared_memory::first_mappings(system);
        let process = |(number, process): (usize, &model::Process)| ProcessTables {
            name: process.name.clone(),
            memory: memory.get(number).cloned().unwrap_or_default(),
            objects: numbers.objects(system, number, ticks_per_sec),
            threads: (0..process.threads.len())
                .map(|thread| numbers.thread(number, thread))
                .collect(),
            wall: [0; WALL_WORDS],
            wait_list: numbers.wait_list(Waited::Process(number)),
            upcalls_list: numbers.upcalls_list(number),
            first_member: numbers.members.get(number).copied().unwrap_or(ThreadIndex::NONE),
            first_exchange: numbers.exchanges.get(number).copied().unwrap_or(ExchangeIndex::NONE),
            first_mapping: mappings.get(number).copied().unwrap_or(MappingIndex::NONE),
            starts_at_boot: process.starts_at_boot,
            restart: restart_policy(&process.restart, ticks_per_sec),
            may_shutdown: process.may_shutdown,
        };
        Tables {
            processes: system.processes.iter().enumerate().map(process).collect(),
            threads: threads(system, &numbers),
            handlers: (0..numbers.handlers.len()).map(|place| numbers.handler_end(place)).collect(),
            initiators: (0..numbers.initiators.len())
                .map(|place| numbers.initiator_end(system, place))
                .collect(),
            wait_groups: (0..numbers.groups.len()).map(|place| numbers.group(place)).collect(),
            interrupts: interrupts(system, &numbers),
            endpoints: numbers.endpoints(system),
            senders: (0..numbers.senders.len())
                .map(|place| numbers.sender(system, place))
                .collect(),
            shared_regions: shared_memory::regions(system),
            sharers: numbers.sharers(),
            capsules: Vec::new(),
            services: capsules::services(system),
            are_ids_global: system.are_ids_global,
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

    /// The same with the regions of shared memory at these places, in the order of the regions (SH-1). Without
    /// this, and beyond the list, a region is of nothing.
    pub fn with_shared_regions(mut self, places: &[Range<usize>]) -> Tables {
        for (region, place) in self.shared_regions.iter_mut().zip(places) {
            region.span = Span { start: place.start, end: place.end };
        }
        self
    }

    /// Hands the whole system to `take`.
    pub fn with_system<T>(&self, take: impl FnOnce(&System<'_>) -> T) -> T {
        let numbered = self.processes.iter().enumerate();
        let processes: Vec<ProcessDescriptor<'_>> =
            numbered.map(|(number, process)| process.descriptor(number)).collect();
        let thread = |thread: &ThreadTables| {
            let &ThreadTables { process, ordinal, priority, wait_list } = thread;
            let priority = Priority::new(priority);
            let process = processes.get(process)?;
            Some(ThreadDescriptor { process, ordinal, priority, wait_list })
        };
        let threads: Vec<ThreadDescriptor<'_>> = self.threads.iter().filter_map(thread).collect();
        let interrupts = self.interrupts.iter().map(|each| InterruptDescriptor {
            process: each.process,
            wait_list: each.wait_list,
            lines: &each.lines,
        });
        let interrupts: Vec<InterruptDescriptor<'_>> = interrupts.collect();
        take(&System {
            processes: &processes,
            threads: &threads,
            handlers: &self.handlers,
            initiators: &self.initiators,
            wait_groups: &self.wait_groups,
            interrupts: &interrupts,
            endpoints: &self.endpoints,
            senders: &self.senders,
            shared_regions: &self.shared_regions,
            sharers: &self.sharers,
            capsules: &capsules::descriptors(&self.capsules, processes.len()),
            services: &self.services,
            are_ids_global: self.are_ids_global,
            max_transfer_bytes: self.max_transfer_bytes,
        })
    }
}

fn threads(system: &model::System, numbers: &Numbers) -> Vec<ThreadTables> {
    let numbered = system.processes.iter().enumerate();
    numbered
        .flat_map(|(process, declared)| {
            (0u8..).zip(&declared.threads).map(move |(ordinal, thread)| ThreadTables {
                process,
                ordinal,
                priority: thread.priority,
                wait_list: numbers.wait_list(Waited::Thread(process, usize::from(ordinal))),
            })
        })
        .collect()
}

fn interrupts(system: &model::System, numbers: &Numbers) -> Vec<InterruptTables> {
    let line = |line: &model::Line| line.number.map_or(InterruptLine::NONE, InterruptLine::new);
    let numbered = numbers.interrupts.iter().enumerate();
    numbered
        .map(|(place, (process, interrupt))| {
            let declared = system.processes.get(*process);
            let declared = declared.and_then(|process| process.interrupts.get(*interrupt));
            InterruptTables {
                process: ProcessIndex::new(*process),
                wait_list: numbers.interrupt_list(place),
                lines: declared
                    .map(|each| each.lines.iter().map(line).collect())
                    .unwrap_or_default(),
            }
        })
        .collect()
}

/// The policy that the kernel follows, in ticks of the board.
fn restart_policy(declared: &model::Restart, ticks_per_sec: u64) -> RestartPolicy {
    RestartPolicy {
        on_fault: declared.when != RestartWhen::Never,
        on_exit: declared.when == RestartWhen::Always,
        delay_ticks: ticks(declared.delay_ms, ticks_per_sec),
        max_restarts: declared.max_restarts,
        on_give_up: match declared.on_give_up {
            OnGiveUp::Stop => GiveUp::Stop,
            OnGiveUp::Shutdown => GiveUp::Shutdown,
            OnGiveUp::ResetBoard => GiveUp::ResetBoard,
        },
    }
}

/// So many milliseconds in ticks, no less: the next tick where they end between two (AB-4).
fn ticks(milliseconds: u32, ticks_per_sec: u64) -> u64 {
    let thousandths = u128::from(milliseconds) * u128::from(ticks_per_sec);
    u64::try_from(thousandths.div_ceil(1000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_CHANNELS: &str = r#"{ apps: [ { name: "a", processes: [
        { name: "one", priority: 3, objects: [
            { type: "channel_initiator", name: "X", handler_process: "two",
              handler_object_name: "B", badge: 5, default_deadline_ms: 3 },
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
        Tables::new(&model, &memory, 77, 2_500).with_system(|system| {
            let processes = system.processes;
            let [x, a] = [0, 1].map(|place| system.initiators[place]);
            let [y, b] = [0, 1].map(|place| system.handlers[place]);
            // Three milliseconds of two and a half ticks each.
            let x_object = Object::TimedInitiator { end: x, default_ticks: 8 };
            assert_eq!(processes[0].objects, [x_object, Object::ChannelHandler(y)]);
            let objects = [Object::ChannelInitiator(a), Object::ChannelHandler(b)];
            assert_eq!(processes[1].objects, objects);
            assert_eq!((x.handler, a.handler), (b, y));
            assert_eq!((x.badge, a.badge), (5, 0));
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

    #[test]
    fn no_duration_of_the_file_is_too_long_for_any_clock_or_becomes_shorter() {
        let cases = [
            (1, 1, 1),
            (1, 1000, 1),
            (1, 1001, 2),
            (1000, 32_768, 32_768),
            (u32::MAX, 1_000_000_000, 4_294_967_295_000_000),
            (u32::MAX, u64::MAX, u64::MAX),
        ];
        for (milliseconds, ticks_per_sec, expected) in cases {
            let found = ticks(milliseconds, ticks_per_sec);
            assert_eq!(found, expected, "{milliseconds} ms at {ticks_per_sec}");
        }
    }

    #[test]
    fn no_two_kinds_of_object_share_a_wait_list() {
        let text = r#"{ apps: [ { name: "a", processes: [
            { name: "one", objects: [
                { type: "channel_initiator", name: "X", handler_process: "two",
                  handler_object_name: "B" },
                { type: "process", name: "P", linked_process: "two" },
                { type: "thread", name: "T" },
                { type: "wait_group", name: "G" } ] },
            { name: "two", objects: [
                { type: "channel_handler", name: "B" },
                { type: "interrupt", name: "I", irqs: [ { name: "R", number: 7 } ] },
                { type: "wait_group", name: "H" } ] } ] } ] }"#;
        let model = crate::check_source("system.json5", text).system.expect("the file is right");
        Tables::new(&model, &[], 77, 1_000).with_system(|system| {
            let ends = system.handlers.iter().map(|end| end.wait_list);
            let ends = ends.chain(system.initiators.iter().map(|end| end.wait_list));
            let others = system.interrupts.iter().map(|each| each.wait_list);
            let others = others.chain(system.wait_groups.iter().map(|each| each.wait_list));
            let tasks = system.processes.iter().map(|each| each.wait_list);
            let tasks = tasks.chain(system.threads.iter().map(|each| each.wait_list));
            let all = ends.chain(others).chain(tasks.filter(|list| !list.is_none()));
            let all: Vec<_> = all.collect();
            let distinct: std::collections::HashSet<_> = all.iter().copied().collect();
            assert_eq!((all.len(), distinct.len()), (7, 7), "{all:?}");
        });
    }
}
