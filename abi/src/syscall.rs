//! The calls, their numbers and where their arguments go.
//!
//! A call is a number, up to seven argument words, and three result words: a status
//! ([`crate::OK`] or the code of an [`crate::Error`]) and two values. Words are machine words; a
//! 64-bit instant always travels as two words of 32 bits, the low one first, so that a program's
//! source means the same on every board.

/// How many argument words a call carries at most.
pub const ARGUMENT_COUNT: usize = 7;

/// The longest text that one console call takes (PR-7).
pub const MAX_LOG_BYTES: usize = 128;

/// The argument words of a call; those that it does not use are ignored.
pub type Arguments = [usize; ARGUMENT_COUNT];

/// What a call hands back: a status word and two values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Results {
    /// [`crate::OK`] or the code of an [`crate::Error`].
    pub status: u32,
    /// The first value; zero where the call has none, and on every error.
    pub value0: usize,
    /// The second value; zero where the call has none, and on every error.
    pub value1: usize,
}

/// The calls. Buffers are an address and a length, where the length may carry
/// [`crate::LIST_FLAG`]; deadlines are two words, low then high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Syscall {
    /// `handle, send, send_length, receive, receive_length, deadline, deadline` -> `length` (CH-2).
    ChannelTransact = 0,
    /// `handle, offset, buffer, length` -> `length` (CH-3).
    ChannelRead = 1,
    /// `handle, buffer, length` (CH-4).
    ChannelRespond = 2,
    /// `handle, mask, deadline, deadline` -> `user_data, signals` (WT-2).
    ObjectWait = 3,
    /// As [`Syscall::ChannelRead`], but the request must fill the buffer (CH-3).
    ChannelReadExact = 4,
    /// `handle, buffer, length, deadline, deadline` -> `length, badge` (CH-10).
    ChannelReceive = 5,
    /// `handle, response, response_length, buffer, length, deadline, deadline` -> `length, badge`
    /// (CH-10).
    ChannelRespondAndReceive = 6,
    /// `handle, set`: 1 raises USER on the peer's end of a channel, 0 lowers it (WT-5).
    ObjectSetPeerUserSignal = 7,
    /// `group, object, mask, user_data` (WT-4).
    WaitGroupAdd = 8,
    /// `group, object` (WT-4).
    WaitGroupRemove = 9,
    /// `handle, send, send_length, receive, receive_length`; does not block, and the buffers stay
    /// offered until the transaction has ended (CH-6).
    ChannelAsyncTransact = 10,
    /// `handle` -> `length` (CH-6).
    ChannelAsyncTransactComplete = 11,
    /// `handle` (CH-6).
    ChannelAsyncCancel = 12,
    /// `handle` -> `badge` of the transaction that the caller serves (CH-12).
    ChannelBadge = 13,
    /// `deadline, deadline` (WT-7).
    SleepUntil = 16,
    /// Nothing -> `now` low, `now` high, 32 bits each (AB-4).
    ClockNow = 17,
    /// `handle, rights` -> `address, length`: maps a region of shared memory (SH-2).
    SharedMemoryMap = 24,
    /// `handle` (SH-2).
    SharedMemoryUnmap = 25,
    /// `handle, process, rights`: the process is one that shares the region, by its number, or
    /// [`crate::OWN_PROCESS`] (SH-3).
    ShareLend = 26,
    /// `handle` (SH-3).
    ShareReturn = 27,
    /// `handle, offset, buffer, length` -> `length`: copies out of the region (SH-4).
    SharedMemoryRead = 28,
    /// `handle, offset, buffer, length` -> `length`: copies into the region (SH-4).
    SharedMemoryWrite = 29,
    /// `status`; does not return (PR-5).
    ProcessExit = 32,
    /// `status`; does not return (PR-5).
    ThreadExit = 33,
    /// `message, length`, flat: ends the process as a fault with this message (PR-7). Does not return
    /// unless the message is refused.
    ProcessPanic = 34,
    /// `handle` of a process (PR-5).
    ProcessStart = 35,
    /// `handle` of a thread, `pc`, `stack pointer` (PR-5).
    ThreadStart = 36,
    /// `handle` of a process or a thread -> [`crate::ExitStatus::to_words`] (PR-5).
    TaskJoin = 37,
    /// `handle` of a process or a thread (PR-5).
    TaskTerminate = 38,
    /// `handle` of a process, `part` -> which fault it is, and a word of it (PR-5): the `pc` for
    /// part 0, the address for part 1. Which fault it is are the number of the
    /// [cause](crate::FaultCause) in the low 8 bits and the incarnation that it ended above.
    TaskFault = 39,
    /// `handle` of an interrupt object, `mask` (PR-8).
    InterruptAck = 40,
    /// Nothing; the cheapest way in and out.
    DebugNop = 48,
    /// `buffer, length`, flat, at most [`MAX_LOG_BYTES`] (PR-7).
    DebugLog = 49,
    /// `character`, a Unicode scalar value (PR-7).
    DebugPutCharacter = 50,
    /// `status`: [`crate::OK`] or the code of an error; ends the run (PR-7).
    DebugShutdown = 51,
    /// `buffer, length`, flat -> `length`: what somebody has typed (PR-8); for the process whose
    /// interrupt object has the console's input among its lines.
    ConsoleRead = 52,
    /// `handle and words, deadline, deadline, word ..` -> `length`, and a [`crate::Message`]: sends a message
    /// of up to four words and waits for the answer (EP-7, EP-8). The first argument is that of
    /// [`crate::handle_with_words`].
    EndpointCallWords = 64,
    /// `handle and words, reply, -, word ..` -> `length, reply`, and a [`crate::Message`]: answers, and waits for
    /// the next message as long as it takes (EP-7, EP-8).
    EndpointReplyAndReceiveWords = 65,
    /// `handle, deadline, deadline` -> `length, reply`, and a [`crate::Message`] (EP-4, EP-8).
    EndpointReceiveWords = 66,
    /// `handle` -> `length, reply`, and a [`crate::Message`] (EP-4, EP-8).
    EndpointTryReceiveWords = 67,
    /// `handle and words, deadline, deadline, word ..` (EP-3, EP-8).
    EndpointSendWords = 68,
    /// `handle and words, -, -, word ..` (EP-3, EP-8).
    EndpointTrySendWords = 69,
    /// `words, reply, -, word ..` (EP-7, EP-8).
    EndpointReplyWords = 70,
    /// `handle, send, send_length, receive, receive_length, deadline, deadline` -> `length` (EP-7).
    EndpointCall = 71,
    /// `handle, reply, send, send_length, receive, receive_length` -> `length, reply`, and a
    /// [`crate::Message`] without words: answers, and waits for the next message as long as it takes (EP-7).
    EndpointReplyAndReceive = 72,
    /// `handle, buffer, length, deadline, deadline` -> `length, reply`, and a [`crate::Message`] without
    /// words (EP-4).
    EndpointReceive = 73,
    /// `handle, buffer, length` -> `length, reply`, and a [`crate::Message`] without words (EP-4).
    EndpointTryReceive = 74,
    /// `handle, buffer, length, deadline, deadline` (EP-3).
    EndpointSend = 75,
    /// `handle, buffer, length` (EP-3).
    EndpointTrySend = 76,
    /// `reply, buffer, length` (EP-7).
    EndpointReply = 77,
    /// `reply` (EP-7).
    EndpointDropReply = 78,
    /// `handle, peer` (EP-9).
    EndpointBind = 79,
    /// `handle` (EP-10).
    EndpointClose = 80,
    /// `driver, number, argument, argument` -> what [`crate::CommandReturn`] makes of the registers (CP-1).
    Command = 96,
    /// `driver, number, buffer, length`, flat -> the `buffer, length` that it replaces (CP-1).
    AllowReadOnly = 97,
    /// `driver, number, buffer, length`, flat -> the `buffer, length` that it replaces (CP-1).
    AllowReadWrite = 98,
    /// `driver, number, upcall, user_data` -> the `upcall, user_data` that it replaces; an upcall of 0 is none
    /// (CP-1).
    Subscribe = 99,
    /// Nothing -> `upcall, user_data`, and its arguments as [`crate::upcall_message`] has them (CP-2): of one
    /// that is subscribed.
    YieldWait = 100,
    /// Nothing -> as [`Syscall::YieldWait`], and zeros where none is pending (CP-2).
    YieldNoWait = 101,
    /// `driver, number` -> the upcall's first two arguments, and the third as [`crate::awaited_message`] has it;
    /// nothing is called (CP-2).
    YieldWaitFor = 102,
    /// `driver, number, argument, argument, upcalls`: a [`Syscall::Command`], and if it succeeds, a
    /// [`Syscall::YieldWaitFor`] of whichever comes first of this driver's upcalls whose bits are set. What the
    /// command hands back is not told then, and of several upcalls the message says which it was.
    CommandAndYieldWaitFor = 103,
}

