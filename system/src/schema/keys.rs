//! The keys themselves, table by table.

use super::{Key, ObjectClass, ObjectType, Shape, Table};
use crate::boards;
use crate::model::{
    Grant, MAX_CAPSULES, MAX_OBJECTS, MAX_PROCESSES, MAX_SERVICES, MAX_SHARED_REGIONS, MAX_THREADS,
    PRIORITIES,
};
use crate::names::Rule;

/// An amount of memory.
const SIZE: Shape = Shape::Integer { minimum: 1, maximum: u32::MAX as u64 };
/// A stack: below the least no call would return, and the greatest is a slip of the finger.
const STACK: Shape = Shape::Integer { minimum: 256, maximum: 16 * 1024 * 1024 };
const PRIORITY: Shape =
    Shape::Integer { minimum: *PRIORITIES.start() as u64, maximum: *PRIORITIES.end() as u64 };
/// The bound keeps the kernel's longest stretch short (AB-10).
const TRANSFER: Shape = Shape::Integer { minimum: 1, maximum: 65_536 };

/// A word on every board (AB-6).
const BADGE: Shape = Shape::Integer { minimum: 0, maximum: u32::MAX as u64 };
/// Seven weeks, which in ticks is far from the end of time on every board.
const DEADLINE: Shape = Shape::Integer { minimum: 1, maximum: u32::MAX as u64 };

/// More than anybody empties in time (EP-1).
const CAPACITY: Shape = Shape::Integer { minimum: 1, maximum: 1024 };
/// The kernel counts them in two bytes; `max_transfer_bytes` is a further bound.
const MESSAGE: Shape = Shape::Integer { minimum: 0, maximum: u16::MAX as u64 };
/// What a sender may do (EP-2).
const SENDER_RIGHTS: &[&str] = &["send", "call"];

/// The first is what a system has that says nothing (CP-5).
const PROCESS_IDS: &[&str] = &["granted", "global"];

/// What a process may do in shared memory (SH-1). The first is what one may that says nothing.
const ACCESS: &[&str] = &["read", "read_write"];

/// As long as a default deadline may be.
const DELAY: Shape = Shape::Integer { minimum: 0, maximum: u32::MAX as u64 };
/// The kernel counts them in a byte.
const RESTARTS: Shape = Shape::Integer { minimum: 0, maximum: u8::MAX as u64 };
/// The first is what a process does that says nothing (PR-3); so with the others.
const START: &[&str] = &["boot", "manual"];
const RESTART: &[&str] = &["never", "on_fault", "always"];
const ON_GIVE_UP: &[&str] = &["stop", "shutdown", "reset_board"];

/// As far as a line's number goes; which of them a board has, the board knows.
const LINE: Shape = Shape::Integer { minimum: 0, maximum: u16::MAX as u64 - 1 };
/// Where a device may be; what is there, the board knows.
const ADDRESS: Shape = Shape::Integer { minimum: 0, maximum: u32::MAX as u64 };
/// One for each of the signals INTERRUPT_A to INTERRUPT_O.
const LINES: Shape = Shape::List { maximum: 15 };
/// More than any wall has room for.
const MAPPINGS: Shape = Shape::List { maximum: 16 };
/// The kinds of memory that a process can be given beside its own.
const MAPPING_TYPES: &[&str] = &["device"];

const MAPPINGS_MEANING: &str = "the list of device regions that the process may access";
const DEADLINE_MEANING: &str =
    "how long a blocking transaction that has no deadline lasts at most, in milliseconds";
const STACK_MEANING: &str = "the size of the thread's stack in bytes (on Linux at least 64 KiB); without it, the board's \
     default";
const TRANSFER_MEANING: &str =
    "the most bytes that one transfer copies; it bounds how long the kernel is busy";
const OBJECT_NAME_MEANING: &str = "what the object's handle is called in the generated code";
const TYPE_MEANING: &str = "what the object is";
const KERNEL_STACK: Key = Key::ignored(
    "kernel_stack_size_bytes",
    "a stack that other kernels have for each thread; this one needs none",
);

