//! What the kernel did, against what the specification says.

use guichet_abi::Results;
use guichet_kernel::{Action, ThreadState};

use super::oracle::{Doing, Oracle, Said, Scene};
use super::plan::{Declared, Kind};
use super::situation::{Around, Seen};
use super::spy::Heard;
use crate::invariant::{Invariant, Violation};
use crate::machine::Machine;

/// An event that was taken.
pub struct Case<'a> {
    /// The system.
    pub declared: &'a Declared,
    /// What surrounded the kernel.
    pub around: Around<'a>,
    /// What the specification said before.
    pub before: &'a Oracle,
    /// What the kernel shows.
    pub seen: &'a Seen,
    /// The machine afterwards.
    pub machine: &'a Machine,
}

/// Says what does not hold, and lets the oracle know who runs next.
pub fn audit(case: &Case<'_>, scene: Scene<'_>, oracle: &mut Oracle) -> Vec<Violation> {
    let mut violations = scene.violations.clone();
    let mut object = |invariant: Invariant, words: String| {
        violations.push(Violation::new(invariant, words));
    };
    if let Err(words) = case.seen.check {
        object(Invariant::Consistent, words.to_owned());
    }
    for trespass in &case.machine.trespasses {
        object(Invariant::InsideTheWall, trespass.clone());
    }
    for thread in 0..oracle.threads.len() {
        if let Some((invariant, words)) = case.thread_is_wrong(thread, oracle.threads[thread]) {
            object(invariant, format!("{} {words}", case.declared.thread_name(thread)));
        }
    }
    for process in 0..case.declared.process_count() {
        if case.seen.runs[process] != oracle.society.life(process).is_some() {
            object(Invariant::ProcessLife, format!("process {process} lives or not"));
        }
    }
    if let Some(words) = case.told_wrong(&scene) {
        object(Invariant::ToldOnce, words);
    }
    for process in 0..case.declared.process_count() {
        if let Some(words) = case.wall_is_wrong(process, oracle) {
            object(Invariant::Walls, words);
        }
    }
    violations.extend(case.turn_is_wrong(oracle));
    violations.extend(case.memory_is_wrong(&scene, oracle));
    oracle.current = case.seen.next();
    if let Some(current) = oracle.current {
        oracle.threads[current] = Doing::Ready(None);
    }
    violations
}

