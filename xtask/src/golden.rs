//! Golden figures: what something cost when somebody last looked and agreed.
//!
//! They stand in text files that a person can read: what they are, the compiler that they are of,
//! and a line for each. Another compiler's figures are not compared with them, and that is said.

use std::fmt;
use std::fs;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

use crate::repository::Repository;

/// Figures, and the compiler that they were counted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Golden {
    /// The version and the host, as one line.
    pub(crate) compiler: String,
    /// Instructions, by what was counted.
    pub(crate) figures: Vec<(String, u64)>,
}

/// What a comparison says of one figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It costs more than it did.
    Worse { name: String, golden: u64, counted: u64 },
    /// It costs less than it did.
    Better { name: String, golden: u64, counted: u64 },
    /// It stands in one of the two only.
    Unmatched { name: String },
}

impl Verdict {
    /// Tells whether this must not go unnoticed.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Verdict::Worse { .. } | Verdict::Unmatched { .. } => true,
            Verdict::Better { .. } => false,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Worse { name, golden, counted } => {
                write!(formatter, "WORSE: {name}: {counted}, golden {golden}")
            }
            Verdict::Better { name, golden, counted } => {
                write!(formatter, "better: {name}: {counted}, golden {golden}; bless it to keep it")
            }
            Verdict::Unmatched { name } => {
                write!(formatter, "UNMATCHED: {name}: counted or golden, and not both")
            }
        }
    }
}

impl Golden {
    /// Compares what was counted with these; equal figures are not mentioned.
    pub(crate) fn compare(&self, counted: &Golden) -> Vec<Verdict> {
        let names = self.figures.iter().chain(&counted.figures).map(|(name, _)| name);
        let mut names: Vec<&String> = names.collect();
        names.sort();
        names.dedup();
        names.into_iter().filter_map(|name| self.verdict(counted, name)).collect()
    }

    fn verdict(&self, counted: &Golden, name: &str) -> Option<Verdict> {
        let name = name.to_owned();
        match (self.figure(&name), counted.figure(&name)) {
            (Some(golden), Some(counted)) if counted > golden => {
                Some(Verdict::Worse { name, golden, counted })
            }
            (Some(golden), Some(counted)) if counted < golden => {
                Some(Verdict::Better { name, golden, counted })
            }
            (Some(_), Some(_)) => None,
            (Some(_), None) | (None, Some(_)) | (None, None) => Some(Verdict::Unmatched { name }),
        }
    }

    /// The figure of that name.
    pub(crate) fn figure(&self, name: &str) -> Option<u64> {
        self.figures.iter().find(|(other, _)| other == name).map(|(_, figure)| *figure)
    }

    /// The figures, one to a line.
    pub(crate) fn table(&self) -> String {
        let longest = self.figures.iter().map(|(name, _)| name.chars().count()).max();
        let width = longest.unwrap_or(0).max(40);
        self.figures.iter().map(|(name, figure)| format!("{name:<width$}{figure:>8}\n")).collect()
    }

    /// Reads a golden file of the repository.
    ///
    /// # Errors
    /// If it cannot be read; `task` is what would write it.
    pub(crate) fn read(repository: &Repository, path: &str, task: &str) -> Result<Golden> {
        let text = fs::read_to_string(repository.root().join(path)).with_context(|| {
            format!("cannot read {path}; `cargo xtask {task} --bless` writes it")
        })?;
        text.parse().with_context(|| format!("{path} cannot be read"))
    }

    /// Writes a golden file that begins with `header`, lines that each begin with `#`.
    pub(crate) fn write(&self, repository: &Repository, path: &str, header: &str) -> Result<()> {
        let text = format!("{header}{}\n{}", self.compiler, self.table());
        let full = repository.root().join(path);
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&full, text).with_context(|| format!("cannot write {path}"))?;
        println!("{path} written");
        Ok(())
    }

    /// Says how what was counted differs from the golden figures of the file at `path`, which
    /// `task` writes.
    ///
    /// # Errors
    /// If anything costs more, is new, or is gone.
    pub(crate) fn judge(&self, counted: &Golden, path: &str, task: &str) -> Result<()> {
        if self.compiler != counted.compiler {
            println!("{task}: NOT COMPARED: {path} has the figures of {}", self.compiler);
            println!("{task}: these are those of {}", counted.compiler);
            return Ok(());
        }
        let verdicts = self.compare(counted);
        for verdict in &verdicts {
            println!("{task}: {verdict}");
        }
        if verdicts.iter().any(Verdict::is_failure) {
            bail!(
                "the figures are not those of {path}; if that is right, `cargo xtask {task} --bless`"
            );
        }
        println!("{task}: nothing costs more than in {path}");
        Ok(())
    }
}

impl FromStr for Golden {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Golden> {
        let mut lines =
            text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let compiler = lines.next().context("it does not say which compiler it is of")?.to_owned();
        let figure = |line: &str| -> Result<(String, u64)> {
            let (name, figure) = line.rsplit_once(' ').context("a line without a figure")?;
            let figure = figure.parse().with_context(|| format!("`{figure}` is no figure"))?;
            Ok((name.trim_end().to_owned(), figure))
        };
        Ok(Golden { compiler, figures: lines.map(figure).collect::<Result<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(figures: &[(&str, u64)]) -> Golden {
        let figures = figures.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect();
        Golden { compiler: "rustc 1.2.3 (a b), host".to_owned(), figures }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let written = golden(&[("null call, door", 12), ("round trip 4 B / 8 B", 345)]);
        let text = format!("# what it is\n{}\n{}", written.compiler, written.table());
        assert_eq!(text.parse::<Golden>().unwrap(), written);
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in ["", "# only a comment", "rustc\nnofigure", "rustc\nnull call many"] {
            assert!(text.parse::<Golden>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_figures_of_the_same_compiler_are_compared() {
        let judge = |counted: &Golden| golden(&[("a", 10)]).judge(counted, "a file", "count");
        let other = |figure| Golden { compiler: "rustc 2".to_owned(), ..golden(&[("a", figure)]) };
        assert!(judge(&golden(&[("a", 10)])).is_ok() && judge(&golden(&[("a", 9)])).is_ok());
        assert!(judge(&golden(&[("a", 11)])).is_err() && judge(&other(11)).is_ok());
    }

    #[test]
    fn figures_may_fall_and_not_rise() {
        let table = [
            (golden(&[("a", 10)]), vec![]),
            (golden(&[("a", 11)]), vec!["WORSE: a: 11, golden 10"]),
            (golden(&[("a", 9)]), vec!["better: a: 9, golden 10; bless it to keep it"]),
            (
                golden(&[("b", 10)]),
                vec![
                    "UNMATCHED: a: counted or golden, and not both",
                    "UNMATCHED: b: counted or golden, and not both",
                ],
            ),
        ];
        for (counted, expected) in table {
            let verdicts = golden(&[("a", 10)]).compare(&counted);
            let said: Vec<String> = verdicts.iter().map(ToString::to_string).collect();
            assert_eq!(said, expected);
            let fails = verdicts.iter().any(Verdict::is_failure);
            assert_eq!(fails, expected.iter().any(|text| !text.starts_with("better")));
        }
    }
}
