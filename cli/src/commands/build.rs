//! `guichet build` (TL-2).

use std::path::Path;

use guichet::boards::Board as ImageBoard;
use guichet::{
    BOARD, BuiltImage, BuiltSystem, Failure, build_checked, build_image, read_system_for,
};
use guichet_system::System;

use crate::arguments::BuildArguments;
use crate::bar::Bar;
use crate::board::Board;
use guichet::report;

/// Builds a system and shows where its programs are, and its image.
pub(crate) fn build(arguments: &BuildArguments) -> Result<u8, Failure> {
    let text = match arguments.board {
        Board::Linux => {
            let built = built(arguments)?;
            let runner = built.runner.as_ref();
            let runner = runner.map(|file| format!("runner: {}\n", file.display()));
            programs(&built) + &runner.unwrap_or_default()
        }
        Board::Image(board) => {
            let BuiltImage { built, image, .. } = built_image(&arguments.dir, board)?;
            format!("{}image: {}\n", programs(&built), image.display())
        }
    };
    Ok(report::output(&text, 0))
}

fn programs(built: &BuiltSystem) -> String {
    let lines = built.system.processes.iter().zip(&built.programs);
    lines.map(|(process, file)| format!("{}: {}\n", process.name, file.display())).collect()
}

/// Checks and builds a system for Linux, showing warnings and progress.
pub(crate) fn built(arguments: &BuildArguments) -> Result<BuiltSystem, Failure> {
    let system = checked(&arguments.dir, BOARD)?;
    build_checked(&arguments.dir, system, arguments.profile(), &mut Bar::default())
}

/// Checks and builds a system for another board, showing warnings and progress.
pub(crate) fn built_image(dir: &Path, board: &ImageBoard) -> Result<BuiltImage, Failure> {
    build_image(dir, checked(dir, board.name)?, board, &mut Bar::default())
}

/// The system, if there is nothing wrong with it on that board; shows warnings.
fn checked(dir: &Path, board: &str) -> Result<System, Failure> {
    let loaded = read_system_for(dir, board)?;
    match loaded.system {
        Some(system) => {
            report::diagnostics(&loaded.diagnostics);
            Ok(system)
        }
        None => Err(Failure::System(Box::new(loaded.diagnostics))),
    }
}
