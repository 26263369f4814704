//! Building and running a board's systems.
//!
//! A board's systems are built first, one after the other, because cargo builds one thing at a time in a
//! folder. Then they run, as many at once as the board bears.

use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::board::{Board, Built};
use crate::console::Console;
use crate::expectation::Expectation;
use crate::verdict::{Verdict, verdicts};

/// How long one system may run. Every wait in its programs ends long before.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// Systems, in their order, that were built for a board, or why they cannot be.
pub(crate) type AllBuilt<'a> = Vec<(&'a Path, Result<Built, String>)>;

/// Builds systems.
pub(crate) fn build_all<'a>(board: Board, systems: &[&'a Path]) -> AllBuilt<'a> {
    systems.iter().map(|system| (*system, board.build(system))).collect()
}

/// Runs systems, and judges what came of each; in their order.
pub(crate) fn judge_all<'a>(board: Board, built: &AllBuilt<'a>) -> Vec<(&'a Path, Vec<Verdict>)> {
    let left = Mutex::new(built.iter().enumerate());
    let next = || left.lock().ok()?.next();
    let work = || {
        let mut judged = Vec::new();
        while let Some((number, (system, built))) = next() {
            judged.push((number, *system, judge(board, system, built)));
        }
        judged
    };
    let mut judged: Vec<_> = thread::scope(|scope| {
        let runners: Vec<_> = (0..board.runners()).map(|_| scope.spawn(work)).collect();
        runners
            .into_iter()
            .flat_map(|runner| runner.join().expect("runners do not panic"))
            .collect()
    });
    judged.sort_by_key(|(number, ..)| *number);
    judged.into_iter().map(|(_, system, verdicts)| (system, verdicts)).collect()
}

/// Runs a system and judges what came of it.
fn judge(board: Board, system: &Path, built: &Result<Built, String>) -> Vec<Verdict> {
    let expectation = match Expectation::read(system, board) {
        Ok(expectation) => expectation,
        Err(reason) => return vec![Verdict::of_run(Err(reason))],
    };
    let console = Console::new(board.hands());
    let ended = match built {
        Ok(built) => board.run(built, TIME_LIMIT, Box::new(console.clone())),
        Err(reason) => Err(reason.clone()),
    };
    verdicts(&console.text(), &ended, &expectation)
}
