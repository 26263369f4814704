//! What a system's console must show beside its cases, and the status that it must end with.
//!
//! `expected.txt` in a system's folder holds the lines as the console shows them, those of each owner
//! in their order. `<number>` stands for any number, `<text>` for anything. A line `= TITLE` makes a
//! case of the lines that follow it, since what the console shows is asserted nowhere else. A line
//! `status N` says what the run ends with; 0 is not worth saying. A line `@MARK LINE` counts only on
//! boards of that name or architecture, and a case without lines on a board is left out there; a line
//! `@!MARK LINE` counts on the others. Lines that begin with `#` are comments. Without the file a
//! system shows nothing but its cases.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use regex_lite::Regex;

use crate::board::Board;
use crate::transcript::{Owner, Said, by_owner, owner};

/// What a system is expected to show and to end with.
#[derive(Debug, Default)]
pub(crate) struct Expectation {
    /// The status of the shutdown.
    pub(crate) status: u32,
    /// The titles of the cases, in the order of the file.
    pub(crate) titles: Vec<String>,
    lines: BTreeMap<Owner, Vec<Line>>,
}

/// An expected line.
#[derive(Debug)]
struct Line {
    text: String,
    /// The index of the case that it belongs to, if it belongs to one.
    case: Option<usize>,
}

/// What is wrong with a console.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// The lines that are missing, with the index of the case that they belong to.
    pub(crate) missing: Vec<(Option<usize>, String)>,
    /// The lines that should not be there.
    pub(crate) unexpected: Vec<String>,
}

impl Expectation {
    /// Reads what is expected of the system in a folder on a board.
    pub(crate) fn read(system: &Path, board: Board) -> Result<Expectation, String> {
        let path = system.join("expected.txt");
        match fs::read_to_string(&path) {
            Ok(text) => Expectation::parse(&text, board),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Expectation::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Understands the text of the file.
    pub(crate) fn parse(text: &str, board: Board) -> Result<Expectation, String> {
        let mut expected = Expectation::default();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        for line in lines.filter_map(|line| on_board(line, board)) {
            if let Some(title) = line.strip_prefix("= ") {
                expected.titles.push(title.to_owned());
            } else if let Some(status) = line.strip_prefix("status ") {
                expected.status =
                    status.parse().map_err(|_| format!("expected.txt: no status: `{line}`"))?;
            } else {
                let line =
                    Line { text: line.to_owned(), case: expected.titles.len().checked_sub(1) };
                expected.lines.entry(owner(&line.text)).or_default().push(line);
            }
        }
        Ok(expected)
    }

    /// Tells whether the case of this index has lines on the board.
    pub(crate) fn is_made(&self, case: usize) -> bool {
        self.lines.values().flatten().any(|line| line.case == Some(case))
    }

    /// Compares with what the owners of lines said beside their cases.
    pub(crate) fn compare(&self, text: &str) -> Differences {
        let mut said = by_owner(text);
        let mut differences = Differences::default();
        for (owner, expected) in &self.lines {
            let said = said.remove(owner).unwrap_or_default();
            compare(expected, others(&said), &mut differences);
        }
        for said in said.values() {
            compare(&[], others(said), &mut differences);
        }
        differences
    }
}

/// The line, if it counts on the board.
fn on_board(line: &str, board: Board) -> Option<&str> {
    let Some((mark, rest)) = line.strip_prefix('@').and_then(|line| line.split_once(' ')) else {
        return Some(line);
    };
    let counts = match mark.strip_prefix('!') {
        Some(mark) => !board.has_mark(mark),
        None => board.has_mark(mark),
    };
    counts.then_some(rest)
}

impl Differences {
    /// What is wrong, each in a line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let missing = self.missing.iter().map(|(_, line)| format!("a line is missing: {line}"));
        let unexpected = self.unexpected.iter().map(|line| format!("an unexpected line: {line}"));
        missing.chain(unexpected)
    }
}

/// The lines that are no case's.
fn others(lines: &[Said]) -> impl Iterator<Item = &str> {
    lines.iter().filter_map(|said| match said {
        Said::Other(line) => Some(line.as_str()),
        Said::Plan(_)
        | Said::Passed(_)
        | Said::Failed(_)
        | Said::LeftOut(_)
        | Said::Ends(_)
        | Said::EndProcess(_)
        | Said::Type(_) => None,
    })
}

/// Compares one owner's lines in their order.
fn compare<'a>(
    expected: &[Line],
    found: impl Iterator<Item = &'a str>,
    differences: &mut Differences,
) {
    let mut found = found.peekable();
    for line in expected {
        if found.next_if(|found| matches(&line.text, found)).is_none() {
            differences.missing.push((line.case, line.text.clone()));
        }
    }
    differences.unexpected.extend(found.map(str::to_owned));
}

/// Tells whether a line is as expected.
fn matches(expected: &str, found: &str) -> bool {
    let pattern = regex_lite::escape(expected)
        .replace("<number>", "(0x[0-9a-f]+|[0-9]+)")
        .replace("<text>", ".*");
    Regex::new(&format!("^{pattern}$")).is_ok_and(|pattern| pattern.is_match(found))
}
