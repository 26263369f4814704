//! A small system as a graph: states, and the moves that lead from one to the next.
//!
//! **Memory.** Programs here never look at what they receive, so bytes that have been delivered
//! and compared are of no further interest. A state therefore keeps only what a program has put
//! into its memory (which request it is about to send, which request it believes to be answering,
//! what it has made of its slice tables); the memory itself is made anew from that for every
//! step, compared byte for byte afterwards, and thrown away. So is shared memory, which holds the same before every step;
//! in a random walk both stay as they have become.
//!
//! **Time.** Instants would make the graph infinite. The clock therefore has a face of a few
//! ticks: it may move on at any point while a deadline is armed, deadlines are set to ticks that
//! are still to come, and when no deadline is armed any more, and no alarm asked for, the clock goes
//! back to the beginning. That is sound because the kernel only ever compares instants: without a
//! deadline and an alarm it holds none, so that it cannot tell one time from another. With the
//! alarm in each state, an instant that it kept all the same would be seen.
//!
//! **Lives** would make it infinite, too: a process may be started for ever, and each life has a number
//! of its own. All that the kernel asks of such a number is whether it is the last there is, so
//! every life after the second counts as the second again, unless it is one of the last few.
//!
//! **Calls** of endpoints, too, since the kernel counts them to give each a reply right of its own. It asks of
//! such a number only whether it is that of the latest call of its thread, so after every step all
//! earlier ones count as one ([`KernelTables::forget_calls`]). What is left of messages that nobody may see any more is
//! overwritten then with something that would be noticed. A message that is queued stays in the state with its
//! bytes; each begins with a voice that no other in the queue has which its process sent.
//!
//! **Deadlines pass** in two moves, the clock's and the timer event's, because between the two
//! the programs may run on and the handler may still answer (AB-4). The timer event may come
//! early, too: hardware counters do that.
//!
//! [`KernelTables::forget_calls`]: guichet_kernel_tables::KernelTables::forget_calls

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use guichet_abi::Syscall;
use guichet_kernel::{
    Action as Told, Event, Fault, FaultCause, Instant, InterruptLine, ProcessId, ProcessIndex,
};
use stateright::{Model, Property};

use crate::audit::RESPONDING;
use crate::declared::Declared;
use crate::explore::Graph;
use crate::invariant::{Invariant, Violation};
use crate::layout::{Memory, Shared, Tables};
use crate::machine::BOOT_TICKS;
use crate::narrate::narrate;
use crate::oracle::endpoints::Queued;
use crate::oracle::lives::Process;
use crate::oracle::{Doing, Oracle};
use crate::plan::{Channel, Sender};
use crate::repertoire::{Move, Until};
use crate::scenario::Scenario;
use crate::situation::{Situation, Surroundings, Taken};

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The running thread makes a move.
    Program(Move),
    /// The running thread does what it must not do.
    Fault,
    /// The clock moves on by a tick.
    Tick,
    /// The timer event comes.
    Timer,
    /// The interrupt line with this number comes, whether it may or was on its way when it was masked.
    Line(u16),
    /// A process is killed, and the kernel is told.
    Kill(usize),
    /// A process is killed; the kernel is not told yet.
    Vanish(usize),
    /// The next start of a process is going to fail.
    RefuseStart,
    /// A process changes its slice tables, whoever runs: this stands for another of its threads.
    Rewrite(usize, Tables),
}

/// A state of the system and of everything around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The kernel's side.
    pub situation: Situation,
    /// What the clock shows, in ticks since it was last set back.
    pub clock: u8,
    /// The mark of the request that is pending.
    pub tag: Option<u8>,
    /// For each thread, the mark of the request that it believes to be serving.
    pub read_tags: Vec<Option<u8>>,
    /// For each process of which a thread waits for room, the voice of what it sends.
    pub held_voices: Vec<Option<u8>>,
    /// For each process, its slice tables.
    pub tables: Vec<Tables>,
    /// For each process, whether its memory is gone.
    pub vanished: Vec<bool>,
    /// Whether the next start of a process is going to fail.
    pub refuses_start: bool,
    /// Whether the run has ended.
    pub is_over: bool,
    /// What does not hold after the last step.
    pub violations: Vec<Violation>,
}

/// A scenario as a graph.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// What may happen.
    pub scenario: Scenario,
    /// In which system.
    pub declared: Declared,
    /// What the door has answered.
    pub at_door: AtDoor,
}

/// How often the door has answered each call. It is no part of any state: a copy counts on where the original does.
#[derive(Clone, Debug)]
pub struct AtDoor(Arc<[AtomicUsize]>);

