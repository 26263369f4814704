//! Counting with valgrind's callgrind.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::repository::Repository;

/// Collecting is turned on and off at these functions of the counted program: on inside the ways
/// into the kernel, and off again while the port moves bytes.
const TOGGLES: [&str; 2] = ["*::counted_*", "*::port_copies*"];

/// The two numbers of rounds; their difference is what is divided.
const FEW_ROUNDS: u64 = 1000;
const MANY_ROUNDS: u64 = 2000;

/// The instructions of one round of the counted program, which has been built.
pub(super) fn instructions_per_round(repository: &Repository, arguments: &[&str]) -> Result<u64> {
    let few = instructions(repository, arguments, FEW_ROUNDS)?;
    let many = instructions(repository, arguments, MANY_ROUNDS)?;
    per_round(few, many).with_context(|| format!("counting {}", arguments.join(", ")))
}

fn per_round(few: u64, many: u64) -> Result<u64> {
    ensure!(few > 0, "nothing was counted: callgrind does not find the functions to look at");
    let difference = many.checked_sub(few).context("more rounds take fewer instructions")?;
    let rounds = MANY_ROUNDS - FEW_ROUNDS;
    ensure!(difference % rounds == 0, "the rounds are not alike: {difference} for {rounds} rounds");
    Ok(difference / rounds)
}

fn instructions(repository: &Repository, arguments: &[&str], rounds: u64) -> Result<u64> {
    let folder = repository.target().join("xtask");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let out = folder.join("callgrind.out");
    let valgrind = repository
        .command("valgrind")
        .arguments(&["--tool=callgrind", "--quiet"])
        .arguments(&TOGGLES.map(|function| format!("--toggle-collect={function}")))
        .arguments(&[format!("--callgrind-out-file={}", out.display())])
        .arguments(&[repository.target().join("release/count")])
        .arguments(arguments)
        .arguments(&[format!("--rounds={rounds}")]);
    valgrind.output().context("nothing was counted; `cargo xtask setup` says what is needed")?;
    read_total(&out)
}

fn read_total(path: &Path) -> Result<u64> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    total(&text).with_context(|| format!("{} has no total", path.display()))
}

/// What callgrind's output file says was collected.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("totals:"))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found() {
        assert_eq!(total("version: 1\nevents: Ir\nfn=x\n1 2\ntotals: 12345\n"), Some(12345));
        assert_eq!(total("events: Ir\n"), None);
        assert_eq!(total("totals: many\n"), None);
    }

    #[test]
    fn rounds_must_be_counted_and_alike() {
        assert_eq!(per_round(31_000, 61_000).unwrap(), 30);
        assert!(per_round(0, 0).unwrap_err().to_string().contains("nothing was counted"));
        assert!(per_round(31_000, 61_001).unwrap_err().to_string().contains("not alike"));
        assert!(per_round(31_000, 1_000).is_err());
    }
}