/// The whole file.
pub(crate) const SYSTEM: Table = Table {
    noun: "system",
    keys: &[
        Key::required(
            "apps",
            Shape::List { maximum: MAX_PROCESSES },
            "the list of apps, each a group of processes",
        ),
        Key::optional("max_transfer_bytes", TRANSFER, TRANSFER_MEANING),
        Key::optional(
            "capsules",
            Shape::List { maximum: MAX_CAPSULES },
            "the list of mechanisms to link into the kernel",
        ),
        Key::optional(
            "process_ids",
            Shape::Choice(PROCESS_IDS),
            "whether a process's number works for those only to whom it was given, or for all",
        ),
        Key::optional(
            "shared_memory",
            Shape::List { maximum: MAX_SHARED_REGIONS },
            "the list of regions that processes share",
        ),
        Key::optional("boards", Shape::Table, "what differs on some boards, a table for each"),
        Key::ignored("arch", "the processor, which here follows from the board"),
        Key::ignored(
            "kernel",
            "the layout of the kernel's memory, which here follows from the board",
        ),
        Key::not_yet("time_slice_ms", "how long equal threads run before they take turns"),
    ],
};

/// An entry of `capsules`, if it is more than a name.
pub(crate) const CAPSULE: Table = Table {
    noun: "capsule",
    keys: &[
        Key::required("name", Shape::Text(Rule::Capsule), "what the capsule is called"),
        Key::optional(
            "crate",
            Shape::Text(Rule::Folder),
            "the folder of the cargo package that the capsule is, seen from this file's folder",
        ),
        Key::optional(
            "grants",
            Shape::Choices(Grant::WORDS),
            "the list of what the capsule may ask of the kernel",
        ),
        Key::optional(
            "owners",
            Shape::Texts { maximum: MAX_PROCESSES },
            "the list of processes that the capsule tells from others",
        ),
    ],
};

/// An entry of `shared_memory`.
pub(crate) const SHARED_REGION: Table = Table {
    noun: "region of shared memory",
    keys: &[
        Key::required(
            "name",
            Shape::Text(Rule::Identifier),
            "what the region's handle is called in the generated code of each process that shares it",
        ),
        Key::required("size_bytes", SIZE, "the region's size in bytes"),
        Key::required(
            "processes",
            Shape::List { maximum: MAX_PROCESSES },
            "the list of processes that may map the region, each with what it may do there",
        ),
    ],
};

/// An entry of `shared_memory[].processes`.
pub(crate) const SHARER: Table = Table {
    noun: "process that shares memory",
    keys: &[
        Key::required(
            "process",
            Shape::Text(Rule::Reference),
            "the name of the process that may map the region",
        ),
        Key::optional(
            "access",
            Shape::Choice(ACCESS),
            "the most that the process may do there; without it, `read`",
        ),
    ],
};

/// An entry of `apps`.
pub(crate) const APP: Table = Table {
    noun: "app",
    keys: &[
        Key::required("name", Shape::Text(Rule::Label), "what the app is called"),
        Key::required(
            "processes",
            Shape::List { maximum: MAX_PROCESSES },
            "the list of the app's processes",
        ),
        Key::optional(
            "flash_size_bytes",
            SIZE,
            "the flash that the app's processes may use together, in bytes",
        ),
        Key::optional(
            "ram_size_bytes",
            SIZE,
            "the RAM that the app's processes may use together, in bytes",
        ),
        Key::optional(
            "constants",
            Shape::List { maximum: 1024 },
            "the list of constants that the app's programs get in their generated code",
        ),
    ],
};

/// An entry of `constants`.
pub(crate) const CONSTANT: Table = Table {
    noun: "constant",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), "the constant's Rust type"),
        Key::required(
            "name",
            Shape::Text(Rule::Identifier),
            "what the constant is called in the generated code",
        ),
        Key::required("value", Shape::Any, "the constant's value"),
    ],
};

/// An entry of `processes`.
pub(crate) const PROCESS: Table = Table {
    noun: "process",
    keys: &[
        Key::required(
            "name",
            Shape::Text(Rule::Package),
            "what the process is called, on the console too",
        ),
        Key::optional("ram_size_bytes", SIZE, "the RAM that the process may use, in bytes"),
        Key::optional(
            "priority",
            PRIORITY,
            "the priority of the process's threads; the greater, the more important",
        ),
        Key::optional("may_shutdown", Shape::Boolean, "whether the process may end the run"),
        Key::optional(
            "program",
            Shape::Text(Rule::Package),
            "the cargo binary target that is the process's program",
        ),
        Key::optional(
            "objects",
            Shape::List { maximum: MAX_OBJECTS },
            "the list of what the process has handles of",
        ),
        Key::optional(
            "threads",
            Shape::List { maximum: MAX_THREADS },
            "the list of the process's threads, the main one first",
        ),
        Key::optional("start", Shape::Choice(START), "when the process starts first"),
        Key::optional(
            "restart",
            Shape::Choice(RESTART),
            "after which ends the process is restarted",
        ),
        Key::optional("restart_delay_ms", DELAY, "how long a restart waits, in milliseconds"),
        Key::optional("max_restarts", RESTARTS, "how often the process is restarted at most"),
        Key::optional(
            "on_give_up",
            Shape::Choice(ON_GIVE_UP),
            "what happens after the last restart",
        ),
        Key::optional("memory_mappings", MAPPINGS, MAPPINGS_MEANING),
        Key::optional(
            "services",
            Shape::Texts { maximum: MAX_SERVICES },
            "the list of names that only this process registers, and no others",
        ),
        Key::not_yet("capsules", "the list of mechanisms that the process may use"),
    ],
};