impl Syscall {
    /// Every call, in the order of their numbers.
    pub const ALL: [Syscall; 61] = [
        Syscall::ChannelTransact,
        Syscall::ChannelRead,
        Syscall::ChannelRespond,
        Syscall::ObjectWait,
        Syscall::ChannelReadExact,
        Syscall::ChannelReceive,
        Syscall::ChannelRespondAndReceive,
        Syscall::ObjectSetPeerUserSignal,
        Syscall::WaitGroupAdd,
        Syscall::WaitGroupRemove,
        Syscall::ChannelAsyncTransact,
        Syscall::ChannelAsyncTransactComplete,
        Syscall::ChannelAsyncCancel,
        Syscall::ChannelBadge,
        Syscall::SleepUntil,
        Syscall::ClockNow,
        Syscall::SharedMemoryMap,
        Syscall::SharedMemoryUnmap,
        Syscall::ShareLend,
        Syscall::ShareReturn,
        Syscall::SharedMemoryRead,
        Syscall::SharedMemoryWrite,
        Syscall::ProcessExit,
        Syscall::ThreadExit,
        Syscall::ProcessPanic,
        Syscall::ProcessStart,
        Syscall::ThreadStart,
        Syscall::TaskJoin,
        Syscall::TaskTerminate,
        Syscall::TaskFault,
        Syscall::InterruptAck,
        Syscall::DebugNop,
        Syscall::DebugLog,
        Syscall::DebugPutCharacter,
        Syscall::DebugShutdown,
        Syscall::ConsoleRead,
        Syscall::EndpointCallWords,
        Syscall::EndpointReplyAndReceiveWords,
        Syscall::EndpointReceiveWords,
        Syscall::EndpointTryReceiveWords,
        Syscall::EndpointSendWords,
        Syscall::EndpointTrySendWords,
        Syscall::EndpointReplyWords,
        Syscall::EndpointCall,
        Syscall::EndpointReplyAndReceive,
        Syscall::EndpointReceive,
        Syscall::EndpointTryReceive,
        Syscall::EndpointSend,
        Syscall::EndpointTrySend,
        Syscall::EndpointReply,
        Syscall::EndpointDropReply,
        Syscall::EndpointBind,
        Syscall::EndpointClose,
        Syscall::Command,
        Syscall::AllowReadOnly,
        Syscall::AllowReadWrite,
        Syscall::Subscribe,
        Syscall::YieldWait,
        Syscall::YieldNoWait,
        Syscall::YieldWaitFor,
        Syscall::CommandAndYieldWaitFor,
    ];

