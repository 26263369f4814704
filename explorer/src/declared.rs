//! The systems that are explored: declared as a board would declare them, only smaller.
//!
//! Every process has the same memory at the same addresses, as on a board where each lives in
//! an address space of its own. A kernel that mixed up whose memory it means would therefore not
//! be saved by an address that happens to be foreign to the other process.

use guichet_kernel::{
    HandlerDescriptor, HandlerIndex, InitiatorDescriptor, InitiatorIndex, Object, Priority,
    ProcessDescriptor, ProcessIndex, RestartPolicy, Span, System, TableIndex, ThreadDescriptor,
    ThreadIndex, WALL_WORDS, WaitListIndex,
};

use crate::layout::REGIONS;

/// What a scenario wants of a process.
#[derive(Clone, Debug)]
pub struct ProcessPlan {
    /// Its name in reports.
    pub name: &'static str,
    /// The priorities of its threads, the main thread first.
    pub priorities: Vec<u8>,
    /// Whether it may end the run (PR-7).
    pub may_shutdown: bool,
}

/// What a scenario wants of a system.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The processes, in the order in which they start.
    pub processes: Vec<ProcessPlan>,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The longest transfer of one call, in bytes (AB-10).
    pub max_transfer_bytes: usize,
}

/// A channel: the two processes that it joins, by position, and what else is declared of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The process that asks.
    pub initiator: usize,
    /// The process that answers.
    pub handler: usize,
    /// How many ticks a transaction without a deadline lasts at most; `None`: for ever (CH-11).
    pub default_ticks: Option<u64>,
}

/// One end of a channel, which is a thing that threads wait on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// The handler's end of the channel with this position.
    Handler(usize),
    /// The initiator's end of the channel with this position.
    Initiator(usize),
}

/// A declared system, with the same facts in a form that is easy to ask.
#[derive(Clone, Debug)]
pub struct Declared {
    /// As the kernel sees it.
    pub system: System<'static>,
    /// The channels.
    pub channels: Vec<Channel>,
}

impl Channel {
    /// Above all signals that a channel has, so that the two are told apart in reports.
    const FIRST_BADGE: u32 = 1 << 16;

    /// A channel without a default deadline.
    pub fn between(initiator: usize, handler: usize) -> Channel {
        Channel { initiator, handler, default_ticks: None }
    }

    /// What the handler of channel `number` knows the initiator by: different on each.
    pub fn badge(number: usize) -> u32 {
        u32::try_from(number).unwrap_or(u32::MAX).saturating_add(Self::FIRST_BADGE)
    }

    /// Tells whether a word is more likely a badge than signals of a channel.
    pub fn is_badge(word: usize) -> bool {
        word >= Self::FIRST_BADGE as usize
    }
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
        let system = System {
            processes,
            handlers: ends.handlers.leak(),
            initiators: ends.initiators.leak(),
            threads: plan_threads(plan, processes).leak(),
            max_transfer_bytes: plan.max_transfer_bytes,
        };
        Declared { system, channels: plan.channels.clone() }
    }

    /// How many threads there are.
    pub fn thread_count(&self) -> usize {
        self.system.threads.len()
    }

    /// The process that a thread belongs to, by position.
    pub fn process_of(&self, thread: usize) -> usize {
        self.system.threads[thread].process.index.position()
    }

    /// How important a thread is.
    pub fn priority_of(&self, thread: usize) -> u8 {
        self.system.threads[thread].priority.number()
    }

    /// The threads of a process, the main thread first.
    pub fn threads_of(&self, process: usize) -> impl Iterator<Item = usize> {
        self.system.processes[process].threads.iter().map(|thread| thread.position())
    }

    /// The end that a handle of a process names: `None` where it names no end of a channel.
    pub fn end_of(&self, process: usize, handle: usize) -> Option<End> {
        match self.system.processes[process].objects.get(handle)? {
            Object::ChannelHandler(end) => Some(End::Handler(end.index.position())),
            Object::ChannelInitiator(end) | Object::TimedInitiator { end, .. } => {
                Some(End::Initiator(end.index.position()))
            }
            Object::Thread(_) | Object::Process(_) => None,
        }
    }

    /// The end whose waiters stand in this list.
    pub fn end_of_list(&self, list: WaitListIndex) -> End {
        let channel = list.position() / 2;
        if list.position().is_multiple_of(2) {
            End::Handler(channel)
        } else {
            End::Initiator(channel)
        }
    }

    /// The handle by which a process names an end of a channel, if it owns it.
    pub fn handle_of(&self, process: usize, end: End) -> Option<usize> {
        (0..self.system.processes[process].objects.len())
            .find(|handle| self.end_of(process, *handle) == Some(end))
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
        for (number, &Channel { initiator, handler, .. }) in plan.channels.iter().enumerate() {
            let handler = HandlerDescriptor {
                index: HandlerIndex::new(number),
                process: ProcessIndex::new(handler),
                wait_list: wait_list(End::Handler(number)),
            };
            ends.handlers.push(handler);
            ends.initiators.push(InitiatorDescriptor {
                index: InitiatorIndex::new(number),
                process: ProcessIndex::new(initiator),
                handler,
                wait_list: wait_list(End::Initiator(number)),
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
            let priority = Priority::new(*priority);
            threads.push(ThreadDescriptor {
                process,
                ordinal,
                priority,
                wait_list: WaitListIndex::NONE,
            });
        }
    }
    threads
}

/// A process's ends come first, in the order of the channels; its main thread is the last object,
/// for programs that use a handle of the wrong kind.
fn describe_process(plan: &Plan, ends: &Ends, process: usize) -> ProcessDescriptor<'static> {
    let mut objects = Vec::new();
    let joined = ends.handlers.iter().zip(&ends.initiators);
    for ((handler, initiator), channel) in joined.zip(&plan.channels) {
        if handler.process.position() == process {
            objects.push(Object::ChannelHandler(*handler));
        }
        if initiator.process.position() == process {
            objects.push(describe_initiator(*initiator, channel));
        }
    }
    let bounds = thread_bounds(plan);
    let own: Vec<ThreadIndex> =
        (bounds[process]..bounds[process + 1]).map(ThreadIndex::new).collect();
    objects.push(Object::Thread(own[0]));
    ProcessDescriptor {
        index: ProcessIndex::new(process),
        name: plan.processes[process].name,
        own: Span::own(&REGIONS),
        memory: &REGIONS,
        objects: objects.leak(),
        threads: own.leak(),
        wall: [0; WALL_WORDS],
        wait_list: WaitListIndex::NONE,
        starts_at_boot: true,
        restart: RestartPolicy::NEVER,
        may_shutdown: plan.processes[process].may_shutdown,
    }
}

fn describe_initiator(end: InitiatorDescriptor, channel: &Channel) -> Object {
    match channel.default_ticks {
        Some(default_ticks) => Object::TimedInitiator { end, default_ticks },
        None => Object::ChannelInitiator(end),
    }
}

fn wait_list(end: End) -> WaitListIndex {
    match end {
        End::Handler(channel) => WaitListIndex::new(2 * channel),
        End::Initiator(channel) => WaitListIndex::new(2 * channel + 1),
    }
}