/// An entry of `threads`.
pub(crate) const THREAD: Table = Table {
    noun: "thread",
    keys: &[
        Key::required("name", Shape::Text(Rule::Label), "what the thread is called"),
        Key::optional("stack_size_bytes", STACK, STACK_MEANING),
        Key::optional("priority", PRIORITY, "the thread's priority; without it, the process's"),
        KERNEL_STACK,
    ],
};

/// The types that an entry of `objects` may have.
pub(crate) const OBJECT_TYPES: &[ObjectType] = &[
    ObjectType {
        name: "channel_initiator",
        meaning: "the end of a channel that asks",
        class: Some(ObjectClass::ChannelInitiator),
    },
    ObjectType {
        name: "channel_handler",
        meaning: "the end of a channel that answers",
        class: Some(ObjectClass::ChannelHandler),
    },
    ObjectType {
        name: "thread",
        meaning: "a thread of the process",
        class: Some(ObjectClass::Thread),
    },
    ObjectType {
        name: "wait_group",
        meaning: "a collection of objects to wait on together",
        class: Some(ObjectClass::WaitGroup),
    },
    ObjectType {
        name: "endpoint",
        meaning: "a bounded queue of messages",
        class: Some(ObjectClass::Endpoint),
    },
    ObjectType {
        name: "endpoint_sender",
        meaning: "a right to send to an endpoint",
        class: Some(ObjectClass::EndpointSender),
    },
    ObjectType {
        name: "process",
        meaning: "another process, to be started, joined or ended",
        class: Some(ObjectClass::Process),
    },
    ObjectType {
        name: "interrupt",
        meaning: "a set of interrupt lines",
        class: Some(ObjectClass::Interrupt),
    },
    ObjectType { name: "shared_memory", meaning: "a region that processes share", class: None },
    ObjectType {
        name: "upcalls",
        meaning: "the process's pending upcalls, to be waited on",
        class: Some(ObjectClass::Upcalls),
    },
];

/// An object of type `channel_initiator`.
pub(crate) const CHANNEL_INITIATOR: Table = Table {
    noun: "channel initiator",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
        Key::required("handler_process", Shape::Text(Rule::Reference), "the process that answers"),
        Key::required(
            "handler_object_name",
            Shape::Text(Rule::Reference),
            "the channel handler in the answering process",
        ),
        Key::optional("badge", BADGE, "the number that the handler is told whose request it has"),
        Key::optional("default_deadline_ms", DEADLINE, DEADLINE_MEANING),
    ],
};

/// An object of type `channel_handler`.
pub(crate) const CHANNEL_HANDLER: Table = Table {
    noun: "channel handler",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
        Key::optional("fan_in", Shape::Boolean, "whether several initiators may name the handler"),
    ],
};

/// An object of type `endpoint`.
pub(crate) const ENDPOINT: Table = Table {
    noun: "endpoint",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
        Key::required("capacity", CAPACITY, "how many messages the endpoint's queue holds"),
        Key::required("max_message_bytes", MESSAGE, "the length of the longest message, in bytes"),
    ],
};

/// An object of type `endpoint_sender`.
pub(crate) const ENDPOINT_SENDER: Table = Table {
    noun: "endpoint sender",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
        Key::required(
            "endpoint_process",
            Shape::Text(Rule::Reference),
            "the process that receives",
        ),
        Key::required(
            "endpoint_object_name",
            Shape::Text(Rule::Reference),
            "the endpoint in the receiving process",
        ),
        Key::optional(
            "rights",
            Shape::Choices(SENDER_RIGHTS),
            "the list of what the sender may do; without it, everything",
        ),
        Key::optional("badge", BADGE, "the number that the receiver is told whose message it has"),
    ],
};

