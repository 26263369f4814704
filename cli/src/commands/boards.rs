//! `guichet boards` (TL-2).

use guichet::BOARD;
use guichet::boards::BOARDS;

use guichet::report;

/// Lists the boards that systems run on.
pub(crate) fn boards() -> u8 {
    let linux = (BOARD, "this machine: each process a Linux process of its own");
    let others = BOARDS.iter().map(|board| (board.name, board.description));
    let all: Vec<_> = [linux].into_iter().chain(others).collect();
    let width = all.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = all.iter().map(|(name, description)| format!("{name:width$}  {description}\n"));
    report::output(&lines.collect::<String>(), 0)
}
