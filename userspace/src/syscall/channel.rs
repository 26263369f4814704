//! Calls on the two ends of a channel.

use guichet_abi::{Result, Syscall, deadline_to_words};

use super::call;
use crate::time::Instant;
use crate::{SyscallBuffer, SyscallBufferMut};

/// Sends a request on an initiator, blocks until its answer is in `receive`, and returns the
/// answer's length in bytes (CH-2). With [`Instant::MAX`] it waits as long as the channel's
/// `default_deadline_ms` in system.json5 says; for ever if that declares none (CH-11).
///
/// # Errors
/// `ResourceExhausted` if a transaction is already pending on the channel, `DeadlineExceeded` if
/// the deadline passed first (the request is then withdrawn), `Unavailable` if the handler's
/// process ended, `PermissionDenied` for a buffer that is not the caller's to use, `OutOfRange` for
/// one that is too long.
#[inline]
pub fn channel_transact<S, R>(
    handle: u32,
    send: &S,
    receive: &mut R,
    deadline: Instant,
) -> Result<usize>
where
    S: SyscallBuffer + ?Sized,
    R: SyscallBufferMut + ?Sized,
{
    let (low, high) = deadline_to_words(deadline.ticks());
    send.with_words(|send, send_length| {
        receive.with_words_mut(|receive, receive_length| {
            let arguments =
                [handle as usize, send, send_length, receive, receive_length, low, high];
            // SAFETY: the kernel writes only into `receive`, which is borrowed mutably until the
            // call returns and holds plain bytes.
            unsafe { call(Syscall::ChannelTransact, arguments) }.map(|(length, _)| length)
        })
    })
}

/// Starts a transaction on an initiator and does not wait for its end (CH-6). READABLE on the initiator
/// tells that it is complete; [`channel_async_transact_complete`] then gives the answer's length.
/// Never blocks. [`AsyncTransaction`](crate::channel::AsyncTransaction) is the same in safe hands.
///
/// # Errors
/// `ResourceExhausted` if a transaction is pending on the channel, or one that is complete has not been
/// collected; `Unavailable` if the handler's process does not run; `PermissionDenied` for a buffer
/// that is not the caller's to use, `OutOfRange` for one that is too long.
///
/// # Safety
/// Once started, and until the transaction has been collected or cancelled, or WRITEABLE shows on the
/// initiator, nobody may write to the `send_length` bytes at `send`, and nobody read or write the
/// `receive_length` bytes at `receive`, or hold references to them: the kernel uses them at any time. They
/// must be the program's until then, and hold plain bytes, which may be uninitialized at `receive`.
#[inline]
pub unsafe fn channel_async_transact(
    handle: u32,
    send: *const u8,
    send_length: usize,
    receive: *mut u8,
    receive_length: usize,
) -> Result<()> {
    let send = send.expose_provenance();
    let receive = receive.expose_provenance();
    let arguments = [handle as usize, send, send_length, receive, receive_length, 0, 0];
    // SAFETY: the caller leaves the buffers to the kernel.
    unsafe { call(Syscall::ChannelAsyncTransact, arguments) }.map(|_| ())
}

/// Collects what a transaction of [`channel_async_transact`] has ended with, once: the answer's length in
/// bytes (CH-6). Never blocks.
///
/// # Errors
/// `Unavailable` if it is not complete, or there is none: READABLE and ERROR on the initiator tell
/// which. If the transaction itself ended with an error, that: `PermissionDenied` if a buffer could
/// be used no more.
#[inline]
pub fn channel_async_transact_complete(handle: u32) -> Result<usize> {
    let arguments = [handle as usize, 0, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::ChannelAsyncTransactComplete, arguments) }.map(|(length, _)| length)
}

/// Withdraws the transaction that is pending on an initiator, or drops the answer that has not been
/// collected (CH-6). A thread that blocks in the transaction gets `Cancelled`. Never blocks.
///
/// # Errors
/// `Unavailable` if there is none.
#[inline]
pub fn channel_async_cancel(handle: u32) -> Result<()> {
    let arguments = [handle as usize, 0, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::ChannelAsyncCancel, arguments) }.map(|_| ())
}

/// Copies from the request that waits on a handler, starting `offset` bytes into it, and returns
/// how many bytes came (CH-3). May be repeated. Never blocks.
///
/// # Errors
/// `Unavailable` if no request waits, or once if the request being served was withdrawn;
/// `OutOfRange` if the offset lies beyond the request's end; `FailedPrecondition` if another thread
/// serves it; `PermissionDenied` for a buffer that is not the caller's to write.
#[inline]
pub fn channel_read<B>(handle: u32, offset: usize, buffer: &mut B) -> Result<usize>
where
    B: SyscallBufferMut + ?Sized,
{
    read(Syscall::ChannelRead, handle, offset, buffer)
}

/// As [`channel_read`], but the request must fill the buffer (CH-3). Never blocks.
///
/// # Errors
/// As [`channel_read`]; also `OutOfRange` if the request is shorter than the buffer.
#[inline]
pub fn channel_read_exact<B>(handle: u32, offset: usize, buffer: &mut B) -> Result<usize>
where
    B: SyscallBufferMut + ?Sized,
{
    read(Syscall::ChannelReadExact, handle, offset, buffer)
}

