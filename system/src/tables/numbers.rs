//! Which object and which thread of the file has which index in the kernel's tables.
//!
//! Each kind of object is numbered in the order of the file. The wait lists come kind after kind: those
//! of handlers, initiators, interrupts, then of processes and threads that an object stands for, of wait
//! groups, of endpoints and their senders, of upcalls, and last of the parts in shared memory. So nobody shares a
//! list with anybody.

use guichet_kernel::{
    ExchangeIndex, HandlerDescriptor, HandlerIndex, InitiatorDescriptor, InitiatorIndex,
    InterruptIndex, Object, ProcessIndex, ThreadIndex, WaitGroupDescriptor, WaitGroupIndex,
    WaitListIndex,
};

use super::{endpoints, shared_memory, ticks};
use crate::model::{self, ObjectId, ObjectKind};

/// Something whose end can be waited for, by its index in the model.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// A process.
    Process(usize),
    /// A thread of a process.
    Thread(usize, usize),
}

/// Which object and which thread of the file has which index in the kernel's tables.
#[derive(Default)]
pub(super) struct Numbers {
    /// The index of each process's main thread.
    pub(super) first_threads: Vec<usize>,
    /// Handlers.
    pub(super) handlers: Vec<ObjectId>,
    /// Initiators.
    pub(super) initiators: Vec<ObjectId>,
    /// Interrupt objects: the process, and the index among its interrupts.
    pub(super) interrupts: Vec<(usize, usize)>,
    /// The processes and threads that an object stands for, each once.
    pub(super) waited: Vec<Waited>,
    /// Wait groups.
    pub(super) groups: Vec<ObjectId>,
    /// Endpoints.
    pub(super) endpoints: Vec<ObjectId>,
    /// Senders.
    pub(super) senders: Vec<ObjectId>,
    /// The processes with an object that tells of upcalls, of which each has one at most.
    pub(super) upcalls: Vec<usize>,
    /// The parts in regions of shared memory: the region and the process, region after region.
    pub(super) sharers: Vec<(usize, model::Sharer)>,
    /// Where each process's exchanges begin, if it has ends of endpoints.
    pub(super) exchanges: Vec<ExchangeIndex>,
    /// Where the entries for members of each process's wait groups begin, if it has one.
    pub(super) members: Vec<ThreadIndex>,
}

impl Numbers {
    pub(super) fn of(system: &model::System) -> Numbers {
        let mut numbers = Numbers {
            exchanges: endpoints::first_exchanges(system),
            sharers: shared_memory::sharers(system),
            ..Numbers::default()
        };
        let mut threads = 0;
        for (process, declared) in system.processes.iter().enumerate() {
            numbers.first_threads.push(threads);
            threads += declared.threads.len();
            for (object, declared) in declared.objects.iter().enumerate() {
                numbers.note(ObjectId { process, object }, declared.kind);
            }
        }
        numbers.members = first_members(system, threads);
        numbers
    }

    /// Gives an object the next number of its kind.
    fn note(&mut self, id: ObjectId, kind: ObjectKind) {
        match kind {
            ObjectKind::ChannelHandler => self.handlers.push(id),
            ObjectKind::ChannelInitiator { .. } => self.initiators.push(id),
            ObjectKind::Thread { thread } => self.note_waited(Waited::Thread(id.process, thread)),
            ObjectKind::Process { process } => self.note_waited(Waited::Process(process)),
            ObjectKind::WaitGroup => self.groups.push(id),
            ObjectKind::Interrupt { interrupt } => self.interrupts.push((id.process, interrupt)),
            ObjectKind::Endpoint { .. } => self.endpoints.push(id),
            ObjectKind::EndpointSender { .. } => self.senders.push(id),
            ObjectKind::Upcalls => self.upcalls.push(id.process),
            // They are numbered by their regions.
            ObjectKind::SharedMemory { .. } => {}
        }
    }

    /// The wait group at this place; its wait list follows those of the processes and threads.
    pub(super) fn group(&self, place: usize) -> WaitGroupDescriptor {
        let ends = self.handlers.len() + self.initiators.len();
        let lists = ends + self.interrupts.len() + self.waited.len();
        WaitGroupDescriptor {
            index: WaitGroupIndex::new(place),
            wait_list: WaitListIndex::new(lists.saturating_add(place)),
        }
    }

    /// The number of the first wait list that follows those of the wait groups.
    pub(super) fn lists_before_endpoints(&self) -> usize {
        let ends = self.handlers.len() + self.initiators.len();
        ends + self.interrupts.len() + self.waited.len() + self.groups.len()
    }

    fn note_waited(&mut self, waited: Waited) {
        if !self.waited.contains(&waited) {
            self.waited.push(waited);
        }
    }

    /// The wait list of the interrupt object at this place, after those of the channels.
    pub(super) fn interrupt_list(&self, place: usize) -> WaitListIndex {
        WaitListIndex::new(self.handlers.len() + self.initiators.len() + place)
    }

    /// The wait list of a process or a thread, after those of the interrupts; none if no object stands
    /// for it.
    pub(super) fn wait_list(&self, waited: Waited) -> WaitListIndex {
        let others = self.handlers.len() + self.initiators.len() + self.interrupts.len();
        let place = self.waited.iter().position(|each| *each == waited);
        place.map_or(WaitListIndex::NONE, |place| WaitListIndex::new(others.saturating_add(place)))
    }

