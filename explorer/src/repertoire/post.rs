//! What programs do with endpoints (EP-1 to EP-13).

use guichet_abi::{Arguments, MAX_MESSAGE_WORDS, Syscall, handle_with_words, split_handle};

use super::{Message, Room, Until, deadline_words, message_words, padded, room_words};
use crate::declared::{Declared, Waitable};
use crate::oracle::endpoints;

/// What is sent or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Letter {
    /// Bytes in memory.
    Bytes(Message),
    /// So many words in registers (EP-8).
    Words(usize),
}

/// Where a message or an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In memory.
    Memory(Room),
    /// In registers (EP-8).
    Registers,
}

/// A number that is alleged to be a reply right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// That of the latest call of the thread with this position, whoever has received it.
    Latest(usize),
    /// That of an earlier call of that thread.
    Older(usize),
    /// That of its latest call, with more in the register than 32 bits, where it has more.
    Above(usize),
    /// Any word.
    Word(usize),
}

/// A move on one's end of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Post {
    /// Sends, or waits for room (EP-3).
    Send(Letter, Until),
    /// Sends if there is room (EP-3).
    TrySend(Letter),
    /// Calls with a buffer, and with room for the answer (EP-7).
    Call(Message, Room, Until),
    /// Calls with so many words, and registers for the answer (EP-7, EP-8).
    CallWords(usize, Until),
    /// The same with nothing in the registers behind these words, as programs do.
    CallTidily(usize, Until),
    /// Receives, or waits for a message (EP-4).
    Receive(Place, Until),
    /// Receives if there is a message (EP-4).
    TryReceive(Place),
    /// Replies (EP-7).
    Reply(Right, Letter),
    /// Replies from a buffer, and receives into another (EP-7).
    ReplyAndReceive(Right, Message, Room),
    /// Replies with so many words, and receives into registers (EP-7, EP-8).
    ReplyAndReceiveWords(Right, usize),
    /// The same with nothing in the registers behind these words, as programs do.
    ReplyAndReceiveTidily(Right, usize),
    /// Drops a reply right (EP-7).
    DropReply(Right),
    /// Binds the endpoint to the process with this number, which is one more than its position (EP-9).
    Bind(usize),
    /// Closes the endpoint (EP-10).
    Close,
    /// Waits on its end for any of these signals (EP-13).
    Wait(u32, Until),
}

/// What a register of 64 bits holds above a word of 32.
const ABOVE_A_WORD: usize = 0xA5A5_0000 << (usize::BITS / 2 - 16) << 16;

/// The handle of a process's end of an endpoint, the first if it has several.
pub(super) fn end_of(declared: &Declared, process: usize, endpoint: usize) -> Option<usize> {
    let receiver = declared.handle_of(process, Waitable::Receiver(endpoint));
    let senders = declared.senders.iter().enumerate();
    let mut own = senders.filter(|(_, (at, sender))| *at == endpoint && sender.process == process);
    receiver.or_else(|| declared.handle_of(process, Waitable::Sender(own.next()?.0)))
}

impl Right {
    fn word(self, declared: &Declared) -> usize {
        let number =
            |caller, is_latest| declared.right(endpoints::Right { caller, is_latest }) as usize;
        match self {
            Right::Latest(caller) => number(caller, true),
            Right::Older(caller) => number(caller, false),
            Right::Above(caller) => number(caller, true) | ABOVE_A_WORD,
            Right::Word(word) => word,
        }
    }
}

/// The words of a program whose messages begin with this voice: the same bytes as those of its buffers.
fn words(voice: u8) -> [usize; MAX_MESSAGE_WORDS] {
    let byte = |at: usize| (voice << 4) as usize | at;
    let word = |at: usize| (0..4).map(|shift| byte(4 * at + shift) << (8 * shift)).sum::<usize>();
    core::array::from_fn(|at| ABOVE_A_WORD | word(at))
}

/// A call with words: the handle and how many, two words of its own, and they.
fn in_words(handle: usize, count: usize, [second, third]: [usize; 2], voice: u8) -> Arguments {
    let (handle, _) = split_handle(handle);
    let handle = u32::try_from(handle).unwrap_or(u32::MAX);
    let [first, next, other, last] = words(voice);
    [handle_with_words(handle, count), second, third, first, next, other, last]
}

/// A call with so many words, in which the registers behind them are empty. For more words than there are registers
/// there is no place, and all are empty.
fn tidy(count: usize, arguments: Arguments) -> Arguments {
    let first = arguments.len() - MAX_MESSAGE_WORDS;
    let end = if count > MAX_MESSAGE_WORDS { first } else { first + count };
    core::array::from_fn(|at| if at < end { arguments[at] } else { 0 })
}

impl Post {
    /// The deadline of the move, where it has one.
    pub fn until(self) -> Option<Until> {
        match self {
            Post::Send(_, until)
            | Post::Call(_, _, until)
            | Post::CallWords(_, until)
            | Post::CallTidily(_, until)
            | Post::Receive(_, until)
            | Post::Wait(_, until) => Some(until),
            Post::TrySend(_)
            | Post::TryReceive(_)
            | Post::Reply(..)
            | Post::ReplyAndReceive(..)
            | Post::ReplyAndReceiveWords(..)
            | Post::ReplyAndReceiveTidily(..)
            | Post::DropReply(_)
            | Post::Bind(_)
            | Post::Close => None,
        }
    }

