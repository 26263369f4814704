//! The systems in which capsules are explored: processes that have nothing but calls on capsules, and each an
//! object that shows its upcalls.

use guichet_abi::NAME_BYTES;
use guichet_kernel::{
    ASYNC_MAILBOX, CapsuleDescriptor, ExchangeIndex, GiveUp, MAX_MAPPINGS, MappingIndex,
    NAME_REGISTRY, NOTIFY, Object, Priority, ProcessDescriptor, ProcessIndex, RestartPolicy,
    SYNC_MAILBOX, Service, Span, System, TableIndex, ThreadDescriptor, ThreadIndex, WALL_WORDS,
    WaitGroupDescriptor, WaitGroupIndex, WaitListIndex,
};

use super::policy::GUARDED_REGISTRY;
use super::spy::SPY;
use crate::layout::REGIONS;

/// A capsule of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The name registry.
    Registry,
    /// The synchronous mailbox.
    Mailbox,
    /// The asynchronous mailbox.
    Inbox,
    /// Notifications.
    Notify,
    /// One that writes down what it hears of processes.
    Spy,
}

impl Kind {
    /// How many buffers a process may allow it to read, how many to read and write, and how many upcalls
    /// it has, as the specification says.
    pub fn counts(self) -> (usize, usize, usize) {
        match self {
            Kind::Registry => (1, 0, 2),
            Kind::Mailbox => (2, 2, 4),
            Kind::Inbox => (2, 1, 2),
            Kind::Notify => (1, 8, 8),
            Kind::Spy => (0, 0, 0),
        }
    }

    /// The number by which programs name it.
    pub fn driver(self) -> usize {
        match self {
            Kind::Registry => 0x9_0000,
            Kind::Mailbox => 0x9_0001,
            Kind::Inbox => 0x9_0002,
            Kind::Notify => 0x1_0000,
            Kind::Spy => super::spy::DRIVER,
        }
    }

    fn describe(self, plan: &Plan) -> CapsuleDescriptor<'static> {
        match self {
            Kind::Registry if plan.has_policy => CapsuleDescriptor::new(&GUARDED_REGISTRY, &[]),
            Kind::Registry => CapsuleDescriptor::new(&NAME_REGISTRY, &[]),
            Kind::Mailbox => CapsuleDescriptor::new(&SYNC_MAILBOX, &[]),
            Kind::Inbox => CapsuleDescriptor::new(&ASYNC_MAILBOX, &[]),
            Kind::Notify => CapsuleDescriptor::new(&NOTIFY, &[]),
            Kind::Spy => CapsuleDescriptor::new(&SPY, &[]),
        }
    }
}

/// What is wanted of a process.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name in reports.
    pub name: &'static str,
    /// The priorities of its threads, the main thread first.
    pub priorities: &'static [u8],
    /// How often it is restarted when it has ended.
    pub restarts: u8,
    /// The letters of the names that are kept for it (NR-5).
    pub services: &'static [u8],
    /// Whether it has a wait group, which its upcalls may join (CP-6).
    pub has_group: bool,
}

impl Member {
    /// A process with one thread that stays as it ends.
    pub fn new(name: &'static str) -> Member {
        Member { name, priorities: &[15], restarts: 0, services: &[], has_group: false }
    }
}

/// What is wanted of a system.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The processes.
    pub members: Vec<Member>,
    /// The capsules, in the order of the kernel's table.
    pub capsules: Vec<Kind>,
    /// Whether ids work for everybody (CP-5).
    pub are_ids_global: bool,
    /// Whether a policy of its own says who may register or discover which name (NR-4), and not `services`.
    pub has_policy: bool,
    /// The longest transfer of one call, in bytes (AB-10).
    pub max_transfer_bytes: usize,
}

/// A declared system.
#[derive(Clone, Debug)]
pub struct Declared {
    /// What was wanted.
    pub plan: Plan,
    /// What the kernel is told.
    pub system: System<'static>,
}

/// The name that is written with one letter.
pub fn name_of(letter: u8) -> [u8; NAME_BYTES] {
    [letter; NAME_BYTES]
}

