//! The systems that are explored: declared as a board would declare them, only smaller.
//!
//! Every process has the same memory at the same addresses, as on a board where each lives in
//! an address space of its own. A kernel that mixed up whose memory it means would therefore not
//! be saved by an address that happens to be foreign to the other process.

use guichet_kernel::{
    HandlerDescriptor, HandlerIndex, InitiatorDescriptor, InitiatorIndex, InterruptDescriptor,
    InterruptIndex, InterruptLine, Object, Priority, ProcessDescriptor, ProcessIndex, Span, System,
    TableIndex, ThreadDescriptor, ThreadIndex, WALL_WORDS, WaitGroupDescriptor, WaitGroupIndex,
    WaitListIndex,
};

use crate::layout::REGIONS;
use crate::plan::{Channel, Plan, Sender};

mod post;
pub mod shared;

/// A thing that threads wait on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Waitable {
    /// The handler's end of the channel with this position, which others may share.
    Handler(usize),
    /// The initiator's end of the channel with this position.
    Initiator(usize),
    /// The thread with this position (PR-5).
    Thread(usize),
    /// The process with this position (PR-5).
    Process(usize),
    /// The wait group with this position (WT-4).
    Group(usize),
    /// The interrupt object with this position (PR-8).
    Interrupt(usize),
    /// The end that receives of the endpoint with this position (EP-1).
    Receiver(usize),
    /// The end that sends with this position among all such (EP-2).
    Sender(usize),
    /// The part in a region of shared memory with this position among all such (SH-1).
    Part(usize),
}

/// An interrupt line that nobody declares.
const STRAY_LINE: u16 = 99;

/// A declared system, with the same facts in a form that is easy to ask.
#[derive(Clone, Debug)]
pub struct Declared {
    /// As the kernel sees it.
    pub system: System<'static>,
    /// The same, as it was wanted.
    pub plan: Plan,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The ends that send, each with the position of its endpoint.
    pub senders: Vec<(usize, Sender)>,
}