    /// The call with this number, if there is one.
    pub fn from_number(number: usize) -> Option<Syscall> {
        // Not a search of ALL: every call that the kernel takes the general way comes by here.
        Some(match number {
            0 => Syscall::ChannelTransact,
            1 => Syscall::ChannelRead,
            2 => Syscall::ChannelRespond,
            3 => Syscall::ObjectWait,
            4 => Syscall::ChannelReadExact,
            5 => Syscall::ChannelReceive,
            6 => Syscall::ChannelRespondAndReceive,
            7 => Syscall::ObjectSetPeerUserSignal,
            8 => Syscall::WaitGroupAdd,
            9 => Syscall::WaitGroupRemove,
            10 => Syscall::ChannelAsyncTransact,
            11 => Syscall::ChannelAsyncTransactComplete,
            12 => Syscall::ChannelAsyncCancel,
            13 => Syscall::ChannelBadge,
            16 => Syscall::SleepUntil,
            17 => Syscall::ClockNow,
            24 => Syscall::SharedMemoryMap,
            25 => Syscall::SharedMemoryUnmap,
            26 => Syscall::ShareLend,
            27 => Syscall::ShareReturn,
            28 => Syscall::SharedMemoryRead,
            29 => Syscall::SharedMemoryWrite,
            32 => Syscall::ProcessExit,
            33 => Syscall::ThreadExit,
            34 => Syscall::ProcessPanic,
            35 => Syscall::ProcessStart,
            36 => Syscall::ThreadStart,
            37 => Syscall::TaskJoin,
            38 => Syscall::TaskTerminate,
            39 => Syscall::TaskFault,
            40 => Syscall::InterruptAck,
            48 => Syscall::DebugNop,
            49 => Syscall::DebugLog,
            50 => Syscall::DebugPutCharacter,
            51 => Syscall::DebugShutdown,
            52 => Syscall::ConsoleRead,
            64 => Syscall::EndpointCallWords,
            65 => Syscall::EndpointReplyAndReceiveWords,
            66 => Syscall::EndpointReceiveWords,
            67 => Syscall::EndpointTryReceiveWords,
            68 => Syscall::EndpointSendWords,
            69 => Syscall::EndpointTrySendWords,
            70 => Syscall::EndpointReplyWords,
            71 => Syscall::EndpointCall,
            72 => Syscall::EndpointReplyAndReceive,
            73 => Syscall::EndpointReceive,
            74 => Syscall::EndpointTryReceive,
            75 => Syscall::EndpointSend,
            76 => Syscall::EndpointTrySend,
            77 => Syscall::EndpointReply,
            78 => Syscall::EndpointDropReply,
            79 => Syscall::EndpointBind,
            80 => Syscall::EndpointClose,
            96 => Syscall::Command,
            97 => Syscall::AllowReadOnly,
            98 => Syscall::AllowReadWrite,
            99 => Syscall::Subscribe,
            100 => Syscall::YieldWait,
            101 => Syscall::YieldNoWait,
            102 => Syscall::YieldWaitFor,
            103 => Syscall::CommandAndYieldWaitFor,
            _other => return None,
        })
    }
}

