//! What goes into the kernel and what comes out: small, plain data.
//!
//! An [`Outcome`] is a flat struct of scalars and never travels inside a `Result`: a data enum at
//! the place where all calls meet again costs more instructions than the calls themselves.

use guichet_abi::{Arguments, Error, Fault, OK, Results, StatusCode};

use crate::id::{InterruptLine, ProcessIndex, ThreadIndex};

/// A call of the current thread, as it was found in the registers. Nothing in it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The number of the call.
    pub number: usize,
    /// The argument words.
    pub arguments: Arguments,
}

/// Something that happened. The port has stopped the current thread before it tells the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The current thread made a call.
    Call(Call),
    /// The current thread did something that it must not do.
    Fault(Fault),
    /// A process ended without the kernel's doing: it was killed, or its context cannot be resumed.
    ProcessEnded {
        /// The process.
        process: ProcessIndex,
        /// What is known of why.
        fault: Fault,
    },
    /// The alarm that the kernel asked for has come.
    Timer,
    /// A line that the kernel has enabled was delivered. The port has masked it.
    Interrupt {
        /// The line.
        line: InterruptLine,
    },
}

/// How an operation leaves the caller: its call has ended, with results; or it has not, as `None`,
/// and somebody else runs. An error ends it too.
pub(crate) type Ending = Result<Option<Results>, Error>;

/// What the port does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Action {
    /// Put the results into the thread's registers and run it.
    Return,
    /// The same, and the message that the thread [keeps](crate::Kernel::message) (EP-8).
    ReturnMessage,
    /// Run the thread with its registers as they were.
    Resume,
    /// Wait for the next event; no thread can run.
    Idle,
    /// End the run; the results' status is its exit status.
    Shutdown,
    /// Start the board anew.
    Reset,
}

/// The kernel's answer to an event.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// What to do.
    pub action: Action,
    /// The thread to run; NONE when none is.
    pub thread: ThreadIndex,
    /// The results for its registers, with [`Action::Return`] and [`Action::ReturnMessage`].
    pub results: Results,
}

impl Outcome {
    /// Run `thread` with these results.
    #[inline(always)]
    pub(crate) fn returning(thread: ThreadIndex, results: Results) -> Outcome {
        Outcome { action: Action::Return, thread, results }
    }

    /// Run `thread` with these results and its message.
    pub(crate) fn returning_message(thread: ThreadIndex, results: Results) -> Outcome {
        Outcome { action: Action::ReturnMessage, thread, results }
    }

    /// The same, and its message.
    pub(crate) fn with_message(self) -> Outcome {
        Outcome { action: Action::ReturnMessage, ..self }
    }

    /// Run `thread` as it was.
    pub(crate) fn resuming(thread: ThreadIndex) -> Outcome {
        Outcome { action: Action::Resume, thread, results: Results::default() }
    }

    /// Run nothing.
    pub(crate) fn idle() -> Outcome {
        Outcome { action: Action::Idle, thread: ThreadIndex::NONE, results: Results::default() }
    }

    /// Start the board anew.
    pub(crate) fn reset() -> Outcome {
        Outcome { action: Action::Reset, ..Outcome::idle() }
    }

    /// End the run with this status.
    pub(crate) fn shutdown(status: u32) -> Outcome {
        let results = Results { status, value0: 0, value1: 0 };
        Outcome { action: Action::Shutdown, thread: ThreadIndex::NONE, results }
    }
}

/// The results of a call that succeeded with one value.
#[inline(always)]
pub(crate) fn success(value0: usize) -> Results {
    Results { status: OK, value0, value1: 0 }
}

/// The results of a call that failed.
#[inline(always)]
pub(crate) fn failure(error: Error) -> Results {
    Results { status: error.status_code(), value0: 0, value1: 0 }
}
