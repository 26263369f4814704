//! One event taken by the real kernel and by the oracle, and the two compared.

use guichet_abi::{Message, OK};
use guichet_kernel::{
    Action, Call, Event, Instant, Kernel, Outcome, ProcessIndex, ProcessState, TableIndex,
    ThreadIndex, ThreadState,
};
use guichet_kernel_tables::KernelTables;

use super::audit::{Case, audit};
use super::oracle::{Doing, Oracle, Said, Scene};
use super::plan::Declared;
use super::spy::{Heard, take_notes};
use crate::invariant::{Invariant, Violation};
use crate::layout::Memory;
use crate::machine::{BOOT_TICKS, Machine, Walls};

/// Everything that lasts from one event to the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Situation {
    /// The kernel's tables.
    pub tables: KernelTables,
    /// What the specification says of them.
    pub oracle: Oracle,
    /// The alarm that the port has been asked for.
    pub alarm: Instant,
    /// What walls let through beside each process's own memory.
    pub walls: Walls,
}

/// What surrounds the kernel when an event comes.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The memory of every process.
    pub memories: &'a [Memory],
    /// Whether a process's memory can be used no more.
    pub vanished: &'a [bool],
    /// The time, in ticks.
    pub now_ticks: u64,
    /// No process can be given a fresh start.
    pub refuses_start: bool,
}

/// What the kernel shows after an event.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it said.
    pub outcome: Outcome,
    /// What each thread is doing.
    pub threads: Vec<ThreadState>,
    /// The message that each thread keeps.
    pub messages: Vec<Message>,
    /// Which processes run.
    pub runs: Vec<bool>,
    /// What its own check says.
    pub check: Result<(), &'static str>,
    /// What a capsule heard of processes.
    pub heard: Vec<Heard>,
}

/// An event and what came of it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What the kernel shows.
    pub seen: Seen,
    /// What lasts.
    pub after: Situation,
    /// The machine afterwards, memories included.
    pub machine: Machine,
    /// What does not hold.
    pub violations: Vec<Violation>,
}

impl Seen {
    fn of(declared: &Declared, kernel: &Kernel<'_>, outcome: Outcome) -> Seen {
        let threads = || (0..declared.system.threads.len()).map(ThreadIndex::new);
        let state = |at| kernel.thread(at).map_or(ThreadState::Dormant, |thread| thread.state());
        let processes = (0..declared.process_count()).map(ProcessIndex::new);
        let runs =
            |at| kernel.process(at).is_some_and(|process| process.state() == ProcessState::Running);
        Seen {
            outcome,
            threads: threads().map(state).collect(),
            messages: threads().map(|at| kernel.message(at)).collect(),
            runs: processes.map(runs).collect(),
            check: kernel.check(),
            heard: take_notes(),
        }
    }

    /// The thread that runs next.
    pub fn next(&self) -> Option<usize> {
        let is_none = self.outcome.thread.is_none();
        (!is_none).then(|| self.outcome.thread.position())
    }

    /// With what a thread's call has ended, if it has, and that was not shown before.
    pub fn shown(&self, thread: usize) -> Option<Said> {
        let is_next = self.next() == Some(thread);
        let (results, has_message) = match (is_next, self.outcome.action, self.threads[thread]) {
            (true, Action::Return, _) => (self.outcome.results, false),
            (true, Action::ReturnMessage, _) => (self.outcome.results, true),
            (false, _, ThreadState::Returning(results)) => (results, false),
            (false, _, ThreadState::ReturningMessage(results)) => (results, true),
            _other => return None,
        };
        let message = if has_message { self.messages[thread] } else { Message::default() };
        Some(Said { results, message, about: Invariant::OneEnd })
    }
}

