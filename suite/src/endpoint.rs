//! The calls on endpoints, by every way that a message may take.
//!
//! A message is a buffer, a list of slices or words in registers, and each way must come to the same
//! (AB-7, EP-8). A case is therefore written once, for a [`Way`], and made with all of them. Messages
//! and answers are patterns, and whoever receives one checks all of it at once: its bytes, that
//! nothing was written behind them, and that words behind the end are zero.

use pw_status::{Error, Result};
use userspace::syscall::{self, SenderId};
use userspace::time::Instant;

use crate::pattern;
use crate::report::{Case, Report};
use crate::robot::Give;

/// As much room as any message or answer of the cases needs.
pub const ROOM_BYTES: usize = 100;
/// What stands in a room before anything arrives; no pattern of the cases begins so.
const CANARY: u8 = 0xC5;
/// The slices of a list, as many as there may be; the last one takes the rest.
const CUTS: [usize; 7] = [0, 1, 2, 0, 3, 5, 1];
const SLICES: usize = CUTS.len() + 1;

/// How a message goes in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In one buffer.
    Flat,
    /// In a list of eight slices.
    List,
    /// In registers: 0, 4, 8, 12 or 16 bytes.
    Words,
}

/// A message that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its length in bytes.
    pub len: usize,
    /// The seed of the pattern that it is; 0 if it is empty.
    pub seed: u8,
    /// Whose it is.
    pub sender: SenderId,
    /// The right to answer it.
    pub reply: Option<u32>,
}

/// An answer that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its length in bytes.
    pub len: usize,
    /// The seed of the pattern that it is; 0 if it is empty.
    pub seed: u8,
}

/// Makes a case with each way, which must all come to the same.
#[track_caller]
pub fn each_way(
    report: &mut Report,
    title: &'static str,
    body: impl Fn(&mut Case, Way) -> Result<()>,
) {
    report.case(title, |case| {
        for way in Way::ALL {
            case.part(way.name());
            body(case, way)?;
        }
        Ok(())
    });
}

/// Calls with the words of a pattern, as many as it has; the type of a call allows no more than four, and
/// what the kernel says to more is a case of its own.
macro_rules! with_words {
    ($give:ident, $words:ident => $call:expr) => {
        match $give.bytes {
            0 => with_words!(@ 0 $give $words $call),
            4 => with_words!(@ 1 $give $words $call),
            8 => with_words!(@ 2 $give $words $call),
            12 => with_words!(@ 3 $give $words $call),
            16 => with_words!(@ 4 $give $words $call),
            _ => Err(Error::OutOfRange),
        }
    };
    (@ $count:literal $give:ident $words:ident $call:expr) => {{
        let $words = words::<$count>($give.seed);
        $call
    }};
}

impl Way {
    /// Every way.
    pub const ALL: [Way; 3] = [Way::Flat, Way::List, Way::Words];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Way::Flat => "a buffer",
            Way::List => "a list",
            Way::Words => "words",
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// Those of the call, here and below.
    pub fn send(self, end: u32, give: Give, deadline: Instant) -> Result<()> {
        match self {
            Way::Flat => syscall::endpoint_send(end, give.fill(&mut room()), deadline),
            Way::List => {
                let bytes = &mut room();
                syscall::endpoint_send(end, &cut(give.fill(bytes)), deadline)
            }
            Way::Words => {
                with_words!(give, words => syscall::endpoint_send_words(end, words, deadline))
            }
        }
    }

    /// Sends a message if there is room.
    pub fn try_send(self, end: u32, give: Give) -> Result<()> {
        match self {
            Way::Flat => syscall::endpoint_try_send(end, give.fill(&mut room())),
            Way::List => {
                let bytes = &mut room();
                syscall::endpoint_try_send(end, &cut(give.fill(bytes)))
            }
            Way::Words => {
                with_words!(give, words => syscall::endpoint_try_send_words(end, words))
            }
        }
    }

    /// Sends a message and waits for the answer, for which there are `room_bytes`, and 16 with words.
    pub fn call(self, end: u32, give: Give, room_bytes: u8, deadline: Instant) -> Result<Answer> {
        if self == Way::Words {
            let answer = with_words!(give, words => {
                syscall::endpoint_call_words(end, words, deadline)
            })?;
            return Answer::of(answer.len, &bytes_of(answer.words), 0);
        }
        let (mut request, mut answer) = (room(), room());
        let request = give.fill(&mut request);
        let wanted = &mut answer[..usize::from(room_bytes).min(ROOM_BYTES)];
        let len = match self {
            Way::List => syscall::endpoint_call(end, &cut(request), &mut cut_mut(wanted), deadline),
            _ => syscall::endpoint_call(end, request, wanted, deadline),
        }?;
        Answer::of(len, &answer, CANARY)
    }

    /// Receives a message.
    pub fn receive(self, end: u32, deadline: Instant) -> Result<Found> {
        let mut bytes = room();
        let received = match self {
            Way::Flat => syscall::endpoint_receive(end, &mut bytes, deadline),
            Way::List => syscall::endpoint_receive(end, &mut cut_mut(&mut bytes), deadline),
            Way::Words => syscall::endpoint_receive_words(end, deadline),
        }?;
        self.found(received, &bytes)
    }