/// An object of type `thread`.
pub(crate) const THREAD_OBJECT: Table = Table {
    noun: "thread object",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
        Key::optional("priority", PRIORITY, "the thread's priority; without it, the process's"),
        Key::optional("main_thread", Shape::Boolean, "whether the thread runs the process's entry"),
        Key::optional("stack_size_bytes", STACK, STACK_MEANING),
        KERNEL_STACK,
    ],
};

/// An object of type `wait_group`.
pub(crate) const WAIT_GROUP: Table = Table {
    noun: "wait group",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
    ],
};

/// An object of type `upcalls`.
pub(crate) const UPCALLS: Table = Table {
    noun: "upcalls object",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
    ],
};

/// An object of type `process`.
pub(crate) const PROCESS_OBJECT: Table = Table {
    noun: "process object",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
        Key::required(
            "linked_process",
            Shape::Text(Rule::Reference),
            "the process that it stands for",
        ),
    ],
};

/// The value of `boards`: a key for each board.
pub(crate) const BOARDS: Table = Table { noun: "`boards` table", keys: &BOARD_KEYS };

static BOARD_KEYS: [Key; boards::BOARDS.len() + 1] = board_keys();

const fn board_keys() -> [Key; boards::BOARDS.len() + 1] {
    const LINUX: Key = Key::optional(boards::LINUX, Shape::Table, "what differs on Linux");
    let mut keys = [LINUX; boards::BOARDS.len() + 1];
    let mut number = 0;
    while number < boards::BOARDS.len() {
        let name = boards::BOARDS[number].name;
        number += 1;
        keys[number] = Key::optional(name, Shape::Table, "what differs on that board");
    }
    keys
}

/// The value of `boards.linux` and of every other board.
pub(crate) const BOARD: Table = Table {
    noun: "board",
    keys: &[
        Key::optional("max_transfer_bytes", TRANSFER, TRANSFER_MEANING),
        Key::optional(
            "processes",
            Shape::List { maximum: MAX_PROCESSES },
            "the list of processes that differ there, each with its name and what differs",
        ),
    ],
};

/// An object of type `interrupt`.
pub(crate) const INTERRUPT: Table = Table {
    noun: "interrupt object",
    keys: &[
        Key::required("type", Shape::Text(Rule::Reference), TYPE_MEANING),
        Key::required("name", Shape::Text(Rule::Identifier), OBJECT_NAME_MEANING),
        Key::required("irqs", LINES, "the list of its interrupt lines, at most 15"),
    ],
};

/// An entry of `irqs`.
pub(crate) const IRQ: Table = Table {
    noun: "interrupt line",
    keys: &[
        Key::required(
            "name",
            Shape::Text(Rule::Identifier),
            "what the line's signal is called in the generated code",
        ),
        Key::optional(
            "number",
            LINE,
            "the line's number; where neither it nor `boards` says one, the line is not there and its \
             signal never rises",
        ),
    ],
};

/// An entry of `memory_mappings`.
pub(crate) const MAPPING: Table = Table {
    noun: "memory mapping",
    keys: &[
        Key::required(
            "name",
            Shape::Text(Rule::Identifier),
            "what the mapping's constants begin with in the generated code",
        ),
        Key::required(
            "type",
            Shape::Choice(MAPPING_TYPES),
            "what is mapped; so far only devices can be",
        ),
        Key::required("start_address", ADDRESS, "the address of the mapping's first byte"),
        Key::required("size_bytes", SIZE, "the mapping's size in bytes"),
    ],
};

/// An entry of `boards.NAME.processes`.
pub(crate) const BOARD_PROCESS: Table = Table {
    noun: "process of a board",
    keys: &[
        Key::required("name", Shape::Text(Rule::Reference), "the process that differs there"),
        Key::optional(
            "memory_mappings",
            MAPPINGS,
            "all device regions that the process may access there, instead of those that it declares",
        ),
        Key::optional(
            "objects",
            Shape::List { maximum: MAX_OBJECTS },
            "the list of the process's interrupt objects that differ there",
        ),
    ],
};

/// An entry of `boards.NAME.processes[].objects`.
pub(crate) const BOARD_OBJECT: Table = Table {
    noun: "object of a board",
    keys: &[
        Key::required(
            "name",
            Shape::Text(Rule::Reference),
            "the interrupt object that differs there",
        ),
        Key::required("irqs", LINES, "the list of its lines that have another number there"),
    ],
};

/// An entry of `boards.NAME.processes[].objects[].irqs`.
pub(crate) const BOARD_IRQ: Table = Table {
    noun: "interrupt line of a board",
    keys: &[
        Key::required("name", Shape::Text(Rule::Reference), "the line that differs there"),
        Key::required("number", LINE, "the line's number there"),
    ],
};
