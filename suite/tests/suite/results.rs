//! What came of everything on a board.

use std::collections::BTreeSet;
use std::fmt;

use libtest_mimic::{Failed, Trial};

use crate::board::Board;
use crate::clauses::Cited;
use crate::verdict::Verdict;

/// What came of a board's systems, and of what else there is to it.
pub(crate) struct Results {
    board: Board,
    verdicts: Vec<Verdict>,
    cited: Cited,
    /// What this machine lacks for the board, if it lacks something.
    missing: Option<String>,
}

impl Results {
    /// Nothing yet.
    pub(crate) fn new(board: Board) -> Results {
        Results { board, verdicts: Vec::new(), cited: Cited::default(), missing: None }
    }

    /// Notes that the board cannot be had here, and why. That fails only where it `must` be there.
    pub(crate) fn miss(&mut self, reason: String, must: bool) {
        let verdict = Verdict::new("the board is there".to_owned(), Err(reason.clone()));
        self.verdicts.extend(must.then_some(verdict));
        self.missing = Some(reason);
    }

    /// Tells whether the board cannot be had here.
    pub(crate) fn is_missing(&self) -> bool {
        self.missing.is_some()
    }

    /// Adds what came of a system.
    pub(crate) fn add_system(&mut self, name: &str, verdicts: Vec<Verdict>) {
        for verdict in verdicts {
            self.cited.note(&verdict.name);
            self.verdicts.push(Verdict { name: format!("{name}::{}", verdict.name), ..verdict });
        }
    }

    /// Checks that no clause was forgotten.
    pub(crate) fn check_clauses(&mut self) {
        let verdict = Verdict::new("every clause is cited".to_owned(), self.cited.check());
        self.verdicts.push(verdict);
    }

    /// A test for each verdict.
    pub(crate) fn trials(&self) -> impl Iterator<Item = Trial> {
        let board = self.board.name();
        self.verdicts.iter().map(move |verdict| {
            let Verdict { name, result, left_out } = verdict.clone();
            match left_out {
                None => Trial::test(format!("{board}::{name}"), || result.map_err(Failed::from)),
                Some(reason) => {
                    let name = format!("{board}::{name} (left out: {reason})");
                    Trial::test(name, || Ok(())).with_ignored_flag(true)
                }
            }
        })
    }

    fn names(&self) -> BTreeSet<&str> {
        self.verdicts.iter().map(|verdict| verdict.name.as_str()).collect()
    }
}

/// One line that counts the cases.
impl fmt::Display for Results {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let board = self.board.name();
        if let Some(reason) = &self.missing {
            return write!(out, "{board} is left out: {reason}");
        }
        let left_out = self.verdicts.iter().filter(|verdict| verdict.left_out.is_some()).count();
        write!(out, "{} cases on {board}", self.verdicts.len() - left_out)?;
        if left_out == 0 { Ok(()) } else { write!(out, ", and {left_out} that it leaves out") }
    }
}

/// Tests that every board makes the cases that the first one makes, or says why not.
pub(crate) fn same_cases(results: &[Results]) -> Vec<Trial> {
    let Some((first, others)) = results.split_first() else {
        return Vec::new();
    };
    let expected = first.names();
    let there = others.iter().filter(|results| results.missing.is_none());
    there
        .map(|results| {
            let names = results.names();
            let differing: Vec<String> =
                expected.symmetric_difference(&names).map(|name| (*name).to_owned()).collect();
            let name = format!("{}::the cases are those of every board", results.board.name());
            Trial::test(name, move || {
                if differing.is_empty() {
                    return Ok(());
                }
                Err(Failed::from(format!("not on both boards:\n{}", differing.join("\n"))))
            })
        })
        .collect()
}
