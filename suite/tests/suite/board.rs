//! The boards that the systems run on: this machine, and every board of the command.
//!
//! A new board of the command is a board of the suite without a word here.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use guichet::{Failure, boards};

use crate::console::Hands;
use crate::stock::Stock;
use crate::{emulated, linux};

/// A platform that the systems run on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Board {
    /// This machine.
    Linux,
    /// A board that is emulated.
    Emulated(&'static boards::Board),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A process shut the system down with this status.
    Status(u32),
    /// Otherwise, as the words say.
    Otherwise(String),
}

/// A system that was built for a board, and can be run there.
pub(crate) enum Built {
    /// Its programs.
    Linux(guichet::BuiltSystem),
    /// Its image.
    Emulated(guichet::BuiltImage),
}

impl Board {
    /// All boards.
    pub(crate) fn all() -> Vec<Board> {
        [Board::Linux].into_iter().chain(boards::BOARDS.iter().map(Board::Emulated)).collect()
    }

    /// What it is called in the names of tests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Board::Linux => guichet::BOARD,
            Board::Emulated(board) => board.name,
        }
    }

    /// Tells whether what is expected of machines with this mark is expected of it: the mark is its
    /// name or its architecture, as rustc calls that.
    pub(crate) fn has_mark(self, mark: &str) -> bool {
        let architecture = match self {
            Board::Linux => std::env::consts::ARCH,
            Board::Emulated(board) => emulated::architecture(board),
        };
        mark == self.name() || mark == architecture
    }

    /// Says what this machine lacks to run systems there, and how it gets that.
    pub(crate) fn check_here(self) -> Result<(), String> {
        match self {
            Board::Linux => Ok(()),
            Board::Emulated(board) => emulated::check_here(board),
        }
    }

    /// How many of its systems run at once. Those on Linux share one processor with each other.
    pub(crate) fn runners(self) -> usize {
        match self {
            Board::Linux => 1,
            Board::Emulated(_) => 2,
        }
    }

    /// Tells whether nothing else may go on in this process while its systems run: those on Linux are its
    /// children, and some weigh what it holds.
    pub(crate) fn runs_alone(self) -> bool {
        match self {
            Board::Linux => true,
            Board::Emulated(_) => false,
        }
    }

    /// Builds the system in a folder, or says why it cannot be built.
    pub(crate) fn build(self, folder: &Path) -> Result<Built, String> {
        match self {
            Board::Linux => linux::build(folder).map(Built::Linux),
            Board::Emulated(board) => emulated::build(folder, board).map(Built::Emulated),
        }
    }

    /// Runs a system at most for a time, with the console's lines going to the writer, or says why
    /// it cannot be run.
    pub(crate) fn run(
        self,
        built: &Built,
        limit: Duration,
        console: Box<dyn Write + Send>,
    ) -> Result<Ended, String> {
        match (self, built) {
            (_, Built::Linux(built)) => linux::run(built, limit, console),
            (Board::Emulated(board), Built::Emulated(image)) => {
                emulated::run(image, board, limit, console)
            }
            (Board::Linux, Built::Emulated(_)) => Err("an image does not run on Linux".to_owned()),
        }
    }

    /// What can be done from outside of a system.
    pub(crate) fn hands(self) -> Hands {
        match self {
            Board::Linux => Hands { end_process: linux::end_process, weigh: Stock::take },
            Board::Emulated(_) => Hands {
                end_process: |name| Err(format!("nobody can end `{name}` on this board")),
                weigh: || Err("there is no process to weigh on this board".to_owned()),
            },
        }
    }
}

/// What went wrong, and what to do. An interruption is the end of the harness too.
pub(crate) fn words(failure: Failure) -> String {
    if let Failure::Interrupted(_) = failure {
        std::process::exit(failure.exit_status().into());
    }
    match failure.help() {
        Some(help) => format!("{failure}; {help}"),
        None => failure.to_string(),
    }
}
