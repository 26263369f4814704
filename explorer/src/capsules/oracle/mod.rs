//! What the specification says of calls on capsules, written without a look at the kernel: maps keyed by lives
//! of processes, searched from end to end.
//!
//! Where the specification leaves a choice, which of several upcalls a process is given, the oracle looks at what
//! the kernel chose, and objects if that was none of them or not in turn.

use std::collections::{BTreeMap, BTreeSet};

use guichet_abi::{CommandReturn, ErrorCode, Message, OK, Results};
use guichet_kernel::capsule::ProcessChange;

use self::desk::Desk;
use self::inbox::Inbox;
use self::mailbox::Mailbox;
use self::notices::Notices;
use self::registry::Registry;
use self::society::{Life, Society};
use super::places::{NOTHING, Place};
use super::plan::{Declared, Kind};
use crate::invariant::{Invariant, Violation};
use crate::layout::Memory;

mod calls;
mod desk;
mod inbox;
mod mailbox;
mod notices;
mod registry;
pub mod society;
mod watches;
mod yields;

/// What a command comes to.
type Answer = Result<CommandReturn, ErrorCode>;

/// A buffer that a process may allow: the capsule, whether it may be written, and its number.
pub type Share = (Kind, bool, usize);

/// An upcall that a process may have: the capsule, and its number.
pub type Slot = (Kind, usize);

/// What a call hands back, and what is broken if it is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Said {
    /// The results.
    pub results: Results,
    /// The message; all zero where there is none.
    pub message: Message,
    /// What is broken if it is not so.
    pub about: Invariant,
}

/// The upcalls of one capsule that somebody waits for, a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Awaited {
    kind: Kind,
    numbers: u32,
}

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doing {
    /// It does not live.
    Dormant,
    /// It runs or could run; if its call has ended, and it has not run since, with what.
    Ready(Option<Said>),
    /// It yields, for any upcall or for one of these.
    Yielding(Option<Awaited>),
    /// It waits until an upcall is pending.
    Watching,
    /// It waits until its group has one to show.
    WatchingGroup,
    /// It sleeps.
    Sleeping,
}

/// The system as the specification sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Oracle {
    /// Who lives, and who knows whom.
    pub society: Society,
    /// What each thread does.
    pub threads: Vec<Doing>,
    /// The thread that runs.
    pub current: Option<usize>,
    desks: BTreeMap<Life, Desk>,
    /// Whose upcalls are a member of its group.
    grouped: BTreeSet<Life>,
    registry: Registry,
    notices: Notices,
    /// The requests.
    pub mailbox: Mailbox,
    /// The messages.
    pub inbox: Inbox,
}

/// What surrounds an event.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The system.
    pub declared: &'a Declared,
    /// The memory of every process, as it should be.
    pub memories: Vec<Memory>,
    /// Whether a process's memory is gone.
    pub vanished: &'a [bool],
    /// The time, in ticks.
    pub now_ticks: u64,
    /// No process can be given a fresh start.
    pub refuses_start: bool,
    /// How processes have changed in this step, in order.
    pub changes: Vec<(usize, ProcessChange)>,
    /// What does not hold.
    pub violations: Vec<Violation>,
}

impl Scene<'_> {
    fn limit(&self) -> usize {
        self.declared.plan.max_transfer_bytes
    }

    /// So many bytes from the start of a place; no bytes can always be read.
    fn read(&self, (process, _): Life, place: Place, bytes: usize) -> Option<Vec<u8>> {
        if bytes > place.length || bytes > 0 && self.vanished[process] {
            return None;
        }
        (0..bytes).map(|at| self.memories[process].byte(place.address + at)).collect()
    }

    fn write(
        &mut self,
        (process, _): Life,
        place: Place,
        offset: usize,
        bytes: &[u8],
    ) -> Option<()> {
        if offset + bytes.len() > place.length || !bytes.is_empty() && self.vanished[process] {
            return None;
        }
        for (at, byte) in bytes.iter().enumerate() {
            self.memories[process].set(place.address + offset + at, *byte);
        }
        Some(())
    }

    fn object(&mut self, invariant: Invariant, observation: String) {
        self.violations.push(Violation::new(invariant, observation));
    }
}