    /// A thread of a process.
    pub(super) fn thread(&self, process: usize, thread: usize) -> ThreadIndex {
        self.first_threads
            .get(process)
            .map_or(ThreadIndex::NONE, |first| ThreadIndex::new(first + thread))
    }

    /// The objects of a process, by handle.
    pub(super) fn objects(
        &self,
        system: &model::System,
        process: usize,
        ticks_per_sec: u64,
    ) -> Vec<Object> {
        let object = |(object, declared): (usize, &model::Object)| {
            self.object(system, ObjectId { process, object }, declared.kind, ticks_per_sec)
        };
        let declared = system.processes.get(process).map_or(&[][..], |process| &process.objects);
        declared.iter().enumerate().map(object).collect()
    }

    fn object(
        &self,
        system: &model::System,
        id: ObjectId,
        kind: ObjectKind,
        ticks_per_sec: u64,
    ) -> Object {
        match kind {
            ObjectKind::ChannelHandler => Object::ChannelHandler(self.handler(id)),
            ObjectKind::ChannelInitiator { default_deadline_ms, .. } => {
                let end = self.initiator_end(system, place(&self.initiators, id));
                default_deadline_ms.map_or(Object::ChannelInitiator(end), |milliseconds| {
                    let default_ticks = ticks(milliseconds, ticks_per_sec);
                    Object::TimedInitiator { end, default_ticks }
                })
            }
            ObjectKind::Thread { thread } => Object::Thread(self.thread(id.process, thread)),
            ObjectKind::Process { process } => Object::Process(ProcessIndex::new(process)),
            ObjectKind::WaitGroup => Object::WaitGroup(self.group(place(&self.groups, id))),
            ObjectKind::Upcalls => Object::Upcalls {
                process: ProcessIndex::new(id.process),
                wait_list: self.upcalls_list(id.process),
            },
            ObjectKind::Interrupt { interrupt } => {
                Object::Interrupt(self.interrupt(id.process, interrupt))
            }
            ObjectKind::Endpoint { .. } => {
                Object::EndpointReceiver(self.receiver(system, place(&self.endpoints, id)))
            }
            ObjectKind::EndpointSender { .. } => {
                Object::EndpointSender(self.sender(system, place(&self.senders, id)))
            }
            ObjectKind::SharedMemory { region, .. } => {
                Object::SharedMemory(self.sharer_of(region, id.process))
            }
        }
    }

    fn interrupt(&self, process: usize, interrupt: usize) -> InterruptIndex {
        let place = self.interrupts.iter().position(|each| *each == (process, interrupt));
        place.map_or(InterruptIndex::NONE, InterruptIndex::new)
    }

    fn handler(&self, id: ObjectId) -> HandlerDescriptor {
        self.handler_end(place(&self.handlers, id))
    }

    /// The handler's end at this place; its wait list has the same number.
    pub(super) fn handler_end(&self, place: usize) -> HandlerDescriptor {
        let process = self.handlers.get(place).map(|id| ProcessIndex::new(id.process));
        HandlerDescriptor {
            index: HandlerIndex::new(place),
            process: process.unwrap_or(ProcessIndex::NONE),
            wait_list: WaitListIndex::new(place),
        }
    }

    /// The initiator's end at this place; its wait list follows those of the handlers.
    pub(super) fn initiator_end(
        &self,
        system: &model::System,
        place: usize,
    ) -> InitiatorDescriptor {
        let id = self.initiators.get(place);
        let (handler, badge) = match id.and_then(|id| kind(system, *id)) {
            Some(ObjectKind::ChannelInitiator { handler, badge, .. }) => {
                (self.handler(handler), badge)
            }
            Some(
                ObjectKind::ChannelHandler
                | ObjectKind::Thread { .. }
                | ObjectKind::Process { .. }
                | ObjectKind::WaitGroup
                | ObjectKind::Upcalls
                | ObjectKind::Interrupt { .. }
                | ObjectKind::Endpoint { .. }
                | ObjectKind::EndpointSender { .. }
                | ObjectKind::SharedMemory { .. },
            )
            | None => (self.handler_end(usize::MAX), model::DEFAULT_BADGE),
        };
        InitiatorDescriptor {
            index: InitiatorIndex::new(place),
            process: id.map_or(ProcessIndex::NONE, |id| ProcessIndex::new(id.process)),
            handler,
            wait_list: WaitListIndex::new(self.handlers.len().saturating_add(place)),
            badge,
        }
    }
}

/// Where the entries for members of each process's wait groups begin, after all `threads`; NONE for a
/// process without groups.
fn first_members(system: &model::System, threads: usize) -> Vec<ThreadIndex> {
    let mut next = threads;
    let first = |declared: &model::Process| {
        if !declared.objects.iter().any(|each| each.kind == ObjectKind::WaitGroup) {
            return ThreadIndex::NONE;
        }
        let first = next;
        next += declared.objects.len();
        ThreadIndex::new(first)
    };
    system.processes.iter().map(first).collect()
}

/// The place of an object in its table; beyond every table for one that is not there.
pub(super) fn place(table: &[ObjectId], id: ObjectId) -> usize {
    table.iter().position(|each| *each == id).unwrap_or(usize::MAX)
}

pub(super) fn kind(system: &model::System, id: ObjectId) -> Option<ObjectKind> {
    Some(system.processes.get(id.process)?.objects.get(id.object)?.kind)
}
