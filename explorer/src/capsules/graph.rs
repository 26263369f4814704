//! A small system with capsules as a graph.
//!
//! **Memory** is kept only where the kernel itself looks at it again: a stream that is allowed, and a list. All
//! else is put back after each step, once it has been compared.
//!
//! **Time** has two instants: now, and when a pause is over and a process is restarted. After a timer
//! event nothing is armed any more, so that the clock can go back.
//!
//! **Requests** would be counted for ever; the kernel asks of a serial number only whether it is that of the
//! present request, so after every step all that have been count as two.
//!
//! **Lives** are bounded by what is declared: a process is restarted once or not at all.

use std::fmt::Write;

use guichet_kernel::capsule::Capsule;
use guichet_kernel::{Event, Fault, FaultCause, Instant, ProcessIndex, SyncMailbox};
use stateright::{Model, Property};

use super::moves::{Move, PAUSE_TICKS};
use super::oracle::Doing;
use super::places::{LIST, STREAM, STREAM_2, fresh, tidied, write};
use super::plan::{Declared, Kind};
use super::scenarios::Scenario;
use super::situation::{Around, Situation, Taken};
use crate::explore::Graph;
use crate::invariant::{Invariant, Violation};
use crate::layout::Memory;
use crate::machine::BOOT_TICKS;
use crate::model::AtDoor;

/// How much a receiver may not have been told of before nobody sends it more.
const MOST_UNTOLD: usize = 3;

/// Serial numbers above this are taken for it.
const LAST_SERIAL: u32 = 2;

/// How much the synchronous mailbox keeps of a process, in bytes. The first four are the serial number of its
/// latest request; that they are is checked.
const MAILBOX_BYTES: usize = size_of::<<SyncMailbox as Capsule>::State>();

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The running thread makes a move.
    Program(Move),
    /// The timer event comes.
    Timer,
    /// The same, and no process can be given a fresh start.
    TimerInVain,
    /// A process is killed, and the kernel is told.
    Kill(usize),
    /// A process is killed; the kernel is not told yet.
    Vanish(usize),
}

/// A state of the system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The kernel's side.
    pub situation: Situation,
    /// The memory of every process.
    pub memories: Vec<Memory>,
    /// Whether it is gone.
    pub vanished: Vec<bool>,
    /// How much each process has done of what it does first.
    pub opened: Vec<usize>,
    /// What does not hold after the last step.
    pub violations: Vec<Violation>,
}

/// A scenario as a graph.
#[derive(Clone, Debug)]
pub struct Exploration {
    scenario: Scenario,
    declared: Declared,
}

impl Exploration {
    /// The graph of a scenario.
    pub fn new(scenario: Scenario) -> Exploration {
        let declared = Declared::new(&scenario.plan);
        Exploration { scenario, declared }
    }

    /// The event that an action is, and the memories with what a program writes before; no event, if it does
    /// not concern the kernel.
    fn event(&self, state: &State, action: Action) -> (Option<Event>, Vec<Memory>) {
        let mut memories = state.memories.clone();
        let event = match action {
            Action::Program(program_move) => {
                let oracle = &state.situation.oracle;
                oracle.current.and_then(|thread| {
                    let memory = &mut memories[self.declared.process_of(thread)];
                    program_move.call(&self.declared, oracle, memory).map(Event::Call)
                })
            }
            Action::Timer | Action::TimerInVain => Some(Event::Timer),
            Action::Kill(process) => {
                let process = ProcessIndex::new(process);
                Some(Event::ProcessEnded { process, fault: Fault::new(FaultCause::Killed) })
            }
            Action::Vanish(_) => None,
        };
        (event, memories)
    }

    fn take(&self, state: &State, action: Action, event: Event, memories: &[Memory]) -> Taken {
        let now_ticks = if event == Event::Timer { PAUSE_TICKS } else { BOOT_TICKS };
        let around = Around {
            memories,
            vanished: &state.vanished,
            now_ticks,
            refuses_start: action == Action::TimerInVain,
        };
        state.situation.take(&self.declared, around, event)
    }

    fn apply(&self, state: &State, action: Action) -> State {
        let mut next = state.clone();
        let (event, memories) = self.event(state, action);
        if let Action::Program(_) = action
            && let Some(thread) = state.situation.oracle.current
        {
            let process = self.declared.process_of(thread);
            next.opened[process] =
                (state.opened[process] + 1).min(self.scenario.openings[process].len());
        }
        if let Action::Vanish(process) = action {
            next.vanished[process] = true;
        }
        next.memories = memories;
        if let Some(event) = event {
            let taken = self.take(state, action, event, &next.memories);
            next.memories = taken.machine.memories;
            next.violations = taken.violations;
            next.situation = taken.after;
        }
        self.settle(&mut next);
        next
    }

    /// Takes states for one that differ in nothing that anybody will look at.
    fn settle(&self, state: &mut State) {
        for process in 0..self.declared.process_count() {
            let oracle = &state.situation.oracle;
            let Some(life) = oracle.society.life(process) else {
                state.memories[process] = fresh(process);
                state.vanished[process] = false;
                state.opened[process] = 0;
                continue;
            };
            let memory = &mut state.memories[process];
            *memory = tidied(process, memory);
            let allowed = [(true, 0), (false, 1)].map(|(is_writable, number)| {
                oracle.allowed(life, (Kind::Inbox, is_writable, number)).address
            });
            for place in [STREAM, STREAM_2, LIST] {
                if !allowed.contains(&place.address) {
                    write(memory, place, &[]);
                }
            }
            self.fold_serial(state, process);
        }
    }

