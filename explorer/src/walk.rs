//! Long random walks through a system that is too large to be explored.
//!
//! Five processes, of which one is handler twice and initiator once, one starts late, and most are
//! restarted; seven threads of six priorities; calls with any words in them; memory that its
//! programs rewrite between any two calls; kills, faults, starts that fail, memory that is gone
//! before the kernel is told; interrupt lines that come whenever they like. Every step is audited exactly as in an exploration.

use std::ops::AddAssign;

use guichet_abi::{OK, Syscall};
use guichet_kernel::{
    Action, Event, Fault, FaultCause, GiveUp, Instant, InterruptLine, Kernel, Outcome,
    ProcessIndex, RestartPolicy, TableIndex,
};

use crate::declared::{Declared, Waitable};
use crate::hostile;
use crate::layout::{Memory, Shared, Tables};
use crate::machine::BOOT_TICKS;
use crate::oracle::{Doing, Oracle};
use crate::plan::{Channel, Plan, ProcessPlan};
use crate::random::Random;
use crate::situation::{Situation, Surroundings, Taken};

pub mod post;
pub mod share;

/// After how many steps a system is booted anew, at the latest.
const LIFE_STEPS: usize = 500;

/// How long a system sleeps at most. Some deadlines are so far off that time would come to its end.
const LONGEST_SLEEP_TICKS: u64 = 1 << 40;

/// What makes sense for an initiator that has nothing pending.
const ASKING: [Syscall; 2] = [Syscall::ChannelTransact, Syscall::ChannelAsyncTransact];

/// What makes sense for an initiator that has something to collect.
const COLLECTING: [Syscall; 2] =
    [Syscall::ChannelAsyncTransactComplete, Syscall::ChannelAsyncCancel];

/// What makes sense for a handler that is asked something.
const SERVING: [Syscall; 5] = [
    Syscall::ChannelBadge,
    Syscall::ChannelRead,
    Syscall::ChannelRespond,
    Syscall::ChannelReceive,
    Syscall::ChannelRespondAndReceive,
];

/// What makes sense for a handler that is not.
const AWAITING: [Syscall; 2] = [Syscall::ObjectWait, Syscall::ChannelReceive];

/// What makes sense for the owner of a wait group that is not empty.
const GROUPED: [Syscall; 4] =
    [Syscall::ObjectWait, Syscall::ObjectWait, Syscall::WaitGroupAdd, Syscall::WaitGroupRemove];

/// What makes sense for the owner of a line that has come.
const ATTENDING: [Syscall; 3] = [Syscall::ObjectWait, Syscall::InterruptAck, Syscall::InterruptAck];

/// What makes sense for the holder of a process that does not run.
const WATCHING: [Syscall; 3] = [Syscall::ProcessStart, Syscall::TaskJoin, Syscall::TaskFault];

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
    /// Processes that were started after boot, by hand or by their policies.
    pub starts: usize,
    /// Threads that were started.
    pub threads: usize,
    /// Exit statuses that were collected.
    pub joins: usize,
    /// Waits on groups that ended with a member.
    pub members: usize,
    /// Interrupt lines that came and ended a wait.
    pub lines: usize,
    /// Calls of endpoints.
    pub posts: usize,
    /// Messages, and answers in registers, that threads were given.
    pub messages: usize,
    /// Replies that were accepted.
    pub replies: usize,
    /// Calls of endpoints that the door answered.
    pub at_door: usize,
    /// Regions that were mapped, lent or given back, and copies in and out of them, as often as each was
    /// done.
    pub shared: [usize; 6],
    /// Steps in which bytes of shared memory were changed.
    pub shared_transfers: usize,
}

