//! An emulated board.
//!
//! The emulator's time passes with its instructions and jumps over what nobody does. So a run is the
//! same on a slow machine, on a busy one and on a fast one, and a second of sleep costs nothing; what
//! a case says of times is about the board's clock, not about ours.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use guichet::boards::Board;
use guichet::{BoardEnding, BuiltImage, Silent};

use crate::board::{self, Ended, words};
use crate::console::Console;

/// 16 ns an instruction, about what a microcontroller of 64 MHz needs.
const TIME: [&str; 2] = ["-icount", "shift=4,sleep=off"];

/// How long a run may take that ends at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// The architecture of a board's processor, as rustc calls it.
pub(crate) fn architecture(board: &Board) -> &'static str {
    let target = board.target.split('-').next().unwrap_or_default();
    if target.starts_with("thumb") {
        "arm"
    } else if target.starts_with("riscv32") {
        "riscv32"
    } else {
        target
    }
}

/// Says what this machine lacks, and how it gets that.
pub(crate) fn check_here(board: &Board) -> Result<(), String> {
    board.check_here().map_err(words)
}

/// Builds the image of the system in a folder.
pub(crate) fn build(folder: &Path, board: &Board) -> Result<BuiltImage, String> {
    let loaded = guichet::read_system(folder).map_err(words)?;
    let system = loaded.system.ok_or_else(|| loaded.diagnostics.render(false))?;
    guichet::build_image(folder, system, board, &mut Silent).map_err(words)
}

/// Runs an image.
pub(crate) fn run(
    image: &BuiltImage,
    board: &Board,
    limit: Duration,
    mut console: Box<dyn Write + Send>,
) -> Result<Ended, String> {
    let ending = guichet::run_image_with(image, board, &TIME, Some(limit), &mut *console);
    Ok(match ending.map_err(words)? {
        BoardEnding::Ended(status) => Ended::Status(status.into()),
        BoardEnding::TimedOut(time) => Ended::Otherwise(format!("it did not end within {time:?}")),
    })
}

/// Tells whether the kernel of an image refuses a program for the ABI that it was built for.
pub(crate) fn refuse_another_abi(image: &BuiltImage, board: &'static Board) -> Result<(), String> {
    let console = Console::new(board::Board::Emulated(board).hands());
    run(image, board, PATIENCE, Box::new(console.clone()))?;
    let text = console.text();
    let refused = "guichet: process `tester` faulted: it could not be started\n";
    if text.starts_with(refused) { Ok(()) } else { Err(format!("it was accepted:\n{text}")) }
}