impl Situation {
    /// Boots a system, and starts the other threads of every process.
    pub fn boot(declared: &Declared, memories: &[Memory]) -> (Situation, Vec<Violation>) {
        let mut tables = KernelTables::before_boot(&declared.system);
        let mut machine = Machine::new(memories.to_vec(), BOOT_TICKS, Instant::NEVER);
        let vanished = vec![false; memories.len()];
        let now_ticks = BOOT_TICKS;
        let around = Around { memories, vanished: &vanished, now_ticks, refuses_start: false };
        let mut oracle = Oracle::before_boot(declared);
        let mut scene = around.scene(declared);
        take_notes();
        let mut kernel = tables.kernel(&declared.system);
        let _told = kernel.boot(&mut machine);
        for process in 0..declared.process_count() {
            oracle.begin(&mut scene, process);
        }
        for (thread, descriptor) in declared.system.threads.iter().enumerate() {
            if descriptor.ordinal != 0 {
                kernel.start_thread(ThreadIndex::new(thread));
                oracle.threads[thread] = Doing::Ready(None);
            }
        }
        let outcome = kernel.step(&mut machine, Event::Timer);
        let seen = Seen::of(declared, &kernel, outcome);
        tables.forget_upcalls(&declared.system);
        let before = oracle.clone();
        let case = Case { declared, around, before: &before, seen: &seen, machine: &machine };
        let violations = audit(&case, scene, &mut oracle);
        let Machine { alarm, walls, .. } = machine;
        (Situation { tables, oracle, alarm, walls }, violations)
    }

    /// Gives an event to the kernel and to the oracle, and says what does not hold.
    pub fn take(&self, declared: &Declared, around: Around<'_>, event: Event) -> Taken {
        let mut tables = self.tables.clone();
        let alarm = if event == Event::Timer { Instant::NEVER } else { self.alarm };
        let mut machine = Machine::new(around.memories.to_vec(), around.now_ticks, alarm);
        machine.vanished = around.vanished.to_vec();
        machine.walls.clone_from(&self.walls);
        machine.refuses_start = around.refuses_start;
        take_notes();
        let mut kernel = tables.kernel(&declared.system);
        let outcome = kernel.step(&mut machine, event);
        let seen = Seen::of(declared, &kernel, outcome);
        tables.forget_upcalls(&declared.system);
        let mut oracle = self.oracle.clone();
        let mut scene = around.scene(declared);
        oracle.take(&mut scene, event, &|thread| seen.shown(thread));
        let refusal = self.undue_change(&oracle, event, &tables);
        let case = Case { declared, around, before: &self.oracle, seen: &seen, machine: &machine };
        let mut violations = audit(&case, scene, &mut oracle);
        violations.extend(refusal);
        let walls = machine.walls.clone();
        let after = Situation { tables, oracle, alarm: machine.alarm, walls };
        Taken { seen, after, machine, violations }
    }

    /// A call that is refused, and changes nothing that the specification knows of, must leave the kernel's
    /// tables as they were.
    fn undue_change(
        &self,
        after: &Oracle,
        event: Event,
        tables: &KernelTables,
    ) -> Option<Violation> {
        let (Event::Call(Call { .. }), Some(caller)) = (event, self.oracle.current) else {
            return None;
        };
        let Doing::Ready(Some(said)) = after.threads[caller] else { return None };
        let mut as_before = after.clone();
        as_before.threads[caller] = self.oracle.threads[caller];
        let is_refused = said.results.status != OK && as_before == self.oracle;
        (is_refused && *tables != self.tables).then(|| {
            let words = format!(
                "a call was refused with {:#x}, and something changed",
                said.results.status
            );
            Violation::new(Invariant::FailureChangesNothing, words)
        })
    }
}

impl<'a> Around<'a> {
    fn scene<'s>(&self, declared: &'s Declared) -> Scene<'s>
    where
        'a: 's,
    {
        Scene {
            declared,
            memories: self.memories.to_vec(),
            vanished: self.vanished,
            now_ticks: self.now_ticks,
            refuses_start: self.refuses_start,
            changes: Vec::new(),
            violations: Vec::new(),
        }
    }
}