/// The system that is walked through.
pub fn declared() -> Declared {
    let restarted = |on_exit, delay_ticks, max_restarts, on_give_up| RestartPolicy {
        on_fault: true,
        on_exit,
        delay_ticks,
        max_restarts,
        on_give_up,
    };
    Declared::new(&Plan {
        processes: vec![
            ProcessPlan { holds: vec![4], ..ProcessPlan::new("asker", &[15]) },
            ProcessPlan {
                holds: vec![2],
                holds_threads: true,
                groups: 2,
                lines: &[5, 40, u16::MAX],
                restart: restarted(true, 2, None, GiveUp::Stop),
                ..ProcessPlan::new("middle", &[15, 20])
            },
            ProcessPlan {
                restart: restarted(false, 3, Some(1), GiveUp::Shutdown),
                ..ProcessPlan::new("server", &[10, 15])
            },
            ProcessPlan {
                may_shutdown: true,
                holds: vec![0, 1, 3, 4],
                groups: 1,
                ..ProcessPlan::new("urgent", &[25])
            },
            ProcessPlan {
                starts_at_boot: false,
                lines: &[7],
                restart: restarted(true, 1, Some(2), GiveUp::ResetBoard),
                ..ProcessPlan::new("late", &[12])
            },
        ],
        channels: vec![
            Channel::between(0, 1),
            Channel { default_ticks: Some(3), ..Channel::between(1, 2) },
            Channel::between(3, 1),
            Channel::between(0, 4),
            // Beside the most important one, somebody who comes late asks the busy one (CH-12).
            Channel::sharing(4, (2, Channel::between(3, 1))),
        ],
        endpoints: Vec::new(),
        regions: Vec::new(),
        max_transfer_bytes: 8,
    })
}

impl AddAssign for Walked {
    fn add_assign(&mut self, other: Walked) {
        self.steps += other.steps;
        self.transfers += other.transfers;
        self.refusals += other.refusals;
        self.boots += other.boots;
        self.starts += other.starts;
        self.threads += other.threads;
        self.joins += other.joins;
        self.members += other.members;
        self.lines += other.lines;
        self.posts += other.posts;
        self.messages += other.messages;
        self.replies += other.replies;
        self.at_door += other.at_door;
        for (sum, each) in self.shared.iter_mut().zip(other.shared) {
            *sum += each;
        }
        self.shared_transfers += other.shared_transfers;
    }
}

impl Walked {
    /// Counts a call of an endpoint, whether it was a reply that was accepted, and whether the door answered it.
    fn count_posts(&mut self, event: Event, Taken { outcome, is_at_door, .. }: &Taken) {
        let Event::Call(call) = event else { return };
        let Some(syscall) = Syscall::from_number(call.number) else { return };
        self.posts += usize::from(call.number >= Syscall::EndpointCallWords as usize);
        let is_reply = matches!(syscall, Syscall::EndpointReply | Syscall::EndpointReplyWords);
        let is_accepted = outcome.action == Action::Return && outcome.results.status == OK;
        self.replies += usize::from(is_reply && is_accepted);
        let is_message = Kernel::MESSAGE_DOOR_CALLS.contains(&call.number);
        self.at_door += usize::from(is_message && *is_at_door);
    }
}

