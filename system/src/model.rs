//! A checked system: plain data, in which everything refers to something that is there.
//!
//! What the file leaves out is filled in where the answer is the same on every board; where it is
//! not (how large a stack, how much memory), the model says `None` and the board decides. Places in
//! the file are gone: whoever holds a [`System`] holds one that has passed every check.

mod capsule;
mod shared_memory;

use std::collections::BTreeSet;

pub use capsule::{BuiltIn, Capsule, Grant, Origin};
pub use guichet_abi::MemoryRights;
pub use shared_memory::{MAX_SHARED_REGIONS, SharedRegion, Sharer};

/// The most processes of a system.
pub const MAX_PROCESSES: usize = 255;
/// The most objects of a process.
pub const MAX_OBJECTS: usize = 256;
/// The most threads of a process.
pub const MAX_THREADS: usize = 32;
/// The most messages that all endpoints of a system hold together.
pub const MAX_QUEUED_MESSAGES: usize = 32_767;
/// The most capsules of a system.
pub const MAX_CAPSULES: usize = 32;
/// The most names that a process keeps for itself (NR-5).
pub const MAX_SERVICES: usize = 255;
/// How long a name in the registry is, in bytes (NR-1).
pub const SERVICE_BYTES: usize = guichet_abi::NAME_BYTES;
/// The least important and the most important priority of a thread (WT-8).
pub const PRIORITIES: std::ops::RangeInclusive<u8> = 0..=31;
/// The priority of a thread whose process declares none (WT-8).
pub const DEFAULT_PRIORITY: u8 = 15;
/// The bound of one transfer, in bytes, of a system that declares none (AB-10).
pub const DEFAULT_MAX_TRANSFER_BYTES: usize = 4096;
/// The badge of an initiator or a sender that declares none (AB-6).
pub const DEFAULT_BADGE: u32 = 0;
/// The name of a process's thread if it declares none.
pub const DEFAULT_THREAD_NAME: &str = "main";

/// A checked system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// The apps, in the order of the file.
    pub apps: Vec<App>,
    /// The processes of all apps, in the order of the file, which is the order in which they start
    /// (PR-3). A process's index here is its number everywhere.
    pub processes: Vec<Process>,
    /// The longest transfer in bytes, where a board says nothing else (AB-10).
    pub max_transfer_bytes: usize,
    /// The capsules, in the order of the file, which is that of the kernel's table (CP-4).
    pub capsules: Vec<Capsule>,
    /// Whether a process's number works for those who were not given it, too (CP-5).
    pub are_ids_global: bool,
    /// The regions of shared memory, in the order of the file (SH-1).
    pub shared_memory: Vec<SharedRegion>,
    /// What differs on some boards (CF-4).
    pub boards: Vec<Board>,
}

impl System {
    /// The system as it is on the board called `board` (CF-4).
    pub fn on(&self, board: &str) -> System {
        let mut system = self.clone();
        system.max_transfer_bytes = self.max_transfer_bytes_on(board);
        let differences = self.boards.iter().filter(|each| each.name == board);
        for difference in differences.flat_map(|board| &board.processes) {
            let Some(process) = system.processes.get_mut(difference.process) else { continue };
            if let Some(mappings) = &difference.mappings {
                process.mappings.clone_from(mappings);
            }
            for changed in &difference.lines {
                let interrupt = process.interrupts.get_mut(changed.interrupt);
                let line = interrupt.and_then(|interrupt| interrupt.lines.get_mut(changed.line));
                if let Some(line) = line {
                    line.number = Some(changed.number);
                }
            }
        }
        system
    }

    /// The initiators of a handler: one, or several that share it, or none (CH-1, CH-12).
    pub fn initiators_of(&self, handler: ObjectId) -> impl Iterator<Item = ObjectId> {
        self.ends_of(handler, |kind| match kind {
            ObjectKind::ChannelInitiator { handler, .. } => Some(handler),
            ObjectKind::ChannelHandler
            | ObjectKind::Thread { .. }
            | ObjectKind::Process { .. }
            | ObjectKind::WaitGroup
            | ObjectKind::Upcalls
            | ObjectKind::Interrupt { .. }
            | ObjectKind::Endpoint { .. }
            | ObjectKind::EndpointSender { .. }
            | ObjectKind::SharedMemory { .. } => None,
        })
    }

    /// The senders of an endpoint, of which one process may have several (EP-2).
    pub fn senders_of(&self, endpoint: ObjectId) -> impl Iterator<Item = ObjectId> {
        self.ends_of(endpoint, endpoint_of)
    }

    /// The processes that have a sender of any endpoint of this process (EP-9).
    pub fn peers_of(&self, process: usize) -> BTreeSet<usize> {
        let sends = |declared: &Process| {
            let mut endpoints =
                declared.objects.iter().filter_map(|object| endpoint_of(object.kind));
            endpoints.any(|endpoint| endpoint.process == process)
        };
        let processes = self.processes.iter().enumerate();
        processes.filter(|(_, declared)| sends(declared)).map(|(peer, _)| peer).collect()
    }

