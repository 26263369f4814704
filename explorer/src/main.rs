//! The explorer's command line.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use guichet_explorer::report;
use guichet_explorer::side_by_side::side_by_side;
use guichet_explorer::subject::Subject;

/// Visits every state of small systems over the real kernel, and objects when an invariant breaks.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  \
    guichet_explorer                   explore every scenario\n  \
    guichet_explorer ends deadlines    explore two of them\n  \
    guichet_explorer --depth 6 ends    check only paths of up to 6 steps\n\n\
    The exit status is 0 if every invariant held, 1 if one was violated, 2 for a wrong argument."
)]
struct Arguments {
    /// The scenarios to explore; all of them when none is named.
    scenarios: Vec<String>,
    /// Prints the scenarios and the invariants, and explores nothing.
    #[arg(long)]
    list: bool,
    /// Checks only paths of up to this many steps.
    #[arg(long, value_name = "STEPS")]
    depth: Option<u16>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        say(&format!("{}\n{}", report::listing(&Subject::all()), report::invariants()));
        return ExitCode::SUCCESS;
    }
    match chosen(&arguments.scenarios) {
        Ok(scenarios) => run(&scenarios, arguments.depth.map(usize::from)),
        Err(name) => {
            eprintln!("error: there is no scenario named `{name}`; --list shows them");
            ExitCode::from(2)
        }
    }
}

fn chosen(names: &[String]) -> Result<Vec<Subject>, &String> {
    if names.is_empty() {
        return Ok(Subject::all());
    }
    names.iter().map(|name| Subject::named(name).ok_or(name)).collect()
}

fn run(scenarios: &[Subject], depth: Option<usize>) -> ExitCode {
    let mut status = ExitCode::SUCCESS;
    let work = |_, scenario: &Subject| scenario.explore(depth.or(scenario.depth()));
    side_by_side(scenarios, work, |scenario, findings| {
        say(&report::findings(scenario, &findings));
        if findings.counterexample.is_some() {
            status = ExitCode::FAILURE;
        }
    });
    status
}

/// Prints. When nobody reads any more (a closed pipe) the exit status is still of interest.
fn say(text: &str) {
    let _nobody_reads = io::stdout().write_all(text.as_bytes());
}
