//! `cargo xtask count`: what the kernel costs, in instructions of the host.
//!
//! Time says more about the machine than about the kernel; instructions are the same on every run.
//! The program in bench/ runs under callgrind twice, with 1000 rounds and with 2000, and the
//! difference is divided by 1000: whatever is counted before and after the rounds cancels out, and
//! a remainder would mean that the rounds are not alike.
//!
//! Another compiler counts differently, so the golden file says which one it was written with.
//! With another one the comparison is left out, and that is said.

mod callgrind;
mod golden;

use std::fs;

use anyhow::{Context, Result, bail};

use self::callgrind::instructions_per_round;
use self::golden::{Golden, Verdict};
use crate::repository::Repository;

const GOLDEN: &str = "bench/goldens/host.txt";

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
    let path = repository.root().join(GOLDEN);
    if bless {
        fs::write(&path, counted.to_string()).with_context(|| format!("cannot write {GOLDEN}"))?;
        println!("count: {GOLDEN} written");
        return Ok(());
    }
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read {GOLDEN}; `cargo xtask count --bless` writes it"))?;
    let golden: Golden = text.parse().with_context(|| format!("{GOLDEN} cannot be read"))?;
    judge(&golden, &counted)
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

fn judge(golden: &Golden, counted: &Golden) -> Result<()> {
    if golden.compiler != counted.compiler {
        println!("count: NOT COMPARED: the golden figures are those of {}", golden.compiler);
        println!("count: these are those of {}", counted.compiler);
        return Ok(());
    }
    let verdicts = golden.compare(counted);
    for verdict in &verdicts {
        println!("count: {verdict}");
    }
    if verdicts.iter().any(Verdict::is_failure) {
        bail!(
            "the figures are not those of {GOLDEN}; if that is right, `cargo xtask count --bless`"
        );
    }
    println!("count: nothing costs more than in {GOLDEN}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(compiler: &str, figure: u64) -> Golden {
        Golden { compiler: compiler.to_owned(), figures: vec![("null call".to_owned(), figure)] }
    }

    #[test]
    fn only_figures_of_the_same_compiler_are_compared() {
        assert!(judge(&figures("rustc 1", 10), &figures("rustc 1", 10)).is_ok());
        assert!(judge(&figures("rustc 1", 10), &figures("rustc 1", 9)).is_ok());
        assert!(judge(&figures("rustc 1", 10), &figures("rustc 1", 11)).is_err());
        assert!(judge(&figures("rustc 1", 10), &figures("rustc 2", 11)).is_ok());
    }
}
