//! The channel API in the shape that programs written for it expect: if a call took or gave something
//! else, this would not compile. Beside it, what the programs of the system `channel_api` tell each other.

use pw_status::Result;
use userspace::syscall::{self, ExitStatus, Signals, WaitReturn};
use userspace::time::Instant;

// Waiting and signalling.
const _: fn(u32, Signals, Instant) -> Result<WaitReturn> = syscall::object_wait;
const _: fn(u32, bool) -> Result<()> = syscall::object_set_peer_user_signal;
const _: fn(u32, u32, Signals, usize) -> Result<()> = syscall::wait_group_add;
const _: fn(u32, u32) -> Result<()> = syscall::wait_group_remove;

// Channels; any buffer will do for a buffer. The one that is unsafe is in `hostile`.
const _: fn(u32, &[u8], &mut [u8; 4], Instant) -> Result<usize> = syscall::channel_transact;
const _: fn(u32) -> Result<usize> = syscall::channel_async_transact_complete;
const _: fn(u32) -> Result<()> = syscall::channel_async_cancel;
const _: fn(u32, usize, &mut [u8; 4]) -> Result<usize> = syscall::channel_read;
const _: fn(u32, usize, &mut [u8; 4]) -> Result<usize> = syscall::channel_read_exact;
const _: fn(u32, &[u8]) -> Result<()> = syscall::channel_respond;
const _: fn(u32, Signals) -> Result<()> = syscall::interrupt_ack;

// Processes and threads.
const _: fn(u32, usize, usize) -> Result<()> = syscall::thread_start;
const _: fn(u32) -> ! = syscall::thread_exit;
const _: fn(u32) -> Result<()> = syscall::process_start;
const _: fn(u32) -> ! = syscall::process_exit;
const _: fn(u32) -> Result<()> = syscall::task_terminate;
const _: fn(u32) -> Result<ExitStatus> = syscall::task_join;

// Console, clock, end.
const _: fn(char) -> Result<()> = syscall::debug_putc;
const _: fn(&str) -> Result<()> = syscall::debug_log;
const _: fn() -> Result<()> = syscall::debug_nop;
const _: fn(Result<()>) -> Result<()> = syscall::debug_shutdown;
const _: fn() -> Instant = syscall::debug_clock_now;

/// The first byte of a request: what to do with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Wish {
    /// Answer with them.
    Echo,
    /// Answer with them, reading and answering in lists of slices.
    EchoInPieces,
    /// Do not answer until the next request, which then is the first one to be served.
    Nothing,
    /// Raise USER on the asking end, and answer with nothing.
    Raise,
    /// Lower it again, and answer with nothing.
    Lower,
    /// Answer with whether the answering end shows USER.
    Look,
}

impl Wish {
    const ALL: [Wish; 6] =
        [Wish::Echo, Wish::EchoInPieces, Wish::Nothing, Wish::Raise, Wish::Lower, Wish::Look];

    /// The wish that a byte stands for, if it stands for one.
    pub fn from_byte(byte: u8) -> Option<Wish> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}
