//! A machine for unit tests: two processes joined by one channel, each with a little memory.
//!
//! Process 0 is the initiator, process 1 the handler; handle 0 of each is its end of the channel.
//! After every step all invariants are checked, and wherever the door answers it is compared with
//! `step`.

use std::boxed::Box;
use std::collections::BTreeMap;
use std::vec;
use std::vec::Vec;

use guichet_abi::{Error, Message, Results, Signals, Syscall, deadline_to_words};

use crate::*;

pub(crate) mod forum;
pub(crate) mod network;
pub(crate) mod post;
pub(crate) mod shared;

/// A process's memory: 64 bytes that can only be read, then 192 that can be written.
pub(crate) const MEMORY_BYTES: usize = 256;
const READ_ONLY_BYTES: usize = 64;

/// What the handler knows the initiator by.
pub(crate) const BADGE: u32 = 7;

/// Where the memory of a process begins.
pub(crate) const fn base(process: usize) -> usize {
    0x1000 * (process + 1)
}

/// Where the writable memory of a process begins.
pub(crate) const fn writable(process: usize) -> usize {
    base(process) + READ_ONLY_BYTES
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TestPort {
    pub(crate) memory: Vec<Vec<u8>>,
    pub(crate) now: u64,
    pub(crate) alarm: Option<Instant>,
    pub(crate) log: Vec<u8>,
    pub(crate) reports: Vec<(ProcessIndex, Report)>,
    pub(crate) stopped: Vec<ProcessIndex>,
    /// The threads that were prepared, with their entries and their stack pointers.
    pub(crate) started: Vec<(ThreadIndex, usize, usize)>,
    /// The lines that may come.
    pub(crate) enabled: Vec<u16>,
    /// What somebody has typed.
    pub(crate) typed: Vec<u8>,
    /// What the walls of processes let through beside their own memory, by process and place. Regions of
    /// shared memory have multiples of 16 bytes here.
    pub(crate) walls: BTreeMap<(usize, usize), Region>,
    /// The regions of shared memory, from [`shared::SHARED`] on.
    pub(crate) shared: Vec<u8>,
    /// Every start of a process fails.
    pub(crate) refuses_start: bool,
    /// The processes whose memory has gone, of which the kernel has not been told.
    pub(crate) vanished: Vec<usize>,
}

impl TestPort {
    pub(crate) fn bytes(&mut self, process: usize, address: usize, length: usize) -> &mut [u8] {
        if let Some(offset) = address.checked_sub(shared::SHARED) {
            return &mut self.shared[offset..offset + length];
        }
        let offset = address - base(process);
        &mut self.memory[process][offset..offset + length]
    }

    fn granted(&mut self, grant: Grant) -> &mut [u8] {
        // What one process has mapped of another is where it is in that one.
        let owner = (0..self.memory.len()).find(|process| {
            (base(*process)..=base(*process) + MEMORY_BYTES).contains(&grant.address())
        });
        let owner = owner.unwrap_or(grant.process().position());
        self.bytes(owner, grant.address(), grant.length())
    }

    /// What comes of touching a process's memory on this side of a copy.
    fn touch(&self, grant: Grant, side: Side) -> Result<(), Side> {
        if self.vanished.contains(&grant.process().position()) { Err(side) } else { Ok(()) }
    }
}

impl Port for TestPort {
    const ENTRY_BYTES: usize = 16;
    const STACK_ALIGNMENT: usize = 8;
    const CONSOLE_INPUT: InterruptLine = InterruptLine::new(LINES[0]);

    fn copy(&mut self, source: Grant, destination: Grant) -> Result<(), Side> {
        assert_eq!(source.length(), destination.length());
        self.touch(source, Side::Source)?;
        self.touch(destination, Side::Destination)?;
        let bytes = self.granted(source).to_vec();
        self.granted(destination).copy_from_slice(&bytes);
        Ok(())
    }

    fn load(&mut self, source: Grant, bytes: &mut [u8]) -> Result<(), Side> {
        assert_eq!(source.length(), bytes.len());
        self.touch(source, Side::Source)?;
        bytes.copy_from_slice(self.granted(source));
        Ok(())
    }

    fn store(&mut self, bytes: &[u8], destination: Grant) -> Result<(), Side> {
        assert_eq!(destination.length(), bytes.len());
        self.touch(destination, Side::Destination)?;
        self.granted(destination).copy_from_slice(bytes);
        Ok(())
    }

    fn read_words(&mut self, source: Grant, words: &mut [usize]) -> Result<(), Unreadable> {
        let bytes = self.granted(source);
        for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(size_of::<usize>())) {
            *word = usize::from_ne_bytes(chunk.try_into().unwrap());
        }
        Ok(())
    }

    fn now(&mut self) -> Instant {
        Instant::from_ticks(self.now)
    }

    fn set_alarm(&mut self, at: Instant) {
        self.alarm = at.is_finite().then_some(at);
    }

    fn start_process(&mut self, _process: ProcessIndex) -> Result<(), NotStarted> {
        if self.refuses_start { Err(NotStarted) } else { Ok(()) }
    }

    fn start_thread(&mut self, thread: ThreadIndex, pc: usize, stack: Grant) {
        self.started.push((thread, pc, stack.address() + stack.length()));
    }

    fn stop_process(&mut self, process: ProcessIndex) {
        self.walls.retain(|(owner, _), _| *owner != process.position());
        self.stopped.push(process);
    }

    fn set_mapping(
        &mut self,
        process: ProcessIndex,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        assert!(place < MAX_MAPPINGS);
        if region.is_some_and(|region| region.start % 16 != 0 || region.end % 16 != 0) {
            return Err(Inexpressible);
        }
        match region {
            Some(region) => self.walls.insert((process.position(), place), region),
            None => self.walls.remove(&(process.position(), place)),
        };
        Ok(())
    }

    fn enable_line(&mut self, line: InterruptLine) {
        assert!(!self.enabled.contains(&line.number()), "enabled twice");
        self.enabled.push(line.number());
    }

    fn disable_line(&mut self, line: InterruptLine) {
        self.enabled.retain(|each| *each != line.number());
    }

    fn read_console(&mut self, destination: Grant) -> Result<usize, Unreadable> {
        let length = self.typed.len().min(destination.length());
        let bytes: Vec<u8> = self.typed.drain(..length).collect();
        self.granted(destination)[..length].copy_from_slice(&bytes);
        Ok(length)
    }

    fn log(&mut self, text: Grant) {
        let bytes = self.granted(text).to_vec();
        self.log.extend(bytes);
    }

    fn log_character(&mut self, _process: ProcessIndex, character: char) {
        self.log.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn report(&mut self, process: ProcessIndex, report: Report) {
        self.reports.push((process, report));
    }
}

/// What two machines are compared by.
type Facts = (
    (Vec<Thread>, Vec<Process>, Globals),
    (Vec<Handler>, Vec<Initiator>),
    (Vec<Endpoint>, Vec<Exchange>),
);

#[derive(Clone)]
struct Tables {
    threads: Vec<Thread>,
    processes: Vec<Process>,
    handlers: Vec<Handler>,
    initiators: Vec<Initiator>,
    interrupts: Vec<Interrupt>,
    endpoints: Vec<Endpoint>,
    messages: Vec<QueuedMessage>,
    message_bytes: Vec<u8>,
    exchanges: Vec<Exchange>,
    wait_lists: Vec<ThreadList>,
    wait_groups: Vec<WaitGroup>,
    capsule_users: Vec<CapsuleUser>,
    subscriptions: Vec<Subscription>,
    allows: Vec<Buffer>,
    acquaintances: Vec<u32>,
    shared_regions: Vec<SharedRegion>,
    sharers: Vec<Sharer>,
    mappings: Vec<Mapping>,
    capsule_words: Vec<u64>,
    globals: Globals,
}

impl Tables {
    fn kernel<'s>(&'s mut self, system: &'s System<'s>) -> Kernel<'s> {
        let storage = Storage {
            threads: &mut self.threads,
            processes: &mut self.processes,
            handlers: &mut self.handlers,
            initiators: &mut self.initiators,
            interrupts: &mut self.interrupts,
            endpoints: &mut self.endpoints,
            messages: &mut self.messages,
            message_bytes: &mut self.message_bytes,
            exchanges: &mut self.exchanges,
            wait_lists: &mut self.wait_lists,
            wait_groups: &mut self.wait_groups,
            capsule_users: &mut self.capsule_users,
            subscriptions: &mut self.subscriptions,
            allows: &mut self.allows,
            acquaintances: &mut self.acquaintances,
            shared_regions: &mut self.shared_regions,
            sharers: &mut self.sharers,
            mappings: &mut self.mappings,
            capsule_words: &mut self.capsule_words,
            globals: &mut self.globals,
        };
        Kernel::new(system, storage)
    }

    fn facts(&self) -> Facts {
        let Tables { threads, processes, handlers, initiators, globals, endpoints, .. } =
            self.clone();
        let calls = self.exchanges.iter().map(Exchange::without_message).collect();
        ((threads, processes, globals), (handlers, initiators), (endpoints, calls))
    }
}

