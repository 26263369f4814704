//! What a robot with endpoints can do at them.

use pw_status::{Error, Result};
use userspace::syscall::{self, Signals};

use super::script::{Give, Step, Until};
use crate::endpoint::{Found, Way};

/// One step at an endpoint. `end` is the handle of the robot's own end. What was received is the value
/// [`Found::from_value`] reads, what was answered that of [`Answer`](crate::endpoint::Answer).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointStep {
    /// Sends. The value is 0.
    Send(u8, Way, Give, Until),
    /// Sends if there is room. The value is 0.
    TrySend(u8, Way, Give),
    /// Calls, with room for so many bytes. The value is the answer.
    Call(u8, Way, Give, u8, Until),
    /// Receives. The value is what was found.
    Receive(u8, Way, Until),
    /// Receives if there is a message. The value is what was found.
    TryReceive(u8, Way),
    /// Answers. The value is 0.
    Reply(Right, Way, Give),
    /// Answers and receives. The value is what was found.
    ReplyAndReceive(u8, Right, Way, Give),
    /// Gives a call back. The value is 0.
    Drop(Right),
    /// Lets only the process with this number send. The value is 0.
    Bind(u8, u8),
    /// Closes. The value is 0.
    Close(u8),
    /// Waits for a signal of the mask. The value is the word of the pending signals.
    Watch(u8, u32, Until),
}

/// A right to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// That of the call received latest, or so many before; there are four.
    Before(u8),
    /// The one with this number, which may be anybody's.
    Number(u32),
}

impl Right {
    /// That of the call received latest.
    pub const LATEST: Right = Right::Before(0);
}

/// A handle of a robot's, as a step has it.
const fn end(handle: u32) -> u8 {
    assert!(handle < 256, "no robot has so many objects");
    handle as u8
}

impl Step {
    /// Sends, for as long as it takes.
    pub const fn send(handle: u32, way: Way, give: Give) -> Step {
        Step::Endpoint(EndpointStep::Send(end(handle), way, give, Until::Forever))
    }

    /// Sends, for so many milliseconds.
    pub const fn send_within(handle: u32, way: Way, give: Give, milliseconds: u32) -> Step {
        let until = Until::Milliseconds(milliseconds);
        Step::Endpoint(EndpointStep::Send(end(handle), way, give, until))
    }

    /// Sends if there is room.
    pub const fn try_send(handle: u32, way: Way, give: Give) -> Step {
        Step::Endpoint(EndpointStep::TrySend(end(handle), way, give))
    }

    /// Calls with room for 16 bytes, for as long as it takes.
    pub const fn call(handle: u32, way: Way, give: Give) -> Step {
        Step::Endpoint(EndpointStep::Call(end(handle), way, give, 16, Until::Forever))
    }

    /// Calls with room for 16 bytes, for so many milliseconds.
    pub const fn call_within(handle: u32, way: Way, give: Give, milliseconds: u32) -> Step {
        let until = Until::Milliseconds(milliseconds);
        Step::Endpoint(EndpointStep::Call(end(handle), way, give, 16, until))
    }

    /// Receives, for as long as it takes.
    pub const fn take(handle: u32, way: Way) -> Step {
        Step::Endpoint(EndpointStep::Receive(end(handle), way, Until::Forever))
    }

    /// Receives, for so many milliseconds.
    pub const fn take_within(handle: u32, way: Way, milliseconds: u32) -> Step {
        let until = Until::Milliseconds(milliseconds);
        Step::Endpoint(EndpointStep::Receive(end(handle), way, until))
    }

    /// Receives if there is a message.
    pub const fn try_take(handle: u32, way: Way) -> Step {
        Step::Endpoint(EndpointStep::TryReceive(end(handle), way))
    }

    /// Answers.
    pub const fn reply(right: Right, way: Way, give: Give) -> Step {
        Step::Endpoint(EndpointStep::Reply(right, way, give))
    }

    /// Closes.
    pub const fn close(handle: u32) -> Step {
        Step::Endpoint(EndpointStep::Close(end(handle)))
    }

    /// Lets only the process with this number send.
    pub const fn bind(handle: u32, peer: u8) -> Step {
        Step::Endpoint(EndpointStep::Bind(end(handle), peer))
    }

    /// Waits for a signal of the mask, for as long as it takes.
    pub const fn watch(handle: u32, mask: Signals) -> Step {
        Step::Endpoint(EndpointStep::Watch(end(handle), mask.bits(), Until::Forever))
    }
}

/// A robot's side of endpoints: the rights that it has been given.
#[derive(Debug, Default)]
pub struct Endpoints {
    /// The latest first; 0 for none.
    rights: [u32; 4],
}

