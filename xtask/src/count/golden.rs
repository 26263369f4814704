//! The golden figures: what the kernel cost when somebody last looked and agreed.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result};

const HEADER: &str = "\
# Instructions of the kernel on the host, one line for each thing that is counted, between the
# decoded registers of a call and the outcome, without the port's copying of bytes. Written by
# `cargo xtask count --bless`, compared by `cargo xtask count`: a figure may fall and not rise.
";

/// Figures, and the compiler that they were counted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Golden {
    /// The version and the host, as one line.
    pub(super) compiler: String,
    /// Instructions, by what was counted.
    pub(super) figures: Vec<(String, u64)>,
}

/// What a comparison says of one figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It costs more than it did.
    Worse { name: String, golden: u64, counted: u64 },
    /// It costs less than it did.
    Better { name: String, golden: u64, counted: u64 },
    /// It stands in one of the two only.
    Unmatched { name: String },
}

impl Verdict {
    /// Tells whether this must not go unnoticed.
    pub(super) fn is_failure(&self) -> bool {
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
    pub(super) fn compare(&self, counted: &Golden) -> Vec<Verdict> {
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

    fn figure(&self, name: &str) -> Option<u64> {
        self.figures.iter().find(|(other, _)| other == name).map(|(_, figure)| *figure)
    }

    /// The figures, one to a line.
    pub(super) fn table(&self) -> String {
        self.figures.iter().map(|(name, figure)| format!("{name:<40}{figure:>8}\n")).collect()
    }
}

/// The text of a golden file.
impl fmt::Display for Golden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{HEADER}{}\n{}", self.compiler, self.table())
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
        assert_eq!(written.to_string().parse::<Golden>().unwrap(), written);
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in ["", "# only a comment", "rustc\nnofigure", "rustc\nnull call many"] {
            assert!(text.parse::<Golden>().is_err(), "{text}");
        }
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