pub(crate) struct Machine {
    pub(crate) system: &'static System<'static>,
    tables: Tables,
    pub(crate) port: TestPort,
    pub(crate) outcome: Outcome,
    /// The results that each thread was last resumed with.
    results: BTreeMap<usize, Results>,
}

/// Threads 0.. belong to the initiator; threads from `initiator.len()` on to the handler.
pub(crate) fn machine(initiator: &[u8], handler: &[u8]) -> Machine {
    let mut machine = unbooted(initiator, handler);
    machine.boot();
    machine
}

/// As [`machine`], on whose channel transactions last so many ticks if they have no deadline.
pub(crate) fn timed_machine(initiator: &[u8], handler: &[u8], default_ticks: u64) -> Machine {
    let mut machine = build(initiator, handler, Some(default_ticks), |_| {});
    machine.boot();
    machine
}

/// A machine whose system has not started. The slices are the priorities of the threads.
pub(crate) fn unbooted(initiator: &[u8], handler: &[u8]) -> Machine {
    declared(initiator, handler, |_| {})
}

/// As [`unbooted`], with something changed in what is declared of the processes.
pub(crate) fn declared(
    initiator: &[u8],
    handler: &[u8],
    change: impl FnOnce(&mut [ProcessDescriptor<'static>]),
) -> Machine {
    build(initiator, handler, None, change)
}

fn build(
    initiator: &[u8],
    handler: &[u8],
    default_ticks: Option<u64>,
    change: impl FnOnce(&mut [ProcessDescriptor<'static>]),
) -> Machine {
    let count = initiator.len();
    let indices = |range: std::ops::Range<usize>| -> &'static [ThreadIndex] {
        range.map(ThreadIndex::new).collect::<Vec<_>>().leak()
    };
    let handler_end = HandlerDescriptor {
        index: HandlerIndex::new(0),
        process: ProcessIndex::new(1),
        wait_list: WaitListIndex::new(0),
    };
    let initiator_end = InitiatorDescriptor {
        index: InitiatorIndex::new(0),
        process: ProcessIndex::new(0),
        handler: handler_end,
        wait_list: WaitListIndex::new(1),
        badge: BADGE,
    };
    let initiator_object = match default_ticks {
        Some(default_ticks) => Object::TimedInitiator { end: initiator_end, default_ticks },
        None => Object::ChannelInitiator(initiator_end),
    };
    let ends = [initiator_object, Object::ChannelHandler(handler_end)];
    let numbers = [0..count, count..count + handler.len()].map(indices);
    let groups = [0, 1].map(|number| WaitGroupDescriptor {
        index: WaitGroupIndex::new(number),
        wait_list: WaitListIndex::new(4 + count + handler.len() + number),
    });
    let interrupt = InterruptDescriptor {
        process: ProcessIndex::new(1),
        wait_list: WaitListIndex::new(6 + count + handler.len()),
        lines: LINES.map(InterruptLine::new).to_vec().leak(),
    };
    let process = |number: usize| {
        let objects = objects(ends[number], numbers[number], 1 - number, groups[number]);
        // The entries of the first process's objects follow the threads, then those of the second's.
        let before = if number == 0 { 0 } else { numbers[0].len() + 3 };
        let first_member = ThreadIndex::new(count + handler.len() + before);
        descriptor(number, objects, numbers[number], first_member)
    };
    let processes: &'static mut [ProcessDescriptor<'static>] = vec![process(0), process(1)].leak();
    change(processes);
    let processes = &*processes;
    let threads = thread_descriptors(&processes[0], initiator)
        .chain(thread_descriptors(&processes[1], handler));
    let system: &'static System<'static> = Box::leak(Box::new(System {
        processes,
        threads: threads.collect::<Vec<_>>().leak(),
        handlers: vec![handler_end].leak(),
        initiators: vec![initiator_end].leak(),
        wait_groups: groups.to_vec().leak(),
        interrupts: vec![interrupt].leak(),
        endpoints: &[],
        senders: &[],
        shared_regions: &[],
        sharers: &[],
        capsules: &[],
        services: &[],
        are_ids_global: false,
        max_transfer_bytes: 128,
    }));
    unbooted_machine(system)
}

/// A machine of this system, whose memory is all zero.
fn unbooted_machine(system: &'static System<'static>) -> Machine {
    let sizes = StorageSizes::of(system);
    let tables = Tables {
        threads: vec![Thread::DORMANT; sizes.threads],
        processes: vec![Process::UNSTARTED; sizes.processes],
        handlers: vec![Handler::IDLE; sizes.handlers],
        initiators: vec![Initiator::IDLE; sizes.initiators],
        interrupts: vec![Interrupt::IDLE; sizes.interrupts],
        endpoints: vec![Endpoint::IDLE; sizes.endpoints],
        messages: vec![QueuedMessage::NONE; sizes.messages],
        message_bytes: vec![0; sizes.message_bytes],
        exchanges: vec![Exchange::IDLE; sizes.exchanges],
        wait_lists: vec![ThreadList::EMPTY; sizes.wait_lists],
        wait_groups: vec![WaitGroup::FRESH; sizes.wait_groups],
        capsule_users: vec![CapsuleUser::FRESH; sizes.capsule_users],
        subscriptions: vec![Subscription::NONE; sizes.subscriptions],
        allows: vec![Buffer::EMPTY; sizes.allows],
        acquaintances: vec![0; sizes.acquaintances],
        shared_regions: vec![SharedRegion::FREE; sizes.shared_regions],
        sharers: vec![Sharer::IDLE; sizes.sharers],
        mappings: vec![Mapping::FREE; sizes.mappings],
        capsule_words: vec![0; sizes.capsule_words],
        globals: Globals::INITIAL,
    };
    let memory = vec![vec![0; MEMORY_BYTES]; sizes.processes];
    let port = TestPort { memory, ..TestPort::default() };
    let outcome = Outcome::idle();
    Machine { system, tables, port, outcome, results: BTreeMap::new() }
}

/// The handles of a process: its end of the channel, the other process, its threads, a wait group; of the
/// handler, an interrupt object too.
fn objects(
    end: Object,
    threads: &[ThreadIndex],
    other: usize,
    group: WaitGroupDescriptor,
) -> &'static [Object] {
    let threads = threads.iter().map(|thread| Object::Thread(*thread));
    let others = [end, Object::Process(ProcessIndex::new(other))].into_iter();
    let interrupt = (other == 0).then_some(Object::Interrupt(InterruptIndex::new(0)));
    let all = others.chain(threads).chain([Object::WaitGroup(group)]).chain(interrupt);
    all.collect::<Vec<_>>().leak()
}

/// The lines of the handler's interrupt object, whose handle is its last. The last of them is not
/// there on this machine.
pub(crate) const LINES: [u16; 3] = [5, 40, u16::MAX];

/// The handle of the other process, and of a process's own first thread; its end of the channel is 0.
pub(crate) const OTHER_PROCESS: usize = 1;
pub(crate) const FIRST_THREAD: usize = 2;

fn thread_descriptors(
    process: &'static ProcessDescriptor<'static>,
    priorities: &[u8],
) -> impl Iterator<Item = ThreadDescriptor<'static>> {
    (0u8..).zip(priorities).map(move |(ordinal, priority)| ThreadDescriptor {
        process,
        ordinal,
        priority: Priority::new(*priority),
        wait_list: WaitListIndex::new(process.threads[usize::from(ordinal)].position() + 4),
    })
}

