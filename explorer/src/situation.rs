//! One event taken by the real kernel, watched from all sides.
//!
//! A [`Situation`] is everything that lasts from event to event: the kernel's tables, what the
//! oracle makes of them, and the alarm. [`Situation::take`] gives the event to the kernel, gives a
//! call to the door too, asks the oracle what is right, and has the [audit](crate::audit) compare.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ptr;

use guichet_abi::{Message, Syscall};
use guichet_kernel::{
    Action, Call, Event, Instant, Kernel, Outcome, Port, ProcessId, ProcessIndex, ProcessState,
    QueuedMessage, TableIndex, ThreadIndex, ThreadState,
};
use guichet_kernel_tables::KernelTables;

use crate::audit::audit;
use crate::declared::Declared;
use crate::invariant::{Invariant, Violation};
use crate::layout::{Memory, Shared};
use crate::machine::{BOOT_TICKS, Machine, Walls};
use crate::oracle::buffers::Memories;
use crate::oracle::calls::Scene;
use crate::oracle::lives::{How, World};
use crate::oracle::{Oracle, Prediction};

/// Everything that lasts from one event to the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Situation {
    /// The kernel's tables.
    pub snapshot: KernelTables,
    /// What the specification says of them: every system that explains all that has been seen so
    /// far. Mostly there is one. Where two things happen at the same moment and their order shows
    /// only later, there are several until it does.
    oracles: Vec<Oracle>,
    /// The alarm that the port has been asked for.
    pub alarm: Instant,
    /// The interrupt lines that may come, as [`Machine::enabled_lines`].
    enabled_lines: Vec<u16>,
    /// What walls let through, as [`Machine::walls`].
    walls: Walls,
}

/// What surrounds the kernel when an event comes.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The memory of every process.
    pub memories: Vec<Memory>,
    /// The regions of shared memory.
    pub shared: Shared,
    /// Whether a process's memory can be used no more.
    pub vanished: Vec<bool>,
    /// The time, in ticks.
    pub now_ticks: u64,
    /// No process can be given a fresh start.
    pub refuses_start: bool,
}

impl Surroundings {
    /// The memories before anything has been written, as they may be used in this system.
    pub fn as_seen_by<'a>(&'a self, oracle: &'a Oracle) -> Memories<'a> {
        let Surroundings { memories, shared, vanished, .. } = self;
        Memories { bytes: memories, shared, sharing: &oracle.sharing, written: &[], vanished }
    }
}

/// What the kernel's tables show to whoever asks.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What each thread is doing.
    pub threads: Vec<ThreadState>,
    /// How important each thread is.
    pub priorities: Vec<u8>,
    /// What each entry for a member of a group holds: the group, the signals (bits) and the word.
    pub members: Vec<Option<(usize, u32, usize)>>,
    /// How each process is.
    pub processes: Vec<ProcessState>,
    /// Which life each process is in (PR-1).
    pub identities: Vec<Option<ProcessId>>,
    /// The message that each thread keeps.
    pub messages: Vec<Message>,
    /// What stands in the queue of each endpoint, the oldest in front.
    pub queues: Vec<Vec<Letter>>,
    /// The thread that runs, if any.
    pub current: Option<usize>,
    /// What the kernel's own check says.
    pub check: Result<(), &'static str>,
}

/// An event and what came of it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What the kernel said.
    pub outcome: Outcome,
    /// What lasts.
    pub after: Situation,
    /// The machine afterwards, memories included.
    pub machine: Machine,
    /// What the kernel shows afterwards.
    pub seen: Seen,
    /// Whether the door answered the same event.
    pub is_at_door: bool,
    /// What does not hold.
    pub violations: Vec<Violation>,
}

/// A message in a queue: its sender's badge and incarnation, the reply right or 0, and its bytes.
pub type Letter = (u32, u32, u32, Vec<u8>);

fn queues(declared: &Declared, snapshot: &KernelTables) -> Vec<Vec<Letter>> {
    let letter = |(message, bytes): (QueuedMessage, Vec<u8>)| {
        let (badge, incarnation, reply) = message.envelope();
        (badge, incarnation, reply, bytes)
    };
    let queue = |endpoint| snapshot.queue(endpoint).into_iter().map(letter).collect();
    declared.system.endpoints.iter().map(queue).collect()
}

