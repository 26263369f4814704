//! Calls on the two ends of an endpoint.
//!
//! Each comes with buffers and with words: up to four words of 32 bits travel in registers, and mean
//! the message of their little-endian bytes (EP-8).

use guichet_abi::{
    MAX_MESSAGE_WORDS, Message, Result, Results, Syscall, deadline_to_words, handle_with_words,
};

use super::{call, decode};
use crate::time::Instant;
use crate::{SyscallBuffer, SyscallBufferMut, raw};

/// Whose message it is (AB-6): the kernel says so, and the sender has no say in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SenderId {
    /// The `badge` that system.json5 declares for the end that sent it, 0 if it declares none.
    pub badge: u32,
    /// Which life of the sender's process it was, counted from 1: another number is another life, which
    /// knows nothing of the earlier ones.
    pub incarnation: u32,
}

/// What a receive found (EP-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReceivedMessage {
    /// The length of the message in bytes.
    pub len: usize,
    /// Whose it is.
    pub sender: SenderId,
    /// The right to answer, if the sender waits for an answer: a number for [`endpoint_reply`], never 0.
    pub reply: Option<u32>,
    /// The words, of a receive of words; zeros behind the end of the message, and otherwise.
    pub words: [u32; MAX_MESSAGE_WORDS],
}

impl ReceivedMessage {
    #[inline]
    fn from_results((results, message): (Results, Message)) -> Result<ReceivedMessage> {
        let (len, reply) = decode(results)?;
        let Message { badge, incarnation, words } = message;
        // A reply right has 32 bits on every machine.
        let reply = (reply != 0).then_some(reply as u32);
        Ok(ReceivedMessage { len, sender: SenderId { badge, incarnation }, reply, words })
    }
}

/// An answer of words (EP-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswerWords {
    /// The length of the answer in bytes.
    pub len: usize,
    /// The words, with zeros behind the end.
    pub words: [u32; MAX_MESSAGE_WORDS],
}

/// Sends a message (EP-3): to a thread that waits for one, or into the queue. Blocks while the queue is
/// full.
///
/// # Errors
/// `OutOfRange` if the message is longer than the endpoint declares; `DeadlineExceeded` if the deadline
/// passed before there was room, and then nothing was sent; `Aborted` if the endpoint is or becomes
/// closed, `Unavailable` if the receiver's process does not run or ends; `PermissionDenied` without the
/// right `send`, if the endpoint is bound to another process, or for a buffer that is not the caller's to
/// read.
#[inline]
pub fn endpoint_send<B>(handle: u32, message: &B, deadline: Instant) -> Result<()>
where
    B: SyscallBuffer + ?Sized,
{
    let (low, high) = deadline_to_words(deadline.ticks());
    send(Syscall::EndpointSend, handle, message, (low, high))
}

/// As [`endpoint_send`], and never blocks (EP-3).
///
/// # Errors
/// `ResourceExhausted` if the queue is full; otherwise as [`endpoint_send`].
#[inline]
pub fn endpoint_try_send<B>(handle: u32, message: &B) -> Result<()>
where
    B: SyscallBuffer + ?Sized,
{
    send(Syscall::EndpointTrySend, handle, message, (0, 0))
}

#[inline]
fn send<B>(kind: Syscall, handle: u32, message: &B, (low, high): (usize, usize)) -> Result<()>
where
    B: SyscallBuffer + ?Sized,
{
    message.with_words(|buffer, length| {
        let arguments = [handle as usize, buffer, length, low, high, 0, 0];
        // SAFETY: the kernel only reads the message, which is borrowed until the call returns.
        unsafe { call(kind, arguments) }.map(|_| ())
    })
}

/// As [`endpoint_send`], with a message of `N` words, at most four (EP-8).
///
/// # Errors
/// As [`endpoint_send`].
#[inline]
pub fn endpoint_send_words<const N: usize>(
    handle: u32,
    words: [u32; N],
    deadline: Instant,
) -> Result<()> {
    let (low, high) = deadline_to_words(deadline.ticks());
    let arguments = with_words(handle, words, (low, high));
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::EndpointSendWords, arguments) }.map(|_| ())
}

/// As [`endpoint_try_send`], with a message of `N` words, at most four (EP-8). Never blocks.
///
/// # Errors
/// As [`endpoint_try_send`].
#[inline]
pub fn endpoint_try_send_words<const N: usize>(handle: u32, words: [u32; N]) -> Result<()> {
    let arguments = with_words(handle, words, (0, 0));
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::EndpointTrySendWords, arguments) }.map(|_| ())
}