    /// Receives a message if there is one.
    pub fn try_receive(self, end: u32) -> Result<Found> {
        let mut bytes = room();
        let received = match self {
            Way::Flat => syscall::endpoint_try_receive(end, &mut bytes),
            Way::List => syscall::endpoint_try_receive(end, &mut cut_mut(&mut bytes)),
            Way::Words => syscall::endpoint_try_receive_words(end),
        }?;
        self.found(received, &bytes)
    }

    /// Answers a call.
    pub fn reply(self, right: u32, give: Give) -> Result<()> {
        match self {
            Way::Flat => syscall::endpoint_reply(right, give.fill(&mut room())),
            Way::List => {
                let bytes = &mut room();
                syscall::endpoint_reply(right, &cut(give.fill(bytes)))
            }
            Way::Words => with_words!(give, words => syscall::endpoint_reply_words(right, words)),
        }
    }

    /// Answers a call, and receives a message.
    pub fn reply_and_receive(self, end: u32, right: u32, give: Give) -> Result<Found> {
        let mut bytes = room();
        let mut answer = room();
        let received = match self {
            Way::Flat => {
                syscall::endpoint_reply_and_receive(end, right, give.fill(&mut answer), &mut bytes)
            }
            Way::List => syscall::endpoint_reply_and_receive(
                end,
                right,
                &cut(give.fill(&mut answer)),
                &mut cut_mut(&mut bytes),
            ),
            Way::Words => with_words!(give, words => {
                syscall::endpoint_reply_and_receive_words(end, right, words)
            }),
        }?;
        self.found(received, &bytes)
    }

    /// Looks at what was received. In the registers of a buffer's receive there are no words (AB-9).
    fn found(self, received: syscall::ReceivedMessage, bytes: &[u8]) -> Result<Found> {
        let syscall::ReceivedMessage { len, sender, reply, words } = received;
        let answer = match self {
            Way::Words => Answer::of(len, &bytes_of(words), 0)?,
            Way::Flat | Way::List if words != [0; 4] => return Err(Error::DataLoss),
            Way::Flat | Way::List => Answer::of(len, bytes, CANARY)?,
        };
        Ok(Found { len, seed: answer.seed, sender, reply })
    }
}

impl Answer {
    /// Looks at what arrived in `bytes`: `DataLoss` if that is no pattern, or if there is anything but
    /// `behind` behind it.
    fn of(len: usize, bytes: &[u8], behind: u8) -> Result<Answer> {
        let (message, rest) = bytes.split_at_checked(len).ok_or(Error::OutOfRange)?;
        let seed = message.first().copied().unwrap_or(0);
        if pattern::is(message, seed) && rest.iter().all(|byte| *byte == behind) {
            Ok(Answer { len, seed })
        } else {
            Err(Error::DataLoss)
        }
    }

    /// The answer in a robot's outcome.
    pub fn from_value(value: u64) -> Answer {
        let [len, seed, ..] = value.to_le_bytes();
        Answer { len: len.into(), seed }
    }

    /// The same on its way.
    pub(crate) fn to_value(self) -> u64 {
        u64::from_le_bytes([low(self.len), self.seed, 0, 0, 0, 0, 0, 0])
    }
}

impl Found {
    /// The message in a robot's outcome, with a badge and an incarnation of 8 bits.
    pub fn from_value(value: u64) -> Found {
        let [len, seed, badge, incarnation, right @ ..] = value.to_le_bytes();
        let right = u32::from_le_bytes(right);
        let sender = SenderId { badge: badge.into(), incarnation: incarnation.into() };
        Found { len: len.into(), seed, sender, reply: (right != 0).then_some(right) }
    }

    /// The same on its way.
    pub fn to_value(self) -> u64 {
        let SenderId { badge, incarnation } = self.sender;
        let [badge, ..] = badge.to_le_bytes();
        let [incarnation, ..] = incarnation.to_le_bytes();
        let [r0, r1, r2, r3] = self.reply.unwrap_or(0).to_le_bytes();
        u64::from_le_bytes([low(self.len), self.seed, badge, incarnation, r0, r1, r2, r3])
    }
}

/// A length, which is less than 256.
fn low(len: usize) -> u8 {
    let [low, ..] = len.to_le_bytes();
    low
}

fn room() -> [u8; ROOM_BYTES] {
    [CANARY; ROOM_BYTES]
}

/// The words of a pattern.
fn words<const N: usize>(seed: u8) -> [u32; N] {
    core::array::from_fn(|word| {
        let bytes: [u8; 4] = core::array::from_fn(|index| pattern::byte(seed, word * 4 + index));
        u32::from_le_bytes(bytes)
    })
}

/// The bytes of words that arrived.
fn bytes_of(words: [u32; 4]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn cut(mut bytes: &[u8]) -> [&[u8]; SLICES] {
    core::array::from_fn(|index| {
        let length = CUTS.get(index).copied().unwrap_or(usize::MAX).min(bytes.len());
        let (slice, rest) = bytes.split_at(length);
        bytes = rest;
        slice
    })
}

fn cut_mut(bytes: &mut [u8]) -> [&mut [u8]; SLICES] {
    let mut bytes = bytes;
    core::array::from_fn(|index| {
        let length = CUTS.get(index).copied().unwrap_or(usize::MAX).min(bytes.len());
        let (slice, rest) = core::mem::take(&mut bytes).split_at_mut(length);
        bytes = rest;
        slice
    })
}