/// A word of 32 bits as a program's.
fn word(word: u32) -> usize {
    word as usize
}

impl Said {
    fn new(results: Results, message: Message, about: Invariant) -> Said {
        Said { results, message, about }
    }

    /// Results without a message.
    fn plain(status: u32, value0: usize, value1: usize, about: Invariant) -> Said {
        Said::new(Results { status, value0, value1 }, Message::default(), about)
    }
}

impl Oracle {
    /// Before the system starts.
    pub fn before_boot(declared: &Declared) -> Oracle {
        let restarts = declared.plan.members.iter().map(|member| member.restarts);
        Oracle {
            society: Society::new(restarts, declared.plan.are_ids_global),
            threads: vec![Doing::Dormant; declared.system.threads.len()],
            current: None,
            desks: BTreeMap::new(),
            grouped: BTreeSet::new(),
            registry: Registry::default(),
            notices: Notices::default(),
            mailbox: Mailbox::default(),
            inbox: Inbox::default(),
        }
    }

    /// What a process allows under a number.
    pub fn allowed(&self, life: Life, share: Share) -> Place {
        self.desks.get(&life).map_or(NOTHING, |desk| desk.allowed(share))
    }

    /// A life of a process begins with its main thread.
    pub fn begin(&mut self, scene: &mut Scene<'_>, process: usize) {
        self.society.begin(process);
        self.desks.insert(self.society.latest(process), Desk::default());
        self.threads[scene.declared.main_of(process)] = Doing::Ready(None);
        scene.changes.push((process, ProcessChange::Started));
    }

    /// A life of a process ends, if one goes on.
    pub fn end(&mut self, scene: &mut Scene<'_>, process: usize) {
        let Some(life) = self.society.life(process) else { return };
        for thread in scene.declared.threads_of(process) {
            self.threads[thread] = Doing::Dormant;
        }
        self.society.end(life);
        self.desks.remove(&life);
        self.grouped.remove(&life);
        self.registry.end(life);
        self.notices.end(life);
        self.mailbox.end(life);
        self.inbox.end(life);
        scene.changes.push((process, ProcessChange::Ended));
    }

    /// A thread ends itself, and with the last one its process. With a main thread goes what it allowed and
    /// subscribed, because nobody else may use capsules (CP-3); what is due stays so.
    pub(super) fn end_thread(&mut self, scene: &mut Scene<'_>, me: Life, thread: usize) {
        let process = scene.declared.process_of(thread);
        let mut others = scene.declared.threads_of(process).filter(|other| *other != thread);
        if !others.any(|other| self.threads[other] != Doing::Dormant) {
            self.end(scene, process);
            return;
        }
        self.threads[thread] = Doing::Dormant;
        if thread == scene.declared.main_of(process) {
            self.desks.insert(me, Desk::default());
            self.notices.take_back(me, None);
        }
    }

    /// The timer event: whoever sleeps wakes, and whatever is to be restarted is.
    pub fn ring(&mut self, scene: &mut Scene<'_>) {
        for thread in 0..self.threads.len() {
            let process = scene.declared.process_of(thread);
            if self.threads[thread] == Doing::Sleeping {
                let slept = Said::plain(OK, 0, 0, Invariant::OneEnd);
                self.threads[thread] = Doing::Ready(Some(slept));
            } else if self.society.awaits_restart(process)
                && thread == scene.declared.main_of(process)
            {
                self.restart(scene, process);
            }
        }
    }

    /// A process is restarted. If that fails, a life is over that never began, of which nobody hears.
    fn restart(&mut self, scene: &mut Scene<'_>, process: usize) {
        if scene.refuses_start {
            self.society.begin(process);
            self.society.end(self.society.latest(process));
        } else {
            self.begin(scene, process);
        }
    }
}