#[inline]
fn read<B>(kind: Syscall, handle: u32, offset: usize, buffer: &mut B) -> Result<usize>
where
    B: SyscallBufferMut + ?Sized,
{
    buffer.with_words_mut(|buffer, length| {
        let arguments = [handle as usize, offset, buffer, length, 0, 0, 0];
        // SAFETY: the kernel writes only into the buffer, which is borrowed mutably until the call
        // returns and holds plain bytes.
        unsafe { call(kind, arguments) }.map(|(length, _)| length)
    })
}

/// Answers the request that waits on a handler, ends its transaction and wakes its initiator
/// (CH-4). Never blocks.
///
/// # Errors
/// `OutOfRange` if the answer is longer than the initiator's buffer; the request then still waits,
/// for a shorter one. `Unavailable` if no request waits, or once if the request being served was
/// withdrawn; `FailedPrecondition` if another thread serves it; `PermissionDenied` for a buffer
/// that is not the caller's to read.
#[inline]
pub fn channel_respond<B>(handle: u32, buffer: &B) -> Result<()>
where
    B: SyscallBuffer + ?Sized,
{
    buffer.with_words(|buffer, length| {
        let arguments = [handle as usize, buffer, length, 0, 0, 0, 0];
        // SAFETY: the kernel only reads the buffer, which is borrowed until the call returns.
        unsafe { call(Syscall::ChannelRespond, arguments) }.map(|_| ())
    })
}

/// What a receive found (CH-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Received {
    /// The whole length of the request in bytes, which may be more than was copied; the rest can be
    /// read by offset.
    pub len: usize,
    /// Whose request it is: the `badge` that system.json5 declares for that initiator, 0 if it
    /// declares none (AB-6). The sender has no say in it.
    pub badge: u32,
}

impl Received {
    #[inline]
    fn from_words((len, badge): (usize, usize)) -> Received {
        // A badge has 32 bits on every machine.
        Received { len, badge: badge as u32 }
    }
}

/// Blocks until a request waits on a handler, begins to serve it, and copies what fits of it into
/// `buffer` (CH-10): a wait and a read at once.
///
/// # Errors
/// `DeadlineExceeded` if the deadline passed first, `FailedPrecondition` if the caller serves a
/// request already and must answer that first, `PermissionDenied` for a buffer that is not the
/// caller's to write.
#[inline]
pub fn channel_receive<B>(handle: u32, buffer: &mut B, deadline: Instant) -> Result<Received>
where
    B: SyscallBufferMut + ?Sized,
{
    let (low, high) = deadline_to_words(deadline.ticks());
    buffer.with_words_mut(|buffer, length| {
        let arguments = [handle as usize, buffer, length, low, high, 0, 0];
        // SAFETY: the kernel writes only into the buffer, which is borrowed mutably until the call
        // returns and holds plain bytes.
        unsafe { call(Syscall::ChannelReceive, arguments) }.map(Received::from_words)
    })
}

/// Answers the request that waits on a handler, and goes on as [`channel_receive`] (CH-10). Both
/// buffers are checked first.
///
/// # Errors
/// Those of [`channel_respond`]: the answer has then not been delivered and nothing received.
/// `DeadlineExceeded`: the answer has been delivered, and no other request came in time.
#[inline]
pub fn channel_respond_and_receive<S, B>(
    handle: u32,
    response: &S,
    buffer: &mut B,
    deadline: Instant,
) -> Result<Received>
where
    S: SyscallBuffer + ?Sized,
    B: SyscallBufferMut + ?Sized,
{
    let (low, high) = deadline_to_words(deadline.ticks());
    response.with_words(|response, response_length| {
        buffer.with_words_mut(|buffer, length| {
            let arguments = [handle as usize, response, response_length, buffer, length, low, high];
            // SAFETY: the kernel reads `response` and writes only into `buffer`, which is borrowed
            // mutably; both are borrowed until the call returns and hold plain bytes.
            unsafe { call(Syscall::ChannelRespondAndReceive, arguments) }.map(Received::from_words)
        })
    })
}

/// The badge of the request that the caller serves on a handler (CH-12): the number that system.json5
/// declares for its initiator, 0 if it declares none. Who receives is given it at once; this is for
/// who waits and reads. Never blocks, and changes nothing.
///
/// # Errors
/// `Unavailable` if nothing is served, `FailedPrecondition` if another thread serves.
#[inline]
pub fn channel_badge(handle: u32) -> Result<u32> {
    let arguments = [handle as usize, 0, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    let (badge, _) = unsafe { call(Syscall::ChannelBadge, arguments) }?;
    // A badge has 32 bits on every machine.
    Ok(badge as u32)
}

/// Raises USER on the peer's end of a channel, or lowers it (WT-5). The handle is of either end. Never
/// blocks.
///
/// USER is a level: it shows until this process lowers it or ends, whatever the two ends transact
/// meanwhile. The peer need not run. A handler with several initiators reaches all of them, and shows
/// USER while any of them raises it.
///
/// # Errors
/// None of its own.
#[inline]
pub fn object_set_peer_user_signal(handle: u32, set: bool) -> Result<()> {
    let arguments = [handle as usize, usize::from(set), 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::ObjectSetPeerUserSignal, arguments) }.map(|_| ())
}
