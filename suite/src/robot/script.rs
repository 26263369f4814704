//! What a robot can do.

use userspace::syscall::Signals;
use userspace::time::{Duration, Instant};

use super::EndpointStep;
use crate::{capsule, timing};

/// The most steps of a script.
pub const MAX_STEPS: usize = 16;

/// One step. What it comes to is a value, or the error of the call that it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Transacts on `OUT`. The value is the answer's length.
    Transact {
        /// The request.
        send: Give,
        /// The length of the buffer for the answer in bytes.
        room_bytes: u16,
        /// The deadline.
        until: Until,
    },
    /// Starts a transaction on `OUT` with 16 bytes each way, and goes on; for once, as nobody collects
    /// it. The value is 0.
    Start {
        /// The request's seed.
        seed: u8,
    },
    /// Starts a transaction of no bytes on `OUT`, and goes on. The value is 0.
    Begin,
    /// Withdraws what was begun on `OUT`, or drops its answer. The value is 0.
    Cancel,
    /// Waits on `IN`. The value is the word of the pending signals.
    Wait {
        /// The word of the mask.
        mask: u32,
        /// The deadline.
        until: Until,
    },
    /// Reads from the request on `IN`. The value is the length.
    Read {
        /// From which byte on.
        offset: u32,
        /// The length of the buffer in bytes.
        room_bytes: u16,
    },
    /// Receives on `IN`, however long it takes. The value is the request's length.
    Receive {
        /// The length of the buffer in bytes.
        room_bytes: u16,
    },
    /// Answers on `IN`. The value is 0.
    Respond(Give),
    /// Answers on `IN` with the bytes that the last read gave. The value is 0.
    Echo,
    /// Looks at what the last read or transaction gave. The value is 1 if it was this pattern, else 0.
    Recognise {
        /// The pattern's seed.
        seed: u8,
    },
    /// Raises USER on the peer's end of `IN`, or lowers it. The value is 0.
    SignalIn(bool),
    /// Raises USER on the peer's end of `OUT`, or lowers it. The value is 0.
    SignalOut(bool),
    /// Sleeps until this many ticks after boot. The value is 0.
    SleepUntil(u64),
    /// Sleeps for this many milliseconds. The value is 0.
    Sleep(u32),
    /// Keeps the processor busy for this many milliseconds. The value is 0.
    Spin(u32),
    /// Lets [`Robot::done`](super::Robot::done) go on, until the next script. The value is 0.
    Done,
    /// Takes the time. The value is the ticks since boot.
    Stamp,
    /// Ends the process with this code.
    Exit(u32),
    /// Ends the process with a panic.
    Panic,
    /// Ends the process with a crash: a read of memory that nobody has.
    Crash,
    /// Ends the run with the error that has this code.
    Shutdown(u32),
    /// Does something at an endpoint, if the robot has any; else `Unimplemented`.
    Endpoint(EndpointStep),
    /// Does something with capsules, if the robot is made for it; else `Unimplemented`.
    Capsule(capsule::Step),
}

impl Step {
    /// Waits until a request does, with some patience.
    pub const WAIT: Step =
        Step::Wait { mask: Signals::READABLE.bits(), until: Until::Milliseconds(10_000) };
    /// Waits for a request that should not come, long enough to notice one that comes all the same.
    pub const WAIT_IN_VAIN: Step =
        Step::Wait { mask: Signals::READABLE.bits(), until: Until::Milliseconds(50) };
    /// Looks whether a request waits, without waiting for one.
    pub const LOOK: Step = Step::Wait { mask: Signals::READABLE.bits(), until: Until::Past };
    /// Reads the whole request, however long it is.
    pub const READ_ALL: Step = Step::Read { offset: 0, room_bytes: 4096 };

    /// Answers with `bytes` of the pattern `seed`.
    pub const fn answer(seed: u8, bytes: u16) -> Step {
        Step::Respond(Give { seed, bytes })
    }

    /// Asks with `bytes` of the pattern `seed`, with so much room for the answer, for as long as it
    /// takes.
    pub const fn request(seed: u8, bytes: u16, room_bytes: u16) -> Step {
        Step::Transact { send: Give { seed, bytes }, room_bytes, until: Until::Forever }
    }

    /// As [`Step::request`], with 16 bytes each way and a deadline in so many milliseconds.
    pub const fn request_within(seed: u8, milliseconds: u32) -> Step {
        let until = Until::Milliseconds(milliseconds);
        Step::Transact { send: Give { seed, bytes: 16 }, room_bytes: 16, until }
    }
}

/// Bytes to send: a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Give {
    /// The pattern's seed.
    pub seed: u8,
    /// How many bytes of it.
    pub bytes: u16,
}

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// One that is past.
    Past,
    /// So many milliseconds after the step begins.
    Milliseconds(u32),
    /// None.
    Forever,
}

impl Until {
    /// The deadline as an instant, now.
    pub(crate) fn instant(self) -> Instant {
        match self {
            Until::Past => Instant::MIN,
            Until::Milliseconds(milliseconds) => {
                timing::after(Duration::from_millis(milliseconds.into()))
            }
            Until::Forever => Instant::MAX,
        }
    }
}