    /// The objects for which `named` gives `end`.
    fn ends_of(
        &self,
        end: ObjectId,
        named: impl Fn(ObjectKind) -> Option<ObjectId>,
    ) -> impl Iterator<Item = ObjectId> {
        let processes = self.processes.iter().enumerate();
        let objects = processes.flat_map(|(process, declared)| {
            let objects = declared.objects.iter().enumerate();
            objects.map(move |(object, declared)| (ObjectId { process, object }, declared))
        });
        objects.filter_map(move |(id, object)| (named(object.kind) == Some(end)).then_some(id))
    }

    /// Whether any process has an end of an endpoint (EP-1).
    pub fn has_endpoints(&self) -> bool {
        let objects = self.processes.iter().flat_map(|process| &process.objects);
        objects.into_iter().any(|object| match object.kind {
            ObjectKind::Endpoint { .. } | ObjectKind::EndpointSender { .. } => true,
            ObjectKind::ChannelInitiator { .. }
            | ObjectKind::ChannelHandler
            | ObjectKind::Thread { .. }
            | ObjectKind::Process { .. }
            | ObjectKind::WaitGroup
            | ObjectKind::Upcalls
            | ObjectKind::Interrupt { .. }
            | ObjectKind::SharedMemory { .. } => false,
        })
    }

    /// Whether the kernel has anything to do with capsules (CP-1).
    pub fn has_capsules(&self) -> bool {
        !self.capsules.is_empty()
    }

    /// The capsules whose code is not Guichet's, each with the folder of its package.
    pub fn own_capsules(&self) -> impl Iterator<Item = (&Capsule, &str)> {
        self.capsules.iter().filter_map(|capsule| Some((capsule, capsule.folder()?)))
    }

    /// Whether an object of any process has this interrupt line (PR-8).
    pub fn has_line(&self, number: u16) -> bool {
        let interrupts = self.processes.iter().flat_map(|process| &process.interrupts);
        interrupts.flat_map(|interrupt| &interrupt.lines).any(|line| line.number == Some(number))
    }

    /// The longest transfer in bytes on the board called `board` (AB-10, CF-4).
    pub fn max_transfer_bytes_on(&self, board: &str) -> usize {
        self.boards
            .iter()
            .find(|each| each.name == board)
            .and_then(|each| each.max_transfer_bytes)
            .unwrap_or(self.max_transfer_bytes)
    }

    /// The index of the process called `name`.
    pub fn process_index(&self, name: &str) -> Option<usize> {
        self.processes.iter().position(|process| process.name == name)
    }
}

/// A group of processes with a common budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name.
    pub name: String,
    /// The flash that its processes may use together, in bytes, if declared.
    pub flash_size_bytes: Option<u32>,
    /// The RAM that its processes may use together, in bytes, if declared.
    pub ram_size_bytes: Option<u32>,
    /// What the generated code of each of its processes has as constants.
    pub constants: Vec<Constant>,
}

/// What differs on one board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The board's name.
    pub name: String,
    /// The longest transfer in bytes there, if it differs (AB-10).
    pub max_transfer_bytes: Option<usize>,
    /// What differs of some processes there.
    pub processes: Vec<BoardProcess>,
}

/// What differs of a process on one board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardProcess {
    /// Its index in [`System::processes`].
    pub process: usize,
    /// All of its mappings there, if they differ.
    pub mappings: Option<Vec<Mapping>>,
    /// The lines that have other numbers there.
    pub lines: Vec<BoardLine>,
}

/// An interrupt line that has another number on one board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardLine {
    /// The index in [`Process::interrupts`].
    pub interrupt: usize,
    /// The index in [`Interrupt::lines`].
    pub line: usize,
    /// The number.
    pub number: u16,
}

/// A named value for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its name, a Rust identifier.
    pub name: String,
    /// Its Rust type and value.
    pub value: ConstantValue,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstantValue {
    /// A whole number that fits the Rust type of this name.
    Integer {
        /// The Rust type, such as `u32`.
        type_name: &'static str,
        /// The number.
        value: i128,
    },
    /// A `bool`.
    Boolean(bool),
    /// A `&str`.
    Text(String),
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its name, unique in the system.
    pub name: String,
    /// The index of its app.
    pub app: usize,
    /// The priority of its threads that declare none (WT-8).
    pub priority: u8,
    /// Whether it starts when the system boots, or when another process says so (PR-3).
    pub starts_at_boot: bool,
    /// What happens when it has ended (PR-3).
    pub restart: Restart,
    /// Whether it may end the run (PR-7).
    pub may_shutdown: bool,
    /// The RAM that it may use, in bytes, if declared.
    pub ram_size_bytes: Option<u32>,
    /// The cargo binary target that is its program; without it, the one binary of the package in the
    /// folder that has the process's name, beside the system's file.
    pub program: Option<String>,
    /// Its objects; an object's handle is its index here.
    pub objects: Vec<Object>,
    /// What its interrupt objects consist of (PR-8).
    pub interrupts: Vec<Interrupt>,
    /// The devices that it may touch.
    pub mappings: Vec<Mapping>,
    /// The names that only it registers; if there are any, it registers no others (NR-5).
    pub services: Vec<String>,
    /// Its threads, at least one. The first is the main thread.
    pub threads: Vec<Thread>,
}