impl Declared {
    /// Declares a system. What the kernel borrows is never given back.
    pub fn new(plan: &Plan) -> Declared {
        let mut first_thread = 0;
        let mut processes = Vec::new();
        for (number, member) in plan.members.iter().enumerate() {
            processes.push(describe(plan, number, first_thread));
            first_thread += member.priorities.len();
        }
        let groups: Vec<WaitGroupDescriptor> =
            (0..plan.members.len()).filter_map(|member| group(plan, member)).collect();
        let processes: &'static [ProcessDescriptor<'static>] = processes.leak();
        let threads = plan.members.iter().zip(processes).flat_map(|(member, process)| {
            let priorities = (0u8..).zip(member.priorities);
            priorities.map(move |(ordinal, priority)| ThreadDescriptor {
                process,
                ordinal,
                priority: Priority::new(*priority),
                wait_list: WaitListIndex::NONE,
            })
        });
        let services = plan.members.iter().enumerate().flat_map(|(number, member)| {
            let process = ProcessIndex::new(number);
            member.services.iter().map(move |letter| Service { process, name: name_of(*letter) })
        });
        let mut capsules: Vec<CapsuleDescriptor<'static>> =
            plan.capsules.iter().map(|kind| kind.describe(plan)).collect();
        CapsuleDescriptor::lay_out(&mut capsules, plan.members.len());
        let system = System {
            processes,
            threads: threads.collect::<Vec<_>>().leak(),
            handlers: &[],
            initiators: &[],
            wait_groups: groups.leak(),
            interrupts: &[],
            endpoints: &[],
            senders: &[],
            shared_regions: &[],
            sharers: &[],
            capsules: capsules.leak(),
            services: services.collect::<Vec<_>>().leak(),
            are_ids_global: plan.are_ids_global,
            max_transfer_bytes: plan.max_transfer_bytes,
        };
        Declared { plan: plan.clone(), system }
    }

    /// How many processes there are.
    pub fn process_count(&self) -> usize {
        self.plan.members.len()
    }

    /// The process that a thread belongs to.
    pub fn process_of(&self, thread: usize) -> usize {
        self.system.threads[thread].process.index.position()
    }

    /// The threads of a process, the main thread first.
    pub fn threads_of(&self, process: usize) -> impl Iterator<Item = usize> {
        self.system.processes[process].threads.iter().map(|thread| thread.position())
    }

    /// The main thread of a process.
    pub fn main_of(&self, process: usize) -> usize {
        self.system.processes[process].threads[0].position()
    }

    /// A thread in words.
    pub fn thread_name(&self, thread: usize) -> String {
        let name = self.plan.members[self.process_of(thread)].name;
        match self.system.threads[thread].ordinal {
            0 => name.to_owned(),
            ordinal => format!("{name}'s thread {}", ordinal + 1),
        }
    }

    /// The capsule that a program names, if the system has it.
    pub fn capsule(&self, driver: usize) -> Option<Kind> {
        self.plan.capsules.iter().copied().find(|kind| kind.driver() == driver)
    }

    /// Every upcall that a process has.
    pub fn slots(&self) -> impl Iterator<Item = (Kind, usize)> {
        let kinds = self.plan.capsules.iter().copied();
        kinds.flat_map(|kind| (0..kind.counts().2).map(move |number| (kind, number)))
    }
}

/// The wait group of a process, if it has one. They wait in the lists behind those of upcalls.
fn group(plan: &Plan, process: usize) -> Option<WaitGroupDescriptor> {
    let before = plan.members[..process].iter().filter(|member| member.has_group).count();
    plan.members[process].has_group.then(|| WaitGroupDescriptor {
        index: WaitGroupIndex::new(before),
        wait_list: WaitListIndex::new(plan.members.len() + before),
    })
}

fn describe(plan: &Plan, number: usize, first_thread: usize) -> ProcessDescriptor<'static> {
    let member = &plan.members[number];
    let index = ProcessIndex::new(number);
    let upcalls_list = WaitListIndex::new(number);
    let last = first_thread + member.priorities.len();
    let upcalls = Object::Upcalls { process: index, wait_list: upcalls_list };
    let group = group(plan, number);
    let objects: Vec<Object> = [upcalls].into_iter().chain(group.map(Object::WaitGroup)).collect();
    // Behind the threads stand the entries of those that have groups, one for each object.
    let threads: usize = plan.members.iter().map(|member| member.priorities.len()).sum();
    let first_member = |group: WaitGroupDescriptor| {
        ThreadIndex::new(threads + objects.len() * group.index.position())
    };
    ProcessDescriptor {
        index,
        name: member.name,
        own: Span::own(&REGIONS),
        memory: &REGIONS,
        first_member: group.map_or(ThreadIndex::NONE, first_member),
        objects: objects.leak(),
        threads: (first_thread..last).map(ThreadIndex::new).collect::<Vec<_>>().leak(),
        wall: [0; WALL_WORDS],
        wait_list: WaitListIndex::NONE,
        upcalls_list,
        first_exchange: ExchangeIndex::NONE,
        first_mapping: match plan.capsules.contains(&Kind::Notify) {
            true => MappingIndex::new(MAX_MAPPINGS * number),
            false => MappingIndex::NONE,
        },
        starts_at_boot: true,
        restart: RestartPolicy {
            on_fault: member.restarts > 0,
            on_exit: member.restarts > 0,
            delay_ticks: 0,
            max_restarts: Some(member.restarts),
            on_give_up: GiveUp::Stop,
        },
        may_shutdown: false,
    }
}