impl Declared {
    /// Declares a system. What the kernel borrows is never given back: a run declares a handful of
    /// systems and uses them until it ends.
    pub fn new(plan: &Plan) -> Declared {
        let ends = Ends::of(plan);
        let processes: &'static [ProcessDescriptor<'static>] = (0..plan.processes.len())
            .map(|process| describe_process(plan, &ends, process))
            .collect::<Vec<_>>()
            .leak();
        let groups: Vec<WaitGroupDescriptor> =
            (0..plan.group_owners().len()).map(|group| describe_group(plan, group)).collect();
        let system = System {
            processes,
            handlers: ends.handlers.leak(),
            initiators: ends.initiators.leak(),
            threads: plan_threads(plan, processes).leak(),
            interrupts: describe_interrupts(plan).leak(),
            wait_groups: groups.leak(),
            endpoints: (0..plan.endpoints.len())
                .map(|at| post::describe_endpoint(plan, at))
                .collect::<Vec<_>>()
                .leak(),
            senders: post::describe_senders(plan).leak(),
            shared_regions: shared::describe_regions(plan).leak(),
            sharers: shared::describe_sharers(plan).leak(),
            capsules: &[],
            services: &[],
            are_ids_global: false,
            max_transfer_bytes: plan.max_transfer_bytes,
        };
        Declared {
            system,
            plan: plan.clone(),
            channels: plan.channels.clone(),
            senders: plan.senders(),
        }
    }

    /// The handler's end that a channel leads to: the position of the first channel that does.
    pub fn end_of(&self, channel: usize) -> usize {
        self.channels[channel].shares.unwrap_or(channel)
    }

    /// How many threads there are.
    pub fn thread_count(&self) -> usize {
        self.system.threads.len()
    }

    /// The process that a thread belongs to, by position.
    pub fn process_of(&self, thread: usize) -> usize {
        self.system.threads[thread].process.index.position()
    }

    /// How important a thread is declared to be.
    pub fn priority_of(&self, thread: usize) -> u8 {
        self.system.threads[thread].priority.number()
    }

    /// The threads of a process, the main thread first.
    pub fn threads_of(&self, process: usize) -> impl Iterator<Item = usize> {
        self.system.processes[process].threads.iter().map(|thread| thread.position())
    }

    /// The main thread of a process.
    pub fn main_of(&self, process: usize) -> usize {
        self.system.processes[process].threads[0].position()
    }

    /// What a handle of a process names, if it is declared.
    pub fn waitable_of(&self, process: usize, handle: usize) -> Option<Waitable> {
        Some(match self.system.processes[process].objects.get(handle)? {
            Object::ChannelHandler(end) => Waitable::Handler(end.index.position()),
            Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
                Waitable::Initiator(end.index.position())
            }
            Object::Thread(thread) => Waitable::Thread(thread.position()),
            Object::Process(process) => Waitable::Process(process.position()),
            Object::WaitGroup(group) => Waitable::Group(group.index.position()),
            Object::Interrupt(interrupt) => Waitable::Interrupt(interrupt.position()),
            Object::EndpointReceiver(end) => Waitable::Receiver(end.index.position()),
            Object::EndpointSender(end) => {
                let ends = &self.system.senders;
                Waitable::Sender(ends.iter().position(|other| other == end)?)
            }
            Object::SharedMemory(part) => Waitable::Part(part.index.position()),
            Object::Upcalls { .. } => return None,
        })
    }

    /// Everything that threads can wait on.
    pub fn waitables(&self) -> impl Iterator<Item = Waitable> {
        let channels = 0..self.channels.len();
        let ends = channels.flat_map(|at| [Waitable::Handler(at), Waitable::Initiator(at)]);
        let threads = (0..self.thread_count()).map(Waitable::Thread);
        let processes = (0..self.system.processes.len()).map(Waitable::Process);
        let groups = (0..self.system.wait_groups.len()).map(Waitable::Group);
        let interrupts = (0..self.system.interrupts.len()).map(Waitable::Interrupt);
        let receivers = (0..self.plan.endpoints.len()).map(Waitable::Receiver);
        let senders = (0..self.system.senders.len()).map(Waitable::Sender);
        let parts = (0..self.system.sharers.len()).map(Waitable::Part);
        let tasks = threads.chain(processes).chain(groups);
        ends.chain(tasks).chain(interrupts).chain(receivers).chain(senders).chain(parts)
    }

    /// The endpoint for whose room threads wait in this list; `None` if there is no such list.
    pub fn endpoint_of_blocked(&self, list: WaitListIndex) -> Option<usize> {
        self.system.endpoints.iter().position(|endpoint| endpoint.receiver.blocked_list == list)
    }

    /// The thing whose waiters stand in this list; `None` if there is no such list.
    pub fn waitable_of_list(&self, list: WaitListIndex) -> Option<Waitable> {
        self.waitables().find(|waitable| wait_list(&self.plan, *waitable) == list)
    }

    /// The handle by which a process names a thing, if it can.
    pub fn handle_of(&self, process: usize, waitable: Waitable) -> Option<usize> {
        (0..self.system.processes[process].objects.len())
            .find(|handle| self.waitable_of(process, *handle) == Some(waitable))
    }

    /// The entries, in the kernel's table of threads, by which things may be members of groups: the
    /// process, the handle of the thing, and the entry.
    pub fn member_entries(&self) -> impl Iterator<Item = (usize, usize, ThreadIndex)> {
        let owners = (0..self.system.processes.len())
            .filter(|process| !self.system.processes[*process].first_member.is_none());
        owners.flat_map(|process| {
            let declared = &self.system.processes[process];
            let entry = |handle| ThreadIndex::new(declared.first_member.position() + handle);
            (0..declared.objects.len()).map(move |handle| (process, handle, entry(handle)))
        })
    }

    /// The interrupt lines that may reach the kernel: all that are declared, and where there are any,
    /// one that nobody has.
    pub fn lines(&self) -> impl Iterator<Item = u16> {
        let declared = self.plan.processes.iter().flat_map(|process| process.lines).copied();
        let stray = (!self.system.interrupts.is_empty()).then_some(STRAY_LINE);
        declared.chain(stray)
    }

    /// A thread in words: its process, and which of its threads where there are several.
    pub fn thread_name(&self, thread: usize) -> String {
        let process = &self.system.processes[self.process_of(thread)];
        match self.system.threads[thread].ordinal {
            _ if process.threads.len() == 1 => process.name.to_owned(),
            0 => format!("{}'s main thread", process.name),
            1 => format!("{}'s second thread", process.name),
            ordinal => format!("{}'s thread {}", process.name, ordinal + 1),
        }
    }

    /// A process in words.
    pub fn process_name(&self, process: usize) -> &'static str {
        self.system.processes[process].name
    }
}

