//! Runs every system of the suite on every board, and makes each of its cases a test.
//!
//! A case is known by what its program prints, so the systems run first and the tests report what
//! came of it; a filter that names a board and a system (`linux::channel`) runs only that one. What
//! the harness itself must notice, it proves in tests of its own (`harness::`).
//!
//! A board that this machine lacks something for is left out, with a word on what; where the
//! environment says `CI` that is a failure.
#![forbid(unsafe_code)]

mod announced;
mod another_abi;
mod board;
mod calls;
mod clauses;
mod console;
mod emulated;
mod expectation;
mod harness;
mod linux;
mod results;
mod robots;
mod runs;
mod stock;
mod transcript;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use libtest_mimic::Arguments;

use board::Board;
use results::Results;
use runs::AllBuilt;
use verdict::Verdict;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if let Err(error) = linux::take_keyboard() {
        eprintln!("standard input cannot be replaced: {error}");
        return ExitCode::FAILURE;
    }
    let systems = systems();
    let mut trials = harness::trials();
    trials.extend(robots::trials(&systems));
    trials.push(calls::trial());
    let boards = Board::all().into_iter().filter(|board| concerns(&arguments, *board, ""));
    let results = run_boards(&boards.collect::<Vec<_>>(), &systems, &arguments);
    trials.extend(results.iter().flat_map(Results::trials));
    if arguments.filter.is_none() {
        trials.extend(results::same_cases(&results));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        results.iter().for_each(|results| println!("suite: {results}"));
    }
    conclusion.exit_code()
}

/// Runs the systems of all boards. While those of one run, those of the next are built, unless that disturbs.
fn run_boards(boards: &[Board], systems: &[PathBuf], arguments: &Arguments) -> Vec<Results> {
    thread::scope(|scope| {
        let mut all = Vec::new();
        let mut running: Option<thread::ScopedJoinHandle<'_, Results>> = None;
        let join = |running: thread::ScopedJoinHandle<'_, Results>| {
            running.join().expect("what runs systems does not panic")
        };
        for board in boards.iter().copied() {
            let (results, built) = prepare_board(board, systems, arguments);
            all.extend(running.take().map(join));
            let run = scope.spawn(move || run_board(board, results, &built, arguments));
            if board.runs_alone() {
                all.push(join(run));
            } else {
                running = Some(run);
            }
        }
        all.extend(running.map(join));
        all
    })
}

/// Builds a board's systems, and looks at what else is to be shown of it, as far as they were asked for.
fn prepare_board<'a>(
    board: Board,
    systems: &'a [PathBuf],
    arguments: &Arguments,
) -> (Results, AllBuilt<'a>) {
    let mut results = Results::new(board);
    if let Err(reason) = board.check_here() {
        results.miss(reason, is_ci());
        return (results, Vec::new());
    }
    if concerns(arguments, board, another_abi::NAME) {
        let verdict = Verdict::new(another_abi::TITLE.to_owned(), another_abi::refused(board));
        results.add_system(another_abi::NAME, vec![verdict]);
    }
    let systems: Vec<&Path> = systems.iter().map(PathBuf::as_path).collect();
    let asked: Vec<&Path> =
        systems.into_iter().filter(|system| concerns(arguments, board, name_of(system))).collect();
    (results, runs::build_all(board, &asked))
}

/// Runs a board's systems, if the board is there.
fn run_board(
    board: Board,
    mut results: Results,
    built: &AllBuilt<'_>,
    arguments: &Arguments,
) -> Results {
    if results.is_missing() {
        return results;
    }
    for (system, verdicts) in runs::judge_all(board, built) {
        results.add_system(name_of(system), verdicts);
    }
    if arguments.filter.is_none() {
        results.check_clauses();
    }
    results
}

/// Tells whether everything must be there, as CI services say it.
fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value != "false" && !value.is_empty())
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

/// What the names of tests begin with for which no system runs.
const WITHOUT_BOARD: [&str; 3] = ["harness", "robots", "calls"];

/// Tells whether a test of this board and system may be among those that were asked for. An empty
/// name stands for any system.
fn concerns(arguments: &Arguments, board: Board, system: &str) -> bool {
    let is_board = |filter: &str| Board::all().iter().any(|board| board.name() == filter);
    arguments.filter.as_deref().is_none_or(|filter| match filter.split_once("::") {
        Some((named, rest)) if is_board(named) => {
            let asked = rest.split("::").next().unwrap_or_default();
            named == board.name()
                && (system.is_empty()
                    || if rest.contains("::") {
                        system == asked
                    } else {
                        system.starts_with(asked)
                    })
        }
        Some((named, _)) if WITHOUT_BOARD.contains(&named) => false,
        _ if is_board(filter) => filter == board.name(),
        _ => true,
    })
}
