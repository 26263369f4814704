//! `guichet run` (TL-1).

use std::io::stdout;

use guichet::{Ending, Failure, run_system, status};

use super::build::built;
use crate::arguments::RunArguments;
use crate::board::Board;

/// Builds a system and runs it; its end decides the exit status.
pub(crate) fn run(arguments: &RunArguments) -> Result<u8, Failure> {
    let built = built(&arguments.build)?;
    let ending = match arguments.board {
        Board::Linux => run_system(&built, arguments.timeout, Box::new(stdout()))?,
    };
    Ok(match ending {
        Ending::NothingLeft => status::NOTHING_LEFT,
        Ending::Shutdown(_) | Ending::TimedOut(_) | Ending::Interrupted(_) => ending.exit_status(),
    })
}
