//! The calls, one plain function each.
//!
//! Every function packs its arguments into words, traps, and unpacks the result; it checks
//! nothing, because the kernel checks everything (AB-3). A call that returns an error has changed
//! nothing that another process could see (AB-5).
//!
//! All of them take handle numbers as the generated `handle` module gives them. An unknown number
//! is [`Error::OutOfRange`] and an object of the wrong kind [`Error::InvalidArgument`], in every
//! call; the functions' own notes name only what is theirs. Those on capsules take no handles but the
//! numbers of drivers, and are the main thread's alone.

mod capsule;
mod channel;
mod debug;
mod end;
mod endpoint;
mod interrupt;
mod shared_memory;
mod task;
mod upcall;
mod wait;

pub(crate) use capsule::command_values;
pub use capsule::{CapsuleError, allow_read_only, allow_read_write, command};
pub use channel::{
    Received, channel_async_cancel, channel_async_transact, channel_async_transact_complete,
    channel_badge, channel_read, channel_read_exact, channel_receive, channel_respond,
    channel_respond_and_receive, channel_transact, object_set_peer_user_signal,
};
pub use debug::{debug_clock_now, debug_log, debug_nop, debug_putc, debug_shutdown};
pub(crate) use end::process_panic;
pub use end::{process_exit, thread_exit};
pub use endpoint::{
    AnswerWords, ReceivedMessage, SenderId, endpoint_bind, endpoint_call, endpoint_call_words,
    endpoint_close, endpoint_drop_reply, endpoint_receive, endpoint_receive_words, endpoint_reply,
    endpoint_reply_and_receive, endpoint_reply_and_receive_words, endpoint_reply_words,
    endpoint_send, endpoint_send_words, endpoint_try_receive, endpoint_try_receive_words,
    endpoint_try_send, endpoint_try_send_words,
};
pub use guichet_abi::{CommandReturn, ErrorCode, ExitStatus, Fault, FaultCause, Signals};
pub use interrupt::{console_read, interrupt_ack};
pub use shared_memory::{
    Borrower, share_lend, share_return, shared_memory_map, shared_memory_read, shared_memory_unmap,
    shared_memory_write,
};
pub use task::{process_start, task_fault, task_join, task_terminate, thread_start};
pub use upcall::{
    Subscription, UpcallFunction, Yielded, command_and_yield_wait_for, subscribe, yield_no_wait,
    yield_wait, yield_wait_for,
};
pub(crate) use wait::sleep_until;
pub use wait::{WaitReturn, object_wait, wait_group_add, wait_group_remove};

use guichet_abi::{Arguments, Error, OK, Result, Results, Syscall};

use crate::raw;

/// Makes a call and turns its status word into a result of its two values. A status word that
/// stands for nothing is [`Error::Internal`]: the kernel never gives one.
///
/// # Safety
/// As for [`raw::syscall`].
#[inline]
unsafe fn call(call: Syscall, arguments: Arguments) -> Result<(usize, usize)> {
    // SAFETY: the caller vouches for the arguments.
    let results = unsafe { raw::syscall(call as usize, arguments) };
    decode(results)
}

#[inline]
fn decode(results: Results) -> Result<(usize, usize)> {
    match results.status {
        OK => Ok((results.value0, results.value1)),
        status => Err(Error::from_status(status).unwrap_or(Error::Internal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_word_becomes_its_error() {
        let results = |status| Results { status, value0: 5, value1: 6 };
        assert_eq!(decode(results(OK)), Ok((5, 6)));
        for error in Error::ALL {
            assert_eq!(decode(results(error as u32)), Err(error));
        }
        assert_eq!(decode(results(17)), Err(Error::Internal));
        assert_eq!(decode(results(u32::MAX)), Err(Error::Internal));
    }
}