    fn fold_serial(&self, state: &mut State, process: usize) {
        let Situation { tables, oracle, .. } = &mut state.situation;
        let life = oracle.society.latest(process);
        let serial = oracle.mailbox.serial(life);
        if self.declared.plan.capsules.first() != Some(&Kind::Mailbox) || serial <= LAST_SERIAL {
            return;
        }
        let offset = process * MAILBOX_BYTES;
        let (at, shift) = (offset / size_of::<u64>(), offset % size_of::<u64>() * 8);
        let word = tables.capsule_words_mut().get_mut(at);
        match word.filter(|word| (**word >> shift) & 0xFFFF_FFFF == u64::from(serial)) {
            Some(word) => {
                *word = *word & !(0xFFFF_FFFF << shift) | u64::from(LAST_SERIAL) << shift;
                oracle.mailbox.renumber(life, LAST_SERIAL);
            }
            None => state.violations.push(Violation::new(
                Invariant::Consistent,
                "the serial number of a request is not where it should be",
            )),
        }
    }

    /// The moves that the running thread may make.
    fn moves(&self, state: &State, thread: usize) -> &[Move] {
        let process = self.declared.process_of(thread);
        let opening = &self.scenario.openings[process];
        let opened = state.opened[process];
        if thread != self.declared.main_of(process) {
            return &self.scenario.others;
        }
        match opening.get(opened..=opened) {
            Some(next) => next,
            None => &self.scenario.repertoires[process],
        }
    }

    fn is_possible(&self, state: &State, program_move: Move) -> bool {
        let oracle = &state.situation.oracle;
        program_move
            .posts_to()
            .is_none_or(|process| oracle.inbox.untold(oracle.society.latest(process)) < MOST_UNTOLD)
    }

    fn deed(&self, state: &State, action: Action) -> String {
        let name = |process: usize| self.declared.plan.members[process].name;
        match action {
            Action::Program(program_move) => {
                let runner = state.situation.oracle.current;
                let runner = runner.map_or("nobody".to_owned(), |at| self.declared.thread_name(at));
                format!("{runner} {program_move}")
            }
            Action::Timer => "the timer event comes".to_owned(),
            Action::TimerInVain => {
                "the timer event comes, and no process can be started".to_owned()
            }
            Action::Kill(process) => format!("{} is killed", name(process)),
            Action::Vanish(process) => format!("{}'s memory is gone", name(process)),
        }
    }
}

impl Model for Exploration {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let processes = self.declared.process_count();
        let memories: Vec<Memory> = (0..processes).map(fresh).collect();
        let (situation, violations) = Situation::boot(&self.declared, &memories);
        vec![State {
            situation,
            memories,
            vanished: vec![false; processes],
            opened: vec![0; processes],
            violations,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if !state.violations.is_empty() {
            return;
        }
        let oracle = &state.situation.oracle;
        let runs = oracle.current.filter(|at| !state.vanished[self.declared.process_of(*at)]);
        if let Some(thread) = runs {
            let moves = self.moves(state, thread).iter().copied();
            let possible = moves.filter(|program_move| self.is_possible(state, *program_move));
            actions.extend(possible.map(Action::Program));
        }
        if state.situation.alarm != Instant::NEVER {
            actions.push(Action::Timer);
        }
        let awaits = |process| oracle.society.awaits_restart(process);
        if self.scenario.refusals && (0..self.declared.process_count()).any(awaits) {
            actions.push(Action::TimerInVain);
        }
        for process in 0..self.declared.process_count() {
            if oracle.society.life(process).is_none() {
                continue;
            }
            if self.scenario.mortals.contains(&process) || state.vanished[process] {
                actions.push(Action::Kill(process));
            }
            let main = oracle.threads[self.declared.main_of(process)];
            let is_asleep = matches!(main, Doing::Sleeping | Doing::Yielding(_));
            if self.scenario.vanishing && is_asleep && !state.vanished[process] {
                actions.push(Action::Vanish(process));
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
    /// None of these calls is the door's.
    fn at_door(&self) -> AtDoor {
        AtDoor::nothing()
    }

    fn tell(&self, path: &[(State, Option<Action>)]) -> String {
        let mut story = String::new();
        for (number, (state, action)) in path.iter().enumerate() {
            let Some(action) = *action else { break };
            let (event, memories) = self.event(state, action);
            let answer = match event {
                Some(event) => {
                    let seen = self.take(state, action, event, &memories).seen;
                    let who = seen.next().map_or("nobody".to_owned(), |at| {
                        format!("{} with {:?}", self.declared.thread_name(at), seen.outcome.results)
                    });
                    format!(" The kernel: {:?}, {who}.", seen.outcome.action)
                }
                None => String::new(),
            };
            let _infallible =
                writeln!(story, "{:4}. {}.{answer}", number + 1, self.deed(state, action));
        }
        let violations = path.last().map_or(&[][..], |(state, _)| &state.violations);
        for Violation { invariant, observation } in violations {
            let _infallible = writeln!(story, "      violated: {invariant}: {observation}");
            let _infallible = writeln!(story, "      {invariant}: {}", invariant.sentence());
        }
        story
    }
}