impl Syscall {
    /// Tells whether it is a call on endpoints.
    pub const fn is_of_endpoints(self) -> bool {
        let number = self as usize;
        number >= Syscall::EndpointCallWords as usize && !self.is_of_capsules()
    }

    /// Tells whether it is a call on shared memory (SH-1).
    pub const fn is_of_shared_memory(self) -> bool {
        let number = self as usize;
        Syscall::SharedMemoryMap as usize <= number && number <= Syscall::SharedMemoryWrite as usize
    }

    /// Tells whether it is a call on capsules (CP-1).
    pub const fn is_of_capsules(self) -> bool {
        self as usize >= Syscall::Command as usize
    }

    /// Tells whether what it hands back has a [`crate::Message`].
    pub const fn receives_message(self) -> bool {
        matches!(
            self,
            Syscall::EndpointCallWords
                | Syscall::EndpointReplyAndReceiveWords
                | Syscall::EndpointReceiveWords
                | Syscall::EndpointTryReceiveWords
                | Syscall::EndpointReplyAndReceive
                | Syscall::EndpointReceive
                | Syscall::EndpointTryReceive
        )
    }
}

/// The instant, in ticks, that two deadline words stand for. Bits above the low 32 of either word
/// are ignored.
pub const fn deadline_from_words(low: usize, high: usize) -> u64 {
    (low as u64 & 0xFFFF_FFFF) | ((high as u64 & 0xFFFF_FFFF) << 32)
}

/// The two words, low then high, in which an instant in ticks travels.
pub const fn deadline_to_words(ticks: u64) -> (usize, usize) {
    ((ticks & 0xFFFF_FFFF) as usize, (ticks >> 32) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_again_and_unknown_ones_are_not() {
        for call in Syscall::ALL {
            assert_eq!(Syscall::from_number(call as usize), Some(call));
        }
        for number in [15, 31, 53, 63, 81, 95, 104, 0x1000, usize::MAX] {
            assert_eq!(Syscall::from_number(number), None);
        }
    }

    #[test]
    fn deadlines_survive_the_way_in() {
        for ticks in [0, 1, u64::from(u32::MAX), 1 << 32, u64::MAX] {
            let (low, high) = deadline_to_words(ticks);
            assert_eq!(deadline_from_words(low, high), ticks);
        }
    }
}