impl Walked {
    /// Counts a call on shared memory that was not refused.
    fn count_shared(&mut self, event: Event, Taken { outcome, .. }: &Taken) {
        let Event::Call(call) = event else { return };
        let place = call.number.wrapping_sub(Syscall::SharedMemoryMap as usize);
        if let Some(count) = self.shared.get_mut(place)
            && outcome.action == Action::Return
            && outcome.results.status == OK
        {
            *count += 1;
        }
    }
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
        let around = Surroundings {
            memories,
            shared: Shared::of_programs(),
            vanished,
            now_ticks: BOOT_TICKS,
            refuses_start: false,
        };
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
        let lines: Vec<u16> = self.declared.lines().collect();
        if !lines.is_empty() && random.once_in(30) {
            return Some(Event::Interrupt { line: InterruptLine::new(random.pick(&lines)) });
        }
        self.around.now_ticks += random.below(2) as u64;
        let Some(current) = self.situation.oracle().current() else {
            if alarm.ticks() > self.around.now_ticks + LONGEST_SLEEP_TICKS {
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
        let Surroundings { memories, shared, .. } = &mut self.around;
        hostile::scribble(random, &mut memories[process]);
        if !self.declared.plan.regions.is_empty() {
            hostile::share::scribble(random, &mut memories[process], shared);
        }
        let (declared, now_ticks) = (self.declared, self.around.now_ticks);
        let oracle = self.situation.oracle();
        let apt = apt(declared, oracle, process, random);
        let owed_to = post::owed_to(oracle, process, random);
        let caller = hostile::Caller { declared, process, now_ticks, apt, owed_to };
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
        self.around.refuses_start = self.random.once_in(12);
        let taken = self.situation.take(self.declared, &self.around, event);
        if !taken.violations.is_empty() {
            let lines = taken.violations.iter().map(|violation| format!("  {violation}\n"));
            return Err(lines.collect());
        }
        walked.transfers += usize::from(taken.machine.copied_bytes > 0);
        walked.starts += taken.machine.starts.len();
        walked.threads += taken.machine.prepared.len();
        let is_join =
            matches!(event, Event::Call(call) if call.number == Syscall::TaskJoin as usize);
        walked.joins += usize::from(is_join && taken.outcome.results.status == OK);
        let Outcome { action, thread, results } = taken.outcome;
        let was_doing = self.situation.oracle().threads.get(thread.position());
        let slept_on_group = was_doing.is_some_and(|thread| {
            matches!(thread.doing, Doing::Waiting { on: Waitable::Group(_), .. })
        });
        let is_member = action == Action::Return && slept_on_group && results.status == OK;
        walked.members += usize::from(is_member);
        let is_line = matches!(event, Event::Interrupt { .. }) && action == Action::Return;
        walked.lines += usize::from(is_line);
        walked.messages += usize::from(action == Action::ReturnMessage);
        walked.count_posts(event, &taken);
        walked.count_shared(event, &taken);
        let is_changed = taken.machine.shared != self.around.shared;
        walked.shared_transfers += usize::from(is_changed);
        walked.refusals += usize::from(taken.outcome.results.status != 0);
        for (process, state) in taken.after.oracle().processes.iter().enumerate() {
            if !state.is_running() {
                self.around.vanished[process] = false;
            }
        }
        self.around.memories = taken.machine.memories;
        self.around.shared = taken.machine.shared;
        self.situation = taken.after;
        Ok(matches!(taken.outcome.action, Action::Shutdown | Action::Reset))
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
    let ends = handles.filter_map(|handle| Some((declared.waitable_of(process, handle)?, handle)));
    let sensible = ends.filter_map(|(end, handle)| {
        let syscall = match end {
            Waitable::Handler(end)
                if oracle.next(end).is_some() || oracle.served(end).is_some() =>
            {
                random.pick(&SERVING)
            }
            Waitable::Handler(_) => random.pick(&AWAITING),
            Waitable::Initiator(channel) if oracle.channels[channel].collectable.is_some() => {
                random.pick(&COLLECTING)
            }
            Waitable::Initiator(channel) if oracle.channels[channel].transaction.is_none() => {
                random.pick(&ASKING)
            }
            Waitable::Thread(thread) if oracle.threads[thread].status.is_some() => {
                Syscall::TaskJoin
            }
            Waitable::Thread(thread) if oracle.threads[thread].doing == Doing::Dormant => {
                Syscall::ThreadStart
            }
            Waitable::Process(process) if !oracle.processes[process].is_running() => {
                random.pick(&WATCHING)
            }
            Waitable::Process(process) if oracle.processes[process].status.is_some() => {
                Syscall::TaskJoin
            }
            Waitable::Group(group) if oracle.groups[group].members.is_empty() => {
                Syscall::WaitGroupAdd
            }
            Waitable::Group(_) => random.pick(&GROUPED),
            Waitable::Interrupt(_) => random.pick(&ATTENDING),
            Waitable::Receiver(endpoint) => post::receiving(oracle, endpoint, random),
            Waitable::Sender(_) => post::sending(random),
            Waitable::Part(part) => share::sharing(oracle, part, random),
            Waitable::Initiator(_) | Waitable::Thread(_) | Waitable::Process(_) => return None,
        };
        Some((syscall, handle))
    });
    let sensible: Vec<_> = sensible.collect();
    (!sensible.is_empty()).then(|| random.pick(&sensible))
}