/// Sends a message, blocks until its answer is in `receive`, and returns the answer's length in bytes
/// (EP-7).
///
/// # Errors
/// As [`endpoint_send`], with the right `call`; `DeadlineExceeded` also if the answer did not come in
/// time: the receiver may have the message then. `Aborted` also if the receiver gave it back unanswered.
#[inline]
pub fn endpoint_call<S, R>(
    handle: u32,
    message: &S,
    receive: &mut R,
    deadline: Instant,
) -> Result<usize>
where
    S: SyscallBuffer + ?Sized,
    R: SyscallBufferMut + ?Sized,
{
    let (low, high) = deadline_to_words(deadline.ticks());
    message.with_words(|send, send_length| {
        receive.with_words_mut(|receive, receive_length| {
            let arguments =
                [handle as usize, send, send_length, receive, receive_length, low, high];
            // SAFETY: the kernel writes only into `receive`, which is borrowed mutably until the
            // call returns and holds plain bytes.
            unsafe { call(Syscall::EndpointCall, arguments) }.map(|(length, _)| length)
        })
    })
}

/// As [`endpoint_call`], with a message of `N` words, at most four, and as many for the answer (EP-8).
///
/// # Errors
/// As [`endpoint_call`].
#[inline]
pub fn endpoint_call_words<const N: usize>(
    handle: u32,
    words: [u32; N],
    deadline: Instant,
) -> Result<AnswerWords> {
    let (low, high) = deadline_to_words(deadline.ticks());
    let arguments = with_words(handle, words, (low, high));
    // SAFETY: the call names no memory.
    let (results, message) =
        unsafe { raw::syscall_message(Syscall::EndpointCallWords as usize, arguments) };
    decode(results).map(|(len, _)| AnswerWords { len, words: message.words })
}

/// Takes the oldest message into `buffer`, which must be as long as any message of the endpoint (EP-4).
/// Blocks while there is none.
///
/// # Errors
/// `OutOfRange` for a shorter buffer; `DeadlineExceeded` if the deadline passed first, `Aborted` if the
/// endpoint is closed and empty, `PermissionDenied` for a buffer that is not the caller's to write.
#[inline]
pub fn endpoint_receive<B>(
    handle: u32,
    buffer: &mut B,
    deadline: Instant,
) -> Result<ReceivedMessage>
where
    B: SyscallBufferMut + ?Sized,
{
    let deadline = deadline_to_words(deadline.ticks());
    receive(Syscall::EndpointReceive, handle, buffer, deadline)
}

/// As [`endpoint_receive`], and never blocks (EP-4).
///
/// # Errors
/// `Unavailable` if there is no message; otherwise as [`endpoint_receive`].
#[inline]
pub fn endpoint_try_receive<B>(handle: u32, buffer: &mut B) -> Result<ReceivedMessage>
where
    B: SyscallBufferMut + ?Sized,
{
    receive(Syscall::EndpointTryReceive, handle, buffer, (0, 0))
}

#[inline]
fn receive<B>(
    kind: Syscall,
    handle: u32,
    buffer: &mut B,
    (low, high): (usize, usize),
) -> Result<ReceivedMessage>
where
    B: SyscallBufferMut + ?Sized,
{
    buffer.with_words_mut(|buffer, length| {
        let arguments = [handle as usize, buffer, length, low, high, 0, 0];
        // SAFETY: the kernel writes only into the buffer, which is borrowed mutably until the call
        // returns and holds plain bytes.
        let received = unsafe { raw::syscall_message(kind as usize, arguments) };
        ReceivedMessage::from_results(received)
    })
}

/// As [`endpoint_receive`], into registers: of an endpoint whose messages have 16 bytes at most (EP-8).
///
/// # Errors
/// `OutOfRange` for any other endpoint; otherwise as [`endpoint_receive`].
#[inline]
pub fn endpoint_receive_words(handle: u32, deadline: Instant) -> Result<ReceivedMessage> {
    let (low, high) = deadline_to_words(deadline.ticks());
    let arguments = [handle as usize, low, high, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    let received =
        unsafe { raw::syscall_message(Syscall::EndpointReceiveWords as usize, arguments) };
    ReceivedMessage::from_results(received)
}

/// As [`endpoint_try_receive`], into registers (EP-8). Never blocks.
///
/// # Errors
/// As [`endpoint_receive_words`], and `Unavailable` if there is no message.
#[inline]
pub fn endpoint_try_receive_words(handle: u32) -> Result<ReceivedMessage> {
    let arguments = [handle as usize, 0, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    let received =
        unsafe { raw::syscall_message(Syscall::EndpointTryReceiveWords as usize, arguments) };
    ReceivedMessage::from_results(received)
}

/// Answers a call, by the right that a receive gave with its message; that uses the right up (EP-7).
/// Never blocks.
///
/// # Errors
/// `OutOfRange` if the answer is longer than the caller has room for: the right is good still, for a
/// shorter one. `Unavailable` if the caller does not wait any more, or the right was used.
/// `PermissionDenied` for a buffer that is not this process's to read: the right is good still.
#[inline]
pub fn endpoint_reply<B>(reply: u32, answer: &B) -> Result<()>
where
    B: SyscallBuffer + ?Sized,
{
    answer.with_words(|buffer, length| {
        let arguments = [reply as usize, buffer, length, 0, 0, 0, 0];
        // SAFETY: the kernel only reads the answer, which is borrowed until the call returns.
        unsafe { call(Syscall::EndpointReply, arguments) }.map(|_| ())
    })
}

/// As [`endpoint_reply`], with an answer of `N` words, at most four (EP-8). Never blocks.
///
/// # Errors
/// As [`endpoint_reply`].
#[inline]
pub fn endpoint_reply_words<const N: usize>(reply: u32, words: [u32; N]) -> Result<()> {
    let arguments = with_words(0, words, (reply as usize, 0));
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::EndpointReplyWords, arguments) }.map(|_| ())
}

