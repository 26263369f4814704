//! Processes: what is declared of them, and which life they are in (PR-1, PR-2).

use crate::id::{ProcessId, ProcessIndex, ThreadIndex};
use crate::object::Object;
use crate::region::{Region, Span};

/// What a process is doing, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProcessState {
    /// It was never started.
    Unstarted,
    /// It runs.
    Running,
    /// It was stopped because of what it did, or because it was killed from outside.
    Faulted,
    /// It exited by itself with this status.
    Exited(u32),
    /// Another process terminated it.
    Stopped,
}

/// What changes about a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    pub(crate) state: ProcessState,
    /// Its present or latest life, counted from 1; 0 before the first.
    pub(crate) incarnation: u32,
    /// Its threads that have started and not ended.
    pub(crate) live_threads: u16,
}

impl Process {
    /// A process that was never started.
    pub const UNSTARTED: Process =
        Process { state: ProcessState::Unstarted, incarnation: 0, live_threads: 0 };

    /// What it is doing, or how it ended.
    pub fn state(&self) -> ProcessState {
        self.state
    }

    /// The identity of its present or latest life (PR-1).
    pub fn id(&self, index: ProcessIndex) -> ProcessId {
        ProcessId::new(index, self.incarnation)
    }
}

/// How many words the protection hardware of any machine takes for a process.
pub const WALL_WORDS: usize = 8;

/// What is declared of a process and never changes.
#[derive(Clone, Copy, Debug)]
pub struct ProcessDescriptor<'s> {
    /// Its own number.
    pub index: ProcessIndex,
    /// Its name, for the console.
    pub name: &'s str,
    /// The memory that it writes most, a part of `memory`: what the door looks at first. See [`Span::own`].
    pub own: Span,
    /// The memory it may use, without overlaps.
    pub memory: &'s [Region],
    /// Its objects; a handle is a position in this table.
    pub objects: &'s [Object],
    /// Its threads, the main thread first.
    pub threads: &'s [ThreadIndex],
    /// What the machine's protection registers hold while it runs, for the port alone: it stands here
    /// so that a port finds it where the kernel has just been. Zeros where there are none.
    pub wall: [u32; WALL_WORDS],
    /// Whether it may end the run (PR-7).
    pub may_shutdown: bool,
}
