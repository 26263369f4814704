//! What a scenario wants of a system: as much of a declaration as it cares for.

use guichet_abi::MemoryRights;
use guichet_kernel::RestartPolicy;

/// What a scenario wants of a process.
#[derive(Clone, Debug)]
pub struct ProcessPlan {
    /// Its name in reports.
    pub name: &'static str,
    /// The priorities of its threads, the main thread first.
    pub priorities: Vec<u8>,
    /// Whether it may end the run (PR-7).
    pub may_shutdown: bool,
    /// The processes that it holds objects of, by position (PR-5).
    pub holds: Vec<usize>,
    /// Whether it holds objects of all its threads and starts them itself; else it holds its main
    /// thread's only, and finds the others started.
    pub holds_threads: bool,
    /// How many wait groups it has (WT-4).
    pub groups: usize,
    /// The lines of its interrupt object, in the order of their signals; if there is none, it has no such
    /// object (PR-8).
    pub lines: &'static [u16],
    /// Whether it starts when the system boots (PR-3).
    pub starts_at_boot: bool,
    /// What happens when it has ended (PR-3).
    pub restart: RestartPolicy,
}

/// What a scenario wants of a system.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The processes, in the order in which they start.
    pub processes: Vec<ProcessPlan>,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The regions of shared memory.
    pub regions: Vec<SharedRegion>,
    /// The longest transfer of one call, in bytes (AB-10).
    pub max_transfer_bytes: usize,
}

/// An endpoint: the process that receives, and those that send, by position (EP-1, EP-2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The process that receives.
    pub receiver: usize,
    /// How many messages it holds.
    pub capacity: u16,
    /// How long a message is at most.
    pub max_message_bytes: u16,
    /// The ends that send.
    pub senders: Vec<Sender>,
}

/// An end that sends to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The process that sends.
    pub process: usize,
    /// Whether it may send.
    pub may_send: bool,
    /// Whether it may call.
    pub may_call: bool,
}

/// A region of shared memory, and the processes that share it, by position (SH-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRegion {
    /// How many bytes it has. The wall can express sixteen and their multiples.
    pub bytes: usize,
    /// Who shares it, and the most that each may do.
    pub sharers: Vec<(usize, MemoryRights)>,
}

/// A channel: the two processes that it joins, by position, and what else is declared of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The process that asks.
    pub initiator: usize,
    /// The process that answers.
    pub handler: usize,
    /// The channel, by position, whose handler's end this one leads to; `None`: its own (CH-12).
    pub shares: Option<usize>,
    /// How many ticks a transaction without a deadline lasts at most; `None`: for ever (CH-11).
    pub default_ticks: Option<u64>,
}

impl ProcessPlan {
    /// A process that starts at boot, holds no other, and stays as it ends.
    pub fn new(name: &'static str, priorities: &[u8]) -> ProcessPlan {
        ProcessPlan {
            name,
            priorities: priorities.to_vec(),
            may_shutdown: false,
            holds: Vec::new(),
            holds_threads: false,
            groups: 0,
            lines: &[],
            starts_at_boot: true,
            restart: RestartPolicy::NEVER,
        }
    }
}

impl Plan {
    /// How many threads all processes have together.
    pub fn thread_count(&self) -> usize {
        self.processes.iter().map(|process| process.priorities.len()).sum()
    }

    /// The processes that the wait groups belong to, in the order of the groups.
    pub fn group_owners(&self) -> Vec<usize> {
        let owners = self.processes.iter().enumerate();
        owners.flat_map(|(owner, process)| std::iter::repeat_n(owner, process.groups)).collect()
    }

    /// The processes that the interrupt objects belong to, in the order of the objects.
    pub fn interrupt_owners(&self) -> Vec<usize> {
        let has_one = |process: &usize| !self.processes[*process].lines.is_empty();
        (0..self.processes.len()).filter(has_one).collect()
    }

    /// All ends that send, each with the position of its endpoint.
    pub fn senders(&self) -> Vec<(usize, Sender)> {
        let endpoints = self.endpoints.iter().enumerate();
        let ends = endpoints
            .flat_map(|(at, endpoint)| endpoint.senders.iter().map(move |sender| (at, *sender)));
        ends.collect()
    }

    /// All parts in regions: the region, the process, and the most that it may do.
    pub fn sharers(&self) -> Vec<(usize, usize, MemoryRights)> {
        let regions = self.regions.iter().enumerate();
        let parts = regions.flat_map(|(region, shared)| {
            shared.sharers.iter().map(move |(process, rights)| (region, *process, *rights))
        });
        parts.collect()
    }

    /// Tells whether a process shares a region.
    pub fn has_shared(&self, process: usize) -> bool {
        self.sharers().iter().any(|(_, sharer, _)| *sharer == process)
    }

    /// Tells whether a process has an end of an endpoint.
    pub fn has_post(&self, process: usize) -> bool {
        self.endpoints.iter().any(|endpoint| {
            endpoint.receiver == process
                || endpoint.senders.iter().any(|sender| sender.process == process)
        })
    }

    /// Tells whether a process holds an object of this one.
    pub fn is_held(&self, process: usize) -> bool {
        self.processes.iter().any(|holder| holder.holds.contains(&process))
    }
}

impl Sender {
    /// Above all signals and below the badges of channels, so that the three are told apart in reports.
    const FIRST_BADGE: u32 = 1 << 30;

    /// An end with both rights.
    pub fn of(process: usize) -> Sender {
        Sender { process, may_send: true, may_call: true }
    }

    /// What the receiver knows sender `number` by: different on each.
    pub fn badge(number: usize) -> u32 {
        u32::try_from(number).unwrap_or(u32::MAX).saturating_add(Self::FIRST_BADGE)
    }
}

impl Channel {
    /// Above all signals (WT-1), so that the two are told apart in reports.
    const FIRST_BADGE: u32 = 1 << 31;

    /// A channel without a default deadline.
    pub fn between(initiator: usize, handler: usize) -> Channel {
        Channel { initiator, handler, shares: None, default_ticks: None }
    }

    /// A channel to the handler's end of another one (CH-12).
    pub fn sharing(initiator: usize, (position, other): (usize, Channel)) -> Channel {
        Channel { initiator, shares: Some(position), ..other }
    }

    /// What the handler of channel `number` knows the initiator by: different on each.
    pub fn badge(number: usize) -> u32 {
        u32::try_from(number).unwrap_or(u32::MAX).saturating_add(Self::FIRST_BADGE)
    }

    /// Tells whether a word is more likely a badge than signals.
    pub fn is_badge(word: usize) -> bool {
        word >= Self::FIRST_BADGE as usize
    }
}