    /// The words of the call that a thread makes by this handle.
    pub(super) fn words(
        self,
        declared: &Declared,
        handle: usize,
        (clock, voice): (u8, u8),
    ) -> (Syscall, Arguments) {
        let (low, high) = deadline_words(self.until().unwrap_or(Until::Never), clock);
        match self {
            Post::Send(Letter::Bytes(message), _) => {
                let (address, length) = message_words(message);
                (Syscall::EndpointSend, padded([handle, address, length, low, high]))
            }
            Post::Send(Letter::Words(count), _) => {
                (Syscall::EndpointSendWords, in_words(handle, count, [low, high], voice))
            }
            Post::TrySend(Letter::Bytes(message)) => {
                let (address, length) = message_words(message);
                (Syscall::EndpointTrySend, padded([handle, address, length]))
            }
            Post::TrySend(Letter::Words(count)) => {
                (Syscall::EndpointTrySendWords, in_words(handle, count, [0, 0], voice))
            }
            Post::Call(message, room, _) => {
                let (send, send_length) = message_words(message);
                let (receive, receive_length) = room_words(room);
                let words = [handle, send, send_length, receive, receive_length, low, high];
                (Syscall::EndpointCall, words)
            }
            Post::CallWords(count, _) => {
                (Syscall::EndpointCallWords, in_words(handle, count, [low, high], voice))
            }
            Post::CallTidily(count, _) => {
                let words = in_words(handle, count, [low, high], voice);
                (Syscall::EndpointCallWords, tidy(count, words))
            }
            Post::Receive(Place::Memory(room), _) => {
                let (address, length) = room_words(room);
                (Syscall::EndpointReceive, padded([handle, address, length, low, high]))
            }
            Post::Receive(Place::Registers, _) => {
                (Syscall::EndpointReceiveWords, padded([handle, low, high]))
            }
            Post::TryReceive(Place::Memory(room)) => {
                let (address, length) = room_words(room);
                (Syscall::EndpointTryReceive, padded([handle, address, length]))
            }
            Post::TryReceive(Place::Registers) => {
                (Syscall::EndpointTryReceiveWords, padded([handle]))
            }
            Post::Wait(mask, _) => {
                (Syscall::ObjectWait, padded([handle, mask as usize, low, high]))
            }
            Post::Bind(peer) => (Syscall::EndpointBind, padded([handle, peer])),
            Post::Close => (Syscall::EndpointClose, padded([handle])),
            Post::Reply(..)
            | Post::ReplyAndReceive(..)
            | Post::ReplyAndReceiveWords(..)
            | Post::ReplyAndReceiveTidily(..)
            | Post::DropReply(_) => self.reply_words(declared, handle, voice),
        }
    }

    /// The same of a call that uses a reply right.
    fn reply_words(self, declared: &Declared, handle: usize, voice: u8) -> (Syscall, Arguments) {
        match self {
            Post::Reply(right, Letter::Bytes(message)) => {
                let (address, length) = message_words(message);
                (Syscall::EndpointReply, padded([right.word(declared), address, length]))
            }
            Post::Reply(right, Letter::Words(count)) => {
                let words = in_words(0, count, [right.word(declared), 0], voice);
                (Syscall::EndpointReplyWords, words)
            }
            Post::ReplyAndReceive(right, message, room) => {
                let (send, send_length) = message_words(message);
                let (receive, receive_length) = room_words(room);
                let right = right.word(declared);
                let words = [handle, right, send, send_length, receive, receive_length];
                (Syscall::EndpointReplyAndReceive, padded(words))
            }
            Post::ReplyAndReceiveWords(right, count) => {
                let words = in_words(handle, count, [right.word(declared), 0], voice);
                (Syscall::EndpointReplyAndReceiveWords, words)
            }
            Post::ReplyAndReceiveTidily(right, count) => {
                let words = in_words(handle, count, [right.word(declared), 0], voice);
                (Syscall::EndpointReplyAndReceiveWords, tidy(count, words))
            }
            Post::DropReply(right) => (Syscall::EndpointDropReply, padded([right.word(declared)])),
            _without_a_right => (Syscall::DebugNop, padded([handle])),
        }
    }
}

/// A sound move that makes this call.
pub(super) fn sound(syscall: Syscall) -> Option<Post> {
    let letter = Letter::Bytes(Message::Short);
    let room = Place::Memory(Room::Wide);
    Some(match syscall {
        Syscall::EndpointSend => Post::Send(letter, Until::Never),
        Syscall::EndpointTrySend => Post::TrySend(letter),
        Syscall::EndpointSendWords => Post::Send(Letter::Words(1), Until::Never),
        Syscall::EndpointTrySendWords => Post::TrySend(Letter::Words(1)),
        Syscall::EndpointCall => Post::Call(Message::Short, Room::Short, Until::Never),
        Syscall::EndpointCallWords => Post::CallWords(1, Until::Never),
        Syscall::EndpointReceive => Post::Receive(room, Until::Never),
        Syscall::EndpointTryReceive => Post::TryReceive(room),
        Syscall::EndpointReceiveWords => Post::Receive(Place::Registers, Until::Never),
        Syscall::EndpointTryReceiveWords => Post::TryReceive(Place::Registers),
        Syscall::EndpointReplyAndReceive => {
            Post::ReplyAndReceive(Right::Word(0), Message::Short, Room::Wide)
        }
        Syscall::EndpointReplyAndReceiveWords => Post::ReplyAndReceiveWords(Right::Word(0), 1),
        Syscall::EndpointBind => Post::Bind(1),
        Syscall::EndpointClose => Post::Close,
        _without_a_handle => return None,
    })
}
