//! What a well-behaved program cannot do: calls with any words, and attacks.
//!
//! The only module of the suite with unsafe code. A call with wild words could make the kernel write
//! over the program's own variables, and then nothing that the program says would mean anything.
//! So [`call`] is given a place that may be written, the [`Arena`], and does not come back when the
//! kernel accepted a destination elsewhere: the process ends as a fault that says so. A call that is
//! refused has changed nothing (AB-3), which is as much as any safe function of `userspace` builds on.

#![allow(unsafe_code)]

mod act;
mod arena;
mod frames;
mod later;
mod probe;
mod sharing;

use pw_status::OK;
use userspace::raw::{self, Arguments, Message, Results, Syscall};

pub use act::{Act, Effect, LOSES_PLACE_WITH_STACK, act, target};
pub use arena::{ARENA, ARENA_BYTES, Arena};
pub use later::{ANSWER_BYTES, ANSWER_OFFSET, transact_later};
pub use probe::{Access, is_ours, is_servers, memory_around, respond_raw};
pub use sharing::{
    allow_to_notify, load, read as read_shared, share, store, transact as transact_shared,
    write as write_shared,
};

/// Addresses and lengths that a program has no business with: null, the first bytes, odd ones, the
/// middle and the top of the address space, where many a kernel lives, and the words that wrap.
pub const WORDS: [usize; 14] = [
    0,
    1,
    3,
    7,
    0x1001,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_0000,
    usize::MAX / 2,
    usize::MAX / 2 + 1,
    usize::MAX - 0xFFF,
    usize::MAX - 7,
    usize::MAX - 1,
    usize::MAX,
];

/// Makes a call with a number and seven words, whatever they are, and gives the three result words
/// (AB-3). Blocks when the call does.
///
/// # Panics
/// If the kernel wrote to a place that is not wholly in the [`ARENA`], or subscribed to a word that is no
/// function.
pub fn call(number: usize, arguments: Arguments) -> Results {
    call_message(number, arguments).0
}

/// As [`call`], and gives the registers of a message too (EP-8).
///
/// # Panics
/// As [`call`].
pub fn call_message(number: usize, arguments: Arguments) -> (Results, Message) {
    let destination = destination(number, &arguments);
    let is_ours = destination.is_none_or(|(address, length)| ARENA.holds(address, length));
    // SAFETY: the kernel writes only where the words of an accepted call say. The arena is made of
    // atomics whose address was exposed, so that it may be written at any time; had the kernel
    // written elsewhere, the program's own code would not run on.
    let (results, message) = unsafe { raw::syscall_message(number, arguments) };
    // A transaction that nobody blocks in has the kernel write later (CH-6), and so has a buffer that is
    // allowed (CP-1).
    let writes_later = [Syscall::ChannelAsyncTransact, Syscall::AllowReadWrite]
        .map(|call| call as usize)
        .contains(&number);
    let has_written = results.status == OK && (results.value0 != 0 || writes_later);
    assert!(is_ours || !has_written, "call {number} wrote over the program: {arguments:x?}");
    // Whatever is subscribed is called by a yield.
    let has_subscribed = number == Syscall::Subscribe as usize && results.status == OK;
    assert!(!has_subscribed || arguments[2] == 0, "subscribed to no function: {arguments:x?}");
    (results, message)
}

/// The entry of a thread that returns, where there is nothing to return to.
// SAFETY: whoever calls it comes back from what never does, which is what it is for.
pub const ENTRY_THAT_RETURNS: extern "C" fn() -> ! =
    unsafe { core::mem::transmute::<extern "C" fn(), extern "C" fn() -> !>(returns) };

extern "C" fn returns() {}

/// The call `call` with these words; the rest of the seven are zero.
pub fn call_with<const N: usize>(call: Syscall, words: [usize; N]) -> Results {
    let mut arguments = Arguments::default();
    for (argument, word) in arguments.iter_mut().zip(words) {
        *argument = word;
    }
    self::call(call as usize, arguments)
}

/// The address and length words of what a call writes, if it writes at all.
fn destination(number: usize, arguments: &Arguments) -> Option<(usize, usize)> {
    match Syscall::from_number(number)? {
        Syscall::ChannelTransact
        | Syscall::ChannelAsyncTransact
        | Syscall::ChannelRespondAndReceive
        | Syscall::EndpointCall => Some((arguments[3], arguments[4])),
        Syscall::ChannelReceive | Syscall::EndpointReceive | Syscall::EndpointTryReceive => {
            Some((arguments[1], arguments[2]))
        }
        Syscall::EndpointReplyAndReceive => Some((arguments[4], arguments[5])),
        Syscall::ConsoleRead => Some((arguments[0], arguments[1])),
        Syscall::ChannelRead
        | Syscall::ChannelReadExact
        | Syscall::SharedMemoryRead
        | Syscall::AllowReadWrite => Some((arguments[2], arguments[3])),
        Syscall::ChannelRespond
        | Syscall::ChannelAsyncTransactComplete
        | Syscall::ChannelAsyncCancel
        | Syscall::ChannelBadge
        | Syscall::ObjectSetPeerUserSignal
        | Syscall::ObjectWait
        | Syscall::SleepUntil
        | Syscall::ClockNow
        | Syscall::ProcessExit
        | Syscall::ThreadExit
        | Syscall::ProcessPanic
        | Syscall::WaitGroupAdd
        | Syscall::WaitGroupRemove
        | Syscall::ProcessStart
        | Syscall::ThreadStart
        | Syscall::TaskJoin
        | Syscall::TaskTerminate
        | Syscall::TaskFault
        | Syscall::InterruptAck
        | Syscall::DebugNop
        | Syscall::DebugLog
        | Syscall::DebugPutCharacter
        | Syscall::DebugShutdown
        | Syscall::EndpointCallWords
        | Syscall::EndpointReplyAndReceiveWords
        | Syscall::EndpointReceiveWords
        | Syscall::EndpointTryReceiveWords
        | Syscall::EndpointSendWords
        | Syscall::EndpointTrySendWords
        | Syscall::EndpointReplyWords
        | Syscall::EndpointSend
        | Syscall::EndpointTrySend
        | Syscall::EndpointReply
        | Syscall::EndpointDropReply
        | Syscall::EndpointBind
        | Syscall::EndpointClose
        | Syscall::SharedMemoryMap
        | Syscall::SharedMemoryUnmap
        | Syscall::ShareLend
        | Syscall::ShareReturn
        | Syscall::SharedMemoryWrite
        | Syscall::Command
        | Syscall::AllowReadOnly
        | Syscall::Subscribe
        | Syscall::YieldWait
        | Syscall::YieldNoWait
        | Syscall::YieldWaitFor
        | Syscall::CommandAndYieldWaitFor => None,
    }
}