/// Answers a call as [`endpoint_reply`] does and takes the next message as [`endpoint_receive`] does, in
/// one step and for as long as it takes (EP-7).
///
/// # Errors
/// Those of [`endpoint_reply`]: nothing was received then. `Aborted`: the answer was delivered, and the
/// endpoint is closed and empty.
#[inline]
pub fn endpoint_reply_and_receive<S, B>(
    handle: u32,
    reply: u32,
    answer: &S,
    buffer: &mut B,
) -> Result<ReceivedMessage>
where
    S: SyscallBuffer + ?Sized,
    B: SyscallBufferMut + ?Sized,
{
    answer.with_words(|answer, answer_length| {
        buffer.with_words_mut(|buffer, length| {
            let handle = handle as usize;
            let arguments = [handle, reply as usize, answer, answer_length, buffer, length, 0];
            let number = Syscall::EndpointReplyAndReceive as usize;
            // SAFETY: the kernel reads `answer` and writes only into `buffer`, which is borrowed
            // mutably; both are borrowed until the call returns and hold plain bytes.
            let received = unsafe { raw::syscall_message(number, arguments) };
            ReceivedMessage::from_results(received)
        })
    })
}

/// As [`endpoint_reply_and_receive`], with words both ways (EP-8).
///
/// # Errors
/// As [`endpoint_reply_and_receive`]; `OutOfRange` also for an endpoint whose messages may have more than
/// 16 bytes.
#[inline]
pub fn endpoint_reply_and_receive_words<const N: usize>(
    handle: u32,
    reply: u32,
    words: [u32; N],
) -> Result<ReceivedMessage> {
    let arguments = with_words(handle, words, (reply as usize, 0));
    let number = Syscall::EndpointReplyAndReceiveWords as usize;
    // SAFETY: the call names no memory.
    let received = unsafe { raw::syscall_message(number, arguments) };
    ReceivedMessage::from_results(received)
}

/// Gives a call back unanswered (EP-7): its caller gets `Aborted`. Never blocks.
///
/// # Errors
/// `Unavailable` if the caller does not wait any more, or the right was used.
#[inline]
pub fn endpoint_drop_reply(reply: u32) -> Result<()> {
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::EndpointDropReply, [reply as usize, 0, 0, 0, 0, 0, 0]) }.map(|_| ())
}

/// Lets only one process send to an endpoint of the caller's, until that process ends (EP-9): the
/// generated `peer` module has the numbers. Others get `PermissionDenied` from then on. Never blocks.
///
/// # Errors
/// `AlreadyExists` if it is bound, `NotFound` for a process without an end that sends to it,
/// `Unavailable` for one that does not run.
pub fn endpoint_bind(handle: u32, peer: u32) -> Result<()> {
    let arguments = [handle as usize, peer as usize, 0, 0, 0, 0, 0];
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::EndpointBind, arguments) }.map(|_| ())
}

/// Closes an endpoint of the caller's until its process restarts (EP-10): who waits to send or for an
/// answer gets `Aborted`, and so does whoever sends from now on. What is queued can still be received.
/// Closing twice is fine. Never blocks.
///
/// # Errors
/// None of its own.
pub fn endpoint_close(handle: u32) -> Result<()> {
    // SAFETY: the call names no memory.
    unsafe { call(Syscall::EndpointClose, [handle as usize, 0, 0, 0, 0, 0, 0]) }.map(|_| ())
}

/// The arguments of a call with words.
#[inline]
fn with_words<const N: usize>(
    handle: u32,
    words: [u32; N],
    (second, third): (usize, usize),
) -> guichet_abi::Arguments {
    const { assert!(N <= MAX_MESSAGE_WORDS, "at most four words travel in registers") };
    let word = |place: usize| words.get(place).map_or(0, |word| *word as usize);
    let first = handle_with_words(handle, N);
    [first, second, third, word(0), word(1), word(2), word(3)]
}