/// The ends of all channels.
struct Ends {
    handlers: Vec<HandlerDescriptor>,
    initiators: Vec<InitiatorDescriptor>,
}

impl Ends {
    fn of(plan: &Plan) -> Ends {
        let mut ends = Ends { handlers: Vec::new(), initiators: Vec::new() };
        for (number, &Channel { initiator, handler, shares, .. }) in
            plan.channels.iter().enumerate()
        {
            let own = HandlerDescriptor {
                index: HandlerIndex::new(number),
                process: ProcessIndex::new(handler),
                wait_list: wait_list(plan, Waitable::Handler(number)),
            };
            ends.handlers.push(own);
            let handler = shares.and_then(|other| ends.handlers.get(other)).copied();
            let handler = handler.unwrap_or(own);
            ends.initiators.push(InitiatorDescriptor {
                index: InitiatorIndex::new(number),
                process: ProcessIndex::new(initiator),
                handler,
                wait_list: wait_list(plan, Waitable::Initiator(number)),
                badge: Channel::badge(number),
            });
        }
        ends
    }
}

/// The first thread of each process, and the one after its last.
fn thread_bounds(plan: &Plan) -> Vec<usize> {
    let mut bounds = vec![0];
    for process in &plan.processes {
        bounds.push(bounds.last().copied().unwrap_or(0) + process.priorities.len());
    }
    bounds
}

fn plan_threads(
    plan: &Plan,
    processes: &'static [ProcessDescriptor<'static>],
) -> Vec<ThreadDescriptor<'static>> {
    let mut threads = Vec::new();
    for (process, wanted) in processes.iter().zip(&plan.processes) {
        for (ordinal, priority) in (0u8..).zip(&wanted.priorities) {
            let is_held = ordinal == 0 || wanted.holds_threads;
            let own = wait_list(plan, Waitable::Thread(threads.len()));
            threads.push(ThreadDescriptor {
                process,
                ordinal,
                priority: Priority::new(*priority),
                wait_list: if is_held { own } else { WaitListIndex::NONE },
            });
        }
    }
    threads
}

/// A process's ends come first, in the order of the channels and then of the endpoints; then its parts in
/// regions of shared memory; then its main thread, which programs also use as a handle of the wrong kind; then its other threads and other processes, as wanted; then
/// its interrupt object and its groups.
fn describe_process(plan: &Plan, ends: &Ends, process: usize) -> ProcessDescriptor<'static> {
    let wanted = &plan.processes[process];
    let bounds = thread_bounds(plan);
    let own: Vec<ThreadIndex> =
        (bounds[process]..bounds[process + 1]).map(ThreadIndex::new).collect();
    let mut objects = describe_ends(plan, ends, process);
    objects.extend(post::describe_ends(plan, process));
    objects.extend(shared::describe_parts(plan, process));
    let held = if wanted.holds_threads { own.len() } else { 1 };
    objects.extend(own[..held].iter().map(|thread| Object::Thread(*thread)));
    objects.extend(wanted.holds.iter().map(|other| Object::Process(ProcessIndex::new(*other))));
    let interrupts = plan.interrupt_owners().into_iter().enumerate();
    let interrupts = interrupts.filter(|(_, owner)| *owner == process);
    objects.extend(interrupts.map(|(at, _)| Object::Interrupt(InterruptIndex::new(at))));
    let groups = plan.group_owners().into_iter().enumerate();
    let groups = groups.filter(|(_, owner)| *owner == process);
    objects.extend(groups.map(|(group, _)| Object::WaitGroup(describe_group(plan, group))));
    let wait_list = wait_list(plan, Waitable::Process(process));
    ProcessDescriptor {
        index: ProcessIndex::new(process),
        name: wanted.name,
        own: Span::own(&REGIONS),
        memory: &REGIONS,
        objects: objects.leak(),
        threads: own.leak(),
        wall: [0; WALL_WORDS],
        wait_list: if plan.is_held(process) { wait_list } else { WaitListIndex::NONE },
        upcalls_list: WaitListIndex::NONE,
        first_member: first_member(plan, process),
        first_exchange: post::first_exchange(plan, process),
        first_mapping: shared::first_mapping(plan, process),
        starts_at_boot: wanted.starts_at_boot,
        restart: wanted.restart,
        may_shutdown: wanted.may_shutdown,
    }
}