fn descriptor(
    process: usize,
    objects: &'static [Object],
    threads: &'static [ThreadIndex],
    first_member: ThreadIndex,
) -> ProcessDescriptor<'static> {
    let middle = writable(process);
    let regions = [
        Region { start: base(process), end: middle, writable: false },
        Region { start: middle, end: base(process) + MEMORY_BYTES, writable: true },
    ];
    ProcessDescriptor {
        index: ProcessIndex::new(process),
        name: "test",
        own: Span::own(&regions),
        memory: regions.to_vec().leak(),
        wall: [0; WALL_WORDS],
        objects,
        threads,
        wait_list: WaitListIndex::new(process + 2),
        upcalls_list: WaitListIndex::NONE,
        first_member,
        first_exchange: ExchangeIndex::NONE,
        first_mapping: MappingIndex::NONE,
        starts_at_boot: true,
        restart: RestartPolicy::NEVER,
        may_shutdown: process == 1,
    }
}

impl Machine {
    pub(crate) fn kernel(&mut self) -> Kernel<'_> {
        self.tables.kernel(self.system)
    }

    pub(crate) fn boot(&mut self) {
        let outcome = self.tables.kernel(self.system).boot(&mut self.port);
        self.take(outcome);
    }

    /// The same without clearing the tables, which are as they were made.
    pub(crate) fn boot_fresh(&mut self) {
        let outcome = self.tables.kernel(self.system).boot_fresh(&mut self.port);
        self.take(outcome);
    }

    /// Tells whether all that matters in the tables of another is the same.
    pub(crate) fn is_as(&self, other: &Machine) -> bool {
        self.tables.facts() == other.tables.facts()
    }

    /// Feeds one event, checks everything that must always hold, and obeys the outcome.
    pub(crate) fn step(&mut self, event: Event) {
        let answered = self.at_door(&event);
        let outcome = self.tables.kernel(self.system).step(&mut self.port, event);
        self.kernel().check().unwrap();
        if let Some((answer, message, tables, port)) = answered {
            assert_eq!(answer, outcome, "door and step give different outcomes");
            let given = self.kernel().message(outcome.thread);
            let is_told = outcome.action == Action::ReturnMessage;
            assert!(!is_told || message == Some(given), "another message");
            assert!(tables.facts() == self.tables.facts(), "door and step differ");
            assert_eq!(port, self.port);
        }
        self.take(outcome);
    }

    /// What the door makes of a copy of this machine, if it answers.
    fn at_door(&self, event: &Event) -> Option<(Outcome, Option<Message>, Tables, TestPort)> {
        let Event::Call(call) = event else { return None };
        let (mut tables, mut port) = (self.tables.clone(), self.port.clone());
        let answered =
            tables.kernel(self.system).door(&mut port, call).map(|answer| (answer, None));
        let answered = answered.or_else(|| {
            let answered = tables.kernel(self.system).message_door(&mut port, call);
            answered.map(|(answer, message)| (answer, Some(message)))
        });
        if answered.is_none() {
            assert!(tables.facts() == self.tables.facts(), "a silent door changed something");
        }
        answered.map(|(answer, message)| (answer, message, tables, port))
    }

    fn take(&mut self, outcome: Outcome) {
        if matches!(outcome.action, Action::Return | Action::ReturnMessage) {
            self.results.insert(outcome.thread.position(), outcome.results);
        }
        self.outcome = outcome;
    }

    /// The thread that runs now.
    pub(crate) fn running(&self) -> usize {
        let Outcome { action, .. } = self.outcome;
        assert!(matches!(action, Action::Return | Action::ReturnMessage | Action::Resume));
        self.outcome.thread.position()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.outcome.action == Action::Idle
    }

    /// What the latest call of a thread has returned, if it has; asked once.
    pub(crate) fn returned(&mut self, thread: usize) -> Option<Result<(usize, usize), Error>> {
        self.results.remove(&thread).map(|results| match Error::from_status(results.status) {
            None => Ok((results.value0, results.value1)),
            Some(error) => Err(error),
        })
    }

    /// Lets the running thread, which must be `thread`, make a call.
    pub(crate) fn call(&mut self, thread: usize, syscall: Syscall, arguments: &[usize]) {
        self.call_number(thread, syscall as usize, arguments);
    }

    pub(crate) fn call_number(&mut self, thread: usize, number: usize, arguments: &[usize]) {
        assert_eq!(self.running(), thread, "another thread runs");
        self.results.remove(&thread);
        let mut words = [0; guichet_abi::ARGUMENT_COUNT];
        words[..arguments.len()].copy_from_slice(arguments);
        self.step(Event::Call(Call { number, arguments: words }));
    }

    /// As [`Machine::call`], for a call that returns at once.
    pub(crate) fn now(
        &mut self,
        thread: usize,
        syscall: Syscall,
        arguments: &[usize],
    ) -> Result<(usize, usize), Error> {
        self.call(thread, syscall, arguments);
        self.returned(thread).expect("the call has not returned")
    }

    pub(crate) fn transact(&mut self, thread: usize, request: usize, room: usize, deadline: u64) {
        let (low, high) = deadline_to_words(deadline);
        let send = base(0);
        let receive = writable(0);
        let arguments = [0, send, request, receive, room, low, high];
        self.call(thread, Syscall::ChannelTransact, &arguments);
    }

    pub(crate) fn wait(&mut self, thread: usize, mask: Signals, deadline: u64) {
        let (low, high) = deadline_to_words(deadline);
        let mask = mask.bits() as usize;
        self.call(thread, Syscall::ObjectWait, &[0, mask, low, high]);
    }

    /// Reads from the request into the handler's writable memory.
    pub(crate) fn read(
        &mut self,
        thread: usize,
        offset: usize,
        length: usize,
    ) -> Result<usize, Error> {
        let arguments = [0, offset, writable(1), length];
        self.now(thread, Syscall::ChannelRead, &arguments).map(|(length, _)| length)
    }

    /// Responds from the handler's read-only memory.
    pub(crate) fn respond(&mut self, thread: usize, length: usize) -> Result<(), Error> {
        self.now(thread, Syscall::ChannelRespond, &[0, base(1), length]).map(|_| ())
    }

    /// Lets time pass to `now`, with the timer event.
    pub(crate) fn pass(&mut self, now: u64) {
        self.port.now = now;
        self.port.alarm = None; // it rings once
        self.step(Event::Timer);
    }

    pub(crate) fn kill(&mut self, process: usize) {
        let fault = Fault::new(FaultCause::Killed);
        self.step(Event::ProcessEnded { process: ProcessIndex::new(process), fault });
    }

    pub(crate) fn start_thread(&mut self, thread: usize) {
        self.kernel().start_thread(ThreadIndex::new(thread));
    }

    pub(crate) fn set_incarnation(&mut self, process: usize, incarnation: u32) {
        self.tables.processes[process].incarnation = incarnation;
    }
}
