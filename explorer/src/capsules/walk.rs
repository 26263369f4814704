//! Long random walks of processes that say anything to capsules.
//!
//! Four processes, of which one has a second thread and one keeps a name; names, requests and messages in all
//! directions; ids that were never given, of lives that are over or have not begun; serial numbers of other
//! requests; buffers swapped at any time for good and bad ones; streams whose headers say anything; drivers
//! and numbers that are not there; kills, and memory that is gone before the kernel is told.

use std::ops::AddAssign;

use guichet_abi::{OK, Syscall};
use guichet_kernel::{Event, Fault, FaultCause, Instant, ProcessIndex};

use super::moves::PAUSE_TICKS;
use super::places::fresh;
use super::plan::{Declared, Kind, Member, Plan};
use super::situation::{Around, Situation, Taken};
use crate::layout::Memory;
use crate::machine::BOOT_TICKS;
use crate::random::Random;

mod hostile;

/// After how many steps a system is booted anew.
const LIFE_STEPS: usize = 2000;

/// What a walk went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Events that the kernel took.
    pub steps: usize,
    /// Calls on capsules.
    pub calls: usize,
    /// Those that were refused.
    pub refusals: usize,
    /// Commands that succeeded, for each of the capsules.
    pub commands: [usize; 3],
    /// Requests that were taken.
    pub taken: usize,
    /// Requests that were answered.
    pub answers: usize,
    /// Messages that were appended.
    pub messages: usize,
    /// Upcalls that were delivered.
    pub upcalls: usize,
    /// Lives that began after boot.
    pub lives: usize,
    /// How often the system was booted.
    pub boots: usize,
}

impl AddAssign for Walked {
    fn add_assign(&mut self, other: Walked) {
        self.steps += other.steps;
        self.calls += other.calls;
        self.refusals += other.refusals;
        for (sum, more) in self.commands.iter_mut().zip(other.commands) {
            *sum += more;
        }
        self.taken += other.taken;
        self.answers += other.answers;
        self.messages += other.messages;
        self.upcalls += other.upcalls;
        self.lives += other.lives;
        self.boots += other.boots;
    }
}

impl Walked {
    fn count(&mut self, event: Event, taken: &Taken) {
        self.steps += 1;
        let results = taken.seen.outcome.results;
        let has_message = taken.seen.outcome.action == guichet_kernel::Action::ReturnMessage;
        let Event::Call(call) = event else { return };
        let is_command = call.number == Syscall::Command as usize;
        self.upcalls += usize::from(has_message && !is_command);
        self.calls += 1;
        self.refusals += usize::from(results.status != OK);
        if !is_command || results.status != OK {
            return;
        }
        let [driver, command, ..] = call.arguments;
        let kinds = [Kind::Registry, Kind::Mailbox, Kind::Inbox];
        for (kind, count) in kinds.into_iter().zip(&mut self.commands) {
            *count += usize::from(kind.driver() == driver);
        }
        let is = |kind: Kind, commands: [usize; 2]| {
            usize::from(kind.driver() == driver && commands.contains(&command))
        };
        self.taken += is(Kind::Mailbox, [3, 4]);
        self.answers += is(Kind::Mailbox, [5, 5]);
        self.messages += is(Kind::Inbox, [3, 3]);
    }
}

/// The systems that are walked through: one in which ids must be given, and one in which all work.
pub fn systems() -> [Declared; 2] {
    [false, true].map(|are_ids_global| {
        let restarted = |name| Member { restarts: u8::MAX, ..Member::new(name) };
        Declared::new(&Plan {
            members: vec![
                Member { priorities: &[15, 17], ..restarted("one") },
                Member { services: b"b", ..restarted("two") },
                restarted("three"),
                Member { priorities: &[20], ..restarted("four") },
            ],
            capsules: vec![Kind::Registry, Kind::Spy, Kind::Mailbox, Kind::Inbox],
            are_ids_global,
            has_policy: false,
            max_transfer_bytes: 16,
        })
    })
}

