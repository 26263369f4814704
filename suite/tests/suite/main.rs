//! Runs every system of the suite on every board, and makes each of its cases a test.
//!
//! A case is known by what its program prints, so the systems run first and the tests report what
//! came of it; a filter that names a board and a system (`linux::channel`) runs only that one. What
//! the harness itself must notice, it proves in tests of its own (`harness::`).
#![forbid(unsafe_code)]

mod board;
mod clauses;
mod console;
mod expectation;
mod harness;
mod linux;
mod robots;
mod transcript;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};

use board::{BOARDS, Board};
use console::Console;
use expectation::Expectation;
use verdict::Verdict;

/// How long one system may run. Every wait in its programs ends long before.
const TIME_LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let systems = systems();
    let mut trials = harness::trials();
    trials.extend(robots::trials(&systems));
    let mut counts = Vec::new();
    for board in BOARDS {
        let verdicts = run_board(board, &systems, &arguments);
        counts.push((board.name, verdicts.len()));
        trials.extend(verdicts.into_iter().map(|(name, result)| trial(board, &name, result)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        for (board, count) in counts {
            println!("suite: {count} cases on {board}");
        }
    }
    conclusion.exit_code()
}

/// What came of everything on a board, by name.
type Named = (String, Result<(), String>);

/// Makes a board's checks and runs its systems, as far as they were asked for.
fn run_board(board: &Board, systems: &[PathBuf], arguments: &Arguments) -> Vec<Named> {
    let mut named = Vec::new();
    let mut cited = clauses::Cited::default();
    for (name, title, check) in
        board.checks.iter().filter(|check| concerns(arguments, board, check.0))
    {
        cited.note(title);
        named.push((format!("{name}::{title}"), check()));
    }
    for system in systems.iter().filter(|system| concerns(arguments, board, name_of(system))) {
        for verdict in judge(board, system) {
            cited.note(&verdict.name);
            named.push((format!("{}::{}", name_of(system), verdict.name), verdict.result));
        }
    }
    if arguments.filter.is_none() {
        named.push(("every clause is cited".to_owned(), cited.check()));
    }
    named
}

/// The folders of all systems, in the order of their names.
fn systems() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("systems");
    let entries = folder.read_dir().expect("the suite has a folder of systems");
    let mut systems: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be listed").path()).collect();
    systems.sort();
    systems
}

fn name_of(system: &Path) -> &str {
    system.file_name().and_then(|name| name.to_str()).expect("systems have plain names")
}

/// Tells whether a test of this board and system may be among those that were asked for.
fn concerns(arguments: &Arguments, board: &Board, system: &str) -> bool {
    let prefix = format!("{}::{system}", board.name);
    arguments.filter.as_deref().is_none_or(|filter| match filter.split("::").count() {
        1 => prefix.contains(filter) || !BOARDS.iter().any(|board| board.name == filter),
        _ => filter.starts_with(&prefix) || prefix.starts_with(filter),
    })
}

/// Runs a system and judges what came of it.
fn judge(board: &Board, system: &Path) -> Vec<Verdict> {
    let expectation = match Expectation::read(system) {
        Ok(expectation) => expectation,
        Err(reason) => return vec![Verdict::of_run(Err(reason))],
    };
    let console = Console::new(board.end_process);
    let ended = (board.run)(system, TIME_LIMIT, Box::new(console.clone()));
    verdict::verdicts(&console.text(), &ended, &expectation)
}

fn trial(board: &Board, name: &str, result: Result<(), String>) -> Trial {
    let name = format!("{}::{name}", board.name);
    Trial::test(name, move || result.map_err(Failed::from))
}