impl Endpoints {
    /// Carries out a step.
    ///
    /// # Errors
    /// Those of the call.
    // Out of line: the stack holds its buffers only meanwhile.
    #[inline(never)]
    pub fn perform(&mut self, step: EndpointStep) -> Result<u64> {
        match step {
            EndpointStep::Send(end, way, give, until) => {
                way.send(end.into(), give, until.instant()).map(|()| 0)
            }
            EndpointStep::TrySend(end, way, give) => way.try_send(end.into(), give).map(|()| 0),
            EndpointStep::Call(end, way, give, room, until) => {
                Ok(way.call(end.into(), give, room, until.instant())?.to_value())
            }
            EndpointStep::Receive(end, way, until) => {
                self.note(way.receive(end.into(), until.instant()))
            }
            EndpointStep::TryReceive(end, way) => self.note(way.try_receive(end.into())),
            EndpointStep::Reply(right, way, give) => {
                way.reply(self.right(right)?, give).map(|()| 0)
            }
            EndpointStep::ReplyAndReceive(end, right, way, give) => {
                let right = self.right(right)?;
                self.note(way.reply_and_receive(end.into(), right, give))
            }
            EndpointStep::Drop(right) => {
                syscall::endpoint_drop_reply(self.right(right)?).map(|()| 0)
            }
            EndpointStep::Bind(end, peer) => {
                syscall::endpoint_bind(end.into(), peer.into()).map(|()| 0)
            }
            EndpointStep::Close(end) => syscall::endpoint_close(end.into()).map(|()| 0),
            EndpointStep::Watch(end, mask, until) => {
                let mask = Signals::from_bits_truncate(mask);
                let found = syscall::object_wait(end.into(), mask, until.instant())?;
                Ok(found.pending_signals.bits().into())
            }
        }
    }

    fn note(&mut self, found: Result<Found>) -> Result<u64> {
        let found = found?;
        if let Some(right) = found.reply {
            self.rights.rotate_right(1);
            self.rights[0] = right;
        }
        Ok(found.to_value())
    }

    fn right(&self, right: Right) -> Result<u32> {
        match right {
            Right::Before(place) => {
                self.rights.get(usize::from(place)).copied().ok_or(Error::NotFound)
            }
            Right::Number(number) => Ok(number),
        }
    }
}

/// Steps on their way: a step's number and its end, way and a third byte; then two words.
const FIRST: u32 = 32;
/// The third byte of a right that is a number.
const IS_NUMBER: u8 = 0xFF;

impl EndpointStep {
    pub(super) fn to_words(self) -> [u32; 4] {
        let pack = |what: u32, end: u8, way: Way, third: u8, words: [u32; 2]| {
            let second = u32::from_le_bytes([end, way as u8, third, 0]);
            [FIRST + what, second, words[0], words[1]]
        };
        match self {
            EndpointStep::Send(end, way, give, until) => {
                pack(0, end, way, 0, [give.to_word(), until.to_word()])
            }
            EndpointStep::TrySend(end, way, give) => pack(1, end, way, 0, [give.to_word(), 0]),
            EndpointStep::Call(end, way, give, room, until) => {
                pack(2, end, way, room, [give.to_word(), until.to_word()])
            }
            EndpointStep::Receive(end, way, until) => pack(3, end, way, 0, [0, until.to_word()]),
            EndpointStep::TryReceive(end, way) => pack(4, end, way, 0, [0, 0]),
            EndpointStep::Reply(right, way, give) => {
                let (third, number) = right.to_parts();
                pack(5, 0, way, third, [give.to_word(), number])
            }
            EndpointStep::ReplyAndReceive(end, right, way, give) => {
                let (third, number) = right.to_parts();
                pack(6, end, way, third, [give.to_word(), number])
            }
            EndpointStep::Drop(right) => {
                let (third, number) = right.to_parts();
                pack(7, 0, Way::Flat, third, [0, number])
            }
            EndpointStep::Bind(end, peer) => pack(8, end, Way::Flat, peer, [0, 0]),
            EndpointStep::Close(end) => pack(9, end, Way::Flat, 0, [0, 0]),
            EndpointStep::Watch(end, mask, until) => {
                pack(10, end, Way::Flat, 0, [mask, until.to_word()])
            }
        }
    }

    pub(super) fn from_words([what, second, first, last]: [u32; 4]) -> Option<EndpointStep> {
        let [end, way, third, _] = second.to_le_bytes();
        let way = *Way::ALL.get(usize::from(way))?;
        let give = || Give::from_word(first);
        let right = Right::from_parts(third, last);
        let until = Until::from_word(last);
        Some(match what.checked_sub(FIRST)? {
            0 => EndpointStep::Send(end, way, give()?, until),
            1 => EndpointStep::TrySend(end, way, give()?),
            2 => EndpointStep::Call(end, way, give()?, third, until),
            3 => EndpointStep::Receive(end, way, until),
            4 => EndpointStep::TryReceive(end, way),
            5 => EndpointStep::Reply(right, way, give()?),
            6 => EndpointStep::ReplyAndReceive(end, right, way, give()?),
            7 => EndpointStep::Drop(right),
            8 => EndpointStep::Bind(end, third),
            9 => EndpointStep::Close(end),
            10 => EndpointStep::Watch(end, first, until),
            _ => return None,
        })
    }
}

impl Right {
    fn to_parts(self) -> (u8, u32) {
        match self {
            Right::Before(place) => (place, 0),
            Right::Number(number) => (IS_NUMBER, number),
        }
    }

    fn from_parts(third: u8, number: u32) -> Right {
        if third == IS_NUMBER { Right::Number(number) } else { Right::Before(third) }
    }
}