impl Seen {
    /// What a kernel shows that has just taken an event: all that it holds besides its tables too.
    fn of(declared: &Declared, kernel: &Kernel<'_>) -> Seen {
        let threads = 0..declared.thread_count();
        let processes = (0..declared.system.processes.len()).map(ProcessIndex::new);
        let current = kernel.current_thread();
        let member = |at| match kernel.thread(at)?.state() {
            ThreadState::Member(member) => {
                Some((member.group.position(), member.mask.bits(), member.user_data))
            }
            _other => None,
        };
        Seen {
            threads: threads
                .clone()
                .map(|at| kernel.thread(ThreadIndex::new(at)))
                .map(|thread| thread.map_or(ThreadState::Dormant, |thread| thread.state()))
                .collect(),
            priorities: threads
                .clone()
                .map(|at| kernel.thread(ThreadIndex::new(at)))
                .map(|thread| thread.map_or(0, |thread| thread.priority().number()))
                .collect(),
            members: declared.member_entries().map(|(_, _, at)| member(at)).collect(),
            processes: processes
                .clone()
                .map(|at| kernel.process(at))
                .map(|process| process.map_or(ProcessState::Unstarted, |process| process.state()))
                .collect(),
            identities: processes
                .map(|at| kernel.process(at).map(|process| process.id(at)))
                .collect(),
            messages: threads.map(|at| kernel.message(ThreadIndex::new(at))).collect(),
            queues: Vec::new(),
            current: (!current.is_none()).then(|| current.position()),
            check: kernel.check(),
        }
    }
}

impl Situation {
    /// Boots a system, and starts the other threads of those processes that do not do so themselves,
    /// as a port's test would; an early timer event then makes the kernel choose anew who runs.
    pub fn boot(declared: &Declared, memories: Vec<Memory>) -> (Situation, Vec<Violation>) {
        let mut snapshot = KernelTables::before_boot(&declared.system);
        let mut machine = Machine::new(memories, BOOT_TICKS, Instant::NEVER);
        let mut oracle = Oracle::before_boot(declared);
        let mut violations = Vec::new();
        let mut kernel = snapshot.kernel(&declared.system);
        let _told = kernel.boot(&mut machine);
        oracle.boot(declared);
        choose_at_boot(declared, &kernel, &mut oracle, &mut violations);
        for thread in 0..declared.thread_count() {
            let process = declared.process_of(thread);
            let starts_itself = declared.plan.processes[process].holds_threads;
            if !starts_itself
                && oracle.processes[process].is_running()
                && declared.main_of(process) != thread
            {
                kernel.start_thread(ThreadIndex::new(thread));
                oracle.start_thread(thread, oracle.last_turn());
            }
        }
        let mut told = kernel.step(&mut machine, Event::Timer);
        oracle.preempt(declared);
        choose_at_boot(declared, &kernel, &mut oracle, &mut violations);
        snapshot.forget_calls(&declared.system, &mut told);
        let Machine { alarm, enabled_lines, walls, .. } = machine;
        (Situation { snapshot, oracles: vec![oracle], alarm, enabled_lines, walls }, violations)
    }

    /// Gives an event to the kernel, and says what came of it and what does not hold.
    pub fn take(&self, declared: &Declared, around: &Surroundings, event: Event) -> Taken {
        let mut snapshot = self.snapshot.clone();
        let mut machine = self.machine(around, event);
        let mut kernel = snapshot.kernel(&declared.system);
        let told = kernel.step(&mut machine, event);
        let mut outcome = told;
        let mut seen = Seen::of(declared, &kernel);
        snapshot.forget_calls(&declared.system, &mut outcome);
        seen.queues = queues(declared, &snapshot);
        let oracles = self.oracles.clone();
        let (alarm, enabled_lines) = (machine.alarm, machine.enabled_lines.clone());
        let walls = machine.walls.clone();
        let mut taken = Taken {
            outcome,
            after: Situation { snapshot, oracles, alarm, enabled_lines, walls },
            machine,
            seen,
            is_at_door: false,
            violations: Vec::new(),
        };
        self.judge(declared, around, event, &mut taken);
        if let Some(words) = self.door_disagreement(declared, around, event, (&told, &mut taken)) {
            let observation = format!("the door {words}");
            taken.violations.push(Violation::new(Invariant::DoorAgrees, observation));
        }
        taken
    }

