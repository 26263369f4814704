//! Processes: what is declared of them, and which life they are in (PR-1, PR-2).

use guichet_abi::{ExitStatus, Fault, FaultCause};

use crate::id::{ExchangeIndex, MappingIndex, ProcessId, ProcessIndex, ThreadIndex, WaitListIndex};
use crate::object::Object;
use crate::region::{Region, Span};
use crate::wall::WALL_WORDS;

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

/// How a life of a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// None has ended yet.
    None,
    /// By itself, with the status in the first word.
    Exited,
    /// By a fault, with the instruction and the address in the words.
    Faulted(FaultCause),
    /// Another process terminated it.
    Stopped,
}

/// What changes about a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// Its present or latest life, counted from 1; 0 before the first.
    pub(crate) incarnation: u32,
    /// Its threads that have started and not ended; the process runs while there are any.
    pub(crate) live_threads: u8,
    /// How its latest finished life ended.
    end: End,
    /// Nobody has collected the exit status of that life yet (PR-5).
    is_joinable: bool,
    /// How often its policy has restarted it since somebody started it (PR-3).
    pub(crate) restarts: u8,
    /// What is known of that end.
    words: [usize; 2],
}

impl Process {
    /// A process that was never started.
    pub const UNSTARTED: Process = Process {
        incarnation: 0,
        live_threads: 0,
        end: End::None,
        is_joinable: false,
        restarts: 0,
        words: [0; 2],
    };

    /// The same process, had it lived so often before: for tools that look at lives without end.
    pub fn in_life(&self, incarnation: u32) -> Process {
        Process { incarnation, ..self.clone() }
    }

    /// What it is doing, or how it ended.
    pub fn state(&self) -> ProcessState {
        if self.is_running() {
            return ProcessState::Running;
        }
        match self.end {
            End::None => ProcessState::Unstarted,
            End::Exited => ProcessState::Exited(self.code()),
            End::Faulted(_) => ProcessState::Faulted,
            End::Stopped => ProcessState::Stopped,
        }
    }

    /// Tells whether a thread of it lives.
    #[inline(always)]
    pub(crate) fn is_running(&self) -> bool {
        self.live_threads != 0
    }

    /// Notes that its life has ended, and how.
    pub(crate) fn ended(&mut self, end: End, words: [usize; 2]) {
        (self.end, self.words) = (end, words);
        self.live_threads = 0;
        self.is_joinable = true;
    }

    /// The exit status that nobody has collected yet, if there is one (PR-5).
    pub(crate) fn exit_status(&self) -> Option<ExitStatus> {
        self.is_joinable.then(|| match self.end {
            End::None | End::Exited => ExitStatus::Success(self.code()),
            End::Faulted(cause) => status_of_fault(cause),
            End::Stopped => ExitStatus::TerminatedBySyscall,
        })
    }

    /// Somebody has collected the exit status.
    pub(crate) fn collected(&mut self) {
        self.is_joinable = false;
    }

    /// The fault that its latest finished life ended with, if it was one.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let [pc, address] = self.words;
        match self.end {
            End::Faulted(cause) => Some(Fault { cause, pc, address }),
            End::None | End::Exited | End::Stopped => None,
        }
    }

    /// Which of its lives ended latest, counted from 1.
    pub(crate) fn last_ended(&self) -> u32 {
        self.incarnation.wrapping_sub(u32::from(self.is_running()))
    }

    fn code(&self) -> u32 {
        let [code, _] = self.words;
        u32::try_from(code & 0xFFFF_FFFF).unwrap_or(u32::MAX)
    }

    /// The identity of its present or latest life (PR-1).
    pub fn id(&self, index: ProcessIndex) -> ProcessId {
        ProcessId::new(index, self.incarnation)
    }
}

/// What a process's declaration says of its end (PR-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RestartPolicy {
    /// It is restarted when it has faulted.
    pub on_fault: bool,
    /// It is restarted when it has exited.
    pub on_exit: bool,
    /// How long after its end, in ticks.
    pub delay_ticks: u64,
    /// How often at most, if there is a bound.
    pub max_restarts: Option<u8>,
    /// What happens when the bound is reached.
    pub on_give_up: GiveUp,
}

impl RestartPolicy {
    /// What has ended stays so.
    pub const NEVER: RestartPolicy = RestartPolicy {
        on_fault: false,
        on_exit: false,
        delay_ticks: 0,
        max_restarts: None,
        on_give_up: GiveUp::Stop,
    };

    /// Tells whether it restarts a process that ended like this.
    pub(crate) fn restarts_after(&self, end: End) -> bool {
        match end {
            End::Faulted(_) => self.on_fault,
            End::Exited => self.on_exit,
            End::None | End::Stopped => false,
        }
    }
}

/// What happens when a process has ended more often than its policy restarts it (PR-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GiveUp {
    /// It stays as it is.
    Stop,
    /// The run ends, with the status of `Unavailable`.
    Shutdown,
    /// The board starts anew.
    ResetBoard,
}

/// Whether a fault was an exception of the program, or the kernel took the process away (PR-5).
fn status_of_fault(cause: FaultCause) -> ExitStatus {
    match cause {
        FaultCause::Killed | FaultCause::Unresponsive | FaultCause::NotStarted => {
            ExitStatus::TerminatedByKernel
        }
        FaultCause::MemoryAccess
        | FaultCause::StackOverflow
        | FaultCause::IllegalInstruction
        | FaultCause::Misaligned
        | FaultCause::Arithmetic
        | FaultCause::Breakpoint
        | FaultCause::ForbiddenSystemCall
        | FaultCause::Panic
        | FaultCause::Unknown => ExitStatus::UnhandledException(0),
    }
}

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
    /// The threads that wait for its end (PR-5); NONE if no object names it.
    pub wait_list: WaitListIndex,
    /// The threads that wait for its upcalls (CP-6); NONE if it has no object for that.
    pub upcalls_list: WaitListIndex,
    /// Where, in the table of threads, the entries begin by which its objects are members of wait
    /// groups (WT-4): one for each object, in their order. NONE if it has no group.
    pub first_member: ThreadIndex,
    /// What its main thread keeps for endpoints; the other threads' follow. NONE if it has no end of one.
    pub first_exchange: ExchangeIndex,
    /// Its places for ranges beside its own memory, the first of [`guichet_abi::MAX_MAPPINGS`]. NONE if it
    /// never has any.
    pub first_mapping: MappingIndex,
    /// Whether it starts when the system boots (PR-3).
    pub starts_at_boot: bool,
    /// What happens when it has ended (PR-3).
    pub restart: RestartPolicy,
    /// Whether it may end the run (PR-7).
    pub may_shutdown: bool,
}
