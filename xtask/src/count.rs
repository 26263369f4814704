//! `cargo xtask count`: what the kernel costs, in instructions of the host.
//!
//! Time says more about the machine than about the kernel; instructions are the same on every run.
//! The program in bench/ runs under callgrind twice, with 1000 rounds and with 2000, and the
//! difference is divided by 1000: whatever is counted before and after the rounds cancels out, and
//! a remainder would mean that the rounds are not alike.

mod callgrind;

use anyhow::{Context, Result};

use self::callgrind::instructions_per_round;
use crate::golden::Golden;
use crate::repository::Repository;

const GOLDEN: &str = "bench/goldens/host.txt";
const TASK: &str = "count";
const HEADER: &str = "\
# Instructions of the kernel on the host, one line for each thing that is counted, between the
# decoded registers of a call and the outcome, without the port's copying of bytes. Written by
# `cargo xtask count --bless`, compared by `cargo xtask count`: a figure may fall and not rise.
";

/// What is counted: its name in the golden file, and the arguments of the counted program.
const COUNTED: [(&str, [&str; 2]); 6] = [
    ("null call, door", ["null-call", "door"]),
    ("null call, step", ["null-call", "step"]),
    ("channel round trip 4 B / 8 B, door", ["round-trip", "door"]),
    ("channel round trip 4 B / 8 B, step", ["round-trip", "step"]),
    ("the same with deadlines, door", ["round-trip-with-deadlines", "door"]),
    ("the same with deadlines, step", ["round-trip-with-deadlines", "step"]),
];

/// Counts, prints, and compares with the golden file; or, to bless, writes it.
pub(crate) fn run(repository: &Repository, bless: bool) -> Result<()> {
    let counted = count(repository)?;
    print!("{}", counted.table());
    if bless {
        return counted.write(repository, GOLDEN, HEADER);
    }
    Golden::read(repository, GOLDEN, TASK)?.judge(&counted, GOLDEN, TASK)
}

fn count(repository: &Repository) -> Result<Golden> {
    repository.cargo(&["build", "--quiet", "--release", "--package", "guichet_bench"]).run()?;
    let mut counted = Golden { compiler: compiler(repository)?, figures: Vec::new() };
    for (name, arguments) in COUNTED {
        let figure = instructions_per_round(repository, &arguments)?;
        counted.figures.push((name.to_owned(), figure));
    }
    Ok(counted)
}

/// The compiler's version and what it compiles for.
fn compiler(repository: &Repository) -> Result<String> {
    let said = repository.command("rustc").arguments(&["--version", "--verbose"]).output()?;
    let version = said.lines().next().context("rustc says no version")?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(format!("{version}, {}", host.context("rustc says no host")?))
}