impl AtDoor {
    /// It has answered nothing yet.
    pub fn nothing() -> AtDoor {
        AtDoor(Syscall::ALL.iter().map(|_| AtomicUsize::new(0)).collect())
    }

    fn count(&self, event: Event) {
        let Event::Call(call) = event else { return };
        if let Some(count) = self.place(call.number) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often it has answered this call.
    pub fn answers(&self, syscall: Syscall) -> usize {
        self.place(syscall as usize).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// How often it has answered any call.
    pub fn all_answers(&self) -> usize {
        Syscall::ALL.iter().map(|syscall| self.answers(*syscall)).sum()
    }

    fn place(&self, number: usize) -> Option<&AtomicUsize> {
        let place = Syscall::ALL.iter().position(|syscall| *syscall as usize == number)?;
        self.0.get(place)
    }
}

/// The bytes of a handler that answers without having read begin with this voice; of one that
/// answers the request with mark `n`, with the voice `n + 1` further on.
const ANSWER_VOICE: u8 = 8;

/// The requests of other initiators than the first channel's have one of these voices each.
const OTHER_VOICES: u8 = 12;
const OTHER_VOICES_COUNT: u8 = 4;

/// What a program does that touches memory that is not its own.
const FAULT: Fault = Fault { cause: FaultCause::MemoryAccess, pc: 0x111, address: 0x222 };

/// Lives from this one on are told apart to the last.
pub const FIRST_OF_THE_LAST: u32 = ProcessId::LAST_INCARNATION - 3;

impl Exploration {
    /// The graph of a scenario.
    pub fn new(scenario: Scenario) -> Exploration {
        let declared = Declared::new(&scenario.plan);
        Exploration { scenario, declared, at_door: AtDoor::nothing() }
    }

    /// What surrounds the kernel in a state.
    pub fn surroundings(&self, state: &State) -> Surroundings {
        let memories = (0..self.declared.system.processes.len()).map(|process| {
            Memory::of_program(process, self.voice(state, process), state.tables[process])
        });
        Surroundings {
            memories: memories.collect(),
            shared: Shared::of_programs(),
            vanished: state.vanished.clone(),
            now_ticks: BOOT_TICKS + u64::from(state.clock),
            refuses_start: state.refuses_start,
        }
    }

    /// What the messages of a process begin with, so that one is told from the next.
    fn voice(&self, state: &State, process: usize) -> u8 {
        let oracle = state.situation.oracle();
        let initiates = |channel: &Channel| channel.initiator == process;
        let first = self.declared.channels.first();
        if first.is_some_and(initiates) {
            state.tag.unwrap_or_else(|| state.fresh_tag())
        } else if first.is_none_or(|first| first.handler != process)
            && self.declared.senders.iter().any(|(_, sender)| sender.process == process)
        {
            state.held_voices[process].unwrap_or_else(|| self.fresh_voice(oracle, process))
        } else if first.is_some_and(|first| first.handler != process)
            && self.declared.channels.iter().any(initiates)
        {
            OTHER_VOICES + process.to_le_bytes()[0] % OTHER_VOICES_COUNT
        } else {
            let current = oracle.current();
            let reader = current.filter(|thread| self.declared.process_of(*thread) == process);
            let tag = reader.and_then(|thread| state.read_tags[thread]);
            ANSWER_VOICE + tag.map_or(0, |tag| tag + 1)
        }
    }

    /// The lowest voice with which no message begins that a process has in any queue.
    fn fresh_voice(&self, oracle: &Oracle, process: usize) -> u8 {
        let is_own = |message: &&Queued| {
            let mut senders = self.declared.senders.iter().enumerate();
            senders.any(|(number, (_, sender))| {
                sender.process == process && Sender::badge(number) == message.note.badge
            })
        };
        let queued = oracle.endpoints.iter().flat_map(|endpoint| &endpoint.queue);
        let bytes = queued.filter(is_own).filter_map(|message| message.bytes.first());
        let used: Vec<u8> = bytes.map(|byte| byte >> 4).collect();
        (0..ANSWER_VOICE).find(|voice| !used.contains(voice)).unwrap_or(0)
    }

    /// The event that an action is to the kernel; `None` if it does not concern the kernel.
    pub fn event(&self, state: &State, action: Action) -> Option<Event> {
        let killed = Fault::new(FaultCause::Killed);
        match action {
            Action::Program(program_move) => {
                let thread = state.situation.oracle().current()?;
                let process = self.declared.process_of(thread);
                let clock_and_voice = (state.clock, self.voice(state, process));
                Some(Event::Call(program_move.call(&self.declared, process, clock_and_voice)))
            }
            Action::Fault => Some(Event::Fault(FAULT)),
            Action::Timer => Some(Event::Timer),
            Action::Line(line) => Some(Event::Interrupt { line: InterruptLine::new(line) }),
            Action::Kill(process) => {
                Some(Event::ProcessEnded { process: ProcessIndex::new(process), fault: killed })
            }
            Action::Tick | Action::Vanish(_) | Action::Rewrite(..) | Action::RefuseStart => None,
        }
    }

    /// What an event comes to in a state.
    pub fn take(&self, state: &State, event: Event) -> Taken {
        state.situation.take(&self.declared, &self.surroundings(state), event)
    }

    fn apply(&self, state: &State, action: Action) -> State {
        let mut next = state.clone();
        match action {
            Action::Tick => next.clock += 1,
            Action::Vanish(process) => next.vanished[process] = true,
            Action::Rewrite(process, tables) => next.tables[process] = tables,
            Action::RefuseStart => next.refuses_start = true,
            Action::Program(_)
            | Action::Fault
            | Action::Timer
            | Action::Line(_)
            | Action::Kill(_) => {
                if let Some(event) = self.event(state, action) {
                    self.enter(&mut next, state, event);
                }
            }
        }
        if !next.holds_an_instant() {
            next.clock = 0;
        }
        next
    }

    fn enter(&self, next: &mut State, state: &State, event: Event) {
        let taken = self.take(state, event);
        if taken.is_at_door {
            self.at_door.count(event);
        }
        next.violations.clone_from(&taken.violations);
        next.violations.extend(self.foreign_answer(state, event, &taken));
        let channel = taken.after.oracle().channels.first();
        let is_pending = channel.is_some_and(|channel| channel.transaction.is_some());
        next.tag = is_pending.then(|| state.tag.unwrap_or_else(|| state.fresh_tag()));
        self.remember_reads(next, &taken);
        for process in 0..state.tables.len() {
            let is_held = self.does_any(taken.after.oracle(), process, |doing| {
                matches!(doing, Doing::Sending(_))
            });
            next.held_voices[process] = is_held.then(|| self.voice(state, process));
        }
        let ended = |process: &usize| !taken.after.oracle().processes[*process].is_running();
        for process in (0..state.tables.len()).filter(ended) {
            next.vanished[process] = false;
        }
        next.refuses_start = state.refuses_start && taken.machine.starts.is_empty();
        next.is_over = matches!(taken.outcome.action, Told::Shutdown | Told::Reset);
        next.situation = taken.after;
        for process in 0..next.tables.len() {
            next.fold_lives(process);
        }
        for process in 0..next.tables.len() {
            if !self.is_looked_at(next, process) {
                next.tables[process] = Tables::Good;
            }
        }
    }

    /// A program believes to be serving what it read, until it is told otherwise.
    fn remember_reads(&self, next: &mut State, taken: &Taken) {
        let Some(channel) = taken.after.oracle().channels.first() else { return };
        let server = channel.transaction.as_ref().and_then(|pending| pending.server);
        for thread in 0..next.read_tags.len() {
            if server == Some(thread) {
                next.read_tags[thread] = next.tag;
            } else if !taken.after.is_certain(|oracle| oracle.channels[0].stale.contains(&thread)) {
                next.read_tags[thread] = None;
            }
        }
    }

    /// Looks at the bytes of a response: do they answer the request that was pending?
    fn foreign_answer(&self, state: &State, event: Event, taken: &Taken) -> Option<Violation> {
        let Event::Call(call) = event else { return None };
        if !RESPONDING.contains(&call.number) {
            return None;
        }
        let initiator = self.declared.channels.first()?.initiator;
        let before = &self.surroundings(state).memories[initiator];
        let after = &taken.machine.memories[initiator];
        let landed = *after.differences(before).first()?;
        let voice = after.byte(landed)? >> 4;
        let right = state.tag.map(|tag| ANSWER_VOICE + tag + 1);
        (voice != ANSWER_VOICE && Some(voice) != right).then(|| {
            Violation::new(
                Invariant::AnswersPresentRequest,
                "the initiator received the answer to another request than the pending one",
            )
        })
    }
}

impl State {
    /// A mark for the next request that nobody takes for an earlier one.
    fn fresh_tag(&self) -> u8 {
        (0..).find(|tag| !self.read_tags.contains(&Some(*tag))).unwrap_or(0)
    }

    /// Takes a life after the second for the second, unless it is one of the last.
    fn fold_lives(&mut self, process: usize) {
        let incarnation = self.situation.oracle().processes[process].incarnation;
        if (3..FIRST_OF_THE_LAST).contains(&incarnation) {
            self.situation.renumber_life(process, 2);
        }
    }

    /// Tells whether the kernel holds an instant with which it could compare the time.
    fn holds_an_instant(&self) -> bool {
        self.situation.oracle().armed_count() > 0 || self.situation.alarm != Instant::NEVER
    }
}

impl Model for Exploration {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let processes = self.declared.system.processes.len();
        let memories = vec![Memory::filled(0); processes];
        let (mut situation, violations) = Situation::boot(&self.declared, memories);
        for process in 0..processes {
            if self.scenario.environment.last_lives
                && situation.oracle().processes[process].is_running()
            {
                situation.renumber_life(process, FIRST_OF_THE_LAST + 1);
            }
        }
        vec![State {
            situation,
            clock: 0,
            tag: None,
            read_tags: vec![None; self.declared.thread_count()],
            held_voices: vec![None; processes],
            tables: vec![Tables::Good; processes],
            vanished: vec![false; processes],
            refuses_start: false,
            is_over: false,
            violations,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.is_over || !state.violations.is_empty() {
            return;
        }
        let scenario = &self.scenario;
        let oracle = state.situation.oracle();
        let current = oracle.current();
        let runs = current.filter(|thread| !state.vanished[self.declared.process_of(*thread)]);
        if let Some(thread) = runs {
            let is_possible = |program_move: &Move| match program_move.until() {
                Some(Until::Tick(tick)) => tick > state.clock,
                Some(Until::Never | Until::Now) | None => true,
            };
            let moves = scenario.repertoires[thread].iter().copied().filter(is_possible);
            actions.extend(moves.map(Action::Program));
            if scenario.environment.faults {
                actions.push(Action::Fault);
            }
        }
        if state.holds_an_instant() && state.clock < scenario.environment.horizon_ticks {
            actions.push(Action::Tick);
        }
        if state.situation.alarm != Instant::NEVER {
            actions.push(Action::Timer);
        }
        actions.extend(self.declared.lines().map(Action::Line));
        let is_running = |process: &Process| process.is_running();
        if scenario.environment.refusals
            && !state.refuses_start
            && !oracle.processes.iter().all(is_running)
        {
            actions.push(Action::RefuseStart);
        }
        for process in 0..state.tables.len() {
            if !is_running(&oracle.processes[process]) {
                continue;
            }
            if scenario.environment.kills {
                actions.push(Action::Kill(process));
            }
            if self.is_looked_at(state, process) {
                self.memory_actions(state, process, actions);
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.apply(state, action))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("every invariant holds", |_, state: &State| {
            state.violations.is_empty()
        })]
    }
}

impl Graph for Exploration {
    fn tell(&self, path: &[(State, Option<Action>)]) -> String {
        narrate(self, path)
    }

    fn at_door(&self) -> AtDoor {
        self.at_door.clone()
    }
}

impl Exploration {
    /// Tells whether an offer of this process is open, so that somebody may yet look at its memory.
    fn is_looked_at(&self, state: &State, process: usize) -> bool {
        let oracle = state.situation.oracle();
        let waits_at_endpoint = |doing| {
            matches!(doing, Doing::Sending(_) | Doing::Calling(_) | Doing::ReceivingMessage(_))
        };
        if self.does_any(oracle, process, waits_at_endpoint) {
            return true;
        }
        let ends = self.declared.channels.first().zip(oracle.channels.first());
        let Some((declared, channel)) = ends else { return false };
        let asks = declared.initiator == process && state.tag.is_some();
        asks || declared.handler == process && !channel.receivers.is_empty()
    }

    /// Tells whether a thread of this process does something like that.
    fn does_any(&self, oracle: &Oracle, process: usize, is_it: impl Fn(Doing) -> bool) -> bool {
        self.declared.threads_of(process).any(|thread| is_it(oracle.threads[thread].doing))
    }

    /// What befalls a process's memory while an offer of it is open.
    fn memory_actions(&self, state: &State, process: usize, actions: &mut Vec<Action>) {
        let environment = &self.scenario.environment;
        if environment.vanishing && !state.vanished[process] {
            actions.push(Action::Vanish(process));
        }
        for tables in environment.rewrites {
            if *tables != state.tables[process] {
                actions.push(Action::Rewrite(process, *tables));
            }
        }
    }
}
