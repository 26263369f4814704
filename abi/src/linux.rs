//! The page that a program and the supervisor share on Linux.
//!
//! A process of the system is a Linux process with one Linux thread, which runs the threads of the
//! process in turns, as the supervisor says; its calls travel through trap frames in a memory
//! file that only it and the supervisor map. Each thread has one [`TrapFrame`]. The `state` word of
//! the [`ProcessHeader`] says whose turn it is and is the futex that both sides sleep on; `thread`
//! beside it says which thread it is about:
//!
//! | state | set by | meaning |
//! | --- | --- | --- |
//! | [`RUNNING`] | supervisor | the thread runs the program |
//! | [`TRAPPED`] | thread | a call waits in its frame's `number` and `arguments` |
//! | [`PREEMPTED`] | signal handler | the thread was stopped at an arbitrary place |
//! | [`FAULTED`] | signal handler | the thread crashed; the `fault_` words say how |
//!
//! [`ATTENTION`] is or'ed in by the supervisor's own signal handlers, so that a sleep about to
//! start returns at once; both sides ignore it when they look at the state. The supervisor
//! believes nothing that it reads here: every word is hostile input, read once.
//!
//! The memory file, from its start: one page of [`ProcessHeader`], then the frames
//! ([`FRAME_STRIDE`] bytes each, rounded up to whole pages together), then the threads' stacks,
//! whole pages each.

use core::sync::atomic::{AtomicU32, AtomicUsize};

use crate::{ARGUMENT_COUNT, Message};

/// The file descriptor under which a program finds its memory file.
pub const MEMORY_FD: i32 = 200;
/// The file descriptor of the program's own image while it is executed; closed by then.
pub const IMAGE_FD: i32 = 201;
/// The file descriptor of the arena, which holds all regions of shared memory. Only a program that
/// shares one has it, and the supervisor alone decides what it has mapped of it.
pub const SHARED_FD: i32 = 202;

/// How many ticks of the clock a second has (AB-4): they are nanoseconds.
pub const TICKS_PER_SEC: u64 = 1_000_000_000;

/// The page size that the layout of the memory file counts in.
pub const PAGE_BYTES: usize = 4096;
/// Where a program maps its header and frames.
pub const FRAMES_ADDRESS: usize = 0x10_0000_0000;
/// Where a program maps the stack of its first thread; see [`stack_address`].
pub const STACKS_ADDRESS: usize = 0x20_0000_0000;
/// How far the stacks of two threads lie apart; what a stack does not fill is unmapped, a guard.
pub const STACK_STRIDE: usize = 0x1_0000_0000;
/// The section of a program's image whose size says how much memory it may share, and whose layout says how that is
/// laid out (NO-2). What the program uses lies elsewhere: from [`ProcessHeader::shared_address`] on.
pub const SHARED_SECTION: &str = "guichet_shared";
/// The distance of two frames.
pub const FRAME_STRIDE: usize = 256;
/// The most threads that a process may declare on Linux.
pub const MAX_THREADS: usize = 32;

/// Where the arena begins in the address space of every program that shares something: behind the
/// stack of the last thread that there may be. See [`shared_address`].
pub const SHARED_ADDRESS: usize = 0x40_0000_0000;

/// The thread runs the program.
pub const RUNNING: u32 = 0;
/// A call waits in the frame.
pub const TRAPPED: u32 = 1;
/// The thread was stopped by [`PREEMPT_SIGNAL`].
pub const PREEMPTED: u32 = 2;
/// The thread crashed.
pub const FAULTED: u32 = 3;
/// Set beside a state by the supervisor's signal handlers.
pub const ATTENTION: u32 = 1 << 31;

/// The Linux signal (`SIGUSR1` on x86-64) that stops a running thread.
pub const PREEMPT_SIGNAL: i32 = 10;

/// A call number outside [`crate::Syscall`]: the first trap of a thread, once it is ready to run.
pub const READY: usize = usize::MAX;

/// The first page of the memory file. All but the first two words are written once, by the
/// supervisor, before the program starts.
#[repr(C)]
#[derive(Debug)]
pub struct ProcessHeader {
    /// Whose turn it is; the futex.
    pub state: AtomicU32,
    /// Which thread it is about: set by the supervisor before it lets it run.
    pub thread: AtomicU32,
    /// The [`crate::ABI_VERSION`] of the supervisor.
    pub abi_version: AtomicU32,
    /// How many threads the process declares, and so how many frames and stacks there are.
    pub thread_count: AtomicU32,
    /// Where in the memory file the first thread's stack begins; the others follow.
    pub stack_offset: AtomicUsize,
    /// The length of each thread's stack in bytes, whole pages.
    pub stack_bytes: [AtomicUsize; MAX_THREADS],
    /// Where the process finds the memory that it may share, in place of the section of this name
    /// ([`SHARED_SECTION`]); 0 if it has none.
    pub shared_address: AtomicUsize,
}

impl Default for ProcessHeader {
    fn default() -> Self {
        ProcessHeader {
            state: AtomicU32::new(RUNNING),
            thread: AtomicU32::new(0),
            abi_version: AtomicU32::new(0),
            thread_count: AtomicU32::new(0),
            stack_offset: AtomicUsize::new(0),
            stack_bytes: [const { AtomicUsize::new(0) }; MAX_THREADS],
            shared_address: AtomicUsize::new(0),
        }
    }
}

/// One thread's way in and out.
#[repr(C)]
#[derive(Debug, Default)]
pub struct TrapFrame {
    /// Set by the supervisor, together with `entry`, if the thread is to begin when it runs next.
    pub is_fresh: AtomicUsize,
    /// Where a fresh thread begins.
    pub entry: AtomicUsize,
    /// The number of the call.
    pub number: AtomicUsize,
    /// The arguments of the call.
    pub arguments: [AtomicUsize; ARGUMENT_COUNT],
    /// The status word of the result.
    pub status: AtomicUsize,
    /// The first value of the result.
    pub value0: AtomicUsize,
    /// The second value of the result.
    pub value1: AtomicUsize,
    /// The Linux signal that a crash raised.
    pub fault_signal: AtomicUsize,
    /// The instruction that crashed.
    pub fault_pc: AtomicUsize,
    /// The address that the instruction could not reach.
    pub fault_address: AtomicUsize,
    /// The message of the result, as [`Message::to_words`].
    pub message: [AtomicUsize; Message::WORDS],
}

/// The address of thread `thread`'s frame in its process.
pub const fn frame_address(thread: usize) -> usize {
    FRAMES_ADDRESS + frame_offset(thread)
}

/// Where in the memory file thread `thread`'s frame lies.
pub const fn frame_offset(thread: usize) -> usize {
    PAGE_BYTES + thread * FRAME_STRIDE
}

/// How long the part of the memory file before the stacks is, for `threads` threads.
pub const fn frames_bytes(threads: usize) -> usize {
    (frame_offset(threads)).next_multiple_of(PAGE_BYTES)
}

/// The lowest address of thread `thread`'s stack in its process.
pub const fn stack_address(thread: usize) -> usize {
    STACKS_ADDRESS + thread * STACK_STRIDE
}

/// The address of the arena's byte at `offset`, the same in every program: what one writes there,
/// another finds there. Regions lie one after the other, whole pages each.
pub const fn shared_address(offset: usize) -> usize {
    SHARED_ADDRESS + offset
}

const _: () = assert!(stack_address(MAX_THREADS) <= SHARED_ADDRESS);
const _: () = assert!(size_of::<TrapFrame>() <= FRAME_STRIDE);
const _: () = assert!(size_of::<ProcessHeader>() <= PAGE_BYTES);