struct Walk<'a> {
    declared: &'a Declared,
    random: Random,
    situation: Situation,
    memories: Vec<Memory>,
    vanished: Vec<bool>,
    /// How much each process has done of what it does first.
    opened: Vec<usize>,
}

/// Takes `steps` random steps. The error says, in words, what does not hold and when.
pub fn walk(declared: &Declared, seed: u64, steps: usize) -> Result<Walked, String> {
    let mut walked = Walked::default();
    let mut walk = Walk::boot(declared, Random::new(seed));
    let mut age = 0;
    while walked.steps < steps {
        if age == LIFE_STEPS {
            walk = Walk::boot(declared, walk.random);
            walked.boots += 1;
            age = 0;
        }
        age += 1;
        let event = walk.event();
        walk.step(event, &mut walked).map_err(|message| {
            format!("seed {seed}, step {}: {event:x?}\n{message}", walked.steps)
        })?;
    }
    Ok(walked)
}

impl<'a> Walk<'a> {
    fn boot(declared: &'a Declared, random: Random) -> Walk<'a> {
        let memories: Vec<Memory> = (0..declared.process_count()).map(fresh).collect();
        let (situation, violations) = Situation::boot(declared, &memories);
        assert!(violations.is_empty(), "at boot: {violations:?}");
        let vanished = vec![false; memories.len()];
        let opened = vec![0; memories.len()];
        Walk { declared, random, situation, memories, vanished, opened }
    }

    fn kill(process: usize) -> Event {
        let process = ProcessIndex::new(process);
        Event::ProcessEnded { process, fault: Fault::new(FaultCause::Killed) }
    }

    /// Something that could happen now.
    fn event(&mut self) -> Event {
        let random = &mut self.random;
        let processes = self.declared.process_count();
        if random.once_in(500) {
            return Walk::kill(random.below(processes + 1));
        }
        let is_armed = self.situation.alarm != Instant::NEVER;
        let Some(current) = self.situation.oracle.current else {
            let is_time = is_armed && !random.once_in(40);
            return if is_time { Event::Timer } else { Walk::kill(random.below(processes)) };
        };
        let process = self.declared.process_of(current);
        if self.vanished[process] {
            return Walk::kill(process);
        }
        if is_armed && random.once_in(8) {
            return Event::Timer;
        }
        let caller = hostile::Caller {
            declared: self.declared,
            oracle: &self.situation.oracle,
            process,
            is_main: self.declared.main_of(process) == current,
        };
        let (memory, opened) = (&mut self.memories[process], &mut self.opened[process]);
        Event::Call(hostile::call(random, &caller, memory, opened))
    }

    fn step(&mut self, event: Event, walked: &mut Walked) -> Result<(), String> {
        if self.random.once_in(900) {
            let process = self.random.below(self.vanished.len());
            let runner = self.situation.oracle.current.map(|at| self.declared.process_of(at));
            self.vanished[process] = runner != Some(process);
        }
        let now_ticks = if event == Event::Timer { PAUSE_TICKS } else { BOOT_TICKS };
        let around = Around {
            memories: &self.memories,
            vanished: &self.vanished,
            now_ticks,
            refuses_start: false,
        };
        let taken = self.situation.take(self.declared, around, event);
        if !taken.violations.is_empty() {
            let lines = taken.violations.iter().map(|violation| format!("  {violation}\n"));
            return Err(lines.collect());
        }
        walked.count(event, &taken);
        self.memories = taken.machine.memories;
        for process in 0..self.memories.len() {
            let [before, after] =
                [&self.situation, &taken.after].map(|each| each.oracle.society.life(process));
            if before != after {
                self.memories[process] = fresh(process);
                self.vanished[process] = false;
                self.opened[process] = 0;
                walked.lives += usize::from(after.is_some());
            }
        }
        self.situation = taken.after;
        Ok(())
    }
}