impl Case<'_> {
    /// What is wrong with a thread.
    fn thread_is_wrong(&self, thread: usize, expected: Doing) -> Option<(Invariant, String)> {
        let state = self.seen.threads[thread];
        let shown = self.seen.shown(thread);
        let (is_right, invariant) = match expected {
            Doing::Dormant => (
                matches!(
                    state,
                    ThreadState::Dormant | ThreadState::Restarting | ThreadState::Ended(_)
                ),
                Invariant::ProcessLife,
            ),
            Doing::Ready(Some(said)) if is_blocked(state) => {
                return Some((
                    Invariant::Awake,
                    format!("sleeps, and should have {}", words(said)),
                ));
            }
            Doing::Ready(None) => (shown.is_none() && !is_blocked(state), Invariant::OneEnd),
            Doing::Ready(Some(said)) => {
                let is_it =
                    |shown: Said| (shown.results, shown.message) == (said.results, said.message);
                if !shown.is_some_and(is_it) {
                    let shown = shown.map_or("nothing".to_owned(), words);
                    return Some((said.about, format!("has {shown}, not {}", words(said))));
                }
                return None;
            }
            Doing::Yielding(_) => {
                (matches!(state, ThreadState::Yielding(_)), Invariant::UpcallsTrue)
            }
            Doing::Watching | Doing::WatchingGroup => {
                (matches!(state, ThreadState::Waiting { .. }), Invariant::UpcallsTrue)
            }
            Doing::Sleeping => (state == ThreadState::Sleeping, Invariant::OneEnd),
        };
        let shown = shown.map_or(String::new(), |said| format!(" with {}", words(said)));
        (!is_right).then(|| (invariant, format!("is {state:?}{shown}, not {expected:?}")))
    }

    /// Whoever runs is as important as anybody who could.
    fn turn_is_wrong(&self, oracle: &Oracle) -> Option<Violation> {
        let priority = |thread: usize| self.declared.system.threads[thread].priority;
        let ready = (0..oracle.threads.len())
            .filter(|thread| matches!(oracle.threads[*thread], Doing::Ready(_)));
        let most = ready.map(priority).max();
        let next = self.seen.next().map(priority);
        let is_idle = self.seen.outcome.action == Action::Idle;
        match (most, next) {
            (Some(_), None) => {
                Some(Violation::new(Invariant::NoDeadlock, "somebody could run, and nobody does"))
            }
            (most, next) if most > next || is_idle != next.is_none() => {
                Some(Violation::new(Invariant::Priority, "somebody more important could run"))
            }
            _right => None,
        }
    }

    /// A process has mapped what others share with it, and nothing else.
    fn wall_is_wrong(&self, process: usize, oracle: &Oracle) -> Option<String> {
        let walls = self.machine.walls.iter().filter(|((owner, _), _)| *owner == process);
        let mut found: Vec<(usize, usize, bool)> = walls
            .map(|(_, region)| (region.start, region.end - region.start, region.writable))
            .collect();
        found.sort_unstable();
        let expected = oracle.mapped(process).into_iter();
        let expected: Vec<_> = expected.map(|place| (place.address, place.length, true)).collect();
        (found != expected)
            .then(|| format!("process {process} has mapped {found:x?}, not {expected:x?}"))
    }

    /// Every capsule hears of every change once.
    fn told_wrong(&self, scene: &Scene<'_>) -> Option<String> {
        if !self.declared.plan.capsules.contains(&Kind::Spy) {
            return None;
        }
        let expected: Vec<Heard> = scene
            .changes
            .iter()
            .map(|&(process, change)| Heard { process, change, was_kept_right: true })
            .collect();
        let heard = &self.seen.heard;
        (*heard != expected).then(|| format!("a capsule heard {heard:?}, not {expected:?}"))
    }

    fn memory_is_wrong(&self, scene: &Scene<'_>, oracle: &Oracle) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (process, memory) in self.machine.memories.iter().enumerate() {
            let wrong = memory.differences(&scene.memories[process]);
            let may = |at: &usize| self.is_offered(oracle, process, *at);
            let (inside, outside): (Vec<usize>, Vec<usize>) = wrong.into_iter().partition(may);
            for (invariant, wrong) in
                [(Invariant::OfferedBytesOnly, outside), (Invariant::BytesAsSent, inside)]
            {
                if !wrong.is_empty() {
                    let words = format!("bytes of process {process} are wrong: {wrong:x?}");
                    violations.push(Violation::new(invariant, words));
                }
            }
        }
        violations
    }

    /// Tells whether a process allows this byte to be written.
    fn is_offered(&self, oracle: &Oracle, process: usize, at: usize) -> bool {
        let kinds = self.declared.plan.capsules.iter().copied();
        let mut shares =
            kinds.flat_map(|kind| (0..kind.counts().1).map(move |number| (kind, number)));
        let life = oracle.society.latest(process);
        shares.any(|(kind, number)| {
            let place = oracle.allowed(life, (kind, true, number));
            at.checked_sub(place.address).is_some_and(|offset| offset < place.length)
        })
    }
}

fn is_blocked(state: ThreadState) -> bool {
    matches!(state, ThreadState::Yielding(_) | ThreadState::Waiting { .. } | ThreadState::Sleeping)
}

/// What a call handed back, in words.
pub fn words(said: Said) -> String {
    let Results { status, value0, value1 } = said.results;
    let message = said.message;
    let tail = match message == guichet_abi::Message::default() {
        true => String::new(),
        false => {
            let words = guichet_abi::upcall_arguments(message);
            format!(", message {:?} or {words:x?}", message.words)
        }
    };
    format!("status {status:#x}, values {value0:#x} and {value1:#x}{tail}")
}