    /// The system as the specification sees it, of which everything that shows is certain.
    pub fn oracle(&self) -> &Oracle {
        &self.oracles[0]
    }

    /// Takes the lives that a process has behind it for another number, on both sides.
    pub fn renumber_life(&mut self, process: usize, incarnation: u32) {
        self.snapshot.renumber_life(ProcessIndex::new(process), incarnation);
        for oracle in &mut self.oracles {
            oracle.processes[process].incarnation = incarnation;
        }
    }

    /// Tells whether something holds however the system is to be explained.
    pub fn is_certain(&self, holds: impl Fn(&Oracle) -> bool) -> bool {
        self.oracles.iter().all(holds)
    }

    /// Keeps every explanation with which nothing is wrong; where there is none, the one with which
    /// least is wrong, and says what.
    fn judge(&self, declared: &Declared, around: &Surroundings, event: Event, taken: &mut Taken) {
        let mut judged = Vec::new();
        for oracle in &self.oracles {
            for prediction in all_predictions(oracle, declared, around, event) {
                let case = (self, oracle, around, event);
                judged.push(audit(declared, case, taken, &prediction));
            }
        }
        let Some(fewest) = judged.iter().map(|(violations, _)| violations.len()).min() else {
            return;
        };
        judged.retain(|(violations, _)| violations.len() == fewest);
        taken.violations.clone_from(&judged[0].0);
        let mut oracles: Vec<Oracle> = judged.into_iter().map(|(_, oracle)| oracle).collect();
        if fewest > 0 {
            oracles.truncate(1);
        }
        oracles.sort_by_cached_key(|oracle| {
            let mut hasher = DefaultHasher::new();
            oracle.hash(&mut hasher);
            hasher.finish()
        });
        oracles.dedup();
        taken.after.oracles = oracles;
    }

    fn machine(&self, around: &Surroundings, event: Event) -> Machine {
        let alarm = if event == Event::Timer { Instant::NEVER } else { self.alarm };
        let mut machine = Machine::new(around.memories.clone(), around.now_ticks, alarm);
        machine.vanished.clone_from(&around.vanished);
        machine.refuses_start = around.refuses_start;
        machine.enabled_lines.clone_from(&self.enabled_lines);
        machine.shared.clone_from(&around.shared);
        machine.walls.clone_from(&self.walls);
        machine.copies_shared = is_copy_of_shared(event);
        if let Event::Interrupt { line } = event {
            machine.disable_line(line);
        }
        machine
    }

    /// Gives a call to the door and compares with what `step` told, and made of it. What is told is compared as
    /// it is, since the number of a reply right says which call it is of only before calls are forgotten.
    fn door_disagreement(
        &self,
        declared: &Declared,
        around: &Surroundings,
        event: Event,
        (told, taken): (&Outcome, &mut Taken),
    ) -> Option<&'static str> {
        let Event::Call(call) = event else { return None };
        let mut snapshot = self.snapshot.clone();
        let mut machine = self.machine(around, event);
        let mut kernel = snapshot.kernel(&declared.system);
        let answer = answer_at_door(&mut kernel, &mut machine, &call);
        let running = declared.system.thread(kernel.current_thread());
        if !running.is_some_and(|running| ptr::eq(running, kernel.running())) {
            return Some("takes another thread for the current one");
        }
        taken.is_at_door = answer.is_some();
        let answer = answer.map(|(outcome, message)| {
            let mut renamed = outcome;
            snapshot.forget_calls(&declared.system, &mut renamed);
            let given = taken.seen.messages.get(outcome.thread.position());
            let is_told = outcome.action == Action::ReturnMessage;
            (outcome, !is_told || message.as_ref() == given)
        });
        match answer {
            None if snapshot != self.snapshot => Some("declines, but has changed the state"),
            None if machine.memories != around.memories || machine.shared != around.shared => {
                Some("declines, but has changed memory")
            }
            None if machine.walls != self.walls => Some("declines, but has moved a wall"),
            None if machine.alarm != self.alarm => Some("declines, but has moved the alarm"),
            None => None,
            Some((outcome, _)) if outcome != *told => Some("answers something else than step"),
            Some((_, false)) => Some("gives another message than step"),
            Some(_) if snapshot != taken.after.snapshot => Some("leaves another state than step"),
            Some(_) if machine != taken.machine => Some("treats the machine otherwise than step"),
            Some(_) => None,
        }
    }
}

