//! Long random walks through a system that is too large to be explored.
//!
//! Four processes, of which one is handler twice and initiator once; six threads of five
//! priorities; calls with any words in them; memory that its programs rewrite between any two
//! calls; kills, faults, memory that is gone before the kernel is told. Every step is audited
//! exactly as in an exploration.

use guichet_abi::Syscall;
use guichet_kernel::{Action, Event, Fault, FaultCause, Instant, ProcessIndex, ProcessState};

use crate::declared::{Channel, Declared, End, Plan, ProcessPlan};
use crate::hostile;
use crate::layout::{Memory, Tables};
use crate::machine::BOOT_TICKS;
use crate::oracle::Oracle;
use crate::random::Random;
use crate::situation::{Situation, Surroundings};

/// After how many steps a system is booted anew, at the latest.
const LIFE_STEPS: usize = 500;

/// What makes sense for a handler that is asked something.
const SERVING: [Syscall; 4] = [
    Syscall::ChannelRead,
    Syscall::ChannelRespond,
    Syscall::ChannelReceive,
    Syscall::ChannelRespondAndReceive,
];

/// What makes sense for a handler that is not.
const AWAITING: [Syscall; 2] = [Syscall::ObjectWait, Syscall::ChannelReceive];

/// What a walk went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Events that the kernel took.
    pub steps: usize,
    /// Transfers that moved bytes.
    pub transfers: usize,
    /// Calls that were refused at once.
    pub refusals: usize,
    /// How often the system was booted.
    pub boots: usize,
}

/// The system that is walked through.
pub fn declared() -> Declared {
    let process = |name, priorities: &[u8], may_shutdown| ProcessPlan {
        name,
        priorities: priorities.to_vec(),
        may_shutdown,
    };
    Declared::new(&Plan {
        processes: vec![
            process("asker", &[15], false),
            process("middle", &[15, 20], false),
            process("server", &[10, 15], false),
            process("urgent", &[25], true),
        ],
        channels: vec![
            Channel::between(0, 1),
            Channel { default_ticks: Some(3), ..Channel::between(1, 2) },
            Channel::between(3, 1),
        ],
        max_transfer_bytes: 8,
    })
}

struct Walk<'a> {
    declared: &'a Declared,
    random: Random,
    situation: Situation,
    around: Surroundings,
}

/// Takes `steps` random steps. The error says, in words, what does not hold and when.
pub fn walk(declared: &Declared, seed: u64, steps: usize) -> Result<Walked, String> {
    let mut walked = Walked::default();
    let mut walk = Walk::boot(declared, Random::new(seed));
    let mut age = 0;
    while walked.steps < steps {
        let event = walk.event();
        let Some(event) = event.filter(|_| age < LIFE_STEPS) else {
            walk = Walk::boot(declared, walk.random);
            walked.boots += 1;
            age = 0;
            continue;
        };
        walked.steps += 1;
        age += 1;
        let is_over = walk.step(event, &mut walked).map_err(|message| {
            format!("seed {seed}, step {}: {event:?}\n{message}", walked.steps)
        })?;
        if is_over {
            age = LIFE_STEPS;
        }
    }
    Ok(walked)
}

impl<'a> Walk<'a> {
    fn boot(declared: &'a Declared, mut random: Random) -> Walk<'a> {
        let processes = declared.system.processes.len();
        let voice = random.below(12).to_le_bytes()[0];
        let memory = |process| Memory::of_program(process, voice, Tables::Good);
        let memories: Vec<Memory> = (0..processes).map(memory).collect();
        let (situation, violations) = Situation::boot(declared, memories.clone());
        assert!(violations.is_empty(), "at boot: {violations:?}");
        let vanished = vec![false; processes];
        let around = Surroundings { memories, vanished, now_ticks: BOOT_TICKS };
        Walk { declared, random, situation, around }
    }

    /// Something that could happen now; `None` when nothing ever will.
    fn event(&mut self) -> Option<Event> {
        let random = &mut self.random;
        let alarm = self.situation.alarm;
        let killed = Fault::new(FaultCause::Killed);
        if random.once_in(600) {
            let process = ProcessIndex::new(random.below(self.around.vanished.len() + 1));
            return Some(Event::ProcessEnded { process, fault: killed });
        }
        self.around.now_ticks += random.below(2) as u64;
        let Some(current) = self.situation.oracle().current() else {
            if alarm == Instant::NEVER {
                return None;
            }
            self.around.now_ticks = self.around.now_ticks.max(alarm.ticks());
            return Some(Event::Timer);
        };
        let process = self.declared.process_of(current);
        if self.around.vanished[process] {
            let process = ProcessIndex::new(process);
            return Some(Event::ProcessEnded { process, fault: killed });
        }
        if alarm != Instant::NEVER && random.once_in(6) {
            return Some(Event::Timer);
        }
        if random.once_in(800) {
            return Some(Event::Fault(Fault::new(FaultCause::MemoryAccess)));
        }
        hostile::scribble(random, &mut self.around.memories[process]);
        let (declared, now_ticks) = (self.declared, self.around.now_ticks);
        let apt = apt(declared, self.situation.oracle(), process, random);
        let caller = hostile::Caller { declared, process, now_ticks, apt };
        Some(Event::Call(hostile::call(random, caller)))
    }

    /// Takes an event. Tells whether the run is over.
    fn step(&mut self, event: Event, walked: &mut Walked) -> Result<bool, String> {
        if self.random.once_in(700) {
            let process = self.random.below(self.around.vanished.len());
            self.around.vanished[process] =
                self.situation.oracle().current().map(|at| self.declared.process_of(at))
                    != Some(process);
        }
        let taken = self.situation.take(self.declared, &self.around, event);
        if !taken.violations.is_empty() {
            let lines = taken.violations.iter().map(|violation| format!("  {violation}\n"));
            return Err(lines.collect());
        }
        walked.transfers += usize::from(taken.machine.copied_bytes > 0);
        walked.refusals += usize::from(taken.outcome.results.status != 0);
        for (process, state) in taken.after.oracle().processes.iter().enumerate() {
            if *state != ProcessState::Running {
                self.around.vanished[process] = false;
            }
        }
        self.around.memories = taken.machine.memories;
        self.situation = taken.after;
        Ok(taken.outcome.action == Action::Shutdown)
    }
}

/// What a program in its right mind might do: answer who waits for an answer, else ask, else wait.
fn apt(
    declared: &Declared,
    oracle: &Oracle,
    process: usize,
    random: &mut Random,
) -> Option<(Syscall, usize)> {
    let handles = 0..declared.system.processes[process].objects.len();
    let ends = handles.filter_map(|handle| Some((declared.end_of(process, handle)?, handle)));
    let sensible = ends.filter_map(|(end, handle)| match end {
        End::Handler(channel) if oracle.channels[channel].transaction.is_some() => {
            Some((random.pick(&SERVING), handle))
        }
        End::Handler(_) => Some((random.pick(&AWAITING), handle)),
        End::Initiator(channel) if oracle.channels[channel].transaction.is_none() => {
            Some((Syscall::ChannelTransact, handle))
        }
        End::Initiator(_) => None,
    });
    let sensible: Vec<_> = sensible.collect();
    (!sensible.is_empty()).then(|| random.pick(&sensible))
}
