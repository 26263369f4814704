//! The boards: what differs from one to the other, a row each.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::linux;

/// A platform that the systems run on.
pub(crate) struct Board {
    /// What it is called in the names of tests.
    pub(crate) name: &'static str,
    /// Builds the system in a folder and runs it, at most as long as it is given, with the
    /// console's lines going to the writer.
    pub(crate) run: Run,
    /// Ends a process from outside, by its name.
    pub(crate) end_process: fn(&str) -> Result<(), String>,
    /// What is to be shown of the board beside its systems: what it is about, its title, how.
    pub(crate) checks: &'static [(&'static str, &'static str, Check)],
}

/// Builds and runs the system in a folder within a time, with a console, or says why it cannot be.
pub(crate) type Run = fn(&Path, Duration, Box<dyn Write + Send>) -> Result<Ended, String>;

/// Shows something of a board, or says what is wrong.
pub(crate) type Check = fn() -> Result<(), String>;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A process shut the system down with this status.
    Status(u32),
    /// Otherwise, as the words say.
    Otherwise(String),
}

/// All boards.
pub(crate) const BOARDS: &[Board] = &[Board {
    name: "linux",
    run: linux::run,
    end_process: linux::end_process,
    checks: &[("image", "CF-7 an image for another ABI is refused", linux::refuse_another_abi)],
}];