/// Tells whether a call asks for bytes to be copied in or out of a region, mapped or not (SH-4).
fn is_copy_of_shared(event: Event) -> bool {
    let copies = [Syscall::SharedMemoryRead, Syscall::SharedMemoryWrite].map(|call| call as usize);
    matches!(event, Event::Call(call) if copies.contains(&call.number))
}

/// What the door makes of a call, whichever it is that takes it, and the message that it gives.
fn answer_at_door(
    kernel: &mut Kernel<'_>,
    machine: &mut Machine,
    call: &Call,
) -> Option<(Outcome, Option<Message>)> {
    if let Some(outcome) = kernel.door(machine, call) {
        return Some((outcome, None));
    }
    let (outcome, message) = kernel.message_door(machine, call)?;
    Some((outcome, Some(message)))
}

/// What may come of an event, whichever member of a group counts as the first where several become
/// ready at the same moment (WT-4).
fn all_predictions(
    oracle: &Oracle,
    declared: &Declared,
    around: &Surroundings,
    event: Event,
) -> Vec<Prediction> {
    let mut all = predictions(oracle, declared, around, event);
    let choices = all.iter().map(|prediction| prediction.after.told.ready_members).max();
    for first_member in 1..choices.unwrap_or(0) {
        let mut oracle = oracle.clone();
        oracle.told.first_member = first_member;
        all.extend(predictions(&oracle, declared, around, event));
    }
    all
}

/// What may come of an event.
fn predictions(
    oracle: &Oracle,
    declared: &Declared,
    around: &Surroundings,
    event: Event,
) -> Vec<Prediction> {
    let memories = around.as_seen_by(oracle);
    let &Surroundings { now_ticks, refuses_start, .. } = around;
    let world = World { declared, memories, now_ticks, refuses_start };
    match (event, oracle.current()) {
        (Event::Call(call), Some(thread)) => {
            let call = &call;
            oracle.answers(&Scene { declared, memories, now_ticks, refuses_start, thread, call })
        }
        (Event::Fault(fault), Some(thread)) => {
            let process = declared.process_of(thread);
            oracle.process_ends(world, process, How::Faulted(fault))
        }
        (Event::ProcessEnded { process, fault }, _) => {
            oracle.process_ends(world, process.position(), How::Faulted(fault))
        }
        (Event::Timer, _) => oracle.deadlines_pass(world),
        (Event::Interrupt { line }, _) => vec![oracle.line_comes(declared, line)],
        (Event::Call(_) | Event::Fault(_), None) => Vec::new(),
    }
}

/// Compares who runs during boot with who should.
fn choose_at_boot(
    declared: &Declared,
    kernel: &Kernel<'_>,
    oracle: &mut Oracle,
    violations: &mut Vec<Violation>,
) {
    let seen = Seen::of(declared, kernel);
    let candidates = oracle.candidates(declared);
    if let Err(message) = seen.check {
        violations.push(Violation::new(Invariant::Consistent, message));
    }
    let priorities = oracle.priorities(declared);
    let highest = candidates.first().map(|thread| priorities[*thread]);
    if !seen.current.is_some_and(|current| candidates.contains(&current)) {
        let priority = seen.current.map(|current| priorities[current]);
        let invariant = if priority < highest { Invariant::Priority } else { Invariant::Fifo };
        violations.push(Violation::new(invariant, "at boot another thread runs than should"));
    }
    oracle.run(declared, candidates.first().copied());
}
