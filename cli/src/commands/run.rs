//! `guichet run` (TL-1).

use std::io::stdout;
use std::time::Duration;

use guichet::boards::Board as ImageBoard;
use guichet::{BoardEnding, Failure, become_runner, run_image, run_system, status};

use super::build::{built, built_image};
use crate::arguments::{BuildArguments, RunArguments};
use crate::board::Board;
use guichet::report;

/// Builds a system and runs it; its end decides the exit status.
pub(crate) fn run(arguments: &RunArguments) -> Result<u8, Failure> {
    match arguments.build.board {
        Board::Linux => run_on_linux(&arguments.build, arguments.timeout),
        Board::Image(board) => run_on_board(&arguments.build, board, arguments.timeout),
    }
}

fn run_on_linux(arguments: &BuildArguments, timeout: Option<Duration>) -> Result<u8, Failure> {
    let built = built(arguments)?;
    if let Some(runner) = &built.runner {
        return Err(become_runner(runner, &arguments.dir, &built, timeout));
    }
    let ending = run_system(&built, timeout, Box::new(stdout()))?;
    Ok(status::of_ending(&ending))
}

fn run_on_board(
    arguments: &BuildArguments,
    board: &ImageBoard,
    timeout: Option<Duration>,
) -> Result<u8, Failure> {
    board.check_here()?;
    let image = built_image(&arguments.dir, board)?;
    Ok(match run_image(&image, board, timeout, &mut stdout())? {
        BoardEnding::Ended(status) => status,
        BoardEnding::TimedOut(time) => {
            report::say(format!("guichet: the run was ended after {time:?}, as --timeout asks"));
            status::TIMED_OUT
        }
    })
}