fn describe_group(plan: &Plan, group: usize) -> WaitGroupDescriptor {
    WaitGroupDescriptor {
        index: WaitGroupIndex::new(group),
        wait_list: wait_list(plan, Waitable::Group(group)),
    }
}

fn describe_interrupts(plan: &Plan) -> Vec<InterruptDescriptor<'static>> {
    let describe = |(at, owner): (usize, usize)| {
        let lines = plan.processes[owner].lines.iter().map(|line| InterruptLine::new(*line));
        InterruptDescriptor {
            process: ProcessIndex::new(owner),
            wait_list: wait_list(plan, Waitable::Interrupt(at)),
            lines: lines.collect::<Vec<_>>().leak(),
        }
    };
    plan.interrupt_owners().into_iter().enumerate().map(describe).collect()
}

/// Behind the threads stand the entries of the first process that has a group, then those of the next.
fn first_member(plan: &Plan, process: usize) -> ThreadIndex {
    if plan.processes[process].groups == 0 {
        return ThreadIndex::NONE;
    }
    let objects = |process: usize| match plan.processes[process].groups {
        0 => 0,
        _some => object_count(plan, process),
    };
    ThreadIndex::new(plan.thread_count() + (0..process).map(objects).sum::<usize>())
}

fn object_count(plan: &Plan, process: usize) -> usize {
    let wanted = &plan.processes[process];
    let handles = |channel: &Channel| channel.shares.is_none() && channel.handler == process;
    let ends = plan.channels.iter();
    let ends = ends.filter(|channel| channel.initiator == process || handles(channel));
    let threads = if wanted.holds_threads { wanted.priorities.len() } else { 1 };
    let interrupts = usize::from(!wanted.lines.is_empty());
    ends.count()
        + post::describe_ends(plan, process).len()
        + shared::describe_parts(plan, process).len()
        + threads
        + wanted.holds.len()
        + interrupts
        + wanted.groups
}

fn describe_ends(plan: &Plan, ends: &Ends, process: usize) -> Vec<Object> {
    let mut objects = Vec::new();
    let joined = ends.handlers.iter().zip(&ends.initiators);
    for ((handler, initiator), channel) in joined.zip(&plan.channels) {
        if handler.process.position() == process && channel.shares.is_none() {
            objects.push(Object::ChannelHandler(*handler));
        }
        if initiator.process.position() == process {
            objects.push(describe_initiator(*initiator, channel));
        }
    }
    objects
}

fn describe_initiator(end: InitiatorDescriptor, channel: &Channel) -> Object {
    match channel.default_ticks {
        Some(default_ticks) => Object::TimedInitiator { end, default_ticks },
        None => Object::ChannelInitiator(end),
    }
}

/// Two lists for each channel come first, then one for each thread, then one for each process, then one
/// for each group, then one for each interrupt object, then two for each endpoint, then one for each end
/// that sends, then one for each part in a region of shared memory.
fn wait_list(plan: &Plan, waitable: Waitable) -> WaitListIndex {
    let threads = 2 * plan.channels.len();
    let groups = threads + plan.thread_count() + plan.processes.len();
    WaitListIndex::new(match waitable {
        Waitable::Handler(channel) => 2 * channel,
        Waitable::Initiator(channel) => 2 * channel + 1,
        Waitable::Thread(thread) => threads + thread,
        Waitable::Process(process) => threads + plan.thread_count() + process,
        Waitable::Group(group) => groups + group,
        Waitable::Interrupt(interrupt) => groups + plan.group_owners().len() + interrupt,
        Waitable::Receiver(endpoint) => post::first_list(plan) + 2 * endpoint,
        Waitable::Sender(sender) => post::first_list(plan) + 2 * plan.endpoints.len() + sender,
        Waitable::Part(part) => {
            let ends = 2 * plan.endpoints.len() + plan.senders().len();
            post::first_list(plan) + ends + part
        }
    })
}