/// What happens when a process has ended (PR-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restart {
    /// After which ends it is restarted.
    pub when: RestartWhen,
    /// How long a restart waits, in milliseconds.
    pub delay_ms: u32,
    /// How often it is restarted at most, if there is a bound.
    pub max_restarts: Option<u8>,
    /// What happens after the last restart.
    pub on_give_up: OnGiveUp,
}

/// After which ends a process is restarted (PR-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestartWhen {
    /// After none.
    #[default]
    Never,
    /// After a fault.
    OnFault,
    /// After a fault or an exit.
    Always,
}

/// What happens when a process was restarted as often as it may be, and ends again (PR-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnGiveUp {
    /// It stays as it is.
    #[default]
    Stop,
    /// The run ends.
    Shutdown,
    /// The board starts anew.
    ResetBoard,
}

/// Something that a process has a handle of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name, a Rust identifier, unique in its process.
    pub name: String,
    /// What it is.
    pub kind: ObjectKind,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// The end of a channel that asks (CH-1).
    ChannelInitiator {
        /// The other end, an object of another process.
        handler: ObjectId,
        /// What the other end is told whose request it has (AB-6).
        badge: u32,
        /// How long a blocking transaction without a deadline lasts at most, in milliseconds;
        /// without it, for ever (CH-11).
        default_deadline_ms: Option<u32>,
    },
    /// The end of a channel that answers (CH-1).
    ChannelHandler,
    /// A thread of the same process (PR-5).
    Thread {
        /// Its index in [`Process::threads`].
        thread: usize,
    },
    /// A process (PR-5).
    Process {
        /// Its index in [`System::processes`].
        process: usize,
    },
    /// A collection of the process's objects, to be waited on together (WT-4).
    WaitGroup,
    /// Interrupt lines (PR-8).
    Interrupt {
        /// The index in [`Process::interrupts`].
        interrupt: usize,
    },
    /// The end of an endpoint that receives (EP-1).
    Endpoint {
        /// How many messages it holds.
        capacity: u16,
        /// The longest message, in bytes.
        max_message_bytes: u16,
    },
    /// An end of an endpoint that sends (EP-2).
    EndpointSender {
        /// The endpoint, an object of another process.
        endpoint: ObjectId,
        /// What the receiver is told whose message it has (AB-6).
        badge: u32,
        /// It may send.
        may_send: bool,
        /// It may call.
        may_call: bool,
    },
    /// Tells that upcalls of the process are pending (CP-6).
    Upcalls,
    /// A region of shared memory (SH-1). Such objects follow all others of their process, in the order of the
    /// regions.
    SharedMemory {
        /// The index in [`System::shared_memory`].
        region: usize,
        /// The most that the process may do there.
        rights: MemoryRights,
    },
}

/// The endpoint that a sender sends to.
fn endpoint_of(kind: ObjectKind) -> Option<ObjectId> {
    match kind {
        ObjectKind::EndpointSender { endpoint, .. } => Some(endpoint),
        ObjectKind::ChannelInitiator { .. }
        | ObjectKind::ChannelHandler
        | ObjectKind::Thread { .. }
        | ObjectKind::Process { .. }
        | ObjectKind::WaitGroup
        | ObjectKind::Upcalls
        | ObjectKind::Interrupt { .. }
        | ObjectKind::Endpoint { .. }
        | ObjectKind::SharedMemory { .. } => None,
    }
}

/// The registry's name for the service called `name`: with zeros behind it (NR-1). `None` if it is too long,
/// or nothing but zeros.
pub fn service_name(name: &str) -> Option<[u8; SERVICE_BYTES]> {
    let mut padded = [0; SERVICE_BYTES];
    padded.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
    (padded != [0; SERVICE_BYTES]).then_some(padded)
}

/// What an interrupt object consists of (PR-8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interrupt {
    /// Its lines, the first of which has the signal INTERRUPT_A.
    pub lines: Vec<Line>,
}

/// An interrupt line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name, a Rust identifier, unique in its process.
    pub name: String,
    /// Its number, where the board has it.
    pub number: Option<u16>,
}

/// Registers of a device, which a process may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its name, a Rust identifier, unique in its process.
    pub name: String,
    /// Where they begin.
    pub start_address: u32,
    /// How many bytes they are.
    pub size_bytes: u32,
}

impl Mapping {
    /// Where they are. What was checked does not reach beyond the address space.
    pub fn range(&self) -> std::ops::Range<u32> {
        self.start_address..self.start_address.saturating_add(self.size_bytes)
    }
}

/// Which object of which process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectId {
    /// The index in [`System::processes`].
    pub process: usize,
    /// The index in [`Process::objects`], which is the handle.
    pub object: usize,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its name, unique in its process.
    pub name: String,
    /// Its priority (WT-8).
    pub priority: u8,
    /// The size of its stack in bytes, if declared; the board's default otherwise (CF-1).
    pub stack_size_bytes: Option<u32>,
}
